"""Reports that write a SKU once, in a row of its own above the rows that belong to it, as accounting programs print them."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from forecasting.ingest.meaning.columns import is_group_total, is_total_cell
from forecasting.ingest.reading.table import Table

_FIRST = 3  # titles stand on the left
_FEWEST = 2
_MOST = 0.5  # the share of rows that can be titles: each has rows below it


def titled_column(table: Table) -> int | None:
    """The column that holds nothing but titles of the rows below, and perhaps their totals; None for other tables.

    Example:
        >>> from forecasting.ingest.reading.reader import read_tables
        >>> lines = [",Date,Qty", "Mug,,", ",2024-01-01,3", ",2024-01-02,4", "Total for Mug,,7", "Bowl,,", ",2024-01-01,1"]
        >>> titled_column(read_tables("\\n".join(lines).encode(), "a.csv")[0])
        0
    """
    return next((j for j in range(min(_FIRST, table.width)) if title_rows(table, j) is not None), None)


def title_rows(table: Table, index: int) -> pl.Series | None:
    """Which rows are titles, where this column holds titles only; else None."""
    if table.height < 2 * _FEWEST or table.width < _FIRST:
        return None
    column = table.column(index).str.strip_chars()
    filled = column != ""
    if not filled.any() or filled.mean() > _MOST:  # type: ignore[operator]
        return None
    others = [j for j in range(table.width) if j != index]
    alone = table.cells.select(pl.all_horizontal(pl.nth(others).str.strip_chars() == "")).to_series()
    titles = filled & ~is_total_cell(column) & ~is_group_total(column)
    below = titles.shift(1, fill_value=False)
    whole = titles.sum() >= _FEWEST and (alone | ~titles).all() and not (below & titles).any()
    # Every row belongs to the title above it, so a title comes first.
    return titles if whole and bool(titles[0]) else None


def under_titles(table: Table, index: int) -> Table:
    """The table with each title on the rows below it."""
    titles = title_rows(table, index)
    if titles is None:
        return table
    column = table.column(index)
    filled = column.set(column.str.strip_chars() == "", None).forward_fill()
    return replace(table, cells=table.cells.with_columns(filled.alias(f"c{index}")))
