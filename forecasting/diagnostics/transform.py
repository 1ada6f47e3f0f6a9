"""Transforms that an analyst tries before diagnosing: logarithm, Box-Cox, differences."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core.knob import check_knobs, knob
from forecasting.diagnostics.gaps import bridged, is_flat

SCALES = ("as it is", "log", "box-cox")


@dataclass(frozen=True)
class Transform:
    """What is done to a series before it is diagnosed.

    >>> Transform(scale="log", differences=1).apply(np.array([0.0, np.e - 1, np.e - 1])).tolist()
    [nan, 1.0, 0.0]
    """

    scale: str = knob("as it is", "Scale", "Log and Box-Cox tame peaks and growth in proportion.", choices=SCALES)
    seasonal_differences: int = knob(0, "Seasonal differences", "Change since the same period last season.", low=0, high=2)
    differences: int = knob(0, "Differences", "Change since the period before.", low=0, high=2)

    def __post_init__(self) -> None:
        check_knobs(self)

    def apply(self, sales: pd.Series | np.ndarray, season: int = 1) -> np.ndarray:
        """The series transformed, as long as before: NaN where a difference finds nothing; logs count sales below 0 as 0."""
        values = _scaled(np.asarray(sales, dtype="float64"), self.scale, season)
        for lag, times in ((season, self.seasonal_differences), (1, self.differences)):
            for _ in range(times):
                lagged = np.concatenate([np.full(min(lag, len(values)), np.nan), values[:-lag]])
                values = values - lagged
        return values

    def note(self, sales: pd.Series | np.ndarray, season: int = 1) -> str:
        """What the scale does, with the power of Box-Cox, in one sentence; empty for the scale as it is.

        >>> Transform(scale="box-cox").note(np.array([1.0, 2, 1, 9] * 5), 4)
        'Box-Cox of units + 1 with λ = 1.56.'
        """
        if self.scale == "as it is":
            return ""
        values = np.asarray(sales, dtype="float64")
        below = " Sales below 0 count as 0." if np.nanmin(values, initial=0.0) < 0 else ""
        if self.scale == "log":
            return f"Logarithm of units + 1: equal steps are equal percentages.{below}"
        power = _power(np.maximum(values, 0.0), season)
        near = {0.0: "a logarithm", 0.5: "a square root", 1.0: "a scale as it is"}
        closest = min(near, key=lambda one: abs(one - power))
        meaning = f": close to {near[closest]}" if abs(closest - power) < 0.15 else ""
        return f"Box-Cox of units + 1 with λ = {power:.2f}{meaning}.{below}"


def box_cox_lambda(sales: pd.Series | np.ndarray, season: int = 1) -> float:
    """The power that makes the spread of the seasons independent of their level, between -1 and 2. Guerrero (1993).

    NaN when the series has values of 0 or below, or fewer than two seasons.

    >>> growth = np.exp(np.linspace(0, 4, 120)) * np.tile([0.9, 1.1], 60)
    >>> abs(box_cox_lambda(growth, 4)) < 0.2
    True
    """
    values = bridged(sales).values
    width = max(2, season)
    blocks = values[len(values) % width :].reshape(-1, width)
    if len(blocks) < 2 or (values <= 0).any() or is_flat(values):
        return float("nan")
    level, spread = blocks.mean(axis=1), blocks.std(axis=1, ddof=1)

    from scipy.optimize import minimize_scalar  # a server that only shows forms does not need it

    def variation(power: float) -> float:
        ratio = spread / level ** (1 - power)
        return float(ratio.std(ddof=1) / ratio.mean()) if ratio.mean() > 0 else 0.0

    return float(minimize_scalar(variation, bounds=(-1.0, 2.0), method="bounded").x)


def _scaled(values: np.ndarray, scale: str, season: int) -> np.ndarray:
    if scale == "as it is":
        return values
    positive = np.maximum(values, 0.0)
    power = 0.0 if scale == "log" else _power(positive, season)
    return np.log1p(positive) if abs(power) < 1e-6 else ((positive + 1) ** power - 1) / power


def _power(positive: np.ndarray, season: int) -> float:
    """Guerrero's power; a logarithm where it cannot be found."""
    return float(np.nan_to_num(box_cox_lambda(positive + 1, season)))
