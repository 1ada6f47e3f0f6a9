"""The class of demand of one series, in words."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.features.demand import demand_class, demand_interval, size_variation

_WORDS = {
    "smooth": "sells often and in similar amounts; most models do well",
    "erratic": "sells often but in very different amounts; expect wide intervals",
    "intermittent": "sells now and then in similar amounts; window means do well and so do Croston and TSB",
    "lumpy": "sells now and then in very different amounts; judge totals over a lead time rather than single periods",
}


@dataclass(frozen=True)
class DemandClass:
    """ADI (periods per period with sales), CV² (of their sizes) and the class: smooth, erratic, intermittent or lumpy."""

    interval: float
    variation: float
    name: str
    reading: str


def classify(sales: pd.Series | np.ndarray, noun: str = "period") -> DemandClass:
    """The class of a series (periods; NaN is missing); cut-offs: ADI 1.32 and CV² 0.49. Syntetos, Boylan, Croston (2005).

    `noun` is what one period is called.

    >>> classify(np.array([0, 5, 0, 0, 5, 0])).name
    'intermittent'
    """
    history = np.asarray(sales, dtype="float64")[None, :]
    if not (history > 0).any():
        return DemandClass(float("inf"), float("nan"), "none", "Nothing was ever sold, so there is no demand to classify.")
    name = str(demand_class(history)[0])
    interval, variation = float(demand_interval(history)[0]), float(size_variation(history)[0])
    often = f"one sale every {interval:.1f} {noun}s" if interval >= 1.05 else f"sales nearly every {noun}"
    return DemandClass(interval, variation, name, f"{name.capitalize()} ({often}, CV² {variation:.2f}): {_WORDS[name]}.")
