"""Rows in which a delimiter is missing between two cells, or stands unprotected within one, read as they were meant.

A row is only regrouped where the rows around it show how its cells are made: the reading has to be much more like them than
the row with a blank cell put in, or with cells left over. The characters of the cells stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from forecasting.ingest.reading.likeness import Likeness

_FEWEST_ROWS = 4
_PROBE = 60
_MARGIN = 3.0
_LEFT_OVER = 7.0
_JOINT = 6.0
_MOST_SURPLUS = 40
_LONGEST_GLUED = 64
_RUN = re.compile(r'(?<=[^\s"])"+(?=[^\s"])')


def regroup(cells: Sequence[str], like: Likeness, delimiter: str) -> tuple[str, ...] | None:
    """The row in as many cells as the table has columns, or None when that cannot be told.

    >>> like = Likeness([("2024-01-05", "A1", "Cup", "3"), ("2024-01-06", "B2", "Bowl", "14")] * 3, 4)
    >>> regroup(("2024-01-07C3", "Cup", "3"), like, ",")
    ('2024-01-07', 'C3', 'Cup', '3')
    >>> regroup(("2024-01-07", "C3", "Cup", " blue", "3"), like, ",")
    ('2024-01-07', 'C3', 'Cup, blue', '3')
    """
    if like.rows < _FEWEST_ROWS or not like.typed or not delimiter:
        return None
    now = _as_it_stands(cells, like)
    found = [*_apart(cells, like), *_quoted_apart(cells, like.width, delimiter)]
    if len(cells) > like.width and any(like.made_otherwise(cell, j) for j, cell in enumerate(cells[: like.width])):
        found += joined(cells, like, delimiter)
    ranked = sorted(((like.row(row), row) for row in dict.fromkeys(found) if len(row) == like.width), reverse=True)
    if not ranked or ranked[0][0] < now + _MARGIN or (len(ranked) > 1 and ranked[1][0] > ranked[0][0] - 0.5):
        return None
    return ranked[0][1]


def joined_at_blanks(cells: Sequence[str], width: int, delimiter: str) -> tuple[str, ...] | None:
    """The row with cells that begin with a blank joined to those before them, where that gives the table's width.

    >>> joined_at_blanks(("A1", "Weaver", " Inc.", "grey"), 3, ",")
    ('A1', 'Weaver, Inc.', 'grey')
    """
    led = [bool(j) and cell.startswith(" ") and bool(cell.strip()) for j, cell in enumerate(cells)]
    if len(cells) - sum(led) != width:
        return None
    found: list[str] = []
    for cell, goes_on in zip(cells, led, strict=True):
        if goes_on:
            found[-1] += delimiter + cell
        else:
            found.append(cell)
    return tuple(found)


def runs_together(cells: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> bool:
    """Whether the cells are a row of these but for one delimiter that is missing."""
    return len(cells) == width - 1 and regroup(cells, Likeness(rows[:_PROBE], width), ",") is not None


def has_quote_between(cell: str) -> bool:
    """Whether a quote stands in a cell without a blank on either side, as between two cells that ran together.

    >>> has_quote_between('$6.31"Underwear'), has_quote_between('a 5" inseam')
    (True, False)
    """
    return _RUN.search(cell) is not None


def _as_it_stands(cells: Sequence[str], like: Likeness) -> float:
    """How like the others the row is at best with blank cells put in or left out, and nothing regrouped."""
    surplus = len(cells) - like.width
    if surplus > 0:
        over = sum(bool(cell.strip()) for cell in cells[like.width :])
        blanks = [j for j, cell in enumerate(cells) if not cell.strip()] if surplus == 1 else []
        without = [like.row((*cells[:j], *cells[j + 1 :])) for j in blanks]
        return max([like.row(cells[: like.width]) - _LEFT_OVER * over, *without])
    return max(like.row((*cells[:j], *[""] * -surplus, *cells[j:])) for j in range(len(cells) + 1))


def _apart(cells: Sequence[str], like: Likeness) -> Iterator[tuple[str, ...]]:
    """One cell too few: a cell that is made as none of its column, taken apart into two that are."""
    if len(cells) != like.width - 1:
        return
    for j, cell in enumerate(cells):
        if len(cell) > _LONGEST_GLUED or not like.made_otherwise(cell, j):
            continue
        for k in range(1, len(cell)):
            yield (*cells[:j], cell[:k], cell[k:], *cells[j + 1 :])


def _quoted_apart(cells: Sequence[str], width: int, delimiter: str) -> Iterator[tuple[str, ...]]:
    """A quote between two cells without a delimiter beside it; the quoted cell may hold delimiters, which then cut it up."""
    for j, cell in enumerate(cells):
        for run in _RUN.finditer(cell):
            surplus = len(cells) - (width - 1)
            if surplus >= 0:
                right = delimiter.join((cell[run.end() :], *cells[j + 1 : j + 1 + surplus])).removesuffix('"')
                yield (*cells[:j], cell[: run.end() - 1], right, *cells[j + 1 + surplus :])
                left = delimiter.join((*cells[j - surplus : j], cell[: run.end() - 1])).removeprefix('"')
                if surplus <= j:
                    yield (*cells[: j - surplus], left, cell[run.end() :], *cells[j + 1 :])


def joined(cells: Sequence[str], like: Likeness, delimiter: str) -> list[tuple[str, ...]]:
    """Too many cells: the neighbours joined to as many as there are columns, in the way that is most like the others.

    Dynamic programme over (cells read, columns filled).
    """
    surplus = len(cells) - like.width
    if not 0 < surplus <= _MOST_SURPLUS:
        return []
    whole = [delimiter in cell for cell in cells]
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}, *({} for _ in range(like.width))]
    for column in range(like.width):
        for start, (so_far, _) in best[column].items():
            for stop in range(start + 1, min(len(cells), start + 1 + surplus) + 1):
                if len(cells) - stop < like.width - column - 1:
                    break
                # A cell that holds the delimiter was protected: it is whole as it is.
                joint = _JOINT if stop - start > 1 and any(whole[start:stop]) else 0.0
                score = so_far + like.cell(delimiter.join(cells[start:stop]), column) - joint
                if stop not in best[column + 1] or score > best[column + 1][stop][0]:
                    best[column + 1][stop] = (score, start)
    row: list[str] = []
    stop = len(cells)
    for column in range(like.width, 0, -1):
        start = best[column][stop][1]
        row.append(delimiter.join(cells[start:stop]))
        stop = start
    return [tuple(row[::-1])]
