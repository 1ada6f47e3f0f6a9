"""Gradient boosting by scikit-learn: the light alternative, without a library of its own, learning from the same examples."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from forecasting.core.knob import between, knob
from forecasting.features.lookback import Lookback
from forecasting.models.attribution import REACH
from forecasting.models.grove import Grove
from forecasting.models.trees import Examples, FittedTrees, TreeSpec


@dataclass(frozen=True)
class LightBoosting(TreeSpec):
    """HistGradientBoostingRegressor with Poisson loss over all SKUs, all steps of the horizon at once.

    `rounds` trees of `leaves` leaves, each leaf holding at least `leaf_rows` rows; `rows` caps the training rows, which are
    sampled. Pedregosa et al. (2011); Ke et al. (2017) for the histograms.
    """

    name: ClassVar[str] = "light_boosting"
    rounds: int = knob(
        120, "Trees", "How many trees are grown, each on what the ones before it missed.", low=1, high=5000,
        search=between(50, 400, log=True),
    )  # fmt: skip
    rows: int = knob(
        200_000, "Examples", "At most so many training examples are drawn; this bounds time and memory.", low=1000,
        high=10_000_000, advanced=True, quick=100_000,
    )  # fmt: skip

    def train(self, sample: Examples) -> Grove:
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

    def grown(self, trees: Grove, **start: Any) -> "FittedLightBoosting":
        return FittedLightBoosting(grove=trees, **start)


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
