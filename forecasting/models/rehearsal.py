"""The rehearsal of the automatic forecast: what its members would have said at past cutoffs, beside what happened."""

from dataclasses import dataclass, replace

import numpy as np

from forecasting.core.errors import HistoryTooShort, ShelfcastError
from forecasting.core.model import Model
from forecasting.core.panel import Panel
from forecasting.core.progress import part, report
from forecasting.evaluation.backtest import Backtest, Window
from forecasting.evaluation.combination import Rehearsal
from forecasting.evaluation.habits import habits_at
from forecasting.evaluation.intervals import Habits
from forecasting.evaluation.metrics import scales
from forecasting.features.lookback import Lookback
from forecasting.models.boosting import Boosting
from forecasting.models.candidates import FEW, Effort, routes
from forecasting.models.levels import Above
from forecasting.models.trees import FittedTrees

# One member that breaks down on odd data must not take the others with it; libraries raise more than our own errors.
TROUBLE = (ShelfcastError, ArithmeticError, ValueError)


@dataclass(frozen=True, eq=False)
class Past:
    """A rehearsal, and what intervals need of it: the route and the habits of each row.

    `learnt` (rows,) are the periods before the cutoff of each row. `above` are the forecasts of the sums at each cutoff, the
    oldest first; none where they were not asked for.
    """

    rehearsal: Rehearsal
    route: np.ndarray
    habits: Habits
    learnt: np.ndarray
    above: tuple[Above, ...] = ()


def rehearse(panel: Panel, models: tuple[Model, ...], horizon: int, effort: Effort, seed: int, jobs: int = 1) -> Past | None:
    """What the members would have said at past cutoffs; None when the history is too short for even one.

    Few SKUs are rehearsed at more cutoffs, many only on a sample of them; what learns from all SKUs still learns from all.
    """
    cutoffs = effort.cutoffs
    calendar = len(panel.calendar)
    reach = max(1, min(horizon, calendar // 4))
    wanted = int(np.clip(cutoffs * FEW * 4 // max(len(panel), 1), cutoffs, 6))
    backtest = Backtest(reach, wanted, step=max(1, reach if wanted <= cutoffs else reach // 2))
    try:
        count = len(backtest.cutoffs(panel))
    except HistoryTooShort:
        return None
    rng = np.random.default_rng(seed)
    parts = []
    trees = None
    for number, window in enumerate(backtest.split(panel)):
        with part(number / count, (number + 1) / count):
            past, trees = _at(window, models, trees, reach, number, effort.skus, rng)
            if past is not None:
                parts.append(_with_sums(past, window.train, reach, jobs) if effort.sums and len(panel) >= FEW else past)
    return _joined(parts, tuple(model.name for model in models))


def _with_sums(past: Past, train: Panel, horizon: int, jobs: int) -> Past:
    """With what the sums of the rehearsed SKUs would have said."""
    try:
        return replace(past, above=(Above.of(train.select([train.ids[row] for row in past.rehearsal.sku]), horizon, jobs),))
    except TROUBLE:
        return past


def _at(
    window: Window,
    models: tuple[Model, ...],
    trees: FittedTrees | None,
    horizon: int,
    number: int,
    skus: int,
    rng: np.random.Generator,
) -> tuple[Past | None, FittedTrees | None]:
    """One cutoff. Trees grown at an earlier one are taken again: they see the later sales, and growing them is dear."""
    train = window.train
    lookback = Lookback.of(train.without(train.regressors), horizon, None)
    alive = np.flatnonzero((lookback.level(lookback.periods - 1) > 0) & ~dead(lookback))
    if not len(alive):
        return None, trees
    rows = np.sort(rng.choice(alive, min(skus, len(alive)), replace=False))
    ids = [train.ids[row] for row in rows]
    some = train.select(ids)
    ahead = window.future[window.future["unique_id"].isin(set(ids))]
    means = []
    for done, model in enumerate(models):
        with part(done / len(models), (done + 1) / len(models), f"{model.name} at {window.cutoff:%Y-%m-%d}: "):
            report(0.0, "fitting")
            try:
                if isinstance(model, Boosting):
                    again = trees is not None and trees.speaks_of(train)
                    trees = trees.at(train) if trees and again else replace(model, horizon=horizon).fit(train)
                    means.append(trees.forecast(horizon, window.future).mean[rows])
                else:
                    means.append(model.fit(some).forecast(horizon, ahead).mean)
            except TROUBLE:
                means.append(np.full((len(rows), horizon), np.nan))
    mase, rmsse = scales(some.matrix(), some.season_length)
    actual = window.actual["y"].to_numpy(dtype=float).reshape(len(train), horizon)[rows]
    past = Rehearsal((), np.stack(means), actual, np.full(len(rows), number), rows, mase, rmsse)
    habits = habits_at(lookback, lookback.periods - 1, horizon).take(rows)
    return Past(past, routes(some), habits, np.full(len(rows), lookback.periods)), trees


def _joined(parts: list[Past], names: tuple[str, ...]) -> Past | None:
    if not parts:
        return None
    several = [past.rehearsal for past in parts]
    rehearsal = Rehearsal(
        names,
        np.concatenate([past.forecasts for past in several], axis=1),
        np.concatenate([past.actual for past in several]),
        np.concatenate([past.origin for past in several]),
        np.concatenate([past.sku for past in several]),
        np.concatenate([past.mase_scale for past in several]),
        np.concatenate([past.rmsse_scale for past in several]),
    )
    habits = Habits.joined([past.habits for past in parts])
    above = tuple(sums for past in parts for sums in past.above)
    route = np.concatenate([past.route for past in parts])
    learnt = np.concatenate([past.learnt for past in parts])
    return Past(rehearsal, route, habits, learnt, above if len(above) == len(parts) else ())


def dead(lookback: Lookback) -> np.ndarray:
    """SKUs that have not sold for twice as long as their longest pause before, and not for two long windows, shape (SKUs,)."""
    quiet, longest = lookback.silence()
    return quiet > np.maximum(2 * longest, 2 * lookback.windows[2])
