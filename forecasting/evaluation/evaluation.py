"""The Evaluation: what several models said at the same cutoffs, beside what happened."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from forecasting.core.checkpoint import remembered
from forecasting.core.errors import ShelfcastError
from forecasting.core.forecast import Forecast
from forecasting.core.model import Failure, Model
from forecasting.core.panel import Panel
from forecasting.core.progress import part, report
from forecasting.evaluation.backtest import Backtest, Window
from forecasting.evaluation.metrics import LEVELS, SERIES, bias_in_words, pooled, scales, skill
from forecasting.features.demand import demand_class

BASELINE = "seasonal_naive"


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Forecasts of several models at several cutoffs, and the metrics derived from them.

    `forecasts`: `unique_id, cutoff, ds, horizon, model, actual, mean, p2.5, p10, p50, p90, p97.5`, one row for each; `actual`
    is NaN where the sales are missing, and such rows are not scored. `series`: `unique_id, cutoff, mase_scale, rmsse_scale,
    demand_class, price`, from the training data. `failures`: `model, cutoff, unique_id, reason`. `seconds`: time of each model.
    """

    forecasts: pd.DataFrame
    series: pd.DataFrame
    failures: pd.DataFrame
    seconds: dict[str, float]

    @property
    def models(self) -> tuple[str, ...]:
        """The models that can be compared, in the order asked for."""
        return tuple(self.forecasts["model"].unique())

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The rows that are scored: those with an actual, at the cutoffs that every model has, with their series' scales."""
        common = self.forecasts.groupby("cutoff")["model"].nunique() == len(self.models)
        kept = self.forecasts[self.forecasts["cutoff"].isin(common.index[common])].dropna(subset=["actual"])
        return kept.merge(self.series, on=list(SERIES), how="left")

    def summary(self) -> pd.DataFrame:
        """One row for each model over all SKUs, cutoffs and periods; see `metrics.pooled` for the columns.

        Besides: `fva` (WAPE of the seasonal naive minus WAPE), `bias_words`, `seconds`, `failures` (series that fell back).
        """
        table = self._pooled(["model"])
        table["bias_words"] = [bias_in_words(bias) for bias in table["bias"]]
        table["seconds"] = table["model"].map(self.seconds)
        table["failures"] = table["model"].map(self.failures["model"].value_counts()).fillna(0).astype(int)
        return table

    def by_demand_class(self) -> pd.DataFrame:
        """The same metrics for each `demand_class` and model."""
        return self._pooled(["demand_class", "model"])

    def by_horizon(self) -> pd.DataFrame:
        """The same metrics for each `horizon` (periods ahead) and model."""
        return self._pooled(["horizon", "model"]).sort_values("horizon", kind="stable", ignore_index=True)

    def by_cutoff(self) -> pd.DataFrame:
        """The same metrics for each `cutoff` and model."""
        return self._pooled(["cutoff", "model"])

    def by_sku(self) -> pd.DataFrame:
        """The same metrics for each `unique_id` and model, over all cutoffs."""
        return self._pooled(["unique_id", "model"])

    def scores(self) -> pd.DataFrame:
        """Tidy rows `unique_id, cutoff, model, metric, value`, one for each SKU, cutoff, model and metric."""
        wide = pooled(self.rows, [*SERIES, "model"]).drop(columns=["n", "accuracy"])
        return wide.melt(id_vars=[*SERIES, "model"], var_name="metric", value_name="value")

    def worst(self, model: str, count: int = 20) -> pd.DataFrame:
        """The SKUs on which a model loses most: `unique_id, demand_class, units_lost, money_lost, wape, bias`.

        `units_lost` is the sum of absolute errors; `money_lost` values it at the SKU's mean price, and decides the order.
        Without a price it is NaN and the units decide.
        """
        rows = self.rows[self.rows["model"] == model]
        lost = (rows["actual"] - rows["mean"]).abs()
        table = pooled(rows, ["unique_id"])[["unique_id", "wape", "bias"]]
        losses = pd.DataFrame({"units_lost": lost, "money_lost": lost * rows["price"]}).groupby(rows["unique_id"])
        table = table.merge(losses.sum(min_count=1), left_on="unique_id", right_index=True)
        table.insert(1, "demand_class", table["unique_id"].map(rows.groupby("unique_id")["demand_class"].last()))
        return table.sort_values(["money_lost", "units_lost"], ascending=False, kind="stable", ignore_index=True).head(count)

    def verdict(self, model: str) -> str:
        """One sentence: does the model beat the seasonal naive?"""
        table = self.summary().set_index("model")
        if model not in table.index or BASELINE not in table.index:
            return "There is no comparison with the seasonal naive."
        wape = table["wape"]
        return _verdict(float(wape[model]), float(wape[BASELINE]), str(table["bias_words"][model]))

    def _pooled(self, by: list[str]) -> pd.DataFrame:
        table = pooled(self.rows, by)
        table["fva"] = skill(table, BASELINE)
        return table


