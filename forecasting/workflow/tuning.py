"""Tuning as a user meets it: a request that the worker carries out, and what may be searched of a model."""

from dataclasses import dataclass

from forecasting.core.model import Model
from forecasting.core.panel import Panel
from forecasting.evaluation.space import Dimension, space_of
from forecasting.evaluation.tuning import Tuned, Tuning, tune
from forecasting.features.demand import demand_class
from forecasting.workflow.request import run

_RARE = ("intermittent", "lumpy")


@dataclass(frozen=True, eq=False)
class TuneModel:
    """Ask for better settings of a model on the SKUs of a panel.

    >>> import pandas as pd
    >>> from forecasting import workflow
    >>> days = pd.date_range("2024-01-01", periods=84)
    >>> sales = Panel.build(pd.DataFrame({"unique_id": "A", "ds": days, "y": range(84)}))
    >>> tuned = workflow.run(TuneModel(sales, Tuning(workflow.make("weekday_mean"), horizon=7, trials=4)))
    >>> tuned.verdict, tuned.use
    ('Tuning found 20 % less error than the default on the last 7 days, which neither had seen.', WeekdayMean(seasons=3))
    """

    panel: Panel
    tuning: Tuning


@run.register
def tune_model(request: TuneModel) -> Tuned:
    """Carry it out."""
    return tune(request.panel, request.tuning)


def tunable(model: Model, panel: Panel) -> tuple[Dimension, ...]:
    """What tuning may change of a model for this data; empty where there is nothing."""
    return space_of(model, panel.season_length)


def fitting_metric(panel: Panel) -> str:
    """The metric to judge by: where most SKUs sell rarely, forecasting nothing would win by WAPE."""
    classes = demand_class(panel.matrix())
    return "rmsse" if sum(name in _RARE for name in classes) > len(classes) / 2 else "wape"
