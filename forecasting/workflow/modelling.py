"""Fitting, judging and forecasting: the requests and what they answer."""

import time
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from forecasting.core.checkpoint import remembered
from forecasting.core.errors import ShelfcastError
from forecasting.core.forecast import Forecast
from forecasting.core.frequency import grain
from forecasting.core.model import (
    Failure,
    Fitted,
    HasCoefficients,
    HasLossCurve,
    HasResiduals,
    HasSummary,
    Model,
)
from forecasting.core.panel import Panel
from forecasting.core.progress import part, report
from forecasting.evaluation.backtest import Backtest
from forecasting.evaluation.evaluation import Evaluation, evaluate
from forecasting.features.plan import Plan, complete_plan
from forecasting.models import BASELINES, MODELS, make
from forecasting.models.network.fitted import FittedNetwork
from forecasting.workflow.insides import Insides, insides_of
from forecasting.workflow.onward import Onward
from forecasting.workflow.remains import Remains, remains_of
from forecasting.workflow.request import run
from forecasting.workflow.totals import ADDED_UP, Sums, Tree, agreed, all_together

BASELINE = "seasonal_naive"

DEFAULT_MODEL = "linear" if "linear" in MODELS else BASELINE


@dataclass(frozen=True, eq=False)
class Fit:
    """What one fitted model tells: its forecast, and the statistics that its family has (None where it has none).

    `seconds` is the time the fit took; `summary` is a text about the SKU in focus, `insides` what its fit holds. `network` is
    the fitted model itself, where it can be learnt on from when rows are appended.
    """

    spec: Model
    forecast: Forecast
    residuals: pd.DataFrame | None
    coefficients: pd.DataFrame | None
    loss_curve: pd.DataFrame | None
    summary: str | None
    failures: tuple[Failure, ...]
    seconds: float
    insides: Insides | None = None
    network: FittedNetwork | None = None


@dataclass(frozen=True, eq=False)
class Tryout:
    """A model tried on some SKUs: fitted on everything, and judged on the last horizon, which that judgement held back.

    `held_out` are the forecasts of that judgement, the model's own first, then those of the baselines; `remains` are the tests
    of the residuals of the SKU in focus.
    """

    fit: Fit
    evaluation: Evaluation
    held_out: tuple[Forecast, ...] = ()
    remains: Remains | None = None


@dataclass(frozen=True, eq=False)
class Outlook:
    """Forecasts of all chosen SKUs by one or several models, with the baseline beside them.

    `forecasts` stand in the order of the specs; `baseline` is the seasonal naive; `notes` are sentences about what was left
    out or filled in. `totals` has, for each of the forecasts, all SKUs together as one series, called `total`: its mean is
    the sum of theirs; so has `groups`, with one series for each category, and nothing where the data has none. `sums` is how
    they were made to agree. `usual` (SKUs, horizon) is what the first model would expect under the plan to compare with, where
    one was given: what the plan in use brings is the difference.
    """

    forecasts: tuple[Forecast, ...]
    baseline: Forecast
    failures: tuple[Failure, ...]
    notes: tuple[str, ...]
    totals: tuple[Forecast, ...] = ()
    groups: tuple[Forecast, ...] = ()
    sums: Sums = ADDED_UP
    usual: np.ndarray | None = None

    @property
    def grouped_by(self) -> str:
        """The attribute whose groups stand between SKUs and total; empty for the category."""
        return self.sums.by


@dataclass(frozen=True, eq=False)
class TryModel:
    """Ask for one model on the SKUs of a panel; the residuals of the SKU in `focus` are tested, or those of the first one.

    A network goes on from a `former` fit of fewer rows where there is one; in the test only as far as that fit knew nothing of
    what is held back.
    """

    panel: Panel
    spec: Model
    horizon: int
    plan: pd.DataFrame | None = None
    windows: int = 1
    focus: str = ""
    former: FittedNetwork | None = None


