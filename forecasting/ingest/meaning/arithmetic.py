"""Columns known by what they come to: units times price is the amount, and a total the sum of its parts, in every language."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import polars as pl

from forecasting.ingest.cells.numbers import parse_numbers
from forecasting.ingest.reading.table import Table

_SAMPLE = 300
_FEWEST_ROWS = 8
_MOST_COLUMNS = 8
_HOLDS = 0.95  # the share of rows in which the product is right; discounts and typing errors spoil a few
_CENT = 0.011


def factors(table: Table, columns: Sequence[int], sku: int | None) -> dict[int, str]:
    """Which of these columns are "units", "price" and "revenue"; empty where no column is the product of two others.

    Of the two factors the units change from row to row, while a SKU keeps its price for a while.

    Example:
        >>> from forecasting.ingest.reading.reader import read_tables
        >>> rows = "".join(f"A,{n % 5 + 1},4,{(n % 5 + 1) * 4}\\n" for n in range(20))
        >>> factors(read_tables(f"code,x,y,z\\n{rows}".encode(), "a.csv")[0], [1, 2, 3], 0)
        {1: 'units', 2: 'price', 3: 'revenue'}
    """
    if table.height < _FEWEST_ROWS or not 3 <= len(columns) <= _MOST_COLUMNS:
        return {}
    step = max(1, table.height // _SAMPLE)
    values = {j: parse_numbers(table.column(j).gather_every(step)).values for j in columns}
    keys = table.column(sku).gather_every(step) if sku is not None else None
    for product in columns:
        for one, other in combinations([j for j in columns if j != product], 2):
            if _is_product(values[one], values[other], values[product]):
                return _named(values, one, other, keys) | {product: "revenue"}
    return {}


def summing_column(table: Table, parts: Sequence[int], sums: Sequence[int]) -> int | None:
    """The column that adds up all of these parts (sizes, colours, shops) in each row; None where none does."""
    if table.height < _FEWEST_ROWS or len(parts) < 2:
        return None
    step = max(1, table.height // _SAMPLE)
    rows = [parse_numbers(table.column(j).gather_every(step)).values.fill_null(0.0) for j in parts]
    added = rows[0]
    for each in rows[1:]:
        added = added + each
    for j in sums:
        total = parse_numbers(table.column(j).gather_every(step)).values
        if float(((total - added).abs() <= _CENT).mean() or 0.0) >= _HOLDS:  # type: ignore[arg-type]
            return j
    return None


def sums_orders(table: Table, order: int, part: int, total: int) -> bool:
    """Whether each line of an order repeats in one column what another comes to on all of its lines; some have several."""
    numbers = [parse_numbers(table.column(j).head(_SAMPLE)).values for j in (part, total)]
    lines = pl.DataFrame({"order": table.column(order).head(_SAMPLE), "part": numbers[0], "total": numbers[1]})
    rows = lines.filter(pl.col("order") != lines["order"][-1]) if table.height > _SAMPLE else lines
    orders = rows.group_by("order").agg(
        pl.len(), pl.col("part").sum(), pl.col("total").first(), pl.col("total").n_unique().alias("n")
    )
    several = orders.filter(pl.col("len") > 1)
    right = ((several["n"] == 1) & ((several["part"] - several["total"]).abs() <= _CENT)).mean()
    return several.height > 1 and float(right or 0.0) >= _HOLDS  # type: ignore[arg-type]


def _is_product(one: pl.Series, other: pl.Series, product: pl.Series) -> bool:
    rows = pl.DataFrame({"a": one, "b": other, "c": product}).drop_nulls()
    rows = rows.filter((pl.col("a") != 0) & (pl.col("b") != 0))
    # A column of ones is a factor of everything.
    if rows.height < _FEWEST_ROWS or rows["a"].n_unique() < 2 or (rows["b"] == 1).all():
        return False
    right = ((rows["a"] * rows["b"] - rows["c"]).abs() <= _CENT + 1e-6 * rows["c"].abs()).mean()
    return float(right or 0.0) >= _HOLDS  # type: ignore[arg-type]


def _named(values: dict[int, pl.Series], one: int, other: int, keys: pl.Series | None) -> dict[int, str]:
    """The two factors as units and price."""
    whole = [j for j in (one, other) if (values[j].drop_nulls() % 1 == 0).all()]
    units = whole[0] if len(whole) == 1 else max((one, other), key=lambda j: _changes(values[j], keys))
    return {units: "units", one + other - units: "price"}


def _changes(values: pl.Series, keys: pl.Series | None) -> int:
    """How many different numbers a column holds, of each SKU apart."""
    return values.n_unique() if keys is None else pl.DataFrame({"key": keys, "value": values}).n_unique()
