"""Compare: several models on the same cut-offs, none of which saw what came after."""

import streamlit as st

from forecasting.workflow import Standings
from ui import comparing, ending, parts, running, trying
from ui.language import t

panel = parts.require_panel()
parts.header("Compare", "Which method would have been closest? All are tested on the same past sales, which none of them saw.")
with st.container(horizontal=True, vertical_alignment="bottom"):
    sku = parts.sku_picker(panel)
    horizon = parts.horizon_control(panel)
comparing.settings(panel, sku, horizon)
here = running.follow(comparing.JOB)
standings, asked = here.result, here.settings
if not isinstance(standings, Standings) or not isinstance(asked, comparing.Asked):
    st.caption(t("Choose the models and press Compare. The seasonal naive is always there as the bar to beat."))
    ending.end()

with st.container(border=True):
    parts.section("Leaderboard")
    comparing.leaderboard(standings, asked, trying.noun_of(panel))
comparing.champions(standings, asked, sku)
comparing.curves(standings, comparing.taking_part(panel, asked), sku)
comparing.breakdowns(standings, panel)
comparing.worst(standings, panel)
