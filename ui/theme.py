"""The frame of the app: window title, logo, styles, and chart colours that follow a switch of light and dark at once."""

from pathlib import Path

import streamlit as st
from streamlit.elements.lib import streamlit_plotly_theme as slots

from forecasting.plots.theme import Palette, faint, palette_of
from ui import language, words
from ui.language import t
from ui.workspace import Workspace

_ASSETS = Path(__file__).parent / "assets"

# Streamlit's browser side replaces these place-holders by the colours of the theme in use, so charts need no new run.
_CATEGORIES = tuple(getattr(slots, f"CATEGORY_{number}") for number in range(10))
_SEQUENTIAL = tuple(getattr(slots, f"SEQUENTIAL_{number}") for number in range(10))
LIVE = palette_of(
    _CATEGORIES,
    _SEQUENTIAL,
    muted=_CATEGORIES[8],
    grid=faint(_CATEGORIES[8], 0.22),
    text=_CATEGORIES[9],
    background=slots.BG_COLOR,
)


def palette() -> Palette:
    """The colours to hand to every function of `forecasting.plots` that is drawn on a page."""
    return LIVE


def frame() -> None:
    """What every page has: the window's title and icon, the logo, the house styles."""
    st.set_page_config(
        page_title="Shelfcast", page_icon=_ASSETS / "icon.png", layout="wide"
    )  # as text it is looked for among all emojis: 4 MB
    st.html(_ASSETS / "house.css")
    st.logo(str(_ASSETS / "logo.svg"), icon_image=str(_ASSETS / "mark.svg"), size="large")


def speak() -> None:
    """Tell the browser which language the page is in, and say what Streamlit says in English in that language."""
    with st.container(key="page-language"):
        st.html(f'<script>document.documentElement.lang = "{language.tag()}"</script>', unsafe_allow_javascript=True)
    if language.current() != language.ENGLISH:
        upload, limit = t("Upload"), t("Up to 200 MB per file")
        st.html(f'<style>:root {{ --house-upload: "{upload}"; --house-limit: "{limit}"; }}</style>')


def data_in_use(workspace: Workspace) -> None:
    """The foot of the sidebar: which data all pages are about."""
    panel = workspace.panel
    if panel is None:
        st.caption(t("No data yet. Start on the Data page."))
        return
    with st.container(key="data-in-use", gap="xxsmall"):
        st.caption(t("Data in use"))
        file = words.plain(words.data(workspace.name, sample=bool(workspace.sample)))
        st.markdown(t(f"**{file}**, cleaned") if workspace.cleaned else f"**{file}**")
        st.caption(t(f"{words.count(len(panel), 'SKU')} · {words.span(panel.first, panel.last)}"))
