"""The residual panel: what a model left unexplained, over time, as a distribution, and against its own past."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from forecasting.core.model import Model
from forecasting.explore import left_over
from forecasting.plots import residuals as plots
from forecasting.workflow import Remains
from forecasting.workflow.remedies import Remedy, remedies
from ui import parts, tables, words
from ui.language import t
from ui.theme import palette
from ui.workspace import current

_LEAST = 20
_NOISE = 9  # decimals: what is beyond is what computers make of nought


def draw(
    table: pd.DataFrame | None,
    remains: Remains | None,
    sku: str,
    spec: Model | None = None,
    season: int = 1,
    noun: str = "period",
) -> None:
    """Draw the residuals of one SKU (`unique_id, ds, y, fitted`) and their tests; nothing where the model has none.

    `noun` is one period. With the `spec` that left them, a button offers the setting that answers a pattern, where the model
    has one.
    """
    rows = None if table is None else left_over.residuals_of(table, sku)
    if rows is None or len(rows) < _LEAST or rows["residual"].nunique() < 3:
        return
    with st.container(border=True):
        parts.section("What the model leaves unexplained")
        tested = remains if remains is not None and remains.unique_id == sku else None
        parts.reading(tested.reading if tested else "Fit again with this SKU selected to have its residuals tested.")
        if tested:
            _answers(tested, spec, season, noun)
        _charts(rows, tested, noun)
        if tested:
            _groups(tested, noun)
            parts.folded("Tests of the residuals", "residual-tests", partial(_tests, tested), icon=":material/science:")
            if len(tested.training):
                training = partial(_training, tested, noun)
                parts.folded("Accuracy on the sales it has learnt from", "training", training, icon=":material/school:")


def _answers(remains: Remains, spec: Model | None, season: int, noun: str) -> None:
    """What the tests object to, one sentence each, and the buttons that change the form's settings."""
    failed = remains.tests.loc[~remains.tests["passed"], "reading"]
    said = [reading for reading in failed if reading != remains.reading]
    if said:
        st.markdown(t("\n".join(f"- {reading}" for reading in said)))
    offered = remedies(spec, remains.findings, season, noun) if spec is not None else ()
    if offered:
        with st.container(horizontal=True):
            for remedy in offered:
                if st.button(t(remedy.label), key=f"remedy-{remedy.label}", icon=":material/tune:"):
                    _apply(remedy)


def _apply(remedy: Remedy) -> None:
    """The form starts with the changed settings; nothing is fitted before its button is pressed."""
    current().specs[remedy.spec.name] = remedy.spec
    for key in [key for key in st.session_state if str(key).startswith(f"{remedy.spec.name}-")]:
        del st.session_state[key]  # what the form showed before would win over what is applied
    st.toast(t(f"{remedy.label}: set in the form above. Press Fit to see what it changes."), icon=":material/tune:")
    st.rerun()


def _groups(remains: Remains, noun: str) -> None:
    """Mean residuals by weekday and by promotion, and the partial correlations."""
    shown = [by for by in ("weekday", "promotion") if (remains.groups["by"] == by).any()]
    columns = iter(st.columns(2 if len(shown) < 2 else 3))
    for by in shown:
        rows = remains.groups[remains.groups["by"] == by]
        reading = remains.tests.loc[remains.tests["name"] == by.capitalize(), "reading"].iloc[0]
        with next(columns):
            told = f"**{t(f'By {by}.')}** {t(reading)}"
            st.caption(t(told))
            figure = plots.by_group(rows["group"].tolist(), rows["mean"].tolist(), palette())
            parts.chart(figure, f"residuals-{by}", f"Mean residual by {by}")
    if len(remains.pacf):
        with next(columns):
            st.caption(t("**What each lag adds (PACF).** Bars beyond the band are what an autoregressive term would learn."))
            figure = plots.correlations(remains.pacf.tolist(), remains.band, palette(), noun=noun)
            parts.chart(figure, "residual-pacf", "Partial autocorrelation of the residuals")


def _charts(rows: pd.DataFrame, remains: Remains | None, noun: str) -> None:
    found = left_over.spread(rows["residual"].to_numpy())
    edges, counts, normal = found.edges.tolist(), found.counts.tolist(), found.normal.tolist()
    colors = palette()
    above, below = st.columns(2), st.columns(2)
    with above[0]:
        st.caption(t(f"**Over time.** Sold minus expected one {noun} ahead; it should look like noise around zero."))
        parts.chart(plots.over_time(rows, colors), "residuals", "Residuals over time")
    with above[1]:
        st.caption(t("**How they are spread**, beside a bell curve."))
        parts.chart(plots.histogram(edges, counts, normal, colors), "histogram", "Histogram of the residuals")
    with below[0]:
        st.caption(t("**Against a bell curve (QQ).** Dots on the line are normal; ends off the line are surprises."))
        parts.chart(
            plots.quantiles(found.points, colors), "quantiles", "Quantiles of the residuals against a normal distribution"
        )
    if remains is not None and len(remains.acf):
        with below[1]:
            st.caption(t("**Against their own past (ACF).** Bars beyond the band are a pattern the model missed."))
            figure = plots.correlations(remains.acf.tolist(), remains.band, colors, noun=noun)
            parts.chart(figure, "residual-acf", "Autocorrelation of the residuals")


def _training(remains: Remains, noun: str) -> None:
    st.caption(
        t(f"One {noun} ahead, on sales that the model has seen, which flatters. What counts is the error on held-back sales.")
    )
    shown, forms = tables.apart(remains.training.round({"value": _NOISE}), {"value": "%.4g"})
    number = st.column_config.NumberColumn("Value", format=forms["value"])
    tables.show(
        shown,
        hide_index=True,
        column_config={"measure": "Measure", "value": number},
        placeholder=words.UNDEFINED,
        key="training-accuracy",
    )


def _tests(remains: Remains) -> None:
    number = st.column_config.NumberColumn
    config: dict[str, Any] = {
        "test": "Test",
        "statistic": number("Statistic", format="%.3g"),
        "p_value": st.column_config.TextColumn("p", alignment="right"),
        "passed": st.column_config.CheckboxColumn("Passed"),
        "reading": st.column_config.TextColumn("Reading", width="large"),
    }
    tests = remains.tests.rename(columns={"name": "test"})
    tables.show(_with_p(tests), hide_index=True, column_config=config, placeholder=words.UNDEFINED, key="residual-tests")
    st.caption(t("Ljung-Box by lag; the degrees of freedom are the lag less the ARMA coefficients."))
    lags: dict[str, Any] = {
        "lag": "Lag",
        "df": "Degrees of freedom",
        "statistic": number("Q", format="%.2f"),
        "p_value": st.column_config.TextColumn("p", alignment="right"),
    }
    tables.show(_with_p(remains.ljung_box), hide_index=True, column_config=lags, key="ljung-box")


def _with_p(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(p_value=table["p_value"].map(words.p_value), statistic=table["statistic"].round(_NOISE))
