"""The profiles of this user: how files of one kind are to be read. Nobody else sees them; each can be taken away as a file."""

import streamlit as st

from forecasting.core.errors import ShelfcastError
from forecasting.workflow import Profile, Profiles
from ui import identity, words
from ui.keeping import keeper, store
from ui.language import t
from ui.uploads import File

_KEPT, _TOKEN, _NAME = "_profiles", "_profiles_token", "profiles"
_ROUND = "_profiles_round"
_LARGEST = 1 << 20


def kept() -> Profiles:
    """The profiles of this browser or account; those of this session where nothing can be saved."""
    found = st.session_state.get(_KEPT)
    if not isinstance(found, Profiles):
        found = st.session_state[_KEPT] = _saved()
    return found


def keep(profiles: Profiles) -> None:
    """Have other profiles from now on, in this session and in later ones."""
    st.session_state[_KEPT] = profiles
    try:
        token = st.session_state.get(_TOKEN) or store().create(_owner(), "Profiles")
    except ShelfcastError:
        return  # the sidebar says why nothing can be saved
    st.session_state[_TOKEN] = token
    keeper().keep(token, _NAME, profiles)


def _saved() -> Profiles:
    try:
        entries = store().of(_owner())
        found = store().load(entries[0].token, _NAME) if entries else None
    except ShelfcastError:
        return Profiles()
    if entries:
        st.session_state[_TOKEN] = entries[0].token
    return found if isinstance(found, Profiles) else Profiles()


def _owner() -> str:
    """Profiles stand beside the work of their owner, not among it."""
    return f"{identity.owner()} profiles"


def is_profile(file: File) -> bool:
    """Whether an uploaded file is a profile, and no table."""
    return file.name.lower().endswith(".json") and b'"shelfcast_profile"' in bytes(file.getbuffer()[:_LARGEST])


def add(file: File) -> None:
    """Take up an uploaded profile, or say in one sentence why not."""
    try:
        text = bytes(file.getbuffer()[:_LARGEST]).decode("utf-8-sig", errors="replace")
        profile = Profile.from_json(text, file.name.removesuffix(".json"))
    except ShelfcastError as error:
        st.toast(t(f"{file.name}: {error}"), icon=":material/error:")
    else:
        keep(kept().saved(profile))
        st.toast(t(f"The profile “{profile.name}” will be recognised from now on."), icon=":material/bookmark_added:")


def section() -> None:
    """The saved profiles with all that can be done to them, behind one click."""
    profiles = kept()
    count = f" ({len(profiles)})" if len(profiles) else ""
    with st.expander(t(f"Saved profiles{count}"), icon=":material/bookmark:"):
        st.caption(
            t(
                "When you correct how a file is read, it is saved here and used for the next file with the same columns. "
                "Only this browser sees its profiles; download one to hand it on, and drop it here or together with a "
                "sales file."
            )
        )
        for number, profile in enumerate(profiles.all):
            _one(profile, number)
        box = st.session_state.setdefault(_ROUND, 0)
        file = st.file_uploader(t("Add a profile from a file"), type="json", key=f"profile-file-{box}")
        if file is not None:
            st.session_state[_ROUND] += 1
            add(file)
            st.rerun()


def _one(profile: Profile, number: int) -> None:
    columns = [column.column for column in profile.mapping.columns if column.role != "ignore"]
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"profile-{number}"):
        shown = ", ".join(columns[:6]) + (" …" if len(columns) > 6 else "")
        st.markdown(t(f"**{words.plain(profile.name)}**  \n{words.plain(shown)}"), width="stretch")
        with st.popover(t("Rename"), icon=":material/edit:"):
            name = st.text_input(t("New name"), profile.name, key=f"profile-name-{number}-{profile.name}")
            st.button(t("Save"), key=f"profile-rename-{number}", type="primary", on_click=_rename, args=(profile.name, name))
        st.download_button(
            t("Download"), profile.to_json(), profile.file_name, "application/json", icon=":material/download:",
            key=f"profile-download-{number}", on_click="ignore",
        )  # fmt: skip
        st.button(t("Delete"), key=f"profile-delete-{number}", icon=":material/delete:", on_click=_delete, args=(profile.name,))


def _rename(name: str, new: str) -> None:
    try:
        keep(kept().renamed(name, new))
    except ShelfcastError as error:
        st.toast(t(str(error)), icon=":material/error:")


def _delete(name: str) -> None:
    keep(kept().without(name))
