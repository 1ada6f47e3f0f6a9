"""ARMA by the Whittle likelihood: milliseconds a model, so that a whole grid of orders can be compared.

The likelihood of a stationary series is nearly that of its periodogram (Whittle 1953; Brockwell and Davis, Time Series: Theory
and Methods, 2nd ed., 10.8), which needs one Fourier transform for all orders. Exact likelihoods then decide among the best.
"""

from dataclasses import dataclass

import numpy as np

_EDGE = 0.99  # inverse roots nearer to 1 fit single waves by chance; R's auto.arima refuses them too


@dataclass(frozen=True)
class Order:
    """Orders of a seasonal ARMA, (p, q)(P, Q)."""

    p: int
    q: int
    P: int = 0
    Q: int = 0

    @property
    def parameters(self) -> int:
        """How many coefficients it has."""
        return self.p + self.q + self.P + self.Q


@dataclass(frozen=True, eq=False)
class Spectrum:
    """The periodogram of a series of `length` values, and the waves e^(-iwk) for the lags that orders may use."""

    power: np.ndarray
    waves: np.ndarray
    seasonal: np.ndarray
    length: int

    @classmethod
    def of(cls, series: np.ndarray, season: int = 1, most: int = 5) -> "Spectrum":
        """The spectrum of a series without gaps; its mean plays no part."""
        length = len(series)
        frequencies = np.arange(1, (length - 1) // 2 + 1)
        power = np.abs(np.fft.fft(series - series.mean())[frequencies]) ** 2 / length
        angle = 2 * np.pi * frequencies[:, None] / length
        lags = np.arange(1, most + 1)
        return cls(power, np.exp(-1j * angle * lags), np.exp(-1j * angle * lags * season), length)

    def aicc(self, order: Order) -> float:
        """AICc of an order, with a mean and a variance beside its coefficients; the lower the better.

        >>> noise = np.random.default_rng(0).normal(size=500)
        >>> spectrum = Spectrum.of(np.convolve(noise, [1.0, 0.8], mode="valid"))
        >>> spectrum.aicc(Order(0, 1)) < spectrum.aicc(Order(1, 0))
        True
        """
        parameters = order.parameters + 2
        if len(self.power) < 2 or self.length <= parameters + 1 or not self.power.any():
            return float("inf")
        found = self._minimum(order)
        ar, ma, seasonal_ar, seasonal_ma = np.split(found, np.cumsum([order.p, order.q, order.P]))
        if max(_largest_root(part) for part in (-ar, ma, -seasonal_ar, seasonal_ma)) > _EDGE:
            return float("inf")
        deviance = self._deviance(found, order)[0]
        return self.length * deviance + 2 * parameters * self.length / (self.length - parameters - 1)

    def coefficients(self, order: Order) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """The AR, MA, seasonal AR and seasonal MA coefficients, all roots stationary and invertible.

        The sign is that of statsmodels: y_t = phi y_(t-1) + e_t + theta e_(t-1).
        """
        found = self._minimum(order) if len(self.power) >= 2 and self.power.any() else np.zeros(order.parameters)
        ar, ma, seasonal_ar, seasonal_ma = np.split(found, np.cumsum([order.p, order.q, order.P]))
        return -_inside(-ar), _inside(ma), -_inside(-seasonal_ar), _inside(seasonal_ma)

    def _minimum(self, order: Order) -> np.ndarray:
        start = np.full(order.parameters, 0.1)
        if not order.parameters:
            return start
        from scipy.optimize import minimize

        found = minimize(self._deviance, start, args=(order,), jac=True, method="BFGS", options={"maxiter": 40, "gtol": 5e-3}).x
        return found if self._deviance(found, order)[0] <= self._deviance(start, order)[0] else start

    def _deviance(self, coefficients: np.ndarray, order: Order) -> tuple[float, np.ndarray]:
        """-2 log likelihood per value, up to a constant, and its gradient; the spectrum is that of theta(B) / phi(B)."""
        ends = np.cumsum([order.p, order.q, order.P, order.Q])
        bases = (self.waves[:, : order.p], self.waves[:, : order.q], self.seasonal[:, : order.P], self.seasonal[:, : order.Q])
        log_density = np.zeros(len(self.power))
        slopes = []
        for basis, end, sign in zip(bases, ends, (-1.0, 1.0, -1.0, 1.0), strict=True):
            if basis.shape[1]:
                polynomial = 1.0 + sign * (basis @ coefficients[end - basis.shape[1] : end])
                log_density += sign * np.log(np.maximum(np.abs(polynomial) ** 2, 1e-12))
                slopes.append(2.0 * (basis / polynomial[:, None]).real)
        ratio = self.power * np.exp(-log_density)
        scale = ratio.mean()
        if not slopes:
            return float(np.log(scale)), np.empty(0)
        slope = np.concatenate(slopes, axis=1)
        return float(np.log(scale) + log_density.mean()), slope.mean(axis=0) - (ratio / scale) @ slope / len(ratio)


def _largest_root(coefficients: np.ndarray) -> float:
    """The size of the largest inverse root of 1 + c1 B + c2 B² + ..., once all are turned inside the unit circle."""
    if not len(coefficients):
        return 0.0
    size = np.abs(np.roots(np.concatenate([[1.0], coefficients])))
    return float(np.where(size > 1, 1 / np.maximum(size, 1e-12), size).max(initial=0.0))


def _inside(coefficients: np.ndarray, radius: float = 0.99) -> np.ndarray:
    """The coefficients of 1 + c1 B + c2 B² + ... with the same spectrum whose inverse roots lie inside the unit circle."""
    if not len(coefficients):
        return coefficients
    inverse = np.roots(np.concatenate([[1.0], coefficients]))
    size = np.abs(inverse)
    reflected = np.where(size > 1, inverse / np.maximum(size, 1e-12) ** 2, inverse)
    size = np.abs(reflected)
    polynomial = np.real(np.poly(np.where(size > radius, reflected * radius / np.maximum(size, 1e-12), reflected)))
    return np.concatenate([polynomial[1:], np.zeros(len(coefficients))])[: len(coefficients)]
