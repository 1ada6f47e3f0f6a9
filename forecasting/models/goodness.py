"""How well a regression fits the past: standard error of the residuals, R² and information criteria, as R's `lm` has them."""

from dataclasses import dataclass

import numpy as np

from forecasting.models.described import Described


@dataclass(frozen=True)
class Goodness:
    """One regression: `observed` periods, `parameters` spent (with the constant; a penalty makes them fewer), `sigma`
    the residual standard error, and its log likelihood (NaN where the family has none in closed form).
    """

    observed: int
    parameters: float
    sigma: float
    r_squared: float
    log_likelihood: float
    counts: bool = False

    @property
    def freedom(self) -> float:
        """Degrees of freedom that are left for the errors."""
        return self.observed - self.parameters

    @property
    def adjusted(self) -> float:
        """R² with each parameter paid for; NaN where none is left to pay with. Theil (1961)."""
        if self.freedom <= 0:
            return float("nan")
        return 1.0 - (1.0 - self.r_squared) * (self.observed - 1) / self.freedom

    def text(self) -> str:
        """Two lines of plain text."""
        lines = [
            f"residual standard error {_known(self.sigma, '.4g')} on {self.freedom:.4g} degrees of freedom, "
            f"R² {_known(self.r_squared, '.3f')}, adjusted R² {_known(self.adjusted, '.3f')}"
        ]
        if np.isfinite(self.log_likelihood):
            count = self.parameters + (0 if self.counts else 1)  # the variance is a parameter of normal errors
            fit = Described("", log_likelihood=self.log_likelihood, count=count, observed=self.observed)
            lines.append(fit.criteria)
        return "\n".join(lines)


def _known(value: float, form: str) -> str:
    return format(value, form) if np.isfinite(value) else "—"


def goodness(target: np.ndarray, fitted: np.ndarray, parameters: float, family: str) -> Goodness:
    """Of one regression: its target and fit (periods; NaN is left out), on the scale where it was estimated.

    `family` is "poisson", "tweedie", or anything else for normal errors. Venables and Ripley (2002), Modern Applied Statistics
    with S, sections 6.1 and 7.1.

    >>> line = goodness(np.array([100.0, 120, 90, 150, 80]), np.array([110.0, 109, 108, 107, 106]), 2, "least squares")
    >>> print(line.text())
    residual standard error 31.99 on 3 degrees of freedom, R² 0.003, adjusted R² -0.329
    log likelihood -23.14, AIC 52.29, AICc 76.29, BIC 51.12
    """
    seen = ~(np.isnan(target) | np.isnan(fitted))
    actual, expected = target[seen], fitted[seen]
    squares, total = ((actual - expected) ** 2).sum(), ((actual - actual.mean()) ** 2).sum() if len(actual) else 0.0
    spare = len(actual) - parameters
    return Goodness(
        observed=len(actual),
        parameters=float(parameters),
        sigma=float(np.sqrt(squares / spare)) if spare > 0 else float("nan"),
        r_squared=float(1 - squares / total) if total > 0 else float("nan"),
        log_likelihood=_log_likelihood(actual, expected, squares, family),
        counts=family == "poisson",
    )


def _log_likelihood(actual: np.ndarray, expected: np.ndarray, squares: float, family: str) -> float:
    from scipy.special import gammaln, xlogy

    if family == "poisson":
        whole = (actual == np.round(actual)).all()
        return float((xlogy(actual, expected) - expected - gammaln(actual + 1)).sum()) if whole else float("nan")
    if family == "tweedie" or squares <= 0:
        return float("nan")
    count = len(actual)
    return float(-count / 2 * (np.log(2 * np.pi * squares / count) + 1))
