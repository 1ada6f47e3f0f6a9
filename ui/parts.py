"""What several pages draw: headers, KPI cards, readings, empty states, charts, and the controls for SKU and horizon."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

import plotly.graph_objects as go
import streamlit as st

from forecasting.core.frequency import grain
from forecasting.core.panel import Panel
from forecasting.samples import SAMPLES
from ui import cached, words
from ui.demo import open_sample
from ui.workspace import Workspace, current

_CHART = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]}


@dataclass(frozen=True)
class Kpi:
    """One number on a card; `good` says whether a rise is good news, bad news or neither."""

    label: str
    value: str
    delta: str | None = None
    help: str | None = None
    good: Literal["normal", "inverse", "off"] = "normal"


def header(title: str, sentence: str = "") -> None:
    """The page's title with one sentence below it."""
    st.title(title, anchor=False)
    if sentence:
        st.html(f'<p class="house-lead">{escape(sentence)}</p>')


def kpis(cards: Sequence[Kpi]) -> None:
    """A row of cards that wraps on a narrow screen."""
    for column, card in zip(st.columns(len(cards)), cards, strict=True):
        column.metric(card.label, card.value, card.delta, delta_color=card.good, help=card.help, border=True, height="stretch")


def reading(sentence: str) -> None:
    """What a chart or a statistic says, in one sentence."""
    st.html(f'<p class="house-reading">{escape(sentence)}</p>')


def chart(figure: go.Figure, key: str, alt: str) -> None:
    """A figure of `forecasting.plots`, drawn in the theme in use; `alt` is what a screen reader says."""
    name = {"toImageButtonOptions": {"format": "png", "filename": f"shelfcast-{key}", "scale": 2}}
    st.plotly_chart(figure, key=key, config=_CHART | name, alt=alt)


def sample_buttons(names: Sequence[str] = tuple(SAMPLES)) -> None:
    """A button for each sample store."""
    with st.container(horizontal=True):
        for name in names:
            sample = SAMPLES[name]
            st.button(sample.title, key=f"sample-{name}", help=sample.sentence, icon=":material/storefront:",
                      on_click=open_sample, args=(current(), name))  # fmt: skip


def require_panel() -> Panel:
    """The data in use; without any, the page says what to do next, offers it, and stops."""
    panel = current().panel
    if panel is None:
        _no_data()
        st.stop()
    return panel


def _no_data() -> None:
    with st.container(border=True):
        st.subheader("There is no data yet", anchor=False)
        st.write("Drop your sales file on the Data page, or look around in a sample store first.")
        with st.container(horizontal=True):
            if st.button("Go to the Data page", type="primary", icon=":material/upload_file:"):
                st.switch_page(data_page())
        sample_buttons(("retail", "grocery"))


def data_page() -> str:
    """Where data comes in, for `st.switch_page`."""
    return page("data")


def page(name: str) -> str:
    """The path of a page by its name, for `st.switch_page` and `st.page_link`."""
    return f"../pages/{name}.py"


def sku_picker(panel: Panel, label: str = "SKU") -> str:
    """Choose one SKU, best sellers first; the choice is kept in the workspace and the URL."""
    workspace = current()
    labels = cached.sku_labels(panel)
    if workspace.sku not in labels:
        workspace.select(sku=next(iter(labels)))
    st.session_state["sku-picker"] = workspace.sku
    st.selectbox(
        label, list(labels), format_func=labels.__getitem__, key="sku-picker", on_change=_take_sku, args=(workspace,),
        help="Type a part of the code or of the name. Best sellers come first.",
    )  # fmt: skip
    return str(workspace.sku)


def _take_sku(workspace: Workspace) -> None:
    workspace.select(sku=st.session_state["sku-picker"])


def horizon_control(panel: Panel) -> int:
    """Choose how far ahead to look; the choice is kept in the workspace and the URL."""
    workspace = current()
    noun = grain(panel.freq).noun
    st.session_state["horizon-control"] = workspace.horizon
    st.number_input(
        f"Horizon in {noun}s", min_value=1, max_value=min(400, max(1, len(panel.calendar) // 2)), step=1,
        key="horizon-control", on_change=_take_horizon, args=(workspace,),
        help=f"How many {noun}s ahead to forecast.",
    )  # fmt: skip
    return workspace.horizon


def _take_horizon(workspace: Workspace) -> None:
    workspace.select(horizon=st.session_state["horizon-control"])


def span_of(panel: Panel) -> str:
    """From when to when the data reaches."""
    return words.span(panel.first, panel.last)
