"""Does the level stay where it is? ADF, Phillips-Perron and KPSS ask from both sides; their verdict is one sentence.

What to do about it, the differences, is for the search for orders to say (`orders`), so that there is one answer.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.tsa.adfvalues import mackinnonp
from statsmodels.tsa.stattools import adfuller, kpss

from forecasting.diagnostics.gaps import bridged, is_flat, too_few
from forecasting.diagnostics.quiet import quiet

LEAST = 12  # periods below which no test says anything
_LEVEL = 0.05
_READINGS = {
    "stationary": "the level is steady.",
    "unit root": "the level wanders.",
    "trend": "The level does not stay where it is, yet it does not wander either: it follows a trend or a bend.",
    "unclear": "The tests cannot tell a steady level from a wandering one: there are too few data or too much noise.",
}


@dataclass(frozen=True)
class Stationarity:
    """`adf`, `pp` and `kpss` are the statistics with their p values; KPSS's lies between 0.01 and 0.1, the ends of its table.

    `verdict` is stationary, unit root, trend, unclear, constant or too short. NaN where a test could not be run.
    """

    adf: float
    adf_p: float
    pp: float
    pp_p: float
    kpss: float
    kpss_p: float
    verdict: str
    reading: str


def stationarity(sales: pd.Series | np.ndarray, noun: str = "period") -> Stationarity:
    """Augmented Dickey-Fuller (constant; lags by AIC), Phillips-Perron and KPSS (level) at 5 %, and what they say together.

    The null of the first two is a unit root, that of KPSS a steady level; where the first two disagree, KPSS decides. Dickey
    and Fuller (1979); Phillips and Perron (1988); Kwiatkowski, Phillips, Schmidt and Shin (1992).

    >>> noise = np.random.default_rng(1).normal(size=200)
    >>> stationarity(noise).verdict, stationarity(np.cumsum(noise)).verdict
    ('stationary', 'unit root')
    """
    values = bridged(sales).values
    if is_flat(values):
        return _untested("constant", "All values are equal: the level is as steady as can be, and there is nothing to test.")
    if len(values) < LEAST:
        return _untested("too short", f"{too_few(len(values), noun)} for these tests; {LEAST} are needed.")
    scaled = (values - values.mean()) / values.std()  # the same statistics, without the rounding of huge or tiny numbers
    adf, adf_p = dickey_fuller(scaled)
    pp, pp_p = phillips_perron(scaled)
    level, level_p = kpss_level(scaled)
    if np.isnan(adf_p) or np.isnan(pp_p):
        return _untested("unclear", "The tests could not be computed on this series; judge by the chart.")
    verdict, reading = _verdict(adf_p < _LEVEL, pp_p < _LEVEL, level_p >= _LEVEL)
    return Stationarity(adf, adf_p, pp, pp_p, level, level_p, verdict, reading)


def dickey_fuller(values: np.ndarray, lags: int | None = None) -> tuple[float, float]:
    """ADF statistic (with a constant) and p value of a series without gaps; NaN for a straight line; lags by AIC if None."""
    try:
        with quiet():
            statistic, p_value = adfuller(
                values, maxlag=lags, regression="c", autolag="AIC" if lags is None else None, result_object=False
            )[:2]
    except (ValueError, np.linalg.LinAlgError):  # a straight line, or too few distinct values
        return float("nan"), float("nan")
    return float(statistic), float(p_value)


def phillips_perron(values: np.ndarray, lags: int | None = None) -> tuple[float, float]:
    """Z-tau (with a constant) and p value of a series without gaps; NaN for a straight line. Phillips and Perron (1988).

    `lags` of Bartlett's window are 4 (n/100)^(1/4) if None; the p value is MacKinnon's (1994).

    >>> phillips_perron(np.arange(30.0) % 7)[1] < 0.05
    True
    """
    before, after = values[:-1], values[1:]
    count = len(after)
    width = int(4 * (count / 100) ** 0.25) if lags is None else lags
    spread = before - before.mean()
    if (spread @ spread) <= 0:
        return float("nan"), float("nan")
    slope = float(spread @ after / (spread @ spread))
    rest = after - after.mean() - slope * spread
    if rest @ rest <= 1e-20 * (spread @ spread):
        return float("nan"), float("nan")
    error = np.sqrt(rest @ rest / (count - 2) / (spread @ spread))
    variance = rest @ rest / count
    weights = 1 - np.arange(1, width + 1) / (width + 1)
    moved = sum(weight * (rest[lag:] @ rest[:-lag]) for lag, weight in enumerate(weights, 1))
    long_run = variance + 2 * moved / count
    if long_run <= 0:
        return float("nan"), float("nan")
    level = np.sqrt(((after - after.mean()) ** 2).sum()) / count
    statistic = np.sqrt(variance / long_run) * (slope - 1) / error - 0.5 * (long_run - variance) / np.sqrt(long_run) / level
    with quiet():
        return float(statistic), float(mackinnonp(statistic, regression="c", N=1))


def kpss_level(values: np.ndarray) -> tuple[float, float]:
    """KPSS statistic and p value of a series without gaps; (NaN, 1) where it cannot be computed. Lags as in R's ndiffs."""
    if is_flat(values) or len(values) < LEAST:
        return float("nan"), 1.0
    with quiet():
        statistic, p_value = kpss(values, regression="c", nlags=int(3 * np.sqrt(len(values)) / 13), result_object=False)[:2]
    return float(statistic), float(np.nan_to_num(p_value, nan=1.0))


def _verdict(adf: bool, pp: bool, level: bool) -> tuple[str, str]:
    """From whether ADF and PP see no unit root, and whether KPSS sees a steady level."""
    if adf and pp:
        verdict = "stationary" if level else "trend"
    elif adf or pp:
        verdict = "stationary" if level else "unit root"
    else:
        verdict = "unclear" if level else "unit root"
    if verdict in ("trend", "unclear"):
        return verdict, _READINGS[verdict]
    agreed = "All three tests agree that" if adf == pp else "Two of three tests say that"
    return verdict, f"{agreed} {_READINGS[verdict]}"


def _untested(verdict: str, reading: str) -> Stationarity:
    nothing = float("nan")
    return Stationarity(nothing, nothing, nothing, nothing, nothing, nothing, verdict, reading)
