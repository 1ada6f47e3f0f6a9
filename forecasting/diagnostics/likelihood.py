"""The exact likelihood of a seasonal ARMA in about a millisecond, so that a search can compare orders by what they really fit.

The innovations algorithm turns a series, and the columns that explain it, into one-step errors; the weights of the columns and
the variance then follow by least squares, and only the ARMA coefficients are left to search for. Brockwell and Davis, Time
Series: Theory and Methods, 2nd ed., 5.2, 5.3 and 8.7. No period may be missing.
"""

from dataclasses import dataclass

import numpy as np

from forecasting.diagnostics.whittle import Order, Spectrum

_EDGE = 0.995  # inverse roots nearer to 1 are of no use to a forecast
_ITERATIONS = 40
_STARTS = ((0.9, -0.8), (-0.9, 0.8), (0.5, -0.4), (-0.5, 0.4))  # AR and MA coefficients from which further searches begin


@dataclass(frozen=True, eq=False)
class Maximum:
    """The best coefficients found: `arma` in the order AR, MA, seasonal AR, seasonal MA, with statsmodels' signs.

    `weights` (columns,) of the regressors; `largest` the size of the largest inverse root.
    """

    order: Order
    arma: np.ndarray
    weights: np.ndarray
    log_likelihood: float
    largest: float

    def aicc(self, length: int) -> float:
        """AICc of a series of `length` values; infinite where a root lies at the edge, as in R's auto.arima."""
        parameters = self.order.parameters + len(self.weights) + 1
        if self.largest > 0.99 or length <= parameters + 1:
            return float("inf")
        return -2 * self.log_likelihood + 2 * parameters * length / (length - parameters - 1)


def maximise(
    series: np.ndarray,
    columns: np.ndarray,
    order: Order,
    season: int = 1,
    spectrum: Spectrum | None = None,
    *,
    starts: int = 1,
    tolerance: float = 1e-7,
) -> Maximum:
    """Maximum likelihood for a stationary series (periods,) explained in part by `columns` (periods, regressors).

    The search begins where Whittle's likelihood ends; with more `starts` it also begins elsewhere, as an ARMA of noise has
    several maxima. It ends when a step gains less than `tolerance` of the likelihood per value.

    >>> noise = np.random.default_rng(0).normal(size=300)
    >>> found = maximise(np.convolve(noise, [1.0, 0.6], mode="valid"), np.ones((299, 1)), Order(0, 1))
    >>> bool(abs(found.arma[0] - 0.6) < 0.1)
    True
    """
    spread = float(series.std()) or 1.0
    task = _Task(np.column_stack([series / spread, columns]), order, season)
    begun = [] if not order.parameters else _beginnings(series, order, season, spectrum)[:starts]
    free = min((task.search(start, tolerance) for start in begun), key=task.cost) if begun else np.empty(0)
    arma = task.arma(free)
    value, weights = task.fit(arma)
    return Maximum(order, arma, weights * spread, -len(series) * (value + np.log(spread)), _largest(arma, order))


def _beginnings(series: np.ndarray, order: Order, season: int, spectrum: Spectrum | None) -> list[np.ndarray]:
    found = spectrum or Spectrum.of(series, season, max(_counts(order)))
    first = np.concatenate(found.coefficients(order))
    others = []
    for ar, ma in _STARTS:
        parts = [np.r_[value, np.zeros(count)][:count] for value, count in zip((ar, ma, ar, ma), _counts(order), strict=True)]
        others.append(np.concatenate(parts))
    return [first, *others]


