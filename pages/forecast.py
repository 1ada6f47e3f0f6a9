"""Forecast: every SKU in one run, what it adds up to, and the files to take away."""

import streamlit as st

from forecasting.workflow import Outlook
from ui import archive, ending, outlooks, overriding, parts, running, sums
from ui.language import t

panel = parts.require_panel()
parts.header("Forecast", "What each product will sell, what it adds up to, and a file to take away.")
with st.container(horizontal=True, vertical_alignment="bottom"):
    sku = parts.sku_picker(panel)
    horizon = parts.horizon_control(panel)
outlooks.settings(panel, sku, horizon)
here = running.follow(outlooks.JOB)
outlook, asked = here.result, here.settings
if not isinstance(outlook, Outlook) or not isinstance(asked, outlooks.Asked):
    st.caption(
        t("Press the button above. All SKUs are forecast in one run; a SKU that cannot be fitted falls back and is counted.")
    )
    archive.section(panel)
    ending.end()

seen = outlooks.taken(panel, asked)
outlooks.headline(outlook, seen)
outlooks.downloads(outlook, seen, asked)
outlooks.curve(outlook, seen, sku)
sums.what_if(outlook, seen)
sums.groups(outlook, seen)
outlooks.table(outlook, seen)
overriding.section(outlook, seen, sku)
archive.section(panel)
