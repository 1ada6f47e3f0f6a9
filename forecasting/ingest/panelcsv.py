"""A Panel as PANEL.csv and back: the same digest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

from forecasting.core.panel import Panel

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


def _numbers(column: pd.Series) -> pl.Series:
    """Shortest text that reads back as the same number; whole numbers without a fraction; missing stays blank."""
    values = pl.Series(column.name, column.to_numpy()).fill_nan(None)
    whole = (values == values.round(0)) & (values.abs() < 1e15)
    texts = pl.select(
        pl.when(whole).then(values.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(values.cast(pl.String))
    )
    return texts.to_series()
