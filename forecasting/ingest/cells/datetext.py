# ruff: noqa: E501 - tables of words read best as they stand
"""One text -> one date: names of months, weeks, quarters, serial numbers; no order of day and month is needed to read it."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from forecasting.ingest.cells.numbers import unwrap

TIME = (
    r"(?:[T\s,]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?"
    r"\s*(?:Z|(?:UTC|GMT)?[+-]\d{2}(?::?\d{2})?|[A-Z]{3,4}|hs?\.?|Uhr)?)?"
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jänner janvier janv enero ene gennaio gen januari janeiro styczeń stycznia leden ledna ocak январь января янв",
            "feb february februar février fevrier févr fevr fév febrero febbraio februari fevereiro luty lutego únor února şubat февраль февраля фев",
            "mar march märz mrz maerz mars marzo maart mrt março marts marzec marca březen března mart март марта",
            "apr april avril avr abril abr aprile kwiecień kwietnia duben dubna nisan апрель апреля апр",
            "may mai mayo maggio mag mei maio maj maja květen května mayıs май мая",
            "jun june juni juin junio giugno giu junho czerwiec czerwca červen června haziran июнь июня июн",
            "jul july juli juillet juil julio luglio lug julho lipiec lipca červenec července temmuz июль июля июл",
            "aug august août aout agosto ago augustus augusti sierpień sierpnia srpen srpna ağustos август августа авг",
            "sep sept september septembre septiembre settembre set setembro wrzesień września září eylül сентябрь сентября сен",
            "oct october okt oktober octobre octubre ottobre ott outubro październik października říjen října ekim октябрь октября окт",
            "nov november novembre noviembre novembro listopad listopada listopadu kasım ноябрь ноября ноя",
            "dec december dez dezember décembre decembre déc diciembre dic dicembre dezembro grudzień grudnia prosinec prosince aralık декабрь декабря дек",
        ),
        1,
    )
    for name in names.split()
}
# Year, month and day as Korean writes them, in the signs of Chinese.
KOREAN = str.maketrans({"년": "年", "월": "月", "일": "日"})
MONTH_NAMES = tuple(_MONTHS)
# Short names that are also words of other languages: only beside a sign that joins them to a number, as in "out/23".
_SHORT_MONTHS = {
    "fev": 2,
    "out": 10,
    "sty": 1,
    "lut": 2,
    "kwi": 4,
    "cze": 6,
    "lip": 7,
    "sie": 8,
    "wrz": 9,
    "paź": 10,
    "lis": 11,
    "gru": 12,
}
_LONGEST = 100  # what is longer is no date, and looking for one in it takes long
_CHINESE = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_WEEK_WORD = r"(?:f?w|kw|wk|cw|week|woche|semaine|semana|sem)"
_WEEK = re.compile(
    rf"(\d{{4}})[-\s/]*{_WEEK_WORD}\.?\s?(\d{{1,2}})(?:-?([1-7]))?|{_WEEK_WORD}\.?\s?(\d{{1,2}})[-\s/,']+(\d{{4}}|(?<=['/])\d\d)"
    r"|(\d{4})年第?(\d{1,2})[周週]|(\d{4})[-\s/]?S(\d\d)|S(\d\d)[-\s/](\d{4})|(\d\d)W(\d\d)",
    re.IGNORECASE,
)
_QUARTER = re.compile(
    r"(\d{4})[-\s/]?Q([1-4])|[QT]([1-4])[-\s/']?(\d{4}|(?<=[-\s/'])\d\d)|([1-4])(?:\.|er|[eè]me)?\s?(?:Quartal|Quarter|trimestre)\s?(\d{4})"
    r"|(\d{4})年?第?([1-4一二三四])季度?",
    re.IGNORECASE,
)
_HALF = re.compile(
    r"(\d{4})[-\s/]?H([12])|(?:H|S|HJ|Halbjahr\s?)([12])[-\s/]?((?:19|20)\d\d)"
    r"|([12])(?:\.|er|[eè]me)?\s?(?:Halbjahr|HJ|semestre)\s?(\d{4})|(\d{4})年?([上下])半年",
    re.IGNORECASE,
)
_YEAR_MONTH = re.compile(
    r"(\d{4})\s?(?:[-/.年M]|[-/.]M)\s?(\d{1,2})\s?月?份?|M(\d{1,2})[-\s/.](\d{4})|(\d{1,2})[-/.](\d{4})|(\d{4})(\d{2})"
)
_PERIOD = r"P(?:er(?:iod)?)?\.?\s?(\d{1,2})"
# "2024 P03", "Period 3/2024".
PERIOD_OF_YEAR = re.compile(rf"((?:19|20)\d\d)[-\s/._]*{_PERIOD}|{_PERIOD}[-\s/._]+((?:19|20)\d\d)", re.IGNORECASE)
# A moment without signs between its numbers, and one with the year behind the time of day.
_BASIC = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?")
_YEAR_LAST = re.compile(r"(\D+\s\d{1,2})\s(\d{1,2}:\d\d:\d\d)(?:\s[A-Z]{3,4})?\s(\d{4})")
_MOMENT_OF_SAS = re.compile(r"^(\d{1,2}[A-Za-z]{3}(?:\d{4}|\d\d)):(?=\d\d:\d\d)")  # 01JAN2024:10:30:00
_NAMED_ZONE = re.compile(r"\s*\([^()]*\)$")
# "W/E 07-Jan-24", "Week commencing 01/01/2024", "Wk 1 (01/01/2024)": a day, with words that say which of a week it is.
WEEK_OF = (
    r"(?i)^\s*(?:(?:latest\s|last\s)?\d{1,2}\s?(?:w(?:ee)?ks?)?\s?-?\s?)?(?:w/?[ecb]|(?:weeks?|wks?)?\s?(?:ending|ended|end|commencing|beginning|starting|start|of)|wochenende|woche (?:ab|vom|bis))"
    r"[\s:.-]+(\S.*?)\s*$|^\s*(?:w|wk|week|kw|woche)\.?\s?\d{1,2}\s*(?:\(([^()]+)\)|[\s:-]+(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}))\s*$"
)
_WEEK_OF = re.compile(WEEK_OF)
# "4 weeks ending ...", "52 W/E ...": spans that overlap each other, and the weeks beside them; "24W01" is one week.
SEVERAL_WEEKS = r"(?i)^\s*(?:latest\s|last\s)?(?:[2-9]|\d\d)\s?w(?:(?:ee)?ks?|[ecb])?\b"
# Headings of weeks.
WEEK_WORDS = re.compile(
    r"week|woche|semaine|semana|settimana|tydzień|vecka|týden|недел|hafta|[周週]|주차|\b(?:kw|wk|uge|uke)\b", re.IGNORECASE
)
# "FY24-P01", "FY2024 Q1", "FY24-W03": the year by which a company counts, with a period (month), quarter or week of it.
_FISCAL = re.compile(
    r"\bFY\s?'?(\d{4}|\d\d)(?!\d)(?:[-\s/._]*P(?:er(?:iod)?)?\.?\s?(\d{1,2})\b)?|\bP(?:er(?:iod)?)?\.?\s?(\d{1,2})[-\s/._]*FY\s?'?(\d{4}|\d\d)\b",
    re.IGNORECASE,
)
_TRAILING_TIME = re.compile(TIME.removesuffix("?") + "$")


def month_number(word: str) -> int | None:
    """The number of a month by its name alone, whatever the language, or as a period of the year.

    >>> month_number("Sept."), month_number("Februar"), month_number("十二月"), month_number("P03"), month_number("Monday")
    (9, 2, 12, 3, None)
    """
    text = word.strip().lower().rstrip(".").translate(KOREAN)
    if match := re.fullmatch(r"p(?:er(?:iod)?)?\.?\s?(0?[1-9]|1[0-2])", text):
        return int(match.group(1))
    if match := re.fullmatch(r"(\d{1,2}|[一二三四五六七八九十]{1,2})月(?:份)?", text):
        written = match.group(1)
        number = int(written) if written.isdecimal() else _CHINESE.index(written) + 1 if written in _CHINESE else 0
        return number if 1 <= number <= 12 else None
    return _MONTHS.get(text)


def day_of_week(text: str) -> str:
    """The day that a heading of a week names, without the words around it; any other text as it is.

    >>> day_of_week("W/E 07-Jan-24"), day_of_week("Wk 1 (01/01/2024)"), day_of_week("W1 2024-01-01"), day_of_week("Week 5")
    ('07-Jan-24', '01/01/2024', '2024-01-01', 'Week 5')
    """
    match = _WEEK_OF.match(text)
    return next(filter(None, match.groups())) if match else text


def fiscal(text: str) -> str:
    """Labels of fiscal years as those of calendar years of the same number; any other text as it is.

    >>> fiscal("FY24-P01"), fiscal("Q1 FY2023"), fiscal("FY24-W03"), fiscal("FYI 24")
    ('2024-01', 'Q1 2023', '2024-W03', 'FYI 24')
    """
    return _FISCAL.sub(_calendar_year, text) if "FY" in text.upper() else text


def _calendar_year(match: re.Match[str]) -> str:
    period = match.group(2) or match.group(3)
    year = full_year(match.group(1) or match.group(4))
    return f"{year}-{int(period):02d}" if period else f"{year}"


def parse_date_text(text: str) -> tuple[dt.datetime | None, str]:  # noqa: PLR0911 - one line for each way to write a date
    """One date that needs no order, and the period it names ("" for a day or moment).

    >>> parse_date_text("2024-W07")[0], parse_date_text("Feb-24"), parse_date_text("45292")[0]
    (datetime.datetime(2024, 2, 12, 0, 0), (datetime.datetime(2024, 2, 1, 0, 0), 'month'), datetime.datetime(2024, 1, 1, 0, 0))
    """
    if len(text) > _LONGEST:
        return None, ""
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", unwrap(text))).strip().translate(KOREAN)
    plain = _MOMENT_OF_SAS.sub(r"\1 ", fiscal(plain))
    if match := _WEEK.fullmatch(plain):
        return _iso_week(match), "week"
    if match := _BASIC.fullmatch(plain):
        return _moment(match), ""
    if match := _QUARTER.fullmatch(plain):
        year = next(match.group(k) for k in (1, 4, 6, 7) if match.group(k))
        quarter = next(match.group(k) for k in (2, 3, 5, 8) if match.group(k))
        number = _CHINESE.index(quarter) + 1 if quarter in _CHINESE else int(quarter)
        return dt.datetime(full_year(year), 3 * number - 2, 1), "quarter"
    if match := _HALF.fullmatch(plain):
        year = next(match.group(k) for k in (1, 4, 6, 7) if match.group(k))
        half = next(match.group(k) for k in (2, 3, 5, 8) if match.group(k))
        return dt.datetime(int(year), 1 if half in "1上" else 7, 1), "half"
    if re.fullmatch(r"\d{5,13}(?:\.\d+)?|\d{16}|\d{19}", plain) and not re.fullmatch(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])", plain):
        return _from_number(float(plain)), ""
    if match := _YEAR_MONTH.fullmatch(plain) or PERIOD_OF_YEAR.fullmatch(plain):
        return _month_of(*(part for part in match.groups() if part)), "month"
    plain = _NAMED_ZONE.sub("", plain)
    if match := _YEAR_LAST.fullmatch(plain):
        plain = f"{match.group(1)} {match.group(3)} {match.group(2)}"
    return _with_month_name(plain)


def _month_of(one: str, other: str) -> dt.datetime | None:
    """The month of a year, of which either may stand first."""
    year, month = (int(one), int(other)) if len(one) == 4 else (int(other), int(one))
    return dt.datetime(year, month, 1) if 1 <= month <= 12 and year > 0 else None


def _moment(match: re.Match[str]) -> dt.datetime | None:
    try:
        return dt.datetime(*(int(part or 0) for part in match.groups()))  # type: ignore[arg-type]
    except ValueError:
        return None


def _iso_week(match: re.Match[str]) -> dt.datetime | None:
    year = next(match.group(k) for k in (1, 5, 6, 8, 11, 12) if match.group(k))
    week = next(match.group(k) for k in (2, 4, 7, 9, 10, 13) if match.group(k))
    try:
        return dt.datetime.combine(dt.date.fromisocalendar(full_year(year), int(week), 1), dt.time())
    except ValueError:
        return None


def _from_number(number: float) -> dt.datetime | None:
    """Excel serials (1900 system) and seconds, or parts of them, since 1970; other sizes are no dates."""
    if 20_000 <= number < 80_000:
        return (dt.datetime(1899, 12, 30) + dt.timedelta(days=number)).replace(microsecond=0)
    if 10**9 * 0.3 <= number < 4.2e9:
        return dt.datetime(1970, 1, 1) + dt.timedelta(seconds=int(number))
    for parts in (1e3, 1e6, 1e9):
        if 3e8 * parts <= number < 4.2e9 * parts:
            return dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=int(number / parts * 1e6))
    return None


def _with_month_name(text: str) -> tuple[dt.datetime | None, str]:
    time = _TRAILING_TIME.search(text)
    body = text[: time.start()] if time and time.group(1) else text
    words = re.findall(r"[^\W\d_]+|\d+", body)
    named = {**_MONTHS, **_SHORT_MONTHS} if re.search(r"\d[-/.']|[-/.']\d", body) else _MONTHS
    month = next((named[w.lower()] for w in words if w.lower() in named), None)
    numbers = [w for w in words if w.isdecimal()]
    if month is None or not 1 <= len(numbers) <= 2:
        return None, ""
    if len(numbers) == 1:
        year = full_year(numbers[0]) if len(numbers[0]) in (2, 4) else None
        return (dt.datetime(year, month, 1) if year else None), "month"
    day, year = _day_and_year(numbers)
    try:
        moment = dt.datetime(year, month, day)
    except (ValueError, TypeError):
        return None, ""
    return moment + _time_of(time), ""


def _day_and_year(numbers: list[str]) -> tuple[int, int]:
    first, second = numbers
    return (int(second), int(first)) if len(first) == 4 else (int(first), full_year(second))


def full_year(text: str) -> int:
    """A year of four digits as it is; of two digits the one between 1970 and 2069.

    >>> full_year("24"), full_year("1999")
    (2024, 1999)
    """
    return int(text) if len(text) == 4 else int(text) + (2000 if int(text) < 70 else 1900)


def _time_of(match: re.Match[str] | None) -> dt.timedelta:
    if match is None or not match.group(1):
        return dt.timedelta()
    hour = int(match.group(1))
    half = (match.group(4) or "").lower()[:1]
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    return dt.timedelta(hours=min(hour, 23), minutes=int(match.group(2)), seconds=int(match.group(3) or 0))
