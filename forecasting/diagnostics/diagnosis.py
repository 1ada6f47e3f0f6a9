"""All of Diagnose for one SKU in one call."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core.panel import Panel
from forecasting.diagnostics.correlation import Correlogram, autocorrelation, partial_autocorrelation
from forecasting.diagnostics.decomposition import Decomposition, decompose
from forecasting.diagnostics.demand import DemandClass, classify
from forecasting.diagnostics.gaps import bridged
from forecasting.diagnostics.orders import Suggestion, suggest_orders
from forecasting.diagnostics.stationarity import Stationarity, stationarity
from forecasting.diagnostics.transform import Transform

_PLAIN = Transform()


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What the history of one SKU says; `values` (periods) is the series after the transform, `dates` its periods.

    Correlations and stationarity are those of the transformed series; decomposition, suggestion and class those of the sales.
    """

    unique_id: str
    season: int
    dates: pd.DatetimeIndex
    values: np.ndarray
    gaps: str
    acf: Correlogram
    pacf: Correlogram
    stationarity: Stationarity
    decomposition: Decomposition
    suggestion: Suggestion
    demand: DemandClass

    @property
    def readings(self) -> tuple[str, ...]:
        """Every finding in one sentence, in the order in which one looks."""
        found = (self.demand, self.decomposition, self.stationarity, self.acf, self.pacf, self.suggestion)
        return (*(entry.reading for entry in found), self.gaps)


def diagnose(
    panel: Panel, unique_id: str, *, transform: Transform = _PLAIN, season: int | None = None, lags: int | None = None
) -> Diagnosis:
    """Look at one SKU. Raises PanelInvalid when the panel has no such SKU.

    >>> days = pd.date_range("2024-01-01", periods=56)
    >>> sales = pd.DataFrame({"unique_id": "A", "ds": days, "y": [1.0, 2, 3, 4, 5, 6, 9] * 8})
    >>> diagnose(Panel.build(sales), "A").acf.reading
    'Sales repeat after 7 periods (correlation 0.87): a seasonal pattern.'
    """
    rows = panel.series(unique_id)
    sales = rows["y"].to_numpy(dtype="float64")
    length = season or panel.season_length
    values = transform.apply(sales, length)
    return Diagnosis(
        unique_id=unique_id,
        season=length,
        dates=pd.DatetimeIndex(rows["ds"]),
        values=values,
        gaps=bridged(sales).reading,
        acf=autocorrelation(values, lags, length),
        pacf=partial_autocorrelation(values, lags, length),
        stationarity=stationarity(values),
        decomposition=decompose(sales, length),
        suggestion=suggest_orders(sales, length),
        demand=classify(sales),
    )
