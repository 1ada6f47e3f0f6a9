"""Saved work on the screen: what is kept, a way back to it, and what can be done with it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from forecasting.core.errors import ShelfcastError
from ui import identity, language, saving, words
from ui.keeping import keeper, store
from ui.language import t
from ui.workspace import Workspace, current

if TYPE_CHECKING:  # the first page does not wait for the database's libraries
    from forecasting.store import Entry

_SHOWN, _RECENT = 20, 3
_ROUND = "_saved_round"
GONE = "There is no saved work behind this link: it was deleted, or a part of the link is missing."


def state(workspace: Workspace) -> None:
    """The foot of the sidebar: whether the work is saved, and the button that leads to all saved work."""
    if workspace.unsaved:
        st.warning(t(f"Your work is not saved. {workspace.unsaved}"), icon=":material/cloud_off:")
    elif workspace.token is not None:
        failed = keeper().error(workspace.token)
        if failed:
            st.warning(t(failed), icon=":material/cloud_off:")
    if st.button(t("Saved work"), key="saved-work", icon=":material/cloud_done:", type="tertiary"):
        _dialog()


def continue_box() -> None:
    """On a page without data: the work last saved in this browser, each with a button to go on with it."""
    if current().lost:
        st.warning(t(GONE), icon=":material/link_off:")
    entries = _own()[:_RECENT]
    if not entries:
        return
    st.markdown(t("**Go on where you left off**"))
    for column, entry in zip(st.columns(_RECENT), entries, strict=False):
        with column.container(border=True, height="stretch"):
            st.markdown(t(f"**{words.plain(entry.name)}**"))
            st.caption(t(f"Changed {ago(entry.updated)}"))
            if st.button(t("Open"), key=f"continue-{entry.token}", icon=":material/history:"):
                _open(entry.token)


def _dialog() -> None:
    st.dialog(t("Saved work"), width="large")(_contents)()


def _contents() -> None:
    workspace = current()
    entry = _entry(workspace.token)
    if entry is None:
        st.caption(t("Nothing of this is saved yet: it is as soon as you bring in sales, or run something on a sample store."))
    else:
        _this(workspace, entry)
    _others([other for other in _own() if other.token != workspace.token])
    _import()


def _this(workspace: Workspace, entry: "Entry") -> None:
    keeper().wait(entry.token)
    with st.form("saved-name", border=False):
        left, right = st.columns([4, 1], vertical_alignment="bottom")
        name = left.text_input(t("This work is called"), entry.name, max_chars=120)
        if right.form_submit_button(t("Rename"), width="stretch"):
            store().rename(entry.token, name)
            st.rerun(scope="fragment")
    st.caption(t("It is saved after every step, on this server. Whoever has this link can open and change it:"))
    asked = {saving.PARAMETER: entry.token, language.IN_URL: language.in_url()}
    address = f"{(st.context.url or '').split('?')[0]}?{urlencode({key: value for key, value in asked.items() if value})}"
    st.code(address, language=None, wrap_lines=True)
    with st.container(horizontal=True):
        if st.button(t("Duplicate"), icon=":material/content_copy:", key="saved-duplicate"):
            _open(store().duplicate(entry.token, identity.owner(), f"{entry.name}, copy"))
        st.download_button(
            t("Export"),
            lambda: _exported(entry.token),
            f"{words.file_stem(entry.name)}.shelfcast",
            "application/zip",
            icon=":material/download:",
            on_click="ignore",
            key="saved-export",
            help=t("One file, to keep or to open elsewhere."),
        )
        if st.button(t("Start anew"), icon=":material/add:", key="saved-new", help=t("This work stays saved.")):
            workspace.clear()
            st.rerun()
        with st.popover(t("Delete"), icon=":material/delete:"):
            st.markdown(t(f"Delete **{words.plain(entry.name)}** with its sales and results? Nothing brings it back."))
            if st.button(t("Delete it"), type="primary", key="saved-delete"):
                workspace.clear()
                store().delete(entry.token)
                st.rerun()


def _exported(token: str) -> bytes:
    from forecasting.store.bundle import export_workspace

    return export_workspace(store(), token)


def _others(entries: list["Entry"]) -> None:
    if not entries:
        return
    st.markdown(t("**Other work of yours**"))
    for entry in entries[:_SHOWN]:
        name, when, opening, deleting = st.columns([5, 3, 2, 1], vertical_alignment="center")
        name.markdown(t(words.plain(entry.name)))
        when.caption(t(ago(entry.updated)))
        if opening.button(t("Open"), key=f"open-saved-{entry.token}", width="stretch"):
            _open(entry.token)
        if deleting.button("", key=f"delete-saved-{entry.token}", icon=":material/delete:", help=t("Delete it for good")):
            store().delete(entry.token)
            st.rerun(scope="fragment")
    if len(entries) > _SHOWN:
        st.caption(t(f"The {_SHOWN} last changed of {len(entries)}."))


def _import() -> None:
    from forecasting.store.bundle import import_workspace

    key = f"saved-import-{st.session_state.setdefault(_ROUND, 0)}"
    file = st.file_uploader(t("Open an exported work"), type=["shelfcast"], key=key)
    if file is None:
        return
    st.session_state[_ROUND] += 1
    try:
        token = import_workspace(store(), identity.owner(), file.getvalue())
    except ShelfcastError as error:
        st.error(t(str(error)), icon=":material/error:")
        return
    _open(token)


def _open(token: str) -> None:
    try:
        saving.open_saved(current(), token)
    except ShelfcastError as error:
        st.error(t(str(error)), icon=":material/error:")
        return
    st.rerun()


def _own() -> "tuple[Entry, ...]":
    try:
        return store().of(identity.owner())
    except ShelfcastError:
        return ()


def _entry(token: str | None) -> "Entry | None":
    return store().entry(token) if token is not None else None


def ago(moment: datetime, now: datetime | None = None) -> str:
    """How long ago something was, as people say it.

    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> [ago(datetime(2026, 3, 1, 11, 59, 30, tzinfo=UTC), noon), ago(datetime(2026, 3, 1, 9, tzinfo=UTC), noon)]
    ['just now', '3 hours ago']
    >>> ago(datetime(2026, 2, 28, 9, tzinfo=UTC), noon), ago(datetime(2026, 1, 5, tzinfo=UTC), noon)
    ('1 day ago', 'on 2026-01-05')
    """
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    minutes = ((now or datetime.now(UTC)) - moment).total_seconds() / 60
    if minutes < 1:
        return "just now"
    for size, noun, most in ((1, "minute", 60), (60, "hour", 24), (1440, "day", 14)):
        if minutes < size * most:
            return f"{words.count(int(minutes / size), noun)} ago"
    return f"on {moment:%Y-%m-%d}"
