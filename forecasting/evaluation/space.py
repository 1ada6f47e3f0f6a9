"""The space of a search: which parameters of a spec may change, and where; read from its knobs, so every model has one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any, TypeVar

import numpy as np

from forecasting.core.knob import SEASON, Knob, Search, knobs

S = TypeVar("S")
_MOST_STEPS = 9


@dataclass(frozen=True)
class Dimension:
    """One parameter that a search changes, or one `part` of a tuple (-1: the parameter is none)."""

    parameter: str
    label: str
    search: Search
    part: int = -1

    @property
    def key(self) -> str:
        """A name that no other dimension of the spec has."""
        return self.parameter if self.part < 0 else f"{self.parameter}.{self.part}"


def space_of(spec: object, season: int) -> tuple[Dimension, ...]:
    """All that tuning may change of a spec, as its knobs say; what needs a season is left out where `season` is 1.

    >>> from forecasting.models import make
    >>> [dimension.label for dimension in space_of(make("tsb"), season=7)]
    ['Size weight', 'Probability weight']
    """
    found: list[Dimension] = []
    for name, entry in knobs(spec).items():
        if isinstance(entry.search, Search):
            found.append(Dimension(name, entry.label, entry.search))
        elif entry.search is not None and (season > 1 or SEASON not in entry.search):
            found.extend(_parts(name, entry, entry.search))
    return tuple(found)


def changed(spec: S, dimensions: Sequence[Dimension], values: Sequence[Any], season: int) -> S:
    """The spec with other values of some dimensions. Raises SpecInvalid when the spec refuses them.

    A part of a tuple that is not among the dimensions stays as it is, and is 0 where the tuple was left to be suggested.
    """
    wanted: dict[str, Any] = {}
    for dimension, value in zip(dimensions, values, strict=True):
        name = dimension.parameter
        if dimension.part < 0:
            wanted[name] = value
        else:
            parts = wanted.setdefault(name, list(getattr(spec, name) or _zeros(knobs(spec)[name].search, season)))
            parts[dimension.part] = value
    return replace(spec, **{name: tuple(value) if isinstance(value, list) else value for name, value in wanted.items()})  # type: ignore[type-var]


def values_of(spec: object, dimensions: Sequence[Dimension]) -> tuple[Any, ...]:
    """What a spec says in each dimension; None where that is left to be suggested."""
    own = [getattr(spec, dimension.parameter) for dimension in dimensions]
    return tuple(
        value if dimension.part < 0 or value is None else value[dimension.part]
        for value, dimension in zip(own, dimensions, strict=True)
    )


def quickened(spec: S, dimensions: Sequence[Dimension]) -> S:
    """The spec as it is tried in a search: with the quick values of its knobs, but for what the search itself changes."""
    searched = {dimension.parameter for dimension in dimensions}
    quick = {name: entry.quick for name, entry in knobs(spec).items() if entry.quick is not None and name not in searched}
    return replace(spec, **quick)  # type: ignore[type-var]


def complexity(dimensions: Sequence[Dimension], values: Sequence[Any]) -> float:
    """How far values lie from the simplest ones, added up over the dimensions in which that means something."""
    pairs = zip(dimensions, values, strict=True)
    return sum(dimension.search.place(value) for dimension, value in pairs if not dimension.search.neutral)


def grid_of(dimensions: Sequence[Dimension], most: int, seed: int) -> list[tuple[Any, ...]]:
    """At most `most` points of the finest regular grid that has no more of them, in a drawn order.

    Where even the coarsest grid has more, points are drawn from it, so that no corner is left out.
    """
    grids = [dimension.search.grid(_finest(dimensions, most)) for dimension in dimensions]
    sizes = [len(grid) for grid in grids]
    chosen = np.random.default_rng(seed).choice(prod(sizes), size=min(prod(sizes), most), replace=False)
    places = np.unravel_index(chosen, sizes)
    return [tuple(grid[place] for grid, place in zip(grids, row, strict=True)) for row in np.stack(places, axis=1)]


def told(value: Any) -> str:
    """A value of a parameter as a form shows it.

    >>> told(None), told(True), told(0.0301), told(12)
    ('automatic', 'on', '0.0301', '12')
    """
    if value is None:
        return "automatic"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _parts(name: str, entry: Knob, searches: tuple[Search, ...]) -> list[Dimension]:
    labels = entry.label.split(",") if entry.label.count(",") == len(searches) - 1 else [entry.label] * len(searches)
    return [
        Dimension(name, label.strip(), search, part)
        for part, (label, search) in enumerate(zip(labels, searches, strict=True))
        if search != SEASON
    ]


def _zeros(searches: Search | tuple[Search, ...] | None, season: int) -> list[int]:
    parts = searches if isinstance(searches, tuple) else ()
    return [season if search == SEASON else 0 for search in parts]


def _finest(dimensions: Sequence[Dimension], most: int) -> int:
    """The most steps of each number with which the whole grid has no more than `most` points; 2 at least."""
    sizes = {steps: prod(len(dimension.search.grid(steps)) for dimension in dimensions) for steps in range(2, _MOST_STEPS + 1)}
    return max((steps for steps, size in sizes.items() if size <= most), default=2)
