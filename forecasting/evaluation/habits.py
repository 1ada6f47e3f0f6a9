"""How each SKU usually sells and errs, read off its past: what pooled intervals are scaled by."""

import numpy as np

from forecasting.evaluation.intervals import Habits
from forecasting.features.lookback import Lookback

_ERRORS = 8  # of a SKU, with which it may speak for itself
_MEAN_SIZE = 0.8  # of normal errors, in standard deviations


def habits_at(lookback: Lookback, origin: int, horizon: int) -> Habits:
    """How each SKU usually sells, as known at an origin."""
    return Habits(lookback.level(origin), error_scale(lookback, origin, horizon), lookback.silent_share(origin))


def error_scale(lookback: Lookback, origin: int, horizon: int) -> np.ndarray:
    """How far a plain forecast of each SKU was off at earlier origins, in units, shape (SKUs,).

    The mean absolute error over the last months, drawn towards what SKUs of the same size usually have.
    """
    count, total = np.zeros(len(lookback.sales)), np.zeros(len(lookback.sales))
    skus = np.arange(len(lookback.sales))
    for back in range(1, 9):
        end = origin - back * max(1, horizon // 2)
        if end < 1:
            break
        level = lookback.level(end)
        for step in range(1, min(horizon, origin - end) + 1, max(1, horizon // 7)):
            steps = np.full(len(skus), step)
            error = np.abs(lookback.sales[:, end + step] - lookback.base(end, skus, steps) * level)
            known = ~np.isnan(error) & (level > 0)
            total += np.where(known, error, 0.0)
            count += known
    periods = np.maximum((~np.isnan(lookback.sales[:, : origin + 1])).sum(axis=1), 1)
    unknown = 0.5 * lookback.level(origin) / periods
    return _shrunk(total, count, lookback.level(origin), _MEAN_SIZE * np.hypot(lookback.deviation(origin), unknown))


def _shrunk(total: np.ndarray, count: np.ndarray, level: np.ndarray, supposed: np.ndarray) -> np.ndarray:
    """The mean error of each SKU, with the weight of eight errors of a SKU of its size (error = a x level to the power b).

    Where too few SKUs have eight errors to tell what is usual, the missing ones are as large as is `supposed` (SKUs,): by the
    deviation of sales from their own mean, and half of the level for a first period, of which the next ones take off the more.
    """
    learnt = (count >= _ERRORS) & (total > 0) & (level > 0)
    if learnt.sum() >= 5:
        size, error = np.log(level[learnt]), np.log(total[learnt] / count[learnt])
        spread = np.var(size)
        slope = np.clip(np.mean((size - size.mean()) * (error - error.mean())) / spread, 0.3, 1.0) if spread > 1e-9 else 1.0
        usual = np.exp(error.mean() + slope * (np.log(np.maximum(level, 1e-12)) - size.mean()))
    else:
        missing = np.maximum(_ERRORS - count, 0)
        total, count = total + missing * supposed, count + missing
        known = (level > 0) & (total > 0)
        usual = level * (total[known].sum() / (count * level)[known].sum() if known.any() else 0.5)
    return np.where(level > 0, (total + _ERRORS * usual) / (count + _ERRORS), 0.0)
