"""ARIMA with regressors: each series explained by its own past, its surprises, and what is known ahead."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from forecasting.calendar.events import Event
from forecasting.calendar.holidays import COUNTRIES
from forecasting.core.errors import FitFailed, SpecInvalid
from forecasting.core.forecast import Forecast, Gaussian
from forecasting.core.frequency import grain
from forecasting.core.knob import SEASON, among, between, check_knobs, knob
from forecasting.core.model import Failure
from forecasting.core.panel import Panel
from forecasting.core.progress import report
from forecasting.diagnostics.gaps import bridged, is_flat
from forecasting.features.design import Design, affordable, design
from forecasting.features.terms import Terms
from forecasting.models.naive import FittedCycle, WindowMean
from forecasting.models.sarimax import Estimate, Orders, estimate, std_errors

LONGEST = 1_500  # periods: older ones cost time and change nothing
_CEILING = 3.0  # times the highest sales ever: no ARIMA is trusted beyond
_CHUNK = 25
_KEPT = 4  # how many usual horizons are kept ready; a longer one is computed when it is asked for
_LEAST = 4
_COEFFICIENTS = ("unique_id", "term", "estimate", "std_error", "lower", "upper", "p_value")
_NONE = Orders((0, 0, 0))


@dataclass(frozen=True)
class Arima:
    """SARIMAX by exact likelihood; orders that are not given are suggested for each series.

    `order` is (p, d, q), `seasonal_order` (P, D, Q, s); with an order but no seasonal order there is no seasonal part. A
    constant is in the model where nothing is differenced. Missing periods are bridged by the model itself. A series that is too
    short, or on which the search fails, falls back to the window mean. Box, Jenkins, Reinsel and Ljung (2015); FPP3, 9 and 10.

    >>> rng = np.random.default_rng(0)
    >>> sales = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=200), "y": 50 + rng.normal(size=200)})
    >>> Arima(order=(1, 0, 0)).fit(Panel.build(sales)).forecast(2).mean.round(0).tolist()
    [[50.0, 50.0]]
    """

    name: ClassVar[str] = "arima"
    order: tuple[int, int, int] | None = knob(
        None, "p, d, q", "Past values, differences, past surprises. Empty: suggested for each SKU.", low=0, high=10,
        search=(between(0, 2), between(0, 1), between(0, 2)),
    )  # fmt: skip
    seasonal_order: tuple[int, int, int, int] | None = knob(
        None,
        "P, D, Q, s",
        "The same from season to season, and the season's length. Empty: with p, d, q suggested.",
        low=0,
        high=366,
        search=(between(0, 1), between(0, 1), between(0, 1), SEASON),
    )
    drift: bool = knob(False, "Drift", "Let the level rise or fall by a steady amount.", search=among(False, True))
    regressors: bool = knob(True, "Price and promotions", "Use the regressors that are planned ahead.")
    stock: bool = knob(True, "Stock-outs", "Where a stock column says that nothing was left, do not take that for low demand.")
    year_waves: int | None = knob(
        None, "Yearly waves", "Smooth yearly pattern for days and weeks: sine and cosine pairs; 0 for none.", low=0, high=12,
        search=between(0, 4),
    )  # fmt: skip
    country: str = knob(
        "none", "Holidays of", "Public holidays and shopping festivals of a country.", choices=("none", *COUNTRIES)
    )
    tried: int = knob(
        1, "Candidates", "How many of the suggested orders are fitted exactly, to keep the best.", low=1, high=10, advanced=True
    )
    events: tuple[Event, ...] = ()
    jobs: int = 1

    def __post_init__(self) -> None:
        check_knobs(self)
        if self.order is None and self.seasonal_order is not None:
            raise SpecInvalid(
                "A seasonal order is given without p, d, q; give both, or leave both empty to have them suggested."
            )
        for what, orders in (("d", self.order), ("D", self.seasonal_order)):
            if orders is not None and (min(orders) < 0 or orders[1] > 2 or max(orders[0], orders[2]) > 10):
                raise SpecInvalid(f"The orders {orders} are out of range: {what} goes up to 2, the others up to 10.")

    def fit(self, panel: Panel) -> "FittedArima":
        horizon = _KEPT * grain(panel.freq).horizon
        results: list[Result] = []
        for chunk in _in_chunks(self, _series(self, panel), panel.season_length, horizon):
            results.extend(chunk)
            report(len(results) / len(panel), f"{len(results):,} of {len(panel):,} SKUs")
        return FittedArima(self, panel, tuple(results), WindowMean().fit(panel))

    def fit_one(self, sales: np.ndarray, columns: np.ndarray, season: int, horizon: int) -> Estimate:
        """Fit one series (periods; NaN is missing) with its regressors (periods, columns). Raises FitFailed."""
        tries = [
            estimate(sales, self.with_trend(columns, orders, 0), orders, horizon)
            for orders in self._orders(sales, columns, season)
        ]
        return min(tries, key=lambda found: found.aicc)

    def with_trend(self, columns: np.ndarray, orders: Orders, before: int) -> np.ndarray:
        """Constant and drift, where they are in the model, in front of regressors that begin one period after `before`."""
        periods = before + np.arange(1.0, len(columns) + 1)[:, None]
        names = self.trend_names(orders)
        trend = [np.ones_like(periods) if name == "constant" else periods for name in names]
        return np.concatenate([*trend, columns], axis=1)

    def trend_names(self, orders: Orders) -> tuple[str, ...]:
        """Which of constant and drift are in the model."""
        constant = ("constant",) if orders.differences == 0 else ()
        return (*constant, "drift") if self.drift and orders.differences < 2 else constant

    def terms(self) -> Terms:
        """What is explained by the calendar and the regressors, beside the series' own past."""
        return Terms(
            trend="none", hour="none", weekday="none", month="none", year_waves=self.year_waves, country=self.country,
            events=self.events, regressors=self.regressors, stock=self.stock,
        )  # fmt: skip

    def _orders(self, sales: np.ndarray, columns: np.ndarray, season: int) -> list[Orders]:
        if self.order is not None:
            seasonal = self.seasonal_order or _NONE.seasonal
            return [Orders(self.order, seasonal if seasonal[3] > 1 else _NONE.seasonal)]
        first = int(np.argmax(np.isfinite(sales)))
        values = bridged(sales).values
        explained = columns[first : first + len(values)] if columns.shape[1] else None
        from forecasting.diagnostics.orders import suggest_orders

        suggestion = suggest_orders(values, season, explained)
        return [Orders(entry.order, entry.seasonal_order) for entry in suggestion.candidates[: self.tried]]


