"""Who has left is forgotten as soon as the time to come back is over.

Streamlit keeps a session for a while after its connection was lost, but only looks for those whose time is up when the next one
is lost: the last people of a busy day would stay all night, with their sales and the files they sent.
"""

import asyncio

import streamlit as st
from streamlit.runtime import Runtime, get_instance
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo

from ui.memory import collect_soon

_GRACE = 1.0


def let_sessions_end() -> None:
    """Have sessions of the running server ended when their time is up."""
    keep, pause = MemorySessionStorage.save, st.get_option("server.disconnectedSessionTTL") + _GRACE

    def save(storage: MemorySessionStorage, session_info: SessionInfo) -> None:
        keep(storage, session_info)
        asyncio.get_running_loop().call_later(pause, end, storage, session_info.session, get_instance())

    MemorySessionStorage.save = save  # type: ignore[assignment,method-assign]


def end(storage: MemorySessionStorage, session: AppSession, server: Runtime) -> None:
    """Forget who has left, unless they came back: then they are at work, or have left again and have time anew."""
    len(storage._cache)  # counting them is what takes out those whose time is up
    if storage.get(session.id) is None and not server.is_active_session(session.id):
        session.shutdown()
        collect_soon()