@dataclass(frozen=True, eq=False)
class Compare:
    """Ask for several models on the same cutoffs."""

    panel: Panel
    specs: tuple[Model, ...]
    backtest: Backtest


@dataclass(frozen=True, eq=False)
class ForecastAll:
    """Ask for the forecast of every SKU of a panel; `sums` says how categories and the total are made to agree with it.

    `beside` is another plan for the same regressors, such as prices that stay as they are: the first model also says what it
    would expect then, without being fitted again.
    """

    panel: Panel
    specs: tuple[Model, ...]
    horizon: int
    plan: pd.DataFrame | None = None
    sums: Sums = ADDED_UP
    beside: pd.DataFrame | None = None


@run.register
def try_model(request: TryModel) -> Tryout:
    """Fit one model and judge it on held-out periods beside the baselines."""
    spec = request.spec if request.former is None else Onward(request.spec, request.former)
    with part(0.0, 0.5, f"Testing on the last {grain(request.panel.freq).noun}s: "):
        models = (spec, *_baselines_beside((spec,)))
        held_out: list[Forecast] = []
        backtest = Backtest(request.horizon, windows=request.windows)
        evaluation = evaluate(request.panel, models, backtest, keep=held_out.append)
    with part(0.5, 1.0, "Fitting on everything: "):
        result = fit(request.panel, spec, request.horizon, request.plan, request.focus or request.panel.ids[0])
    season = request.panel.season_length
    remains = remains_of(result.residuals, result.coefficients, request.focus or request.panel.ids[0], season, request.panel)
    return Tryout(result, evaluation, tuple(held_out), remains)


@run.register
def compare(request: Compare) -> Evaluation:
    """Judge several models, and the baselines, on the same cutoffs."""
    return evaluate(request.panel, (*request.specs, *_baselines_beside(request.specs)), request.backtest)


@run.register
def forecast_all(request: ForecastAll) -> Outlook:
    """Forecast every SKU with each model; regressors without a plan are left out rather than guessed."""
    panel, plan = planned(request.panel, request.plan, request.horizon)
    future = None if plan is None else plan.future
    forecasts: list[Forecast] = []
    failures: list[Failure] = []
    usual: np.ndarray | None = None
    for number, spec in enumerate(request.specs):
        with part(number / len(request.specs), (number + 1) / len(request.specs), f"{spec.name}: "):
            beside = None if number or future is None else _usual(panel, request.beside, request.horizon, future)
            ahead = remembered(("ahead", number, spec), partial(_ahead, spec, panel, request.horizon, future, beside))
            forecasts.append(ahead.forecast)
            failures.extend(ahead.failures)
            usual = ahead.usual if number == 0 else usual
    dropped = tuple(name for name in request.panel.known if name not in panel.known)
    baseline = make(BASELINE).fit(panel).forecast(request.horizon)
    said, notes = _in_agreement(request, panel, forecasts, future)
    totals, groups = all_together(Tree.of(panel.without(panel.regressors), request.sums.by), said)
    usual = _moved_alike(usual, forecasts, said)
    report(1.0, "done")
    return Outlook(said, baseline, tuple(failures), _outlook_notes(dropped, plan) + notes, totals, groups, request.sums, usual)


def _moved_alike(usual: np.ndarray | None, before: list[Forecast], after: tuple[Forecast, ...]) -> np.ndarray | None:
    """What is compared with moves as the forecast did, so that the difference is the plan's alone."""
    if usual is None:
        return None
    old, new = before[0].mean, after[0].mean
    return usual * np.divide(new, old, out=np.ones_like(old), where=old > 0)


