"""SKU: one product over time, when it sells, and what its price does."""

import streamlit as st

from forecasting.core.frequency import grain
from forecasting.plots import history
from forecasting.workflow import exploring
from ui import cached, diagnosing, parts, readings, words
from ui.language import t
from ui.theme import palette
from ui.workspace import current

parts.header("SKU", "One product over time: how it sells, when it sells, and at what price.")
panel = parts.require_panel()
workspace = current()
with st.container(horizontal=True, vertical_alignment="bottom", key="controls"):
    sku = parts.sku_picker(panel)
    view = parts.view_control(panel)

row = cached.summary(panel).loc[sku]
periods, noun = exploring.recent_periods(panel), grain(panel.freq).noun
parts.reading(readings.recent_sales(row, periods, noun))
parts.kpis(parts.sku_cards(row, periods, noun, panel))

frame = exploring.timeline(panel, sku, view)
with st.container(border=True):
    parts.section("Sales over time", parts.country_control)
    holidays = exploring.holidays(panel, workspace.country) if view == panel.freq else ()
    parts.chart(history.history(frame, palette(), events=holidays), "history", f"Units of {sku} over time")

rhythm = exploring.rhythm(panel, sku)
if rhythm is not None:
    with st.container(border=True):
        parts.section("When it sells")
        parts.reading(readings.season(rhythm.grid) if noun == "day" else rhythm.reading)
        parts.chart(history.heat(rhythm.grid, palette(), mean=rhythm.mean), "heat", f"Units of {sku} by {rhythm.by}")

if frame["price"].notna().any():
    with st.container(border=True):
        parts.section("Price and units")
        only = readings.only_price(frame)
        if only is None:
            st.caption(t(f"Each dot is one {words.period(view)}."))
            parts.chart(history.price_and_units(frame, palette()), "price", f"Units of {sku} against its price")
        else:
            st.caption(t(f"One unit has always sold for {words.money(only)}, so nobody can tell what another price would do."))

parts_of_sales = st.expander(t("Trend, season and what is left"), key="sku-parts", on_change="rerun")
if parts_of_sales.open:
    with parts_of_sales:
        found = diagnosing.diagnosis(panel, sku, diagnosing.Look())
        if found is not None:
            diagnosing.parts_of(sku, found)
parts.next_step("diagnose", "Diagnose this SKU")
