"""Missing periods, said and bridged: every diagnostic tells how it treated them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, eq=False)
class Bridged:
    """`values` (periods,) from the first to the last known one, without gaps; `missing` how many were bridged."""

    values: np.ndarray
    missing: int

    @property
    def reading(self) -> str:
        """What was done to missing periods, in one sentence."""
        if not self.missing:
            return "No period is missing."
        return (
            f"{self.missing:,} of {len(self.values):,} periods are missing and were bridged by a straight line for these tests."
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


def is_flat(values: np.ndarray) -> bool:
    """Whether there is nothing to diagnose: no value, or the same one throughout."""
    return len(values) == 0 or np.ptp(values) <= 1e-12 * max(1.0, np.abs(values).max())
