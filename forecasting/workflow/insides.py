"""What the fit of one SKU looks like inside: a regression's design and terms, an ARIMA's roots, a topic's units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from forecasting.core.errors import HistoryTooShort
from forecasting.core.model import Fitted
from forecasting.core.panel import Panel

if TYPE_CHECKING:
    from forecasting.models.linear import FittedLinear
    from forecasting.models.regression import Regression
    from forecasting.models.selection import Selection
    from forecasting.models.trees import FittedTrees


@dataclass(frozen=True, eq=False)
class Insides:
    """Each part is None where the model has none of it. `roots`: rows `part, real, imaginary, size`, the inverse roots;
    `topics`: rows `topic, units`, what each adds to the total over the horizon; `periods`: the same as rows `ds, term, units`
    for each period, where a model knows it.
    """

    unique_id: str
    regression: Regression | None = None
    selection: Selection | None = None
    roots: pd.DataFrame | None = None
    topics: pd.DataFrame | None = None
    periods: pd.DataFrame | None = None


def insides_of(fitted: Fitted, panel: Panel, unique_id: str, horizon: int, future: pd.DataFrame | None) -> Insides | None:
    """Lay the fit of one SKU open; None for a model without parameters of its own for each SKU."""
    from forecasting.models.arima import FittedArima  # a server that only shows forms does not need them
    from forecasting.models.linear import FittedLinear
    from forecasting.models.network.fitted import FittedNetwork
    from forecasting.models.regression import lay_open
    from forecasting.models.trees import FittedTrees

    if isinstance(fitted, FittedLinear):
        opened = lay_open(fitted, unique_id, horizon, future)
        return Insides(unique_id, regression=opened, selection=_selected(fitted, panel, unique_id, horizon))
    if isinstance(fitted, FittedArima):
        return Insides(unique_id, roots=fitted.roots(unique_id))
    if isinstance(fitted, FittedNetwork):
        return Insides(unique_id, topics=fitted.contributions(future, [unique_id])[["topic", "units"]])
    if isinstance(fitted, FittedTrees):
        return _moved(fitted, unique_id, horizon, future)
    return None


def _moved(fitted: FittedTrees, unique_id: str, horizon: int, future: pd.DataFrame | None) -> Insides:
    rows = fitted.contributions(horizon, future, [unique_id]).drop(columns="unique_id")
    totals = rows.groupby("topic", sort=False)["units"].sum().reset_index()
    return Insides(unique_id, topics=totals, periods=rows.rename(columns={"topic": "term"}))


def _selected(fitted: FittedLinear, panel: Panel, unique_id: str, horizon: int) -> Selection | None:
    from forecasting.models.selection import select_terms

    try:
        return select_terms(panel, fitted.spec, unique_id, horizon)
    except HistoryTooShort:
        return None
