"""One series, one ARIMA with regressors: estimated by exact likelihood in statsmodels, started where Whittle's likelihood ends.

Constant and drift enter as regressors, so that they mean what they say; the series is differenced before the search for the
coefficients, which makes the state small and the search fast, and put back together for the forecast.
"""

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from forecasting.core.errors import FitFailed
from forecasting.diagnostics.gaps import bridged
from forecasting.diagnostics.likelihood import maximise
from forecasting.diagnostics.whittle import Order, Spectrum
from forecasting.models.described import criteria

_WORK = 1.5e9  # multiplications that the search may cost: about three seconds
_LOOSE = 1e9  # in units of machine precision; the likelihood is then right to about 0.001
_SPARE = 3  # observations that must be left over


@dataclass(frozen=True)
class Orders:
    """(p, d, q) and (P, D, Q, s); s = 1 where there is no season; `drift` where the level moves by a steady amount."""

    order: tuple[int, int, int]
    seasonal: tuple[int, int, int, int] = (0, 0, 0, 1)
    drift: bool = False

    @property
    def lost(self) -> int:
        """Periods that differencing takes."""
        return self.order[1] + self.seasonal[1] * self.seasonal[3]

    @property
    def differences(self) -> int:
        """How many times the series is differenced, seasonally or not."""
        return self.order[1] + self.seasonal[1]

    @property
    def coefficients(self) -> tuple[str, ...]:
        """Names of the ARMA coefficients in the order of statsmodels."""
        p, _, q = self.order
        big_p, _, big_q, season = self.seasonal
        parts = (("ar", p, 1), ("ma", q, 1), ("seasonal ar", big_p, season), ("seasonal ma", big_q, season))
        return tuple(f"{name} {lag * number}" for name, count, lag in parts for number in range(1, count + 1))

    def __str__(self) -> str:
        name = f"ARIMA{self.order}{self.seasonal[:3]}[{self.seasonal[3]}]".replace(" ", "")
        return f"{name} with drift" if self.drift else name


@dataclass(frozen=True, eq=False)
class Estimate:
    """What was learnt from one series, in its own units.

    `weights` (regressors,) and `arma` (coefficients,) are the parameters, `fitted` (periods,) the one-step expectations (NaN
    where differencing leaves none), `path` what the ARIMA without its regressors expects next, `sigma` the standard deviation
    of a one-step error, `parameters` how many there are, the variance among them, `used` the periods that the likelihood is of,
    `note` a warning in words.
    """

    orders: Orders
    weights: np.ndarray
    arma: np.ndarray
    fitted: np.ndarray
    path: np.ndarray
    sigma: float
    log_likelihood: float
    parameters: int
    used: int
    note: str = ""

    @property
    def aicc(self) -> float:
        """AIC corrected for short series; only estimates with the same differences can be compared by it."""
        return -2 * self.log_likelihood + 2 * self.parameters * self.used / max(self.used - self.parameters - 1, 1)

    @property
    def criteria(self) -> str:
        """The likelihood and the information criteria, in one line."""
        aic = -2 * self.log_likelihood + 2 * self.parameters
        bic = -2 * self.log_likelihood + self.parameters * float(np.log(self.used))
        return criteria(self.log_likelihood, aic, self.aicc, bic)

    def psi(self, horizon: int) -> np.ndarray:
        """Weights of the moving-average form, differences included, shape (horizon,)."""
        ar, ma = polynomials(self.orders, self.arma)
        impulse = np.zeros(horizon)
        impulse[0] = 1.0
        from scipy.signal import lfilter

        return lfilter(ma, np.convolve(ar, _differencing(self.orders)), impulse)


