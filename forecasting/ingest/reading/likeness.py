"""How much a cell looks like the values of a column, learned from the rows that need no repair."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from forecasting.ingest.cells.kinds import BLANK, DATE, NUMBER, TEXT, column_kinds, kind_of

_SAMPLE = 400
_LONGEST = 48
_RARE = 1e-3
_ALIEN = 1e-5
# A quote after a digit is a sign of inches, not of quoting.
_LONE = re.compile(r'(?<!\d)"')


def shape(cell: str) -> str:
    """How a value is made: each digit as 9, each letter as a or A; long texts are like each other.

    >>> shape("MG-8769"), shape("18/02/2018")
    ('AA-9999', '99/99/9999')
    """
    if len(cell) > _LONGEST:
        return ""
    made = re.sub(r"[^\W\d_]", lambda m: "A" if m.group().isupper() else "a", cell)
    return re.sub(r"\d", "9", made)


class _Column:
    """What the values of one column look like."""

    def __init__(self, cells: Sequence[str], kind: str) -> None:
        filled = [cell for cell in cells if cell.strip()]
        self.kind = kind
        self._blank = max(_RARE, (len(cells) - len(filled)) / max(1, len(cells)))
        self._n = max(1, len(filled))
        self._shapes = Counter(shape(cell) for cell in filled)
        self._first = Counter(shape(cell[0]) for cell in filled)
        self._last = Counter(shape(cell[-1]) for cell in filled)
        self._quoted = sum(len(_LONE.findall(cell)) % 2 for cell in filled) > 0.05 * len(filled)

    def odds(self, cell: str) -> float:
        """From 0 to 1: how probable it is that this cell belongs here."""
        if not cell.strip():
            return self._blank
        known = self._shapes[shape(cell)] / self._n
        if self.kind == TEXT:
            return self._text_odds(cell, known)
        if known > 0.01:
            return known
        return 0.02 if kind_of(cell) == self.kind else _RARE if kind_of(cell) == BLANK else _ALIEN

    def _text_odds(self, cell: str, known: float) -> float:
        """Words are alike in how they begin and end; a lone quote is no part of them."""
        ends = self._first[shape(cell[0])] * self._last[shape(cell[-1])] / self._n**2
        whole = known if shape(cell) else known * ends
        lone = len(_LONE.findall(cell)) % 2 and not self._quoted
        return max(max(whole, 0.3 * ends) * (0.02 if lone else 1.0), _RARE / 10)

    def made_otherwise(self, cell: str) -> bool:
        """Whether no value of the column is made like this one, though they are all made alike or of one kind."""
        if self._shapes[shape(cell)]:
            return False
        alike = sum(n for _, n in self._shapes.most_common(4)) >= 0.9 * self._n and "" not in self._shapes
        return kind_of(cell) != self.kind if self.kind in (NUMBER, DATE) else alike and self._n > len(self._shapes)


class Likeness:
    """The columns of a table as its good rows show them; `odds` are logarithms, so that cells add up to rows.

    >>> like = Likeness([("2024-01-05", "A1", "3"), ("2024-01-06", "B2", "14")], 3)
    >>> like.row(("2024-01-07", "C3", "2")) > like.row(("C3", "2024-01-07", "2"))
    True
    """

    def __init__(self, rows: Sequence[Sequence[str]], width: int) -> None:
        good = [row for row in rows if len(row) == width]
        good = good[:: max(1, len(good) // _SAMPLE)]
        kinds = column_kinds(good, width)
        self.width, self.rows = width, len(good)
        self._columns = [_Column([row[j] for row in good], kinds[j]) for j in range(width)]

    @property
    def typed(self) -> bool:
        """Whether any column holds numbers or dates, without which no row can be told to be misread."""
        return any(column.kind in (NUMBER, DATE) for column in self._columns)

    def cell(self, cell: str, column: int) -> float:
        """The logarithm of the odds of one cell in one column."""
        return math.log(self._columns[column].odds(cell))

    def row(self, cells: Sequence[str]) -> float:
        """The logarithm of the odds of a row of the table's width."""
        return sum(self.cell(cell, j) for j, cell in enumerate(cells))

    def made_otherwise(self, cell: str, column: int) -> bool:
        """Whether a cell is made as no other of its column is."""
        return self._columns[column].made_otherwise(cell)
