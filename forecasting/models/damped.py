"""Exponential smoothing with a trend that levels off: most of what a search over all forms gains, quickly."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from forecasting.models.smoothing import ETS, LONGEST_SEASON, Part
from forecasting.models.statistical import Path, PerSeries

_NEAR_ZERO = 0.05  # of the mean: below it, shares of the level mean nothing


@dataclass(frozen=True)
class Damped(PerSeries):
    """ETS with a damped trend; errors and season are shares of the level where sales stay well above zero, else amounts.

    It has a season where AICc says so. Less than half of the cost of the search over all forms. Gardner and McKenzie (1985),
    Forecasting trends in time series.

    >>> import pandas as pd
    >>> from forecasting.core.panel import Panel
    >>> months = pd.date_range("2020-01-01", periods=48, freq="MS")
    >>> sales = pd.DataFrame({"unique_id": "A", "ds": months, "y": [2.0, 4, 6, 8] * 12})
    >>> Damped(season_length=4).fit(Panel.build(sales)).forecast(4).mean.round(1).tolist()
    [[2.0, 4.0, 6.0, 8.0]]
    """

    name: ClassVar[str] = "damped"
    least: ClassVar[int] = ETS.least

    def path(self, history: np.ndarray, season: int, horizon: int) -> Path:
        kind: Part = "multiplicative" if history.min() > _NEAR_ZERO else "additive"
        seasonal = ETS(error=kind, trend="damped", season=kind).path(history, season, horizon)
        if not 1 < season <= LONGEST_SEASON:
            return seasonal
        plain = ETS(error=kind, trend="damped", season="none").path(history, season, horizon)
        return min(seasonal, plain, key=_aicc)


def _aicc(path: Path) -> float:
    """That of the fit; infinite where there are too few periods for one."""
    value = np.nan if path.told is None else path.told.aicc
    return float(np.nan_to_num(value, nan=np.inf))
