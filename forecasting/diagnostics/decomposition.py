"""A series taken apart into trend, season and remainder, and how strong each is."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.tsa.seasonal import MSTL, STL

from forecasting.diagnostics.gaps import bridged, is_flat
from forecasting.diagnostics.quiet import quiet

STRONG = 0.64  # the seasonal strength from which R's nsdiffs takes a seasonal difference
WEAK = 0.05  # below it there is none


@dataclass(frozen=True, eq=False)
class Decomposition:
    """`values = trend + seasonal + remainder`, each (periods,); strengths lie between 0 (none) and 1 (all of it).

    `start` is the position of the first known value in the series that was given. With several `seasons`, `each` has the part
    of each of them (periods,), `seasonal` their sum, and `strengths` how strong each is.
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
    seasons: tuple[int, ...] = ()
    each: tuple[np.ndarray, ...] = ()
    strengths: tuple[float, ...] = ()

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
    reading = _read(*strengths, short=short)
    known = () if short or season < 2 else (season,)
    each, own = (seasonal,)[: len(known)], strengths[1:][: len(known)]
    return Decomposition(season, start, values, trend, seasonal, remainder, *strengths, reading, known, each, own)


def decompose_several(sales: pd.Series | np.ndarray, seasons: tuple[int, ...], noun: str = "period") -> Decomposition:
    """MSTL: a trend and one part for each season, the shortest first; every season must be seen more than twice.

    Bandara, Hyndman and Bergmeir (2021). With one season or none it is `decompose`.

    >>> both = np.tile([0.0, 0, 0, 0, 1, 4, 2], 104) + 3 * np.sin(np.arange(728) / 91 * 2 * np.pi)
    >>> decompose_several(both, (7, 91), "day").reading
    'Of the seasons, 7 days is strong (1.00) and 91 days is strong (1.00); trend is absent (0.00).'
    """
    values = bridged(sales).values
    usable = tuple(season for season in seasons if len(values) > 2 * season)
    if len(usable) < 2 or is_flat(values):
        return decompose(sales, usable[0] if usable else (seasons[0] if seasons else 1))
    with quiet():
        jumps = {"trend_jump": max(1, usable[-1] // 10), "low_pass_jump": max(1, usable[0] // 5)}
        fit = MSTL(values, periods=usable, stl_kwargs={"seasonal_deg": 0, **jumps}).fit()
    each = tuple(np.asarray(fit.seasonal).reshape(len(values), -1).T)
    trend = np.asarray(fit.trend)
    seasonal = np.sum(each, axis=0)
    rest = values - trend - seasonal
    strengths = tuple(_strength(one, rest) for one in each)
    trend_strength = _strength(trend, rest)
    said = " and ".join(
        f"{season} {noun}s is {_word(found)} ({found:.2f})" for season, found in zip(usable, strengths, strict=True)
    )
    reading = f"Of the seasons, {said}; trend is {_word(trend_strength)} ({trend_strength:.2f})."
    if len(values) < 3 * usable[-1]:
        reading += f" That of {usable[-1]} {noun}s was seen only twice, so part of it may be chance."
    start = int(np.argmax(np.isfinite(np.asarray(sales, dtype="float64"))))
    return Decomposition(
        usable[0], start, values, trend, seasonal, rest, trend_strength, strengths[0], reading, usable, each, strengths
    )


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
    return "strong" if strength > STRONG else "moderate" if strength > 0.3 else "weak" if strength > WEAK else "absent"
