"""The residual panel: what a model left unexplained, over time, as a distribution, and against its own past."""

import pandas as pd
import streamlit as st

from forecasting.explore import left_over
from forecasting.plots import residuals as plots
from ui import parts
from ui.theme import palette

_LEAST = 20


def panel_of(table: pd.DataFrame | None, sku: str, season: int) -> None:  # noqa: ARG001
    """Draw the residuals of one SKU (`unique_id, ds, y, fitted`); nothing where the model has none."""
    if table is None:
        return
    rows = left_over.residuals_of(table, sku)
    if len(rows) < _LEAST or rows["residual"].nunique() < 3:
        return
    with st.container(border=True):
        parts.section("What the model leaves unexplained")
        st.caption("Residuals are what was sold minus what the model expected one period ahead. They should look like noise.")
        _charts(rows)


def _charts(rows: pd.DataFrame) -> None:
    found = left_over.spread(rows["residual"].to_numpy())
    left, right = st.columns(2)
    with left:
        st.caption("**Over time**")
        parts.chart(plots.over_time(rows, palette()), "residuals", "Residuals over time")
        st.caption("**How they are spread**")
        figure = plots.histogram(found.edges.tolist(), found.counts.tolist(), found.normal.tolist(), palette())
        parts.chart(figure, "histogram", "Histogram of the residuals")
    with right:
        st.caption("**Against a normal distribution**")
        parts.chart(
            plots.quantiles(found.points, palette()), "quantiles", "Quantiles of the residuals against a normal distribution"
        )
