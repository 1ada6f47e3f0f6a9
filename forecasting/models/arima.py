"""ARIMA with regressors: each series explained by its own past, its surprises, and what is known ahead."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd

from forecasting.calendar.events import Event
from forecasting.calendar.holidays import COUNTRIES
from forecasting.core.errors import FitFailed, InputError, SpecInvalid
from forecasting.core.forecast import Forecast, Gaussian
from forecasting.core.frequency import grain
from forecasting.core.knob import SEASON, among, between, check_knobs, knob
from forecasting.core.model import Failure
from forecasting.core.panel import Panel
from forecasting.core.parallel import chunk_size, one_thread, spread
from forecasting.core.progress import report
from forecasting.diagnostics.gaps import bridged, is_flat
from forecasting.features.design import Design, affordable, design
from forecasting.features.terms import Terms
from forecasting.models.naive import FittedCycle, WindowMean
from forecasting.models.powers import TRANSFORMS, Bent, Power
from forecasting.models.sarimax import Estimate, Orders, estimate, inverse_roots, std_errors, updated

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
    transform: str = knob(
        "none",
        "Transform",
        "Model the logarithm or a power of sales, where peaks grow with the level. The bias of going back is corrected.",
        choices=TRANSFORMS,
        search=among(*TRANSFORMS),
    )
    drift: bool | None = knob(
        None, "Drift", "Let the level rise or fall by a steady amount. Automatic: where the search for orders finds it better.",
        search=among(False, True),
    )  # fmt: skip
    bends: int = knob(
        0, "Trend bends", "How many times the course of the level may bend in the past, and level off ahead; 0: no such trend.",
        low=0, high=10, advanced=True, search=between(0, 4),
    )  # fmt: skip
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
    appended: int = knob(
        0, "Only appended", "So many of the last periods are taken in, but the coefficients are those of before; 0: none.",
        low=0, high=1_000, advanced=True,
    )  # fmt: skip
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
        if self.appended:
            return self._appending(panel)
        horizon = _KEPT * grain(panel.freq).horizon
        results: list[Result] = []
        scale = Power.of(panel.matrix(), self.transform, panel.season_length, shift=None)
        for chunk in _in_chunks(self, _series(self, panel, scale), panel.season_length, horizon):
            results.extend(chunk)
            report(len(results) / len(panel), f"{len(results):,} of {len(panel):,} SKUs")
        return FittedArima(self, panel, tuple(results), WindowMean().fit(panel), scale)

    def _appending(self, panel: Panel) -> "FittedArima":
        count = len(panel.calendar)
        if count < self.appended + _LEAST:
            raise SpecInvalid(f"{self.appended} of {count} periods are to be appended only: too few are left to learn from.")
        before = panel.until(panel.calendar[-1 - self.appended])
        return replace(replace(self, appended=0).fit(before).append(panel), spec=self)

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
        return (*constant, "drift") if orders.drift and orders.differences < 2 else constant

    def terms(self) -> Terms:
        """What is explained by the calendar and the regressors, beside the series' own past."""
        return Terms(
            trend="piecewise" if self.bends else "none", knots=max(self.bends, 1), hour="none", weekday="none", month="none",
            year_waves=self.year_waves, country=self.country, events=self.events, regressors=self.regressors, stock=self.stock,
        )  # fmt: skip

    def _orders(self, sales: np.ndarray, columns: np.ndarray, season: int) -> list[Orders]:
        if self.order is not None:
            seasonal = self.seasonal_order or _NONE.seasonal
            return [Orders(self.order, seasonal if seasonal[3] > 1 else _NONE.seasonal, drift=bool(self.drift))]
        first = int(np.argmax(np.isfinite(sales)))
        values = bridged(sales).values
        explained = columns[first : first + len(values)] if columns.shape[1] else None
        from forecasting.diagnostics.orders import suggest_orders

        suggestion = suggest_orders(values, season, explained)
        return [
            Orders(entry.order, entry.seasonal_order, entry.drift if self.drift is None else self.drift)
            for entry in suggestion.candidates[: self.tried]
        ]


