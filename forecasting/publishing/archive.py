"""Published forecasts, kept as they were said, and how they did once the sales are in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core.errors import InputError
from forecasting.core.forecast import Forecast
from forecasting.core.panel import Panel
from forecasting.publishing.overrides import Log, Override, final_units, rows_of, steps_of

LOW, HIGH = 0.1, 0.9


@dataclass(frozen=True, eq=False)
class Published:
    """A forecast as it was handed on: all arrays (SKUs, horizon) in units.

    `low` and `high` are the bounds of the 80 % interval, `final` the mean with the overrides, `baseline` the seasonal naive.
    """

    published: str
    model: str
    cutoff: pd.Timestamp
    ids: tuple[str, ...]
    dates: pd.DatetimeIndex
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    baseline: np.ndarray
    final: np.ndarray
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, eq=False)
class Review:
    """How published forecasts did on the sales that have come in since; errors are those of the cells with sales known.

    `by_forecast`: `published, model, cutoff, cells, units, wape, bias, wape_final, bias_final, wape_baseline, coverage_80`.
    `by_lag`: `lag` (periods ahead), `wape, bias, wape_final`; `by_sku`: `unique_id, units, wape, bias, units_lost`, most lost
    first. `by_reason`: `reason, overrides, cells, units, added` (share of units by which the overrides brought the forecast
    nearer; negative where they made it worse).
    """

    by_forecast: pd.DataFrame
    by_lag: pd.DataFrame
    by_sku: pd.DataFrame
    by_reason: pd.DataFrame

    @property
    def known(self) -> bool:
        """Whether there is anything to judge yet."""
        return bool(len(self.by_forecast))


def publish(forecast: Forecast, baseline: Forecast, panel: Panel, log: Log, published: str) -> Published:
    """Keep a forecast as it stands, with the overrides that are in force."""
    return Published(
        published=published,
        model=forecast.model,
        cutoff=forecast.cutoff,
        ids=forecast.ids,
        dates=forecast.dates,
        mean=_small(forecast.mean),
        low=_small(forecast.quantile(LOW)),
        high=_small(forecast.quantile(HIGH)),
        baseline=_small(baseline.select(forecast.ids).mean),
        final=_small(final_units(forecast, panel, log)),
        overrides=log.in_force,
    )


def _small(units: np.ndarray) -> np.ndarray:
    return units.astype(np.float32)


def review(archive: tuple[Published, ...], panel: Panel) -> Review:
    """Compare what was published with the sales of a panel. Raises InputError when nothing was published."""
    if not archive:
        raise InputError("No forecast has been published yet; publish one on the Forecast page, and bring in sales later.")
    said = [(one, _actual(one, panel)) for one in archive]
    known = [(one, actual) for one, actual in said if not np.isnan(actual).all()]
    cells = pd.concat([_cells(one, actual) for one, actual in known], ignore_index=True) if known else _nothing()
    return Review(
        by_forecast=pd.DataFrame([_row(one, actual) for one, actual in known]),
        by_lag=_errors(cells, "lag"),
        by_sku=_by_sku(cells),
        by_reason=_by_reason(known, panel),
    )


def _actual(one: Published, panel: Panel) -> np.ndarray:
    """Sales of the published SKUs and dates, NaN where they are not known, shape (SKUs, horizon)."""
    sales = panel.matrix()
    rows = pd.Index(panel.ids).get_indexer(pd.Index(one.ids))
    columns = panel.calendar.get_indexer(one.dates)
    actual = np.full((len(one.ids), len(one.dates)), np.nan)
    here, now = rows >= 0, columns >= 0
    actual[np.ix_(here, now)] = sales[np.ix_(rows[here], columns[now])]
    return actual


def _cells(one: Published, actual: np.ndarray) -> pd.DataFrame:
    count, horizon = actual.shape
    table = pd.DataFrame(
        {
            "unique_id": np.repeat(np.asarray(one.ids, dtype=object), horizon),
            "lag": np.tile(np.arange(1, horizon + 1), count),
            "actual": actual.ravel(),
            "baseline": one.baseline.ravel(),
            "model": one.mean.ravel(),
            "final": one.final.ravel(),
        }
    )
    return table[table["actual"].notna()]


def _nothing() -> pd.DataFrame:
    return pd.DataFrame({"unique_id": [], "lag": [], "actual": [], "baseline": [], "model": [], "final": []}, dtype=float)


def _row(one: Published, actual: np.ndarray) -> dict[str, object]:
    known = ~np.isnan(actual)
    sales = actual[known]
    inside = (sales >= one.low[known]) & (sales <= one.high[known])
    return {
        "published": one.published,
        "model": one.model,
        "cutoff": one.cutoff,
        "cells": int(known.sum()),
        "units": float(sales.sum()),
        "wape": _wape(sales, one.mean[known]),
        "bias": _bias(sales, one.mean[known]),
        "wape_final": _wape(sales, one.final[known]),
        "bias_final": _bias(sales, one.final[known]),
        "wape_baseline": _wape(sales, one.baseline[known]),
        "coverage_80": float(inside.mean()),
    }


def _errors(cells: pd.DataFrame, by: str) -> pd.DataFrame:
    sums = cells.assign(
        off=(cells["actual"] - cells["model"]).abs(),
        off_final=(cells["actual"] - cells["final"]).abs(),
        over=cells["model"] - cells["actual"],
    ).groupby(by, sort=True)[["actual", "off", "off_final", "over"]].sum()  # fmt: skip
    units = sums["actual"].where(sums["actual"] > 0)
    table = pd.DataFrame({"wape": sums["off"] / units, "bias": sums["over"] / units, "wape_final": sums["off_final"] / units})
    return table.reset_index()


def _by_sku(cells: pd.DataFrame) -> pd.DataFrame:
    table = _errors(cells, "unique_id")
    lost = (cells["actual"] - cells["final"]).abs().groupby(cells["unique_id"]).sum()
    units = cells.groupby("unique_id")["actual"].sum()
    table["units"], table["units_lost"] = table["unique_id"].map(units), table["unique_id"].map(lost)
    return table.sort_values("units_lost", ascending=False, ignore_index=True)


def _by_reason(known: list[tuple[Published, np.ndarray]], panel: Panel) -> pd.DataFrame:
    rows = [row for one, actual in known for override in one.overrides if (row := _judged(one, actual, override, panel))]
    table = pd.DataFrame(rows, columns=["reason", "overrides", "cells", "units", "nearer"])
    sums = table.groupby("reason").sum().reset_index()
    sums["added"] = sums["nearer"] / sums["units"].where(sums["units"] > 0)
    return sums.drop(columns="nearer").sort_values("added", ascending=False, ignore_index=True)


def _judged(one: Published, actual: np.ndarray, override: Override, panel: Panel) -> tuple[str, int, int, float, float] | None:
    """How much nearer to the sales the cells of an override came, in units."""
    cells = np.ix_(rows_of(override, one.ids, panel), steps_of(override, one.dates))
    sales = actual[cells]
    known = ~np.isnan(sales)
    if not known.any():
        return None
    before, after = np.abs(sales - one.mean[cells])[known].sum(), np.abs(sales - one.final[cells])[known].sum()
    return override.reason, 1, int(known.sum()), float(sales[known].sum()), float(before - after)


def _wape(actual: np.ndarray, said: np.ndarray) -> float:
    return float(np.abs(actual - said).sum() / actual.sum()) if actual.sum() > 0 else np.nan


def _bias(actual: np.ndarray, said: np.ndarray) -> float:
    return float((said - actual).sum() / actual.sum()) if actual.sum() > 0 else np.nan
