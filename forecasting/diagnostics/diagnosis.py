"""All of Diagnose for one SKU in one call."""

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import pandas as pd

from forecasting.core.frequency import grain
from forecasting.core.panel import Panel
from forecasting.diagnostics.breaks import Breaks, find_breaks
from forecasting.diagnostics.correlation import Correlogram, autocorrelation, partial_autocorrelation
from forecasting.diagnostics.decomposition import WEAK, Decomposition, decompose, decompose_several
from forecasting.diagnostics.demand import DemandClass, classify
from forecasting.diagnostics.gaps import bridged
from forecasting.diagnostics.orders import Suggestion, suggest_orders
from forecasting.diagnostics.periods import Periods, find_periods, seasons_of
from forecasting.diagnostics.stationarity import Stationarity, stationarity
from forecasting.diagnostics.transform import Transform
from forecasting.features.demand import awake

LONGEST = 2_000  # periods that are looked at; older ones cost time and change nothing
_PLAIN = Transform()
_WORK = 1.2e5  # of the search for orders: a third of a second
T = TypeVar("T", Correlogram, Stationarity)


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What the history of one SKU says; `values` (periods) is the series after the transform, `dates` its periods.

    Correlations and stationarity are those of the transformed series; decomposition, periods, breaks, suggestion and class
    those of the sales. `scale` says what the transform does. Without a transform the reading of the level ends with the
    differences that are suggested, so that there is one verdict.
    """

    unique_id: str
    season: int
    dates: pd.DatetimeIndex
    values: np.ndarray
    gaps: str
    scale: str
    acf: Correlogram
    pacf: Correlogram
    stationarity: Stationarity
    decomposition: Decomposition
    periods: Periods
    breaks: Breaks
    suggestion: Suggestion
    demand: DemandClass

    @property
    def readings(self) -> tuple[str, ...]:
        """Every finding in one sentence, in the order in which one looks."""
        found = (self.demand, self.stationarity, self.periods, self.decomposition, self.breaks, self.acf, self.pacf)
        return (*(entry.reading for entry in found), self.suggestion.reading, self.gaps)


def diagnose(
    panel: Panel, unique_id: str, *, transform: Transform = _PLAIN, season: int | None = None, lags: int | None = None
) -> Diagnosis:
    """Look at one SKU. Raises PanelInvalid when the panel has no such SKU.

    >>> days = pd.date_range("2024-01-01", periods=56)
    >>> sales = pd.DataFrame({"unique_id": "A", "ds": days, "y": [1.0, 2, 3, 4, 5, 6, 9] * 8})
    >>> diagnose(Panel.build(sales), "A").acf.reading
    'Sales repeat after 7 days (correlation 0.87): a seasonal pattern.'
    """
    rows = panel.series(unique_id).tail(LONGEST)
    sales = rows["y"].to_numpy(dtype="float64")
    length, noun = season or panel.season_length, grain(panel.freq).noun
    values = transform.apply(sales, length)
    seasons = (season,) if season else seasons_of(panel.freq, len(bridged(sales).values))
    parts = decompose_several(sales, seasons, noun) if len(seasons) > 1 else decompose(sales, length)
    suggestion = suggest_orders(sales, length, work=_WORK, noun=noun)
    periods = find_periods(sales, panel.freq)
    repeats = (periods if transform == _PLAIN else find_periods(values, panel.freq)).lengths
    return Diagnosis(
        unique_id=unique_id,
        season=length,
        dates=pd.DatetimeIndex(rows["ds"]),
        values=values,
        gaps=_gaps(sales, len(panel.series(unique_id)), noun),
        scale=transform.note(sales, length),
        acf=_after(transform, autocorrelation(values, lags, length, repeats=repeats, noun=noun)),
        pacf=_after(transform, partial_autocorrelation(values, lags, length, repeats=repeats, noun=noun)),
        stationarity=_verdict(stationarity(values, noun), transform, suggestion),
        decomposition=_doubted(parts, periods),
        periods=periods,
        breaks=find_breaks(sales, parts.seasonal, season=min(length, 53), noun=noun),
        suggestion=suggestion,
        demand=classify(awake(sales[None], pd.DatetimeIndex(rows["ds"]), panel.freq)[0], noun),
    )


def _verdict(tests: Stationarity, transform: Transform, suggestion: Suggestion) -> Stationarity:
    """The tests' finding, with what the search for orders makes of it where both look at the same series."""
    if transform != _PLAIN:
        return _after(transform, tests)
    if tests.verdict in ("constant", "too short"):
        return tests
    return replace(tests, reading=f"{tests.reading} {suggestion.steadied()}")


def _after(transform: Transform, found: T) -> T:
    """What was found of the transformed series, which is not what was sold."""
    if transform == _PLAIN:
        return found
    reading = found.reading[0].lower() + found.reading[1:]
    return replace(found, reading=f"After this change: {reading}")


def _doubted(parts: Decomposition, periods: Periods) -> Decomposition:
    """STL finds some season in any noise; where no length repeats beyond chance, that is said beside its strength."""
    if periods.lengths != () or parts.seasonal_strength <= WEAK:
        return parts
    said = parts.reading
    return replace(parts, reading=f"{said} Nothing repeats beyond chance, so this season may be chance.")


def _gaps(sales: np.ndarray, length: int, noun: str) -> str:
    said = bridged(sales).told(noun)
    return said if length <= LONGEST else f"The last {LONGEST:,} of {length:,} {noun}s are looked at. {said}"
