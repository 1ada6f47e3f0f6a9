"""Diagnose: what one SKU's sales repeat, whether their level holds, and what to try on them."""

import streamlit as st

from forecasting.core.frequency import grain
from forecasting.plots import diagnostics
from ui import diagnosing, ending, parts
from ui.language import t
from ui.theme import palette

parts.header("Diagnose", "What do these sales repeat, does their level hold, and which model suits them?")
panel = parts.require_panel()
sku = parts.sku_picker(panel)
look = diagnosing.look_control(panel)
found = diagnosing.diagnosis(panel, sku, look)
if found is None:
    ending.end()

above = st.columns(2)
with above[0].container(border=True, height="stretch"):
    parts.section("In short")
    diagnosing.in_short(found)
with above[1].container(border=True, height="stretch"):
    parts.section("What to try")
    diagnosing.suggestion(panel, sku, found.orders)

with st.container(border=True):
    parts.section("Does the level hold?")
    parts.reading(found.level.reading)
    label = diagnosing.label(look)
    parts.chart(diagnostics.transformed(found.shown, palette(), label=label), "level", f"{label} of {sku} over time")
    if found.scale:
        st.caption(t(found.scale))
    with st.expander(t("The three tests")):
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
        parts.chart(figure, name.lower(), f"{name} of {sku} with its two 95 % bands")
        with st.expander(t("All values")):
            diagnosing.correlations(memory)

season, taken_apart, breaks, peaks = st.tabs([t("Season"), t("Trend, season and rest"), t("Breaks"), t("Peaks")])
with season:
    diagnosing.season(sku, found.season, found.waves, grain(panel.freq).noun)
with taken_apart:
    diagnosing.parts_of(sku, found)
with breaks:
    diagnosing.breaks(sku, found.steps)
with peaks:
    diagnosing.peaks(found)
st.caption(t(found.gaps))
parts.next_step("model", "Try a model")
