"""Who has left is forgotten on time, whoever else comes or goes; who came back is not."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo

from ui import leaving

TIME = 1.0  # seconds to come back


@dataclass(eq=False)
class Session:
    """What is asked of a session."""

    id: str
    ended: bool = False

    def shutdown(self) -> None:
        self.ended = True


@dataclass
class Server:
    """Knows who is at work."""

    active: set[str] = field(default_factory=set)

    def is_active_session(self, session_id: str) -> bool:
        return session_id in self.active


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    server = Server()
    monkeypatch.setattr(MemorySessionStorage, "save", MemorySessionStorage.save)
    monkeypatch.setattr(leaving, "get_instance", lambda: server)
    monkeypatch.setattr(leaving, "collect_soon", lambda: None)
    monkeypatch.setattr(leaving, "_GRACE", 0.1)
    monkeypatch.setattr(leaving.st, "get_option", lambda _name: TIME)
    leaving.let_sessions_end()
    return server


def run(coming_and_going: Coroutine[object, object, None]) -> None:
    """In a thread of its own: this one may have a loop already, left by a browser."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, coming_and_going).result()


def left(session: Session) -> SessionInfo:
    return SessionInfo(client=None, session=session, script_run_count=1)  # type: ignore[arg-type]


def test_the_last_one_to_leave_is_forgotten_though_nobody_else_leaves(server: Server) -> None:
    session, storage = Session("a"), MemorySessionStorage(ttl_seconds=TIME)  # type: ignore[arg-type]

    async def evening() -> None:
        storage.save(left(session))
        await asyncio.sleep(0.1)
        assert not session.ended
        assert storage.get("a") is not None
        await asyncio.sleep(1.5)

    run(evening())
    assert session.ended
    assert not storage._cache


def test_who_came_back_works_on(server: Server) -> None:
    at_work, again = Session("a"), Session("b")
    storage = MemorySessionStorage(ttl_seconds=TIME)  # type: ignore[arg-type]

    async def day() -> None:
        storage.save(left(at_work))
        storage.save(left(again))
        storage.delete("a")
        server.active.add("a")
        await asyncio.sleep(0.6)
        storage.save(left(again))  # away for a second time
        await asyncio.sleep(0.6)
        assert not again.ended
        await asyncio.sleep(1.5)

    run(day())
    assert not at_work.ended
    assert again.ended