@dataclass(frozen=True)
class Level:
    """A series without variation: its level, and what is said of it."""

    value: float


Result = Estimate | Level | Failure


@dataclass(frozen=True, eq=False)
class Single:
    """One series for the search: the last `LONGEST` periods from the first known one, and its columns."""

    unique_id: str
    sales: np.ndarray
    columns: np.ndarray
    active: np.ndarray


@dataclass(frozen=True, eq=False)
class FittedArima:
    """An ARIMA for each SKU: `results` holds an Estimate, a Level where nothing varies, or a Failure (then `plain`)."""

    spec: Arima
    panel: Panel
    results: tuple[Result, ...]
    plain: FittedCycle

    @property
    def failures(self) -> tuple[Failure, ...]:
        return tuple(result for result in self.results if isinstance(result, Failure))

    def forecast(self, horizon: int, future: pd.DataFrame | None = None) -> Forecast:
        ahead = design(self.panel, horizon, future, self.spec.terms()).future()
        fallback = self.plain.forecast(horizon)
        errors = fallback.errors
        mean, sigma, psi = fallback.mean.copy(), errors.sigma.copy(), errors.psi.copy()  # type: ignore[attr-defined]
        series = _series(self.spec, self.panel)
        flags = []
        for row, (result, single) in enumerate(zip(self.results, series, strict=True)):
            flags.append(_flag(result))
            if isinstance(result, Level):
                mean[row], sigma[row] = max(result.value, 0.0), 0.0
            elif isinstance(result, Estimate):
                mean[row] = self._ahead(result, single, ahead[row][:, single.active])
                sigma[row], psi[row] = result.sigma, result.psi(horizon)
        return Forecast(
            model=self.spec.name,
            cutoff=self.panel.last,
            ids=self.panel.ids,
            dates=fallback.dates,
            mean=mean,
            errors=Gaussian(sigma, psi),
            flags=tuple(flags),
        )

    def residuals(self) -> pd.DataFrame:
        expected = self.plain.expected.copy()
        for row, result in enumerate(self.results):
            if isinstance(result, Level):
                expected[row] = result.value
            elif isinstance(result, Estimate):
                expected[row] = np.nan
                expected[row, -len(result.fitted) :] = result.fitted
        rows = self.panel.frame[["unique_id", "ds", "y"]]
        return rows.assign(fitted=self.panel.rows(expected)).dropna().reset_index(drop=True)

    def coefficients(self) -> pd.DataFrame:
        """Rows `unique_id, term, estimate, std_error, lower, upper, p_value`; normal approximation from the likelihood."""
        tables = [
            self._table(result, single)
            for result, single in zip(self.results, _series(self.spec, self.panel), strict=True)
            if isinstance(result, Estimate)
        ]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(_COEFFICIENTS))

    def orders(self) -> pd.DataFrame:
        """Rows `unique_id, orders, aicc, note`: what was fitted to each SKU."""
        fits = [(name, found) for name, found in zip(self.panel.ids, self.results, strict=True) if isinstance(found, Estimate)]
        rows = [(name, str(found.orders), found.aicc, found.note) for name, found in fits]
        return pd.DataFrame(rows, columns=["unique_id", "orders", "aicc", "note"])

    def summary(self, unique_id: str) -> str:
        row = self.panel.ids.index(unique_id)
        result = self.results[row]
        if isinstance(result, Failure):
            return f"{unique_id}: {result.reason}."
        if isinstance(result, Level):
            return f"{unique_id}: sales are always {result.value:g}, so there is nothing to estimate."
        table = self._table(result, _series(self.spec, self.panel.select([unique_id]))[0]).drop(columns="unique_id")
        head = f"{result.orders} for {unique_id}: log likelihood {result.log_likelihood:.2f}, AICc {result.aicc:.2f}"
        note = f"\nNote: {result.note}." if result.note else ""
        return f"{head}, sigma {result.sigma:.4g}\n{table.to_string(index=False, float_format='%.4g')}{note}"

    def _ahead(self, result: Estimate, single: Single, columns: np.ndarray) -> np.ndarray:
        horizon = len(columns)
        found = result
        if horizon > len(result.path):
            fixed = replace(self.spec, order=result.orders.order, seasonal_order=result.orders.seasonal)
            found = fixed.fit_one(single.sales, single.columns, self.panel.season_length, horizon)
        regression = self.spec.with_trend(columns, found.orders, len(single.sales)) @ found.weights
        return np.clip(found.path[:horizon] + regression, 0.0, max(_CEILING * float(np.nanmax(single.sales)), 0.0))

    def _table(self, found: Estimate, single: Single) -> pd.DataFrame:
        columns = self.spec.with_trend(single.columns, found.orders, 0)
        names = np.asarray(design(self.panel, 0, None, self.spec.terms()).names, dtype=object)[single.active]
        estimates = np.concatenate([found.weights, found.arma])
        error = std_errors(single.sales, columns, found)
        margin = ndtri(0.975) * error
        with np.errstate(divide="ignore", invalid="ignore"):
            p_value = 2 * ndtr(-np.abs(estimates / error))
        terms = [*self.spec.trend_names(found.orders), *names, *found.orders.coefficients]
        values = (single.unique_id, terms, estimates, error, estimates - margin, estimates + margin, p_value)
        return pd.DataFrame(dict(zip(_COEFFICIENTS, values, strict=True)))


