"""A merchant's own events, in any spreadsheet -> entries of the calendar."""

from __future__ import annotations

import pandas as pd
import polars as pl

from forecasting.calendar.own import Entry, canonical, entries_from_frame
from forecasting.core.errors import InputError, MappingNeeded
from forecasting.ingest.cells.dates import parse_dates
from forecasting.ingest.reading.reader import main_table, read_tables
from forecasting.ingest.reading.table import Table

_DATES = ("start", "end")


def read_events(data: bytes, name: str) -> tuple[Entry, ...]:
    """Read a file of events.

    Args:
        data: the bytes of the file, of any kind that can be imported.
        name: its name, for messages.

    Raises:
        FileUnreadable: the file holds no table. MappingNeeded: it has no names or no dates, or its dates can be read in two
        ways. InputError: a row has a date without a name, a date that cannot be read, or values that no event can have.

    Example:
        >>> [(fair.name, f"{fair.start:%F}") for fair in read_events(b"event;date\\nFair;01.05.2024\\n", "fairs.csv")]
        [('Fair', '2024-05-01')]
    """
    table = main_table(read_tables(data, name))
    columns = {canonical(header): table.column(place) for place, header in enumerate(table.header)}
    if len(columns) < table.width:
        raise MappingNeeded(f"{name} has two columns of one meaning, such as start and date; keep one of them.")
    for needed in ("name", "start"):
        if needed not in columns:
            raise MappingNeeded(
                f"{name} has no column '{needed}'; it has {', '.join(table.header)}. Events need name and start."
            )
    if not table.height:
        raise MappingNeeded(f"{name} has a header, but no event below it; write one event a row, with its name and first day.")
    texts = pd.DataFrame({column: cells.to_list() for column, cells in columns.items()})
    _refuse_nameless(table, texts, name)
    return entries_from_frame(texts.assign(**_days(columns, texts, name)))


def _refuse_nameless(table: Table, texts: pd.DataFrame, name: str) -> None:
    blank = texts["name"].fillna("").str.strip() == ""
    dated = texts["start"].fillna("").str.strip() != ""
    for place in texts.index[blank & dated]:
        raise InputError(
            f"{name}, line {table.lines[int(place)]}: {texts.at[place, 'start']!r} has no name beside it; say what takes place."
        )


def _days(columns: dict[str, pl.Series], texts: pd.DataFrame, name: str) -> dict[str, pd.Series]:
    """The columns of dates, read together, so that all of the file's dates decide on the order of day and month."""
    there = [column for column in _DATES if column in columns]
    found = parse_dates(pl.concat([columns[column].alias("cell") for column in there]), strays=False)
    if found.ambiguous:
        example = next(text for text in texts["start"] if text)
        raise MappingNeeded(
            f"{name}: {example!r} can be read day first or month first, and so can all of its dates; write them as 2024-11-30."
        )
    days = found.values.to_pandas()
    bad = found.bad.to_pandas()
    cells = pd.concat([texts[column] for column in there], ignore_index=True)
    for place in cells.index[bad]:
        event = texts["name"].iloc[place % len(texts)]
        raise InputError(f"The event '{event}' has the date '{cells[place]}', which cannot be read; write dates as 2024-11-30.")
    return {
        column: days.iloc[number * len(texts) :].head(len(texts)).set_axis(texts.index) for number, column in enumerate(there)
    }
