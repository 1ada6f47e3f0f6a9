"""Downloads on a busy server: a file lasts until it has been fetched, and is gone a while after nobody shows it."""

from __future__ import annotations

import pytest
from streamlit.runtime import media_file_manager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from ui import lasting
from ui.lasting import Sweeper


class Server:
    """The files of a server whose clock is set forward by hand, seen by one session at a time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.storage, self.session, self.waiting = MemoryMediaFileStorage("/media"), "mine", []
        self.files = media_file_manager.MediaFileManager(self.storage)
        self.sweeper = Sweeper(self.files, lambda _seconds, call: self.waiting.append(call))
        monkeypatch.setattr(lasting, "_session", lambda: self.session)
        monkeypatch.setattr(media_file_manager, "_get_session_id", lambda: self.session)

    def draw(self, session: str, *, button: bool = False) -> str:
        """A page is drawn from its first line to its last; the id of its button's file."""
        self.session = session
        self.sweeper.forget()
        key = self.files.add_deferred(lambda: b"sku,mean", "text/csv", "0.1", "forecast.csv") if button else ""
        self.sweeper.ask()
        return key

    def later(self) -> None:
        """Time passes until the sweeper is called back."""
        calls, self.waiting[:] = list(self.waiting), []
        for call in calls:
            call()

    def fetch(self, url: str) -> bytes:
        return self.storage.get_file(url.rpartition("/")[2]).content


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    return Server(monkeypatch)


def test_a_file_made_on_a_click_outlasts_the_pages_that_others_draw(server: Server) -> None:
    url = server.files.execute_deferred(server.draw("mine", button=True))
    for _ in range(3):
        server.draw("another")
    assert server.fetch(url) == b"sku,mean"
    server.later()
    assert server.fetch(url) == b"sku,mean"


def test_a_button_can_be_pressed_while_its_page_is_drawn_anew(server: Server) -> None:
    key = server.draw("mine", button=True)
    server.sweeper.forget()
    server.draw("another")
    server.later()
    assert server.fetch(server.files.execute_deferred(key)) == b"sku,mean"


def test_what_nobody_shows_is_gone_in_the_end_though_nobody_comes_any_more(server: Server) -> None:
    key = server.draw("mine", button=True)
    url = server.files.execute_deferred(key)
    server.sweeper.forget("mine")
    server.sweeper.ask()
    server.later()
    server.later()
    assert not server.waiting
    with pytest.raises(MediaFileStorageError):
        server.fetch(url)
    with pytest.raises(MediaFileStorageError):
        server.files.execute_deferred(key)


def test_a_page_that_is_never_drawn_to_its_end_holds_nothing_up_for_ever(server: Server) -> None:
    url = server.files.execute_deferred(server.draw("mine", button=True))
    server.session = "stuck"
    server.sweeper.forget()
    server.session = "mine"
    server.sweeper.forget("mine")
    server.sweeper.ask()
    for _ in range(400):
        server.later()
    assert not server.waiting
    with pytest.raises(MediaFileStorageError):
        server.fetch(url)