def _series(spec: Arima, panel: Panel) -> list[Single]:
    made = design(panel, 0, None, spec.terms())
    sales = panel.matrix()
    active = affordable(made, np.diff(panel.indptr), (~np.isnan(sales)).sum(axis=1))
    firsts = np.maximum(np.argmax(np.isfinite(sales), axis=1), sales.shape[1] - LONGEST)
    return [
        Single(name, sales[row, first:], _columns(made, row, first)[:, active[row]], active[row])
        for row, (name, first) in enumerate(zip(panel.ids, firsts, strict=True))
    ]


def _columns(made: Design, row: int, first: int) -> np.ndarray:
    return made.history(slice(row, row + 1))[0, first:]


def _in_chunks(spec: Arima, series: list[Single], season: int, horizon: int) -> Iterator[list[Result]]:
    from joblib import Parallel, delayed, parallel_config

    chunks = [series[start : start + _CHUNK] for start in range(0, len(series), _CHUNK)]
    jobs = min(spec.jobs, len(chunks))
    with parallel_config(backend="loky" if jobs > 1 else "sequential", inner_max_num_threads=1 if jobs > 1 else None):
        yield from Parallel(n_jobs=jobs, return_as="generator")(
            delayed(_chunk)(spec, chunk, season, horizon) for chunk in chunks
        )


def _chunk(spec: Arima, series: list[Single], season: int, horizon: int) -> list[Result]:
    return [_result(spec, single, season, horizon) for single in series]


def _result(spec: Arima, single: Single, season: int, horizon: int) -> Result:
    known = single.sales[np.isfinite(single.sales)]
    if len(known) < _LEAST:
        return Failure(single.unique_id, f"only {len(known)} periods have sales data; the window mean is used")
    if is_flat(known):
        return Level(float(known[-1]))
    try:
        return spec.fit_one(single.sales, single.columns, season, horizon)
    except FitFailed as failed:
        return Failure(single.unique_id, f"{failed}; the window mean is used")


def _flag(result: Result) -> str:
    return result.reason if isinstance(result, Failure) else result.note if isinstance(result, Estimate) else ""
