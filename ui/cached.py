"""What several pages need again and again, computed once for each panel and each spec, and shared by all sessions.

The key is always `Panel.digest` with plain values: Streamlit itself would only look at a sample of the rows of a large frame.
Results are shared, not copied: pages read them and change nothing.
"""

import pandas as pd
import streamlit as st

from forecasting import workflow
from forecasting.core.panel import Panel
from forecasting.workflow import exploring
from ui import words


@st.cache_resource(max_entries=3, show_spinner=False)
def sample(name: str) -> Panel:
    """A sample store; one copy serves everybody."""
    return workflow.open_sample(name)


def summary(panel: Panel) -> pd.DataFrame:
    """`workflow.exploring.summarise`: one row for each SKU, best sellers first."""
    return _summary(panel.digest, panel)


@st.cache_resource(max_entries=8, show_spinner=False)
def _summary(digest: str, _panel: Panel) -> pd.DataFrame:  # noqa: ARG001 - the digest is the key
    return exploring.summarise(_panel)


def sku_labels(panel: Panel) -> dict[str, str]:
    """Every SKU with its label, best sellers first."""
    return _sku_labels(panel.digest, panel)


@st.cache_resource(max_entries=8, show_spinner=False)
def _sku_labels(digest: str, _panel: Panel) -> dict[str, str]:  # noqa: ARG001 - the digest is the key
    table = summary(_panel)
    return {str(unique_id): words.sku(str(unique_id), name) for unique_id, name in table["name"].items()}


def total(panel: Panel, view: str) -> pd.DataFrame:
    """`workflow.exploring.total`: the units of the whole shop."""
    return _total(panel.digest, view, panel)


@st.cache_resource(max_entries=16, show_spinner=False)
def _total(digest: str, view: str, _panel: Panel) -> pd.DataFrame:  # noqa: ARG001 - the digest is the key
    return exploring.total(_panel, view)


def portfolio(panel: Panel) -> exploring.Portfolio:
    """`workflow.exploring.portfolio`: all SKUs side by side, the most money first."""
    return _portfolio(panel.digest, panel)


@st.cache_resource(max_entries=4, show_spinner=False)
def _portfolio(digest: str, _panel: Panel) -> exploring.Portfolio:  # noqa: ARG001 - the digest is the key
    return exploring.portfolio(_panel)
