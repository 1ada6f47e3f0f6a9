"""SKUs that were only just listed: their first periods say little, and one bulk order must not become a forecast."""

import numpy as np

LEAST = 7  # periods after which a SKU is judged by its own sales alone
PRIOR = 2.0  # a newcomer's own periods weigh as much as the shop's usual level after two of them


def tempered(level: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Draw the level of newcomers that start high down toward the usual level of the shop.

    `level` (SKUs,) is the mean units of a period, `count` (SKUs,) the periods it is taken over; a newcomer has fewer than
    `LEAST`. Its level becomes the geometric mean of its own and of the median of the established SKUs, weighed by `count` and
    `PRIOR`, where that is lower. Levels keep their scale: twice the units give twice the result.

    >>> tempered(np.array([4.0, 6.0, 80_000.0]), np.array([100, 100, 1])).round().tolist()
    [4.0, 6.0, 126.0]
    """
    new = (count < LEAST) & (level > 0)
    established = level[~new & (level > 0)]
    if not new.any() or not len(established):
        return level
    typical = np.median(established)
    own = np.log(np.where(new, level, 1.0))
    drawn = np.exp((count * own + PRIOR * np.log(typical)) / (count + PRIOR))
    return np.where(new, np.minimum(level, drawn), level)
