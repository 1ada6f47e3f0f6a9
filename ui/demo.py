"""Opens a sample store: by its button, or because the URL names it (`?demo=retail`)."""

import streamlit as st

from forecasting.samples import SAMPLES
from ui import cached
from ui.language import t
from ui.uploads import Source
from ui.workspace import Workspace


def open_sample(workspace: Workspace, name: str) -> None:
    """Make a sample store the data in use."""
    with st.spinner(t(f"Opening the sample: {SAMPLES[name].title.lower()} …")):
        panel = cached.sample(name)
    workspace.set_panel(panel, None, Source.of_sample(name))


def open_from_url(workspace: Workspace) -> None:
    """Open the sample that the URL names, unless there is data already."""
    name = st.query_params.get("demo", "")
    if workspace.panel is None and name in SAMPLES and SAMPLES[name].tidy:
        asked = workspace.horizon if "horizon" in st.query_params else None
        open_sample(workspace, name)
        workspace.select(horizon=asked)
