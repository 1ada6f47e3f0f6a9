"""Tables in outline form, in which a key stands only on the first of its rows, as merged cells and pivot tables leave it."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from forecasting.ingest.mapping import Mapping
from forecasting.ingest.meaning.columns import is_group_total, is_total_cell
from forecasting.ingest.reading.table import Table

_KEYS = ("sku", "name", "category", "channel", "date")
_FEWEST_BLANK = 0.25


def without_outline(table: Table, mapping: Mapping) -> tuple[Table, tuple[str, ...]]:
    """The table with each such key on all of its rows, and a sentence on each column that was filled.

    A column is only taken to be an outline when each of its values stands once, many rows below are blank, and the rows are
    still told apart by SKU and date once it is filled: otherwise a blank is a value that is missing.

    Example:
        >>> from forecasting.ingest import propose_mapping, read_tables
        >>> data = b"sku,date,units\\nA,2024-01-01,1\\n,2024-01-02,2\\nB,2024-01-01,3\\n,2024-01-02,4\\n"
        >>> tables = read_tables(data, "x.csv")
        >>> without_outline(tables[0], propose_mapping(tables))[0].column(0).to_list()
        ['A', 'A', 'B', 'B']
    """
    if mapping.layout != "long":
        return table, ()
    filled = {role: column for role in _KEYS if (column := _filled(table, mapping.index(role))) is not None}
    if "sku" in filled and _has_words(table, mapping.index("name"), filled["sku"]):
        filled.pop("sku")
    if not filled or not _told_apart(table, mapping, filled):
        return table, ()
    columns = {mapping.index(role): column for role, column in filled.items()}
    cells = table.cells.with_columns(column.alias(f"c{j}") for j, column in columns.items())
    notes = tuple(
        f"{mapping.role(role)!r} stands only on the first of its rows, as in an outline: it was repeated on the rows below"
        for role in filled
    )
    return replace(table, cells=cells), notes


def _filled(table: Table, index: int | None) -> pl.Series | None:
    """The column with its values repeated down, or None when it is no outline."""
    if index is None or table.height < 3:
        return None
    column = table.column(index)
    blank = column.str.strip_chars() == ""
    if blank[0] or blank.mean() < _FEWEST_BLANK:  # type: ignore[operator]
        return None
    values = column.filter(~blank & ~is_total_cell(column) & ~is_group_total(column))
    if len(values) < 2 or values.n_unique() < len(values):
        return None
    return column.set(blank, None).forward_fill()


def _has_words(table: Table, index: int | None, filled: pl.Series) -> bool:
    """Whether the rows without a code have a name of their own, which then stands for it."""
    if index is None:
        return False
    return bool((table.column(index).filter(filled != table.cells.to_series(index)).str.strip_chars() != "").any())


def _told_apart(table: Table, mapping: Mapping, filled: dict[str, pl.Series]) -> bool:
    """Whether SKU (or name) and date, once filled, name each row but once."""
    named = mapping.index("sku") if mapping.index("sku") is not None else mapping.index("name")
    role = "sku" if mapping.index("sku") is not None else "name"
    when = mapping.index("date")
    if named is None or when is None:
        return False
    others = [filled[each] for each in ("channel", "category") if each in filled]
    keys = [filled.get(role, table.column(named)).alias("sku"), filled.get("date", table.column(when)).alias("date")]
    rows = pl.DataFrame([*keys, *(each.alias(f"o{k}") for k, each in enumerate(others))])
    return not rows.filter(~is_total_cell(keys[0]) & ~is_total_cell(keys[1])).is_duplicated().any()
