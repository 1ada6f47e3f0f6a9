"""Commas of numbers in tables whose cells commas part: decimal ones, and those between thousands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from forecasting.ingest.cells.kinds import column_kinds, kind_of
from forecasting.ingest.reading.regions import Region
from forecasting.ingest.words.vocabulary import expected_kind, role_of

_FEWEST_CUT = 3
_MONEY = frozenset(["price", "list_price", "revenue", "cost"])
_MOST_CUTS = 8
_FEW = 0.2
_PART = re.compile(r"[-+(]?[$€£¥]?\d{1,3}")
_GROUPED = re.compile(r"[-+(]?[$€£¥]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?\)?")
_THOUSANDS = re.compile(r"\d{3}(?:\.\d+)?\)?")


def with_commas_of_numbers(region: Region) -> tuple[Region, tuple[str, ...]]:
    """The region with numbers put together that their own commas had cut up, and what is to be said of it."""
    joined, j = _with_decimals(region)
    if j is not None and joined.header:
        what = f"commas in {joined.header[j]!r} are decimal, though commas part the cells too: the numbers were put together"
        return joined, (what,)
    joined, cut = _with_thousands(region)
    what = f"commas part the thousands of numbers in {cut} rows, and the cells too: the numbers were put together"
    return joined, (what,) if cut else ()


def _with_decimals(region: Region) -> tuple[Region, int | None]:
    """Prices whose decimal commas cut every row into one cell more than the header names, put together; and their column."""
    names = region.header or ()
    rows = [row.cells for row in region.rows]
    if len(rows) < _FEWEST_CUT or any(len(cells) != len(names) + 1 for cells in rows):
        return region, None
    dates = [j for j, name in enumerate(names) if expected_kind(name) == "date"]
    money = [j for j, name in enumerate(names) if (role_of(name) or ("",))[0] in _MONEY and dates and j > dates[0]]
    whole = [j for j in money if all(re.fullmatch(r"-?\d+", c[j].strip()) and re.fullmatch(r"\d\d", c[j + 1]) for c in rows)]
    if len(whole) != 1 or not all(kind_of(cells[dates[0]]) == "date" for cells in rows):
        return region, None
    j = whole[0]
    joined = [replace(r, cells=(*r.cells[:j], f"{r.cells[j]},{r.cells[j + 1]}", *r.cells[j + 2 :])) for r in region.rows]
    return replace(region, rows=joined, kinds=(*region.kinds[:j], "number", *region.kinds[j + 2 :])), j


def _with_thousands(region: Region) -> tuple[Region, int]:
    """Rows that are longer than the header, each by as many cells as can only be thousands; and how many rows these are."""
    width = len(region.header or ())
    long = sum(len(row.cells) > width for row in region.rows)
    if width < 2 or long < _FEWEST_CUT or long <= 0.5 * len(region.rows):
        return region, 0
    rows = [replace(row, cells=_without_cuts(row.cells, width)) for row in region.rows]
    whole = [row.cells for row in rows if len(row.cells) == width]
    if len(whole) < max(_FEWEST_CUT, _FEW * len(rows)):
        return region, 0
    header = (region.header or ())[:width]
    return replace(region, header=header, rows=rows, kinds=tuple(column_kinds(whole, width))), long


def _without_cuts(cells: Sequence[str], width: int) -> tuple[str, ...]:
    """The cells with thousands joined to what leads them, where that can be done in one way only."""
    cuts = [j for j in range(1, len(cells)) if _THOUSANDS.fullmatch(cells[j]) and _PART.fullmatch(cells[j - 1])]
    surplus = len(cells) - width
    if not 0 < surplus <= len(cuts) <= _MOST_CUTS:
        return tuple(cells)
    ways = [_joined(cells, chosen) for chosen in combinations(cuts, surplus)]
    numbers = [way for way in ways if all(_GROUPED.fullmatch(cell) for cell in way if cell not in cells)]
    return numbers[0] if len(numbers) == 1 else tuple(cells)


def _joined(cells: Sequence[str], cuts: Sequence[int]) -> tuple[str, ...]:
    """The cells with some of them put behind the one before, and the comma between."""
    found: list[str] = []
    for j, cell in enumerate(cells):
        if j in cuts:
            found[-1] += f",{cell}"
        else:
            found.append(cell)
    return tuple(found)
