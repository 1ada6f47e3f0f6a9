"""Model: choose a method, tune it, and see how far off it was on sales it had not seen."""

import streamlit as st

from ui import augmenting, ending, insides, left_over, models, parts, running, trying, tuning, views
from ui.language import t

panel = parts.require_panel()
parts.header("Model", "Choose a method, tune it, and see how far off it was on sales that it had not seen.")
with st.container(horizontal=True, vertical_alignment="bottom"):
    sku = parts.sku_picker(panel)
    horizon = parts.horizon_control(panel)

name = models.family_control()
ids = trying.scope_control(panel, sku, name)
trying.settings(panel, name, sku, ids, horizon)
running.follow(trying.JOB)
tuning.section(panel, name, sku, ids, horizon)
augmenting.section(panel, name, ids, horizon)

found = trying.result(sku, horizon, name)
if found is None:
    st.caption(t("Nothing is fitted before you press the button. The last block of sales is held back to test the model."))
    ending.end()

tryout, asked = found
seen = panel.select(asked.ids)
trying.verdict(tryout, seen, panel.freq)
trying.plan_note(tryout, panel)
with st.container(border=True):
    size, block = views.section_with_blocks("Actual and predicted", panel.freq, "model")
    trying.curve(tryout, seen, sku, size, block)
noun = trying.noun_of(panel)
insides.draw(tryout.fit.insides, sku, trying.flag(tryout, sku), noun)
left_over.draw(tryout.fit.residuals, tryout.remains, sku, tryout.fit.spec, panel.season_length, noun)
trying.details(tryout, sku)
parts.next_step("compare", "Compare it with other models")
