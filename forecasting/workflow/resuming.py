"""Long requests go on where they were interrupted: what they find is kept in a folder until they are done."""

import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecasting import __version__, exchange
from forecasting.core.checkpoint import remember
from forecasting.core.digest import digest_of
from forecasting.core.errors import InputError, ShelfcastError

_HALF = "half-"
_DAY = 86_400.0


@contextmanager
def resuming(request: object, folder: Path) -> Iterator[None]:
    """Inside the block, what a request finds is kept under `folder`; the same request takes it up after a kill.

    What was found has a folder of its own there, named by the digest of the request and the version of this package, which is
    removed when the block ends well. Raises InputError when the folder cannot be made.
    """
    own = folder / digest_of((__version__, request))
    try:
        own.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"'{folder}' cannot be used to keep unfinished work ({error.strerror}); choose another folder."
        ) from None
    with remember(Shelf(own)):
        yield
    shutil.rmtree(own, ignore_errors=True)


@dataclass(frozen=True)
class Shelf:
    """Results in a folder, each in a folder of its own, in the form of `exchange`.

    A result is written beside its place and then moved there, so that it is there as a whole or not at all. What cannot be
    written is computed again some day; what cannot be read is computed again now.
    """

    folder: Path

    def recall(self, key: str) -> Any:
        """What was kept under a key; None when there is nothing that can be used."""
        place = self.folder / key
        if not place.is_dir():
            return None
        with suppress(ShelfcastError, OSError, ValueError, TypeError, KeyError):
            return exchange.load(place)
        shutil.rmtree(place, ignore_errors=True)
        return None

    def keep(self, key: str, value: object) -> None:
        """Keep a result."""
        half = self.folder / f"{_HALF}{uuid.uuid4().hex}"
        try:
            exchange.save(value, half)
            half.rename(self.folder / key)
        except OSError:
            shutil.rmtree(half, ignore_errors=True)


def remove_old(folder: Path, days: float = 7.0) -> None:
    """Remove what nobody has come back to for so many days."""
    with suppress(OSError):
        for path in folder.iterdir():
            if path.is_dir() and time.time() - path.stat().st_mtime > days * _DAY:
                shutil.rmtree(path, ignore_errors=True)