@dataclass(frozen=True)
class Level:
    """A series without variation: its level, on the scale of the model."""

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
    """An ARIMA for each SKU: `results` holds an Estimate, a Level where nothing varies, or a Failure (then `plain`).

    `scale` is the transform of each SKU; `learnt` the panel that the coefficients come from, where that is not `panel`.
    """

    spec: Arima
    panel: Panel
    results: tuple[Result, ...]
    plain: FittedCycle
    scale: Power
    learnt: Panel | None = None

    @property
    def failures(self) -> tuple[Failure, ...]:
        return tuple(result for result in self.results if isinstance(result, Failure))

    def forecast(self, horizon: int, future: pd.DataFrame | None = None) -> Forecast:
        ahead = design(self.panel, horizon, future, self.spec.terms(), self.learnt).future()
        fallback = self.plain.forecast(horizon)
        errors = fallback.errors
        centre, sigma, psi = fallback.mean.copy(), errors.sigma.copy(), errors.psi.copy()  # type: ignore[attr-defined]
        bent = np.zeros(len(self.panel), dtype=bool)
        for row, (result, single) in enumerate(zip(self.results, self._series(), strict=True)):
            bent[row] = not isinstance(result, Failure)
            if isinstance(result, Level):
                centre[row], sigma[row] = result.value, 0.0
            elif isinstance(result, Estimate):
                centre[row] = self._ahead(result, single, ahead[row][:, single.active])
                sigma[row], psi[row] = result.sigma, result.psi(horizon)
        scale = Power(np.where(bent, self.scale.power, 1.0), np.where(bent, self.scale.shift, 1.0))
        mean = scale.unbiased(centre, sigma[:, None] * np.sqrt(np.cumsum(psi**2, axis=1)))
        most = _CEILING * np.nanmax(np.nan_to_num(self.panel.matrix()), axis=1, keepdims=True)
        return Forecast(
            model=self.spec.name,
            cutoff=self.panel.last,
            ids=self.panel.ids,
            dates=fallback.dates,
            mean=np.where(bent[:, None], np.clip(mean, 0.0, np.maximum(most, 0.0)), fallback.mean),
            errors=Gaussian(sigma, psi) if scale.idle else Bent(scale, centre, sigma, psi),
            flags=tuple(_flag(result) for result in self.results),
        )

    def append(self, panel: Panel) -> "FittedArima":
        """The same coefficients after a panel that has gone on: its SKUs are carried on, in a fraction of the time of a fit.

        SKUs that are new, or whose earlier periods are gone, are fitted. Raises InputError when the panel knows other
        regressors, or is of another frequency.
        """
        learnt = self.learnt or self.panel
        if panel.known != learnt.known or panel.freq != learnt.freq:
            raise InputError(
                f"The model was fitted to '{learnt.freq}' data that knows {', '.join(learnt.known) or 'no regressors'}; the "
                f"new data is '{panel.freq}' and knows {', '.join(panel.known) or 'none'}. Bring the same, or fit again."
            )
        return replace(_carried_on(self, panel, learnt), plain=WindowMean().fit(panel))

    def residuals(self) -> pd.DataFrame:
        expected = self.plain.expected.copy()
        for row, result in enumerate(self.results):
            scale = self.scale.take(np.array([row]))
            if isinstance(result, Level):
                expected[row] = scale.back(np.array([result.value]))
            elif isinstance(result, Estimate):
                expected[row] = np.nan
                fitted = result.fitted[None]
                expected[row, -len(result.fitted) :] = scale.unbiased(fitted, np.full_like(fitted, result.sigma))[0]
        rows = self.panel.frame[["unique_id", "ds", "y"]]
        return rows.assign(fitted=self.panel.rows(expected)).dropna().reset_index(drop=True)

    def coefficients(self) -> pd.DataFrame:
        """Rows `unique_id, term, estimate, std_error, lower, upper, p_value`; normal approximation from the likelihood."""
        tables = [
            self._table(row, result, single)
            for row, (result, single) in enumerate(zip(self.results, self._series(), strict=True))
            if isinstance(result, Estimate)
        ]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(_COEFFICIENTS))

    def orders(self) -> pd.DataFrame:
        """Rows `unique_id, orders, aicc, note`: what was fitted to each SKU."""
        fits = [(name, found) for name, found in zip(self.panel.ids, self.results, strict=True) if isinstance(found, Estimate)]
        rows = [(name, str(found.orders), found.aicc, found.note) for name, found in fits]
        return pd.DataFrame(rows, columns=["unique_id", "orders", "aicc", "note"])

    def roots(self, unique_id: str) -> pd.DataFrame:
        """Rows `part` (ar or ma), `real`, `imaginary`, `size`: inverse roots, which lie inside the unit circle."""
        result = self.results[self.panel.ids.index(unique_id)]
        found = inverse_roots(result.orders, result.arma) if isinstance(result, Estimate) else {}
        rows = [(part, root.real, root.imag, abs(root)) for part, roots in found.items() for root in roots]
        return pd.DataFrame(rows, columns=["part", "real", "imaginary", "size"])

    def summary(self, unique_id: str) -> str:
        row = self.panel.ids.index(unique_id)
        result = self.results[row]
        if isinstance(result, Failure):
            return f"{unique_id}: {result.reason}."
        if isinstance(result, Level):
            level = self.scale.take(np.array([row])).back(np.array([result.value]))[0]
            return f"{unique_id}: sales are always {level:g}, so there is nothing to estimate."
        table = self._table(row, result, self._series()[row]).drop(columns="unique_id")
        table.insert(3, "z", table["estimate"] / table["std_error"])
        note = f"\nNote: {result.note}." if result.note else ""
        if self.learnt is not None:
            note += f"\nThe coefficients are those of {self.learnt.last:%Y-%m-%d}; what came later is appended."
        return (
            f"{result.orders} for {unique_id}\n{table.to_string(index=False, float_format='%.4g', na_rep='—')}\n"
            f"sigma {result.sigma:.4g}, sigma^2 {result.sigma**2:.4g}\n{result.criteria}{note}"
        )

    def _ahead(self, result: Estimate, single: Single, columns: np.ndarray) -> np.ndarray:
        horizon = len(columns)
        found = result
        if horizon > len(result.path):
            orders = result.orders
            fixed = replace(self.spec, order=orders.order, seasonal_order=orders.seasonal, drift=orders.drift)
            found = fixed.fit_one(single.sales, single.columns, self.panel.season_length, horizon)
        regression = self.spec.with_trend(columns, found.orders, len(single.sales)) @ found.weights
        return found.path[:horizon] + regression

    def _series(self) -> "list[Single]":
        return _series(self.spec, self.panel, self.scale, self.learnt)

    @cached_property
    def _tables(self) -> dict[int, pd.DataFrame]:
        """What was worked out for a SKU's coefficients: its standard errors take as long as a third of its fit."""
        return {}

    @cached_property
    def _names(self) -> np.ndarray:
        """The regressors that a SKU may have."""
        return np.asarray(design(self.panel, 0, None, self.spec.terms()).names, dtype=object)

    def _table(self, row: int, found: Estimate, single: Single) -> pd.DataFrame:
        if row not in self._tables:
            self._tables[row] = self._inferred(found, single)
        return self._tables[row]

    def _inferred(self, found: Estimate, single: Single) -> pd.DataFrame:
        from scipy.special import ndtr, ndtri  # a server that only shows forms does not need it

        columns = self.spec.with_trend(single.columns, found.orders, 0)
        estimates = np.concatenate([found.weights, found.arma])
        with one_thread():
            error = std_errors(single.sales, columns, found)
        margin = ndtri(0.975) * error
        with np.errstate(divide="ignore", invalid="ignore"):
            p_value = 2 * ndtr(-np.abs(estimates / error))
        terms = [*self.spec.trend_names(found.orders), *self._names[single.active], *found.orders.coefficients]
        values = (single.unique_id, terms, estimates, error, estimates - margin, estimates + margin, p_value)
        return pd.DataFrame(dict(zip(_COEFFICIENTS, values, strict=True)))


