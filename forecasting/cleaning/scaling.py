"""Scalers of each series, fitted on training data only and inverted back to units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from forecasting.core.errors import SpecInvalid


@dataclass(frozen=True, eq=False)
class Scaler:
    """(y - shift) / scale, one pair for each series; `Scaler.fit` makes it, `transform` and `inverse` apply it.

    >>> train = np.array([[2.0, 4.0, np.nan], [0.0, 0.0, 0.0]])
    >>> scaler = Scaler.fit("mean", train)
    >>> scaler.transform(train).tolist()[0][:2]
    [0.6666666666666666, 1.3333333333333333]
    >>> np.nanmax(np.abs(scaler.inverse(scaler.transform(train)) - train))
    np.float64(0.0)
    """

    shift: np.ndarray
    scale: np.ndarray

    @classmethod
    def fit(cls, kind: str, train: np.ndarray) -> Scaler:
        """Fit on a training matrix (SKUs, periods), NaN where missing: "mean", "standard", "minmax" or "robust".

        A series without spread gets the scale 1. Raises SpecInvalid for an unknown kind.
        """
        if kind not in SCALERS:
            raise SpecInvalid(f"There is no scaler {kind!r}; choose one of {', '.join(SCALERS)}.")
        known = np.where(np.isfinite(train), train, np.nan)
        empty = ~np.isfinite(known).any(axis=1)
        known[empty] = 0.0
        shift, scale = SCALERS[kind](known)
        scale = np.where(np.isfinite(scale) & (np.abs(scale) > 1e-12), scale, 1.0)
        return cls(shift[:, None], scale[:, None])

    def transform(self, y: np.ndarray) -> np.ndarray:
        """Units to scaled values, shape (SKUs, any number of periods)."""
        return (y - self.shift) / self.scale

    def inverse(self, scaled: np.ndarray) -> np.ndarray:
        """Scaled values back to units."""
        return scaled * self.scale + self.shift


Pair = tuple[np.ndarray, np.ndarray]


def _mean(y: np.ndarray) -> Pair:
    return np.zeros(len(y)), np.nanmean(np.abs(y), axis=1)


def _standard(y: np.ndarray) -> Pair:
    return np.nanmean(y, axis=1), np.nanstd(y, axis=1)


def _minmax(y: np.ndarray) -> Pair:
    low = np.nanmin(y, axis=1)
    return low, np.nanmax(y, axis=1) - low


def _robust(y: np.ndarray) -> Pair:
    q1, median, q3 = np.nanquantile(y, [0.25, 0.5, 0.75], axis=1)
    return median, q3 - q1


SCALERS: dict[str, Callable[[np.ndarray], Pair]] = {"mean": _mean, "standard": _standard, "minmax": _minmax, "robust": _robust}
