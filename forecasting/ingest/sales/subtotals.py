"""Rows of a pivot table that sum up the rows below or above them, as outlines of categories and SKUs write it."""

from __future__ import annotations

import numpy as np

_CLOSE = 1e-6


def summing_rows(values: np.ndarray) -> np.ndarray:
    """Which rows (all their columns) are sums of the rows that follow them, or of those before.

    They are only believed when groups of one sum and its parts cover the whole table, at least one of them with two parts or
    more; then no row stands outside of a group, and the sums would count every unit twice.

    Args:
        values: rows and columns of numbers, NaN where blank.

    Example:
        >>> summing_rows(np.array([[3.0, 7], [1, 3], [2, 4], [5, 6], [5, 6]])).tolist()
        [True, False, False, True, False]
        >>> summing_rows(np.array([[3.0, 7], [1, 3], [2, 5]])).tolist()
        [False, False, False]
    """
    filled = np.nan_to_num(values)
    above = _tiled(filled)
    if above is None:
        below = _tiled(filled[::-1])
        return below[::-1] if below is not None else np.zeros(len(values), dtype=bool)
    return above


def _tiled(values: np.ndarray) -> np.ndarray | None:
    """The first row of each group, or None unless the whole table falls into groups."""
    sums = np.zeros(len(values), dtype=bool)
    place, largest = 0, 0
    while place < len(values):
        parts = _parts(values[place], values[place + 1 :])
        if not parts:
            return None
        sums[place] = True
        largest = max(largest, parts)
        place += parts + 1
    return sums if largest > 1 else None


def _parts(total: np.ndarray, rows: np.ndarray) -> int:
    """How many of the rows that follow add up to the total; 0 when none do."""
    if not total.any():
        return 0
    reached = np.zeros_like(total)
    for count, row in enumerate(rows, 1):
        reached = reached + row
        if np.allclose(reached, total, rtol=_CLOSE, atol=_CLOSE):
            return count
        if (reached > total * (1 + _CLOSE) + _CLOSE).any():
            return 0
    return 0