def evaluate(
    panel: Panel, models: Sequence[Model], backtest: Backtest, *, keep: Callable[[Forecast], None] | None = None
) -> Evaluation:
    """Fit every model at every cutoff of the backtest and set its forecasts beside the actuals.

    `keep` is handed each forecast, under the name that its model has in the evaluation.

    All models see the same training panel and the same planned regressors, at the same cutoffs. A model that raises at a
    cutoff is recorded among the failures; scores are then taken only at the cutoffs that all models with forecasts have. Two
    specs of one family are told apart by a number: `arima`, `arima (2)`. Raises HistoryTooShort when not even one cutoff fits,
    and the error of the last model when no model could forecast anything.

    >>> from forecasting.models import make
    >>> sales = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=30), "y": 5.0})
    >>> result = evaluate(Panel.build(sales), [make("window_mean"), make("seasonal_naive")], Backtest(horizon=7, windows=2))
    >>> result.summary()[["model", "wape", "bias_words"]].values.tolist()[0]
    ['window_mean', 0.0, 'neither too high nor too low']
    """
    named = _named(models)
    trial = _Trial(len(named) * len(backtest.cutoffs(panel)), keep)
    for window in backtest.split(panel):
        trial.open(window)
        for name, model in named:
            trial.add(name, model, window)
    return trial.close()


class _Trial:
    """Collects what the models say, cutoff by cutoff."""

    def __init__(self, steps: int, keep: Callable[[Forecast], None] | None) -> None:
        self.steps, self.done, self.keep = steps, 0, keep
        self.forecasts: list[pd.DataFrame] = []
        self.series: list[pd.DataFrame] = []
        self.failures: list[tuple[str, pd.Timestamp, str, str]] = []
        self.seconds: dict[str, float] = {}
        self.error: ShelfcastError | None = None

    def open(self, window: Window) -> None:
        self.series.append(_series(window))

    def add(self, name: str, model: Model, window: Window) -> None:
        with part(self.done / self.steps, (self.done + 1) / self.steps, f"{name} at {window.cutoff:%Y-%m-%d}: "):
            report(0.0, "fitting")
            try:
                said = remembered(("said", name, model, window.train), lambda: _said(name, model, window))
                self._take(said, window)
            except ShelfcastError as error:
                self.error = error
                self.failures.append((name, window.cutoff, "", str(error)))
        self.done += 1

    def _take(self, said: "Said", window: Window) -> None:
        name = said.forecast.model
        self.forecasts.append(_beside(said.forecast, window))
        self.failures.extend((name, window.cutoff, failure.unique_id, failure.reason) for failure in said.failures)
        self.seconds[name] = self.seconds.get(name, 0.0) + said.seconds
        if self.keep is not None:
            self.keep(said.forecast)

    def close(self) -> Evaluation:
        if not self.forecasts:
            raise self.error or ShelfcastError("No model was given; choose at least one.")
        report(1.0, "scoring")
        return Evaluation(
            forecasts=pd.concat(self.forecasts, ignore_index=True),
            series=pd.concat(self.series, ignore_index=True),
            failures=pd.DataFrame(self.failures, columns=["model", "cutoff", "unique_id", "reason"]),
            seconds=self.seconds,
        )


@dataclass(frozen=True, eq=False)
class Said:
    """What one model said at one cutoff, and the time it took."""

    forecast: Forecast
    failures: tuple[Failure, ...]
    seconds: float


def _said(name: str, model: Model, window: Window) -> Said:
    started = time.perf_counter()
    fitted = model.fit(window.train)
    forecast = replace(fitted.forecast(len(window.actual) // len(window.train), window.future), model=name)
    return Said(forecast, fitted.failures, time.perf_counter() - started)


def _named(models: Sequence[Model]) -> list[tuple[str, Model]]:
    seen: dict[str, int] = {}
    named = []
    for model in models:
        seen[model.name] = seen.get(model.name, 0) + 1
        named.append((model.name if seen[model.name] == 1 else f"{model.name} ({seen[model.name]})", model))
    return named


def _beside(forecast: Forecast, window: Window) -> pd.DataFrame:
    rows = forecast.to_frame(LEVELS).rename(columns={"origin": "cutoff"}).drop(columns="flags")
    rows.insert(5, "actual", window.actual["y"].to_numpy())
    return rows[["unique_id", "cutoff", "ds", *rows.columns.drop(["unique_id", "cutoff", "ds"])]]


def _series(window: Window) -> pd.DataFrame:
    train = window.train
    history = train.matrix()
    mase_scale, rmsse_scale = scales(history, train.season_length)
    columns = {"unique_id": train.ids, "cutoff": window.cutoff, "mase_scale": mase_scale, "rmsse_scale": rmsse_scale}
    return pd.DataFrame(columns | {"demand_class": demand_class(history), "price": _price(train)})


def _price(train: Panel) -> np.ndarray:
    if train.priced is None:
        return np.full(len(train), np.nan)
    return train.frame.groupby("unique_id", sort=False)[train.priced].mean().to_numpy()


def _verdict(wape: float, naive: float, bias: str) -> str:
    if np.isnan(wape) or np.isnan(naive):
        return "Nothing was sold in the test periods, so there is nothing to compare."
    if wape < naive:
        return f"It beats the seasonal naive: its error is {1 - wape / naive:.0%} smaller, and it is {bias}."
    return f"It does not beat the seasonal naive: its error is {wape:.0%} of sales against {naive:.0%}. Use the baseline."
