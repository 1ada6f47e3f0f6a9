"""Text and dialect -> rows of cells, with the quoting faults of real files repaired.

A record that follows the rules is taken as it is. One that does not (a stray quote, an unescaped quote, a quote that is never
closed) is read in the way that needs the fewest repairs to give the file's usual number of cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_LINE_END = re.compile(r"\r+\n|\n|\r")
_MAX_RECORD_LINES = 400
_MAX_REPAIR_PIECES = 3000


@dataclass(frozen=True)
class Dialect:
    """How a text file separates and protects its cells.

    `delimiter` is literal text ("" for a file of one column); `spaces` means runs of two or more spaces; `pad` means that
    blanks around the delimiter belong to it.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    spaces: bool = False
    pad: bool = False


@dataclass(frozen=True)
class Row:
    """One record: the line of the file on which it begins (1-based), its cells, and whether it had to be repaired."""

    line: int
    cells: tuple[str, ...]
    repaired: bool = False


@dataclass(frozen=True)
class _Lines:
    """The text with the span of each physical line."""

    text: str
    spans: list[tuple[int, int]]

    def __getitem__(self, index: int) -> str:
        start, stop = self.spans[index]
        return self.text[start:stop]


def split_lines(text: str) -> list[tuple[int, int]]:
    """Spans of the physical lines, whatever mixture of line ends; the last, if empty, is left out."""
    spans, start = [], 0
    for match in _LINE_END.finditer(text):
        spans.append((start, match.start()))
        start = match.end()
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def tokenize(text: str, dialect: Dialect, width: int | None = None) -> list[Row]:
    """Read all records; `width`, the usual number of cells, guides the repair of broken ones.

    >>> [row.cells for row in tokenize('a,b\\n"x, y",2\\n7" pipe,3\\n', Dialect(), 2)]
    [('a', 'b'), ('x, y', '2'), ('7" pipe', '3')]
    """
    return list(iterate_rows(_Lines(text, split_lines(text)), dialect, width))


def iterate_rows(lines: _Lines, dialect: Dialect, width: int | None) -> Iterator[Row]:
    """Records one by one, repaired where they break the rules."""
    index = 0
    while index < len(lines.spans):
        cells, used, repaired = _read_record(lines, index, dialect, width)
        yield Row(index + 1, tuple(cells), repaired)
        index += used


def _read_record(lines: _Lines, index: int, dialect: Dialect, width: int | None) -> tuple[list[str], int, bool]:
    line = lines[index]
    if not dialect.quote or dialect.quote not in line:
        return _split_plain(line, dialect), 1, False
    strict = _strict(lines.text, lines.spans[index][0], dialect)
    if strict is not None:
        cells, stop = strict
        used = _lines_until(lines, index, stop)
        if used == 1 or (used <= _MAX_RECORD_LINES and not _swallowed(lines, index, used, cells, dialect, width)):
            return cells, used, False
    return _repair(lines, index, dialect, width)


def _lines_until(lines: _Lines, index: int, stop: int) -> int:
    used = 1
    while index + used < len(lines.spans) and lines.spans[index + used - 1][1] < stop and used <= _MAX_RECORD_LINES:
        used += 1
    return used if lines.spans[index + used - 1][1] >= stop else used + 1


def _swallowed(lines: _Lines, index: int, used: int, cells: list[str], dialect: Dialect, width: int | None) -> bool:
    """A quote that was never meant to open a field swallows whole lines: each of them would be a good record by itself."""
    if width is None or width < 2:
        return False
    following = [_single_line(lines[index + k], dialect, width) for k in range(1, used)]
    good = sum(len(row) == width for row in following)
    alone = _single_line(lines[index], dialect, width)
    if len(cells) == width and good == len(following) and any("\n" in c and dialect.quote in c for c in cells):
        return True
    if len(cells) == width:
        return len(alone) == width and good >= max(1, len(following) - 1)
    return (len(alone) == width and good > 0) or good > len(following) / 2


def _single_line(line: str, dialect: Dialect, width: int) -> list[str]:
    if not dialect.quote or dialect.quote not in line:
        return _split_plain(line, dialect)
    strict = _strict(line, 0, dialect)
    if strict is not None and strict[1] == len(line) and len(strict[0]) == width:
        return strict[0]
    return _repair_pieces(line, dialect, width)[0]


