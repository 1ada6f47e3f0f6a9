"""Three kinds of empty: not listed, listed and not sold, missing from the file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.core.panel import Panel


@dataclass(frozen=True)
class Emptiness:
    """Counts of cells: before the first sale, after the last, zeros between, missing; and periods missing for all SKUs."""

    before_first_sale: int
    after_last_sale: int
    zero: int
    missing: int
    file_gaps: int


def emptiness(panel: Panel) -> Emptiness:
    """Count the kinds of empty cells in a panel.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=5), "y": [0, 2, 0, 1, 0]})
    >>> emptiness(Panel.build(frame, freq="D"))
    Emptiness(before_first_sale=1, after_last_sale=1, zero=1, missing=0, file_gaps=0)
    """
    y, listed = panel.matrix(), panel.listed
    before, after = listing_mask(y, "before") & listed, listing_mask(y, "after") & listed
    zero = (y == 0) & ~before & ~after
    missing = np.isnan(y) & listed
    gaps = (missing == listed).all(axis=0) & listed.any(axis=0)
    return Emptiness(int(before.sum()), int(after.sum()), int(zero.sum()), int(missing.sum()), int(gaps.sum()))


def listing_mask(y: np.ndarray, side: str) -> np.ndarray:
    """Zeros before each series' first sale, or after its last; shape (SKUs, periods). A series without a sale has none."""
    sold = np.nan_to_num(y) > 0
    reached = np.maximum.accumulate(sold, axis=1) if side == "before" else np.maximum.accumulate(sold[:, ::-1], axis=1)[:, ::-1]
    return ~reached & (y == 0) & sold.any(axis=1)[:, None]
