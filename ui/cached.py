"""What several pages need again and again, computed once for each panel and each spec, and shared by all sessions.

The key is always `Panel.digest` with plain values: Streamlit itself would only look at a sample of the rows of a large frame.
"""

import numpy as np
import streamlit as st

from forecasting import workflow
from forecasting.core.panel import Panel
from ui import words


@st.cache_resource(max_entries=3, show_spinner=False)
def sample(name: str) -> tuple[Panel, object | None]:
    """A sample store's panel and what its import reported; one copy serves everybody."""
    return workflow.open_sample(name)


def sku_labels(panel: Panel) -> dict[str, str]:
    """Every SKU with its label, best sellers first."""
    return _sku_labels(panel.digest, panel)


@st.cache_resource(max_entries=8, show_spinner=False)
def _sku_labels(digest: str, _panel: Panel) -> dict[str, str]:  # noqa: ARG001 - the digest is the key
    units = np.nansum(_panel.matrix(), axis=1)
    names = _panel.static.get("description", _panel.static.get("name"))
    texts = [""] * len(_panel) if names is None else names.tolist()
    return {_panel.ids[row]: words.sku(_panel.ids[row], texts[row]) for row in np.argsort(-units, kind="stable")}
