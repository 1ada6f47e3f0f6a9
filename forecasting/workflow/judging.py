"""A contest of models on the same cutoffs, cut down to what a screen shows: a server holds one for each session."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecasting.core.forecast import Forecast
from forecasting.core.model import Model
from forecasting.core.panel import Panel
from forecasting.evaluation.backtest import Backtest
from forecasting.evaluation.differences import differences
from forecasting.evaluation.evaluation import Evaluation, evaluate
from forecasting.evaluation.metrics import pooled
from forecasting.explore.ahead import blocks
from forecasting.explore.summary import summarise
from forecasting.models import BASELINES, make
from forecasting.workflow.request import run


@dataclass(frozen=True, eq=False)
class Contest:
    """Ask for several models on the same cutoffs; the single curves are kept for the `shown` best-selling SKUs."""

    panel: Panel
    specs: tuple[Model, ...]
    backtest: Backtest
    shown: int = 200


@dataclass(frozen=True, eq=False)
class Standings:
    """What a contest found.

    `summary` and `by_class` are those of the Evaluation; `by_horizon` is the same for each week ahead where a period is shorter
    than that; `worst` holds the worst SKUs of every `model`, and `verdicts` a sentence for each. `curves` are the forecasts of
    the best-selling SKUs, one for each model and cutoff; `totals` the sums of all SKUs: `model, cutoff, ds, actual, mean`.
    `failures`: `model, cutoff, unique_id, reason`; `skus` is how many took part. `differences` says of each other model whether
    the champion is better by more than chance, `by_sku` which `model` was best for each `unique_id`; results of earlier
    versions have neither.
    """

    summary: pd.DataFrame
    by_class: pd.DataFrame
    by_horizon: pd.DataFrame
    worst: pd.DataFrame
    verdicts: dict[str, str]
    curves: tuple[Forecast, ...]
    totals: pd.DataFrame
    failures: pd.DataFrame
    cutoffs: tuple[pd.Timestamp, ...]
    skus: int
    differences: pd.DataFrame | None = None
    by_sku: pd.DataFrame | None = None

    @property
    def models(self) -> tuple[str, ...]:
        """Who took part, the best first."""
        return tuple(self.summary["model"])

    @property
    def champion(self) -> str:
        """The model with the smallest error."""
        return self.models[0]

    @property
    def champions(self) -> dict[str, str]:
        """The model with the smallest error in each demand class that took part."""
        return dict(_best(self.by_class, "demand_class").itertuples(index=False, name=None))

    def champion_of(self, unique_id: str) -> str | None:
        """The model with the smallest error on one SKU; None when it took no part, or sold nothing."""
        rows = None if self.by_sku is None else self.by_sku.loc[self.by_sku["unique_id"] == unique_id, "model"]
        return None if rows is None or rows.empty else str(rows.iloc[0])

    def may_be_chance(self) -> bool | None:
        """Whether the champion may be ahead of the runner-up by chance; None when that was not asked."""
        if self.differences is None or len(self.models) < 2:
            return None
        return bool(self.differences.set_index("model")["chance"].get(self.models[1], True))


@run.register
def judge(request: Contest) -> Standings:
    """Judge several models, and the baselines, on the same cutoffs."""
    specs = (*request.specs, *(make(name) for name in BASELINES[:2] if name not in {spec.name for spec in request.specs}))
    best = list(summarise(request.panel).index[: request.shown])
    curves: list[Forecast] = []

    def keep(forecast: Forecast) -> None:
        known = set(forecast.ids)
        curves.append(forecast.select([unique_id for unique_id in best if unique_id in known]))

    evaluation = evaluate(request.panel, specs, request.backtest, keep=keep)
    summary = _ranked(evaluation.summary())
    return Standings(
        summary=summary,
        by_class=evaluation.by_demand_class(),
        by_horizon=_by_block(evaluation, next(iter(blocks(request.panel.freq)))),
        worst=pd.concat([evaluation.worst(name).assign(model=name) for name in evaluation.models], ignore_index=True),
        verdicts={name: evaluation.verdict(name) for name in evaluation.models},
        curves=tuple(_slim(curve) for curve in curves),
        totals=_totals(evaluation),
        failures=evaluation.failures,
        cutoffs=tuple(request.backtest.cutoffs(request.panel)),
        skus=len(request.panel),
        differences=differences(evaluation, str(summary["model"].iloc[0])),
        by_sku=_best(evaluation.by_sku(), "unique_id"),
    )


def _ranked(summary: pd.DataFrame) -> pd.DataFrame:
    """The smallest error first; where it is undefined, the order asked for."""
    return summary.sort_values("wape", kind="stable", na_position="last", ignore_index=True)


def _best(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """The model with the smallest error in each group; groups without sales are left out."""
    ranked = table.dropna(subset=["wape"]).sort_values("wape", kind="stable")
    return ranked.drop_duplicates(by)[[by, "model"]].reset_index(drop=True)


def _by_block(evaluation: Evaluation, size: int) -> pd.DataFrame:
    """The metrics for each block of `size` periods ahead; days one by one would only show the weekdays."""
    rows = evaluation.rows
    step = size if rows["horizon"].max() >= 2 * size else 1
    table = pooled(rows.assign(horizon=(rows["horizon"] - 1) // step * step + step), ["horizon", "model"])
    return table.sort_values("horizon", kind="stable", ignore_index=True)


def _totals(evaluation: Evaluation) -> pd.DataFrame:
    groups = evaluation.forecasts.groupby(["model", "cutoff", "ds"], sort=False)
    sums = pd.DataFrame({"actual": groups["actual"].sum(min_count=1), "mean": groups["mean"].sum()})
    return sums.reset_index()


def _slim(forecast: Forecast) -> Forecast:
    """The forecast in half the memory; four bytes a number are plenty for a chart."""
    return replace(forecast, mean=forecast.mean.astype(np.float32))
