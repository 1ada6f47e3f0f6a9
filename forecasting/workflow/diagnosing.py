"""The memory of one SKU's sales: what they repeat, whether their level holds, and which ARIMA orders follow from it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core.panel import Panel
from forecasting.explore.unusual import unusual
from forecasting.workflow.request import run


@dataclass(frozen=True)
class Transform:
    """What is done to the sales before they are looked at: log(1 + units), first and seasonal differences."""

    log: bool = False
    difference: bool = False
    seasonal: bool = False


@dataclass(frozen=True)
class Diagnose:
    """Ask what the history of one SKU (a panel of one) says of itself."""

    panel: Panel
    transform: Transform = Transform()


@dataclass(frozen=True, eq=False)
class Memory:
    """A correlogram: rows `lag, value, band, bartlett`, and what they say in one sentence."""

    frame: pd.DataFrame
    reading: str


@dataclass(frozen=True)
class Level:
    """The two tests of a steady level, and their joint verdict in one sentence; NaN where a test could not be run."""

    adf: float
    adf_p: float
    kpss: float
    kpss_p: float
    reading: str


@dataclass(frozen=True, eq=False)
class Parts:
    """Sales taken apart: rows `ds, value, trend, seasonal, remainder`, the two strengths (0 to 1), and a sentence."""

    frame: pd.DataFrame
    trend: float
    seasonal: float
    reading: str


@dataclass(frozen=True)
class Orders:
    """The ARIMA orders that suit the sales as they are, why, and how the best candidates compare (rows `model, aicc`)."""

    order: tuple[int, int, int]
    seasonal_order: tuple[int, int, int, int]
    reasons: tuple[str, ...]
    reading: str
    candidates: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """All that Diagnose asks for: `shown` are rows `ds, value` of the transformed sales, `odd` the periods that stand out."""

    shown: pd.DataFrame
    acf: Memory
    pacf: Memory
    level: Level
    parts: Parts
    orders: Orders
    odd: pd.DataFrame


@run.register
def diagnose(request: Diagnose) -> Diagnosis:
    """Carry it out; the tests and correlations look at the transformed sales, decomposition and orders at the sales."""
    series = request.panel.series(request.panel.ids[0])
    season = request.panel.season_length
    sales = series["y"].to_numpy(dtype="float64")
    shown = transformed(sales, season, request.transform)
    parts = _parts(series["ds"], sales, season)
    return Diagnosis(
        shown=pd.DataFrame({"ds": series["ds"].to_numpy(), "value": shown}).dropna(),
        acf=_memory("autocorrelation", shown, season),
        pacf=_memory("partial_autocorrelation", shown, season),
        level=_level(shown),
        parts=parts,
        orders=_orders(sales, season),
        odd=unusual(parts.frame),
    )


def transformed(sales: np.ndarray, season: int, transform: Transform) -> np.ndarray:
    """The sales after the transform, of the same length, NaN where there is nothing to take a difference from.

    >>> transformed(np.array([1.0, 3, 6]), 7, Transform(difference=True)).tolist()
    [nan, 2.0, 3.0]
    """
    values = pd.Series(np.log1p(np.maximum(sales, 0.0)) if transform.log else sales)
    values = values.diff(season) if transform.seasonal else values
    return (values.diff() if transform.difference else values).to_numpy()


def _memory(kind: str, values: np.ndarray, season: int) -> Memory:
    from forecasting.diagnostics import correlation

    found = getattr(correlation, kind)(values, season=season)
    return Memory(found.to_frame(), found.reading)


def _level(values: np.ndarray) -> Level:
    from forecasting.diagnostics.stationarity import stationarity

    found = stationarity(values)
    return Level(found.adf, found.adf_p, found.kpss, found.kpss_p, found.reading)


def _parts(dates: pd.Series, sales: np.ndarray, season: int) -> Parts:
    from forecasting.diagnostics.decomposition import decompose

    found = decompose(sales, season)
    frame = found.to_frame()
    frame.insert(0, "ds", dates.to_numpy()[found.start : found.start + len(frame)])
    return Parts(frame, found.trend_strength, found.seasonal_strength, found.reading)


def _orders(sales: np.ndarray, season: int) -> Orders:
    from forecasting.diagnostics.orders import suggest_orders

    found = suggest_orders(sales, season)
    rows = [(_named(one.order, one.seasonal_order), one.aicc) for one in found.candidates]
    candidates = pd.DataFrame(rows, columns=["model", "aicc"])
    return Orders(found.order, found.seasonal_order, found.reasons, found.reading, candidates)


def _named(order: tuple[int, ...], seasonal: tuple[int, ...]) -> str:
    text = f"ARIMA({', '.join(map(str, order))})"
    return f"{text}({', '.join(map(str, seasonal[:3]))}){seasonal[3]}" if any(seasonal[:3]) else text
