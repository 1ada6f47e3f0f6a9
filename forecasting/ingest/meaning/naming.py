"""The day, month or year that the name of a sheet, a title above the table, or the name of a file says."""

from __future__ import annotations

import re

from forecasting.ingest.cells.datetext import month_number, parse_date_text
from forecasting.ingest.reading.table import Table

_PRINTED = re.compile(
    r"print|export|creat|generat|downloaded|erstellt|gedruckt|imprim|générée?|impreso|打印|导出|下载|制表", re.IGNORECASE
)
_LONGEST = 160
_YEAR = re.compile(r"(?<!\d)(20\d\d|19[89]\d)(?!\d)")


def date_in_name(name: str) -> str | None:
    """A day or month in the name of a file or sheet; of a span of days the first.

    >>> date_in_name("BusinessReport-2024-03-05.csv"), date_in_name("sales Jan 2024.xlsx"), date_in_name("sales2.csv")
    ('2024-03-05', 'Jan 2024', None)
    """
    stem = name if re.search(r"\d/\d", name) else _stem(name)  # a title has days like 1/7/24, and no folders
    if match := re.search(r"(?<!\d)(20\d\d)[-_. ]?([01]\d)[-_. ]?([0-3]\d)(?!\d)", stem):
        return "-".join(match.groups())
    if days := re.findall(r"(?<!\d)([0-3]?\d)([-_./])([0-3]?\d)\2(20\d\d|\d\d)(?!\d)", stem):
        first, _, second, year = days[0]
        # Of a span of days either end may tell that the day comes first.
        day_first = any(int(a) > 12 for a, *_ in days)
        month, day = (second, first) if day_first else (first, second)
        return f"{year if len(year) == 4 else '20' + year}-{int(month):02d}-{int(day):02d}"
    if match := re.search(r"(?<!\d)(20\d\d)[-_. ]?(0?[1-9]|1[0-2])(?!\d)", stem):
        return f"{match.group(1)}-{int(match.group(2)):02d}"
    match = re.search(r"([A-Za-zéûäÀ-ÿ]{3,10})[-_. ]*(20\d\d)(?!\d)", stem)
    if match and parse_date_text(f"{match.group(1)} {match.group(2)}")[0]:
        return f"{match.group(1)} {match.group(2)}"
    match = re.search(r"(?<!\d)(20\d\d)年?[-_. ]*([^\W\d_]{3,10}|\d{1,2}月|[一二三四五六七八九十]{1,2}月)", stem)
    number = month_number(match.group(2)) if match else None
    return f"{match.group(1)}-{number:02d}" if match and number else None


def _stem(name: str) -> str:
    return re.sub(r"\.[A-Za-z][A-Za-z0-9]{0,4}$", "", name.rsplit("/", 1)[-1])


def period_named(table: Table) -> str | None:
    """The day or month for which a table without dates stands: its sheet says it, or a title above it, or the file.

    A month without a year ("Jan", "一月") takes the year that one of the others names.
    """
    for place in _places(table):
        found = date_in_name(place)
        if found:
            return found
    month, year = month_named(table), year_named(table)
    return f"{year}-{month:02d}" if month and year else None


def _places(table: Table) -> list[str]:
    """Where a period can stand, the nearest first; the day on which a report was printed is none."""
    titles = [line for line in table.preamble if len(line) <= _LONGEST and not _PRINTED.search(line)]
    return [table.sheet, *titles, _stem(table.name)]


def month_named(table: Table) -> int | None:
    """The month in the name of the sheet, a title, or the file, whatever the year."""
    for place in _places(table):
        words = re.findall(r"\d{1,2}月|[一二三四五六七八九十]{1,2}月|[^\W\d_]{3,}", place)
        numbers = [n for n in map(month_number, words) if n]
        if numbers:
            return numbers[0]
    return None


def year_named(table: Table) -> str | None:
    """The year in the name of the sheet, a title, or the file.

    >>> import polars as pl
    >>> year_named(Table("sales 2023.xlsx", "Jan", (), pl.DataFrame(), pl.Series()))
    '2023'
    """
    for place in _places(table):
        if match := _YEAR.search(place):
            return match.group(1)
    return None
