"""Gradient boosting by scikit-learn: the light alternative, without a library of its own, learning from the same examples."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from forecasting.core.checkpoint import remembered
from forecasting.core.frequency import grain
from forecasting.core.knob import between, check_knobs, knob
from forecasting.core.panel import Panel
from forecasting.core.progress import report
from forecasting.features.lookback import Lookback
from forecasting.models.attribution import REACH
from forecasting.models.grove import Grove
from forecasting.models.trees import Examples, FittedTrees, examples, pools_of


@dataclass(frozen=True)
class LightBoosting:
    """HistGradientBoostingRegressor with Poisson loss over all SKUs, all steps of the horizon at once.

    `rounds` trees of `leaves` leaves, each leaf holding at least `leaf_rows` rows; `rows` caps the training rows, which are
    sampled. Pedregosa et al. (2011); Ke et al. (2017) for the histograms.
    """

    name: ClassVar[str] = "light_boosting"
    rounds: int = knob(
        120, "Trees", "How many trees are grown, each on what the ones before it missed.", low=1, high=5000,
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
        200_000, "Examples", "At most so many training examples are drawn; this bounds time and memory.", low=1000,
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

    def fit(self, panel: Panel) -> "FittedLightBoosting":
        """Learn from all SKUs. Raises HistoryTooShort when no SKU has enough history."""
        horizon = grain(panel.freq).horizon if self.horizon is None else self.horizon
        lookback = Lookback.of(panel, 0, None)
        report(0.1, "collecting examples")
        sample = examples(lookback, horizon, self.rows, self.seed)
        report(0.4, f"growing {self.rounds} trees on {len(sample.target):,} examples")
        question = (self, lookback.names, sample.features, sample.target, sample.base, sample.weight)
        grove = remembered(question, lambda: self._train(sample))
        return FittedLightBoosting(
            panel=panel,
            trained=horizon,
            spread=sample.spread,
            pools=pools_of(self, panel, horizon) if self.calibrated else None,
            grove=grove,
        )

    def _train(self, sample: Examples) -> Grove:
        """The library takes no offset, but a Poisson loss of base x bend is that of sales over base, weighed by the base."""
        from joblib import effective_n_jobs
        from sklearn.ensemble import HistGradientBoostingRegressor
        from threadpoolctl import threadpool_limits

        if sample.target.sum() <= 0:
            return Grove.bare(-REACH)
        model = HistGradientBoostingRegressor(
            loss="poisson",
            max_iter=self.rounds,
            learning_rate=self.learning_rate,
            max_leaf_nodes=self.leaves,
            min_samples_leaf=self.leaf_rows,
            l2_regularization=1.0,
            max_features=0.7,
            max_bins=127,
            categorical_features=None,
            early_stopping=False,
            random_state=self.seed,
        )
        unknown = np.isnan(sample.features).all(axis=0)  # the library cannot bin a column without a single value
        with threadpool_limits(effective_n_jobs(self.jobs), "openmp"):
            model.fit(np.where(unknown, 0.0, sample.features), sample.target / sample.base, sample.weight * sample.base)
        return Grove.of(model)


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedLightBoosting(FittedTrees):
    """The trees as arrays."""

    name: ClassVar[str] = LightBoosting.name
    grove: Grove

    def bend(self, features: np.ndarray) -> np.ndarray:
        return self.grove.say(features)

    def shares(self, features: np.ndarray) -> np.ndarray:
        return self.grove.shares(features)

    def importance(self) -> pd.DataFrame:
        """Rows `feature, gain`: the share of what the trees tell apart that each feature stands for, largest first."""
        names = Lookback.of(self.panel, 0, None).names
        table = pd.DataFrame({"feature": names, "gain": self.grove.gain(len(names))})
        return table.sort_values("gain", ascending=False, kind="stable", ignore_index=True)
