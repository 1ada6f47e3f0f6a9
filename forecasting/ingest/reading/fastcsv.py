"""The fast way for large, regular CSV files: one vectorised parse, taken only when every line is proved to keep the rules."""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from forecasting.ingest.reading.dialect import sniff
from forecasting.ingest.reading.encoding import is_utf8
from forecasting.ingest.reading.quotes import plain_quotes
from forecasting.ingest.reading.regions import Region, find_regions
from forecasting.ingest.reading.table import Table, column_names
from forecasting.ingest.reading.tokens import Dialect, tokenize

FAST_FROM = 2 << 20
_HEAD = 1 << 16
_CHECK = 8 << 20
_LONE_RETURN = re.compile(r"\r(?!\n)")  # ends a line for the careful reader only, so that lines would be counted in two ways
_FOR_THE_CAREFUL = (b"\x00", b"\n\xef\xbb\xbf", b"\n\x0c")  # NULs, and marks at the beginning of a line that are no text


def read_fast(data: bytes, name: str) -> list[Table] | None:
    """Read a large UTF-8 file by polars, or return None when anything in it needs the careful parser."""
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    head = head_text(data[start : start + _HEAD])
    if head is None or any(mark in data for mark in _FOR_THE_CAREFUL) or plain_quotes(head) != head:
        return None
    sniffed = sniff(head)
    plan = layout_of(head, sniffed.dialect, sniffed.width) if not sniffed.skip_lines else None
    if plan is None or not _all_regular(data, start, sniffed.dialect, sniffed.width, plan):
        return None
    cells = parse_piece(data, sniffed.dialect, sniffed.width, skip=plan.header_lines[-1])
    return None if cells is None else _finished(_without_blank_tail(cells), plan, name, start, sniffed.dialect)


def head_text(head: bytes) -> str | None:
    """The whole lines of the first bytes, or None when they are no UTF-8 lines."""
    stop = head.rfind(b"\n")
    if stop < 0:
        return None
    try:
        return head[: stop + 1].decode("utf-8")
    except UnicodeDecodeError:
        return None


def layout_of(head: str, dialect: Dialect, width: int) -> Region | None:
    """The layout of the head, if it is the simple one: an optional preamble, one header row, then rows of one width."""
    if not is_plain(dialect) or _LONE_RETURN.search(head):
        return None
    regions = find_regions(tokenize(head, dialect, width)[:600])
    if len(regions) != 1:
        return None
    region = regions[0]
    simple = region.header is not None and len(region.header_lines) == 1 and len(region.header) == width
    odd = region.comments or region.repeated or region.footer or any(row.repaired for row in region.rows)
    return region if simple and not odd else None


def is_plain(dialect: Dialect) -> bool:
    """Whether a dialect is one that the quick parsers speak."""
    return (
        len(dialect.delimiter) == 1
        and dialect.delimiter.isascii()
        and dialect.delimiter != " "
        and dialect.quote == '"'
        and not (dialect.escape or dialect.pad)
    )


def _all_regular(data: bytes, start: int, dialect: Dialect, width: int, plan: Region) -> bool:
    """Whether every line from the header on is one record of the usual width; checked in pieces of a few megabytes."""
    position = offset_of_line(data, start, plan.header_lines[0])
    size = len(data.rstrip(b"\r\n"))
    while position < size:
        stop = data.find(b"\n", min(position + _CHECK, size))
        stop = size if stop < 0 else stop
        if not is_regular(data[position:stop], dialect.delimiter, width):
            return False
        position = stop + 1
    return True


def offset_of_line(data: bytes, start: int, line: int) -> int:
    """Where a line of the file begins."""
    for _ in range(line - 1):
        start = data.index(b"\n", start) + 1
    return start


def _line_pattern(delimiter: str, width: int) -> str:
    d = re.escape(delimiter)
    field = rf'(?:"(?:[^"]|"")*"|[^"{d}]*)'
    return rf"^{field}(?:{d}{field}){{{width - 1}}}\r?$"


def is_regular(piece: bytes, delimiter: str, width: int) -> bool:
    """Whether each line of a piece is one record of that many cells."""
    odd = odd_lines(piece, delimiter, width)
    return odd is not None and not len(odd)


