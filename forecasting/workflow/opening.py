"""The sample stores, opened without asking what their columns mean: that is known."""

from dataclasses import replace

import numpy as np
import pandas as pd

from forecasting.core.panel import Panel
from forecasting.samples import FOLDER, SAMPLES

_TEXTS = ("description", "category")
_NAMES = {"sku": "unique_id", "date": "ds", "units": "y", "returned_units": "returns"}
_CLOSED = 0.05


def open_sample(name: str) -> Panel:
    """A tidy sample store as a panel; a SKU without a row on a day on which the shop sold anything sold nothing."""
    sample = SAMPLES[name]
    frame = pd.read_csv(FOLDER / sample.files[0], dtype={"sku": str}, parse_dates=["date"])
    texts = [column for column in _TEXTS if column in frame]
    static = frame.drop_duplicates("sku").set_index("sku")[texts].rename(columns={"description": "name"})
    panel = Panel.build(frame.drop(columns=texts).rename(columns=_NAMES), freq="D", static=static, known=sample.known)
    return _with_zeros(panel)


def _with_zeros(panel: Panel) -> Panel:
    """Zero where a SKU has no row on an open day or on a weekday that is always closed; other closed days stay missing."""
    units = panel.columns["y"]
    width = len(panel.calendar)
    period = np.arange(len(units)) - np.repeat(panel.indptr[1:] - width, panel.lengths)
    known = _known_days(panel.calendar, np.bincount(period[~np.isnan(units)], minlength=width) > 0)
    filled = np.where(np.isnan(units) & known[period], np.zeros_like(units), units)
    return replace(panel, columns=panel.columns | {"y": filled})


def _known_days(calendar: pd.DatetimeIndex, sold: np.ndarray) -> np.ndarray:
    """Days on which the shop sold something, and the weekdays on which it hardly ever does."""
    share = pd.Series(sold).groupby(calendar.dayofweek).transform("mean").to_numpy()
    return sold | (share < _CLOSED)
