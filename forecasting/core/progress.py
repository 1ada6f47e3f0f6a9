"""How far long work has come: whoever works reports, whoever listens hears it, and neither knows the other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """`fraction` done, from 0 to 1, and what is being done."""

    fraction: float
    message: str


Listener = Callable[[Progress], None]
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def report(fraction: float, message: str) -> None:
    """Say how far the work is; when nobody listens, nothing happens."""
    listener = _listener.get()
    if listener is not None:
        listener(Progress(min(max(fraction, 0.0), 1.0), message))


@contextmanager
def listen(listener: Listener) -> Iterator[None]:
    """Hear every report made inside the block.

    >>> with listen(lambda progress: print(f"{progress.fraction:.0%} {progress.message}")):
    ...     with part(0.5, 1.0):
    ...         report(0.5, "fitting")
    75% fitting
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextmanager
def part(first: float, last: float, prefix: str = "") -> Iterator[None]:
    """Make the reports inside the block count as the stretch from `first` to `last` of the whole."""
    outer = _listener.get()
    if outer is None:
        yield
        return
    with listen(lambda inner: outer(Progress(first + (last - first) * inner.fraction, prefix + inner.message))):
        yield
