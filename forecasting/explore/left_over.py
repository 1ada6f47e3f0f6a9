"""What a model left unexplained of one SKU, made ready for charts: residuals over time, their histogram, their quantiles."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

_MOST_POINTS = 400
_BINS = 31


@dataclass(frozen=True, eq=False)
class Spread:
    """How residuals are spread, beside a normal distribution of the same mean and deviation.

    `edges` (bins + 1,) in units, `counts` and `normal` (bins,) how many lie in each bin and how many would; `points`: rows
    `theoretical, observed`, in units, for a QQ plot.
    """

    edges: np.ndarray
    counts: np.ndarray
    normal: np.ndarray
    points: pd.DataFrame


def residuals_of(table: pd.DataFrame, unique_id: str) -> pd.DataFrame:
    """The residuals of one SKU in the order of time: rows `ds, residual` from `unique_id, ds, y, fitted`."""
    own = table[table["unique_id"] == unique_id]
    return pd.DataFrame({"ds": own["ds"], "residual": own["y"] - own["fitted"]}).reset_index(drop=True)


def spread(residuals: np.ndarray) -> Spread:
    """The histogram and the QQ points of residuals that are not all equal.

    >>> found = spread(np.arange(-50.0, 51.0))
    >>> int(found.counts.sum()), len(found.points), found.points["observed"].is_monotonic_increasing
    (101, 101, True)
    """
    mean, deviation = residuals.mean(), residuals.std() or 1.0
    low, high = np.quantile(residuals, [0.002, 0.998])
    edges = np.linspace(min(low, mean - 3 * deviation), max(high, mean + 3 * deviation), _BINS + 1)
    counts, _ = np.histogram(np.clip(residuals, edges[0], edges[-1]), edges)
    usual = NormalDist(mean, deviation)
    normal = len(residuals) * np.diff([usual.cdf(edge) for edge in edges])
    ordered = np.sort(residuals)
    chances = (np.arange(len(ordered)) + 0.5) / len(ordered)
    kept = np.unique(np.linspace(0, len(ordered) - 1, min(len(ordered), _MOST_POINTS)).astype(int))
    points = pd.DataFrame({"theoretical": [usual.inv_cdf(chance) for chance in chances[kept]], "observed": ordered[kept]})
    return Spread(edges, counts, normal, points)
