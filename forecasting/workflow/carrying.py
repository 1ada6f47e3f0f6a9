"""Learning once and going on with new data: what was learnt stays, or is where learning starts the next time."""

from dataclasses import dataclass

import pandas as pd

from forecasting.core.forecast import Forecast
from forecasting.core.model import CanAppend, Fitted, LearnsOn, Model
from forecasting.core.panel import Panel
from forecasting.workflow.modelling import planned
from forecasting.workflow.request import run


@dataclass(frozen=True, eq=False)
class Learn:
    """Ask for a fitted model of every SKU of a panel, to be kept.

    A network starts from a `former` fit of the same settings where there is one, and takes a third of the time.
    """

    panel: Panel
    spec: Model
    plan: pd.DataFrame | None = None
    former: Fitted | None = None


@dataclass(frozen=True, eq=False)
class CarryOn:
    """Ask for the forecast of a fitted model after a panel that has gone on, without fitting it again."""

    fitted: CanAppend
    panel: Panel
    horizon: int
    plan: pd.DataFrame | None = None


@dataclass(frozen=True, eq=False)
class CarriedOn:
    """The model after the new data, to be kept in place of the old one, and its forecast."""

    fitted: CanAppend
    forecast: Forecast


@run.register
def learn(request: Learn) -> Fitted:
    """Fit a spec to all rows; regressors without a plan are left out."""
    panel = planned(request.panel, request.plan, 1)[0]
    if request.former is not None and isinstance(request.spec, LearnsOn):
        return request.spec.fit_again(panel, request.former)
    return request.spec.fit(panel)


@run.register
def carry_on(request: CarryOn) -> CarriedOn:
    """Take in the new data and forecast. Raises InputError when it is of another kind than what the model has learnt from."""
    panel, plan = planned(request.panel, request.plan, request.horizon)
    fitted = request.fitted.append(panel)
    return CarriedOn(fitted, fitted.forecast(request.horizon, None if plan is None else plan.future))