def odd_lines(piece: bytes, delimiter: str, width: int) -> np.ndarray | None:
    """Which lines of a piece (from 0) are not one record of that many cells; None when its line ends or bytes are mixed.

    Lines without quotes need the right number of delimiters and something between; those with quotes must match the whole rule.
    """
    text = np.frombuffer(piece, dtype=np.uint8)
    ends = np.append(np.flatnonzero(text == 10), len(text))
    returns = piece.count(b"\r")
    ended = piece.count(b"\r\n") + piece.endswith(b"\r")
    if not len(text) or (returns and (returns != ended or returns < len(ends) - 1)) or not is_utf8(piece):
        return None
    odd = _count_by_line(text == ord(delimiter), ends) != width - 1
    # A line as long as its delimiters holds nothing.
    odd |= np.diff(ends, prepend=-1) <= width + (1 if returns else 0)
    odd |= _in_apostrophes(text, ends)
    if b'"' in piece:
        quoted = _count_by_line(text == 34, ends) > 0
        odd[quoted] = ~_matching(piece, ends, np.flatnonzero(quoted), _line_pattern(delimiter, width))
    return np.flatnonzero(odd)


def _in_apostrophes(text: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Which lines begin and end with an apostrophe: these may be the quotes of that row."""
    starts = np.minimum(np.append(0, ends[:-1] + 1), len(text) - 1)
    lasts = np.maximum(ends - 1, 0)
    lasts = np.where(text[lasts] == 13, np.maximum(lasts - 1, 0), lasts)
    return (text[starts] == 39) & (text[lasts] == 39)


def _matching(piece: bytes, ends: np.ndarray, lines: np.ndarray, rule: str) -> np.ndarray:
    """Which of some lines match a rule."""
    if len(lines) > 0.2 * len(ends):
        every = pl.Series("line", [piece.decode("utf-8")]).str.split("\n").explode()
        return every.gather(lines).str.contains(rule).to_numpy()
    compiled = re.compile(rule.encode())
    starts = np.append(0, ends[:-1] + 1)
    return np.array([compiled.match(piece[starts[k] : ends[k]]) is not None for k in lines], dtype=bool)


def _count_by_line(marks: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """How many marks lie on each line."""
    return np.diff(np.searchsorted(np.flatnonzero(marks), ends), prepend=0)


def parse_piece(data: bytes, dialect: Dialect, width: int, skip: int = 0) -> pl.DataFrame | None:
    """All cells as text, "" where there is nothing; None when the quick parser refuses."""
    try:
        cells = pl.read_csv(
            data,
            has_header=False,
            skip_lines=skip,
            separator=dialect.delimiter,
            new_columns=column_names(width),
            infer_schema=False,
            low_memory=True,
        )
    except (pl.exceptions.PolarsError, UnicodeDecodeError):
        return None
    return cells.fill_null("")


def _without_blank_tail(cells: pl.DataFrame) -> pl.DataFrame:
    """The rows without those that blank lines at the end of the file make."""
    height = cells.height
    while height and not any(cell.strip() for cell in cells.row(height - 1)):
        height -= 1
    return cells.head(height)


def _without_blank_end(header: tuple[str, ...], cells: pl.DataFrame) -> tuple[str, ...]:
    """The header without last columns that have no name and hold nothing, as delimiters at the end of each line leave them."""
    width = len(header)
    while width > 1 and not header[width - 1].strip() and not (cells.to_series(width - 1).str.strip_chars() != "").any():
        width -= 1
    return header[:width]


def _header_again(cells: pl.DataFrame, header: tuple[str, ...]) -> pl.Series:
    """Which rows are the header once more, in every cell."""
    again = (cells.to_series(0) == header[0]) & (cells.to_series(-1) == header[-1])
    places = again.arg_true()
    other = [k for k in places if cells.row(k) != header]
    return again.scatter(other, False) if other else again


def _finished(cells: pl.DataFrame, plan: Region, name: str, start: int, dialect: Dialect) -> list[Table]:
    lines = pl.Series("line", range(0), dtype=pl.UInt32)
    first = plan.header_lines[-1] + 1
    lines = pl.int_range(first, first + cells.height, dtype=pl.UInt32, eager=True).alias("line")
    header = _without_blank_end(plan.header or (), cells)
    cells = cells.select(cells.columns[: len(header)])
    if len(header) > 2 and not header[0].strip() and not (cells.to_series(0).str.strip_chars() != "").any():
        header, cells = header[1:], cells.drop("c0").rename(dict(zip(cells.columns[1:], cells.columns, strict=False)))
    again = _header_again(cells, header)
    notes: tuple[str, ...] = ()
    if again.any():
        notes = (f"the header is repeated {again.sum()} times in the table; it was taken once",)
        cells, lines = cells.filter(~again), lines.filter(~again)
    table = Table(
        name=name,
        sheet="",
        header=tuple(header),
        cells=cells,
        lines=lines,
        encoding="utf-8-bom" if start else "utf-8",
        delimiter={"\t": "tab"}.get(dialect.delimiter, dialect.delimiter),
        header_lines=plan.header_lines,
        preamble=tuple(" ".join(c for c in row.cells if c.strip()) for row in plan.preamble),
        notes=notes,
    )
    return [table]
