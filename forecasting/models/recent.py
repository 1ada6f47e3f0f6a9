"""Plain forecasts that borrow a shape: from the last seasons, or from the year before. They cost nothing and seldom fail."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from forecasting.core.forecast import Forecast, Gaussian
from forecasting.core.model import Failure
from forecasting.core.panel import Panel
from forecasting.features.lookback import Lookback


@dataclass(frozen=True)
class RecentShape:
    """The mean of the last weeks, shaped by the last four seasons as far as they agree.

    >>> days = pd.date_range("2024-01-01", periods=56)
    >>> sales = pd.DataFrame({"unique_id": "A", "ds": days, "y": [2.0, 2, 2, 2, 2, 2, 9] * 8})
    >>> RecentShape().fit(Panel.build(sales)).forecast(7).mean.round(1).tolist()
    [[2.2, 2.2, 2.2, 2.2, 2.2, 2.2, 7.8]]
    """

    name: ClassVar[str] = "recent_shape"

    def fit(self, panel: Panel) -> "FittedRecent":
        return FittedRecent(self.name, panel, by_year=False)


@dataclass(frozen=True)
class LastYear:
    """The mean of the last weeks, moved as sales moved a year ago: half by the SKU's own movement, half by the whole shop's.

    What a holiday season with one precedent needs. Where there is no year of history it is the recent shape.
    """

    name: ClassVar[str] = "last_year"

    def fit(self, panel: Panel) -> "FittedRecent":
        return FittedRecent(self.name, panel, by_year=True)


@dataclass(frozen=True, eq=False)
class FittedRecent:
    """Everything is read off the history when the forecast is asked for."""

    name: str
    panel: Panel
    by_year: bool
    failures: tuple[Failure, ...] = ()

    def forecast(self, horizon: int, future: pd.DataFrame | None = None) -> Forecast:  # noqa: ARG002 - the past is all it uses
        lookback = Lookback.of(self.panel.without(self.panel.regressors), horizon, None)
        origin = lookback.periods - 1
        skus, steps = np.repeat(np.arange(len(self.panel)), horizon), np.tile(np.arange(1, horizon + 1), len(self.panel))
        level = lookback.level(origin)
        units = lookback.base(origin, skus, steps) * level[skus]
        if self.by_year:
            units *= _movement(*lookback.growth(origin, skus, steps))
        mean = np.where(level[:, None] > 0, np.nan_to_num(units.reshape(len(self.panel), horizon)), 0.0)
        psi = np.full(mean.shape, 0.1)
        psi[:, 0] = 1.0
        return Forecast(
            model=self.name,
            cutoff=self.panel.last,
            ids=self.panel.ids,
            dates=self.panel.future_dates(horizon),
            mean=mean,
            errors=Gaussian(sigma=lookback.deviation(origin), psi=psi),
        )


def _movement(own: np.ndarray, shop: np.ndarray) -> np.ndarray:
    """The geometric mean of two growth factors, each kept between a fifth and five; 1 where unknown."""
    logs = [np.log(np.clip(np.where(np.isnan(factor), 1.0, factor), 0.2, 5.0)) for factor in (own, shop)]
    return np.exp(0.5 * (logs[0] + logs[1]))
