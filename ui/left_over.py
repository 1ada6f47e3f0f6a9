"""The residual panel: what a model left unexplained, over time, as a distribution, and against its own past."""

from typing import Any

import pandas as pd
import streamlit as st

from forecasting.explore import left_over
from forecasting.plots import residuals as plots
from forecasting.workflow import Remains
from ui import parts, words
from ui.theme import palette

_LEAST = 20


def draw(table: pd.DataFrame | None, remains: Remains | None, sku: str) -> None:
    """Draw the residuals of one SKU (`unique_id, ds, y, fitted`) and their tests; nothing where the model has none."""
    rows = None if table is None else left_over.residuals_of(table, sku)
    if rows is None or len(rows) < _LEAST or rows["residual"].nunique() < 3:
        return
    with st.container(border=True):
        parts.section("What the model leaves unexplained")
        tested = remains if remains is not None and remains.unique_id == sku else None
        parts.reading(tested.reading if tested else "Fit again with this SKU selected to have its residuals tested.")
        _charts(rows, tested)
        if tested:
            _tests(tested)


def _charts(rows: pd.DataFrame, remains: Remains | None) -> None:
    found = left_over.spread(rows["residual"].to_numpy())
    edges, counts, normal = found.edges.tolist(), found.counts.tolist(), found.normal.tolist()
    colors = palette()
    above, below = st.columns(2), st.columns(2)
    with above[0]:
        st.caption("**Over time.** Sold minus expected one period ahead; it should look like noise around zero.")
        parts.chart(plots.over_time(rows, colors), "residuals", "Residuals over time")
    with above[1]:
        st.caption("**How they are spread**, beside a bell curve.")
        parts.chart(plots.histogram(edges, counts, normal, colors), "histogram", "Histogram of the residuals")
    with below[0]:
        st.caption("**Against a bell curve (QQ).** Dots on the line are normal; ends off the line are surprises.")
        parts.chart(
            plots.quantiles(found.points, colors), "quantiles", "Quantiles of the residuals against a normal distribution"
        )
    if remains is not None and len(remains.acf):
        with below[1]:
            st.caption("**Against their own past (ACF).** Bars beyond the band are a pattern the model missed.")
            figure = plots.correlations(remains.acf.tolist(), remains.band, colors)
            parts.chart(figure, "residual-acf", "Autocorrelation of the residuals")


def _tests(remains: Remains) -> None:
    with st.expander("Tests of the residuals", icon=":material/science:"):
        number = st.column_config.NumberColumn
        config: dict[str, Any] = {
            "name": "Test",
            "statistic": number("Statistic", format="%.3g"),
            "p_value": number("p", format="%.3f"),
            "passed": st.column_config.CheckboxColumn("Passed"),
            "reading": st.column_config.TextColumn("Reading", width="large"),
        }
        st.dataframe(remains.tests, hide_index=True, column_config=config, placeholder=words.UNDEFINED, key="residual-tests")
        st.caption("Ljung-Box by lag; the degrees of freedom are the lag less the ARMA coefficients.")
        lags: dict[str, Any] = {
            "lag": "Lag",
            "df": "Degrees of freedom",
            "statistic": number("Q", format="%.2f"),
            "p_value": number("p", format="%.3f"),
        }
        st.dataframe(remains.ljung_box, hide_index=True, column_config=lags, key="ljung-box")
