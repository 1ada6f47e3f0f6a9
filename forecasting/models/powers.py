"""Power transforms and the way back: sales are modelled where their spread is even, and forecast in units without bias.

The inverse of a mean is not the mean of the inverses: after a logarithm it is the median, which lies lower. So every way back
here averages over the errors, either those that were made (Duan 1983, Smearing estimate) or normal ones.
"""

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from forecasting.core.forecast import moved_on
from forecasting.diagnostics.transform import box_cox_lambda
from forecasting.features.design import Design
from forecasting.models.least_squares import least_squares

TRANSFORMS = ("none", "log", "box-cox")
_LIMITS = (0.0, 1.0)  # powers below have no mean on the way back
_GRID = (1.0, 0.8, 0.6, 0.4, 0.2, 0.0)
_STEADY = 1e-3
_LOWEST = 0.05
_POINTS = 41
_PATHS = 500
_LOG = 1e-6


@dataclass(frozen=True, eq=False)
class Power:
    """The Box-Cox transform of N SKUs: ((sales + shift)^power - 1) / power, the logarithm where the power is 0; (N,) each.

    A power of 1 with a shift of 1 changes nothing. Box and Cox (1964).

    >>> once = Power(np.array([0.0]), np.array([1.0]))
    >>> once.back(once.forward(np.array([[0.0, 5.0]]))).round(9).tolist()
    [[0.0, 5.0]]
    """

    power: np.ndarray
    shift: np.ndarray

    @classmethod
    def of(cls, sales: np.ndarray, transform: str, season: int, *, shift: float | None = 1.0) -> "Power":
        """What suits each row of `sales` (N, periods); Guerrero's power for `box-cox`.

        `shift` None adds 1 only where a SKU has periods without sales.
        """
        count = len(sales)
        if transform == "none":
            return cls(np.ones(count), np.ones(count))
        lowest = np.min(np.nan_to_num(sales, nan=np.inf), axis=1, initial=np.inf)
        shifts = np.where(lowest > 0, 0.0, 1.0) if shift is None else np.full(count, shift)
        if transform == "log":
            return cls(np.zeros(count), shifts)
        powers = [box_cox_lambda(row[~np.isnan(row)], season) for row in np.maximum(sales, 0.0) + shifts[:, None]]
        return cls(np.clip(np.nan_to_num(np.asarray(powers), nan=1.0), *_LIMITS), shifts)

    @property
    def idle(self) -> bool:
        """Nothing is transformed."""
        return bool((self.power == 1.0).all() and (self.shift == 1.0).all())

    def take(self, rows: np.ndarray) -> "Power":
        """The transforms of some SKUs."""
        return Power(self.power[rows], self.shift[rows])

    def forward(self, sales: np.ndarray) -> np.ndarray:
        """Units (N, periods) to the scale of the model; below zero counts as zero where a power is taken."""
        if self.idle:
            return sales
        power, shift = self.power[:, None], self.shift[:, None]
        bent = np.maximum(sales, 0.0) + shift
        with np.errstate(divide="ignore", invalid="ignore"):
            curved = np.where(
                np.abs(power) < _LOG, np.log(bent), (bent**power - 1) / np.where(np.abs(power) < _LOG, 1.0, power)
            )
        return np.where(power == 1.0, sales + shift - 1.0, curved)

    def back(self, values: np.ndarray) -> np.ndarray:
        """From the scale of the model (N, ...) to units."""
        if self.idle:
            return values
        shape = (len(values), *[1] * (values.ndim - 1))
        power, shift = self.power.reshape(shape), self.shift.reshape(shape)
        flat = np.abs(power) < _LOG
        base = np.maximum(1.0 + values * np.where(flat, 1.0, power), 1e-12)
        with np.errstate(over="ignore"):
            curved = np.where(flat, np.exp(np.minimum(values, 50.0)), base ** (1.0 / np.where(flat, 1.0, power)))
        return np.where(power == 1.0, values + 1.0, curved) - shift

    def unbiased(self, centre: np.ndarray, spread: np.ndarray, shocks: np.ndarray | None = None) -> np.ndarray:
        """Mean units for forecasts `centre` (N, horizon) on the scale of the model, with errors of size `spread` (N, horizon).

        `shocks` (N, periods; NaN is missing) are errors that were made, in units where their standard deviation is 1; without
        them errors are normal.
        """
        if self.idle:
            return centre
        points = np.broadcast_to(_normal(), (len(centre), _POINTS)) if shocks is None else _quantiles(shocks)
        total = np.zeros_like(centre)
        for point in points.T:
            total += self.back(centre + spread * point[:, None])
        return total / _POINTS


