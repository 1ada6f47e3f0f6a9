"""A forecast that costs nothing, for all SKUs at once, and how far off it would have been on the blocks before.

It is the mean of the latest blocks, moved as the whole shop moved a year ago. It is no rival of the models: it fills the
table before any of them has run, and says so.
"""

from dataclasses import dataclass

import numpy as np

from forecasting.explore.portfolio_blocks import Blocks
from forecasting.features.demand import CLASSES

_ORIGINS = 26
_SHRINK = 3.0
_WIDE = 1.6  # 80 % of normal errors lie within 1.6 times their mean absolute value
_FEWEST = 6
_LOW, _HIGH = 0.07, 0.93  # cutoffs overlap, so the errors look more alike than those to come; measured to cover 80 %


@dataclass(frozen=True, eq=False)
class Check:
    """The baseline of the next horizon and its rehearsal, all of shape (SKUs,).

    `mean`, `low` and `high` (80 %) in units over the horizon; `off` the mean absolute error of such a sum, `bias` forecast
    minus sales over sales; both NaN where it was never put to the test. `signal` is the tracking signal of the latest blocks:
    their summed errors over the mean absolute one. `outside` is 1 (above), -1 (below) where the last two blocks both left
    their 80 % range, else 0; `missed` are their errors together, `sold` their sales. `drift` is the summed error behind the
    signal.
    """

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    off: np.ndarray
    bias: np.ndarray
    signal: np.ndarray
    drift: np.ndarray
    outside: np.ndarray
    missed: np.ndarray
    sold: np.ndarray


def check(blocks: Blocks, index: np.ndarray) -> Check:
    """Forecast the next horizon of every SKU and rehearse it at up to 26 past cutoffs; `index` is that of `season_index`."""
    history = _History(blocks.units, index, blocks.scale.level)
    group = np.array([CLASSES.index(name) for name in blocks.demand])
    count, ahead = blocks.units.shape[1], blocks.scale.horizon
    mean = history.level(count) * index[count : count + ahead].sum()
    origins = max(0, min(_ORIGINS, max(blocks.scale.season, 8), count - 1))
    sums, sum_errors = history.rehearse(range(count - origins, count - ahead + 1), ahead)
    _, errors = history.rehearse(range(count - origins, count), 1)
    actual = sums + sum_errors
    spread = _spread(sum_errors, mean, group)
    low, high = _bounds(sum_errors, spread, group)
    tested = ~np.isnan(sum_errors)
    sold = np.where(tested, actual, 0.0).sum(axis=1)
    signal, drift = tracking_signal(errors[:, -max(_FEWEST, blocks.scale.quarter) :])
    outside, missed = _outside(errors, history.level(max(0, count - 2)), group)
    return Check(
        mean=mean,
        low=np.maximum(mean + np.minimum(low, 0.0), 0.0),
        high=mean + np.maximum(high, 0.0),
        off=_ratio(np.where(tested, np.abs(sum_errors), 0.0).sum(axis=1), tested.sum(axis=1)),
        bias=_ratio(-np.where(tested, sum_errors, 0.0).sum(axis=1), sold),
        signal=signal,
        drift=drift,
        outside=outside,
        missed=missed,
        sold=np.nansum(blocks.units[:, -2:], axis=1),
    )


