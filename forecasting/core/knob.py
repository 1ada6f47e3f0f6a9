"""Parameters that explain themselves: default, range, choices and one sentence of help stand where the parameter is declared.

Forms, `--help` texts, validation and tuning all read them from the spec, so they cannot disagree.
"""

import math
from dataclasses import dataclass, field, fields
from typing import Any

from forecasting.core.errors import SpecInvalid

_KEY = "knob"


@dataclass(frozen=True)
class Search:
    """Where tuning looks for a parameter: one of `options`, or a number between `first` and `last`; whole when both are.

    The simple end stands first, because of two settings that are as good as each other the simpler one is kept; `neutral`
    where none is simpler. `log` says that it is a factor that counts, not a difference. Without options and ends it is the
    season length of the data. Made by `between` and `among`. Raises SpecInvalid for ends that are none.
    """

    options: tuple[Any, ...] = ()
    first: float | None = None
    last: float | None = None
    log: bool = False
    neutral: bool = False

    def __post_init__(self) -> None:
        if self.first is None or self.last is None:
            return
        if self.log and min(self.first, self.last) <= 0:
            raise SpecInvalid(f"A search by factors runs from {self.first:g} to {self.last:g}; both ends must be above 0.")

    @property
    def fixed(self) -> bool:
        """Whether there is nothing to choose."""
        return len(self.options) < 2 if self.first is None else self.first == self.last

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are meant."""
        return isinstance(self.first, int) and isinstance(self.last, int)

    def place(self, value: Any) -> float:
        """How far a value lies from the simple end, 0, to the other, 1; the middle where it cannot be told.

        >>> between(100.0, 1.0, log=True).place(10.0), among("none", "linear", "piecewise").place("piecewise")
        (0.5, 1.0)
        """
        if self.first is None or self.last is None:
            return self.options.index(value) / max(len(self.options) - 1, 1) if value in self.options else 0.5
        if not isinstance(value, int | float) or isinstance(value, bool) or self.fixed:
            return 0.5
        first, last, here = (_scaled(number, self.log) for number in (self.first, self.last, value))
        return min(max((here - first) / (last - first), 0.0), 1.0)

    def grid(self, steps: int) -> tuple[Any, ...]:
        """Values to try one by one: all options, or at most `steps` numbers from end to end.

        >>> between(0, 3).grid(9), between(1.0, 100.0, log=True).grid(3)
        ((0, 1, 2, 3), (1.0, 10.0, 100.0))
        """
        if self.first is None or self.last is None:
            return self.options
        shares = [number / max(steps - 1, 1) for number in range(steps)]
        first, last = _scaled(self.first, self.log), _scaled(self.last, self.log)
        numbers = [first + share * (last - first) for share in shares]
        values = [math.exp(number) if self.log else number for number in numbers]
        return tuple(dict.fromkeys(round(value) if self.whole else float(f"{value:.4g}") for value in values))


SEASON = Search()


def between(first: float, last: float, *, log: bool = False, neutral: bool = False) -> Search:
    """Numbers from the simple end to the other."""
    return Search(first=first, last=last, log=log, neutral=neutral)


def among(*options: Any, neutral: bool = False) -> Search:
    """A few values, the simplest first."""
    return Search(options=options, neutral=neutral)


@dataclass(frozen=True)
class Knob:
    """How one parameter of a spec is shown, checked and tuned; a None bound is open.

    `search` is where tuning looks for it (one for each part of a tuple; none: it is left as it is), `quick` the value that it
    has while others are tried, which saves time.
    """

    label: str
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    advanced: bool = False
    search: Search | tuple[Search, ...] | None = None
    quick: Any = None

    def check(self, name: str, value: object) -> None:
        """Raise SpecInvalid when a value lies outside the range or the choices; None means automatic and is always right."""
        if value is None:
            return
        if self.choices and value not in self.choices:
            raise SpecInvalid(f"'{name}' is {value!r}; choose one of {', '.join(self.choices)}.")
        if isinstance(value, int | float):
            below = self.low is not None and value < self.low
            above = self.high is not None and value > self.high
            if below or above:
                raise SpecInvalid(f"'{name}' is {value:g}; it must lie {self._range()}.")

    def _range(self) -> str:
        if self.high is None:
            return f"at or above {self.low:g}"
        return f"at or below {self.high:g}" if self.low is None else f"between {self.low:g} and {self.high:g}"


def knob(
    default: Any,
    label: str,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    advanced: bool = False,
    search: Search | tuple[Search, ...] | None = None,
    quick: Any = None,
) -> Any:
    """A dataclass field with a Knob.

    >>> @dataclass(frozen=True)
    ... class Spec:
    ...     window: int = knob(28, "Window", "How many periods are averaged.", low=1, high=400)
    ...
    ...     def __post_init__(self):
    ...         check_knobs(self)
    >>> Spec(window=0)
    Traceback (most recent call last):
    forecasting.core.errors.SpecInvalid: 'window' is 0; it must lie between 1 and 400.
    """
    return field(default=default, metadata={_KEY: Knob(label, help, low, high, choices, advanced, search, quick)})


def knobs(spec: Any) -> dict[str, Knob]:
    """The knobs of a spec or of its class, by the name of the parameter, in the order of declaration."""
    return {entry.name: entry.metadata[_KEY] for entry in fields(spec) if _KEY in entry.metadata}


def check_knobs(spec: Any) -> None:
    """Check every knob of a spec; specs call it in `__post_init__`. Raises SpecInvalid."""
    for name, entry in knobs(spec).items():
        entry.check(name, getattr(spec, name))


def _scaled(number: float, log: bool) -> float:
    return math.log(number) if log else float(number)
