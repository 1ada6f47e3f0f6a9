"""The memory of one SKU's sales: what they repeat, whether their level holds, and which ARIMA orders follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecasting.core.frequency import grain
from forecasting.core.number import number
from forecasting.core.panel import Panel
from forecasting.explore.season import Season, season
from forecasting.explore.unusual import MOST, unusual
from forecasting.workflow.request import run

if TYPE_CHECKING:  # the server shows diagnoses and never makes them, so it does not load the libraries for it
    from forecasting.diagnostics.breaks import Breaks
    from forecasting.diagnostics.correlation import Correlogram
    from forecasting.diagnostics.diagnosis import Diagnosis as Found
    from forecasting.diagnostics.orders import Suggestion

_LONG_SEARCH = 3e6  # some ten seconds


@dataclass(frozen=True)
class Look:
    """What is done to the sales before they are looked at; the fields are those of `diagnostics.transform.Transform`."""

    scale: str = "as it is"
    differences: int = 0
    seasonal_differences: int = 0


@dataclass(frozen=True)
class Diagnose:
    """Ask what the history of one SKU (a panel of one) says of itself."""

    panel: Panel
    look: Look = Look()


@dataclass(frozen=True)
class FindOrders:
    """Ask for a longer search for the orders of one SKU (a panel of one) than a diagnosis has time for."""

    panel: Panel


@dataclass(frozen=True, eq=False)
class Memory:
    """A correlogram: rows `lag, value, band, bartlett`, and what they say in one sentence."""

    frame: pd.DataFrame
    reading: str


@dataclass(frozen=True)
class Level:
    """The three tests of a steady level, and their joint verdict in one sentence; NaN where a test could not be run."""

    adf: float
    adf_p: float
    pp: float
    pp_p: float
    kpss: float
    kpss_p: float
    reading: str


@dataclass(frozen=True, eq=False)
class Parts:
    """Sales taken apart: rows `ds, value, trend, seasonal, remainder`, how strong trend and season are (0 to 1), a sentence.

    With several seasons there is a column `season S` for each of them; `seasons` are their lengths.
    """

    frame: pd.DataFrame
    trend: float
    seasonal: float
    seasons: tuple[int, ...]
    reading: str


@dataclass(frozen=True)
class Demand:
    """ADI and CV² of a SKU's sales, the class of demand that follows, and what it means."""

    interval: float
    variation: float
    name: str
    reading: str


@dataclass(frozen=True, eq=False)
class Waves:
    """The periodogram, rows `period, share` (of the variance), the lengths that repeat, and a sentence."""

    frame: pd.DataFrame
    found: tuple[int, ...]
    reading: str


@dataclass(frozen=True, eq=False)
class Steps:
    """Where the level broke: rows `ds, before, after`, the level over time (rows `ds, value, level`), and a sentence."""

    frame: pd.DataFrame
    level: pd.DataFrame
    reading: str


@dataclass(frozen=True)
class Orders:
    """The ARIMA orders that suit the sales as they are, why, and how the best ones compare (rows `model, aicc, delta`)."""

    order: tuple[int, int, int]
    seasonal_order: tuple[int, int, int, int]
    reasons: tuple[str, ...]
    reading: str
    candidates: pd.DataFrame
    drift: bool = False


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """All that Diagnose asks for: `shown` are rows `ds, value` of the transformed sales, `scale` says what was done to them,
    `odd` the periods that stand out with a sentence, `gaps` a sentence about missing periods."""

    shown: pd.DataFrame
    scale: str
    demand: Demand
    acf: Memory
    pacf: Memory
    level: Level
    parts: Parts
    waves: Waves
    season: Season
    steps: Steps
    orders: Orders
    odd: pd.DataFrame
    odd_reading: str
    gaps: str


