"""Tables on the screen, with headings, helps and words in the language of the session; what they hold stays as it is."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from ui.language import ENGLISH, current, t

_NAMES = frozenset({"sku", "unique_id", "name", "file", "sheet", "example", "header"})
_MOST = 2_000
"""Rows beyond which a table is data to be looked up, not sentences to be read."""


def show(frame: pd.DataFrame, *, column_config: Mapping[str, Any] | None = None, raw: bool = False, **options: Any) -> Any:
    """`st.dataframe`; the cells of a `raw` table are the user's own and are shown as they are."""
    if "alt" in options:
        options["alt"] = t(options["alt"])
    return st.dataframe(frame if raw else told(frame), column_config=headed(frame, column_config or {}), **options)


def edit(
    frame: pd.DataFrame, *, column_config: Mapping[str, Any] | None = None, said: Sequence[str] = (), **options: Any
) -> pd.DataFrame:
    """`st.data_editor`; what is edited comes back under its English headings, and with its English choices.

    Columns in `said` hold words of ours, which are read in the language of the session: those left alone come back in English.
    """
    words = {name: {t(text): text for text in frame[name].unique() if isinstance(text, str)} for name in said}
    shown = frame.assign(**{name: frame[name].map(_cell) for name in said})
    edited = st.data_editor(shown, column_config=headed(frame, column_config or {}), **options)
    return edited.assign(**{name: edited[name].replace(known) for name, known in words.items()})


def whole_where_many(frame: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """Columns of units as people read them: whole where there are many, one decimal where there are few.

    >>> whole_where_many(pd.DataFrame({"units": [1234.56, 3.14]}), ["units", "low"])["units"].tolist()
    [1235.0, 3.1]
    """
    return frame.assign(**{name: sensible(frame[name].to_numpy()) for name in names if name in frame})


def sensible(units: np.ndarray) -> np.ndarray:
    """Numbers of units, whole from ten on, else to one decimal."""
    return np.where(np.abs(units) >= 10, np.round(units), np.round(units, 1))


def apart(frame: pd.DataFrame, forms: Mapping[str, str]) -> tuple[pd.DataFrame, dict[str, str]]:
    """The frame and the form of each column, where thousands stand apart in columns that reach them.

    A column's own form says how many digits it has, which only one with thousands apart cannot be told; its numbers from a
    thousand on are whole.

    >>> shown, forms = apart(pd.DataFrame({"mae": [81234.567, 12.3456], "mase": [0.8, 0.9]}), {"mae": "%.2f", "mase": "%.2f"})
    >>> shown["mae"].tolist(), forms
    ([81235.0, 12.35], {'mae': 'localized', 'mase': '%.2f'})
    """
    large = [name for name in forms if forms[name].startswith("%.") and frame[name].abs().max() >= 1000]
    rounded = {name: frame[name].round(2).mask(frame[name].abs() >= 1000, frame[name].round()) for name in large}
    return frame.assign(**rounded), dict(forms) | dict.fromkeys(large, "localized")


def told(frame: pd.DataFrame) -> pd.DataFrame:
    """The words in a table in the language of the session; SKUs, names and numbers are none."""
    if current() == ENGLISH or len(frame) > _MOST:
        return frame
    read = frame.copy(deep=False)
    for name in frame:
        if frame[name].dtype == object and str(name).lower() not in _NAMES:
            read[name] = frame[name].map(_cell)
    return read


def _cell(cell: object) -> object:
    return t(cell) if isinstance(cell, str) else cell


def headed(frame: pd.DataFrame, config: Mapping[str, Any]) -> dict[str, Any]:
    """The look of every column with its heading and help in the language of the session."""
    if current() == ENGLISH:
        return dict(config)
    looks = {str(name): config.get(str(name), {}) for name in frame}
    return dict(config) | {name: _column(name, look) for name, look in looks.items() if look is not None}


def _column(name: str, look: Any) -> Any:
    if isinstance(look, str):
        return t(look)
    if not isinstance(look, Mapping):
        return look
    said = {part: t(text) for part in ("label", "help") if (text := look.get(part))}
    return dict(look) | {"label": t(name)} | said | _choices(look)


def _choices(look: Mapping[str, Any]) -> dict[str, Any]:
    """Offered words are read in the language of the session and kept in English."""
    kind = look.get("type_config") or {}
    if kind.get("type") != "selectbox" or not kind.get("options"):
        return {}
    options = [option["value"] if isinstance(option, dict) else option for option in kind["options"]]
    return {"type_config": kind | {"options": [{"value": value, "label": t(str(value))} for value in options]}}
