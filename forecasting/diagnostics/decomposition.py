"""A series taken apart into trend, season and remainder, and how strong each is."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.tsa.seasonal import STL

from forecasting.diagnostics.gaps import bridged, is_flat

STRONG = 0.64  # the seasonal strength from which R's nsdiffs takes a seasonal difference


@dataclass(frozen=True, eq=False)
class Decomposition:
    """`values = trend + seasonal + remainder`, each (periods,); strengths lie between 0 (none) and 1 (all of it).

    `start` is the position of the first known value in the series that was given.
    """

    season: int
    start: int
    values: np.ndarray
    trend: np.ndarray
    seasonal: np.ndarray
    remainder: np.ndarray
    trend_strength: float
    seasonal_strength: float
    reading: str

    def to_frame(self) -> pd.DataFrame:
        """Rows `value, trend, seasonal, remainder`."""
        return pd.DataFrame({"value": self.values, "trend": self.trend, "seasonal": self.seasonal, "remainder": self.remainder})


def decompose(sales: pd.Series | np.ndarray, season: int, *, robust: bool = True) -> Decomposition:
    """STL with its usual smoothers; `robust` keeps single peaks, such as promotions, out of trend and season.

    With fewer than two seasons of data there is no season, and the trend is a moving average. Cleveland, Cleveland, McRae and
    Terpenning (1990); strengths as in Hyndman and Athanasopoulos, FPP3, 4.3.

    >>> week = np.array([1.0, 1, 1, 1, 1, 5, 3] * 8)
    >>> decompose(week, 7).reading
    'Season is strong (1.00) and trend is absent (0.00).'
    """
    values = bridged(sales).values
    start = int(np.argmax(np.isfinite(np.asarray(sales, dtype="float64")))) if len(values) else 0
    if is_flat(values) or len(values) < 4:
        flat, reading = np.zeros_like(values), "There is too little variation to take apart: all of it is level."
        return Decomposition(season, start, values, values.copy(), flat, flat.copy(), 0.0, 0.0, reading)
    if season > 1 and len(values) >= 2 * season:
        fit = STL(values, period=season, robust=robust).fit()
        trend, seasonal = np.asarray(fit.trend), np.asarray(fit.seasonal)
    else:
        trend = pd.Series(values).rolling(min(len(values), 7), center=True, min_periods=1).mean().to_numpy()
        seasonal = np.zeros_like(values)
    remainder = values - trend - seasonal
    strengths = _strength(trend, remainder), _strength(seasonal, remainder)
    short = season > 1 and len(values) < 2 * season
    return Decomposition(season, start, values, trend, seasonal, remainder, *strengths, _read(*strengths, short=short))


def _strength(part: np.ndarray, remainder: np.ndarray) -> float:
    together = np.var(part + remainder)
    if np.var(part) <= 1e-9 * np.var(part - part.mean() + remainder) or together <= 0:
        return 0.0
    return float(max(0.0, 1.0 - np.var(remainder) / together))


def _read(trend: float, seasonal: float, *, short: bool) -> str:
    if short:
        return f"There are fewer than two seasons of data, so no season can be seen; trend is {_word(trend)} ({trend:.2f})."
    return f"Season is {_word(seasonal)} ({seasonal:.2f}) and trend is {_word(trend)} ({trend:.2f})."


def _word(strength: float) -> str:
    return "strong" if strength > STRONG else "moderate" if strength > 0.3 else "weak" if strength > 0.05 else "absent"
