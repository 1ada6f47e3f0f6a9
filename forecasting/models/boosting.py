"""Gradient boosting over all SKUs at once: one tree model learns from every SKU what levels, seasons, plans and calendar mean.

Direct: a row is a SKU, an origin and a number of steps ahead, so nothing is forecast from forecasts. The target is divided by
the SKU's level at the origin, and the trees only bend a plain forecast (the offset), so that little data does little harm.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

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
from forecasting.models.calibration import Pools, held_out

_BATCH = 200_000
_ORIGINS = 48


@dataclass(frozen=True)
class Boosting:
    """LightGBM with Tweedie loss over all SKUs, all steps of the horizon at once.

    `rounds` trees of `leaves` leaves, each leaf holding at least `leaf_rows` rows; `power` between 1 (Poisson) and 2 says how
    fast the variance grows with the mean; `rows` caps the training rows, which are sampled. Ke et al. (2017); Tweedie (1984).
    """

    name: ClassVar[str] = "boosting"
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
    power: float = knob(
        1.2,
        "Tweedie power",
        "How fast the variance grows with the mean: 1 as for counts, near 2 for lumpy sales.",
        low=1,
        high=1.99,
        search=between(1.0, 1.8, neutral=True),
    )
    rows: int = knob(
        400_000, "Examples", "At most so many training examples are drawn; this bounds time and memory.", low=1000,
        high=10_000_000, advanced=True, quick=100_000,
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

    def fit(self, panel: Panel) -> "FittedBoosting":
        """Learn from all SKUs. Raises HistoryTooShort when no SKU has enough history."""
        horizon = grain(panel.freq).horizon if self.horizon is None else self.horizon
        lookback = Lookback.of(panel, 0, None)
        report(0.1, "collecting examples")
        sample = examples(lookback, horizon, self.rows, self.seed)
        report(0.4, f"growing {self.rounds} trees on {len(sample.target):,} examples")
        question = (self, lookback.names, sample.features, sample.target, sample.base, sample.weight)
        trees = remembered(question, lambda: self._train(sample, lookback))
        return FittedBoosting(panel, horizon, trees, sample.spread, self._pools(panel, horizon) if self.calibrated else None)

    def _pools(self, panel: Panel, horizon: int) -> Pools | None:
        """Errors on past cutoffs, all by trees that were grown before the oldest of them where those can speak of the later."""
        grown: list[FittedBoosting] = []

        def say(train: Panel, reach: int, future: pd.DataFrame) -> np.ndarray:
            if not grown or not grown[-1].speaks_of(train):
                grown.append(replace(self, horizon=reach, calibrated=False).fit(train))
            return replace(grown[-1], panel=train).forecast(reach, future).mean

        return held_out(say, panel, horizon, self.seed)

    def _train(self, sample: "Examples", lookback: Lookback) -> str:
        import lightgbm
        from joblib import effective_n_jobs

        data = lightgbm.Dataset(
            sample.features,
            sample.target,
            weight=sample.weight,
            init_score=np.log(sample.base),
            feature_name=list(lookback.names),
            categorical_feature=[name for name in lookback.names if name.startswith("group_")],
            params={"verbose": -1, "max_bin": 127, "feature_pre_filter": False},
            free_raw_data=True,
        )
        return str(lightgbm.train(self._parameters(effective_n_jobs(self.jobs)), data, self.rounds).model_to_string())

    def _parameters(self, threads: int) -> dict[str, Any]:
        return {
            "objective": "tweedie",
            "tweedie_variance_power": self.power,
            "learning_rate": self.learning_rate,
            "num_leaves": self.leaves,
            "min_data_in_leaf": self.leaf_rows,
            "bagging_fraction": 0.8,
            "bagging_freq": 1,
            "feature_fraction": 0.7,
            "lambda_l2": 1.0,
            "cat_smooth": 50,
            "boost_from_average": False,
            "seed": self.seed,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": threads,
            "verbosity": -1,
        }


@dataclass(frozen=True, eq=False)
class FittedBoosting:
    """The trees, as LightGBM's text, and the panel they start from.

    `spread` is the training error in units of the level, for panels too short for `pools`, the errors of held-out forecasts.
    """

    panel: Panel
    trained: int
    trees: str
    spread: float
    pools: Pools | None = None
    failures: tuple[Failure, ...] = ()

    def forecast(self, horizon: int, future: pd.DataFrame | None = None) -> Forecast:
        plan = future if self.panel.known else None
        lookback = Lookback.of(self.panel, horizon, plan if plan is not None else _unknown(self.panel, horizon))
        mean = np.zeros((len(self.panel), horizon))
        skus, steps = (grid.ravel() for grid in np.meshgrid(np.arange(len(mean)), np.arange(1, horizon + 1), indexing="ij"))
        sold = lookback.level(lookback.periods - 1)[skus] > 0
        for start in range(0, int(sold.sum()), _BATCH):
            rows = np.flatnonzero(sold)[start : start + _BATCH]
            mean[skus[rows], steps[rows] - 1] = self._predict(lookback, skus[rows], steps[rows])
        return Forecast(
            model=Boosting.name,
            cutoff=self.panel.last,
            ids=self.panel.ids,
            dates=self.panel.future_dates(horizon),
            mean=mean,
            errors=self._errors(lookback, horizon),
        )

    def speaks_of(self, panel: Panel) -> bool:
        """Whether the trees mean the same by the groups and plans of another panel, so that they can forecast it too."""
        own, other = grouping(self.panel), grouping(panel)
        same = all(set(self.panel.static[name]) == set(panel.static[name]) for name in own) if own == other else False
        return same and self.panel.known == panel.known

    def importance(self) -> pd.DataFrame:
        """Rows `feature, gain`: the share of the loss that each feature took away, largest first."""
        gain = self._booster.feature_importance("gain")
        table = pd.DataFrame({"feature": self._booster.feature_name(), "gain": gain / max(gain.sum(), 1e-12)})
        return table.sort_values("gain", ascending=False, kind="stable", ignore_index=True)

    @cached_property
    def _booster(self) -> Any:
        import lightgbm

        return lightgbm.Booster(model_str=self.trees)

    def _predict(self, lookback: Lookback, skus: np.ndarray, steps: np.ndarray) -> np.ndarray:
        origin = lookback.periods - 1
        seen = np.minimum(steps, self.trained)
        features = lookback.rows(origin, skus, steps)
        features[:, 0] = seen
        bend = np.exp(np.clip(self._booster.predict(features, raw_score=True), -3.0, 3.0))
        return bend * lookback.base(origin, skus, steps) * lookback.level(origin)[skus]

    def _errors(self, lookback: Lookback, horizon: int) -> Errors:
        if self.pools is not None:
            return self.pools.errors(self.panel, lookback, horizon)
        psi = np.full((len(self.panel), horizon), 0.1)
        psi[:, 0] = 1.0
        return Gaussian(sigma=self.spread * lookback.level(lookback.periods - 1), psi=psi)


@dataclass(frozen=True, eq=False)
class Examples:
    """Training rows: what was known, what then happened (in units of the level), the plain forecast, how much a row counts."""

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
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return Examples(*columns)


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
