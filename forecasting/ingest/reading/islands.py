"""Large CSV files with a few broken lines: those lines are read with care, all others by the quick parser.

The careful reader sees a short file: the head, the tail, and each broken place with the rows around it. What it makes of that
(header, notes, blank lines, repairs) holds for the file, since the lines left out are all records of the usual width.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from forecasting.ingest.reading.dialect import Sniffed, sniff
from forecasting.ingest.reading.fastcsv import head_text, is_plain, odd_lines, parse_piece
from forecasting.ingest.reading.table import Table, column_names
from forecasting.ingest.reading.tokens import Row, tokenize

_HEAD = 1 << 18
_PIECE = 8 << 20
_AROUND = 12
_EDGE = 300
_RECORD = 400
_MOST_ODD = 20_000
_HEADERS = 20
_SHORTEST = 4
_MOST_SHARE = 0.1
ShortReader = Callable[[list[Row], Sniffed], Table | None]


@dataclass(frozen=True)
class _Lines:
    """The physical lines of a file: where each begins (one place more than lines), and which break the rules."""

    data: bytes
    starts: np.ndarray
    odd: np.ndarray

    def __len__(self) -> int:
        return len(self.starts) - 1

    def text(self, first: int, stop: int) -> str:
        return self.data[self.starts[first] : self.starts[min(stop, len(self))]].decode("utf-8")

    def spans(self, apart: list[tuple[int, int]]) -> bytes:
        """All lines but some spans of them."""
        bounds = [0, *(edge for span in apart for edge in span), len(self)]
        parts = [self.data[self.starts[a] : self.starts[b]] for a, b in zip(bounds[::2], bounds[1::2], strict=True)]
        return b"".join(part if part.endswith(b"\n") or not part else part + b"\n" for part in parts)


def read_islands(data: bytes, name: str, read_short: ShortReader) -> Table | None:
    """Read a large UTF-8 file whose lines mostly keep the rules, or None when it must be read with care as a whole.

    `read_short` makes a table of rows; it returns None when they are not one table.
    """
    text = head_text(data[:_HEAD])
    sniffed = sniff(text) if text and b"\x00" not in data else None
    if sniffed is None or sniffed.skip_lines or sniffed.width < 2 or not is_plain(sniffed.dialect):
        return None
    lines = _lines_of(data, sniffed)
    if lines is None:
        return None
    apart = _spans_apart(lines, sniffed)
    short = [row for (first, stop), rows in apart for row in rows if first < row.line <= stop]
    table = read_short(short, sniffed)
    plain = parse_piece(lines.spans([span for span, _ in apart]), sniffed.dialect, sniffed.width)
    if table is None or plain is None or table.width < sniffed.width:
        return None
    return _together(table, plain, lines, [span for span, _ in apart], name)


def _lines_of(data: bytes, sniffed: Sniffed) -> _Lines | None:
    """The lines, when few enough are odd; None too when line ends are mixed or bytes are no UTF-8."""
    starts, odd, count, position = [np.zeros(1, dtype=np.int64)], [], 0, 0
    while position < len(data):
        stop = data.find(b"\n", min(position + _PIECE, len(data))) + 1 or len(data)
        piece = data[position:stop]
        found = odd_lines(piece.removesuffix(b"\n"), sniffed.dialect.delimiter, sniffed.width)
        if found is None:
            return None
        ends = np.flatnonzero(np.frombuffer(piece, dtype=np.uint8) == 10) + 1
        ends = ends if piece.endswith(b"\n") else np.append(ends, len(piece))
        starts.append(ends + position)
        odd.append(found + count)
        count, position = count + len(ends), stop
        if sum(map(len, odd)) > _MOST_ODD:
            return None
    every = np.concatenate(starts)
    broken = np.union1d(np.concatenate(odd), _headers_again(data, every))
    return _Lines(data, every, broken) if len(broken) <= min(_MOST_ODD, _MOST_SHARE * count) else None


def _headers_again(data: bytes, starts: np.ndarray) -> np.ndarray:
    """Lines below that repeat one of the first lines, if that holds words only: the header may come again."""
    found: list[int] = []
    for k in range(min(_HEADERS, len(starts) - 1)):
        line = data[starts[k] : starts[k + 1]]
        if len(line) > _SHORTEST and not re.search(rb"\d", line):
            found += [match.start() for match in re.finditer(b"(?<=\n)" + re.escape(line), data)]
    return np.searchsorted(starts, np.array(sorted(set(found)), dtype=np.int64))


def _spans_apart(lines: _Lines, sniffed: Sniffed) -> list[tuple[tuple[int, int], list[Row]]]:
    """The spans of lines that are read with care, in order and without overlap, with their rows; lines count from 0."""
    found: list[tuple[tuple[int, int], list[Row]]] = []
    done = 0
    for first, stop in _places(lines):
        begin = max(first, done)
        if begin >= stop:
            continue
        rows = tokenize(lines.text(begin, stop + _RECORD), sniffed.dialect, sniffed.width)
        rows = [replace(row, line=row.line + begin) for row in rows]
        later = [row.line - 1 for row in rows if row.line - 1 >= stop]
        done = min(later, default=len(lines))
        found.append(((begin, done), [row for row in rows if row.line - 1 < done]))
    return found


def _places(lines: _Lines) -> Iterator[tuple[int, int]]:
    """The head, each odd line with its neighbours, and the tail; joined where they touch."""
    near = [(max(0, int(k) - _AROUND), min(len(lines), int(k) + _AROUND + 1)) for k in lines.odd]
    every = sorted([(0, min(_EDGE, len(lines))), *near, (max(0, len(lines) - _EDGE), len(lines))])
    first, stop = every[0]
    for begin, end in every[1:]:
        if begin <= stop:
            stop = max(stop, end)
        else:
            yield first, stop
            first, stop = begin, end
    yield first, stop


def _together(table: Table, plain: pl.DataFrame, lines: _Lines, apart: list[tuple[int, int]], name: str) -> Table | None:
    """The rows read with care and the plain ones in the order of the file."""
    number = np.ones(len(lines), dtype=bool)
    for first, stop in apart:
        number[first:stop] = False
    numbers = np.flatnonzero(number) + 1
    if len(numbers) != plain.height:
        return None
    names = column_names(table.width)
    plain = plain.with_columns(pl.lit("").alias(each) for each in names[plain.width :])
    cells = pl.concat([table.cells, plain.select(names)])
    places = pl.concat([table.lines, pl.Series("line", numbers, dtype=pl.UInt32)])
    order = places.arg_sort()
    return replace(table, name=name, cells=cells[order], lines=places[order])
