"""The sample stores, opened without asking what their columns mean: that is known."""

from dataclasses import replace

import numpy as np
import pandas as pd

from forecasting.core.panel import Panel
from forecasting.samples import FOLDER, SAMPLES

_TEXTS = ("description", "category")
_NAMES = {"sku": "unique_id", "date": "ds", "units": "y"}


def open_sample(name: str) -> Panel:
    """A tidy sample store as a panel; a SKU without a row on a day on which the shop sold anything sold nothing."""
    sample = SAMPLES[name]
    frame = pd.read_csv(FOLDER / sample.files[0], dtype={"sku": str}, parse_dates=["date"])
    texts = [column for column in _TEXTS if column in frame]
    static = frame.drop_duplicates("sku").set_index("sku")[texts]
    panel = Panel.build(frame.drop(columns=texts).rename(columns=_NAMES), freq="D", static=static, known=sample.known)
    return _with_zeros(panel)


def _with_zeros(panel: Panel) -> Panel:
    """Zero units where a SKU has no row though the shop was open; what is missing on a closed day stays missing."""
    units = panel.columns["y"]
    width = len(panel.calendar)
    period = np.arange(len(units)) - np.repeat(panel.indptr[1:] - width, panel.lengths)
    open_days = np.bincount(period[~np.isnan(units)], minlength=width) > 0
    filled = np.where(np.isnan(units) & open_days[period], np.zeros_like(units), units)
    return replace(panel, columns=panel.columns | {"y": filled})
