"""Missing periods, said and bridged: every diagnostic tells how it treated them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, eq=False)
class Bridged:
    """`values` (periods,) from the first to the last known one, without gaps; `missing` how many were bridged."""

    values: np.ndarray
    missing: int

    def told(self, noun: str = "period") -> str:
        """What was done to missing periods, in one sentence.

        >>> bridged(np.array([1.0, 2, np.nan, 4])).told("day")
        '1 of 4 days is missing and was bridged by a straight line for these tests.'
        """
        if not self.missing:
            return f"No {noun} is missing."
        if self.missing == 1:
            return f"1 of {len(self.values):,} {noun}s is missing and was bridged by a straight line for these tests."
        return (
            f"{self.missing:,} of {len(self.values):,} {noun}s are missing and were bridged by a straight line for these tests."
        )


def bridged(sales: pd.Series | np.ndarray) -> Bridged:
    """A series without gaps: ends without values are cut off, holes are filled on the line between their neighbours.

    >>> bridged(np.array([np.nan, 1, np.nan, 3])).values.tolist()
    [1.0, 2.0, 3.0]
    """
    values = np.asarray(sales, dtype="float64")
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return Bridged(np.empty(0), 0)
    inner = values[known[0] : known[-1] + 1]
    holes = ~np.isfinite(inner)
    index = np.arange(len(inner))
    return Bridged(np.interp(index, index[~holes], inner[~holes]), int(holes.sum()))


def too_few(count: int, noun: str = "period") -> str:
    """The beginning of a sentence that says what so many periods are not enough for.

    >>> too_few(1, "week"), too_few(5, "week")
    ('1 week is too little', '5 weeks are too few')
    """
    return f"1 {noun} is too little" if count == 1 else f"{count} {noun}s are too few"


def is_flat(values: np.ndarray) -> bool:
    """Whether there is nothing to diagnose: no value, or the same one throughout."""
    return len(values) == 0 or np.ptp(values) <= 1e-12 * max(1.0, np.abs(values).max())
