"""Whether one model is really better than another, or only luckier on these SKUs and weeks."""

import numpy as np
import pandas as pd

from forecasting.evaluation.evaluation import Evaluation

LEVEL = 0.05
_DRAWS = 2_000
_BATCH = 100
_FEWEST = 5  # series, or periods beyond the horizon: with fewer nothing can be told


def diebold_mariano(losses: np.ndarray, other: np.ndarray, horizon: int) -> tuple[float, float]:
    """The statistic of equal accuracy of two forecasts and its two-sided p-value, from their losses in the same periods.

    `losses` and `other` (periods,) are in time order, errors up to `horizon` periods ahead; below zero the first is better.
    NaN where the periods are no more than the horizon or the losses never differ. Diebold and Mariano (1995); small-sample
    correction of Harvey, Leybourne and Newbold (1997); where the truncated variance is not positive, Bartlett's weights.

    >>> statistic, p = diebold_mariano(np.array([1.0, 2, 1, 3, 2, 1]), np.array([2.0, 2, 3, 3, 4, 2]), horizon=1)
    >>> round(statistic, 3), round(p, 3)
    (-2.739, 0.041)
    """
    apart = np.asarray(losses, dtype=float) - np.asarray(other, dtype=float)
    count = len(apart)
    correction = (count + 1 - 2 * horizon + horizon * (horizon - 1) / count) / count if count else 0.0
    variance = _long_run_variance(apart, horizon) if count > horizon else 0.0
    if variance <= 0 or correction <= 0:
        return np.nan, np.nan
    from scipy.special import stdtr  # 17 MB that a server would carry without ever comparing models

    statistic = float(apart.mean() / np.sqrt(variance / count) * np.sqrt(correction))
    return statistic, float(2 * stdtr(count - 1, -abs(statistic)))


def paired_bootstrap(
    losses: np.ndarray, other: np.ndarray, units: np.ndarray, seed: int = 0, draws: int = _DRAWS
) -> tuple[float, float, float]:
    """Bounds of 95 % of the difference of two WAPEs when series are drawn anew, and the share of draws that speak against it.

    `losses` and `other` (series,) are sums of absolute errors of the same series, `units` (series,) what they sold. The third
    is a two-sided p-value: twice the share of draws in which the order is the other way round. NaN with fewer than five
    series. Efron and Tibshirani (1993), An introduction to the bootstrap, section 13.3.

    >>> low, high, p = paired_bootstrap(np.full(20, 1.0), np.full(20, 2.0), np.full(20, 10.0))
    >>> low, high, p < 0.01
    (-0.1, -0.1, True)
    """
    count = len(losses)
    if count < _FEWEST or units.sum() <= 0:
        return np.nan, np.nan, np.nan
    rng = np.random.default_rng(seed)
    apart = np.asarray(losses, dtype=float) - np.asarray(other, dtype=float)
    found = []
    for _ in range(-(-draws // _BATCH)):
        weights = rng.multinomial(count, np.full(count, 1.0 / count), size=_BATCH)
        sold = weights @ units
        found.append(np.divide(weights @ apart, sold, out=np.zeros(_BATCH), where=sold > 0))
    differences = np.concatenate(found)
    low, high = np.quantile(differences, [LEVEL / 2, 1 - LEVEL / 2])
    against = min((differences >= 0).mean(), (differences <= 0).mean())
    return float(low), float(high), float(min(1.0, 2 * max(against, 1 / len(differences))))


def differences(evaluation: Evaluation, best: str) -> pd.DataFrame:
    """Each other model against `best`: `model, difference, lower, upper, p_series, dm, p_time, chance`.

    `difference` is the WAPE of the best minus that of the model, `lower` and `upper` bound 95 % of it over other SKUs of this
    kind (`paired_bootstrap`), `dm` and `p_time` ask the same of other weeks (`diebold_mariano`); `chance` is whether it may be
    chance by either test, also where nothing can be told.
    """
    rows = evaluation.rows
    errors = rows.assign(error=(rows["actual"] - rows["mean"]).abs())
    by_series = errors.pivot_table(index="unique_id", columns="model", values="error", aggfunc="sum")
    by_time = errors.pivot_table(index=["cutoff", "ds"], columns="model", values="error", aggfunc="sum").sort_index()
    units = errors[errors["model"] == best].groupby("unique_id")["actual"].sum().reindex(by_series.index).to_numpy()
    horizon = int(errors["horizon"].max())
    table = []
    for name in (name for name in evaluation.models if name != best):
        own, other = (by_series[model].to_numpy() for model in (best, name))
        low, high, p_series = paired_bootstrap(own, other, units)
        statistic, p_time = diebold_mariano(by_time[best].to_numpy(), by_time[name].to_numpy(), horizon)
        apart = (own - other).sum() / units.sum() if units.sum() > 0 else np.nan
        sure = [p < LEVEL for p in (p_series, p_time) if np.isfinite(p)]
        table.append((name, apart, low, high, p_series, statistic, p_time, not (sure and all(sure))))
    return pd.DataFrame(table, columns=["model", "difference", "lower", "upper", "p_series", "dm", "p_time", "chance"])


def _long_run_variance(apart: np.ndarray, horizon: int) -> float:
    centred = apart - apart.mean()
    covariances = np.array([centred[lag:] @ centred[: len(centred) - lag] for lag in range(horizon)]) / len(centred)
    scale = max(float(np.mean(apart**2)), 1e-300)
    variance = covariances[0] + 2 * covariances[1:].sum()
    if variance <= 1e-12 * scale:
        variance = covariances[0] + 2 * (covariances[1:] * (1 - np.arange(1, horizon) / horizon)).sum()
    return float(variance) if variance > 1e-12 * scale else 0.0
