"""What every model is: a spec is fitted to a Panel, and what was fitted forecasts.

Three types, so that "predict before fit" cannot be written. A spec is a frozen dataclass of parameters and owns no services:
backtesting, tuning and intervals take models, not the other way round.
"""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from forecasting.core.forecast import Forecast
from forecasting.core.panel import Panel


@dataclass(frozen=True)
class Failure:
    """A series that could not be fitted as asked, and what was done instead. It is data: the batch goes on."""

    unique_id: str
    reason: str


@runtime_checkable
class Fitted(Protocol):
    """A model after it has seen a panel."""

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The series that fell back to a simpler model, with the reason."""

    def forecast(self, horizon: int, future: pd.DataFrame | None = None) -> Forecast:
        """Units of the `horizon` periods after the panel's last one.

        `future` holds `unique_id, ds` and the planned values of the panel's known regressors, one row for each SKU and
        period in the order of `future_grid`; it is needed by models that were fitted with regressors.
        """


class Model(Protocol):
    """A spec: a frozen dataclass that holds the parameters of a model and nothing else."""

    @property
    def name(self) -> str:
        """What its forecasts are called."""

    def fit(self, panel: Panel) -> Fitted:
        """Learn from all rows of the panel; the spec is not changed."""


@runtime_checkable
class HasResiduals(Protocol):
    """A fitted model that can say what it would have expected in the past (in-sample, one step ahead)."""

    def residuals(self) -> pd.DataFrame:
        """Rows `unique_id, ds, y, fitted`; the residual is `y - fitted`. Rows without a fitted value are left out."""


@runtime_checkable
class HasCoefficients(Protocol):
    """A fitted model with parameters that can be read."""

    def coefficients(self) -> pd.DataFrame:
        """Rows `unique_id, term, estimate, std_error, lower, upper, p_value`; lower and upper bound 95 % of the estimate."""


@runtime_checkable
class HasLossCurve(Protocol):
    """A fitted network."""

    def loss_curve(self) -> pd.DataFrame:
        """Rows `epoch, training, validation`."""


@runtime_checkable
class HasSummary(Protocol):
    """A fitted model with a text that an analyst wants to read."""

    def summary(self, unique_id: str) -> str:
        """Plain text about the fit of one SKU."""


@runtime_checkable
class CanAppend(Fitted, Protocol):
    """A fitted model that takes in new data without being fitted again."""

    def append(self, panel: Panel) -> "CanAppend":
        """The same coefficients after `panel`, which holds all that was learnt from and what has come since."""


@runtime_checkable
class LearnsOn(Protocol):
    """A spec that can start from what a former fit has learnt, which takes a part of the time."""

    def fit_again(self, panel: Panel, former: Any) -> Fitted:
        """As `fit`, from a former fit of the same spec on fewer rows."""


def future_grid(panel: Panel, horizon: int) -> pd.DataFrame:
    """Every SKU with every period ahead, SKU by SKU: the rows that a `future` frame must have."""
    dates = panel.future_dates(horizon)
    ids = np.repeat(np.asarray(panel.ids, dtype=object), len(dates))
    return pd.DataFrame({"unique_id": ids, "ds": np.tile(dates.to_numpy(), len(panel))})
