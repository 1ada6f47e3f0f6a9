"""Errors of counts: whole units, skewed, and scattered by a share of the rate beyond what chance alone does."""

from dataclasses import dataclass

import numpy as np

_POISSON = 1e-6  # below this dispersion the negative binomial is the Poisson


@dataclass(frozen=True, eq=False)
class Counts:
    """Sales of each period are negative binomial around the forecast: variance = mean + `dispersion` x mean².

    `dispersion` (SKUs,) is 0 for random arrivals (Poisson). Periods are taken to be independent of each other. Agrawal and
    Smith (1996), Estimating negative binomial demand for retail inventory management with unobservable lost sales.

    >>> Counts(np.array([0.5])).quantile(np.array([[0.2, 3.0]]), 0.9).tolist()
    [[1.0, 7.0]]
    """

    dispersion: np.ndarray

    @classmethod
    def of(cls, actual: np.ndarray, expected: np.ndarray) -> "Counts":
        """The dispersion that squared errors in the past tell of (SKUs, periods; NaN = not known), drawn towards that of all.

        By moments: what the squared errors hold beyond the mean, over the squared mean. Thirty periods of a SKU weigh as much
        as all others together.
        """
        known = ~np.isnan(actual) & ~np.isnan(expected)
        mean = np.where(known, np.maximum(expected, 0.0), 0.0)
        beyond = np.where(known, (actual - mean) ** 2 - mean, 0.0).sum(axis=1)
        squared = (mean**2).sum(axis=1)
        usable = squared > 0
        own = np.divide(np.maximum(beyond, 0.0), squared, out=np.zeros_like(squared), where=usable)
        usual = np.median(own[usable]) if usable.any() else 0.0
        count = np.where(usable, known.sum(axis=1), 0)
        return cls((count * own + 30 * usual) / (count + 30))

    def quantile(self, mean: np.ndarray, q: float) -> np.ndarray:
        return _quantile(mean, self.dispersion[:, None], q)

    def total_quantile(self, mean: np.ndarray, steps: slice, q: float) -> np.ndarray:
        """A negative binomial with the mean and the variance of the sum."""
        total, squares = mean[:, steps].sum(axis=1), (mean[:, steps] ** 2).sum(axis=1)
        share = np.divide(squares, total**2, out=np.zeros_like(total), where=total > 0)
        return _quantile(total, self.dispersion * share, q)

    def draw(self, mean: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
        spread = np.maximum(self.dispersion, _POISSON)[:, None]
        return rng.poisson(rng.gamma(1 / spread, spread * mean, (count, *mean.shape))).astype(float)

    def take(self, rows: np.ndarray) -> "Counts":
        return Counts(self.dispersion[rows])


def _quantile(mean: np.ndarray, dispersion: np.ndarray, q: float) -> np.ndarray:
    from scipy.stats import nbinom  # here, because a server that only shows forms does not need it

    spread = np.broadcast_to(np.maximum(dispersion, _POISSON), mean.shape)
    return np.asarray(nbinom.ppf(q, 1 / spread, 1 / (1 + spread * np.maximum(mean, 1e-12))), dtype=float)
