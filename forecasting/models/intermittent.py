"""Methods for SKUs that sell now and then: Croston, with and without the correction of Syntetos and Boylan, TSB, ADIDA, IMAPA.

Each gives one rate of sale per period, the same for every period ahead. Made by statsforecast; a further one of its methods
costs a name and the class it comes from.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from forecasting.core.knob import between, knob
from forecasting.models.statistical import Path, PerSeries

_FITTED = 120


@dataclass(frozen=True)
class Rate(PerSeries):
    """A method of statsforecast that knows no season: `library` is the name of its class there.

    Where sales are whole numbers they are spread as counts, negative binomial; else errors are normal.
    """

    library: ClassVar[str]
    counts: ClassVar[bool] = True

    def path(self, history: np.ndarray, season: int, horizon: int) -> Path:  # noqa: ARG002 - these methods know no season
        model = self._model()
        mean = model.forecast(y=history, h=horizon)["mean"]
        # The library smooths everything anew for each fitted value, so only the recent past is asked for.
        return Path(mean, model.forecast(y=history[-_FITTED:], h=1, fitted=True)["fitted"])

    def _model(self) -> Any:
        from statsforecast import models

        return getattr(models, self.library)()


@dataclass(frozen=True)
class Croston(Rate):
    """Size of a sale over the interval between sales, each smoothed. Croston (1972), Forecasting and stock control."""

    name: ClassVar[str] = "croston"
    library: ClassVar[str] = "CrostonClassic"


@dataclass(frozen=True)
class CrostonSBA(Rate):
    """Croston's method less the bias of its ratio.

    Croston (1972); Syntetos and Boylan (2005), The accuracy of intermittent demand estimates.
    """

    name: ClassVar[str] = "croston_sba"
    library: ClassVar[str] = "CrostonSBA"


@dataclass(frozen=True)
class TSB(Rate):
    """Size of a sale times its probability, both smoothed in every period, so that a dying SKU falls towards zero.

    Teunter, Syntetos and Babai (2011).
    """

    name: ClassVar[str] = "tsb"
    library: ClassVar[str] = "TSB"
    alpha_size: float = knob(
        0.1, "Size weight", "How fast the mean size of a sale follows new sales.", low=0.01, high=1,
        search=between(0.01, 0.5, log=True),
    )  # fmt: skip
    alpha_probability: float = knob(
        0.1, "Probability weight", "How fast the chance of a sale follows what happens.", low=0.01, high=1,
        search=between(0.01, 0.5, log=True),
    )  # fmt: skip

    def _model(self) -> Any:
        from statsforecast.models import TSB as Library  # noqa: N811 - the method's own name

        return Library(self.alpha_size, self.alpha_probability)


@dataclass(frozen=True)
class ADIDA(Rate):
    """Sales summed to buckets of the mean interval, smoothed there, and spread evenly. Nikolopoulos et al. (2011)."""

    name: ClassVar[str] = "adida"
    library: ClassVar[str] = "ADIDA"


@dataclass(frozen=True)
class IMAPA(Rate):
    """The mean of smoothing at every bucket size up to the mean interval. Petropoulos and Kourentzes (2015).

    >>> import pandas as pd
    >>> from forecasting.core.panel import Panel
    >>> sales = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=40), "y": [0.0, 2, 0, 0] * 10})
    >>> IMAPA().fit(Panel.build(sales)).forecast(2).mean.round(1).tolist()
    [[0.5, 0.5]]
    """

    name: ClassVar[str] = "imapa"
    library: ClassVar[str] = "IMAPA"
