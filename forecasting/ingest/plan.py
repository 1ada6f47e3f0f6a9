"""A merchant's plan for the periods ahead -> rows that name the panel's own regressors."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd
import polars as pl

from forecasting.core.errors import MappingNeeded
from forecasting.ingest.cells.dates import parse_dates
from forecasting.ingest.cells.numbers import parse_numbers
from forecasting.ingest.meaning.columns import clean_text, regressor_name
from forecasting.ingest.reading.reader import main_table, read_tables
from forecasting.ingest.reading.table import Table
from forecasting.ingest.sales.facts import flag
from forecasting.ingest.words.vocabulary import role_of


def read_plan(data: bytes, name: str, regressors: Collection[str]) -> pd.DataFrame:
    """Read a file of planned values.

    Args:
        data: the bytes of the file, of any kind that can be imported.
        name: its name, for messages.
        regressors: names of the panel's regressors; columns of other names are not read.

    Returns:
        Rows `sku, date` and the planned regressors; `sku` is left out when the file has no such column, and blank for all SKUs.

    Raises:
        FileUnreadable: the file holds no table. MappingNeeded: it has no dates, or plans nothing that the sales have.

    Example:
        >>> read_plan(b"Date;SKU;On promotion\\n01.02.2024;A;yes\\n28.02.2024;;no\\n", "plan.csv", ["promo"]).values.tolist()
        [['A', Timestamp('2024-02-01 00:00:00'), 1.0], ['', Timestamp('2024-02-28 00:00:00'), 0.0]]
    """
    table = main_table(read_tables(data, name))
    meanings = [_meaning(header, regressors) for header in table.header]
    if "date" not in meanings:
        raise MappingNeeded(f"{name} has no column of dates; it needs one row for each period that is planned, with its date.")
    planned = {meaning: _values(table, j, meaning, name) for j, meaning in enumerate(meanings) if meaning in regressors}
    if not planned:
        raise MappingNeeded(
            f"{name} plans nothing that the sales have: its columns are {', '.join(table.header)}; "
            f"the sales have {', '.join(regressors) or 'no regressors'}."
        )
    keys = {"sku": clean_text(table.column(meanings.index("sku")))} if "sku" in meanings else {}
    return pl.DataFrame(keys | {"date": _dates(table, meanings.index("date"), name)} | planned).to_pandas()


def _meaning(header: str, regressors: Collection[str]) -> str:
    own = regressor_name(header)
    if own in regressors or own in ("sku", "date"):
        return own
    if own in ("unique_id", "ds"):
        return {"unique_id": "sku", "ds": "date"}[own]
    named = role_of(header)
    return named[0] if named else ""


def _dates(table: Table, index: int, name: str) -> pl.Series:
    found = parse_dates(table.column(index))
    if found.ambiguous:
        example = table.column(index).drop_nulls()[0]
        raise MappingNeeded(
            f"{name}: {example!r} can be read day first or month first, and so can all of its dates; write them as 2024-11-30."
        )
    wrong = table.column(index).filter(found.values.is_null())
    if len(wrong):
        line = table.lines.filter(found.values.is_null())[0]
        raise MappingNeeded(f"{name}, line {line}: {wrong[0]!r} is no date that can be read; write dates as 2024-11-30.")
    return found.values


def _values(table: Table, index: int, meaning: str, name: str) -> pl.Series:
    cells = table.column(index)
    if meaning == "promo":
        return flag(cells)
    found = parse_numbers(cells)
    for place in found.bad.arg_true():
        raise MappingNeeded(f"{name}, line {table.lines[place]}: the {meaning} {cells[place]!r} is no number; write one.")
    return found.values
