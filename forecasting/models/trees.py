"""What gradient boosting learns from and how it forecasts, whichever library grows the trees: examples, forecast, errors.

A row is a SKU, an origin and a number of steps ahead. Direct, all steps are learnt and nothing is forecast from forecasts;
recursive, only the next one is, and each forecast counts as a sale for those after it. The target is divided by the SKU's level
at the origin, and the trees only bend a plain forecast (the offset), so that little data does little harm.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self, get_args

import numpy as np
import pandas as pd

from forecasting.core.checkpoint import remembered
from forecasting.core.errors import HistoryTooShort
from forecasting.core.forecast import Errors, Forecast, Gaussian
from forecasting.core.frequency import grain
from forecasting.core.knob import between, check_knobs, knob
from forecasting.core.model import Failure, future_grid
from forecasting.core.panel import Panel
from forecasting.core.progress import report
from forecasting.features.lookback import Lookback, grouping
from forecasting.models.attribution import REACH, attributed, topics_of
from forecasting.models.calibration import Pools, held_out

Ahead = Literal["direct", "recursive"]
_BATCH = 200_000
_ORIGINS = 48


@dataclass(frozen=True)
class TreeSpec:
    """What is chosen of trees over all SKUs, whichever library grows them.

    `rounds` trees of `leaves` leaves, each leaf holding at least `leaf_rows` rows; `rows` caps the training rows, which are
    sampled.
    """

    name: ClassVar[str]
    rounds: int = knob(
        150, "Trees", "How many trees are grown, each on what the ones before it missed.", low=1, high=5000,
        search=between(50, 400, log=True),
    )  # fmt: skip
    learning_rate: float = knob(
        0.05, "Learning rate", "How much of each tree is believed.", low=0.001, high=1,
        search=between(0.02, 0.2, log=True, neutral=True),
    )  # fmt: skip
    leaves: int = knob(
        31, "Leaves", "How finely a tree may tell cases apart.", low=2, high=1024, search=between(7, 127, log=True)
    )
    leaf_rows: int = knob(
        40, "Rows in a leaf", "At least so many examples stand behind each leaf.", low=1, high=100_000,
        search=between(300, 10, log=True),
    )  # fmt: skip
    rows: int = knob(
        400_000, "Examples", "At most so many training examples are drawn; this bounds time and memory.", low=1000,
        high=10_000_000, advanced=True, quick=100_000,
    )  # fmt: skip
    ahead: Ahead = knob(
        "direct", "Steps ahead", "Direct: all steps at once, on known sales only. Recursive: a forecast feeds the next one.",
        choices=get_args(Ahead), advanced=True,
    )  # fmt: skip
    horizon: int | None = None
    seed: int = knob(0, "Seed", "The same seed gives the same forecast.", low=0, high=2_000_000, advanced=True)
    jobs: int = 1
    calibrated: bool = knob(
        True,
        "Measured ranges",
        "Ranges from forecasts that were held out; the trees are grown twice for it.",
        advanced=True,
        quick=False,
    )

    def __post_init__(self) -> None:
        check_knobs(self)

    def fit(self, panel: Panel) -> "FittedTrees":
        """Learn from all SKUs. Raises HistoryTooShort when no SKU has enough history."""
        horizon = grain(panel.freq).horizon if self.horizon is None else self.horizon
        lookback = Lookback.of(panel, 0, None)
        report(0.1, "collecting examples")
        trained = horizon if self.ahead == "direct" else 1
        sample = examples(lookback, trained, self.rows, self.seed)
        report(0.4, f"growing {self.rounds} trees on {len(sample.target):,} examples")
        question = (self, sample.names, sample.features, sample.target, sample.base, sample.weight)
        return self.grown(
            remembered(question, lambda: self.train(sample)),
            panel=panel,
            trained=trained,
            ahead=self.ahead,
            spread=sample.spread,
            pools=pools_of(self, panel, horizon) if self.calibrated else None,
        )

    def train(self, sample: "Examples") -> Any:
        """Grow the trees, in a form that can be kept."""
        raise NotImplementedError

    def grown(self, trees: Any, **start: Any) -> "FittedTrees":
        """The trees with the panel they start from, as fields of `FittedTrees`."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedTrees:
    """Grown trees and the panel they start from; a library's own trees come with the subclass, and so do `bend` and `shares`.

    `spread` is the training error in units of the level, for panels too short for `pools`, the errors of held-out forecasts.
    """

    name: ClassVar[str]
    panel: Panel
    trained: int
    ahead: Ahead = "direct"
    spread: float
    pools: Pools | None = None
    failures: tuple[Failure, ...] = ()

    def bend(self, features: np.ndarray) -> np.ndarray:
        """By how much the trees bend the plain forecast, on the log scale, for rows of `Lookback.rows`, shape (rows,)."""
        raise NotImplementedError

    def shares(self, features: np.ndarray) -> np.ndarray:
        """What each feature adds to `bend`, and last what the trees say on average, shape (rows, features + 1)."""
        raise NotImplementedError

    def forecast(self, horizon: int, future: pd.DataFrame | None = None) -> Forecast:
        lookback = self._lookback(horizon, future)
        mean = self._at_once(lookback, horizon) if self.ahead == "direct" else self._one_by_one(lookback, horizon)
        return Forecast(
            model=self.name,
            cutoff=self.panel.last,
            ids=self.panel.ids,
            dates=self.panel.future_dates(horizon),
            mean=mean,
            errors=self._errors(lookback, horizon),
        )

    def contributions(self, horizon: int, future: pd.DataFrame | None = None, ids: Sequence[str] | None = None) -> pd.DataFrame:
        """What moved the forecast of each period: rows `unique_id, ds, topic, units` that add up to its mean.

        Exact SHAP values of the trees on the log scale (Lundberg, Erion and Lee 2018, arXiv 1802.03888), summed by topic and
        turned into units as `attributed` says. "usual level" is the SKU's level times what the trees do on average. Only of
        the SKUs `ids` where they are given; what has never sold has none.
        """
        lookback = self._lookback(horizon, future)
        wanted = set(self.panel.ids if ids is None else ids)
        named = np.array([unique_id in wanted for unique_id in self.panel.ids])
        rows = np.flatnonzero(named & (lookback.level(lookback.periods - 1) > 0))
        skus, steps = np.repeat(rows, horizon), np.tile(np.arange(1, horizon + 1), len(rows))
        topics, units = topics_of(lookback), np.empty(0)
        if len(rows) and self.ahead == "direct":
            units = self._attributed(lookback, skus, steps).ravel()
        elif len(rows):
            mean, one = self._one_by_one(lookback, horizon), np.ones(len(rows), dtype=int)
            stages = [lookback.carried_on(mean[:, :step]) for step in range(horizon)]
            units = np.stack([self._attributed(seen, rows, one) for seen in stages], axis=1).ravel()
        return pd.DataFrame(
            {
                "unique_id": np.repeat(np.asarray(self.panel.ids, dtype=object)[skus], len(topics)),
                "ds": np.repeat(self.panel.future_dates(horizon).to_numpy()[steps - 1], len(topics)),
                "topic": np.tile(np.asarray(topics, dtype=object), len(skus)),
                "units": units,
            }
        )

    def speaks_of(self, panel: Panel) -> bool:
        """Whether the trees mean the same by the groups and plans of another panel, so that they can forecast it too."""
        own, other = grouping(self.panel), grouping(panel)
        same = all(set(self.panel.static[name]) == set(panel.static[name]) for name in own) if own == other else False
        return same and self.panel.known == panel.known

    def at(self, panel: Panel) -> Self:
        """The same trees, starting from the end of another panel."""
        return replace(self, panel=panel)

    def _at_once(self, lookback: Lookback, horizon: int) -> np.ndarray:
        """All steps from what has been sold, shape (SKUs, horizon); 0 for what has never sold."""
        mean = np.zeros((len(self.panel), horizon))
        skus, steps = (grid.ravel() for grid in np.meshgrid(np.arange(len(mean)), np.arange(1, horizon + 1), indexing="ij"))
        sold = lookback.level(lookback.periods - 1)[skus] > 0
        for start in range(0, int(sold.sum()), _BATCH):
            rows = np.flatnonzero(sold)[start : start + _BATCH]
            mean[skus[rows], steps[rows] - 1] = self._predict(lookback, skus[rows], steps[rows])
        return mean

    def _one_by_one(self, lookback: Lookback, horizon: int) -> np.ndarray:
        """Each step as the next one after what has been sold and what is forecast before it, shape (SKUs, horizon)."""
        mean = np.zeros((len(self.panel), horizon))
        for step in range(horizon):
            mean[:, [step]] = self._at_once(lookback.carried_on(mean[:, :step]), 1)
        return mean

    def _attributed(self, lookback: Lookback, skus: np.ndarray, steps: np.ndarray) -> np.ndarray:
        return attributed(lookback, skus, steps, self.shares(self._rows(lookback, skus, steps)))

    def _lookback(self, horizon: int, future: pd.DataFrame | None) -> Lookback:
        plan = future if self.panel.known else None
        return Lookback.of(self.panel, horizon, plan if plan is not None else _unknown(self.panel, horizon))

    def _rows(self, lookback: Lookback, skus: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """The features of the periods ahead; steps further than those learnt from count as the last of these."""
        features = lookback.rows(lookback.periods - 1, skus, steps)
        features[:, 0] = np.minimum(steps, self.trained)
        return features

    def _predict(self, lookback: Lookback, skus: np.ndarray, steps: np.ndarray) -> np.ndarray:
        origin = lookback.periods - 1
        bend = np.exp(np.clip(self.bend(self._rows(lookback, skus, steps)), -REACH, REACH))
        return bend * lookback.base(origin, skus, steps) * lookback.level(origin)[skus]

    def _errors(self, lookback: Lookback, horizon: int) -> Errors:
        if self.pools is not None:
            return self.pools.errors(self.panel, lookback)
        psi = np.full((len(self.panel), horizon), 0.1)
        psi[:, 0] = 1.0
        return Gaussian(sigma=self.spread * lookback.level(lookback.periods - 1), psi=psi)


def pools_of(spec: TreeSpec, panel: Panel, horizon: int) -> Pools | None:
    """Errors on past cutoffs, all by trees that were grown before the oldest of them where those can speak of the later."""
    grown: list[FittedTrees] = []

    def say(train: Panel, reach: int, future: pd.DataFrame) -> np.ndarray:
        if not grown or not grown[-1].speaks_of(train):
            grown.append(replace(spec, horizon=reach, calibrated=False).fit(train))  # type: ignore[type-var]
        return grown[-1].at(train).forecast(reach, future).mean

    return held_out(say, panel, horizon, spec.seed)


@dataclass(frozen=True, eq=False)
class Examples:
    """Training rows: what was known, what then happened (in units of the level), the plain forecast, how much a row counts.

    `names` are those of the features.
    """

    names: tuple[str, ...]
    features: np.ndarray
    target: np.ndarray
    base: np.ndarray
    weight: np.ndarray

    @property
    def spread(self) -> float:
        """Standard deviation of the plain forecast's errors."""
        return float(np.sqrt(np.average((self.target - self.base) ** 2, weights=self.weight)))


def examples(lookback: Lookback, horizon: int, rows: int, seed: int) -> Examples:
    """Training rows of at most `rows` in number, from origins all over the history, the later ones more densely.

    Raises HistoryTooShort when no origin leaves something to learn from.
    """
    rng = np.random.default_rng(seed)
    origins = _origins(lookback)
    parts = [part for origin in origins for part in _at(lookback, origin, horizon, rows // len(origins), rng)]
    if not parts or sum(len(part[1]) for part in parts) < 2:
        raise HistoryTooShort("No SKU has a history long enough to learn from; use the window mean.")
    features, target, base, weight = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Examples(lookback.names, features, _never_negative(target), base, weight)


def _never_negative(target: np.ndarray) -> np.ndarray:
    """No count can be below zero: periods with more returns than sales become zero, and all others less, for the same sum."""
    kept = np.maximum(target, 0.0)
    total = kept.sum()
    return kept * max(target.sum() / total, 0.0) if total > 0 else kept


def _origins(lookback: Lookback) -> np.ndarray:
    last = lookback.periods - 2
    if last < 2:
        raise HistoryTooShort(f"The data has {lookback.periods} periods; boosting needs at least 4.")
    first = max(1, min(2 * lookback.season, last // 2), last - 2 * max(lookback.year, 8 * lookback.season))
    # Every phase of the season must be met, so the stride has no divisor in common with it.
    stride = max(1, (last - first) // _ORIGINS)
    while stride > 1 and np.gcd(stride, lookback.season) > 1:
        stride += 1
    return np.arange(last, first - 1, -stride)


def _at(lookback: Lookback, origin: int, horizon: int, rows: int, rng: np.random.Generator) -> list[tuple[np.ndarray, ...]]:
    """A sample of the SKUs and steps at one origin."""
    reach = min(horizon, lookback.periods - 1 - origin)
    level = lookback.level(origin)
    alive = np.flatnonzero(level > 0)
    count = min(max(rows, 1), len(alive) * reach)
    if not count:
        return []
    drawn = rng.choice(len(alive) * reach, count, replace=False)
    skus, steps = alive[drawn // reach], 1 + drawn % reach
    actual = lookback.sales[skus, origin + steps]
    skus, steps, actual = (values[~np.isnan(actual)] for values in (skus, steps, actual))
    if not len(skus):
        return []
    scale = level[skus]
    weight = np.sqrt(scale / np.mean(level[alive]))
    base = lookback.base(origin, skus, steps)
    return [(lookback.rows(origin, skus, steps), np.minimum(actual / scale, 50.0), base, weight)]


def _unknown(panel: Panel, horizon: int) -> pd.DataFrame | None:
    """A plan without values, for a panel whose regressors were not planned: the trees know how to miss them."""
    if not panel.known:
        return None
    return future_grid(panel, horizon).assign(**dict.fromkeys(panel.known, np.nan))
