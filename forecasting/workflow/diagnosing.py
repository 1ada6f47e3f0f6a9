"""The memory of one SKU's sales: what they repeat, whether their level holds, and which ARIMA orders follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from forecasting.core.panel import Panel
from forecasting.explore.unusual import unusual
from forecasting.workflow.request import run

if TYPE_CHECKING:  # the server shows diagnoses and never makes them, so it does not load the libraries for it
    from forecasting.diagnostics.correlation import Correlogram
    from forecasting.diagnostics.diagnosis import Diagnosis as Found
    from forecasting.diagnostics.orders import Suggestion


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
    """All that Diagnose asks for: `shown` are rows `ds, value` of the transformed sales, `odd` the periods that stand out,
    `gaps` a sentence about missing periods."""

    shown: pd.DataFrame
    acf: Memory
    pacf: Memory
    level: Level
    parts: Parts
    orders: Orders
    odd: pd.DataFrame
    gaps: str


@run.register
def diagnose(request: Diagnose) -> Diagnosis:
    """Carry it out; the tests and correlations look at the transformed sales, decomposition and orders at the sales."""
    from forecasting.diagnostics.diagnosis import diagnose as look_at
    from forecasting.diagnostics.transform import Transform

    look = request.look
    transform = Transform(look.scale, differences=look.differences, seasonal_differences=look.seasonal_differences)
    found = look_at(request.panel, request.panel.ids[0], transform=transform)
    tests, parts = found.stationarity, _parts(found)
    return Diagnosis(
        shown=pd.DataFrame({"ds": found.dates, "value": found.values}).dropna(),
        acf=_memory(found.acf),
        pacf=_memory(found.pacf),
        level=Level(tests.adf, tests.adf_p, tests.kpss, tests.kpss_p, tests.reading),
        parts=parts,
        orders=_orders(found.suggestion),
        odd=unusual(parts.frame),
        gaps=found.gaps,
    )


def _memory(found: Correlogram) -> Memory:
    return Memory(found.to_frame(), found.reading)


def _parts(found: Found) -> Parts:
    parts = found.decomposition
    frame = parts.to_frame()
    frame.insert(0, "ds", found.dates[parts.start : parts.start + len(frame)])
    return Parts(frame, parts.trend_strength, parts.seasonal_strength, parts.reading)


def _orders(found: Suggestion) -> Orders:
    rows = [(_named(one.order, one.seasonal_order), one.aicc) for one in found.candidates]
    candidates = pd.DataFrame(rows, columns=["model", "aicc"])
    return Orders(found.order, found.seasonal_order, found.reasons, found.reading, candidates)


def _named(order: tuple[int, ...], seasonal: tuple[int, ...]) -> str:
    text = f"ARIMA({', '.join(map(str, order))})"
    return f"{text}({', '.join(map(str, seasonal[:3]))}){seasonal[3]}" if any(seasonal[:3]) else text
