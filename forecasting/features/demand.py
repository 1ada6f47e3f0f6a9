"""The class of demand: how often a SKU sells, and how much the sizes of its sales vary."""

import numpy as np
import pandas as pd

CLASSES = ("smooth", "erratic", "intermittent", "lumpy")
_INTERVAL, _VARIATION = 1.32, 0.49


def demand_class(history: np.ndarray) -> np.ndarray:
    """The class of each series of `history` (SKUs, periods; NaN = missing), as text, shape (SKUs,).

    Average demand interval (periods for each period with sales, from the first sale on) against 1.32, squared coefficient of
    variation of the sales that are not zero against 0.49. A series that never sold is `intermittent`. Syntetos, Boylan and
    Croston (2005), On the categorization of demand patterns.

    >>> demand_class(np.array([[5.0, 6, 5, 6], [0, 5, 0, 5], [1, 9, 1, 9], [9, 0, 0, 1]])).tolist()
    ['smooth', 'intermittent', 'erratic', 'lumpy']
    """
    rare, varied = demand_interval(history) >= _INTERVAL, size_variation(history) >= _VARIATION
    return np.asarray(CLASSES, dtype=object)[2 * rare.astype(int) + varied.astype(int)]


def awake(history: np.ndarray, calendar: pd.DatetimeIndex, freq: str) -> np.ndarray:
    """Hourly series (SKUs, periods) without the hours of the day at which a SKU never sells, which are NaN; others as they are.

    A shop that shuts at night does not sell now and then.

    >>> hours = pd.date_range("2024-01-01", periods=48, freq="h")
    >>> demand_class(awake(np.where(hours.hour == 9, 5.0, 0.0)[None], hours, "h")).tolist()
    ['smooth']
    """
    if freq != "h":
        return history
    hour = calendar.hour.to_numpy()
    sells = np.stack([(history[:, hour == one] > 0).any(axis=1) for one in range(24)], axis=1)
    return np.where(sells[:, hour], history, np.nan)


def demand_interval(history: np.ndarray) -> np.ndarray:
    """Periods for each period with sales, counted from the first sale; infinite for a series that never sold.

    >>> demand_interval(np.array([[0.0, 2, 0, 0, 1]])).tolist()
    [2.0]
    """
    sold = history > 0
    alive = np.maximum.accumulate(sold, axis=1) & ~np.isnan(history)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sold.any(axis=1), alive.sum(axis=1) / sold.sum(axis=1), np.inf)


def size_variation(history: np.ndarray) -> np.ndarray:
    """Squared coefficient of variation of the periods with sales; 0 for a series that sold less than twice."""
    sold = history > 0
    count = np.maximum(sold.sum(axis=1), 1)
    sizes = np.where(sold, history, 0.0)
    mean = sizes.sum(axis=1) / count
    spread = (np.where(sold, history - mean[:, None], 0.0) ** 2).sum(axis=1) / count
    return np.divide(spread, mean**2, out=np.zeros_like(mean), where=mean > 0)