@dataclass(frozen=True, eq=False)
class _Task:
    """One series (first column) with its regressors, and the orders to fit; `free` coefficients may have any value."""

    table: np.ndarray
    order: Order
    season: int

    def search(self, start: np.ndarray, tolerance: float) -> np.ndarray:
        from scipy.optimize import minimize

        begun = _freed(start, self.order)
        options = {"maxiter": _ITERATIONS, "ftol": tolerance}
        found = minimize(self.cost, begun, method="L-BFGS-B", bounds=[(-30, 30)] * len(begun), options=options)
        return found.x if found.fun <= self.cost(begun) else begun

    def cost(self, free: np.ndarray) -> float:
        return self.fit(self.arma(free))[0]

    def fit(self, arma: np.ndarray) -> tuple[float, np.ndarray]:
        """-log likelihood per value, and the weights of the regressors."""
        from statsmodels.tsa.innovations.arma_innovations import arma_innovations

        ar, ma = _expanded(arma, self.order, self.season)
        try:
            errors, variances = arma_innovations(self.table, ar_params=ar, ma_params=ma)
        except (ValueError, np.linalg.LinAlgError):
            return 1e9, np.zeros(self.table.shape[1] - 1)
        scaled = errors / np.sqrt(variances)[:, None]
        weights, rest = _regressed(scaled)
        sigma2 = max(float(rest @ rest) / len(rest), 1e-300)
        return 0.5 * float(np.log(2 * np.pi * sigma2) + 1 + np.log(variances).mean()), weights

    def arma(self, free: np.ndarray) -> np.ndarray:
        parts = np.split(free, np.cumsum(_counts(self.order))[:-1])
        return np.concatenate([sign * _stationary(part) for part, sign in zip(parts, (1, -1, 1, -1), strict=True)])


def _counts(order: Order) -> tuple[int, int, int, int]:
    return order.p, order.q, order.P, order.Q


def _regressed(scaled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    target, columns = scaled[:, 0], scaled[:, 1:]
    if not columns.shape[1]:
        return np.empty(0), target
    weights = np.linalg.lstsq(columns, target, rcond=None)[0]
    return weights, target - columns @ weights


def _stationary(free: np.ndarray) -> np.ndarray:
    """Coefficients whose roots are stationary, from any numbers, by way of partial autocorrelations. Jones (1980)."""
    partial = _EDGE * free / np.sqrt(1 + free**2)
    found = np.empty(0)
    for value in partial:
        found = np.concatenate([found - value * found[::-1], [value]])
    return found


def _freed(arma: np.ndarray, order: Order) -> np.ndarray:
    """The way back from coefficients to free numbers."""
    parts = np.split(arma, np.cumsum(_counts(order))[:-1])
    return np.concatenate([_loosened(sign * part) for part, sign in zip(parts, (1, -1, 1, -1), strict=True)])


def _loosened(coefficients: np.ndarray) -> np.ndarray:
    partial = np.empty(len(coefficients))
    found = coefficients.copy()
    for place in range(len(coefficients) - 1, -1, -1):
        partial[place] = np.clip(found[-1], -0.98, 0.98)
        found = (found[:-1] + partial[place] * found[-2::-1]) / (1 - partial[place] ** 2) if place else found
    inside = partial / _EDGE
    return inside / np.sqrt(1 - inside**2)


def _expanded(arma: np.ndarray, order: Order, season: int) -> tuple[np.ndarray, np.ndarray]:
    """AR and MA coefficients with the seasonal parts multiplied in, without the leading 1; AR with its sign as phi."""
    ar, ma, seasonal_ar, seasonal_ma = np.split(arma, np.cumsum(_counts(order))[:-1])
    whole = (
        np.convolve(np.r_[1.0, -ar], _spaced(-seasonal_ar, season)),
        np.convolve(np.r_[1.0, ma], _spaced(seasonal_ma, season)),
    )
    return -whole[0][1:], whole[1][1:]


def _spaced(coefficients: np.ndarray, season: int) -> np.ndarray:
    result = np.zeros(len(coefficients) * season + 1)
    result[0] = 1.0
    result[season::season] = coefficients
    return result


def _largest(arma: np.ndarray, order: Order) -> float:
    parts = np.split(arma, np.cumsum(_counts(order))[:-1])
    signed = [sign * part for part, sign in zip(parts, (-1, 1, -1, 1), strict=True) if len(part)]
    return max((float(np.abs(np.roots(np.r_[1.0, part])).max(initial=0.0)) for part in signed), default=0.0)
