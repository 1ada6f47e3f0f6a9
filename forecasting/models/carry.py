"""What remains of the latest errors of a regression: ARMA(1,1) errors for many SKUs at once.

Demand drifts around whatever a regression explains. ARMA(1,1) covers both a deviation that fades (theta = 0) and a level that
slowly wanders (phi near 1, theta near -1), which is exponential smoothing of the errors. A small grid is enough, searched by
conditional least squares (Box, Jenkins, Reinsel and Ljung, 5th ed., 7.1.2).
"""

from dataclasses import dataclass

import numpy as np

_PHI = (0.8, 0.9, 0.97, 1.0)  # 1 is a level that wanders for good, as in simple exponential smoothing
_GAIN = (0.05, 0.1, 0.2, 0.35, 0.6, 0.9)  # phi + theta: the share of a shock that is carried over
_LEAST = 10  # observations below which no memory can be told from chance
_GAIN_NEEDED = 0.01  # least relative reduction of the squared error: about what two parameters bring by chance


@dataclass(frozen=True, eq=False)
class Carry:
    """Errors of N SKUs: `expected` and `shocks` (N, periods), the state at the end, and the parameters of each (N,)."""

    phi: np.ndarray
    theta: np.ndarray
    sigma: np.ndarray
    expected: np.ndarray
    shocks: np.ndarray
    state: np.ndarray

    def ahead(self, horizon: int) -> np.ndarray:
        """What is expected of the errors ahead, shape (N, horizon)."""
        return self.state[:, None] * self.phi[:, None] ** np.arange(horizon)

    def psi(self, horizon: int) -> np.ndarray:
        """Weights of the moving-average form, shape (N, horizon): 1, phi + theta, (phi + theta) phi, ..."""
        steps = np.arange(horizon)
        later = (self.phi + self.theta)[:, None] * self.phi[:, None] ** np.maximum(steps - 1, 0)
        return np.where(steps == 0, 1.0, later)


def fit_carry(errors: np.ndarray, parameters: np.ndarray, *, enabled: bool = True) -> Carry:
    """Find the memory of each row of `errors` (N, periods; NaN is missing); none where it does not reduce the squared error.

    `parameters` (N,) is how many the regression has used, for the degrees of freedom of sigma.
    """
    count = (~np.isnan(errors)).sum(axis=1)
    phi, theta = np.zeros(len(errors)), np.zeros(len(errors))
    best = np.nansum(errors**2, axis=1) * (1.0 - np.where(count >= _LEAST, _GAIN_NEEDED, 1.0))
    for tried in _PHI if enabled else ():
        for gain in _GAIN:
            if gain > tried:
                continue
            squares = np.nansum(
                _filter(errors, np.full(len(errors), tried), np.full(len(errors), gain - tried))[1] ** 2, axis=1
            )
            better = squares < best
            phi, theta = np.where(better, tried, phi), np.where(better, gain - tried, theta)
            best = np.where(better, squares, best)
    expected, shocks, state = _filter(errors, phi, theta)
    freedom = np.maximum(count - parameters, 1)
    return Carry(phi, theta, np.sqrt(np.nansum(shocks**2, axis=1) / freedom), expected, shocks, state)


def _filter(errors: np.ndarray, phi: np.ndarray, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One step ahead through the past: expectations, shocks, and the expectation for the period after the last."""
    expected = np.empty_like(errors)
    state = np.zeros(len(errors))
    gain = phi + theta
    for period in range(errors.shape[1]):
        expected[:, period] = state
        shock = errors[:, period] - state
        state = phi * state + gain * np.where(np.isnan(shock), 0.0, shock)
    return expected, errors - expected, state
