"""Rows with a cell too many or too few, brought under the right columns.

A row is only moved when exactly one reading makes its cells fit the kinds of the columns and the row as it stands does not.
No cell that holds anything is ever dropped: what is left over goes to further columns.
"""

from __future__ import annotations

from collections.abc import Sequence

from forecasting.ingest.cells.kinds import BLANK, DATE, NUMBER, TEXT, kind_of


def align(cells: Sequence[str], kinds: Sequence[str], width: int) -> tuple[str, ...]:
    """Bring one row to `width` cells where that can be done without loss; longer rows come back longer.

    >>> align(("2024-01-05", "", "A1", "3"), ("date", "text", "number"), 3)
    ('2024-01-05', 'A1', '3')
    >>> align(("2024-01-05", "3"), ("date", "text", "number"), 3)
    ('2024-01-05', '', '3')
    """
    if len(cells) > width:
        return _shorten(cells, kinds, width)
    if len(cells) < width:
        return _lengthen(cells, kinds, width)
    return tuple(cells)


def _shorten(cells: Sequence[str], kinds: Sequence[str], width: int) -> tuple[str, ...]:
    surplus = len(cells) - width
    trailing = None if any(c.strip() for c in cells[width:]) else tuple(cells[:width])
    if surplus > 3:
        return trailing or tuple(cells)
    best, best_score, ties = trailing or tuple(cells), _fit(cells[:width], kinds) - (0.0 if trailing else 0.5), False
    blanks = [j for j, cell in enumerate(cells) if not cell.strip()]
    for j in blanks:
        if surplus == 1:
            candidate = (*cells[:j], *cells[j + 1 :])
            score = _fit(candidate, kinds)
            if score > best_score + 0.01:
                best, best_score, ties = candidate, score, False
            elif abs(score - best_score) <= 0.01 and candidate != best:
                ties = True
    if ties and trailing is not None:
        return trailing
    return best


def _lengthen(cells: Sequence[str], kinds: Sequence[str], width: int) -> tuple[str, ...]:
    missing = width - len(cells)
    padded = (*cells, *[""] * missing)
    if missing > 2 or len(cells) < 2:
        return padded
    best, best_score = padded, _fit(padded, kinds) + 0.3
    for j in range(len(cells), 0, -1):
        candidate = (*cells[:j], *[""] * missing, *cells[j:])
        score = _fit(candidate, kinds)
        if score > best_score + 0.01:
            best, best_score = candidate, score
    return best


def _fit(cells: Sequence[str], kinds: Sequence[str]) -> float:
    """How well cells stand under columns: typed columns count most, blanks under filled columns a little against."""
    score = 0.0
    for cell, kind in zip(cells, kinds, strict=False):
        found = kind_of(cell)
        if kind in (NUMBER, DATE):
            score += 1.0 if found == kind else 0.0 if found == BLANK else -1.0
        elif kind == TEXT:
            score += 0.2 if found == TEXT else 0.05 if found == BLANK else -0.1
        else:
            score += 0.1 if found == BLANK else -0.5
    return score
