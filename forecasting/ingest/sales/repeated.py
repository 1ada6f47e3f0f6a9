"""Fields that stand once and hold for the rows below: titles above their rows, and what an order's first line says of it."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from forecasting.ingest.mapping import Mapping
from forecasting.ingest.meaning.columns import is_total_cell
from forecasting.ingest.meaning.titles import title_rows, under_titles
from forecasting.ingest.reading.table import Table
from forecasting.ingest.sales.checks import platform_of
from forecasting.ingest.sales.outline import without_outline

_OF_ORDERS = ("order", "date", "time", "status", "customer", "channel", "country")


def keys_repeated(table: Table, mapping: Mapping) -> tuple[Table, tuple[str, ...], pl.Series | None]:
    """The table with keys that stand once on all of their rows, what to say about it, and which rows are titles of others."""
    j = mapping.index("sku")
    titles = None if j is None else title_rows(table, j)
    if j is None or titles is None:
        return *without_outline(table, mapping), None
    said = "each SKU stands once, in a row of its own above its rows: it was repeated on them"
    return under_titles(table, j), (said,), titles


def filled_down(table: Table, mapping: Mapping) -> Table:
    """Order fields that stand only on an order's first row are repeated on its other rows."""
    platform = platform_of(mapping, table)
    order = mapping.index("order")
    if platform is None or not platform.fill_down or order is None:
        return orders_repeated(table, mapping)
    wanted = [j for j, h in enumerate(table.header) if h.strip().lower() in platform.fill_down]
    key = f"c{order}"
    filled = [
        pl.when(pl.col(f"c{j}") == "")
        .then(pl.col(f"c{j}").filter(pl.col(f"c{j}") != "").first().over(key))
        .otherwise(pl.col(f"c{j}"))
        .fill_null("")
        for j in wanted
    ]
    return replace(table, cells=table.cells.with_columns(*(e.alias(f"c{j}") for e, j in zip(filled, wanted, strict=True))))


def orders_repeated(table: Table, mapping: Mapping) -> Table:
    """Order lines below the first of their order, on which both number and date are blank, with the fields of the order.

    Only where the two always stand or miss together and each such line has goods of its own: else a blank is a missing value.
    """
    number, date, units = (mapping.index(role) for role in ("order", "date", "units"))
    if mapping.layout != "orders" or number is None or date is None or units is None:
        return table
    blank, undated = (table.column(j).str.strip_chars() == "" for j in (number, date))
    if not blank.any():
        return _of_their_order(table, mapping) if undated.any() else table
    goods = (table.column(units).str.strip_chars() != "") & ~_any_total(table)
    if not (blank & goods).any() or blank[0] or ((blank != undated) & goods).any():
        return table
    fields = [
        j
        for role in ("order", "date", "time", "status", "customer", "channel", "country")
        if (j := mapping.index(role)) is not None
    ]
    filled = [
        pl.when(blank & goods).then(table.column(j).set(blank, None).forward_fill()).otherwise(table.column(j)).alias(f"c{j}")
        for j in fields
    ]
    return replace(table, cells=table.cells.with_columns(filled))


def _of_their_order(table: Table, mapping: Mapping) -> Table:
    """Order lines that all name their order: those without a date are given the fields of the one line of it that has one."""
    fields = [j for role in (*_OF_ORDERS[1:], "cancelled") if (j := mapping.index(role)) is not None]
    number, date = f"c{mapping.index('order')}", f"c{mapping.index('date')}"
    filled = pl.col(date).str.strip_chars() != ""
    of_one = pl.col(date).filter(filled).n_unique().over(number) == 1
    lacking = ~filled & of_one
    if not table.cells.select(lacking.any()).item():
        return table
    first = [pl.col(f"c{j}").filter(filled).first().over(number) for j in fields]
    cells = [
        pl.when(lacking & (pl.col(f"c{j}").str.strip_chars() == "")).then(e).otherwise(pl.col(f"c{j}")).alias(f"c{j}")
        for j, e in zip(fields, first, strict=True)
    ]
    return replace(table, cells=table.cells.with_columns(cells))


def _any_total(table: Table) -> pl.Series:
    """Rows in which some cell says that the row sums others up."""
    found = pl.Series([False]).new_from_index(0, table.height)
    for j in range(table.width):
        found = found | is_total_cell(table.column(j))
    return found
