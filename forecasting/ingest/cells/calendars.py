"""Dates by other calendars and in short forms: fiscal years, years of the Republic, days in six digits, months below a year."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Sequence
from itertools import pairwise

import polars as pl

from forecasting.ingest.cells.datetext import month_number
from forecasting.ingest.words.products import is_total

_REPUBLIC = 1911  # the year before the first of the Republic of China
_REPUBLIC_DAY = r"^\s*(?:民國|民国)?\s?(1\d\d)\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?日?((?:\s.*)?)$"
_REPUBLIC_COMPACT = r"^\s*(1[0-4]\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])()$"
_ERA_DAY = r"^\s*([RH])(\d{1,2})[./-](\d{1,2})[./-](\d{1,2})\s*$"
_BEFORE_ERA = {"R": 2018, "H": 1988}  # Reiwa and Heisei, the eras of Japan since 1989
_BUDDHIST = 543  # years before the first of the common era
_BUDDHIST_YEAR = r"(^|\D)(2[45]\d\d)(\D|$)"
_SHORT_DAY = r"^\s*(\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\s*$"
_MONTH_IN_DIGITS = r"^\s*(?:19|20)\d\d(?:0[1-9]|1[0-2])\s*$"
_MONTH_OR_DAY = r"^\s*20(?:0[1-9]|1[0-2])(?:0[1-9]|1[0-2])\s*$"
_WEEK_IN_DIGITS = r"^\s*((?:19|20)\d\d)(0[1-9]|[1-4]\d|5[0-3])\s*$"
_DAY_AND_MONTH = re.compile(r"(?P<day>\d{1,2})\.?[\s\-/]*(?P<month>[^\W\d_]{3,12})\.?")
_MONTH_AND_DAY = re.compile(r"(?P<month>[^\W\d_]{3,12})\.?[\s\-/]*(?P<day>\d{1,2})")
_DAY_IN_NUMBERS = re.compile(r"(\d{1,2})\s?[./-]\s?(\d{1,2})\.?")
_YEARS_FROM = 14  # "Jan 22", "Jan 23", "Jan 24" are years
_LEAP_YEAR = 2000
_END_OF_MONTH = 28
_FEWEST_LABELS, _MOSTLY = 3, 0.8
_PERIODS = 13  # a year of four weeks each
_PERIOD_NUMBER = (
    r"(?i)(?:^|[^a-z])P(?:er(?:iod)?)?\.?\s?(\d{1,2})(?:\D|$)",
    r"^\s*(?:19|20)\d\d[-/.\s]?(\d{1,2})\s*$",
)
_YEAR = re.compile(r"((?:19|20)\d\d)(?:\.0)?")
_QUARTER = re.compile(r"(?:q(?:tr|uarter)?|quartal|trimestre)\.?\s?([1-4])|第?([1-4])季度?", re.IGNORECASE)
_COUNTER = re.compile(r"\D*(\d{1,4})\D*")
_COUNTED_DAY = r"(?i)^\s*(?:d|day|t|w|wk|week)_\d{1,4}\s*$"
_FIRST_DAY = "2000-01-03"
_MOST_WORDS = 400
_HEAD = 100
_FEWEST_DAYS = 7


def written_out(texts: pl.Series) -> pl.Series:
    """Days in forms that only a whole column tells from a number or from other dates, as ISO dates; all else as it is.

    >>> written_out(pl.Series(["113/01/05", "113/12/31"])).to_list(), written_out(pl.Series(["240130", "240201"])).to_list()
    (['2024-1-05', '2024-12-31'], ['2024-01-30', '2024-02-01'])
    """
    filled = texts.filter(texts.fill_null("").str.contains(r"\d"))
    if not len(filled):
        return texts
    for form in (_REPUBLIC_DAY, _REPUBLIC_COMPACT):
        if filled.str.contains(form).all():
            return _of_republic(texts, form)
    for form, dated in ((_ERA_DAY, _of_era), (_BUDDHIST_YEAR, _of_buddha)):
        if filled.str.contains(form).all():
            read = {text: re.sub(form, dated, text) for text in filled.unique().to_list()}
            return texts.replace(list(read), list(read.values()))
    # "202401" is a month wherever all can be months.
    if filled.str.contains(_SHORT_DAY).all() and not filled.str.contains(_MONTH_IN_DIGITS).all():
        return texts.str.replace(_SHORT_DAY, "20${1}-${2}-${3}")
    return texts


def _of_buddha(match: re.Match[str]) -> str:
    return f"{match.group(1)}{int(match.group(2)) - _BUDDHIST}{match.group(3)}"


def _of_era(match: re.Match[str]) -> str:
    era, year, month, day = match.groups()
    return f"{_BEFORE_ERA[era] + int(year)}-{month}-{day}"


def short_days(headers: Sequence[str]) -> list[int]:
    """The places of headers that are days in six digits, a week of them or more, each a day after the one before; else none.

    >>> short_days(["sku", *(f"2401{day:02d}" for day in range(25, 32)), "240201"])
    [1, 2, 3, 4, 5, 6, 7, 8]
    """
    parts = {j: match.groups() for j, header in enumerate(headers) if (match := re.fullmatch(_SHORT_DAY, header))}
    read = pl.Series(["20" + "".join(each) for each in parts.values()], dtype=pl.String).str.to_date("%Y%m%d", strict=False)
    steps = read.diff().dt.total_days().tail(-1)
    return list(parts) if len(parts) >= _FEWEST_DAYS and bool((steps == 1).all(ignore_nulls=False)) else []


# "Mon 1/8", "Mon, 08.01.", "Monday Jan 8": the day behind its name.
_WEEKDAY_BEFORE = re.compile(
    r"^\s*[^\W\d_]{2,10}\.?,?\s+(?=\d{1,2}\s?[./-]\s?\d|\d{1,2}\.?[\s-]*[^\W\d_]{3}|[^\W\d_]{3,12}\.?\s*\d)"
)


def days_of_year(texts: Sequence[str]) -> dict[str, str]:
    """Days without their year, such as "3-Jan", "Jan 4", "05/01" or "1月6日", as month and day ("01-03"); else empty.

    They must follow each other as days do, which also tells the day from the month: "23-Jan", "23-Feb" are months of 2023, and
    so are the same few numbers in each month, or numbers that make one month follow the other ("Nov-23" to "Feb-25"). A month
    alone among them sums up its days and is left out.

    >>> days_of_year(["30-Jan", "31-Jan", "1-Feb"]), days_of_year(["23-Jan", "23-Feb", "23-Mar"])
    ({'30-Jan': '01-30', '31-Jan': '01-31', '1-Feb': '02-01'}, {})
    """
    labels = [text for text in texts if not month_number(text)]
    bare = {text: _WEEKDAY_BEFORE.sub("", text) for text in labels}
    for reading in (_named_day, _numbered_day, lambda text: (_numbered_day(text) or (0, 0))[::-1]):
        read = {text: reading(bare[text]) or (0, 0) for text in labels}
        if not labels or not all(_in_month(*parts) for parts in read.values()):
            continue
        days = {text: dt.date(_LEAP_YEAR, *parts) for text, parts in read.items()}
        fewest = _FEWEST_LABELS if reading is _named_day else _FEWEST_DAYS
        if len(set(days.values())) >= fewest and _follow_each_other(sorted(set(days.values()))):
            return {text: f"{day:%m-%d}" for text, day in days.items()}
    return {}


def _named_day(text: str) -> tuple[int, int] | None:
    """Month and day of "3-Jan", "3. Januar", "Jan 3" or "1月3日"."""
    if match := re.fullmatch(r"(\d{1,2})月(\d{1,2})[日号]", text.strip()):
        return int(match.group(1)), int(match.group(2))
    match = _DAY_AND_MONTH.fullmatch(text.strip()) or _MONTH_AND_DAY.fullmatch(text.strip())
    month = month_number(match.group("month")) if match else None
    return (month, int(match.group("day"))) if match and month else None


def _numbered_day(text: str) -> tuple[int, int] | None:
    """Month and day of "31/01", which can be the other way round."""
    match = _DAY_IN_NUMBERS.fullmatch(text.strip())
    return (int(match.group(2)), int(match.group(1))) if match else None


def _in_month(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(_LEAP_YEAR, month)[1]


def _follow_each_other(days: list[dt.date]) -> bool:
    """Whether the days go on by a day or a week, and are not the same few in each month (which are years of that month)."""
    steps = [(b - a).days for a, b in pairwise(days)]
    numbers = {month: frozenset(day.day for day in days if day.month == month) for month in {day.month for day in days}}
    alike = len(numbers) > 1 and len(set(numbers.values())) == 1
    years = len(numbers) == 1 and len(days) < _FEWEST_DAYS and days[0].day > _YEARS_FROM
    months = alike or years or _are_months_of_years(days)
    return sum(step in (1, 7) for step in steps) >= _MOSTLY * len(steps) and not months


def _are_months_of_years(days: list[dt.date]) -> bool:
    """Whether months follow each other where the days are taken for years: days that cross into a month end beyond its 27th."""
    months = sorted(12 * day.day + day.month for day in days)
    steps = [b - a for a, b in pairwise(months)]
    crossing = len({day.month for day in days}) > 1 and max(day.day for day in days) < _END_OF_MONTH
    return crossing and steps.count(1) >= _MOSTLY * len(steps)


def weeks_in_digits(texts: pl.Series) -> pl.Series | None:
    """ "202401", ..., "202452" as weeks, where more of them than a year has months show that they are; else None.

    >>> weeks_in_digits(pl.Series(["202409", "202448"])).to_list(), weeks_in_digits(pl.Series(["202409", "202412"]))
    (['2024-W09', '2024-W48'], None)
    """
    # The head tells most columns apart at once, so that large ones are not looked through.
    if not texts.head(_HEAD).str.contains(_WEEK_IN_DIGITS).any():
        return None
    parts = texts.str.extract_groups(_WEEK_IN_DIGITS).struct.rename_fields(["year", "week"]).struct.unnest()
    numbers = parts["week"].cast(pl.Int64)
    if (numbers.is_null() & (texts.str.strip_chars() != "")).any() or not (numbers > _PERIODS).any():
        return None
    return (parts["year"] + "-W" + parts["week"]).fill_null("").alias(texts.name)


def weeks_across(headers: Sequence[str]) -> list[int]:
    """The places of headers that are weeks in six digits; none where they can be months.

    >>> weeks_across(["sku", *(f"2024{week:02d}" for week in range(11, 18))])
    [1, 2, 3, 4, 5, 6, 7]
    """
    places = [j for j, header in enumerate(headers) if re.fullmatch(_WEEK_IN_DIGITS, header)]
    return places if places and weeks_in_digits(pl.Series([headers[j] for j in places])) is not None else []


def thirteenth(labels: pl.Series) -> str | None:
    """The label of a 13th period of a year, where as much stands in it as in the others: then each is four weeks long.

    A 13th period in which little stands is where accountants close a year, and a number beyond 13 is that of a week.

    >>> thirteenth(pl.Series([f"2024 P{k:02d}" for k in range(1, 14)])), thirteenth(pl.Series(["2024-12", "2025-01"]))
    ('2024 P13', None)
    """
    found = labels.str.extract(_PERIOD_NUMBER[0]).fill_null(labels.str.extract(_PERIOD_NUMBER[1])).cast(pl.Int64)
    if found.max() != _PERIODS:
        return None
    last = labels.filter(found == _PERIODS)
    usual = (found < _PERIODS).sum() / max(1, found.filter(found < _PERIODS).n_unique())
    return last[0] if len(last) >= usual / 2 else None


def months_or_days(texts: pl.Series) -> str | None:
    """The first of texts that can all be months ("200103" is March 2001) or days (the 3rd of January 2020); else None.

    >>> months_or_days(pl.Series(["200101", "200102"])), months_or_days(pl.Series(["202401", "202402"]))
    ('200101', None)
    """
    filled = texts.filter(texts.str.strip_chars() != "")
    return filled[0] if len(filled) and filled.str.contains(_MONTH_OR_DAY).all() else None


def _of_republic(texts: pl.Series, form: str) -> pl.Series:
    parts = texts.str.extract_groups(form).struct.rename_fields(["year", "month", "day", "time"]).struct.unnest()
    year = (parts["year"].cast(pl.Int64) + _REPUBLIC).cast(pl.String)
    month = parts["month"].str.strip_chars_start("0")
    return (year + "-" + month + "-" + parts["day"] + parts["time"]).fill_null(texts).alias(texts.name)


def months_under_years(column: pl.Series) -> pl.Series | None:
    """Months (or quarters) with the year that stands in a row of its own above them; None for a column of anything else.

    The row of a year sums up its months, as in a pivot table, and stays without a date; so does a quarter above months.

    >>> months_under_years(pl.Series(["2023", "Jan", "Feb", "2024", "Jan", "Grand Total"])).to_list()
    ['2023', '2023-01', '2023-02', '2024', '2024-01', 'Grand Total']
    """
    first = next((cell.strip() for cell in column.head(20).to_list() if cell and cell.strip()), "")
    if not _YEAR.fullmatch(first) or column.n_unique() > _MOST_WORDS:
        return None
    words = [(cell or "").strip() for cell in column.to_list()]
    distinct = set(words)
    years, months, quarters = (_read(distinct, each) for each in (_year, month_number, _quarter))
    others = {word for word in distinct if word not in {*years, *months, *quarters} and not _sums_up(word)}
    if others or len(years) == 0 or not (months or quarters):
        return None
    found, year = [], ""
    for word in words:
        year = str(years[word]) if word in years else year
        part = f"-{months[word]:02d}" if word in months else f"-Q{quarters[word]}" if word in quarters and not months else ""
        found.append(f"{year}{part}" if part else word)
    return pl.Series(column.name, found, dtype=pl.String)


def _read(words: set[str], reading: Callable[[str], int | None]) -> dict[str, int]:
    return {word: number for word in words if word and (number := reading(word)) is not None}


def _year(word: str) -> int | None:
    match = _YEAR.fullmatch(word)
    return int(match.group(1)) if match else None


def _quarter(word: str) -> int | None:
    match = _QUARTER.fullmatch(word)
    return int(match.group(1) or match.group(2)) if match else None


def _sums_up(word: str) -> bool:
    return not word or is_total(word) or is_total(re.sub(r"\d{4}", "", word).strip())


def counts_days(column: pl.Series) -> bool:
    """Whether a column numbers its days or weeks with a word before them, as in "d_17".

    >>> counts_days(pl.Series(["d_1", "d_2"])), counts_days(pl.Series(["d1", "A_2"]))
    (True, False)
    """
    filled = column.filter(column.str.strip_chars() != "")
    return len(filled) > 0 and bool(filled.str.contains(_COUNTED_DAY).all())


def counted_down(column: pl.Series, issues: list[str]) -> pl.Series:
    """Days or weeks that are numbered down a column, laid on the calendar as those across are; any other column as it is."""
    if not counts_days(column):
        return column
    labels = column.unique(maintain_order=True).to_list()
    moments, _, _ = counted(labels, issues)
    days = [f"{moment:%Y-%m-%d}" if moment else "" for moment in moments]
    return column.replace_strict(labels, days, return_dtype=pl.String)


def counted(labels: list[str], issues: list[str]) -> tuple[list[object], str, str]:
    """`d_1, d_2, ...` name no calendar: they are laid on days from a Monday, which is said."""
    numbers = [int(m.group(1)) if (m := _COUNTER.fullmatch(x.strip())) else None for x in labels]
    weekly = any(re.match(r"\s*(w|wk|week|kw|第\d+周)", x, re.IGNORECASE) for x in labels)
    monthly = any(re.match(r"\s*(m|month)[_\s-]?\d", x, re.IGNORECASE) for x in labels)
    unit = "1w" if weekly else "1mo" if monthly else "1d"
    issues.append(
        f"the periods ({labels[0]!r}, ...) carry no dates; "
        f"they are counted from {_FIRST_DAY if unit != '1mo' else '2000-01-01'}"
    )
    start = pl.Series(["2000-01-01" if monthly else _FIRST_DAY]).str.to_datetime("%Y-%m-%d", time_unit="us")
    first = min((n for n in numbers if n is not None), default=0)
    moments = [None if n is None else start.dt.offset_by(f"{n - first}{unit[1:]}").item() for n in numbers]
    return list(moments), {"1w": "week", "1mo": "month", "1d": ""}[unit], ""
