"""Parameters that explain themselves: default, range, choices and one sentence of help stand where the parameter is declared.

Forms, `--help` texts and validation all read them from the spec, so they cannot disagree.
"""

from dataclasses import dataclass, field, fields
from typing import Any

from forecasting.core.errors import SpecInvalid

_KEY = "knob"


@dataclass(frozen=True)
class Knob:
    """How one parameter of a spec is shown and checked; a None bound is open."""

    label: str
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    advanced: bool = False

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
    return field(default=default, metadata={_KEY: Knob(label, help, low, high, choices, advanced)})


def knobs(spec: Any) -> dict[str, Knob]:
    """The knobs of a spec or of its class, by the name of the parameter, in the order of declaration."""
    return {entry.name: entry.metadata[_KEY] for entry in fields(spec) if _KEY in entry.metadata}


def check_knobs(spec: Any) -> None:
    """Check every knob of a spec; specs call it in `__post_init__`. Raises SpecInvalid."""
    for name, entry in knobs(spec).items():
        entry.check(name, getattr(spec, name))
