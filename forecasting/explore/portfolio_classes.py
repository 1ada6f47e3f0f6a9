"""What a SKU weighs (ABC), how steady it sells (XYZ), and where it is heading, of all SKUs at once."""

from dataclasses import dataclass

import numpy as np

from forecasting.explore.portfolio_blocks import Scale

_A, _B = 0.80, 0.95
_X, _Y = 0.5, 1.0
_FEWEST = 6
_SURE, _WORTH_SAYING = 1.96, 0.10
_CHUNK = 2048
_SMOOTH = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9.0
_SWING = 3.0


@dataclass(frozen=True, eq=False)
class Trend:
    """Where each SKU is heading: `direction` is -1, 0 or 1, `change` the fraction over the stretch looked at (NaN: unknown)."""

    direction: np.ndarray
    change: np.ndarray


def abc_class(worth: np.ndarray) -> np.ndarray:
    """A for the SKUs that together bring the first 80 % of the money, B for those up to 95 %, C for the rest, shape (SKUs,).

    A SKU belongs where the sum of those that bring more than it leaves off, so the largest is always A, and equal SKUs share
    a class. What brought nothing is C.

    >>> abc_class(np.array([50.0, 30, 10, 6, 4, 0])).tolist()
    ['A', 'A', 'B', 'B', 'C', 'C']
    """
    plain = np.maximum(np.nan_to_num(worth), 0.0)
    falling = np.sort(plain)[::-1]
    before = np.concatenate([[0.0], np.cumsum(falling)])
    larger = before[np.searchsorted(-falling, -plain, side="left")]
    total = before[-1] * (1.0 - 1e-12)
    found = np.where(larger < _A * total, "A", np.where(larger < _B * total, "B", "C"))
    return np.where(plain > 0, found, "C").astype(object)


def xyz_class(units: np.ndarray) -> np.ndarray:
    """X where blocks of sales vary by less than half of their mean, Y up to all of it, Z beyond, shape (SKUs,).

    `units` (SKUs, blocks; NaN is missing) should have the season taken out. "" where nothing sold or fewer than four blocks
    are known. Coefficient of variation with the population's standard deviation.

    >>> xyz_class(np.array([[9.0, 10, 11, 10], [1, 9, 2, 8], [0, 0, 0, 9], [0, 0, 0, 0]])).tolist()
    ['X', 'Y', 'Z', '']
    """
    varies = variation(units)
    found = np.where(varies <= _X, "X", np.where(varies <= _Y, "Y", "Z"))
    return np.where(np.isnan(varies), "", found).astype(object)


def variation(units: np.ndarray) -> np.ndarray:
    """Standard deviation over mean of each row; NaN where the mean is not positive or fewer than four values are known."""
    known = ~np.isnan(units)
    count = np.maximum(known.sum(axis=1), 1)
    mean = np.where(known, units, 0.0).sum(axis=1) / count
    spread = np.sqrt((np.where(known, units - mean[:, None], 0.0) ** 2).sum(axis=1) / count)
    defined = (mean > 0) & (known.sum(axis=1) >= 4)
    return np.divide(spread, mean, out=np.full(len(mean), np.nan), where=defined)


def season_index(units: np.ndarray, scale: Scale) -> np.ndarray:
    """How the whole shop's blocks stood to their year's mean one year before each of them, for all blocks and a horizon more.

    The square root of the shop's sales, smoothed over five blocks, over their centred mean of a year: one year is half of the
    proof. Only what lies half a year back or longer is used, so that nothing of a block, or of what comes after it, is in its
    own index. 1 where there is no year before; 1 everywhere if the history is too short, or the shop was closed for long.
    """
    count, season = units.shape[1], scale.season
    index = np.ones(count + scale.horizon)
    total = np.nansum(units, axis=0)
    if season < 4 or count < season + scale.trend or (total > 0).mean() < 0.9:
        return index
    smooth = np.convolve(np.pad(total, 2, mode="edge"), _SMOOTH, mode="valid")
    sums = np.concatenate([[0.0], np.cumsum(total)])
    place = np.arange(len(index) - season)
    place -= season * np.maximum(0, (place - count) // season + 1)  # a horizon beyond a season takes the same season again
    first = np.clip(place - season // 2, 0, count - season)
    index[season:] = np.sqrt(np.maximum(smooth[place], 0.0) / ((sums[first + season] - sums[first]) / season))
    return np.clip(index, 1 / _SWING, _SWING)


def trend(units: np.ndarray, scale: Scale, ago: int = 0) -> Trend:
    """The trend of the latest half year (26 weeks, 12 months, 14 days), or of the one that ended some blocks `ago`.

    Rising or falling where Mann and Kendall's test is sure at 5 % (with its correction for ties) and the median slope of Theil
    and Sen makes 10 % of the mean level or more over the stretch; both shrug at single odd blocks. Mann (1945), Sen (1968).

    >>> rising, odd = np.arange(10.0, 22.0), np.array([5.0, 6, 5, 6, 5, 6, 5, 99, 5, 6, 5, 6])
    >>> trend(np.stack([rising, odd]), Scale(1, "month", 12, 6)).direction.tolist()
    [1, 0]
    """
    end = units.shape[1] - ago
    window = units[:, max(0, end - scale.trend) : max(0, end)]
    parts = [_trend(window[first : first + _CHUNK]) for first in range(0, max(1, len(window)), _CHUNK)]
    return Trend(np.concatenate([part.direction for part in parts]), np.concatenate([part.change for part in parts]))


def _trend(window: np.ndarray) -> Trend:
    count, width = window.shape
    if width < _FEWEST:
        return Trend(np.zeros(count, dtype=int), np.full(count, np.nan))
    known = ~np.isnan(window)
    first, second = np.triu_indices(width, 1)
    steps = window[:, second] - window[:, first]
    slope = _median(steps / (second - first))
    level = np.where(known, window, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    enough = (known.sum(axis=1) >= _FEWEST) & (level > 0)
    change = np.divide(slope * (width - 1), level, out=np.full(count, np.nan), where=enough)
    sure = np.abs(_kendall(steps, window, known)) > _SURE
    moved = sure & enough & (np.abs(np.nan_to_num(change)) >= _WORTH_SAYING)
    return Trend(np.where(moved, np.sign(np.nan_to_num(change)), 0).astype(int), change)


def _kendall(steps: np.ndarray, window: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Mann and Kendall's z of each row."""
    score = np.sign(np.nan_to_num(steps)).sum(axis=1)
    size = known.sum(axis=1).astype(float)
    equal = (window[:, :, None] == window[:, None, :]).sum(axis=2)
    ties = np.where(known, (equal - 1.0) * (2.0 * equal + 5.0), 0.0).sum(axis=1)
    variance = (size * (size - 1) * (2 * size + 5) - ties) / 18.0
    return np.divide(score - np.sign(score), np.sqrt(variance), out=np.zeros(len(size)), where=variance > 0)


def _median(values: np.ndarray) -> np.ndarray:
    """The median of each row, NaN left out."""
    ordered = np.sort(values, axis=1)  # NaN goes last
    count = (~np.isnan(values)).sum(axis=1)
    row = np.arange(len(values))
    low, high = np.maximum(count - 1, 0) // 2, count // 2
    return (ordered[row, low] + ordered[row, np.minimum(high, values.shape[1] - 1)]) / 2
