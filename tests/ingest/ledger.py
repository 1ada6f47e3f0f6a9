"""Whether all that a text file says came into its tables: letters and digits are counted, whatever cells they fell into."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from forecasting.ingest import Table
from forecasting.ingest.reading.tokens import split_lines

_DECLARED = re.compile(r"\ufeff?\"?sep=.*", re.IGNORECASE)


def letters_lost(text: str, tables: Sequence[Table]) -> str:
    """The letters and digits of a text that stand nowhere in its tables, nor above or below one of them.

    A header that comes again is taken once, and its letters may be missing where the tables say so.
    """
    lines = [text[start:stop] for start, stop in split_lines(text)]
    if lines and _DECLARED.fullmatch(lines[0]):
        lines[0] = ""
    lost = _letters(lines)
    for table in tables:
        lost -= _letters(table.cells.get_column(name).str.join("").item() for name in table.cells.columns)
        named = [line for number in table.header_lines for line in lines[number - 1 : number]]
        lost -= _letters(table.header) | _letters(named)
    # Tables side by side have one header, and what stands around it, in common.
    for _, above, below in dict.fromkeys((table.header_lines, table.preamble, table.footer) for table in tables):
        lost -= _letters([*above, *below])
    if any("header is repeated" in note for table in tables for note in table.notes):
        lost = lost - Counter({letter: lost[letter] for table in tables for letter in _letters(table.header)})
    return "".join(sorted(lost.elements()))


def _letters(parts: Sequence[str]) -> Counter[str]:
    return Counter(letter for part in parts for letter in part if letter.isalnum())
