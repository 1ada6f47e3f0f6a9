"""Intervals from forecasts that a model made without sight of what came, because what learns by heart must not judge itself."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core.errors import ShelfcastError
from forecasting.core.panel import Panel
from forecasting.evaluation.backtest import Backtest
from forecasting.evaluation.habits import habits_at
from forecasting.evaluation.intervals import Conformal, Habits, calibrate
from forecasting.features.demand import CLASSES, demand_class
from forecasting.features.lookback import Lookback

_ROWS = 1_000


@dataclass(frozen=True, eq=False)
class Pools:
    """Errors of each demand class, as `calibrate` makes them."""

    bounds: np.ndarray
    paths: np.ndarray

    def errors(self, panel: Panel, lookback: Lookback) -> Conformal:
        """The errors to expect of the SKUs of a panel."""
        habits = habits_at(lookback, lookback.periods - 1, self.bounds.shape[1])  # as far ahead as the errors were made
        return Conformal(habits, classes(panel), self.bounds, self.paths)


def held_out(
    say: Callable[[Panel, int, pd.DataFrame], np.ndarray], panel: Panel, horizon: int, seed: int, cutoffs: int = 2
) -> Pools | None:
    """Pools from some past cutoffs; None where the history is too short.

    `say` forecasts a panel a number of periods ahead, given what is planned, as a mean of shape (SKUs, periods); it is
    asked for the oldest cutoff first.
    """
    reach = max(1, min(horizon, len(panel.calendar) // 4))
    rng = np.random.default_rng(seed)
    parts = []
    try:
        for number, window in enumerate(Backtest(reach, cutoffs).split(panel)):
            mean = say(window.train, reach, window.future)
            lookback = Lookback.of(window.train.without(window.train.regressors), reach, None)
            habits = habits_at(lookback, lookback.periods - 1, reach)
            alive = np.flatnonzero(habits.level > 0)
            rows = np.sort(rng.choice(alive, min(_ROWS, len(alive)), replace=False))
            actual = window.actual["y"].to_numpy(dtype=float).reshape(mean.shape)
            own = habits.take(rows), classes(window.train)[rows], np.full(len(rows), number)
            parts.append((actual[rows], mean[rows], *own))
        actual, mean, group, origin = (np.concatenate([part[number] for part in parts]) for number in (0, 1, 3, 4))
        return Pools(*calibrate(actual, mean, Habits.joined([part[2] for part in parts]), group, len(CLASSES), seed, origin))
    except ShelfcastError:
        return None


def classes(panel: Panel) -> np.ndarray:
    """The demand class of each SKU as a position in CLASSES, shape (SKUs,)."""
    return np.array([CLASSES.index(name) for name in demand_class(panel.matrix())])
