"""Methods for SKUs that sell now and then: Croston with the correction of Syntetos and Boylan, TSB, ADIDA, IMAPA.

Each gives one rate of sale per period, the same for every period ahead. Made by statsforecast.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from forecasting.core.knob import check_knobs, knob
from forecasting.core.panel import Panel
from forecasting.models.statistical import FittedSeries, Path, fit_each

_FITTED = 120


@dataclass(frozen=True)
class CrostonSBA:
    """Size of a sale over the interval between sales, each smoothed, less the bias of their ratio.

    Croston (1972); Syntetos and Boylan (2005), The accuracy of intermittent demand estimates.
    """

    name: ClassVar[str] = "croston_sba"
    season_length: int | None = None
    horizon: int | None = None
    jobs: int = 1

    def fit(self, panel: Panel) -> FittedSeries:
        return fit_each(self, panel)

    def path(self, history: np.ndarray, season: int, horizon: int) -> Path:  # noqa: ARG002 - these methods know no season
        from statsforecast.models import CrostonSBA as Library

        return _path(Library(), history, horizon)


@dataclass(frozen=True)
class TSB:
    """Size of a sale times its probability, both smoothed in every period, so that a dying SKU falls towards zero.

    Teunter, Syntetos and Babai (2011).
    """

    name: ClassVar[str] = "tsb"
    alpha_size: float = knob(0.1, "Size weight", "How fast the mean size of a sale follows new sales.", low=0.01, high=1)
    alpha_probability: float = knob(
        0.1, "Probability weight", "How fast the chance of a sale follows what happens.", low=0.01, high=1
    )
    season_length: int | None = None
    horizon: int | None = None
    jobs: int = 1

    def __post_init__(self) -> None:
        check_knobs(self)

    def fit(self, panel: Panel) -> FittedSeries:
        return fit_each(self, panel)

    def path(self, history: np.ndarray, season: int, horizon: int) -> Path:  # noqa: ARG002 - these methods know no season
        from statsforecast.models import TSB as Library  # noqa: N811 - the method's own name

        return _path(Library(self.alpha_size, self.alpha_probability), history, horizon)


@dataclass(frozen=True)
class ADIDA:
    """Sales summed to buckets of the mean interval, smoothed there, and spread evenly. Nikolopoulos et al. (2011)."""

    name: ClassVar[str] = "adida"
    season_length: int | None = None
    horizon: int | None = None
    jobs: int = 1

    def fit(self, panel: Panel) -> FittedSeries:
        return fit_each(self, panel)

    def path(self, history: np.ndarray, season: int, horizon: int) -> Path:  # noqa: ARG002 - these methods know no season
        from statsforecast.models import ADIDA as Library  # noqa: N811 - the method's own name

        return _path(Library(), history, horizon)


@dataclass(frozen=True)
class IMAPA:
    """The mean of smoothing at every bucket size up to the mean interval. Petropoulos and Kourentzes (2015).

    >>> import pandas as pd
    >>> sales = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=40), "y": [0.0, 2, 0, 0] * 10})
    >>> IMAPA().fit(Panel.build(sales)).forecast(2).mean.round(1).tolist()
    [[0.5, 0.5]]
    """

    name: ClassVar[str] = "imapa"
    season_length: int | None = None
    horizon: int | None = None
    jobs: int = 1

    def fit(self, panel: Panel) -> FittedSeries:
        return fit_each(self, panel)

    def path(self, history: np.ndarray, season: int, horizon: int) -> Path:  # noqa: ARG002 - these methods know no season
        from statsforecast.models import IMAPA as Library  # noqa: N811 - the method's own name

        return _path(Library(), history, horizon)


def _path(model: Any, history: np.ndarray, horizon: int) -> Path:
    mean = model.forecast(y=history, h=horizon)["mean"]
    # The library smooths everything anew for each fitted value, so only the recent past is asked for.
    return Path(mean, model.forecast(y=history[-_FITTED:], h=1, fitted=True)["fitted"])
