"""A Panel as PANEL.csv and back: the same digest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

from forecasting.core.panel import KEYS, Panel
from forecasting.ingest.meaning.known import known_ahead
from forecasting.ingest.reading.table import Table
from forecasting.ingest.sales.grid import STATIC

_RISKY = ("=", "+", "-", "@", "\t", "\r", "'")


def write_panel_csv(panel: Panel, path: str | Path) -> None:
    """Write `unique_id, ds, y`, the regressors, then the attributes, as UTF-8 CSV with ISO dates and decimal points.

    Text that a spreadsheet would run as a formula is led by an apostrophe, which the import takes away again.
    """
    frame = panel.frame
    days = bool((frame["ds"].dt.normalize() == frame["ds"]).all())
    lengths = np.diff(panel.indptr)
    columns = [
        pl.Series("unique_id", np.repeat(np.asarray([neutral(i) for i in panel.ids], dtype=object), lengths), dtype=pl.String),
        pl.Series("ds", frame["ds"].to_numpy()).dt.to_string("%Y-%m-%d" if days else "%Y-%m-%d %H:%M:%S"),
        *(pl.Series(str(name), _numbers(frame[name]), dtype=pl.String) for name in panel.frame.columns[2:]),
    ]
    for name in panel.static.columns:
        values = np.asarray([neutral(v) for v in panel.static[name]], dtype=object)
        columns.append(pl.Series(str(name), np.repeat(values, lengths), dtype=pl.String))
    pl.DataFrame(columns).write_csv(path, null_value="")


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula.

    >>> neutral("=1+1"), neutral("A-1")
    ("'=1+1", 'A-1')
    """
    return f"'{text}" if text.startswith(_RISKY) else text


def panel_from_table(table: Table) -> Panel | None:
    """The Panel that `write_panel_csv` wrote, or None when the table was changed so that it must be read like any other.

    Columns that hold a word, and those that always describe (name, category, ...), are attributes; the rest are regressors.
    """
    cells = table.cells.rename(dict(zip(table.cells.columns, table.header, strict=True))) if _distinct(table.header) else None
    if cells is None or tuple(table.header[:3]) != KEYS or not cells.height:
        return None
    dates = cells["ds"].str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
    dates = dates.fill_null(cells["ds"].str.to_datetime("%Y-%m-%d", time_unit="us", strict=False))
    numbers = {name: _floats(cells[name]) for name in table.header[2:]}
    words = [n for n in table.header[3:] if n in STATIC or numbers[n] is None]
    ids = _plain(cells["unique_id"])
    unique = not pl.DataFrame([ids, dates]).is_duplicated().any()
    if dates.null_count() or numbers["y"] is None or not unique or (ids == "").any():
        return None
    frame = pd.DataFrame({"unique_id": np.asarray(ids.to_list(), dtype=object), "ds": dates.to_numpy()})
    for name in table.header[2:]:
        values = numbers[name]
        if name not in words and values is not None:
            frame[name] = values.to_numpy()
    first = cells.select(ids, *(_plain(cells[n]) for n in words)).unique("unique_id", keep="first", maintain_order=True)
    static = pd.DataFrame({n: first[n].to_list() for n in words}, index=pd.Index(first["unique_id"].to_list()), dtype=object)
    measures = {str(name): frame[name].to_numpy() for name in frame.columns[2:]}
    return Panel.build(frame, static=static, known=known_ahead(measures))


def _distinct(header: tuple[str, ...]) -> bool:
    return len(set(header)) == len(header)


def _plain(column: pl.Series) -> pl.Series:
    """Text without the apostrophe that `neutral` set before it."""
    guarded = column.str.contains(r"^'[=+\-@\t\r']")
    return pl.select(pl.when(guarded).then(column.str.slice(1)).otherwise(column).alias(column.name)).to_series()


def _floats(column: pl.Series) -> pl.Series | None:
    """The column as numbers, NaN where it is blank, or None when it holds words."""
    values = column.cast(pl.Float64, strict=False)
    if (values.is_null() & (column != "")).any():
        return None
    return values.fill_null(float("nan"))


def _numbers(column: pd.Series) -> pl.Series:
    """Shortest text that reads back as the same number; whole numbers without a fraction; missing stays blank."""
    values = pl.Series(str(column.name), column.to_numpy()).fill_nan(None)
    whole = (values == values.round(0)) & (values.abs() < 1e15)
    texts = pl.select(
        pl.when(whole).then(values.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(values.cast(pl.String))
    )
    return texts.to_series()
