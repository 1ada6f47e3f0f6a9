"""Data: a file in, and at once what was found in it."""

import streamlit as st

from ui import parts
from ui.workspace import current

parts.header("Your sales", "Drop a sales spreadsheet, as messy as it is. You see the first chart a few seconds later.")
parts.sample_buttons()
panel = current().panel
if panel is not None:
    st.write(panel.freq, len(panel))
