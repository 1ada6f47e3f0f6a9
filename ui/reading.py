"""The form in which a user corrects how a file is read: the meaning of its columns, its stores, its dates and numbers."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from ui import tables
from ui.forms import NOT_RUN
from ui.language import t, told_from
from ui.meanings import ABSENT, CHANNELS, DECIMALS, GRAINS, ORDERS, label, labels

if TYPE_CHECKING:
    from forecasting.ingest.mapping import Mapping

Read = Callable[["Mapping", str], None]


def form(mapping: "Mapping", channels: tuple[str, ...], key: str, name: str, read: Read) -> None:
    """Draw the form; `read` is called with the corrected mapping and the name of its profile when the button is pressed.

    `channels` are the stores in the file, `name` is what the profile will be called unless the user writes another name.
    """
    st.fragment(_form)(mapping, channels, key, name, read)


def meanings(mapping: "Mapping") -> None:
    """What each column was taken for, to look at."""
    tables.show(_table(mapping), hide_index=True, key="meanings")


def _form(mapping: "Mapping", channels: tuple[str, ...], key: str, name: str, read: Read) -> None:
    wanted = _options(_meanings(mapping, key), channels, key)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        pressed = st.button(t("Read again this way"), key=f"reread-{key}", type="primary", icon=":material/refresh:")
        called = st.text_input(
            t("and remember it as"), name, key=f"remember-{key}", width=220, max_chars=60,
            help=t("The next file with the same columns is read this way. Empty: do not remember it."),
        )  # fmt: skip
        if wanted != mapping:
            st.badge(t(NOT_RUN), icon=":material/edit:", color="orange")
    if pressed:
        read(wanted, called.strip())
        st.rerun()


def _meanings(mapping: "Mapping", key: str) -> "Mapping":
    roles = {text: role for role, text in labels().items()}
    table = _table(mapping)
    edited = tables.edit(
        table, hide_index=True, disabled=["Column", "For example"], key=f"mapping-{key}",
        height=min(420, 38 + 35 * len(table)),
        column_config={"Means": st.column_config.SelectboxColumn(options=list(roles), required=True, width="medium")},
    )  # fmt: skip
    wanted = mapping
    for column, old, new in zip(mapping.columns, table["Means"], edited["Means"], strict=True):
        wanted = wanted if old == new else wanted.with_role(column.column, roles[new])
    return wanted


def _table(mapping: "Mapping") -> pd.DataFrame:
    rows = [(column.column, label(column.role), ", ".join(column.samples[:3])) for column in mapping.columns]
    return pd.DataFrame(rows, columns=["Column", "Means", "For example"])


def _options(mapping: "Mapping", channels: tuple[str, ...], key: str) -> "Mapping":
    """The mapping with what is asked beside the columns: stores where there are several, dates, numbers, empty periods."""
    if len(channels) > 1:
        mapping = _stores(mapping, channels, key)
    first, second, third, fourth = st.columns(4)
    with first:
        order = _choice("Dates are written", "date_order", ORDERS, mapping.date_order, key)
    with second:
        decimal = _choice("Decimal sign", "decimal", DECIMALS, mapping.decimal, key)
    with third:
        grains = GRAINS if (mapping.freq or "") in GRAINS else GRAINS | {str(mapping.freq): str(mapping.freq)}
        freq = _choice("Add sales up to", "freq", grains, mapping.freq or "", key)
    with fourth:
        absent = _choice("A SKU without a row", "absent", ABSENT, mapping.absent, key)
    questions = tuple(question for question in mapping.questions if question.key != "date_order" or order == mapping.date_order)
    return replace(mapping, date_order=order, decimal=decimal, freq=freq or None, absent=absent, questions=questions)


def _stores(mapping: "Mapping", channels: tuple[str, ...], key: str) -> "Mapping":
    left, right = st.columns(2)
    with left:
        chosen = st.multiselect(
            t("Channels or stores to use"), channels, default=mapping.chosen, key=f"stores-{key}", placeholder=t("All of them"),
            help=t("Rows of the others are set aside, and counted there."),
        )  # fmt: skip
    with right:
        how = _choice("Several channels or stores", "channels", CHANNELS, mapping.channels, key)
    return replace(mapping, chosen=tuple(chosen), channels=how)


def _choice(text: str, name: str, options: dict[str, str], value: str, key: str) -> str:
    places = list(options)
    return str(st.selectbox(t(text), places, places.index(value), format_func=told_from(options), key=f"{name}-{key}"))
