"""What a model has left over: every residual test with its one-sentence reading."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import chi2, f_oneway, jarque_bera, norm, ttest_1samp, ttest_ind
from statsmodels.stats.diagnostic import acorr_ljungbox, het_arch

from forecasting.core.number import number
from forecasting.diagnostics.correlation import Correlogram, autocorrelation
from forecasting.diagnostics.gaps import bridged, is_flat
from forecasting.diagnostics.quiet import quiet

_LEVEL = 0.05
_LEAST = 10


@dataclass(frozen=True)
class Test:
    """One test: `statistic`, `p_value` (NaN where it could not be run) and `reading`; `passed` when nothing is amiss."""

    __test__ = False  # pytest must not take it for a test of ours

    name: str
    statistic: float
    p_value: float
    reading: str

    @property
    def passed(self) -> bool:
        """Whether chance is enough to explain the statistic."""
        return not self.p_value < _LEVEL


@dataclass(frozen=True, eq=False)
class ResidualCheck:
    """Everything about the residuals of one SKU.

    `ljung_box` has rows `lag, df, statistic, p_value`; `qq` rows `expected, found` (standardised quantiles, for a line through
    0 and 1); `acf` is their correlogram.
    """

    count: int
    mean: float
    sigma: float
    ljung_box: pd.DataFrame
    qq: pd.DataFrame
    acf: Correlogram
    memory: Test
    bias: Test
    normality: Test
    steadiness: Test

    @property
    def tests(self) -> tuple[Test, ...]:
        """All tests, the one that matters most first."""
        return (self.memory, self.bias, self.steadiness, self.normality)

    @property
    def reading(self) -> str:
        """The whole in one sentence."""
        if self.memory.passed and self.bias.passed:
            return "Nothing that a model could still learn is left in the residuals."
        return self.memory.reading if not self.memory.passed else self.bias.reading


def check_residuals(
    residuals: pd.Series | np.ndarray, *, season: int = 1, parameters: int = 0, noun: str = "period"
) -> ResidualCheck:
    """Test the residuals (periods; NaN is missing) of a model with `parameters` ARMA coefficients (p + q + P + Q).

    `noun` is what one period is called.

    >>> noise = np.random.default_rng(0).normal(size=300)
    >>> check_residuals(noise).reading
    'Nothing that a model could still learn is left in the residuals.'
    >>> check_residuals(np.cumsum(noise)).memory.passed
    False
    """
    values = bridged(residuals).values
    acf = autocorrelation(values, season=season)
    table = ljung_box(values, _lags(len(values), season, parameters), parameters)
    usable = len(values) >= _LEAST and not is_flat(values)
    return ResidualCheck(
        count=len(values),
        mean=float(values.mean()) if len(values) else float("nan"),
        sigma=float(values.std()) if len(values) else float("nan"),
        ljung_box=table,
        qq=quantile_pairs(values),
        acf=acf,
        memory=_memory(table, acf, season, noun) if usable else _untested("Ljung-Box", values),
        bias=_bias(values) if usable else _untested("t test", values),
        normality=_normality(values) if usable else _untested("Jarque-Bera", values),
        steadiness=_steadiness(values, season) if usable else _untested("ARCH", values),
    )


def by_group(residuals: pd.Series, groups: pd.Series, *, name: str = "Weekday") -> Test:
    """Whether residuals differ in the mean between groups (periods,), such as weekdays; F test of one-way analysis of variance.

    >>> by_group(pd.Series([1.0, 5, 1, 6, 2, 5] * 3), pd.Series(["Mon", "Sun"] * 9)).reading
    'Mon sells 2 units less than the model expects: give each weekday its own level.'
    """
    parts = [part.to_numpy() for _, part in residuals.groupby(groups) if len(part) > 1]
    if len(parts) < 2 or is_flat(residuals.to_numpy()):
        return Test(name, float("nan"), float("nan"), f"There are too few residuals to compare by {name.lower()}.")
    with quiet():
        statistic, p_value = f_oneway(*parts)
    if not p_value < _LEVEL:
        return Test(name, float(statistic), float(p_value), f"No {name.lower()} is missed more than the others.")
    off = residuals.groupby(groups).mean() - residuals.mean()
    worst = off.abs().idxmax()
    side = "more" if off[worst] > 0 else "less"
    reading = f"{worst} sells {number(abs(off[worst]))} units {side} than the model expects: give each weekday its own level."
    return Test(name, float(statistic), float(p_value), reading)


def by_promotion(residuals: pd.Series, promoted: pd.Series, noun: str = "period") -> Test:
    """Whether promotions are missed in the mean by more than other periods: Welch's t test.

    >>> by_promotion(pd.Series([0.0, 1, 9, 10, 0, 1, 9, 10]), pd.Series([False, False, True, True] * 2)).passed
    False
    """
    inside, outside = residuals[promoted.to_numpy()], residuals[~promoted.to_numpy()]
    if len(inside) < 3 or len(outside) < 3 or is_flat(residuals.to_numpy()):
        return Test("Promotion", float("nan"), float("nan"), "There are too few promotions to compare.")
    with quiet():
        statistic, p_value = ttest_ind(inside, outside, equal_var=False)
    if not p_value < _LEVEL:
        return Test("Promotion", float(statistic), float(p_value), f"Promotions are met as well as other {noun}s.")
    gap = float(inside.mean() - outside.mean())
    side = "more" if gap > 0 else "less"
    reading = f"Promotions sell {number(abs(gap))} units {side} than the model expects: let it use them, with a plan ahead."
    return Test("Promotion", float(statistic), float(p_value), reading)


def ljung_box(values: np.ndarray, lags: list[int], parameters: int = 0) -> pd.DataFrame:
    """Rows `lag, df, statistic, p_value`; the degrees of freedom are the lag less the ARMA parameters. Ljung and Box (1978).

    >>> ljung_box(np.random.default_rng(0).normal(size=100), [7])["df"].tolist()
    [7]
    """
    usable = [lag for lag in lags if parameters < lag < len(values)]
    if not usable or is_flat(values):
        return pd.DataFrame({"lag": [], "df": [], "statistic": [], "p_value": []})
    statistic = acorr_ljungbox(values, lags=usable, model_df=0)["lb_stat"].to_numpy()
    df = np.array(usable) - parameters
    return pd.DataFrame({"lag": usable, "df": df, "statistic": statistic, "p_value": chi2.sf(statistic, df)})


def quantile_pairs(values: np.ndarray, most: int = 200) -> pd.DataFrame:
    """Rows `expected, found`: quantiles of the normal distribution beside those of the standardised values, for a QQ plot."""
    if is_flat(values):
        return pd.DataFrame({"expected": [], "found": []})
    levels = (np.arange(min(len(values), most)) + 0.5) / min(len(values), most)
    return pd.DataFrame({"expected": norm.ppf(levels), "found": np.quantile((values - values.mean()) / values.std(), levels)})


def _lags(length: int, season: int, parameters: int) -> list[int]:
    """One, two and four seasons, as far as the length allows; each above the number of parameters."""
    base = season if season > 1 else 10
    wanted = [base, 2 * base, 4 * base] if base <= 24 else [10, base]
    return sorted({max(lag, parameters + 3) for lag in wanted if lag <= max(length // 3, parameters + 3)}) or [parameters + 3]


def _memory(table: pd.DataFrame, acf: Correlogram, season: int, noun: str) -> Test:
    if table.empty:
        return Test("Ljung-Box", float("nan"), float("nan"), "There are too few residuals to look for a pattern.")
    worst = table.loc[table["p_value"].idxmin()]
    statistic, p_value = float(worst["statistic"]), float(worst["p_value"])
    if p_value * len(table) >= _LEVEL:
        return Test("Ljung-Box", statistic, min(1.0, p_value * len(table)), "No pattern is left over time: good.")
    reading = f"Neighbouring errors hang together: the last {noun}s say more than the model has learnt from them."
    if season > 1 and len(acf.values) >= season and abs(acf.values[season - 1]) > max(acf.band, abs(acf.values[0])):
        reading = f"A pattern of {season} {noun}s is left: try a seasonal term."
    return Test("Ljung-Box", statistic, p_value * len(table), reading)


def _bias(values: np.ndarray) -> Test:
    statistic, p_value = ttest_1samp(values, 0.0)
    if p_value >= _LEVEL:
        return Test("t test", float(statistic), float(p_value), "On average neither too high nor too low.")
    side = "low" if values.mean() > 0 else "high"
    return Test(
        "t test", float(statistic), float(p_value), f"The model is {number(abs(values.mean()))} units too {side} on average."
    )


def _normality(values: np.ndarray) -> Test:
    statistic, p_value = jarque_bera(values)
    if p_value >= _LEVEL:
        reading = "The errors look like a bell curve, so the ranges can be trusted."
        return Test("Jarque-Bera", float(statistic), float(p_value), reading)
    skew = float(((values - values.mean()) ** 3).mean() / values.std() ** 3)
    side = "higher" if skew > 0.5 else "lower" if skew < -0.5 else "further off"
    reading = f"No bell curve: a few sales are much {side} than it allows, so ranges made of real past errors are safer."
    return Test("Jarque-Bera", float(statistic), float(p_value), reading)


def _steadiness(values: np.ndarray, season: int) -> Test:
    lags = min(max(season, 4) if season <= 24 else 4, len(values) // 4)
    with quiet():
        squared = het_arch(values - values.mean(), nlags=lags, result_object=False)
    statistic, p_value = float(squared[0]), float(squared[1])
    if not p_value < _LEVEL:
        return Test("ARCH", statistic, p_value, "The size of the errors stays the same over time.")
    return Test("ARCH", statistic, p_value, "Large errors come in bunches: a logarithm of sales may steady them.")


def _untested(name: str, values: np.ndarray) -> Test:
    why = "All residuals are equal" if len(values) >= _LEAST else f"{len(values)} residuals are too few"
    return Test(name, float("nan"), float("nan"), f"{why}, so there is nothing to test.")
