"""Does the level stay where it is? ADF and KPSS ask from opposite sides; their joint verdict is one sentence."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.tsa.stattools import adfuller, kpss

from forecasting.diagnostics.gaps import bridged, is_flat
from forecasting.diagnostics.quiet import quiet

LEAST = 12  # periods below which neither test says anything
_LEVEL = 0.05
_READINGS = {
    "stationary": "Both tests agree that the level is steady: no differencing is needed.",
    "unit root": "Both tests agree that the level wanders: take differences (d = 1).",
    "trend": "There is no unit root, yet the level moves: a trend or a bend; add a trend term, or take differences (d = 1).",
    "unclear": "The tests cannot tell a steady level from a wandering one: too few data, too much noise; start with d = 0.",
}


@dataclass(frozen=True)
class Stationarity:
    """`adf` and `kpss` are the statistics with their p values; KPSS's lies between 0.01 and 0.1, the ends of its table.

    `verdict` is stationary, unit root, trend, unclear, constant or too short. NaN where a test could not be run.
    """

    adf: float
    adf_p: float
    kpss: float
    kpss_p: float
    verdict: str
    reading: str


def stationarity(sales: pd.Series | np.ndarray) -> Stationarity:
    """Augmented Dickey-Fuller (constant; lags by AIC) and KPSS (level) tests at 5 %, and what they say together.

    The null of ADF is a unit root, that of KPSS a steady level. Dickey and Fuller (1979); Kwiatkowski, Phillips,
    Schmidt and Shin (1992).

    >>> noise = np.random.default_rng(1).normal(size=200)
    >>> stationarity(noise).verdict, stationarity(np.cumsum(noise)).verdict
    ('stationary', 'unit root')
    """
    values = bridged(sales).values
    if is_flat(values):
        return _untested("constant", "All values are equal: the level is as steady as can be, and there is nothing to test.")
    if len(values) < LEAST:
        return _untested("too short", f"{len(values)} periods are too few for these tests; {LEAST} are needed.")
    adf, adf_p = _adf(values)
    level, level_p = kpss_level(values)
    if np.isnan(adf_p):
        return _untested("unclear", "The tests could not be computed on this series; judge by the chart.")
    verdict = _verdict(adf_p < _LEVEL, level_p < _LEVEL)
    return Stationarity(adf, adf_p, level, level_p, verdict, _READINGS[verdict])


def kpss_level(values: np.ndarray) -> tuple[float, float]:
    """KPSS statistic and p value of a series without gaps; (NaN, 1) where it cannot be computed. Lags as in R's ndiffs."""
    if is_flat(values) or len(values) < LEAST:
        return float("nan"), 1.0
    with quiet():
        statistic, p_value = kpss(values, regression="c", nlags=int(3 * np.sqrt(len(values)) / 13), result_object=False)[:2]
    return float(statistic), float(np.nan_to_num(p_value, nan=1.0))


def _adf(values: np.ndarray) -> tuple[float, float]:
    try:
        with quiet():
            statistic, p_value = adfuller(values, regression="c", autolag="AIC", result_object=False)[:2]
    except (ValueError, np.linalg.LinAlgError):  # a straight line, or too few distinct values
        return float("nan"), float("nan")
    return float(statistic), float(p_value)


def _verdict(no_unit_root: bool, not_level: bool) -> str:
    if no_unit_root:
        return "trend" if not_level else "stationary"
    return "unit root" if not_level else "unclear"


def _untested(verdict: str, reading: str) -> Stationarity:
    nothing = float("nan")
    return Stationarity(nothing, nothing, nothing, nothing, verdict, reading)
