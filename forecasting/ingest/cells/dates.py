"""Columns of text -> dates. The order of day and month is decided by the whole column and its cadence."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

import polars as pl

from forecasting.ingest.cells.calendars import months_under_years, written_out
from forecasting.ingest.cells.datetext import KOREAN, TIME, WEEK_OF, full_year, parse_date_text
from forecasting.ingest.cells.numbers import is_missing, unwrap

FIRST_YEAR, LAST_YEAR = 1900, 2100
_MODERN, _ENOUGH_OLD = 1980, 10
_FAR_DAYS = 3 * 366
_FEWEST_SWAPPED = 5
_NUMERIC = (
    rf"^(?:[A-Za-zéäöüÀ-ÿ]{{2,10}}\.?,?\s+)?(\d{{1,4}})\s?[-/.年]\s?(\d{{1,2}})\s?[-/.月]\s?(\d{{1,4}})\s?[日号.]?{TIME}$"
)
_COMPACT = rf"^(\d{{4}})(0[1-9]|1[0-2])([0-2]\d|3[01])(?:\.0)?{TIME}$"
_COMPACT_YEAR_LAST = rf"^([0-3]\d)([0-3]\d)((?:19|20)\d\d){TIME}$"
_DAY = r"\d{1,4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,4}\s?[日号.]?"
_SPAN = rf"^({_DAY})\s*(?:~|–|—|至|到|to|bis|au|hasta|\s-\s|-)\s*({_DAY})$"
_SPAN_IN_WORDS = r"(\D{0,12}\d{1,4}[^~]*[A-Za-zÀ-ÿ]{3}[^~]*\d)\s+(?:~|–|—|to|bis|au|hasta|al|-)\s+(\D{0,12}\d{1,4}[^~]*\d)"
HALF_YEARS = "half-years are added up to years: a forecast is made by years, quarters, months, weeks, days or hours"
_HALVES = re.compile(r"(上午|下午|晚上|中午|凌晨)\s*(\d{1,2}:\d{2}(?::\d{2})?)")
# The weekday behind a date, as Chinese and Japanese write it, and years counted from an emperor's first.
_WEEKDAY = re.compile(
    r"\s*(?:\((?:星期|[周週])?[月火水木金土日一二三四五六天]\)|星期[一二三四五六日天]|[周週][一二三四五六日](?!\w)|[月火水木金土日]曜日?)"
)
_ERA = re.compile(r"(令和|平成)\s*(\d{1,2}|元)\s*年")
# The digits of Arabic, Persian, Hindi, Bengali and Thai.
_DIGITS = {first + k: str(k) for first in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50) for k in range(10)}
_ERAS = {"令和": 2018, "平成": 1988}
_YEAR_FIRST, _YEAR_LAST = r"^\D*\d{4}(?:\D|$)", r"^\D*\d{1,2}\D+\d{1,2}\D+\d{4}(?:\D|$)"
_PLAIN_DAY = re.compile(r"(\d{4}|\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{1,2})|(\d{4})(\d{2})(\d{2})")


@dataclass(frozen=True)
class Dates:
    """A column as dates: `values` (Datetime, null where blank or bad), `bad` (text that is no usable date), the order used.

    `order` is YMD, DMY, MDY or "" (written so that no order is needed). `ambiguous` says that day and month could be swapped
    throughout; `grain` is "week", "month", "quarter" or "half" when the texts name whole periods, else "". `swapped` says that
    day and month of some dates were put back in their places.
    """

    values: pl.Series
    bad: pl.Series
    order: str
    ambiguous: bool = False
    grain: str = ""
    swapped: bool = False


def parse_dates(column: pl.Series, order: str | None = None, hint: str = "", strays: bool = True) -> Dates:
    """Read a text column as dates.

    Args:
        column: text.
        order: "DMY", "MDY" or "YMD" where it is known; otherwise the column decides, then its cadence, then `hint`.
        strays: whether dates years away from all others are refused; not where the column is a part of one only.

    Example:
        >>> parse_dates(pl.Series(["31/12/2023", "01/01/2024"])).values.dt.to_string("%F").to_list()
        ['2023-12-31', '2024-01-01']
    """
    column = _with_years(column)
    texts = column.unique(maintain_order=True)
    clean, ends = _single_days(texts)
    parts = _split_numeric(clean)
    found, ambiguous = (order, False) if order else _order_of(clean, parts, hint)
    values = _from_parts(parts, found)
    back = _put_back(parts, values) if strays else None
    values = values if back is None else back
    rest = clean.filter(values.is_null()).to_list()
    others, grain = _parse_rest([t for t in rest if t is not None and not is_missing(t)])
    if others:
        extra = clean.replace_strict(list(others), list(others.values()), default=None, return_dtype=pl.Datetime("us"))
        values = values.fill_null(extra)
    values = values.set(~values.dt.year().is_between(FIRST_YEAR, LAST_YEAR).fill_null(False), None)
    values = _without_placeholders(values)
    values = _without_strays(values, texts, column) if strays else values
    wrong = [t for t in texts.filter(values.is_null()).to_list() if t is not None and not is_missing(t)]
    mapped = _lookup(column, texts, values)
    bad = column.is_in(wrong) if wrong else pl.Series([False]).new_from_index(0, len(column))
    used = found if parts.drop_nulls("a").height else ""
    grain = grain or _span_grain(values, ends, found)
    return Dates(mapped, bad, used or "", ambiguous and bool(used), grain, back is not None)


def date_order(column: pl.Series, hint: str = "") -> tuple[str, bool]:
    """The order in which `parse_dates` reads a column, "" where none is needed, and whether it could be another.

    >>> date_order(pl.Series(["31/12/2023", "01/01/2024"])), date_order(pl.Series(["Jan 2024"]))
    (('DMY', False), ('', False))
    """
    clean, _ = _single_days(_with_years(column).unique(maintain_order=True))
    return _order_of(clean, _split_numeric(clean), hint)


def _with_years(column: pl.Series) -> pl.Series:
    """The cells, months below a year with that year."""
    column = column.alias("cell")
    nested = months_under_years(column)
    return column if nested is None else nested


def _single_days(texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Texts of dates without what stands around a day, and beside them the last day of those that are spans of days."""
    return _first_days(_without_week_words(written_out(_tidied(texts))))


