"""The plan for the periods ahead: read from a file in another process, carried on from today, or written in a table."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.core.model import future_grid
from forecasting.core.panel import Panel
from forecasting.features.plan import fill_plan, mostly_zero
from forecasting.workflow.importing import file_bytes
from forecasting.workflow.request import run

_PLANNABLE = ("price", "promo", "promotion", "discount", "display", "mailer", "leaflet")


@dataclass(frozen=True, eq=False)
class ReadPlan:
    """Ask for the rows of a file of planned values."""

    path: str
    regressors: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class PlanRows:
    """What a plan's file says: `sku, date` and the planned regressors."""

    rows: pd.DataFrame


@run.register
def plan_rows(request: ReadPlan) -> PlanRows:
    """Read a file of planned values. Raises an InputError in one sentence."""
    from forecasting.ingest.plan import read_plan

    return PlanRows(read_plan(file_bytes(request.path), Path(request.path).name, request.regressors))


def plannable(panel: Panel) -> tuple[str, ...]:
    """The regressors that a merchant plans ahead: those that are known to be, else what is named like a price or promotion."""
    return panel.known or tuple(name for name in panel.regressors if name.lower() in _PLANNABLE)


def carried_on(panel: Panel, horizon: int) -> pd.DataFrame:
    """A plan in which prices stay as they are and no promotion runs: `sku, date` and every plannable regressor."""
    grid = future_grid(panel, horizon)
    filled = fill_plan(panel, grid.assign(**dict.fromkeys(plannable(panel), float("nan"))))
    return filled.rename(columns={"unique_id": "sku", "ds": "date"})


def promoted(panel: Panel, horizon: int) -> float:
    """The share of all SKUs in the last `horizon` periods on which a promotion ran: what `carried_on` takes to end.

    >>> days = pd.date_range("2024-01-01", periods=8)
    >>> sales = pd.DataFrame({"unique_id": "A", "ds": days, "y": 5, "promo": [0, 0, 0, 0, 0, 0, 1, 0]})
    >>> promoted(Panel.build(sales, known=["promo"]), 4)
    0.25
    """
    names = [name for name in plannable(panel) if mostly_zero(panel, name)]
    if not names:
        return 0.0
    late = np.arange(panel.indptr[-1]) >= np.repeat(panel.indptr[1:] - horizon, panel.lengths)
    ran = np.any([np.nan_to_num(panel.columns[name].astype("float64")) != 0.0 for name in names], axis=0)
    return float(ran[late].mean())
