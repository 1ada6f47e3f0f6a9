"""The metrics: small pure functions over scored rows.

A scored row is one SKU, cutoff, period and model with `actual, mean, p2.5, p10, p50, p90, p97.5`. Rows without an actual are
not scored. The sign is fixed once: `error = actual - forecast`, bias = forecast - actual. What is undefined is NaN, never 0.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from forecasting.core.forecast import quantile_name

LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
SERIES = ("unique_id", "cutoff")


def scales(history: np.ndarray, season: int) -> tuple[np.ndarray, np.ndarray]:
    """What MASE and RMSSE divide by, from the training data (SKUs, periods) of each SKU, from its first sale on.

    The mean absolute seasonal difference, and the mean squared one-step difference. NaN where there is too little history or
    nothing ever changed. Hyndman and Koehler (2006); Makridakis, Spiliotis and Assimakopoulos (2022), The M5 competition.

    >>> scales(np.array([[0.0, 0, 1, 3, 2, 6]]), season=2)
    (array([2.]), array([7.]))
    """
    started = np.where(np.maximum.accumulate(history > 0, axis=1), history, np.nan)
    seasonal = np.abs(started[:, season:] - started[:, :-season])
    steps = (started[:, 1:] - started[:, :-1]) ** 2
    return _mean_or_nan(seasonal), _mean_or_nan(steps)


def pooled(rows: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """All metrics over the scored rows of each group; every sum runs over all rows of the group.

    `rows` also holds `mase_scale, rmsse_scale`, the training scales of its series. MASE and RMSSE are averages over series and
    cutoffs. Columns: wape, bias, accuracy, mae, rmse, mse, mase, rmsse, coverage_80, coverage_95, width_80 (units), wql
    (weighted quantile loss), wape_total (of the sums over the horizon), wape_money (each unit weighs what its SKU costs; NaN
    without a `price`), n (rows).
    """
    groups = list(by)
    sums = _terms(rows).groupby([rows[name] for name in groups], sort=False, observed=True).sum()
    units, count = sums["units"].replace(0.0, np.nan), sums["n"]
    result = pd.DataFrame(
        {
            "wape": sums["absolute"] / units,
            "bias": sums["over"] / units,
            "mae": sums["absolute"] / count,
            "rmse": np.sqrt(sums["squared"] / count),
            "mse": sums["squared"] / count,
            "coverage_80": sums["inside_80"] / count,
            "coverage_95": sums["inside_95"] / count,
            "width_80": sums["width_80"] / count,
            "wql": sums["pinball"] / units,
            "n": count.astype(int),
        }
    )
    result.insert(2, "accuracy", (1.0 - result["wape"]).clip(lower=0.0))
    series = _series_terms(rows, groups)
    result["mase"], result["rmsse"] = series["mase"], series["rmsse"]
    result["wape_total"] = series["total"] / units
    result["wape_money"] = sums["lost"] / sums["money"].replace(0.0, np.nan)
    return result.reset_index()


def skill(table: pd.DataFrame, baseline: str) -> pd.Series:
    """Forecast value added: WAPE of the baseline minus WAPE of the model, in the same group; NaN without the baseline.

    >>> skill(pd.DataFrame({"model": ["naive", "ets"], "wape": [0.5, 0.4]}), "naive").round(2).tolist()
    [0.0, 0.1]
    """
    groups = [name for name in table.columns if name in ("demand_class", "horizon", "cutoff", "unique_id")]
    reference = table[table["model"] == baseline]
    if not groups:
        return (reference["wape"].iloc[0] if len(reference) else np.nan) - table["wape"]
    matched = table[groups].merge(reference[[*groups, "wape"]], on=groups, how="left")["wape"]
    return pd.Series(matched.to_numpy() - table["wape"].to_numpy(), index=table.index)


def bias_in_words(bias: float) -> str:
    """A bias as a merchandiser says it.

    >>> bias_in_words(0.061), bias_in_words(-0.2), bias_in_words(0.001), bias_in_words(float("nan"))
    ('6 % too high', '20 % too low', 'neither too high nor too low', '—')
    """
    if np.isnan(bias):
        return "—"
    percent = round(100 * abs(bias))
    if percent == 0:
        return "neither too high nor too low"
    return f"{percent} % too {'high' if bias > 0 else 'low'}"


def pinball(actual: pd.Series, quantile: pd.Series, q: float) -> pd.Series:
    """The loss that is smallest, on average, when the quantile q is right (Koenker and Bassett 1978)."""
    error = actual - quantile
    return pd.Series(np.maximum(q * error, (q - 1.0) * error), index=actual.index)


def _terms(rows: pd.DataFrame) -> pd.DataFrame:
    error = rows["actual"] - rows["mean"]
    losses = [pinball(rows["actual"], rows[quantile_name(q)], q) for q in LEVELS]
    price = rows.get("price", np.nan)
    return pd.DataFrame(
        {
            "units": rows["actual"],
            "absolute": error.abs(),
            "squared": error**2,
            "over": -error,
            "inside_80": rows["actual"].between(rows["p10"], rows["p90"]).astype(float),
            "inside_95": rows["actual"].between(rows["p2.5"], rows["p97.5"]).astype(float),
            "width_80": rows["p90"] - rows["p10"],
            "pinball": 2.0 * sum(losses) / len(LEVELS),
            "money": rows["actual"] * price,
            "lost": error.abs() * price,
            "n": 1.0,
        }
    )


def _series_terms(rows: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
    """Means over series of the scaled errors, and the sum of the absolute errors of each series' total."""
    keys = list(dict.fromkeys([*groups, "model", *SERIES]))
    error = rows["actual"] - rows["mean"]
    terms = rows[keys].assign(
        mase=error.abs() / rows["mase_scale"].replace(0.0, np.nan),
        rmsse=error**2 / rows["rmsse_scale"].replace(0.0, np.nan),
        total=error,
    )
    each = terms.groupby(keys, sort=False, observed=True).agg({"mase": "mean", "rmsse": "mean", "total": "sum"})
    each["rmsse"], each["total"] = np.sqrt(each["rmsse"]), each["total"].abs()
    return each.groupby(level=groups, sort=False, observed=True).agg({"mase": "mean", "rmsse": "mean", "total": "sum"})


def _mean_or_nan(values: np.ndarray) -> np.ndarray:
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    mean = np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)
    return np.where(mean > 0, mean, np.nan)
