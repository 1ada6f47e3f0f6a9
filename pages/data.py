"""Data: a file in, and at once what was found in it."""

import streamlit as st

from forecasting.plots import history
from forecasting.workflow import exploring
from ui import cached, cleaning, found, intake, parts
from ui.theme import palette
from ui.workspace import current

workspace = current()
panel, imported, source = workspace.panel, workspace.imported, workspace.source
parts.header("Your sales", "Drop a sales spreadsheet, as messy as it is. Nothing else is asked before the first chart.")
with (
    st.container()
    if panel is None
    else st.expander("Bring in other data", icon=":material/upload_file:", expanded=intake.busy())
):
    intake.upload_box()
    intake.follow()
    intake.sample_cards()
if panel is None:
    st.stop()

parts.kpis(found.cards(panel, imported))
if imported is not None and source is not None:
    intake.questions(imported, source)
with st.container(border=True):
    parts.section(f"Total sales · {workspace.name}")
    parts.reading(found.story(workspace))
    frame = cached.total(panel, exploring.default_view(panel.freq))
    parts.chart(history.total_sales(frame, palette()), "total", f"Units of all SKUs of {workspace.name} over time")
parts.next_step("sku", "See how each SKU sells")
cleaning.section(workspace.raw or panel)

if imported is not None and source is not None:
    if found.remarks(imported) or imported.report.rows_set_aside:
        with st.container(border=True):
            parts.section("Worth a look")
            found.issues(imported)
    with st.container(border=True):
        parts.section("What each column means")
        intake.mapping_form(imported.mapping, source, panel.digest[:12])
    with st.expander("The file as it was found"):
        found.as_found(imported)