def _order_of(clean: pl.Series, parts: pl.DataFrame, hint: str) -> tuple[str, bool]:
    found, ambiguous = _decide_order(parts, hint)
    dotted = ambiguous and _dotted(clean.filter(parts["a"].is_not_null()))
    return ("DMY", False) if dotted else (found, ambiguous)


def may_be_swapped(column: pl.Series) -> bool:
    """Whether `parse_dates` may find days and months swapped: only where some dates begin with their year and others end so.

    >>> may_be_swapped(pl.Series(["2024-05-02", "13/02/2024"])), may_be_swapped(pl.Series(["2024-05-02", "2024-05-03"]))
    (True, False)
    """
    return bool(column.str.contains(_YEAR_FIRST).any() and column.str.contains(_YEAR_LAST).any())


def plain_day(text: str, order: str) -> dt.date | None:
    """A day since 1980 written as three numbers in a known order, or with the name of its month; None for anything else.

    >>> plain_day("12/31/2023", "MDY"), plain_day("31/12/2023", "MDY"), plain_day("31-Dec-23", "MDY")
    (datetime.date(2023, 12, 31), None, datetime.date(2023, 12, 31))
    """
    match = _PLAIN_DAY.fullmatch(text)
    if match is None:
        value, grain = parse_date_text(text) if re.search("[A-Za-z]", text) else (None, "")
        day = value.date() if value is not None and not grain else None
    else:
        a, b, c = (part for part in match.groups() if part)
        year_first = len(a) == 4 or (order == "YMD" and len(c) < 3)
        parts = dict(zip("YMD" if year_first else order, (a, b, c), strict=True))
        day = _day_of(parts) if year_first or (order != "YMD" and len(parts["Y"]) in (2, 4)) else None
    return day if day is not None and _MODERN <= day.year <= LAST_YEAR else None


def _day_of(parts: dict[str, str]) -> dt.date | None:
    try:
        return dt.date(full_year(parts["Y"]), int(parts["M"]), int(parts["D"]))
    except ValueError:
        return None


def far_apart(days: pl.Series) -> bool:
    """Whether days (in any order) leave a gap of years between them, so that some may be no days of sales.

    >>> import datetime as dt
    >>> far_apart(pl.Series([dt.datetime(2011, 5, 1), dt.datetime(2021, 5, 1)]))
    True
    """
    return int(days.unique().sort().diff().dt.total_days().max() or 0) >= _FAR_DAYS  # type: ignore[arg-type]


