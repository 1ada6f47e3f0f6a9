"""Diagnose: what one SKU's sales repeat, whether their level holds, and what to try on them."""

import streamlit as st

from forecasting.plots import diagnostics
from ui import diagnosing, parts
from ui.theme import palette

parts.header("Diagnose", "What do these sales repeat, does their level hold, and which model suits them?")
panel = parts.require_panel()
sku = parts.sku_picker(panel)
transform = diagnosing.transform_control(panel)
found = diagnosing.diagnosis(panel, sku, transform)
if found is None:
    st.stop()

with st.container(border=True):
    parts.section("What to try")
    diagnosing.suggestion(found.orders)

with st.container(border=True):
    parts.section("Does the level hold?")
    parts.reading(found.level.reading)
    label = diagnosing.label(transform)
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
    parts.reading(found.parts.reading)
    parts.chart(diagnostics.parts(found.parts.frame, palette(), odd=found.odd), "parts", f"Trend, season and rest of {sku}")
    if len(found.odd):
        with st.expander(f"{len(found.odd)} periods stand out"):
            diagnosing.odd_table(found.odd)