def tracking_signal(errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Summed errors (actual minus forecast) over their mean absolute value, and the sum; NaN with fewer than six errors.

    Beyond ±4 a forecast is taken to be biased. Brown (1963), Smoothing, Forecasting and Prediction.

    >>> [values.tolist() for values in tracking_signal(np.array([[2.0, 2, 2, 2, 2, 2], [3, -3, 3, -3, 3, -3]]))]
    [[6.0, 0.0], [12.0, 0.0]]
    """
    known = ~np.isnan(errors)
    plain = np.where(known, errors, 0.0)
    total, size = plain.sum(axis=1), np.abs(plain).sum(axis=1)
    enough = known.sum(axis=1) >= _FEWEST
    usual = size / np.maximum(known.sum(axis=1), 1)
    signal = np.where(size > 0, total / np.where(size > 0, usual, 1.0), 0.0)
    return np.where(enough, signal, np.nan), np.where(enough, total, np.nan)


class _History:
    """Running sums over the blocks, so that the level at any cutoff costs one subtraction."""

    def __init__(self, units: np.ndarray, index: np.ndarray, level: int) -> None:
        self._units, self._index, self._reach = units, index, level
        known = ~np.isnan(units)
        self._sums = _running(np.where(known, units / index[: units.shape[1]], 0.0))
        self._counts = _running(known.astype(float))
        self._sold = _running(np.where(known, units, 0.0))

    def level(self, origin: int) -> np.ndarray:
        """Mean of the latest blocks before the origin, the season taken out; 0 where none is known."""
        first = max(0, origin - self._reach)
        count = self._counts[:, origin] - self._counts[:, first]
        return np.maximum((self._sums[:, origin] - self._sums[:, first]) / np.maximum(count, 1.0), 0.0)

    def rehearse(self, origins: range, ahead: int) -> tuple[np.ndarray, np.ndarray]:
        """Forecasts of the sum of the next blocks at each origin, and errors; NaN where a block is unknown, or all before."""
        shape = (len(self._units), len(origins))
        forecasts, errors = np.full(shape, np.nan), np.full(shape, np.nan)
        for column, origin in enumerate(origins):
            known = self._counts[:, origin + ahead] - self._counts[:, origin] == ahead
            known &= self._counts[:, origin] > 0
            mean = self.level(origin) * self._index[origin : origin + ahead].sum()
            actual = self._sold[:, origin + ahead] - self._sold[:, origin]
            forecasts[:, column] = np.where(known, mean, np.nan)
            errors[:, column] = np.where(known, actual - mean, np.nan)
        return forecasts, errors


def _running(values: np.ndarray) -> np.ndarray:
    return np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)


def _spread(errors: np.ndarray, level: np.ndarray, group: np.ndarray) -> np.ndarray:
    """The usual error of each SKU, drawn towards what its level has in its class of demand where it has few of its own."""
    known = ~np.isnan(errors)
    size, count = np.where(known, np.abs(errors), 0.0).sum(axis=1), known.sum(axis=1)
    ratio = np.ones(len(CLASSES))
    for number in range(len(CLASSES)):
        rows = (group == number) & (count > 0) & (level > 0)
        if rows.any():
            ratio[number] = (size[rows] / count[rows]).sum() / level[rows].sum()
    return (size + _SHRINK * ratio[group] * level) / (count + _SHRINK)


def _bounds(errors: np.ndarray, spread: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 80 % range of errors in units: quantiles of those really made, in units of each SKU's own, pooled by class."""
    scaled = np.divide(errors, spread[:, None], out=np.full(errors.shape, np.nan), where=spread[:, None] > 0)
    limits = np.zeros((len(CLASSES), 2))
    everything = scaled[~np.isnan(scaled)]
    for number in range(len(CLASSES)):
        own = scaled[group == number]
        own = own[~np.isnan(own)]
        pool = own if len(own) >= 30 else everything
        limits[number] = np.quantile(pool, [_LOW, _HIGH]) if len(pool) >= 10 else (-_WIDE, _WIDE)
    return spread * limits[group, 0], spread * limits[group, 1]


def _outside(errors: np.ndarray, level: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whether the last two errors both lie beyond the range that the errors before them give, and their sum."""
    if errors.shape[1] < _FEWEST:
        return np.zeros(len(errors), dtype=int), np.full(len(errors), np.nan)
    before, last = errors[:, :-2], errors[:, -2:]
    spread = _spread(before, level, group)
    low, high = _bounds(before, spread, group)
    tested = (~np.isnan(before)).sum(axis=1) >= 4
    above = tested & (last > high[:, None]).all(axis=1)
    below = tested & (last < low[:, None]).all(axis=1)
    return above.astype(int) - below.astype(int), last.sum(axis=1)


def _ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    return np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0)
