"""What long work has found so far: whoever works hands it over, whoever wants to go on later keeps it in a place of theirs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar

from forecasting.core.digest import digest_of

T = TypeVar("T")


class Memory(Protocol):
    """Results under keys, such as a folder of files."""

    def recall(self, key: str) -> Any:
        """What was kept under a key; None when there is nothing that can be used."""

    def keep(self, key: str, value: object) -> None:
        """Keep a result; it must be there as a whole or not at all."""


_memory: ContextVar[Memory | None] = ContextVar("memory", default=None)


@contextmanager
def remember(memory: Memory) -> Iterator[None]:
    """Keep what is found inside the block, and take from it what was found before."""
    token = _memory.set(memory)
    try:
        yield
    finally:
        _memory.reset(token)


def remembered(question: object, compute: Callable[[], T]) -> T:
    """The answer to a question, recalled or else computed and kept; without a memory it is just computed.

    `question` is everything that the answer depends on (see `digest_of`); the answer is a value of `exchange`, and never None.

    >>> class Box(dict):
    ...     recall, keep = dict.get, dict.__setitem__
    >>> with remember(Box()):
    ...     [remembered("six times seven", lambda: print("computing") or 42) for _ in range(2)]
    computing
    [42, 42]
    """
    if _memory.get() is None:
        return compute()
    key = digest_of(question)
    found = recalled(key)
    if found is None:
        found = compute()
        kept(key, found)
    return found  # type: ignore[no-any-return]


def remembering() -> bool:
    """Whether anything is kept at all; if not, nobody needs to work out a key."""
    return _memory.get() is not None


def recalled(key: str) -> Any:
    """What the memory in use has under a key, or None."""
    memory = _memory.get()
    return None if memory is None else memory.recall(key)


def kept(key: str, value: object) -> None:
    """Hand a result to the memory in use."""
    memory = _memory.get()
    if memory is not None:
        memory.keep(key, value)