def _repair(lines: _Lines, index: int, dialect: Dialect, width: int | None) -> tuple[list[str], int, bool]:
    """Repair on the line itself if that gives the usual width, else across the following lines, else as well as can be."""
    first, cost = _repair_pieces(lines[index], dialect, width)
    if width is None or (len(first) >= width and not _left_open(first[-1], lines, index, dialect, width)):
        return first, 1, True
    start = lines.spans[index][0]
    for used in range(2, min(_MAX_RECORD_LINES, len(lines.spans) - index, 30) + 1):
        line = lines[index + used - 1]
        chunk = lines.text[start : lines.spans[index + used - 1][1]]
        if dialect.quote in line and not _is_whole(line, dialect, width):
            cells, joined_cost = _repair_pieces(chunk, dialect, width)
            if len(cells) == width and joined_cost <= cost + 2 and any("\n" in c or "\r" in c for c in cells):
                return cells, used, True
        if len(_single_line(line, dialect, width)) == width:
            break
    return first, 1, True


def _is_whole(line: str, dialect: Dialect, width: int) -> bool:
    """Whether a line is a row by itself that needs no repair."""
    cells, cost = _repair_pieces(line, dialect, width)
    return len(cells) == width and cost == 0.0


def _left_open(last: str, lines: _Lines, index: int, dialect: Dialect, width: int) -> bool:
    """Whether a row's last cell opens a quote that the next line, which is no row by itself, closes."""
    if not last.lstrip(" ").startswith(dialect.quote) or index + 1 >= len(lines.spans):
        return False
    following = lines[index + 1]
    return dialect.quote in following and len(_single_line(following, dialect, width)) != width


def _split_plain(line: str, dialect: Dialect) -> list[str]:
    if dialect.spaces:
        return re.split(r" {2,}|\t", line.strip(" "))
    if not dialect.delimiter:
        return [line]
    if dialect.escape and dialect.escape in line:
        return _split_escaped(line, dialect)
    cells = line.split(dialect.delimiter)
    return [c.strip(" \t") for c in cells] if dialect.pad else cells


def _split_escaped(line: str, dialect: Dialect) -> list[str]:
    """The cells of a line without quotes; an escape sign at its very end protects nothing and stays."""
    signs = len(line) - len(line.rstrip(dialect.escape))
    last = dialect.escape if signs % 2 else ""
    found = _plain_escaped(dialect).findall(line.removesuffix(last) + dialect.delimiter)
    *cells, end = (_unescape(cell, dialect, quoted=False) for cell in found)
    return [*cells, end + last]


@lru_cache(maxsize=64)
def _plain_escaped(dialect: Dialect) -> re.Pattern[str]:
    d, e = re.escape(dialect.delimiter), re.escape(dialect.escape)
    return re.compile(rf"((?:{e}.|(?!{d})[^{e}])*){d}", re.DOTALL)


@lru_cache(maxsize=64)
def _field(dialect: Dialect) -> re.Pattern[str]:
    """One field and what ends it: groups 1 and 3 quoted and plain text, 2 and 4 the delimiter, or nothing at a record's end."""
    q = re.escape(dialect.quote)
    d = r"(?: {2,}|\t)" if dialect.spaces else re.escape(dialect.delimiter) if dialect.delimiter else "(?!)"
    end = rf"({d}|(?=[\r\n])|\Z)"
    blank = "" if dialect.delimiter == " " or dialect.spaces else "[ \\t]*" if dialect.delimiter != "\t" else " *"
    if dialect.escape:
        e = re.escape(dialect.escape)
        quoted = rf"(?:[^{q}{e}]|{e}.|{q}{q})*+"
        plain = rf"(?:{e}[^\r\n]|(?!{d})[^{e}\r\n])*+"
    else:
        quoted = rf"(?:[^{q}]|{q}{q})*+"
        plain = rf"[^{d}\r\n]*+" if len(dialect.delimiter) == 1 else rf"(?:(?!{d})[^\r\n])*+"
    return re.compile(rf"{blank}{q}({quoted}){q}{blank}{end}|((?!{blank}{q}){plain}){end}", re.DOTALL)


def _strict(text: str, start: int, dialect: Dialect) -> tuple[list[str], int] | None:
    """Cells of the record at `start` and the offset of its end, or None when it breaks the rules of quoting."""
    pattern, cells, position = _field(dialect), list[str](), start
    while True:
        match = pattern.match(text, position)
        if match is None:
            return None
        quoted = match.group(1)
        cells.append(_unescape(quoted, dialect) if quoted is not None else _plain(match.group(3), dialect))
        position = match.end()
        if not (match.group(2) or match.group(4)):
            return cells, position


