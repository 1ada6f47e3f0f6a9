"""What several pages draw: headers, KPI cards, readings, empty states, charts, and the controls for SKU and horizon."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from forecasting.core.frequency import grain
from forecasting.core.panel import Panel
from forecasting.samples import SAMPLES
from forecasting.workflow import exploring
from ui import cached, ending, language, readings, words
from ui.demo import open_sample
from ui.language import t
from ui.workspace import Workspace, current

COUNTRIES = {
    "US": "United States", "GB": "United Kingdom", "CN": "China", "DE": "Germany", "FR": "France", "ES": "Spain", "IT": "Italy",
    "NL": "Netherlands", "PL": "Poland", "SE": "Sweden", "CA": "Canada", "AU": "Australia", "IN": "India", "JP": "Japan",
    "KR": "South Korea", "SG": "Singapore", "BR": "Brazil", "MX": "Mexico",
}  # fmt: skip
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
    st.title(t(title), anchor=False)
    if sentence:
        st.html(f'<p class="house-lead">{escape(t(sentence))}</p>')


def kpis(cards: Sequence[Kpi], key: str = "") -> None:
    """A row of cards that wraps on a narrow screen; a second row on a page needs a key of its own."""
    row = st.container(key=f"kpis-{key}" if key else "kpis")
    for column, card in zip(row.columns(len(cards)), cards, strict=True):
        same = (card.delta or "").startswith(("0 %", "0%"))  # Streamlit draws an arrow up beside it
        column.metric(
            t(card.label), t(card.value), t(card.delta), delta_color="off" if same else card.good, help=t(card.help),
            border=True, height="stretch", delta_arrow="off" if same else "auto",
        )  # fmt: skip


def reading(sentence: str) -> None:
    """What a chart or a statistic says, in one sentence."""
    st.html(f'<p class="house-reading">{escape(t(sentence))}</p>')


def chart(figure: go.Figure, key: str, alt: str) -> None:
    """A figure of `forecasting.plots`, drawn in the theme in use; `alt` is what a screen reader says."""
    name = {"toImageButtonOptions": {"format": "png", "filename": f"shelfcast-{key}", "scale": 2}}
    st.plotly_chart(language.figure(figure), key=key, config=_CHART | name, alt=t(alt))


def section(title: str, control: Callable[[], None] | None = None) -> None:
    """The title of a part of a page, with a control at its right end."""
    if control is None:
        st.subheader(t(title), anchor=False)
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(t(title), anchor=False, width="content")
        control()


def folded(label: str, key: str, draw: Callable[[], object], *, icon: str | None = None, expanded: bool = False) -> None:
    """A part of the page one click away: it is drawn when it is opened, and nothing else is drawn anew for it."""
    st.fragment(_folded)(label, key, draw, icon, expanded)


def _folded(label: str, key: str, draw: Callable[[], object], icon: str | None, expanded: bool) -> None:
    box = st.expander(t(label), expanded, key=f"folded-{key}", icon=icon, on_change="rerun")
    if box.open:
        with box:
            draw()


def tabs(key: str, contents: Mapping[str, Callable[[], object]]) -> None:
    """Several parts in one place: only the one in front is drawn."""
    st.fragment(_tabs)(key, contents)


def _tabs(key: str, contents: Mapping[str, Callable[[], object]]) -> None:
    places = st.tabs([t(title) for title in contents], key=f"tabs-{key}-{language.tag()}", on_change="rerun")
    for tab, draw in zip(places, contents.values(), strict=True):
        if tab.open:
            with tab:
                draw()


def require_panel() -> Panel:
    """The data in use; without any, the page says what to do next, offers it, and stops."""
    panel = current().panel
    if panel is None:
        _no_data()
        ending.end()
    return panel


def _no_data() -> None:
    with st.container(border=True):
        st.subheader(t("There is no data yet"), anchor=False)
        st.write(t("Drop your sales file on the Data page, or look around in a sample store first."))
        with st.container(horizontal=True):
            if st.button(t("Go to the Data page"), type="primary", icon=":material/upload_file:"):
                st.switch_page(page("data"))
            for name in ("retail", "grocery"):
                st.button(t(f"Open the {SAMPLES[name].title.lower()}"), key=f"sample-{name}", icon=":material/storefront:",
                          on_click=open_sample, args=(current(), name))  # fmt: skip


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
        t(label), list(labels), format_func=labels.__getitem__, key="sku-picker", on_change=_take_sku, args=(workspace,),
        help=t("Type a part of the code or of the name. Best sellers come first."),
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
        t(f"Horizon in {noun}s"), min_value=1, max_value=min(400, max(1, len(panel.calendar) // 2)), step=1,
        key="horizon-control", on_change=_take_horizon, args=(workspace,),
        help=t(f"How many {noun}s ahead to forecast."),
    )  # fmt: skip
    return workspace.horizon


def _take_horizon(workspace: Workspace) -> None:
    workspace.select(horizon=st.session_state["horizon-control"])


def next_step(name: str, label: str) -> None:
    """The button that leads on."""
    if st.button(t(label), type="primary", icon=":material/arrow_forward:", icon_position="right"):
        st.switch_page(page(name))


def view_control(panel: Panel) -> str:
    """Choose days, weeks or months; weeks at first for daily data."""
    names = exploring.views(panel.freq)
    key = f"view-{panel.freq}"
    default = exploring.default_view(panel.freq)
    chosen = st.segmented_control(
        t("View"),
        list(names),
        format_func=language.told_from(names),
        default=default,
        required=True,
        key=key,
        persist_state="session",
    )
    return str(chosen or default)


def country_control() -> None:
    """Choose whose public holidays are marked; the choice is kept in the workspace."""
    workspace = current()
    st.session_state["country"] = workspace.country or ""
    st.selectbox(
        t("Holidays of"), ["", *COUNTRIES], format_func=language.told_from({"": "no holidays"} | COUNTRIES), key="country",
        on_change=_take_country, args=(workspace,), label_visibility="collapsed", width=190,
    )  # fmt: skip


def _take_country(workspace: Workspace) -> None:
    workspace.set_country(st.session_state["country"] or None)


def _demand(row: pd.Series) -> Kpi:
    if pd.isna(row["last_sale"]):
        return Kpi("Demand", words.UNDEFINED, help="It has never sold.")
    return Kpi("Demand", str(row["demand"]).capitalize(), help=f"{readings.DEMAND[row['demand']].capitalize()}.")


def sku_cards(row: pd.Series, periods: int, noun: str, panel: Panel) -> tuple[Kpi, ...]:
    """The numbers of one SKU of the summary."""
    lately = f"Units, {words.count(periods, noun)}"
    share = "of revenue" if panel.priced else "of units"
    return (
        Kpi(lately, words.on_card(row["recent"]), None if pd.isna(row["change"]) else words.change(row["change"]),
            f"Units sold in the last {words.count(periods, noun)}, against as many before."),
        Kpi("Mean price", words.money(row["price"]), help="What customers paid for one unit, over the whole history."),
        Kpi("Share of shop", words.percent(row["share"], 1), help=f"Its part {share}, over the whole history."),
        _demand(row),
        Kpi("Last sale", words.day(row["last_sale"]), help="The last period with a sale."),
    )  # fmt: skip
