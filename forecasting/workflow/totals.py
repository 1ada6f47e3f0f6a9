"""The sums over SKUs: a total and categories that add up, with intervals that know that SKUs rise and fall together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import pandas as pd

from forecasting.core.errors import SpecInvalid
from forecasting.core.forecast import Forecast
from forecasting.core.panel import Panel
from forecasting.evaluation.habits import error_scale
from forecasting.evaluation.hierarchy import TOTAL, Hierarchy, reconciled
from forecasting.features.lookback import Lookback
from forecasting.models import MODELS, make

Reconciliation = Literal["bottom-up", "mint"]
_FOR_SPREAD = next(name for name in ("linear", "weekday_mean") if name in MODELS)
_FOR_SUMS = "auto"


@dataclass(frozen=True)
class Sums:
    """How the forecasts of SKUs and those of their sums are made to agree.

    `reconciliation`: `bottom-up` adds the SKUs up; `mint` also forecasts the categories and the total, and moves the SKUs to
    what fits all of these best, never below zero. `by` is the attribute that groups SKUs, the category when none is named.
    Raises SpecInvalid for another way.
    """

    reconciliation: Reconciliation = "bottom-up"
    by: str = ""

    def __post_init__(self) -> None:
        if self.reconciliation not in get_args(Reconciliation):
            ways = ", ".join(get_args(Reconciliation))
            raise SpecInvalid(f"There is no way '{self.reconciliation}' of making sums agree; choose one of {ways}.")


ADDED_UP = Sums()


@dataclass(frozen=True, eq=False)
class Tree:
    """A panel and the hierarchy of its SKUs."""

    panel: Panel
    hierarchy: Hierarchy

    @classmethod
    def of(cls, panel: Panel, by: str = "") -> "Tree":
        """The tree of an attribute. Raises SpecInvalid when the SKUs do not have it."""
        if by and by not in panel.static.columns:
            offered = ", ".join(panel.static.columns) or "none"
            raise SpecInvalid(f"The SKUs have no attribute '{by}' to group them by; the data has: {offered}.")
        return cls(panel, Hierarchy.of(panel, by))

    @cached_property
    def sums(self) -> Panel:
        """The total and the groups as a panel of their own, in this order; regressors are the mean over the SKUs.

        A period in which nothing is known of any SKU stays missing.
        """
        listed = self.panel.listed
        columns = {"y": self.hierarchy.history(self.panel.matrix())}
        columns |= {name: self._mean(self.panel.matrix(name)) for name in self.panel.known}
        some = self.hierarchy.sums(listed.astype(float)) > 0
        rows, periods = np.nonzero(some)
        frame = {"unique_id": self._ids[rows], "ds": self.panel.calendar[periods]}
        frame |= {name: values[some] for name, values in columns.items()}
        panel = Panel.build(
            pd.DataFrame(frame), freq=self.panel.freq, season_length=self.panel.season_length, known=self.panel.known
        )
        return replace(panel, events=self.panel.events)

    def future(self, future: pd.DataFrame | None, horizon: int) -> pd.DataFrame | None:
        """The plan of the sums: the mean of what is planned for their SKUs."""
        if future is None or not self.panel.known:
            return None
        dates = self.panel.future_dates(horizon)
        plan = {name: self._mean(future[name].to_numpy(dtype=float).reshape(-1, horizon)).ravel() for name in self.panel.known}
        return pd.DataFrame({"unique_id": np.repeat(self._ids, horizon), "ds": np.tile(dates, len(self._ids)), **plan})

    def scale(self, horizon: int) -> np.ndarray:
        """The usual error of every node in units, the sums first: what a plain forecast of each was off by."""
        parts = [Lookback.of(panel.without(panel.regressors), horizon, None) for panel in (self.sums, self.panel)]
        return np.concatenate([error_scale(lookback, lookback.periods - 1, horizon) for lookback in parts])

    @property
    def _ids(self) -> np.ndarray:
        return np.array([f"{number:05}" for number in range(len(self.hierarchy.names))], dtype=object)

    def _mean(self, values: np.ndarray) -> np.ndarray:
        there = ~np.isnan(values)
        count = self.hierarchy.sums(there.astype(float))
        total = self.hierarchy.sums(np.nan_to_num(values))
        return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def agreed(tree: Tree, forecasts: Sequence[Forecast], future: pd.DataFrame | None) -> tuple[Forecast, ...]:
    """The forecasts moved to what fits forecasts of the categories and of the total best (MinT, never negative)."""
    horizon = forecasts[0].horizon
    own = make(_FOR_SUMS, horizon=horizon, seed=0).fit(tree.sums).forecast(horizon, tree.future(future, horizon))
    scale = tree.scale(horizon)
    return tuple(replace(forecast, mean=reconciled(tree.hierarchy, own.mean, forecast.mean, scale)) for forecast in forecasts)


def all_together(tree: Tree, forecasts: Sequence[Forecast]) -> tuple[tuple[Forecast, ...], tuple[Forecast, ...]]:
    """Each forecast as one series `total`, and as one series for each group; their means are the sums over the SKUs.

    Errors of SKUs are not independent (a holiday moves all of them), so their spread cannot be added up. It is taken from a
    regression on the sums' own sales instead.
    """
    if not forecasts:
        return (), ()
    bare = tree.sums.without(tree.sums.regressors)
    spread = make(_FOR_SPREAD).fit(bare).forecast(forecasts[0].horizon)
    every = tuple(
        replace(spread, model=forecast.model, ids=tree.hierarchy.names, mean=tree.hierarchy.sums(forecast.mean))
        for forecast in forecasts
    )
    groups = tree.hierarchy.groups
    return tuple(one.select([TOTAL]) for one in every), tuple(one.select(groups) for one in every) if groups else ()