def _plain(cell: str, dialect: Dialect) -> str:
    cell = _unescape(cell, dialect, quoted=False) if dialect.escape and dialect.escape in cell else cell
    return cell.strip(" \t") if dialect.pad else cell


def _unescape(cell: str, dialect: Dialect, quoted: bool = True) -> str:
    q, e = dialect.quote, dialect.escape
    if e and e in cell:
        protected = re.escape(e + (q if quoted else dialect.delimiter + q))
        cell = re.sub(rf"{re.escape(e)}([{protected}])", r"\1", cell)
    return cell.replace(q + q, q) if quoted and q else cell


def _repair_pieces(line: str, dialect: Dialect, width: int | None) -> tuple[list[str], float]:
    """Cheapest grouping of the line's pieces into fields: a group must open and close with a quote, stray quotes cost."""
    pieces = re.split(r" {2,}|\t", line) if dialect.spaces else line.split(dialect.delimiter) if dialect.delimiter else [line]
    if len(pieces) > _MAX_REPAIR_PIECES or (len(pieces) == 1 and _parted_otherwise(line, dialect.quote)):
        return pieces, 0.0
    groups = _cheapest(pieces, dialect, width if width is not None else len(pieces))
    joiner = dialect.delimiter or " "
    cells = [_clean(joiner.join(pieces[a:b]), dialect) for a, b in groups[0]]
    return cells, groups[1]


def _parted_otherwise(line: str, quote: str) -> bool:
    """Whether a line of one cell holds quoted cells between other delimiters: its outer quotes are not those of one cell."""
    q = re.escape(quote)
    return bool(re.match(rf"{q}[^{q}]*{q} ?[,;\t|^~: ] ?{q}", line))


def _cheapest(pieces: list[str], dialect: Dialect, width: int) -> tuple[list[tuple[int, int]], float]:
    """Dynamic programme over (pieces read, fields made)."""
    best: list[dict[int, tuple[float, int]]] = [{} for _ in range(len(pieces) + 1)]
    best[0][0] = (0.0, -1)
    for a in range(len(pieces)):
        if not best[a]:
            continue
        for b, cost in _spans_from(pieces, a, dialect):
            for fields, (so_far, _) in best[a].items():
                known = best[b].get(fields + 1)
                if known is None or so_far + cost < known[0]:
                    best[b][fields + 1] = (so_far + cost, a)
    last = best[len(pieces)]
    fields = min(last, key=lambda n: (last[n][0] + 1.5 * abs(n - width) + (0.1 if n > width else 0.0), n))
    total = last[fields][0]
    groups: list[tuple[int, int]] = []
    stop = len(pieces)
    while stop > 0:
        start = best[stop][fields][1]
        groups.append((start, stop))
        stop, fields = start, fields - 1
    return groups[::-1], total


def _spans_from(pieces: list[str], start: int, dialect: Dialect) -> Iterator[tuple[int, float]]:
    """Ends of the fields that can begin at a piece, each with the cost of reading it so."""
    quote = dialect.quote
    first = pieces[start].strip(" ")
    yield start + 1, _single_cost(first, quote)
    if not first.startswith(quote):
        return
    strays = first.count(quote) - 1
    for stop in range(start + 1, min(len(pieces), start + 200)):
        piece = pieces[stop].strip(" ")
        if piece.endswith(quote):
            inner = quote.join([first[1:], *pieces[start + 1 : stop], piece[:-1]])
            doubled = inner.count(quote * 2)
            odd = strays + sum(p.count(quote) for p in pieces[start + 1 : stop]) + piece.count(quote) - 1 - 2 * doubled
            opens = sum(p.strip(" ").startswith(quote) for p in pieces[start + 1 : stop + 1])
            yield stop + 1, 0.4 * max(0, odd) + 1.0 * opens + 0.01 * (stop - start)


def _single_cost(piece: str, quote: str) -> float:
    if quote not in piece:
        return 0.0
    if len(piece) >= 2 and piece.startswith(quote) and piece.endswith(quote):
        inner = piece[1:-1]
        return 0.3 * (inner.count(quote) - 2 * inner.count(quote * 2))
    return 0.7 if piece.startswith(quote) or piece.endswith(quote) else 0.2


def _clean(field: str, dialect: Dialect) -> str:
    quote, stripped = dialect.quote, field.strip(" ")
    if len(stripped) >= 2 and stripped.startswith(quote) and stripped.endswith(quote):
        return _unescape(stripped[1:-1], dialect)
    return _plain(field, dialect)