def _in_agreement(
    request: ForecastAll, panel: Panel, forecasts: list[Forecast], future: pd.DataFrame | None
) -> tuple[tuple[Forecast, ...], tuple[str, ...]]:
    """The forecasts, moved to agree with those of the sums where that is asked for, and what has to be said about it."""
    if request.sums.reconciliation == "bottom-up" or not forecasts:
        return tuple(forecasts), ()
    report(1.0, "forecasting categories and the total")
    try:
        moved = agreed(Tree.of(panel, request.sums.by), forecasts, future)
    except (ShelfcastError, ArithmeticError) as error:
        return tuple(forecasts), (f"The forecasts of the sums could not be used, so the SKUs are only added up: {error}",)
    before, after = forecasts[0].mean.sum(), moved[0].mean.sum()
    change = f"{after / before - 1:+.1%}" if before > 0 else "not at all"
    return moved, (f"Forecasts of the categories and the total moved the sum of the SKUs by {change}.",)


@dataclass(frozen=True, eq=False)
class Ahead:
    """What one model expects, the series on which it fell back, and what it would expect under the plan to compare with."""

    forecast: Forecast
    failures: tuple[Failure, ...]
    usual: np.ndarray | None = None


def _ahead(spec: Model, panel: Panel, horizon: int, future: pd.DataFrame | None, beside: pd.DataFrame | None) -> Ahead:
    fitted = spec.fit(panel)
    usual = None if beside is None else fitted.forecast(horizon, beside).mean
    return Ahead(fitted.forecast(horizon, future), fitted.failures, usual)


def _usual(panel: Panel, beside: pd.DataFrame | None, horizon: int, future: pd.DataFrame) -> pd.DataFrame | None:
    """The plan to compare with, for the regressors that the plan in use is about."""
    plan = complete_plan(panel, beside, horizon)
    if plan is None or list(plan.future.columns) != list(future.columns):
        return None
    return plan.future


def fit(panel: Panel, spec: Model, horizon: int, plan: pd.DataFrame | None = None, focus: str = "") -> Fit:
    """Fit a spec to all rows of a panel and collect everything it can tell, about the SKU in `focus` also its insides."""
    ready, complete = planned(panel, plan, horizon)
    future = None if complete is None else complete.future
    started = time.perf_counter()
    fitted = spec.fit(ready)
    seconds = time.perf_counter() - started
    return Fit(
        spec=spec.spec if isinstance(spec, Onward) else spec,
        forecast=fitted.forecast(horizon, future),
        residuals=fitted.residuals() if isinstance(fitted, HasResiduals) else None,
        coefficients=fitted.coefficients() if isinstance(fitted, HasCoefficients) else None,
        loss_curve=fitted.loss_curve() if isinstance(fitted, HasLossCurve) else None,
        summary=_summary(fitted, focus or ready.ids[0]),
        failures=fitted.failures,
        seconds=seconds,
        insides=insides_of(fitted, ready, focus, horizon, future) if focus else None,
        network=fitted if isinstance(fitted, FittedNetwork) else None,
    )


def planned(panel: Panel, plan: pd.DataFrame | None, horizon: int) -> tuple[Panel, Plan | None]:
    """The panel with only those known regressors for which there is a plan, and the plan for every SKU and period.

    Whatever has a column in the plan is known ahead, also what an import took for an observation.
    """
    panel = panel.knowing(() if plan is None else [name for name in panel.regressors if name in plan.columns])
    complete = complete_plan(panel, plan, horizon)
    covered = () if complete is None else tuple(complete.future.columns[2:])
    return panel.without(name for name in panel.known if name not in covered), complete


def _baselines_beside(specs: tuple[Model, ...]) -> tuple[Model, ...]:
    names = {spec.name for spec in specs}
    return tuple(make(name) for name in BASELINES[:2] if name not in names)


def _outlook_notes(dropped: tuple[str, ...], plan: Plan | None) -> tuple[str, ...]:
    unplanned = f"The forecast does without {', '.join(dropped)}: no plan was given."
    return ((unplanned,) if dropped else ()) + (plan.notes if plan is not None else ())


def _summary(fitted: Fitted, unique_id: str) -> str | None:
    return fitted.summary(unique_id) if isinstance(fitted, HasSummary) else None
