"""Outliers of each SKU: box plot, z and robust z, on what season and level leave unexplained of log1p(units)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

ZERO_SHARE = 0.5


@dataclass(frozen=True)
class Outliers:
    """Matrices (SKUs, periods): where the outliers are, and the usual lowest and highest units of each cell."""

    where: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    y: np.ndarray


def find_outliers(y: np.ndarray, season_length: int, test: str, threshold: float | None = None) -> Outliers:
    """Mark unusual units.

    The test runs on the residuals of log1p(y) after STL where a series has two seasons and sells in most periods, else on the
    sizes of its sales around their median: on a SKU that is 75 % zeros a raw box plot would mark every sale.

    Args:
        y: units (SKUs, periods), NaN where missing.
        season_length: periods of the season.
        test: "box" (Q1 - 1.5 IQR, Q3 + 1.5 IQR), "z" (|x - mean| / sd > 3) or "robust_z" (0.6745 |x - median| / MAD > 3.5).
        threshold: another factor than the test's own.

    Example:
        >>> y = np.tile([5.0, 6, 5, 7, 6, 9, 8], 8)[None]
        >>> y[0, 30] = 90
        >>> np.argwhere(find_outliers(y, 7, "robust_z").where).tolist()
        [[0, 30]]
    """
    rule, factor = OUTLIER_TESTS[test]
    where, lower, upper = np.zeros(y.shape, dtype=bool), np.full(y.shape, np.nan), np.full(y.shape, np.nan)
    for k, row in enumerate(y):
        bounds = _series_bounds(row, season_length, rule, threshold or factor)
        if bounds is not None:
            lower[k], upper[k] = bounds
            with np.errstate(invalid="ignore"):
                where[k] = (row < lower[k] - 1e-9) | (row > upper[k] + 1e-9)
    found = Outliers(where, lower, upper, y)
    # What is usual once rounded to whole units is no outlier.
    with np.errstate(invalid="ignore"):
        changed = np.abs(replacement(found) - y) > 1e-9
    return Outliers(where & changed, lower, upper, y)


def _series_bounds(
    row: np.ndarray, season_length: int, rule: Callable[[np.ndarray, float], tuple[float, float]], factor: float
) -> tuple[np.ndarray, np.ndarray] | None:
    known = np.isfinite(row)
    sold = known & (row > 0)
    if sold.sum() < 8:
        return None
    intermittent = 1 - sold.sum() / known.sum() > ZERO_SHARE
    use = sold if intermittent else known
    expected = np.full(row.size, np.median(np.log1p(row[use]))) if intermittent else _expected(row, season_length)
    residual = np.log1p(row[use]) - expected[use]
    low, high = rule(residual, factor)
    lower = np.zeros(row.size) if intermittent else np.maximum(np.expm1(expected + low), 0.0)
    return lower, np.expm1(expected + high)


def _expected(row: np.ndarray, season_length: int) -> np.ndarray:
    """Level and season of log1p(units): STL where there are two seasons, else the rolling median."""
    first = int(np.flatnonzero(np.isfinite(row))[0])
    logs = np.log1p(row[first:])
    places = np.arange(logs.size)
    known = np.isfinite(logs)
    whole = np.interp(places, places[known], logs[known])
    two_seasons = season_length >= 2 and logs.size > 2 * season_length
    found = _stl(whole, season_length) if two_seasons else _rolling_median(whole, 15)
    out = np.full(row.size, np.nan)
    out[first:] = found
    return out


def _stl(values: np.ndarray, season_length: int) -> np.ndarray:
    from statsmodels.tsa.seasonal import STL

    # Spikes are clipped to a first, median-based expectation, so that none bends the level and season that it is judged by.
    rough = _median_expectation(values, season_length)
    low, high = _robust_z(values - rough, OUTLIER_TESTS["robust_z"][1])
    clipped = np.clip(values, rough + low, rough + high)
    jump = max(1, season_length // 4)
    fitted = STL(clipped, period=season_length, seasonal_jump=jump, trend_jump=3 * jump, low_pass_jump=jump).fit()
    return np.asarray(fitted.trend + fitted.seasonal)


def _median_expectation(values: np.ndarray, season_length: int) -> np.ndarray:
    """Rolling median of two seasons plus the median departure of each place in the season."""
    level = _rolling_median(values, 2 * season_length + 1)
    places = np.arange(values.size) % season_length
    departure = np.array([np.median((values - level)[places == k]) for k in range(season_length)])
    return level + departure[places]


def _rolling_median(values: np.ndarray, window: int) -> np.ndarray:
    half = min(window, values.size) // 2
    padded = np.pad(values, half, mode="reflect" if values.size > half else "edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=1)


def _box(residual: np.ndarray, factor: float) -> tuple[float, float]:
    q1, q3 = np.quantile(residual, [0.25, 0.75])
    return q1 - factor * (q3 - q1), q3 + factor * (q3 - q1)


def _z(residual: np.ndarray, factor: float) -> tuple[float, float]:
    mean, sd = residual.mean(), residual.std()
    return mean - factor * sd, mean + factor * sd


def _robust_z(residual: np.ndarray, factor: float) -> tuple[float, float]:
    """Iglewicz & Hoaglin (1993); where more than half of the residuals are equal, the mean deviation stands for the MAD."""
    median = np.median(residual)
    spread = np.median(np.abs(residual - median)) / 0.6745
    spread = spread if spread > 1e-9 else 1.2533 * np.mean(np.abs(residual - median))
    spread = max(spread, 0.1)  # a series as flat as a table is not full of outliers
    return median - factor * spread, median + factor * spread


def replacement(found: Outliers) -> np.ndarray:
    """Every cell pulled to the nearest edge of the usual, in whole units where the series sells whole units."""
    capped = np.clip(found.y, found.lower, found.upper)
    known = found.y[np.isfinite(found.y)]
    return np.round(capped) if np.allclose(known, np.round(known)) else capped


OUTLIER_TESTS: dict[str, tuple[Callable[[np.ndarray, float], tuple[float, float]], float]] = {
    "box": (_box, 1.5),
    "z": (_z, 3.0),
    "robust_z": (_robust_z, 3.5),
}