def estimate(sales: np.ndarray, columns: np.ndarray, orders: Orders, horizon: int) -> Estimate:
    """Fit `orders` to a series (periods; NaN is missing) with regressors (periods, columns; a constant among them if wanted).

    `horizon` is the length of `path`. Raises FitFailed, with the reason, when the series is too short or the search fails.
    """
    spread = float(np.nanstd(sales)) or 1.0
    seen = int(np.isfinite(sales).sum())
    if seen - orders.lost < len(orders.coefficients) + columns.shape[1] + _SPARE:
        raise FitFailed(f"{seen} observed periods are too few for {orders}")
    kept, scaled = _independent(columns, orders)
    target = sales / spread
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            model = _model(target, scaled, orders)
            found = _search(model, _start(target, scaled, orders))
            weights, arma = np.split(found.params, [len(kept)])
            around = _sarimax(target - scaled @ weights, orders).filter(arma)
            path = np.asarray(around.forecast(horizon))
    except (np.linalg.LinAlgError, ValueError, IndexError) as error:
        raise FitFailed(f"{orders} could not be estimated ({type(error).__name__})") from error
    parameters = len(found.params) + 1
    used = max(seen - orders.lost, parameters + 1)
    all_weights = np.zeros(columns.shape[1])
    all_weights[kept] = weights * spread / _sizes(columns)[kept]
    fitted = np.asarray(around.fittedvalues) + scaled @ weights
    fitted[: orders.lost] = np.nan
    sigma = float(np.sqrt(max(around.scale, 0.0) * used / (used - parameters)))
    if not (np.isfinite(path).all() and np.isfinite(sigma)):
        raise FitFailed(f"{orders} ran away")
    log_likelihood = float(found.llf) - used * np.log(spread)
    return Estimate(
        orders=orders,
        weights=all_weights,
        arma=arma,
        fitted=fitted * spread,
        path=path * spread,
        sigma=sigma * spread,
        log_likelihood=log_likelihood,
        parameters=parameters,
        used=used,
        note=_note(orders, arma, converged=not len(found.params) or bool(found.mle_retvals["converged"])),
    )


def updated(sales: np.ndarray, columns: np.ndarray, found: Estimate, horizon: int) -> Estimate:
    """The same coefficients and the same size of the errors, after a series (periods) that has gone on; nothing is estimated.

    Raises FitFailed when the series cannot be followed.
    """
    spread = float(np.nanstd(sales)) or 1.0
    regression = columns @ found.weights
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            around = _sarimax((sales - regression) / spread, found.orders).filter(found.arma)
            path = np.asarray(around.forecast(horizon)) * spread
    except (np.linalg.LinAlgError, ValueError, IndexError) as error:
        raise FitFailed(f"{found.orders} could not be carried on ({type(error).__name__})") from error
    fitted = np.asarray(around.fittedvalues) * spread + regression
    fitted[: found.orders.lost] = np.nan
    if not np.isfinite(path).all():
        raise FitFailed(f"{found.orders} ran away")
    return replace(found, fitted=fitted, path=path)


def inverse_roots(orders: Orders, arma: np.ndarray) -> dict[str, np.ndarray]:
    """The inverse roots of the AR and the MA polynomial; a stationary, invertible model has all of them inside the unit circle.

    >>> inverse_roots(Orders((1, 0, 1)), np.array([0.5, -0.4]))
    {'ar': array([0.5]), 'ma': array([0.4])}
    """
    return {kind: np.roots(polynomial) for kind, polynomial in zip(("ar", "ma"), polynomials(orders, arma), strict=True)}


def std_errors(sales: np.ndarray, columns: np.ndarray, found: Estimate) -> np.ndarray:
    """Standard errors of weights and ARMA coefficients, from the curvature of the likelihood; NaN where it says nothing."""
    spread = float(np.nanstd(sales)) or 1.0
    kept, scaled = _independent(columns, found.orders)
    sizes = _sizes(columns)
    result = np.full(len(found.weights) + len(found.arma), np.nan)
    parameters = np.concatenate([found.weights[kept] * sizes[kept] / spread, found.arma])
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            bse = np.asarray(_model(sales / spread, scaled, found.orders).filter(parameters, cov_type="approx").bse)
    except (np.linalg.LinAlgError, ValueError):
        return result
    result[kept] = bse[: len(kept)] * spread / sizes[kept]
    result[len(found.weights) :] = bse[len(kept) :]
    return result


