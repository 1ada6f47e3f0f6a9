"""How far off the network is: the errors it made on the later block, shared by all SKUs of one class of demand."""

import numpy as np

from forecasting.core.forecast import Pooled
from forecasting.features.demand import CLASSES, demand_class
from forecasting.models.network.history import History
from forecasting.models.network.windows import SMALL

SAMPLES = 400
FEWEST = 30  # error paths; a class with fewer of them shares those of all


def spread_of(history: History, rows: np.ndarray, origins: np.ndarray, window: int) -> np.ndarray:
    """The unit in which a SKU's errors are measured: the standard deviation of its last `window` periods, in units of sales."""
    times = origins[:, None] + np.arange(-window, 0)
    inside = np.maximum(times, 0)
    seen = history.seen[rows[:, None], inside] & (times >= 0)
    mean = history.mean(rows, origins, window)
    squares = np.where(seen, (history.sales[rows[:, None], inside] - mean[:, None]) ** 2, 0.0).sum(axis=1)
    return np.sqrt(squares / np.maximum(seen.sum(axis=1), 1)) + SMALL * (mean + history.mean(rows, origins))


def pooled(errors: np.ndarray, groups: np.ndarray, spread: np.ndarray, own: np.ndarray, seed: int) -> Pooled:
    """Errors for a forecast of N SKUs from P error paths.

    `errors` (P, H) in units of spread with NaN where no sale was seen, `groups` (P,) the class of each path, `spread` (N,) or
    (N, H) in units, `own` (N,) the class of each SKU.
    """
    random = np.random.default_rng(seed)
    kept = ~np.isnan(errors).all(axis=1)
    whole, groups = _filled(errors[kept], random), groups[kept]
    pools = [_drawn(whole[groups == number], whole, random) for number in range(len(CLASSES))]
    return Pooled(scale=spread, group=own, paths=np.stack(pools))


def classes_of(history: History) -> np.ndarray:
    """The class of demand of each SKU as a number, shape (N,)."""
    names = demand_class(np.where(history.seen, history.sales, np.nan))
    return np.array([CLASSES.index(name) for name in names])


def _drawn(paths: np.ndarray, everyone: np.ndarray, random: np.random.Generator) -> np.ndarray:
    pool = paths if len(paths) >= FEWEST else everyone
    return pool[random.permutation(np.resize(np.arange(len(pool)), max(SAMPLES, len(pool))))[:SAMPLES]]


def _filled(errors: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Periods without a sale seen take the error of another path; without any path, the error is one spread either way."""
    if not len(errors):
        return np.repeat([[-1.0], [0.0], [1.0]], errors.shape[1], axis=1)
    known = np.sort(errors[~np.isnan(errors)])
    return np.where(np.isnan(errors), random.choice(known, errors.shape), errors)
