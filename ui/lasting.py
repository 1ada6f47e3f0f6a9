"""A file that somebody is about to download lasts until it has been fetched.

At the end of every run of every session Streamlit deletes the files that no page shows at that moment: a file made on a click
belongs to no page, and one that a page is about to show again belongs to none while that page is drawn. On a busy server the
browser then finds nothing. So the sweeping waits, and leaves out the moments in which a page is being drawn.
"""

import threading
from collections.abc import Callable

from streamlit.runtime import get_instance
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

from ui.memory import collect_soon

PAUSE = 30.0  # seconds: what is swept away has been shown by no page for this long
_NEXT_TRY, _LONGEST = 1.0, 120  # seconds, tries: where some page is always being drawn, files must not pile up for ever


class Sweeper:
    """Has unused files removed a while after it was asked to.

    `wait(seconds, call)` calls back later; without it a timer of a background thread does.
    """

    def __init__(self, files: MediaFileManager, wait: Callable[[float, Callable[[], None]], None] | None = None) -> None:
        self._forget, self._remove = files.clear_session_refs, files.remove_orphaned_files
        self._wait = wait or _later
        self._lock = threading.Lock()
        self._drawing: set[str] = set()
        self._due, self._put_off, self._waiting = 0, 0, False

    def forget(self, session_id: str | None = None) -> None:
        """A page begins to be drawn anew, or the session named has ended: nothing is in use there."""
        here = _session()
        with self._lock:
            if session_id is None and here:
                self._drawing.add(here)
            elif session_id is not None:
                self._drawing.discard(session_id)
        self._forget(session_id)

    def ask(self) -> None:
        """A page has been drawn, or a session has ended: what is no longer in use may go, in a while."""
        collect_soon()
        with self._lock:
            self._drawing.discard(_session())
            self._due = 2  # the first time round a file to download is only marked
            if self._waiting:
                return
            self._waiting = True
        self._wait(PAUSE, self._sweep)

    def _sweep(self) -> None:
        with self._lock:
            busy = bool(self._drawing) and self._put_off < _LONGEST
            self._put_off = self._put_off + 1 if busy else 0
            self._due -= not busy
        if not busy:
            self._remove()
        with self._lock:
            self._waiting = self._due > 0
            if not self._waiting:
                return
        self._wait(_NEXT_TRY if busy else PAUSE, self._sweep)


def let_downloads_last() -> None:
    """Put a sweeper before the running server's files."""
    files = get_instance().media_file_mgr
    sweeper = Sweeper(files)
    files.clear_session_refs = sweeper.forget  # type: ignore[method-assign]
    files.remove_orphaned_files = sweeper.ask  # type: ignore[method-assign]


def _session() -> str:
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


def _later(seconds: float, call: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()