def polynomials(orders: Orders, arma: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The AR and the MA polynomial in the lag, seasonal parts multiplied in: 1 - phi B ..., 1 + theta B ..."""
    (p, _, q), (big_p, _, _, season) = orders.order, orders.seasonal
    ar, ma, seasonal_ar, seasonal_ma = np.split(arma, np.cumsum([p, q, big_p]))
    return (
        np.convolve(np.concatenate([[1.0], -ar]), _spaced(-seasonal_ar, season)),
        np.convolve(np.concatenate([[1.0], ma]), _spaced(seasonal_ma, season)),
    )


def _model(target: np.ndarray, columns: np.ndarray, orders: Orders) -> Any:
    """Differenced beforehand where no period is missing: the likelihood is the same, the state is a fraction."""
    exog = columns if columns.shape[1] else None
    return _sarimax(target, orders, exog=exog, simple_differencing=bool(np.isfinite(target).all()))


def _sarimax(target: np.ndarray, orders: Orders, **options: Any) -> Any:
    from statsmodels.tsa.statespace.sarimax import SARIMAX  # 45 MB that a server which only shows forms does not need

    return SARIMAX(target, concentrate_scale=True, **_statsmodels_orders(orders), **options)


def _search(model: Any, start: np.ndarray) -> Any:
    if not len(start):
        return model.filter(start)
    cost = len(model.endog) * (
        model.k_states**2 * 12 + 1500.0
    )  # a filter step costs some products of the state, and its overhead
    calls = max(60, int(_WORK / cost))
    return model.fit(
        start_params=start, disp=0, cov_type="none", method="lbfgs", maxiter=80, maxfun=calls, factr=_LOOSE, low_memory=False
    )


def _start(target: np.ndarray, columns: np.ndarray, orders: Orders) -> np.ndarray:
    values = bridged(target).values
    first = int(np.argmax(np.isfinite(target)))
    steady, regressors = _differenced(values, orders), _differenced(columns[first : first + len(values)], orders)
    p, _, q = orders.order
    big_p, _, big_q, season = orders.seasonal
    order = Order(p, q, big_p, big_q)
    if np.isfinite(target).all():  # several starts where an ARMA may cancel itself, which gives its likelihood several maxima
        found = maximise(steady, regressors, order, season, starts=5 if p and q and not (big_p or big_q) else 1)
        return np.concatenate([found.weights, found.arma])
    weights = np.linalg.lstsq(regressors, steady, rcond=None)[0] if columns.shape[1] else np.empty(0)
    spectrum = Spectrum.of(steady - regressors @ weights, season, max(p, q, big_p, big_q, 1))
    return np.concatenate([weights, *spectrum.coefficients(order)])


def _independent(columns: np.ndarray, orders: Orders) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the columns that say something of their own after differencing, and those columns in units of their size."""
    if not columns.shape[1]:
        return np.empty(0, dtype=int), columns
    from scipy.linalg import qr  # a server that only shows forms does not need it

    scaled = columns / _sizes(columns)
    _, triangle, pivots = qr(_differenced(scaled, orders), mode="economic", pivoting=True)
    sizes = np.abs(np.diag(triangle))
    kept = np.sort(pivots[: len(sizes)][sizes > 1e-8 * max(sizes.max(), 1e-12)]) if sizes.max() > 1e-10 else pivots[:0]
    return kept, scaled[:, kept]


def _sizes(columns: np.ndarray) -> np.ndarray:
    sizes = np.sqrt((columns**2).mean(axis=0))
    return np.where(sizes > 0, sizes, 1.0)


def _differenced(values: np.ndarray, orders: Orders) -> np.ndarray:
    for _ in range(orders.seasonal[1]):
        values = values[orders.seasonal[3] :] - values[: -orders.seasonal[3]]
    return np.diff(values, n=orders.order[1], axis=0)


def _differencing(orders: Orders) -> np.ndarray:
    """(1 - B)^d (1 - B^s)^D."""
    result = np.ones(1)
    for _ in range(orders.order[1]):
        result = np.convolve(result, [1.0, -1.0])
    for _ in range(orders.seasonal[1]):
        result = np.convolve(result, _spaced(np.array([-1.0]), orders.seasonal[3]))
    return result


def _spaced(coefficients: np.ndarray, season: int) -> np.ndarray:
    result = np.zeros(len(coefficients) * season + 1)
    result[0] = 1.0
    result[season::season] = coefficients
    return result


def _statsmodels_orders(orders: Orders) -> dict[str, tuple[int, ...]]:
    seasonal = orders.seasonal if orders.seasonal[3] > 1 and any(orders.seasonal[:3]) else (0, 0, 0, 0)
    return {"order": orders.order, "seasonal_order": seasonal}


def _note(orders: Orders, arma: np.ndarray, *, converged: bool) -> str:
    """What an analyst should know of the search, in words."""
    ar, ma = polynomials(orders, arma)
    largest = [np.abs(np.roots(polynomial)).max() if len(polynomial) > 1 else 0.0 for polynomial in (ar, ma)]
    if largest[0] > 0.995:
        return "the autoregressive part is at the edge of a unit root: one more difference may fit better"
    if largest[1] > 0.995:
        return "the moving-average part undoes a difference: one difference fewer, or a trend term, may fit better"
    return "" if converged else "the search for the coefficients stopped before it settled: fewer terms may fit as well"
