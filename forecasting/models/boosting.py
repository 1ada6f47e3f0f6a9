"""Gradient boosting over all SKUs at once: trees learn from every SKU what levels, seasons, plans and calendar mean."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from forecasting.core.errors import FitFailed
from forecasting.core.knob import between, knob
from forecasting.models.trees import Examples, FittedTrees, TreeSpec


@dataclass(frozen=True)
class Boosting(TreeSpec):
    """LightGBM with Tweedie loss over all SKUs, all steps of the horizon at once or one after the other.

    `rounds` trees of `leaves` leaves, each leaf holding at least `leaf_rows` rows; `power` between 1 (Poisson) and 2 says how
    fast the variance grows with the mean; `rows` caps the training rows, which are sampled. Ke et al. (2017); Tweedie (1984).
    """

    name: ClassVar[str] = "boosting"
    power: float = knob(
        1.2,
        "Tweedie power",
        "How fast the variance grows with the mean: 1 as for counts, near 2 for lumpy sales.",
        low=1,
        high=1.99,
        search=between(1.0, 1.8, neutral=True),
    )

    def train(self, sample: Examples) -> str:
        import lightgbm
        from joblib import effective_n_jobs

        if not sample.target.any():
            raise FitFailed("nothing was sold in the periods that trees could learn from.")
        data = lightgbm.Dataset(
            sample.features,
            sample.target,
            weight=sample.weight,
            init_score=np.log(sample.base),
            feature_name=list(sample.names),
            categorical_feature=[name for name in sample.names if name.startswith("group_")],
            params={"verbose": -1, "max_bin": 127, "feature_pre_filter": False},
            free_raw_data=True,
        )
        try:
            grown = lightgbm.train(self._parameters(effective_n_jobs(self.jobs)), data, self.rounds)
        except lightgbm.basic.LightGBMError as error:
            raise FitFailed(f"the trees could not be grown ({error}).") from None
        return str(grown.model_to_string())

    def grown(self, trees: str, **start: Any) -> "FittedBoosting":
        return FittedBoosting(trees=trees, **start)

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


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedBoosting(FittedTrees):
    """The trees as LightGBM's text."""

    name: ClassVar[str] = Boosting.name
    trees: str

    def bend(self, features: np.ndarray) -> np.ndarray:
        return np.asarray(self._booster.predict(features, raw_score=True))

    def shares(self, features: np.ndarray) -> np.ndarray:
        return np.asarray(self._booster.predict(features, pred_contrib=True))

    def importance(self) -> pd.DataFrame:
        """Rows `feature, gain`: the share of the loss that each feature took away, largest first."""
        gain = self._booster.feature_importance("gain")
        table = pd.DataFrame({"feature": self._booster.feature_name(), "gain": gain / max(gain.sum(), 1e-12)})
        return table.sort_values("gain", ascending=False, kind="stable", ignore_index=True)

    @cached_property
    def _booster(self) -> Any:
        import lightgbm

        return lightgbm.Booster(model_str=self.trees)
