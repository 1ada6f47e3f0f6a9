"""Gradient boosting over all SKUs at once: trees learn from every SKU what levels, seasons, plans and calendar mean."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from forecasting.core.checkpoint import remembered
from forecasting.core.errors import FitFailed
from forecasting.core.frequency import grain
from forecasting.core.knob import between, check_knobs, knob
from forecasting.core.panel import Panel
from forecasting.core.progress import report
from forecasting.features.lookback import Lookback
from forecasting.models.trees import Examples, FittedTrees, examples, pools_of


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
        return FittedBoosting(
            panel=panel,
            trained=horizon,
            spread=sample.spread,
            pools=pools_of(self, panel, horizon) if self.calibrated else None,
            trees=trees,
        )

    def _train(self, sample: Examples, lookback: Lookback) -> str:
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
        try:
            grown = lightgbm.train(self._parameters(effective_n_jobs(self.jobs)), data, self.rounds)
        except lightgbm.basic.LightGBMError as error:
            raise FitFailed(f"the trees could not be grown ({error}).") from None
        return str(grown.model_to_string())

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
