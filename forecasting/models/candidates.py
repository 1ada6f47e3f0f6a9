"""What the automatic forecast mixes: its members, which kind of SKU leans on which, and how far each profile goes."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecasting.core.model import Model
from forecasting.core.panel import Panel
from forecasting.features.demand import demand_class
from forecasting.features.lookback import WINDOWS
from forecasting.models.boosting import Boosting
from forecasting.models.intermittent import IMAPA
from forecasting.models.linear import Linear
from forecasting.models.naive import SeasonalNaive, WindowMean
from forecasting.models.recent import LastYear, RecentShape
from forecasting.models.smoothing import CES, ETS, Theta

Profile = Literal["fast", "balanced", "best"]
ROUTES = ("smooth", "erratic", "intermittent", "lumpy", "new")
BASELINES = ("seasonal_naive", "window_mean")


@dataclass(frozen=True)
class Effort:
    """How far a profile goes: cutoffs it rehearses at, SKUs it rehearses on, training rows and trees of the boosting."""

    cutoffs: int
    skus: int
    rows: int
    rounds: int


EFFORTS: dict[str, Effort] = {
    "fast": Effort(cutoffs=2, skus=400, rows=200_000, rounds=120),
    "balanced": Effort(cutoffs=3, skus=1_000, rows=400_000, rounds=150),
    "best": Effort(cutoffs=5, skus=3_000, rows=1_000_000, rounds=250),
}


def members(profile: Profile, horizon: int, seed: int, jobs: int) -> tuple[Model, ...]:
    """The models that take part, cheapest first; the quick profile leaves the automatic choice of form out."""
    effort = EFFORTS[profile]
    thorough: tuple[Model, ...] = (
        (Theta(model="STM", horizon=horizon, jobs=jobs),)
        if profile == "fast"
        else (Theta(horizon=horizon, jobs=jobs), ETS(horizon=horizon, jobs=jobs))
    )
    return (
        SeasonalNaive(),
        WindowMean(),
        RecentShape(),
        LastYear(),
        IMAPA(horizon=horizon, jobs=jobs),
        CES(horizon=horizon, jobs=jobs),
        *thorough,
        Linear(),
        Boosting(horizon=horizon, rows=effort.rows, rounds=effort.rounds, seed=seed, jobs=jobs),
    )


def routes(panel: Panel) -> np.ndarray:
    """Which kind each SKU is, as a position in ROUTES: its demand class, or new when it has hardly a history; shape (SKUs,)."""
    history = panel.matrix()
    started = np.maximum.accumulate(history > 0, axis=1).sum(axis=1)
    windows = WINDOWS.get(panel.freq.split("-")[0], (4, 2 * panel.season_length))
    kinds = np.array([ROUTES.index(name) for name in demand_class(history)])
    return np.where(started < max(4, windows[1]), ROUTES.index("new"), kinds)


def prior(route: int, names: tuple[str, ...], *, alone: bool, planned: bool) -> np.ndarray:
    """How often each member is in the mixture before the backtest has spoken, shape (members,).

    Means of three unlike families: on 14 real sets none of them was worse than its best member by much. `alone`: there are too
    few SKUs to learn from each other, so trees have no say yet; `planned`: prices or promotions are known ahead, so two of the
    three should be able to see them.
    """
    sighted = ("boosting", "linear", "ces", "theta") if alone else ("boosting", "linear", "ces")
    steady = sighted if planned else ("boosting", "theta", "ces")
    rare = ("boosting", "linear", "imapa") if planned else ("boosting", "imapa", "window_mean")
    mixtures = {"smooth": steady, "erratic": steady, "intermittent": rare, "lumpy": rare, "new": ("boosting", "window_mean")}
    chosen = [name for name in mixtures[ROUTES[route]] if name in names and not (alone and name == "boosting")]
    return np.array([float(name in (chosen or ["window_mean"])) for name in names])
