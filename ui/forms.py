"""Any frozen spec as a form: label, help, range, choices and default are read from its knobs, so the two cannot disagree."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import streamlit as st

from forecasting.core.errors import ShelfcastError, SpecInvalid
from forecasting.core.knob import Knob, knobs
from ui.language import t, teller

T = TypeVar("T")
AUTOMATIC = "automatic"
NOT_RUN = "Settings changed, not yet run."
_SET_ELSEWHERE = ("horizon", "jobs", "augment")


@dataclass(frozen=True)
class Shape:
    """What a parameter's type says: `kind` of its value or of its parts, `size` of a tuple (0 none, -1 any), None allowed."""

    kind: type
    optional: bool = False
    choices: tuple[str, ...] = ()
    size: int = 0


def shape_of(hint: Any) -> Shape:
    """Read a type annotation.

    >>> shape_of(int | None), shape_of(tuple[int, int, int]).size, shape_of(Literal["a", "b"]).choices
    (Shape(kind=<class 'int'>, optional=True, choices=(), size=0), 3, ('a', 'b'))
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        inner = [argument for argument in arguments if argument is not NoneType]
        return replace(shape_of(inner[0]), optional=len(inner) < len(arguments))
    if origin is Literal:
        return Shape(str, choices=tuple(str(argument) for argument in arguments))
    if origin is tuple:
        return Shape(arguments[0], size=-1 if Ellipsis in arguments else len(arguments))
    return Shape(hint if isinstance(hint, type) else str)


def settings(
    key: str, spec: T, ran: T | None, run: Callable[[T], None], label: str, *, note: Callable[[T], str] | None = None
) -> None:
    """Draw a spec as a form with a button; `run` is called with the spec only when the button is pressed.

    `ran` is the spec whose result is on the page: where the form differs from it, the form says so. `note` says of the spec in
    the form, for instance, what a run will cost in time.
    """
    st.fragment(_settings)(key, spec, ran, run, label, note)


def _settings(key: str, spec: T, ran: T | None, run: Callable[[T], None], label: str, note: Callable[[T], str] | None) -> None:
    with st.container(border=True, key=f"settings-{key}"):
        wanted = _attempted(key, spec)
        with st.container(horizontal=True, vertical_alignment="center"):
            pressed = st.button(
                t(label), key=f"run-{key}", type="primary", icon=":material/play_arrow:", disabled=wanted is None
            )
            if wanted is not None and ran is not None and wanted != ran:
                st.badge(t(NOT_RUN), icon=":material/edit:", color="orange")
            if wanted is not None and note is not None:
                st.caption(t(note(wanted)))
        if pressed and wanted is not None:
            _begin(wanted, run)


def _attempted(key: str, spec: T) -> T | None:
    try:
        return inputs(key, spec)
    except SpecInvalid as error:
        st.error(t(str(error)), icon=":material/error:")
        return None


def _begin(wanted: T, run: Callable[[T], None]) -> None:
    try:
        run(wanted)
    except ShelfcastError as error:
        st.error(t(str(error)), icon=":material/error:")
    else:
        st.rerun()


def inputs(key: str, spec: T, columns: int = 4) -> T:
    """One input for each knob of a spec, the advanced ones behind a click; the spec with what the inputs say.

    Raises SpecInvalid when the spec refuses a combination of values.
    """
    hints = get_type_hints(type(spec))
    shown = {name: entry for name, entry in knobs(spec).items() if name not in _SET_ELSEWHERE}
    plain = {name: entry for name, entry in shown.items() if not entry.advanced}
    values = _grid(key, spec, plain, hints, columns)
    if len(plain) < len(shown):
        values |= _advanced(key, spec, {name: shown[name] for name in shown if name not in plain}, hints, columns)
    return replace(spec, **values)  # type: ignore[type-var]


def _advanced(key: str, spec: object, entries: dict[str, Knob], hints: dict[str, Any], columns: int) -> dict[str, Any]:
    """Inputs that are drawn when they are unfolded; folded again, they keep what they said last."""
    box, kept = st.expander(t("More settings"), key=f"{key}-more", on_change="rerun"), f"{key}-more-kept"
    if not box.open:
        return dict(st.session_state.get(kept, {}))
    with box:
        st.session_state[kept] = _grid(key, spec, entries, hints, columns)
    return dict(st.session_state[kept])


def _grid(key: str, spec: object, entries: dict[str, Knob], hints: dict[str, Any], columns: int) -> dict[str, Any]:
    """Tuples in a line each, numbers and choices in columns, the switches in one line below them."""
    shapes = {name: shape_of(hints[name]) for name in entries}
    tuples = [name for name in entries if shapes[name].size > 1]
    switches = [name for name in entries if shapes[name].kind is bool and not shapes[name].optional]
    values: dict[str, Any] = {}
    for name in tuples:
        values[name] = one_input(f"{key}-{name}", entries[name], shapes[name], getattr(spec, name))
    rest = [name for name in entries if name not in (*switches, *tuples)]
    places = _places(len(rest), columns)
    for name in rest:
        with next(places):
            values[name] = one_input(f"{key}-{name}", entries[name], shapes[name], getattr(spec, name))
    if switches:
        with st.container(horizontal=True, gap="medium"):
            for name in switches:
                values[name] = one_input(f"{key}-{name}", entries[name], shapes[name], getattr(spec, name))
    return values


def _places(count: int, columns: int) -> Iterator[Any]:
    """The cells of a grid, row by row; a few inputs share the width of a whole row."""
    across = min(columns, max(count, 2))
    for _ in range(-(-count // across) if count else 0):
        yield from st.columns(across)


def one_input(key: str, entry: Knob, shape: Shape, value: Any) -> Any:
    """The input of one knob, showing `value`, and what it says now."""
    choices = entry.choices or shape.choices
    if choices:
        return _choice(key, entry, choices, shape.optional, value)
    if shape.size:
        return _several(key, entry, shape, value)
    if shape.kind is bool:
        return _maybe(key, entry, value) if shape.optional else _switch(key, entry, value)
    if shape.kind in (int, float):
        return _number(key, entry, shape, value)
    return st.text_input(t(entry.label), value=value or "", help=t(entry.help), key=key, persist_state="session") or None


def _switch(key: str, entry: Knob, value: bool) -> bool:
    return st.toggle(t(entry.label), value=value, help=t(entry.help), key=key, persist_state="session")


def _maybe(key: str, entry: Knob, value: bool | None) -> bool | None:
    """Yes, no, or left to the search."""
    said = {True: "on", False: "off"}
    chosen = _choice(key, entry, tuple(said.values()), optional=True, value=None if value is None else said[value])
    return None if chosen is None else chosen == said[True]


def _choice(key: str, entry: Knob, choices: tuple[str, ...], optional: bool, value: Any) -> Any:
    """None has a word of its own: to a select box it would mean that nothing is chosen."""
    options = [*([AUTOMATIC] if optional else []), *(str(choice) for choice in choices)]
    chosen = st.selectbox(
        t(entry.label),
        options,
        index=options.index(AUTOMATIC if value is None else str(value)),
        format_func=teller(),
        help=t(entry.help),
        key=key,
        persist_state="session",
    )
    return None if optional and chosen == AUTOMATIC else chosen


def _number(key: str, entry: Knob, shape: Shape, value: Any, label: str = "") -> Any:
    kind = shape.kind
    return st.number_input(
        t(label or entry.label),
        min_value=None if entry.low is None else kind(entry.low),
        max_value=None if entry.high is None else kind(entry.high),
        value=None if value is None else kind(value),
        step=1 if kind is int else _step(value),
        format="%d" if kind is int else "%g",
        placeholder=t(AUTOMATIC if shape.optional else None),
        required=not shape.optional,
        help=t(entry.help),
        key=key,
        persist_state="session",
    )


def _step(value: float | None) -> float:
    """A tenth of small values, so that the arrows of an input move by something sensible."""
    return 0.05 if value is None or value == 0 or abs(value) >= 0.05 else abs(value) / 3


def _several(key: str, entry: Knob, shape: Shape, value: tuple[Any, ...] | None) -> Any:
    """A tuple: one small input for each part where their number is fixed, else a line of text with commas."""
    if shape.size < 0:
        return _line(key, entry, shape, value)
    parts = value or (None,) * shape.size
    names = entry.label.split(",") if entry.label.count(",") == shape.size - 1 else [entry.label] * shape.size
    found = []
    for place, (part, name, column) in enumerate(zip(parts, names, st.columns(max(4, shape.size))[: shape.size], strict=True)):
        with column:
            found.append(_number(f"{key}-{place}", entry, shape, part, label=name.strip()))
    if None not in found:
        return tuple(found)
    if all(part is None for part in found):
        return None
    raise SpecInvalid(f"'{entry.label}' needs {shape.size} numbers; fill all of them, or clear all of them.")


def _line(key: str, entry: Knob, shape: Shape, value: tuple[Any, ...] | None) -> Any:
    text = st.text_input(
        t(entry.label),
        value=", ".join(str(part) for part in value or ()),
        placeholder=t("none" if entry.help.endswith("Empty: none.") else AUTOMATIC),
        help=t(entry.help),
        key=key,
        persist_state="session",
    )
    parts = [part.strip() for part in (text or "").replace("，", ",").split(",") if part.strip()]
    try:
        found = tuple(shape.kind(part) for part in parts)
    except ValueError:
        raise SpecInvalid(f"'{entry.label}' is '{text}'; write numbers with commas between them, such as 7, 364.") from None
    return None if shape.optional and not found else found
