"""Categories and the total forecast on their own: they mend the level of their SKUs, where past cutoffs bear it out."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from forecasting.core.panel import Panel
from forecasting.evaluation.combination import Rehearsal, score
from forecasting.evaluation.hierarchy import Hierarchy
from forecasting.models.smoothing import CES, Theta

Level = Literal["", "category", "total"]
_SHARE = 0.5  # of the way, by factors: a sum has its own errors
_FURTHEST = 2.0
_LEAST = 3  # cutoffs: a single odd season moves all SKUs at once, and two prove little
_GAIN, _LOSS = 0.02, 0.005  # over all, and at no cutoff


@dataclass(frozen=True, eq=False)
class Above:
    """What the total and the categories of some SKUs are expected to sell, judged by their own sales.

    `mean` (1 + categories, horizon) in units: the total first, then the groups of the hierarchy.
    """

    hierarchy: Hierarchy
    mean: np.ndarray

    @classmethod
    def of(cls, panel: Panel, horizon: int, jobs: int = 1) -> "Above":
        """Theta and complex exponential smoothing of each sum, on the mean: sums are smooth, and trends show in them.

        Raises ShelfcastError when they cannot be fitted.
        """
        hierarchy = Hierarchy.of(panel)
        history = hierarchy.history(panel.matrix())
        names = [f"{number:05}" for number in range(len(history))]
        frame = pd.DataFrame(
            {
                "unique_id": np.repeat(names, history.shape[1]),
                "ds": np.tile(panel.calendar, len(names)),
                "y": history.ravel(),
            }
        )
        sums = Panel.build(frame, freq=panel.freq, season_length=panel.season_length)
        models = (Theta(horizon=horizon, jobs=jobs), CES(horizon=horizon, jobs=jobs))
        return cls(hierarchy, np.mean([model.fit(sums).forecast(horizon).mean for model in models], axis=0))

    def moved(self, mean: np.ndarray, level: Level) -> np.ndarray:
        """Forecasts of the SKUs (SKUs, horizon), those of each sum moved by one factor halfway to what the sum expects.

        >>> shop = Above(Hierarchy((), np.zeros(2, dtype=int)), np.array([[8.0, 8.0]]))
        >>> shop.moved(np.array([[1.0, 1.0], [1.0, 1.0]]), "total").tolist()
        [[2.0, 2.0], [2.0, 2.0]]
        """
        if not level:
            return mean
        added = self.hierarchy.sums(mean).sum(axis=1)
        own = self.mean[:, : mean.shape[1]].sum(axis=1)
        ratio = np.divide(own, added, out=np.ones_like(added), where=(added > 0) & (own > 0))
        factor = np.clip(ratio**_SHARE, 1 / _FURTHEST, _FURTHEST)
        node = 1 + self.hierarchy.member if level == "category" else np.zeros(len(mean), dtype=int)
        return mean * factor[node, None]

    @property
    def levels(self) -> tuple[Level, ...]:
        """The sums there are to go by."""
        several = 1 < len(self.hierarchy.groups) < len(self.hierarchy.member)
        return ("category", "total") if several else ("total",)


def supported(rehearsal: Rehearsal, above: tuple[Above, ...], forecast: np.ndarray) -> tuple[Level, np.ndarray]:
    """Which sums the SKUs should follow, and their forecasts (rows, horizon) at the past cutoffs when they do.

    None, unless following them lowered the error of the SKUs by 2 % over at least three cutoffs, and raised it at none of them
    by more than half a percent: on the mean of real shops it changes nothing, since what a sum knows of its level the SKUs
    mostly know as well.
    """
    if len(above) < _LEAST:
        return "", forecast
    reference = rehearsal.losses(forecast)
    usual = np.array([score(loss, loss) for loss in reference])
    best: tuple[float, Level, np.ndarray] = (1.0 - _GAIN, "", forecast)
    for level in above[-1].levels:
        moved = forecast.copy()
        for origin, sums in zip(np.unique(rehearsal.origin), above, strict=True):
            moved[rehearsal.origin == origin] = sums.moved(forecast[rehearsal.origin == origin], level)
        trials = np.array([score(loss, known) for loss, known in zip(rehearsal.losses(moved), reference, strict=True)])
        ratios = trials / usual
        if ratios.max() <= 1.0 + _LOSS and ratios.mean() < best[0]:
            best = (float(ratios.mean()), level, moved)
    return best[1], best[2]
