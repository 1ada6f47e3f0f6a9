"""The language of the session: English, or what a catalogue in `ui/locale` translates it to.

Pages and package speak English; whatever a reader sees goes through `t` on its way to the screen: `st.button(t("Cancel"))`,
`st.error(t(str(error)))`, `st.caption(t(f"Takes about {minutes} minutes."))`. Numbers and names may stand in it already, as in
the package's own readings: `ui.phrases` finds the sentence again. `scripts/translate.py` keeps the catalogues in step.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from streamlit import runtime

from ui.phrases import LOCALES, phrases

ENGLISH = "en"
_OWN_NAMES = {ENGLISH: "English", "zh_CN": "简体中文"}
LANGUAGES = {code: name for code, name in _OWN_NAMES.items() if code == ENGLISH or (LOCALES / code).is_dir()}
IN_URL = "lang"
_KEY = "_language"
_WIDGET = "language"
_DATES = {"zh_CN": [
    {"dtickrange": [None, 86_400_000], "value": "%H:%M\n%-m月%-d日"},
    {"dtickrange": [86_400_000, "M1"], "value": "%-m月%-d日\n%Y年"},
    {"dtickrange": ["M1", "M12"], "value": "%-m月\n%Y年"},
    {"dtickrange": ["M12", None], "value": "%Y年"},
]}  # fmt: skip
_MOST_CATEGORIES = 400
Text = TypeVar("Text", str, str | None)


def current() -> str:
    """The language of this session; English outside of any."""
    return str(st.session_state.get(_KEY, ENGLISH)) if runtime.exists() else ENGLISH


def tag() -> str:
    """The language of this session as web pages name it: `zh-CN`."""
    return current().replace("_", "-")


def t(text: Text) -> Text:
    """What is to be read, in the language of the session. What the catalogue does not know, such as a SKU, stays as it is."""
    language = current()
    return phrases(language).say(text) if text and language != ENGLISH else text


def begin() -> None:
    """Choose the language of a new session: the link's, else the browser's, else English."""
    if _KEY not in st.session_state:
        asked = st.query_params.get(IN_URL)
        st.session_state[_KEY] = asked if asked in LANGUAGES else _of_browser()


def in_url() -> str | None:
    """What a link has to say so that it opens in this language; nothing where the browser asks for it anyway."""
    return None if current() == _of_browser() else current()


def _of_browser() -> str:
    wanted = (st.context.locale or ENGLISH).replace("_", "-").lower()
    return next((code for code in LANGUAGES if code.split("_")[0] == wanted.split("-")[0]), ENGLISH)


def switch() -> None:
    """Choose the language, in the sidebar."""
    if len(LANGUAGES) < 2:
        return
    st.session_state[_WIDGET] = current()
    st.segmented_control(
        "Language · 语言", list(LANGUAGES), format_func=LANGUAGES.__getitem__, required=True, key=_WIDGET, on_change=_take,
        label_visibility="collapsed",
    )  # fmt: skip


def _take() -> None:
    st.session_state[_KEY] = st.session_state[_WIDGET]


def teller() -> Callable[[Any], str]:
    """`t` for the `format_func` of a widget: it keeps the language with which the widget was drawn."""
    language = current()
    return str if language == ENGLISH else lambda option: phrases(language).say(str(option))


def told_from(labels: Mapping[Any, str]) -> Callable[[Any], str]:
    """The `format_func` of a widget whose options are the keys of `labels`."""
    say = teller()
    return lambda key: say(labels[key])


def figure(drawn: go.Figure) -> go.Figure:
    """A figure of `forecasting.plots` in the language of the session: its titles, legend, hovers, notes and dates."""
    language = current()
    if language == ENGLISH:
        return drawn
    layout = drawn.layout
    _say(layout.title, "text")
    _say(layout.legend.title, "text")
    for note in layout.annotations:
        _say(note, "text", "hovertext")
    for axis in (*drawn.select_xaxes(), *drawn.select_yaxes()):
        _say(axis.title, "text")
        _say(axis, "ticktext", "hoverformat")
    for trace in drawn.data:
        if _has_dates(getattr(trace, "x", None)):
            layout[f"xaxis{(trace.xaxis or 'x')[1:]}"].tickformatstops = _DATES[language]
        if (bar := getattr(trace, "colorbar", None)) is not None:
            _say(bar.title, "text")
        _say(trace, "name", "text", "hovertext", "hovertemplate", "texttemplate", "x", "y", "customdata")
    return drawn


def _has_dates(values: Any) -> bool:
    return values is not None and len(values) > 0 and isinstance(values[0], date | np.datetime64)


def _say(part: object, *names: str) -> None:
    """Translate some texts, and short lists of texts, of a part of a figure."""
    for name in names:
        value = getattr(part, name, None)
        if isinstance(value, str):
            setattr(part, name, t(value))
        elif value is not None and 0 < len(value) <= _MOST_CATEGORIES and all(isinstance(one, str) for one in value):
            setattr(part, name, [t(one) for one in value])
        elif name == "text" and value is not None and len(value) and isinstance(value[0], list | tuple | np.ndarray):
            setattr(part, name, [[t(str(cell)) for cell in row] for row in value])
