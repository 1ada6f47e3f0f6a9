"""The day or moment of each row: from a column of dates, from its parts in columns of their own, or from a name or title."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import polars as pl

from forecasting.core.errors import MappingNeeded
from forecasting.ingest.cells.calendars import counted_down
from forecasting.ingest.cells.dates import HALF_YEARS, Dates, parse_dates
from forecasting.ingest.cells.datetext import WEEK_WORDS, fiscal, month_number, parse_date_text
from forecasting.ingest.meaning.columns import ColumnReader, is_total_cell
from forecasting.ingest.meaning.naming import month_named, period_named, year_named
from forecasting.ingest.reading.table import Table

# An hour or a time, or the first of a span of them: "9", "9 pm", "09:30", "09:00-10:00", "9点".
_CLOCK = r"^(\d{1,2})(?:[:.h点时](\d{2}))?(?::\d{2})?\s*[h点时]?\s*(?:([ap])\.?m\.?)?\s*(?:[-–~至].*)?$"
_MONTHS = re.compile(r"month|monat|\bm[eê]s\b|mois|mese|maand|miesiąc|månad|måned|měsíc|месяц|年?月|년?월", re.IGNORECASE)
_DAY_OF_YEAR = r"^\s*(\d{1,2})\s?[./-]\s?(\d{1,2})\.?\s*$"
_WEEK_DIGITS = r"^\s*(?:((?:19|20)\d\d)\s?[-/.]?\s?([0-5]?\d)|([0-5]?\d)\s?[-/.]\s?((?:19|20)\d\d))\s*$"


def read_dates(reader: ColumnReader) -> Dates:
    """The dates of all rows; rows without one are noted by the reader as unusable, and what had to be decided is said."""
    j = reader.mapping.index("date")
    column = _composed_dates(reader) if j is None else _periods_in_digits(reader.header("date"), _whole_days(reader, j))
    column = counted_down(column, reader.issues)
    note_fiscal(column, reader.issues)
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
    reader.check(missing & ~reader.totals, "date", column, "no date")
    reader.check(found.bad & ~reader.totals, "date", column, f"not a date that can be a day of sales{order}")
    return _with_clock(reader, found)


def note_fiscal(texts: pl.Series, issues: list[str]) -> None:
    """Say that fiscal years are read as calendar years, where there are any."""
    if texts.head(100).str.contains(r"(?i)\bFY\s?'?\d\d").any():
        issues.append("fiscal years (FY) are taken as calendar years: write dates instead if your year begins elsewhere")


def _whole_days(reader: ColumnReader, index: int) -> pl.Series:
    """Days written without their year ("31.12."), with the one that a name or title says."""
    column = reader.table.column(index)
    short = column.str.contains(_DAY_OF_YEAR) | (column == "") | is_total_cell(column)
    if not short.all() or (year := year_named(reader.table)) is None:
        return column
    reader.issues.append(f"the year {year} was read from the name of the sheet or file, or from a title")
    return column.str.replace(_DAY_OF_YEAR, f"${{1}}/${{2}}/{year}")


def _periods_in_digits(header: str, column: pl.Series) -> pl.Series:
    """Weeks and months in digits that mean another thing, or nothing, without the heading above them."""
    column = _weeks_in_digits(header, column)
    if not _MONTHS.search(header):
        return column
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
    if year is not None:
        note_fiscal(year, reader.issues)
        year, month = _repeated_down(reader, _calendar_years(year), month)
    whole = _year_of_title(reader) if year is None else year
    if month is not None:
        if "period" in reader.header("month").lower() or month.str.contains(r"(?i)^\s*p").any():
            reader.issues.append("period 1 is taken as January: write months instead if your year begins elsewhere")
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


def _calendar_years(year: pl.Series) -> pl.Series:
    words = {word: fiscal(word.removesuffix(".0")) for word in year.unique().to_list()}
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


def _no_dates(table: Table) -> str:
    if month_named(table):
        return (
            f"{table.name}, {table.sheet!r}, names a month but no year: put the year into the name of the file, such as "
            "'sales 2024.xlsx', or add a column of dates"
        )
    return (
        f"{table.name} has no column with dates among {table.listing()}: "
        "a column with the day, week or month of each sale is needed; name it 'date' or choose it in the mapping"
    )
