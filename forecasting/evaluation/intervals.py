"""Pooled split-conformal intervals: errors that were really made on held-out periods, shared by SKUs that sell alike.

Each error is divided by its SKU's own scale and pooled by group, so that an interval is wide where the SKU is erratic, and
right on average even where a single SKU has too little history to tell. Whole error paths are kept, so that totals are right.
Vovk, Gammerman and Shafer (2005); Papadopoulos et al. (2002) for the normalisation.
"""

from dataclasses import dataclass, replace

import numpy as np

from forecasting.core.errors import SpecInvalid

_PATHS = 400
_SLACK = 0.1  # of the share outside: counts are coarse, and too wide is the lesser evil
_LEVELS = np.array([0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99, 0.995])


@dataclass(frozen=True, eq=False)
class Conformal:
    """Errors pooled by group, for one period (`levels`) and for whole stretches (`paths`).

    `scale` (SKUs,) is in units, `group` (SKUs,) says which pool a SKU draws from. `bounds` (groups, horizon, quantiles) are the
    errors' quantiles at `_LEVELS`, in units of the scale; `paths` (groups, samples, horizon) whole errors
    `(actual - forecast) / scale`.
    """

    scale: np.ndarray
    group: np.ndarray
    bounds: np.ndarray
    paths: np.ndarray

    def quantile(self, mean: np.ndarray, q: float) -> np.ndarray:
        steps = np.minimum(np.arange(mean.shape[1]), self.bounds.shape[1] - 1)
        errors = _between(self.bounds[:, steps], q)
        return np.maximum(mean + self.scale[:, None] * errors[self.group], 0.0)

    def total_quantile(self, mean: np.ndarray, steps: slice, q: float) -> np.ndarray:
        result = np.empty(len(mean))
        reach = np.arange(mean.shape[1])[steps]
        paths = self.paths[:, :, reach % self.paths.shape[2]]
        for row, (scale, group) in enumerate(zip(self.scale, self.group, strict=True)):
            sales = np.maximum(mean[row, steps] + scale * paths[group], 0.0).sum(axis=1)
            result[row] = np.quantile(sales, q)
        return result

    def take(self, rows: np.ndarray) -> "Conformal":
        return replace(self, scale=self.scale[rows], group=self.group[rows])


def calibrate(
    actual: np.ndarray, forecast: np.ndarray, scale: np.ndarray, group: np.ndarray, groups: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """`bounds` and `paths` of `Conformal` from held-out forecasts (rows, horizon) and the scales and groups of their rows.

    A group with fewer than 30 rows draws from all rows. Raises SpecInvalid when there is no row at all.
    """
    usable = (scale > 0) & ~np.isnan(actual).all(axis=1)
    if not usable.any():
        raise SpecInvalid("There are no held-out forecasts to calibrate intervals with.")
    actual, forecast, scale, group = actual[usable], forecast[usable], scale[usable], group[usable]
    rng = np.random.default_rng(seed)
    bounds, paths = [], []
    for number in range(groups):
        rows = np.flatnonzero(group == number)
        if len(rows) < 30:
            rows = np.arange(len(group))
        bounds.append(_bounds(actual[rows], forecast[rows], scale[rows]))
        paths.append(_paths(actual[rows], forecast[rows], scale[rows], rng))
    return np.stack(bounds), np.stack(paths)


def _bounds(actual: np.ndarray, forecast: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Quantiles of the scaled errors for each step (neighbouring steps are pooled), shape (horizon, levels).

    Sales cannot fall below zero, so where the lower quantile is cut off there, the central interval would cover too much: the
    upper one is then lowered until the interval covers little more than it says.
    """
    error = (actual - forecast) / scale[:, None]
    horizon = actual.shape[1]
    reach = max(1, horizon // 8)
    result = np.empty((horizon, len(_LEVELS)))
    for step in range(horizon):
        near = slice(max(0, step - reach), step + reach + 1)
        known = ~np.isnan(error[:, near])
        errors = error[:, near][known] if known.any() else error[~np.isnan(error)]
        floor = (-forecast / scale[:, None])[:, near][known] if known.any() else np.full(len(errors), -np.inf)
        result[step] = _honest(errors, floor)
    return result


def _honest(error: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """Quantiles at `_LEVELS` such that each central interval, cut off at `floor` (zero sales), covers its share of errors."""
    quantiles = np.quantile(error, _LEVELS)
    middle = len(_LEVELS) // 2
    for number in range(middle):
        lower = np.maximum(quantiles[number], floor)
        wanted = _LEVELS[-1 - number] - _LEVELS[number]
        above = np.sort(error[error >= lower - 1e-12])
        needed = int(np.ceil((wanted + _SLACK * (1 - wanted)) * len(error)))
        if len(above) > needed > 0:
            quantiles[-1 - number] = min(quantiles[-1 - number], above[needed - 1])
    quantiles[middle:] = np.maximum.accumulate(quantiles[middle:])
    return quantiles


def _paths(actual: np.ndarray, forecast: np.ndarray, scale: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    rows = rng.choice(len(actual), _PATHS, replace=len(actual) < _PATHS)
    error = (actual[rows] - forecast[rows]) / scale[rows, None]
    return np.where(np.isnan(error), 0.0, error)


def _between(bounds: np.ndarray, q: float) -> np.ndarray:
    """Quantile q of each group and step, on the line between the levels kept, shape (groups, horizon)."""
    right = int(np.clip(np.searchsorted(_LEVELS, q), 1, len(_LEVELS) - 1))
    share = np.clip((q - _LEVELS[right - 1]) / (_LEVELS[right] - _LEVELS[right - 1]), 0.0, 1.0)
    return (1 - share) * bounds[:, :, right - 1] + share * bounds[:, :, right]
