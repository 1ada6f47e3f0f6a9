"""Data: a file in, and at once what was found in it."""

import streamlit as st

from forecasting.plots import history
from forecasting.workflow import exploring
from ui import cached, cleaning, ending, found, intake, parts, preview, profiles, saved, words
from ui.language import t
from ui.theme import palette
from ui.workspace import current

workspace = current()
panel, imported, source = workspace.panel, workspace.imported, workspace.source
parts.header("Your sales", "Drop a sales spreadsheet, as messy as it is. Nothing else is asked before the first chart.")
with (
    st.container()
    if panel is None
    else st.expander(t("Bring in other data"), icon=":material/upload_file:", expanded=intake.busy())
):
    intake.upload_box()
    intake.follow()
    intake.sample_cards()
if panel is None:
    saved.continue_box()
    profiles.section()
    intake.outlook()
    ending.end()

again = source if source is not None and source.at_hand else None
if imported is not None and again is not None:
    intake.recognised(imported, again)
parts.kpis(found.cards(panel, imported))
if imported is not None and again is not None:
    intake.questions(imported, again)
with st.container(border=True):
    file = words.data(workspace.name, sample=bool(workspace.sample))
    parts.section(f"Total sales · {file}")
    parts.reading(found.story(workspace))
    frame = cached.total(panel, exploring.default_view(panel.freq))
    parts.chart(history.total_sales(frame, palette()), "total", f"Units of all SKUs of {workspace.name} over time")
parts.next_step("sku", "See how each SKU sells")
if imported is not None and found.has_issues(imported):
    with st.container(border=True):
        parts.section("Worth a look" if found.problems(imported) else "Good to know")
        found.issues(imported)
cleaning.section(workspace.raw or panel)

if imported is not None:
    with st.container(border=True):
        parts.section("What each column means")
        intake.reread(imported, again, (workspace.raw or panel).digest[:12])
    with st.expander(t("The file as it was found, with what was recognised"), icon=":material/table_view:"):
        preview.tables(imported.tables)
profiles.section()