@dataclass(frozen=True, eq=False)
class Bent:
    """Errors that are those of a linear model on the scale of `power`, and skewed in units.

    `centre` (N, horizon) and `sigma` (N,) are on that scale; `psi` (N, horizon) as in Gaussian. Totals are simulated with the
    same random numbers for every SKU, so that the same forecast always has the same quantiles.
    """

    power: Power
    centre: np.ndarray
    sigma: np.ndarray
    psi: np.ndarray

    def quantile(self, mean: np.ndarray, q: float) -> np.ndarray:
        spread = self.sigma[:, None] * np.sqrt(np.cumsum(self.psi**2, axis=1))
        horizon = mean.shape[1]
        return np.maximum(self.power.back((self.centre + NormalDist().inv_cdf(q) * spread)[:, :horizon]), 0.0)

    def total_quantile(self, mean: np.ndarray, steps: slice, q: float) -> np.ndarray:
        horizon = mean.shape[1]
        shocks = np.random.default_rng(0).standard_normal((_PATHS // 2, horizon))
        shocks = np.concatenate([shocks, -shocks])
        result = np.empty(len(mean))
        for row in range(len(mean)):
            lagged = np.arange(horizon)[:, None] - np.arange(horizon)
            weights = np.where(lagged >= 0, self.psi[row][np.maximum(lagged, 0)], 0.0)
            paths = self.centre[row, :horizon] + self.sigma[row] * shocks @ weights.T
            units = np.maximum(self.power.take(np.array([row])).back(paths[None])[0], 0.0)
            result[row] = np.quantile(units[:, steps].sum(axis=1), q)
        return result

    def draw(self, mean: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
        shocks = rng.standard_normal((count, *mean.shape)) * self.sigma[:, None]
        centre = self.centre[:, : mean.shape[1]] + moved_on(shocks, self.psi)
        return np.maximum(self.power.back(np.moveaxis(centre, 0, 1)).swapaxes(0, 1), 0.0)

    def take(self, rows: np.ndarray) -> "Bent":
        return replace(self, power=self.power.take(rows), centre=self.centre[rows], sigma=self.sigma[rows], psi=self.psi[rows])


def likeliest(sales: np.ndarray, made: Design, active: np.ndarray) -> Power:
    """The power of 1 + sales (SKUs, periods) under which a regression on the active columns has the likeliest errors.

    Box and Cox (1964), An analysis of transformations, on a grid.
    """
    count = len(sales)
    logs = np.log(np.maximum(sales, 0.0) + 1.0)
    observed = (~np.isnan(sales)).sum(axis=1)
    best, chosen = np.full(count, -np.inf), np.ones(count)
    for power in _GRID:
        scale = Power(np.full(count, power), np.ones(count))
        target = scale.forward(sales)
        errors = target - least_squares(made, target, active, np.full(count, _STEADY)).fitted
        squares = np.nanmean(np.where(np.isnan(errors), 0.0, errors) ** 2, axis=1) * errors.shape[1] / np.maximum(observed, 1)
        likelihood = -0.5 * observed * np.log(np.maximum(squares, 1e-300)) + (power - 1) * np.nansum(logs, axis=1)
        chosen = np.where(likelihood > best, power, chosen)
        best = np.maximum(best, likelihood)
    flat = np.nanmax(np.where(np.isnan(sales), 0.0, np.abs(sales)), axis=1, initial=0.0) == 0
    return Power(np.where(flat, 1.0, chosen), np.ones(count))


def restrained(scale: Power, expected: np.ndarray, shocks: np.ndarray, sales: np.ndarray) -> np.ndarray:
    """Sales over what the way back makes of the fit, at most 1 (Snowdon 1991): one huge error must not lift all forecasts."""
    if scale.idle:
        return np.ones(len(sales))
    fitted = scale.unbiased(expected, np.ones_like(expected), shocks)
    fitted = np.where(np.isnan(sales), np.nan, fitted)
    made, sold = np.nansum(fitted, axis=1), np.nansum(np.where(np.isnan(fitted), np.nan, sales), axis=1)
    return np.clip(np.divide(sold, made, out=np.ones_like(made), where=made > 0), _LOWEST, 1.0)


def _normal() -> np.ndarray:
    """Points of equal probability of the standard normal, stretched to variance 1."""
    points = np.array([NormalDist().inv_cdf((point + 0.5) / _POINTS) for point in range(_POINTS)])
    return points / points.std()


def _quantiles(shocks: np.ndarray) -> np.ndarray:
    """Points of equal probability of each row (N, points), 0 where a row is empty; their mean square is kept."""
    levels = (np.arange(_POINTS) + 0.5) / _POINTS
    empty = np.isnan(shocks).all(axis=1)
    filled = np.where(empty[:, None], 0.0, shocks)
    points = np.nanquantile(filled, levels, axis=1).T
    size = np.sqrt(np.nanmean(filled**2, axis=1))
    own = np.sqrt((points**2).mean(axis=1))
    return points * np.divide(size, own, out=np.ones_like(own), where=own > 0)[:, None]
