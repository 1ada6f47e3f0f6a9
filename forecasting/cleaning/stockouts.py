"""Periods in which nothing could be sold because nothing was there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.core.panel import Panel

STOCKOUT_MODES = ("none", "mask", "suggest")
CHANCE = 0.001


@dataclass(frozen=True)
class Stockouts:
    """Matrices (SKUs, periods): out of stock throughout, sold out during the period, suspected without a stock column."""

    out: np.ndarray
    sold_out: np.ndarray
    suspected: np.ndarray


def find_stockouts(panel: Panel, y: np.ndarray) -> Stockouts:
    """Find stock-outs by the panel's `stock` column (stock at the end of each period), or suspect them by runs of zeros.

    With a stock column a period is out when it ends with no stock and sold nothing, and sold out when it ends with no stock but
    sold something: its sales are a lower bound of the demand. Without one, a run of zeros is suspected when it would come by
    chance less than once in a thousand at the SKU's usual share of selling periods.
    """
    none = np.zeros(y.shape, dtype=bool)
    if "stock" in panel.regressors:
        empty = panel.matrix("stock") <= 0
        sold = np.nan_to_num(y) > 0
        return Stockouts(empty & ~sold & panel.listed, empty & sold, none)
    return Stockouts(none, none, np.stack([_improbable_zeros(row) for row in y]) if len(y) else none)


def _improbable_zeros(row: np.ndarray) -> np.ndarray:
    """Runs of zeros between sales that are too long for chance."""
    found = np.zeros(row.size, dtype=bool)
    sold = np.flatnonzero(np.nan_to_num(row) > 0)
    if sold.size < 8:
        return found
    inside = row[sold[0] : sold[-1] + 1]
    share = (inside == 0).sum() / np.isfinite(inside).sum()
    if not 0 < share < 0.5:
        return found
    longest = np.log(CHANCE / max(1, inside.size)) / np.log(share)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (row == 0).astype(int), [0]])))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        if sold[0] < start and stop <= sold[-1] and stop - start > max(3, longest):
            found[start:stop] = True
    return found
