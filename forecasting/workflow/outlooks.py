"""What an outlook says about each SKU and about all of them, as numbers for a screen."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core.panel import Panel
from forecasting.evaluation.hierarchy import Hierarchy
from forecasting.export import product_names
from forecasting.workflow.modelling import Outlook

_NOTHING = 1e-6  # of a SKU's sales: rounding, no effect


@dataclass(frozen=True)
class Sum:
    """The whole horizon in one number: expected units with their 80 % range, and the units of as many periods before."""

    mean: float
    low: float
    high: float
    before: float

    @property
    def change(self) -> float:
        """Against the periods before, as a fraction; NaN where nothing sold or the history is shorter."""
        return self.mean / self.before - 1 if self.before > 0 else float("nan")


def total_of(outlook: Outlook, panel: Panel) -> Sum:
    """All SKUs together, by the first model."""
    total = outlook.totals[0]
    mean, low, high = (float(total.total(q=q)[0]) for q in (None, 0.1, 0.9))
    return Sum(mean, low, high, float(_before(panel, total.horizon).sum()))


def by_sku(outlook: Outlook, panel: Panel) -> pd.DataFrame:
    """One row for each SKU, most units first: `sku, name, units, low, high, before, change, baseline, note`.

    `units` is the sum over the horizon by the first model, `low` and `high` its 80 % range, `before` the units of as many
    periods before the cutoff, `change` a fraction, `baseline` the sum of the seasonal naive, `note` what is special.
    """
    forecast = outlook.forecasts[0]
    before = _before(panel, forecast.horizon)
    units = forecast.total()
    reasons = {failure.unique_id: failure.reason for failure in outlook.failures}
    flags = forecast.flags or ("",) * len(forecast.ids)
    table = pd.DataFrame(
        {
            "sku": forecast.ids,
            "name": product_names(panel).reindex(forecast.ids).to_numpy(),
            "units": units,
            "low": forecast.total(q=0.1),
            "high": forecast.total(q=0.9),
            "before": before,
            "change": np.divide(units, before, out=np.full(len(units), np.nan), where=before > 0) - 1,
            "baseline": outlook.baseline.select(forecast.ids).total(),
            "note": [flag or reasons.get(sku, "") for sku, flag in zip(forecast.ids, flags, strict=True)],
        }
    )
    return table.sort_values("units", ascending=False, kind="stable", ignore_index=True)


def by_group(outlook: Outlook, panel: Panel) -> pd.DataFrame:
    """One row for each category, most units first: `group, skus, units, low, high, before, change`; see `by_sku`.

    The units of all rows together are those of all SKUs. Empty where the data has no categories.
    """
    if not outlook.groups:
        return pd.DataFrame(columns=["group", "skus", "units", "low", "high", "before", "change"])
    forecast, hierarchy = outlook.groups[0], Hierarchy.of(panel, outlook.grouped_by)
    before = hierarchy.sums(_before(panel, forecast.horizon))[1:]
    units = forecast.total()
    table = pd.DataFrame(
        {
            "group": forecast.ids,
            "skus": np.bincount(hierarchy.member, minlength=len(forecast.ids)),
            "units": units,
            "low": forecast.total(q=0.1),
            "high": forecast.total(q=0.9),
            "before": before,
            "change": np.divide(units, before, out=np.full(len(units), np.nan), where=before > 0) - 1,
        }
    )
    return table.sort_values("units", ascending=False, kind="stable", ignore_index=True)


def plan_effect(outlook: Outlook, panel: Panel) -> pd.DataFrame:
    """What the plan brings, largest first: `sku, name, usual, planned, difference` in units over the horizon.

    Only SKUs for which the plan makes a difference; empty where there was no plan to compare with.
    """
    forecast = outlook.forecasts[0]
    planned = forecast.total()
    usual = planned if outlook.usual is None else outlook.usual.sum(axis=1)
    names = product_names(panel).reindex(forecast.ids).to_numpy()
    table = pd.DataFrame(
        {"sku": forecast.ids, "name": names, "usual": usual, "planned": planned, "difference": planned - usual}
    )
    moved = table[table["difference"].abs() > _NOTHING * np.maximum(table["usual"], 1.0)]
    return moved.sort_values("difference", key=abs, ascending=False, kind="stable", ignore_index=True)


def failures_by_reason(outlook: Outlook) -> pd.DataFrame:
    """How many SKUs fell back, for each reason: `reason, skus`."""
    reasons = pd.Series({failure.unique_id: failure.reason for failure in outlook.failures}, dtype=object)
    return reasons.value_counts().rename_axis("reason").reset_index(name="skus")


def _before(panel: Panel, periods: int) -> np.ndarray:
    """Units of each SKU in the last periods; NaN where the history is not that long and the two cannot be compared."""
    if len(panel.calendar) < periods:
        return np.full(len(panel), np.nan)
    starts = np.maximum(panel.indptr[:-1], panel.indptr[1:] - periods)
    cells = panel.columns["y"]
    return np.array([np.nansum(cells[first:last]) for first, last in zip(starts, panel.indptr[1:], strict=True)])
