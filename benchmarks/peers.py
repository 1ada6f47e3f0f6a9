"""What the house and its peers say at one cutoff, each through its own interface, as its own users call it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.evaluation.backtest import Window
from forecasting.models import make

STATISTICAL = {
    "AutoETS": ("AutoETS",),
    "AutoTheta": ("AutoTheta",),
    "AutoARIMA": ("AutoARIMA",),
    "AutoCES": ("AutoCES",),
    "ensemble": ("AutoETS", "AutoTheta", "AutoCES"),
    "CrostonSBA": ("CrostonSBA",),
    "IMAPA": ("IMAPA",),
}
BANDS = ("lo-80", "hi-80", "lo-95", "hi-95")
_LONGEST_SEASON = 24  # more periods than AutoETS, AutoARIMA and AutoCES take, or finish with


@dataclass(frozen=True, eq=False)
class Said:
    """What a method said at one cutoff, shape (SKUs, horizon) each; NaN where it gives no interval."""

    mean: np.ndarray
    p10: np.ndarray
    p90: np.ndarray
    p025: np.ndarray
    p975: np.ndarray


def ask(method: str, window: Window, horizon: int) -> Said:
    """The forecast of a method for all SKUs of a window."""
    if method in PEERS:
        return PEERS[method](window, horizon)
    return _statistical(method, window, horizon) if method in STATISTICAL else _ours(method, window, horizon)


def _ours(name: str, window: Window, horizon: int) -> Said:
    future = window.future if window.train.known else None
    forecast = make(name, horizon=horizon, seed=0, jobs=1).fit(window.train).forecast(horizon, future)
    return Said(forecast.mean, *(forecast.quantile(q) for q in (0.1, 0.9, 0.025, 0.975)))


def _statistical(method: str, window: Window, horizon: int) -> Said:
    from statsforecast import StatsForecast, models

    season = window.train.season_length
    names = STATISTICAL[method]
    bands = method not in ("CrostonSBA", "IMAPA")
    built = [_model(models, name, season) for name in names]
    frame = window.train.frame[["unique_id", "ds", "y"]].copy()
    frame["y"] = frame.groupby("unique_id")["y"].ffill().fillna(0.0)
    engine = StatsForecast(models=built, freq=window.train.freq, n_jobs=1, fallback_model=models.SeasonalNaive(season))
    table = engine.forecast(df=frame, h=horizon, level=[80, 95] if bands else None)
    table = table.sort_values(["unique_id", "ds"], kind="stable")
    nothing = pd.Series(np.nan, index=table.index)
    columns = [table[list(names)].mean(axis=1)]
    columns += [table[[f"{name}-{band}" for name in names]].mean(axis=1) if bands else nothing for band in BANDS]
    mean, *others = [np.maximum(column.to_numpy(dtype=float).reshape(-1, horizon), 0.0) for column in columns]
    return Said(np.nan_to_num(mean), *others)


def _model(models: object, name: str, season: int) -> object:
    kind = getattr(models, name)
    if name in ("CrostonSBA", "IMAPA"):
        return kind()
    return kind(season_length=season if season <= _LONGEST_SEASON or name == "AutoTheta" else 1, alias=name)


def _lags(window: Window, horizon: int) -> Said:
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
    lags = sorted({1, 2, 3, season, 2 * season})
    engine = MLForecast([model], freq=train.freq, lags=lags, lag_transforms=steps, date_features=features)
    engine.fit(frame, static_features=[], dropna=True)
    plan = window.future[window.future["unique_id"].isin(frame["unique_id"].unique())] if train.known else None
    table = engine.predict(horizon, X_df=plan).set_index(["unique_id", "ds"])["LGBMRegressor"]
    keys = pd.MultiIndex.from_frame(window.actual[["unique_id", "ds"]])
    mean = np.maximum(table.reindex(keys).fillna(0.0).to_numpy().reshape(-1, horizon), 0.0)
    return Said(mean, *[np.full(mean.shape, np.nan)] * 4)


def _prophet(window: Window, horizon: int) -> Said:
    """Prophet as its users call it: one model for each series, the plan as regressors, its own 80 and 95 % intervals."""
    from prophet import Prophet

    logging.getLogger("cmdstanpy").setLevel(logging.ERROR)
    train = window.train
    parts = []
    for number, (_, rows) in enumerate(train.frame.groupby("unique_id", sort=False)):
        model = Prophet(interval_width=0.8, uncertainty_samples=300)
        for name in train.known:
            model.add_regressor(name)
        model.fit(rows.assign(y=rows["y"].ffill().fillna(0.0)))
        ahead = window.future.iloc[number * horizon : (number + 1) * horizon].drop(columns="unique_id")
        draws = model.predictive_samples(ahead)["yhat"]
        parts.append(np.vstack([model.predict(ahead)["yhat"], np.quantile(draws, [0.1, 0.9, 0.025, 0.975], axis=1)]))
    return Said(*np.maximum(np.stack(parts, axis=1), 0.0))


PEERS: dict[str, Callable[[Window, int], Said]] = {"mlforecast": _lags, "Prophet": _prophet}
