"""How far long work has come: whoever works reports, whoever listens hears it, and neither knows the other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Progress:
    """`fraction` done, from 0 to 1, and what is being done.

    `marks` are numbers to draw on the way: of a network its epoch, and its loss on the training and the validation windows.
    """

    fraction: float
    message: str
    marks: tuple[float, ...] = ()


@dataclass
class Pace:
    """How long work will still take, by how fast the later half of its time so far went.

    The later half, because work that goes on after an interruption passes what was done before at once.

    >>> pace = Pace()
    >>> for seconds, fraction in ((0, 0.0), (1, 0.5), (2, 0.5), (10, 0.55), (20, 0.6)):
    ...     pace.hear(fraction, seconds)
    >>> round(pace.seconds_left())
    80
    """

    heard: list[tuple[float, float]] = field(default_factory=list)

    def hear(self, fraction: float, seconds: float) -> None:
        """Take note that `fraction` was done after so many seconds."""
        if not self.heard or fraction - self.heard[-1][1] >= _GRAIN or seconds - self.heard[-1][0] >= 1.0:
            self.heard.append((seconds, fraction))

    def seconds_left(self) -> float | None:
        """Seconds until the end; None as long as nobody can tell."""
        if len(self.heard) < 2:
            return None
        seconds, fraction = self.heard[-1]
        begun = [entry for entry in self.heard if entry[0] <= seconds / 2] or self.heard[:1]
        before, already = begun[-1]
        return (seconds - before) * (1.0 - fraction) / (fraction - already) if fraction - already >= _GRAIN else None


Listener = Callable[[Progress], None]
_GRAIN = 0.005
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def report(fraction: float, message: str, marks: tuple[float, ...] = ()) -> None:
    """Say how far the work is; when nobody listens, nothing happens."""
    listener = _listener.get()
    if listener is not None:
        listener(Progress(min(max(fraction, 0.0), 1.0), message, marks))


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
    with listen(lambda inner: outer(Progress(first + (last - first) * inner.fraction, prefix + inner.message, inner.marks))):
        yield
