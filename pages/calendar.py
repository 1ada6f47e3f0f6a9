"""Calendar: the days on which sales are special, for every model at once."""

import streamlit as st

from ui import calendars, parts
from ui.language import t

panel = parts.require_panel()
parts.header("Calendar", "Holidays, shopping festivals and your own events: what every model may know ahead of time.")
parts.country_control()
calendar = calendars.proposed(panel)
calendars.headline(panel, calendar)

with st.container(border=True):
    parts.section("Your own events")
    calendars.own_events(panel, calendar)
with st.container(border=True):
    parts.section("What comes next")
    calendars.coming(panel, calendar)
with st.expander(t("Shopping festivals"), icon=":material/local_mall:"):
    calendars.festivals(panel, calendar)
parts.next_step("diagnose", "Diagnose a SKU")
