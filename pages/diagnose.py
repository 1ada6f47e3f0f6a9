"""Diagnose: what one SKU's sales repeat, whether their level holds, and what to try on them."""

import streamlit as st

from forecasting.plots import diagnostics
from ui import diagnosing, ending, parts
from ui.theme import palette

parts.header("Diagnose", "What do these sales repeat, does their level hold, and which model suits them?")
panel = parts.require_panel()
sku = parts.sku_picker(panel)
look = diagnosing.look_control(panel)
found = diagnosing.diagnosis(panel, sku, look)
if found is None:
    ending.end()

with st.container(border=True):
    parts.section("What to try")
    diagnosing.suggestion(found.orders)

with st.container(border=True):
    parts.section("Does the level hold?")
    parts.reading(found.level.reading)
    label = diagnosing.label(look)
    parts.chart(diagnostics.transformed(found.shown, palette(), label=label), "level", f"{label} of {sku} over time")
    with st.expander("The two tests"):
        diagnosing.tests(found.level)

left, right = st.columns(2)
for column, title, memory, name in (
    (left, "How far back do sales echo?", found.acf, "ACF"),
    (right, "What does each lag add?", found.pacf, "PACF"),
):
    with column.container(border=True, height="stretch"):
        parts.section(title)
        parts.reading(memory.reading)
        figure = diagnostics.correlogram(memory.frame, palette(), title=name, season=panel.season_length)
        parts.chart(figure, name.lower(), f"{name} of {sku} with its 95 % band")
        with st.expander("All values"):
            diagnosing.correlations(memory)

with st.container(border=True):
    parts.section("Trend, season and what is left")
    diagnosing.parts_of(sku, found)
st.caption(found.gaps)
parts.next_step("model", "Try a model")
