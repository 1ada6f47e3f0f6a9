"""All SKUs together: a total that adds up, with an interval that knows that SKUs rise and fall together."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from forecasting.core.forecast import Forecast
from forecasting.core.panel import Panel
from forecasting.models import MODELS, make

TOTAL = "total"
_FOR_SPREAD = next(name for name in ("linear", "weekday_mean") if name in MODELS)


def all_together(panel: Panel, forecasts: Sequence[Forecast]) -> tuple[Forecast, ...]:
    """Each forecast as one series `total` whose mean is the sum over the SKUs.

    Errors of SKUs are not independent (a holiday moves all of them), so their spread cannot be added up. It is taken from a
    regression on the shop's total sales instead.
    """
    if not forecasts:
        return ()
    spread = make(_FOR_SPREAD).fit(total_panel(panel)).forecast(forecasts[0].horizon)
    return tuple(replace(spread, model=forecast.model, mean=forecast.mean.sum(axis=0, keepdims=True)) for forecast in forecasts)


def total_panel(panel: Panel) -> Panel:
    """The sales of all SKUs as the panel of one series; a period in which nothing is known of any SKU stays missing."""
    width = len(panel.calendar)
    units, known = np.zeros(width), np.zeros(width, dtype=bool)
    for begin, end in zip(panel.indptr[:-1], panel.indptr[1:], strict=True):
        values = panel.columns["y"][begin:end]
        units[width - (end - begin) :] += np.nan_to_num(values)
        known[width - (end - begin) :] |= ~np.isnan(values)
    frame = pd.DataFrame({"unique_id": TOTAL, "ds": panel.calendar, "y": np.where(known, units, np.nan)})
    return Panel.build(frame, freq=panel.freq, season_length=panel.season_length)
