"""Diagnose: what one SKU's sales repeat, whether their level holds, and what to try on them."""

from functools import partial

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
found, noun = diagnosing.diagnosis(panel, sku, look), grain(panel.freq).noun
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
    parts.folded("The three tests", "level-tests", partial(diagnosing.tests, found.level))

left, right = st.columns(2)
for column, title, memory, name in (
    (left, "How far back do sales echo?", found.acf, "ACF"),
    (right, "What does each lag add?", found.pacf, "PACF"),
):
    with column.container(border=True, height="stretch"):
        parts.section(title)
        parts.reading(memory.reading)
        figure = diagnostics.correlogram(memory.frame, palette(), title=name, season=panel.season_length, noun=noun)
        parts.chart(figure, name.lower(), f"{name} of {sku} with its two 95 % bands")
        parts.folded("All values", f"{name}-values", partial(diagnosing.correlations, memory))

parts.tabs(
    "diagnosis",
    {
        "What repeats": partial(diagnosing.lengths, sku, found.waves, noun),
        "Season": partial(diagnosing.season, sku, found.season),
        "Trend, season and rest": partial(diagnosing.parts_of, sku, found),
        "Breaks": partial(diagnosing.breaks, sku, found.steps),
        "Peaks": partial(diagnosing.peaks, found),
    },
)
st.caption(t(found.gaps))
parts.next_step("model", "Try a model")
