"""The Forecast: a mean for every SKU and period, and what is needed to say how far off it may be.

A lead-time total's quantile is not the sum of daily quantiles, so a Forecast never stores quantiles: it stores how its errors
hang together, and both `quantile` and `total` are derived from that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Protocol

import numpy as np
import pandas as pd

from forecasting.core.errors import SpecInvalid

QUANTILES = (0.1, 0.5, 0.9)
_NORMAL = NormalDist()  # the standard library has what is needed; scipy would cost every server 18 MB


class Errors(Protocol):
    """How forecast errors are spread around the mean, and how those of one SKU hang together over the horizon."""

    def quantile(self, mean: np.ndarray, q: float) -> np.ndarray:
        """Quantile of each SKU and period, shape (SKUs, horizon), never below zero."""

    def total_quantile(self, mean: np.ndarray, steps: slice, q: float) -> np.ndarray:
        """Quantile of the sum over some steps of the horizon, shape (SKUs,), never below zero."""

    def draw(self, mean: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
        """Whole futures that might come, shape (count, SKUs, horizon), no period below zero."""

    def take(self, rows: np.ndarray) -> "Errors":
        """The errors of some SKUs."""


@dataclass(frozen=True, eq=False)
class Gaussian:
    """Normal errors of a linear model: the error h steps ahead is `sigma` times the sum of `psi[h - k]` times shock k.

    `sigma` (SKUs,) is the standard deviation of a one-step shock in units, `psi` (SKUs, horizon) the weights of the model's
    moving-average form, `psi[:, 0] = 1` (Box, Jenkins, Reinsel and Ljung, Time Series Analysis, 5th ed., section 5.1).
    Independent errors have psi = 1, 0, 0, ...; a random walk has psi = 1, 1, 1, ...
    """

    sigma: np.ndarray
    psi: np.ndarray

    def quantile(self, mean: np.ndarray, q: float) -> np.ndarray:
        spread = self.sigma[:, None] * np.sqrt(np.cumsum(self.psi**2, axis=1))
        return np.maximum(mean + _NORMAL.inv_cdf(q) * spread[:, : mean.shape[1]], 0.0)

    def total_quantile(self, mean: np.ndarray, steps: slice, q: float) -> np.ndarray:
        first, last, _ = steps.indices(mean.shape[1])
        sums = np.concatenate([np.zeros((len(self.psi), 1)), np.cumsum(self.psi, axis=1)], axis=1)
        shocks = np.arange(last)
        weights = sums[:, last - shocks] - sums[:, np.maximum(first - shocks, 0)]
        spread = self.sigma * np.sqrt((weights**2).sum(axis=1))
        return np.maximum(mean[:, first:last].sum(axis=1) + _NORMAL.inv_cdf(q) * spread, 0.0)

    def draw(self, mean: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
        shocks = rng.standard_normal((count, *mean.shape)) * self.sigma[:, None]
        return np.maximum(mean + moved_on(shocks, self.psi), 0.0)

    def take(self, rows: np.ndarray) -> "Gaussian":
        return replace(self, sigma=self.sigma[rows], psi=self.psi[rows])


def moved_on(shocks: np.ndarray, psi: np.ndarray) -> np.ndarray:
    """What shocks (..., SKUs, horizon) add up to under the moving-average weights `psi` (SKUs, horizon or more).

    >>> moved_on(np.array([[1.0, 0.0, 2.0]]), np.array([[1.0, 0.5, 0.25]])).tolist()
    [[1.0, 0.5, 2.25]]
    """
    result = np.zeros_like(shocks)
    for lag in range(shocks.shape[-1]):
        result[..., lag:] += psi[:, lag, None] * shocks[..., : shocks.shape[-1] - lag]
    return result


@dataclass(frozen=True, eq=False)
class Pooled:
    """Errors that were really made, in units of each SKU's own scale, shared by all SKUs of one group.

    `scale` (SKUs,), or (SKUs, horizon) where it differs from period to period, is in units, `group` (SKUs,) says which pool a
    SKU draws from, `paths` (groups, samples, horizon) are whole error paths `(actual - forecast) / scale`, so that the sum over
    a lead time keeps the dependence between its days.
    """

    scale: np.ndarray
    group: np.ndarray
    paths: np.ndarray

    def quantile(self, mean: np.ndarray, q: float) -> np.ndarray:
        levels = np.quantile(self.paths[:, :, : mean.shape[1]], q, axis=1)
        return np.maximum(mean + self._scales(mean) * levels[self.group], 0.0)

    def total_quantile(self, mean: np.ndarray, steps: slice, q: float) -> np.ndarray:
        """Only the sum is kept from falling below zero: were it every period, errors that cancel out would not."""
        errors = np.empty(len(mean))
        scales = self._scales(mean)[:, steps]
        for row, (scale, group) in enumerate(zip(scales, self.group, strict=True)):
            errors[row] = np.quantile(self.paths[group][:, : mean.shape[1]][:, steps] @ scale, q)
        return np.maximum(mean[:, steps].sum(axis=1) + errors, 0.0)

    def draw(self, mean: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
        drawn = rng.integers(0, self.paths.shape[1], (count, len(mean)))
        return np.maximum(mean + self._scales(mean) * self.paths[self.group, drawn][:, :, : mean.shape[1]], 0.0)

    def _scales(self, mean: np.ndarray) -> np.ndarray:
        scale = self.scale[:, None] if self.scale.ndim == 1 else self.scale[:, : mean.shape[1]]
        return np.broadcast_to(scale, mean.shape)

    def take(self, rows: np.ndarray) -> "Pooled":
        return replace(self, scale=self.scale[rows], group=self.group[rows])


@dataclass(frozen=True, eq=False)
class Forecast:
    """What a fitted model expects after the cutoff.

    `cutoff` is the last timestamp seen, `ids` the SKUs, `dates` the periods ahead, `mean` (SKUs, horizon) the expected units
    (never negative), `errors` the spread around them, `flags` (SKUs,) short texts that say what is special about a SKU.

    >>> mean = np.full((1, 5), 50.0)
    >>> errors = Gaussian(sigma=np.array([8.0]), psi=np.array([[1.0, 0, 0, 0, 0]]))
    >>> days = pd.date_range("2024-01-02", periods=5)
    >>> forecast = Forecast("mean", pd.Timestamp("2024-01-01"), ("A",), days, mean, errors)
    >>> round(float(forecast.total(q=0.95)[0]), 1)  # the sum of the five daily quantiles would be 315.8
    279.4
    """

    model: str
    cutoff: pd.Timestamp
    ids: tuple[str, ...]
    dates: pd.DatetimeIndex
    mean: np.ndarray
    errors: Errors
    flags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.mean.shape != (len(self.ids), len(self.dates)):
            raise SpecInvalid(
                f"A mean of shape {self.mean.shape} is not that of {len(self.ids)} SKUs x {len(self.dates)} periods."
            )
        if not np.isfinite(self.mean).all() or (self.mean < 0).any():
            raise SpecInvalid(f"The forecast of {self.model} holds negative or missing units; a model must not return them.")

    @property
    def horizon(self) -> int:
        """Number of periods ahead."""
        return len(self.dates)

    def quantile(self, q: float) -> np.ndarray:
        """Units that are not exceeded with probability q, shape (SKUs, horizon)."""
        return self.errors.quantile(self.mean, q)

    def total(self, first: int = 0, last: int | None = None, q: float | None = None) -> np.ndarray:
        """Units of the steps first to last (exclusive) together, shape (SKUs,): the mean, or the quantile q of the sum."""
        steps = slice(first, last)
        return self.mean[:, steps].sum(axis=1) if q is None else self.errors.total_quantile(self.mean, steps, q)

    def sample_paths(self, count: int = 200, seed: int = 0) -> np.ndarray:
        """Whole futures that might come, shape (count, SKUs, horizon), in units: for any question about several periods.

        Each period is spread as its quantiles say, and periods hang together as the errors of the model do, so a sum over a
        lead time, a peak or a stock that runs down can be read off the paths. The same seed gives the same paths. Quantiles
        read off `count` paths are themselves uncertain; for those of a period or a plain sum ask `quantile` and `total`.

        >>> errors = Gaussian(sigma=np.array([8.0]), psi=np.array([[1.0, 0, 0, 0, 0]]))
        >>> days = pd.date_range("2024-01-02", periods=5)
        >>> forecast = Forecast("mean", pd.Timestamp("2024-01-01"), ("A",), days, np.full((1, 5), 50.0), errors)
        >>> paths = forecast.sample_paths(10_000)
        >>> [round(float(np.quantile(paths.sum(axis=2), q)), -1) for q in (0.05, 0.95)]
        [220.0, 280.0]
        """
        if count < 1:
            raise SpecInvalid(f"{count} sample paths were asked for; ask for at least 1.")
        return self.errors.draw(self.mean, count, np.random.default_rng(seed))

    def select(self, ids: Sequence[str]) -> "Forecast":
        """The forecast of some SKUs, in the order given."""
        position = {unique_id: row for row, unique_id in enumerate(self.ids)}
        rows = np.array([position[unique_id] for unique_id in ids], dtype=int)
        flags = tuple(self.flags[row] for row in rows) if self.flags else ()
        return replace(self, ids=tuple(ids), mean=self.mean[rows], errors=self.errors.take(rows), flags=flags)

    def to_frame(self, quantiles: Sequence[float] = QUANTILES) -> pd.DataFrame:
        """Long rows `unique_id, ds, horizon, origin, model, mean, p10, p50, p90, flags`, one for each SKU and period."""
        count, horizon = self.mean.shape
        columns = {
            "unique_id": np.repeat(np.asarray(self.ids, dtype=object), horizon),
            "ds": np.tile(self.dates.to_numpy(), count),
            "horizon": np.tile(np.arange(1, horizon + 1), count),
            "origin": self.cutoff,
            "model": self.model,
            "mean": self.mean.ravel(),
        }
        columns |= {quantile_name(q): self.quantile(q).ravel() for q in quantiles}
        columns["flags"] = np.repeat(np.asarray(self.flags or [""] * count, dtype=object), horizon)
        return pd.DataFrame(columns)


def quantile_name(q: float) -> str:
    """The column of a quantile.

    >>> quantile_name(0.1), quantile_name(0.975)
    ('p10', 'p97.5')
    """
    return f"p{100 * q:g}"