def _dotted(texts: pl.Series) -> bool:
    """Whether all dates are written with full stops, year last: nobody puts the month first so."""
    return bool(texts.str.contains(r"^\D*\d{1,2}\.\s?\d{1,2}\.\s?\d{2,4}(\D|$)").mean() == 1.0)


def _without_placeholders(values: pl.Series) -> pl.Series:
    """A few dates long ago are a system's zero (1900, 1970); many are a historical series."""
    old = (values.dt.year() < _MODERN).fill_null(value=False)
    few = values.filter(old).dt.date().n_unique() < _ENOUGH_OLD
    return values.set(old, None) if few else values


def _without_strays(values: pl.Series, texts: pl.Series, column: pl.Series) -> pl.Series:
    """Dates years away from all others, on hardly any row, are typing errors or a system's "never": no days of sales."""
    known = values.drop_nulls().unique().sort()
    steps = known.diff().dt.total_days()
    if len(known) < 10 or int(steps.max() or 0) <= _FAR_DAYS:  # type: ignore[arg-type]
        return values
    group = (steps.fill_null(0) > _FAR_DAYS).cast(pl.Int32).cum_sum()
    groups = pl.DataFrame({"value": known, "group": group})
    counts = column.value_counts(name="n")
    rows = (
        pl.DataFrame({"text": texts, "value": values})
        .join(counts.rename({column.name: "text"}), on="text")
        .join(groups, on="value")
    )
    sizes = rows.group_by("group").agg(pl.col("n").sum())
    small = sizes.filter(pl.col("n") < 0.01 * int(sizes["n"].sum()))["group"].to_list()
    strays = groups.filter(pl.col("group").is_in(small))["value"]
    return values.set(values.is_in(strays.implode()).fill_null(False), None) if len(strays) else values


def _lookup(column: pl.Series, texts: pl.Series, values: pl.Series) -> pl.Series:
    keys = pl.DataFrame({"text": texts, "value": values})
    return column.alias("text").to_frame().join(keys, on="text", how="left", maintain_order="left")["value"]


def _tidied(texts: pl.Series) -> pl.Series:
    """Plain texts pass; the others are normalised one by one."""
    odd = texts.str.contains(r'[^\x20-\x7e]|^[\s="\']|\s$').fill_null(False)
    if not odd.any():
        return texts
    return pl.Series(
        texts.name,
        [
            _western(unicodedata.normalize("NFKC", unwrap(t))) if o and t is not None else t
            for t, o in zip(texts.to_list(), odd.to_list(), strict=True)
        ],
        dtype=pl.String,
    )


def _without_week_words(texts: pl.Series) -> pl.Series:
    """ "W/E 07-Jan-24" and "Wk 1 (01/01/2024)" as the days they name."""
    if not texts.str.contains(WEEK_OF).any():
        return texts
    days = texts.str.extract_groups(WEEK_OF).struct.rename_fields(["said", "bracketed", "plain"]).struct.unnest()
    return days["said"].fill_null(days["bracketed"]).fill_null(days["plain"]).fill_null(texts).alias(texts.name)


