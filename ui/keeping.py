"""Writes what users do to the store, in a thread of its own, so that no page waits for the disk."""

import atexit
import logging
import threading
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from forecasting.core.errors import ShelfcastError

if TYPE_CHECKING:
    from forecasting.store import Store

_log = logging.getLogger(__name__)
_PATIENCE = 20.0


@cache
def store() -> "Store":
    """The store of this server. Raises ShelfcastError when the database cannot be opened."""
    from forecasting.store import Store

    return Store()


class Keeper:
    """Carries out what is to be written, one after the other; of two versions of one thing only the later is written."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], Callable[[], None]] = {}
        self._errors: dict[str, str] = {}
        self._changed = threading.Condition()
        self._busy: tuple[str, str] | None = None
        threading.Thread(target=self._work, name="keeper", daemon=True).start()

    def keep(self, token: str, name: str, value: object) -> None:
        """Have a value written; it must not change any more."""
        self._add(token, name, lambda: store().save(token, name, value))

    def drop(self, token: str, name: str) -> None:
        """Have it forgotten what stands under a name."""
        self._add(token, name, lambda: store().drop(token, name))

    def pending(self, token: str) -> bool:
        """Whether something of a workspace is not yet written."""
        with self._changed:
            return self._is_pending(token)

    def error(self, token: str) -> str:
        """Why the last thing of a workspace could not be written; empty when it could."""
        with self._changed:
            return self._errors.get(token, "")

    def wait(self, token: str | None = None, timeout: float = _PATIENCE) -> None:
        """Wait until everything, or everything of one workspace, is written."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_pending(token), timeout)

    def _is_pending(self, token: str | None) -> bool:
        keys = [*self._waiting, *([self._busy] if self._busy else [])]
        return any(token in (None, key[0]) for key in keys)

    def _add(self, token: str, name: str, write: Callable[[], None]) -> None:
        with self._changed:
            self._waiting.pop((token, name), None)
            self._waiting[token, name] = write
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting))
                self._busy = next(iter(self._waiting))
                writes = [self._waiting.pop(self._busy)]
            error = _error_of(writes.pop())  # nothing here holds on to what was written while there is nothing to write
            with self._changed:
                self._errors[self._busy[0]] = error
                self._busy = None
                self._changed.notify_all()


def _error_of(write: Callable[[], None]) -> str:
    try:
        write()
    except ShelfcastError as error:
        return str(error)
    except Exception:  # noqa: BLE001 - the thread must live on; the traceback is for the log
        _log.exception("saving failed")
        return "Your last step could not be saved; what is on the screen is still right."
    return ""


@cache
def keeper() -> Keeper:
    """The keeper of this server; what is waiting is written before the server ends."""
    made = Keeper()
    atexit.register(made.wait)
    return made
