"""The day or moment of each row: from a column of dates, from its parts in columns of their own, or from a name or title."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from itertools import pairwise

import polars as pl

from forecasting.core.errors import MappingNeeded
from forecasting.ingest.cells.calendars import counted_down, days_of_year, months_or_days, thirteenth, weeks_in_digits
from forecasting.ingest.cells.dates import HALF_YEARS, Dates, parse_dates
from forecasting.ingest.cells.datetext import SEVERAL_WEEKS, WEEK_WORDS, fiscal, full_year, month_number, parse_date_text
from forecasting.ingest.meaning.columns import ColumnReader, is_total_cell
from forecasting.ingest.meaning.naming import month_named, period_named, year_named
from forecasting.ingest.reading.table import Table
from forecasting.ingest.words.products import is_total
from forecasting.ingest.words.vocabulary import plain

# An hour or a time, or the first of a span of them: "9", "9 pm", "09:30", "09:00-10:00", "9点".
_CLOCK = r"^(\d{1,2})(?:[:.h点时](\d{2}))?(?::\d{2})?\s*[h点时]?\s*(?:([ap])\.?m\.?)?\s*(?:[-–~至].*)?$"
_MONTHS = re.compile(r"month|monat|\bm[eê]s\b|mois|mese|maand|miesiąc|månad|måned|měsíc|месяц|年?月|년?월", re.IGNORECASE)
_PERIOD = r"(?i)(?:^|[^a-z])P(?:er(?:iod)?)?\.?\s?\d{1,2}(?:\D|$)"
_MAY_BE_PERIOD = rf"{_PERIOD}|^\s*(?:19|20)\d\d[-/.\s]?\d\d?\s*$"
FISCAL = "fiscal years (FY) are taken as calendar years: write dates instead if your year begins elsewhere"
PERIODS_ARE_MONTHS = (
    "period 1 is taken as January, and so on: write dates instead if your year begins elsewhere or your periods are no months"
)
_DAY_IN_NUMBERS = r"^\s*(\d{1,2})\s?[./-]\s?(\d{1,2})\.?\s*$"
_YEARLESS = (
    r"^\s*(?:\pL{2,10}\.?,?\s+)?(?:\d{1,2}\.?[\s\-/]*\pL{3,12}\.?|\pL{3,12}\.?(?:[\s\-/]*\d{1,2})?"
    r"|\d{1,2}\s?[./-]\s?\d{1,2}\.?|\d{1,2}月\d{1,2}[日号])\s*$"
)
_SEEN = 100
_FEWEST_COUNTED = 3
_COUNTERS = re.compile(r"(?:day|period|time)(?: no| nr| number)?|t|tag|jour|dia|día|step|n|index|天|日")
_LAST_DAY, _LAST_WEEK = 366, 53
_WEEK_DIGITS = r"^\s*(?:((?:19|20)\d\d)\s?[-/.]?\s?([0-5]?\d)|([0-5]?\d)\s?[-/.]\s?((?:19|20)\d\d))\s*$"


def read_dates(reader: ColumnReader) -> Dates:
    """The dates of all rows; rows without one are noted by the reader as unusable, and what had to be decided is said."""
    if reader.whole is not None and reader.whole.periods is not None:
        periods = pl.Series("date", reader.whole.periods)  # read already, with those of the other rows
        return Dates(periods, periods.is_null(), reader.mapping.date_order)
    j = reader.mapping.index("date")
    column = (
        _composed_dates(reader)
        if j is None
        else _periods_in_digits(reader.header("date"), in_named_year(reader.table.column(j), reader.table, reader.issues))
    )
    column = counted_down(column, reader.issues)
    note_periods(column, reader.table.name, reader.issues)
    found = parse_dates(column, reader.mapping.date_order or None, strays=reader.whole is None)
    if found.ambiguous:
        reader.issues.append(
            f"every date in {reader.header('date')!r} can be read day first or month first; "
            f"{found.order} was taken: confirm or change it"
        )
    if found.grain == "half":
        reader.issues.append(HALF_YEARS)
    if found.swapped:
        reader.issues.append(
            f"dates up to the 12th of a month in {reader.header('date')!r} had day and month swapped, as a spreadsheet set to "
            "month first leaves them; they were put right"
        )
    order = f"; dates are read as {found.order}" if found.order else ""
    missing = found.values.is_null() & ~found.bad
    several = column.str.contains(SEVERAL_WEEKS)
    if several.any() and (~several & found.values.is_not_null()).any():
        reader.check(several, "date", column, "several weeks in one, beside rows for each week")
    reader.check(missing & ~reader.totals, "date", column, "no date")
    reader.check(found.bad & ~reader.totals, "date", column, f"not a date that can be a day of sales{order}")
    return _with_clock(reader, found)


def note_periods(texts: pl.Series, name: str, issues: list[str]) -> None:
    """Say how labels of periods are read that can mean another thing; raises MappingNeeded for periods of four weeks."""
    head = texts.head(_SEEN)
    note_fiscal(head, issues)
    if head.str.contains(_PERIOD).any():
        issues.append(PERIODS_ARE_MONTHS)
    if (label := months_or_days(head)) is not None:
        month = f"{label.strip()[:4]}-{label.strip()[4:]}"
        issues.append(f"{label} and the like are read as months ({month}): write days as 2020-01-31 if they are days")
    if head.str.contains(_MAY_BE_PERIOD).any() and (label := thirteenth(texts)) is not None:
        raise MappingNeeded(
            f"{name} counts 13 periods a year ({label!r}), each of four weeks, which no month can stand for: "
            "give the sales by day or by week, with a date"
        )


def note_fiscal(texts: pl.Series, issues: list[str]) -> None:
    """Say that fiscal years are read as calendar years, where there are any."""
    if texts.head(_SEEN).str.contains(r"(?i)\bFY\s?'?\d\d").any():
        issues.append(FISCAL)


def in_named_year(texts: pl.Series, table: Table, issues: list[str]) -> pl.Series:
    """Days such as "3-Jan" with the year that a name or title says; other texts as they are."""
    if not _may_be_days(texts):
        return texts
    distinct = [text for text in texts.unique(maintain_order=True).to_list() if text.strip()]
    days, year = days_of_year([text for text in distinct if not is_total(text)]), year_named(table)
    scattered = not days and year is not None and _in_numbers(texts)
    if not days and not scattered:
        return texts
    if year is None:
        example = next((text for text in distinct if re.search(r"\d", text)), "")
        raise MappingNeeded(
            f"{table.name} has days without a year ({example!r}): put the year into the name of the file or sheet, "
            "such as 'sales 2024.xlsx', or write '3 Jan 2024'"
        )
    issues.append(f"the year {year} was read from the name of the sheet or file, or from a title")
    if scattered:
        return texts.str.replace(_DAY_IN_NUMBERS, f"${{1}}/${{2}}/{year}")
    return texts.replace(list(days), [f"{year}-{day}" for day in days.values()])


def _in_numbers(texts: pl.Series) -> bool:
    return bool((texts.str.contains(_DAY_IN_NUMBERS) | (texts == "") | is_total_cell(texts)).all())


def _may_be_days(texts: pl.Series) -> bool:
    """Whether the first texts may be days without a year, so that large columns are not looked through."""
    head = texts.head(_SEEN)
    others = head.filter(~head.str.contains(_YEARLESS))
    return len(others) < len(head) and bool(((others.str.strip_chars() == "") | is_total_cell(others)).all())


def _periods_in_digits(header: str, column: pl.Series) -> pl.Series:
    """Weeks and months in digits that mean another thing, or nothing, without the heading above them."""
    column = _weeks_in_digits(header, column)
    if not _MONTHS.search(header):
        weeks = weeks_in_digits(column)
        return column if weeks is None else weeks
    parts = (
        column.str.extract_groups(r"^\s*(\d{1,2})\s?[-/.]\s?(\d\d)\s*$").struct.rename_fields(["month", "year"]).struct.unnest()
    )
    month, year = (parts[name].cast(pl.Int64, strict=False) for name in ("month", "year"))
    # "01/23": with years beyond 12 nothing else can be meant.
    if not (month.is_not_null() | (column == "")).all() or not month.is_between(1, 12).all() or not (year > 12).all():
        return column
    return ("20" + parts["year"] + "-" + parts["month"].str.zfill(2)).fill_null("").alias(column.name)


def _weeks_in_digits(header: str, column: pl.Series) -> pl.Series:
    """ "202413", "2024-13" or "13/2024" below a heading that says week is the 13th week of 2024, and no month."""
    if not WEEK_WORDS.search(header):
        return column
    parts = column.str.extract_groups(_WEEK_DIGITS).struct.rename_fields(["year", "week", "first", "last"]).struct.unnest()
    year, week = parts["year"].fill_null(parts["last"]), parts["week"].fill_null(parts["first"])
    if not (year.is_not_null() | (column == "")).all():
        return column
    return (year + "-W" + week.str.zfill(2)).fill_null("").alias(column.name)


def _with_clock(reader: ColumnReader, dates: Dates) -> Dates:
    """Days and the hour or time that another column says, where all of its cells say one; order times are left as days."""
    clock = reader.text("time")
    timed = (dates.values.dt.time() != dt.time()).any()
    if clock is None or reader.mapping.layout == "orders" or timed or (clock == "").all():
        return dates
    parts = clock.str.to_lowercase().str.extract_groups(_CLOCK).struct.rename_fields(["hour", "minute", "half"]).struct.unnest()
    hour = parts["hour"].cast(pl.Int64, strict=False)
    if (hour.is_null() & (clock != "") & ~reader.totals).any() or (hour > 24).any():
        return dates
    half = parts["half"]
    hour = pl.select(
        pl.when(half.is_not_null()).then(hour % 12 + 12 * (half == "p").cast(pl.Int64)).otherwise(hour)
    ).to_series()
    minutes = 60 * hour + parts["minute"].cast(pl.Int64, strict=False).fill_null(0)
    moments = dates.values + (minutes * 60_000_000).cast(pl.Duration("us"))
    return replace(dates, values=moments.fill_null(dates.values))


def _composed_dates(reader: ColumnReader) -> pl.Series:
    """Dates from a year and a month, week or day in columns of their own; what no column says, a name or a title may."""
    year, quarter, month, week, day = (reader.text(role) for role in ("year", "quarter", "month", "week", "day"))
    if year is None and quarter is None and month is None and week is None:
        return _named_dates(reader, day)
    if (counted := _beyond_a_year(week, day) if year is None and quarter is None and month is None else None) is not None:
        return counted
    if year is not None:
        note_fiscal(year, reader.issues)
    if any(re.search("fiscal|financial", reader.header(part), re.IGNORECASE) for part in ("year", "quarter", "month", "week")):
        reader.issues.append(FISCAL)
    if year is not None:
        year, month = _repeated_down(reader, _calendar_years(year), month)
    whole = _year_of_title(reader) if year is None else year
    if month is not None:
        if "period" in reader.header("month").lower() or month.str.contains(r"(?i)^\s*p").any():
            reader.issues.append(PERIODS_ARE_MONTHS)
        part = _month_numbers(month)
        named = part + " " + whole
        joined = named.zip_with(~part.str.contains(r"^\d{1,2}$"), whole + "-" + part.str.zfill(2))
        return joined + "-" + day.str.replace(r"\.0$", "").str.zfill(2) if day is not None else joined
    if week is not None:
        number = week.str.extract(r"(\d{1,2})")
        return whole + "-W" + number.fill_null("").str.zfill(2)
    if quarter is not None:
        return whole + "-Q" + _quarter_numbers(quarter)
    return whole + "-01-01"


def _beyond_a_year(week: pl.Series | None, day: pl.Series | None) -> pl.Series | None:
    """Days or weeks that are numbered on and on, beyond those that a year has, as labels that name no calendar."""
    for numbers, last, label in ((day, _LAST_DAY, "d_"), (week, _LAST_WEEK, "week_")):
        counts = numbers.str.extract(r"^(?:\pL+\W?)?(\d{1,4})$") if numbers is not None else None
        if counts is not None and int(counts.cast(pl.Int64).max() or 0) > last:  # type: ignore[arg-type]
            return label + counts.fill_null("")
    return None


def _calendar_years(year: pl.Series) -> pl.Series:
    plain_years = {word: fiscal(word.removesuffix(".0")) for word in year.unique().to_list()}
    words = {word: str(full_year(text)) if re.fullmatch(r"\d\d", text) else text for word, text in plain_years.items()}
    return year.replace(list(words), list(words.values()))


def _repeated_down(reader: ColumnReader, year: pl.Series, month: pl.Series | None) -> tuple[pl.Series, pl.Series | None]:
    """Years that stand only on the first of their months, and months on the first of their rows, on all of these rows.

    Rows of totals keep their blanks, and so does every row where the months would not tell the rows of a SKU apart.
    """
    blank = year == ""
    if month is None or not blank.any() or blank[0]:
        return year, month
    filled = year.set(~year.str.contains(r"^\d{2,4}$"), None).forward_fill().fill_null("")
    of_years = year.zip_with(~(blank & (month != "")), filled)
    keys = reader.text("sku") if reader.mapping.index("sku") is not None else reader.text("name")
    if keys is None:
        return of_years, month
    goods = blank & (month == "") & (keys != "") & ~reader.totals
    of_months = month.zip_with(~goods, month.set(month == "", None).forward_fill().fill_null(""))
    of_rows = of_years.zip_with(~goods, filled)
    rows = pl.DataFrame({"sku": keys, "year": of_rows, "month": of_months}).filter(~reader.totals)
    return (of_years, month) if rows.is_duplicated().any() else (of_rows, of_months)


def _quarter_numbers(quarter: pl.Series) -> pl.Series:
    chinese = {word: str(k) for k, word in enumerate("一二三四", 1)}
    return quarter.str.extract(r"([1-4一二三四])").replace(list(chinese), list(chinese.values())).fill_null("")


def _month_numbers(month: pl.Series) -> pl.Series:
    words = {w: month_number(w) for w in month.unique().to_list()}
    numbers = {w: str(n) for w, n in words.items() if n}
    return month.str.replace(r"\.0$", "").replace(list(numbers), list(numbers.values())) if numbers else month


def _year_of_title(reader: ColumnReader) -> pl.Series:
    year = year_named(reader.table)
    if year is None:
        raise MappingNeeded(
            f"{reader.table.name} says months or weeks, but of no year: name the year in a column, in the name of the sheet or "
            "in the name of the file, such as 'sales 2024.xlsx'"
        )
    reader.issues.append(f"the year {year} was read from the name of the sheet or file, or from a title")
    return pl.Series("date", [year]).new_from_index(0, reader.table.height)


def _named_dates(reader: ColumnReader, day: pl.Series | None) -> pl.Series:
    """The day or month that the sheet, a title or the file names, for all rows; with a column of days, those days."""
    named = period_named(reader.table)
    if named is None:
        raise MappingNeeded(_no_dates(reader.table))
    reader.issues.append(f"there is no date column; {named} was read from the name of the sheet or file, or from a title")
    month, grain = parse_date_text(named)
    if day is not None and month is not None and grain == "month":
        return f"{month:%Y-%m}-" + day.str.replace(r"\.0$", "").str.zfill(2)
    return pl.Series("date", [named]).new_from_index(0, reader.table.height)


def _counter(table: Table) -> str | None:
    """A heading V1, V2, ... or a column of days 1, 2, ... that counts periods without a date; None where there is none."""
    named = table.header if table.has_header else ()
    heads = [header for header in named if re.fullmatch(r"[^\W\d_]{0,6}[\s_-]?\d{1,4}", header.strip())]
    numbers = [int(re.sub(r"\D", "", header)) for header in heads]
    if len(numbers) >= _FEWEST_COUNTED and all(b - a == 1 for a, b in pairwise(numbers)):
        return heads[0]
    for j, header in enumerate(named):
        counted = table.column(j).head(_SEEN).cast(pl.Int64, strict=False).unique().sort()
        known = _COUNTERS.fullmatch(plain(header)) and counted.null_count() == 0
        if known and len(counted) > 1 and counted[0] in (0, 1):
            return f"{header} {counted[0]}"
    return None


def _no_dates(table: Table) -> str:
    if month_named(table):
        return (
            f"{table.name}, {table.sheet!r}, names a month but no year: put the year into the name of the file, such as "
            "'sales 2024.xlsx', or add a column of dates"
        )
    if (counter := _counter(table)) is not None:
        return (
            f"{table.name} numbers its days or periods ({counter!r}, ...) and does not say when they were: "
            "write the day, week or month in place of each number, such as 2024-01-31"
        )
    return (
        f"{table.name} has no column with dates among {table.listing()}: "
        "a column with the day, week or month of each sale is needed; name it 'date' or choose it in the mapping"
    )