def _first_days(texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Spans of days as their first day, and beside them their last day; null where a text is no span."""
    if texts.str.contains(_SPAN_IN_WORDS).any():
        texts = _in_digits(texts)
    if not texts.str.contains(_SPAN).any():
        return texts, texts.clear(len(texts))
    spans = texts.str.extract_groups(_SPAN).struct.rename_fields(["first", "last"]).struct.unnest()
    return spans["first"].fill_null(texts).alias(texts.name), spans["last"]


def _in_digits(texts: pl.Series) -> pl.Series:
    """Spans of days with names of months, "1 Jan 2024 - 7 Jan 2024", in digits."""
    matches = {text: match for text in texts.to_list() if text and (match := re.fullmatch(_SPAN_IN_WORDS, text))}
    ends = {text: [parse_date_text(part) for part in match.groups()] for text, match in matches.items()}
    days = {text: [value for value, grain in both if value is not None and not grain] for text, both in ends.items()}
    spans = {text: f"{both[0]:%Y-%m-%d} ~ {both[1]:%Y-%m-%d}" for text, both in days.items() if len(both) == 2}
    return texts.replace(list(spans), list(spans.values()))


def _span_grain(values: pl.Series, ends: pl.Series, order: str) -> str:
    """The period that spans of days stand for, by the length that most of them have."""
    if not ends.is_not_null().any():
        return ""
    days = (_from_parts(_split_numeric(ends), order) - values).dt.total_days().drop_nulls()
    usual = int(days.mode().min() or 0) if len(days) else 0  # type: ignore[arg-type]
    return "week" if usual == 6 else "month" if 27 <= usual <= 30 else "quarter" if 89 <= usual <= 91 else ""


def _western(text: str) -> str:
    """`令和6年1月5日(金) 下午 3:05` as 2024年1月5日 3:05 PM."""
    text = text.translate(_DIGITS)
    text = _ERA.sub(lambda m: f"{_ERAS[m.group(1)] + (1 if m.group(2) == '元' else int(m.group(2)))}年", text)
    text = _WEEKDAY.sub("", text.translate(KOREAN))
    return _HALVES.sub(lambda m: f"{m.group(2)} {'AM' if m.group(1) in ('上午', '凌晨') else 'PM'}", text)


def _split_numeric(texts: pl.Series) -> pl.DataFrame:
    """Three numbers and a time from each text, null where it is written otherwise."""
    names = ["a", "b", "c", "hour", "minute", "second", "half"]
    separated = texts.str.extract_groups(_NUMERIC).struct.rename_fields(names).struct.unnest()
    compact = texts.str.extract_groups(_COMPACT).struct.rename_fields(names).struct.unnest()
    if compact["a"].is_null().any() and separated["a"].is_null().any():
        last = texts.str.extract_groups(_COMPACT_YEAR_LAST).struct.rename_fields(names).struct.unnest()
        separated = separated.with_columns(pl.col(n).fill_null(last[n]) for n in names)
    use = pl.Series(separated["a"].is_null() & compact["a"].is_not_null())
    merged = [pl.when(use).then(compact[n]).otherwise(separated[n]).alias(n) for n in names]
    frame = pl.select(*merged, pl.lit(separated["a"].str.len_chars()).alias("digits"), compact_form=use)
    numbers = [pl.col(n).cast(pl.Int32, strict=False) for n in names[:6]]
    return frame.with_columns(
        *numbers,
        pl.when("compact_form").then(4).otherwise("digits").alias("digits"),
        c_digits=pl.col("c").str.len_chars(),
        half=pl.col("half").str.to_lowercase().str.slice(0, 1),
    )


def _put_back(parts: pl.DataFrame, values: pl.Series) -> pl.Series | None:
    """Dates of which a spreadsheet read those up to the 12th of a month with day and month swapped, put right; else None.

    A program set to month first takes 05/02 for the 2nd of May, a date, and leaves 13/02 as text, for there is no such month.
    So the dates that it made all have days up to 12, all other texts begin with a number beyond, and only swapped do the
    dates follow each other as days do.
    """
    made = parts["digits"] == 4
    typed = parts["c_digits"] == 4
    beyond = parts.filter(typed)["a"] > 12
    if (
        made.sum() < _FEWEST_SWAPPED
        or typed.sum() < _FEWEST_SWAPPED
        or (parts.filter(made)["c"] > 12).any()
        or not beyond.all()
    ):
        return None
    swapped = _from_parts(parts.with_columns(b="c", c="b"), "YMD")
    back = values.zip_with(~made.fill_null(False), swapped)
    return back if _closeness(back) > 2 * _closeness(values) else None


def _closeness(values: pl.Series) -> float:
    """The share of the days between the first and the last on which something stands."""
    days = values.dt.date().drop_nulls().unique()
    return len(days) / (1 + (days.max() - days.min()).days) if len(days) else 0.0  # type: ignore[operator, union-attr]


def _decide_order(parts: pl.DataFrame, hint: str) -> tuple[str, bool]:
    """The order all texts can be read in; cadence chooses among several; then the hint, and that is ambiguous."""
    numeric = parts.drop_nulls("a")
    if not numeric.height:
        return "", False
    orders = ["DMY", "MDY"] if (numeric["c_digits"] == 4).any() else ["DMY", "MDY", "YMD"]
    if (numeric["digits"] == 4).all():
        swapped = numeric.filter((pl.col("b") > 12) & (pl.col("c") <= 12)).height
        return ("YDM", False) if swapped and not numeric.filter(pl.col("c") > 12).height else ("YMD", False)
    valid = {order: int(_from_parts(numeric, order).is_not_null().sum()) / numeric.height for order in orders}
    best = max(valid.values())
    left = [order for order in valid if valid[order] >= best - 0.02]
    if len(left) == 1:
        return left[0], False
    return _by_cadence(numeric, left, hint)


def _by_cadence(numeric: pl.DataFrame, orders: list[str], hint: str) -> tuple[str, bool]:
    scores = {order: _regularity(_from_parts(numeric, order)) for order in orders}
    ranked = sorted(orders, key=lambda o: -scores[o])
    if scores[ranked[0]] > scores[ranked[1]] + 0.25:
        return ranked[0], False
    if hint in orders:
        return hint, True
    return ranked[0], True


def _regularity(values: pl.Series) -> float:
    """How evenly and how closely the distinct days follow each other, and whether they rise through the file."""
    days = values.dt.date().drop_nulls()
    if days.is_empty():
        return 0.0
    plausible = int(days.dt.year().is_between(1995, 2040).sum()) / len(days)
    rising = int((days.diff().dt.total_days() >= 0).sum()) / (len(days) - 1) if len(days) > 1 else 1.0
    steps = days.unique().sort().diff().drop_nulls().dt.total_days().to_list()
    if not steps:
        return rising * plausible
    counted = Counter(min(s, 400) if not 28 <= s <= 31 else 30 for s in steps)
    step, times = counted.most_common(1)[0]
    covered = min(1.0, len(steps) / max(1, sum(steps) / step))
    common = times / len(steps) * covered
    return (common + 0.5 * rising) * plausible


def _from_parts(parts: pl.DataFrame, order: str) -> pl.Series:
    """Datetimes from the numbers in the given order; null where no such day exists."""
    if not order:
        return pl.Series("value", [None], dtype=pl.Datetime("us")).new_from_index(0, parts.height)
    four_first = pl.col("digits") == 4
    y, m, d = (order.index(letter) for letter in "YMD")
    place = ["a", "b", "c"]
    usual = {"year": place[y], "month": place[m], "day": place[d]}
    first_year = {"year": "a", "month": "c", "day": "b"} if order == "YDM" else {"year": "a", "month": "b", "day": "c"}
    picked = {k: pl.when(four_first).then(pl.col(first_year[k])).otherwise(pl.col(usual[k])) for k in usual}
    # "0001" is the year 1, a system's zero; only a year written with two digits is of this century or the last.
    year = (
        pl.when(four_first & (picked["year"] < 100))
        .then(None)
        .when(picked["year"] < 70)
        .then(picked["year"] + 2000)
        .when(picked["year"] < 100)
        .then(picked["year"] + 1900)
    )
    short = pl.when(four_first | (pl.col("c_digits") == 4) | (order == "YMD")).then(True).otherwise(pl.col("c_digits") == 2)
    valid_year = year.otherwise(picked["year"])
    hour = pl.col("hour").fill_null(0) % 12 + 12 * (pl.col("half") == "p").cast(pl.Int32)
    hour = pl.when(pl.col("half").is_in(["a", "p"])).then(hour).otherwise(pl.col("hour").fill_null(0))
    last_hour = (hour == 24) & (pl.col("minute") == 0) & (pl.col("second").fill_null(0) == 0)
    hour = pl.when(last_hour).then(0).otherwise(hour)
    text = pl.format(
        "{}-{}-{} {}:{}:{}",
        valid_year,
        picked["month"],
        picked["day"],
        hour,
        pl.col("minute").fill_null(0),
        pl.col("second").fill_null(0),
    )
    read = text.str.strptime(pl.Datetime("us"), "%Y-%m-%d %H:%M:%S", strict=False)
    # 24:00 ends a day, which is the beginning of the next.
    read = pl.when(last_hour).then(read.dt.offset_by("1d")).otherwise(read)
    usable = short & (valid_year >= 1000) & (four_first | (picked["year"] < 1000) | (pl.col("c_digits") == 4))
    return parts.select(pl.when(usable).then(read).alias("value")).to_series()


def _parse_rest(texts: list[str]) -> tuple[dict[str, dt.datetime | None], str]:
    """Everything that is not three numbers: month names, weeks, months, quarters, serials, epochs."""
    read: dict[str, dt.datetime | None] = {}
    grains: Counter[str] = Counter()
    for text in texts:
        value, grain = parse_date_text(text)
        read[text] = value
        if value is not None:
            grains[grain] += 1
    return read, grains.most_common(1)[0][0] if grains else ""