def _series(spec: Arima, panel: Panel, scale: Power, learnt: Panel | None = None) -> list[Single]:
    """Each series from where its coefficients were learnt, on the scale of the model."""
    made = design(panel, 0, None, spec.terms(), learnt)
    target = scale.forward(panel.matrix())
    known = (learnt or panel).matrix()
    active = affordable(made, np.diff((learnt or panel).indptr), (~np.isnan(known)).sum(axis=1))
    firsts = np.maximum(np.argmax(np.isfinite(known), axis=1), known.shape[1] - LONGEST)
    return [
        Single(name, target[row, first:], _columns(made, row, first)[:, active[row]], active[row])
        for row, (name, first) in enumerate(zip(panel.ids, firsts, strict=True))
    ]


def _carried_on(fitted: FittedArima, panel: Panel, learnt: Panel) -> FittedArima:
    """The estimates after all periods of a longer panel; what has no estimate, or not the same past, is fitted."""
    horizon = _KEPT * grain(panel.freq).horizon
    same = panel.ids == learnt.ids and panel.calendar[: len(learnt.calendar)].equals(learnt.calendar)
    if not same:
        return fitted.spec.fit(panel)
    found = replace(fitted, panel=panel, learnt=learnt)
    fresh = {row for row, result in enumerate(fitted.results) if not isinstance(result, Estimate)}
    results = list(fitted.results)
    for row, single in enumerate(found._series()):
        result = results[row]
        if isinstance(result, Estimate):
            columns = fitted.spec.with_trend(single.columns, result.orders, 0)
            try:
                results[row] = updated(single.sales, columns, result, horizon)
            except FitFailed:
                fresh.add(row)
        if row in fresh:
            results[row] = _result(fitted.spec, single, panel.season_length, horizon)
    return replace(found, results=tuple(results))


def _columns(made: Design, row: int, first: int) -> np.ndarray:
    return made.history(slice(row, row + 1))[0, first:]


def _in_chunks(spec: Arima, series: list[Single], season: int, horizon: int) -> Iterator[tuple[Result, ...]]:
    size = chunk_size(_CHUNK, len(series))
    chunks = [tuple(series[start : start + size]) for start in range(0, len(series), size)]
    yield from spread(_Work(spec, season, horizon), chunks, spec.jobs)


@dataclass(frozen=True)
class _Work:
    """What is done with a chunk of series."""

    spec: Arima
    season: int
    horizon: int

    def __call__(self, chunk: tuple[Single, ...]) -> tuple[Result, ...]:
        return tuple(_result(self.spec, single, self.season, self.horizon) for single in chunk)


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