@run.register
def diagnose(request: Diagnose) -> Diagnosis:
    """Carry it out; tests and correlations look at the transformed sales, everything else at the sales as they are."""
    from forecasting.diagnostics.diagnosis import diagnose as look_at
    from forecasting.diagnostics.transform import Transform

    panel, look = request.panel, request.look
    transform = Transform(look.scale, differences=look.differences, seasonal_differences=look.seasonal_differences)
    found = look_at(panel, panel.ids[0], transform=transform)
    tests, parts, kind = found.stationarity, _parts(found), found.demand
    odd = unusual(parts.frame)
    return Diagnosis(
        shown=pd.DataFrame({"ds": found.dates, "value": found.values}).dropna(),
        scale=found.scale,
        demand=Demand(kind.interval, kind.variation, kind.name, kind.reading),
        acf=_memory(found.acf),
        pacf=_memory(found.pacf),
        level=Level(tests.adf, tests.adf_p, tests.pp, tests.pp_p, tests.kpss, tests.kpss_p, tests.reading),
        parts=parts,
        waves=Waves(found.periods.spectrum, tuple(one.length for one in found.periods.found), found.periods.reading),
        season=season(panel.series(panel.ids[0])[["ds", "y"]], panel.freq),
        steps=_steps(found.breaks, parts.frame, found.dates),
        orders=_orders(found.suggestion),
        odd=odd,
        odd_reading=_odd(odd, grain(panel.freq).noun),
        gaps=found.gaps,
    )


@run.register
def find_orders(request: FindOrders) -> Orders:
    """Carry it out: the walk among neighbouring orders goes on until nothing is better, or for some seconds."""
    from forecasting.diagnostics.diagnosis import LONGEST
    from forecasting.diagnostics.orders import suggest_orders

    panel = request.panel
    sales = panel.series(panel.ids[0])["y"].to_numpy(dtype="float64")[-LONGEST:]
    return _orders(suggest_orders(sales, panel.season_length, work=_LONG_SEARCH, noun=grain(panel.freq).noun))


def _memory(found: Correlogram) -> Memory:
    return Memory(found.to_frame(), found.reading)


def _parts(found: Found) -> Parts:
    parts = found.decomposition
    frame = parts.to_frame()
    if len(parts.seasons) > 1:
        frame = frame.assign(**{f"season {one}": part for one, part in zip(parts.seasons, parts.each, strict=True)})
    frame.insert(0, "ds", found.dates[parts.start : parts.start + len(frame)])
    return Parts(frame, parts.trend_strength, parts.seasonal_strength, parts.seasons, parts.reading)


def _steps(found: Breaks, parts: pd.DataFrame, dates: pd.DatetimeIndex) -> Steps:
    """The levels between the breaks, beside the sales without their season."""
    begun = dates[list(found.at)]
    frame = pd.DataFrame({"ds": begun, "before": found.levels[:-1], "after": found.levels[1:]}, index=range(len(begun)))
    place = begun.searchsorted(parts["ds"], side="right")
    level = np.asarray(found.levels)[place] if found.levels else np.empty(0)
    return Steps(
        frame, pd.DataFrame({"ds": parts["ds"], "value": parts["value"] - parts["seasonal"], "level": level}), found.reading
    )


def _odd(odd: pd.DataFrame, noun: str) -> str:
    if odd.empty:
        return f"No {noun} stands out from what trend and season lead to expect."
    first = odd.iloc[0]
    when = _when(first["ds"], noun)
    side = "more" if first["score"] > 0 else "less"
    many = f"{len(odd)} {noun}s{' or more' if len(odd) == MOST else ''} stand" if len(odd) > 1 else f"1 {noun} stands"
    return (
        f"{many} out; most of all {when}: {number(first['value'])} sold, {side} than the {number(first['expected'])} expected."
    )


def _when(moment: pd.Timestamp, noun: str) -> str:
    day = f"{moment.day} {moment:%b %Y}"
    return f"{day} {moment:%H:%M}" if noun == "hour" else day  # a day alone would be one of 24 hours


def _orders(found: Suggestion) -> Orders:
    table = found.to_frame()
    names = [_named(one.order, one.seasonal_order) + (" with drift" if one.drift else "") for one in found.candidates]
    candidates = pd.DataFrame({"model": names, "aicc": table["aicc"], "delta": table["delta"]})
    return Orders(found.order, found.seasonal_order, found.reasons, found.reading, candidates, found.drift)


def _named(order: tuple[int, ...], seasonal: tuple[int, ...]) -> str:
    text = f"ARIMA({', '.join(map(str, order))})"
    return f"{text}({', '.join(map(str, seasonal[:3]))}){seasonal[3]}" if any(seasonal[:3]) else text
