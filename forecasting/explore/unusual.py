"""Periods that do not fit: far from what trend and season would have them be."""

import numpy as np
import pandas as pd

_LIMIT = 3.5
_SEEN = 0.01  # of the highest sales: where hardly anything sells, the rest is dust, and less than this is none of it
MOST = 20
"""How many are told; there may be more."""


def unusual(parts: pd.DataFrame) -> pd.DataFrame:
    """The periods of a decomposition (`ds, value, trend, seasonal, remainder`) whose remainder has a robust z beyond 3.5.

    Rows `ds, value, expected, score`, the furthest first, 20 at most. z = 0.6745 (x - median) / MAD; Iglewicz and Hoaglin
    (1993), How to Detect and Handle Outliers.

    >>> quiet = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=9), "remainder": [0, 1, -1, 0, 1, -1, 0, 1, 50.0]})
    >>> unusual(quiet.assign(value=quiet["remainder"] + 5, trend=5.0, seasonal=0.0))[["value", "expected"]].values.tolist()
    [[55.0, 5.0]]
    """
    rest = parts["remainder"].to_numpy()
    center = np.median(rest) if len(rest) else 0.0
    spread = np.median(np.abs(rest - center)) if len(rest) else 0.0
    if spread <= 1e-9 * max(float(np.abs(parts["value"]).max()) if len(rest) else 0.0, 1e-300):
        return pd.DataFrame(columns=["ds", "value", "expected", "score"])
    score = 0.6745 * (rest - center) / spread
    score[np.abs(rest) < _SEEN * float(np.abs(parts["value"]).max())] = 0.0
    found = pd.DataFrame(
        {
            "ds": parts["ds"],
            "value": parts["value"],
            "expected": np.maximum(parts["trend"] + parts["seasonal"], min(0.0, float(parts["value"].min()))),
            "score": score,
        }
    )
    beyond = found[np.abs(score) > _LIMIT]
    return beyond.reindex(beyond["score"].abs().sort_values(ascending=False).index).head(MOST).reset_index(drop=True)
