"""The fast way for large, regular CSV files: one vectorised parse, taken only when every line is proved to keep the rules."""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from forecasting.ingest.dialect import sniff
from forecasting.ingest.encoding import is_utf8
from forecasting.ingest.regions import Region, find_regions
from forecasting.ingest.table import Table, column_names
from forecasting.ingest.tokens import Dialect, tokenize

FAST_FROM = 2 << 20
_HEAD = 1 << 16
_CHECK = 8 << 20


def read_fast(data: bytes, name: str) -> list[Table] | None:
    """Read a large UTF-8 file by polars, or return None when anything in it needs the careful parser."""
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    head = head_text(data[start : start + _HEAD])
    if head is None or b"\x00" in data:
        return None
    sniffed = sniff(head)
    plan = layout_of(head, sniffed.dialect, sniffed.width) if not sniffed.skip_lines else None
    if plan is None or not _all_regular(data, start, sniffed.dialect, sniffed.width, plan):
        return None
    try:
        cells = parse_piece(data, sniffed.dialect, sniffed.width, skip=plan.header_lines[-1])
    except (pl.exceptions.PolarsError, UnicodeDecodeError):
        return None
    return _finished(cells, plan, name, start, sniffed.dialect)


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
    if len(dialect.delimiter) != 1 or dialect.delimiter == " " or dialect.escape or dialect.pad or dialect.quote != '"':
        return None
    regions = find_regions(tokenize(head, dialect, width)[:600])
    if len(regions) != 1:
        return None
    region = regions[0]
    simple = region.header is not None and len(region.header_lines) == 1 and len(region.header) == width
    odd = region.comments or region.repeated or region.footer or any(row.repaired for row in region.rows)
    return region if simple and not odd else None


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
    """Whether each line of a piece is one record of that many cells.

    Lines without quotes need the right number of delimiters; the few with quotes must match the whole rule.
    """
    text = np.frombuffer(piece, dtype=np.uint8)
    ends = np.append(np.flatnonzero(text == 10), len(text))
    returns = piece.count(b"\r")
    if returns and returns not in (len(ends) - 1, len(ends)):
        return False
    if not len(text) or text[-1] == 10 or not is_utf8(piece):
        return False
    delimiters = _count_by_line(text == ord(delimiter), ends)
    if b'"' not in piece:
        return bool((delimiters == width - 1).all())
    quoted = _count_by_line(text == 34, ends) > 0
    if not (delimiters[~quoted] == width - 1).all():
        return False
    rule = _line_pattern(delimiter, width)
    if quoted.mean() > 0.2:
        return _all_match(piece, rule)
    compiled = re.compile(rule.encode())
    starts = np.append(0, ends[:-1] + 1)
    return all(compiled.match(piece[starts[k] : ends[k]]) for k in np.flatnonzero(quoted))


def _count_by_line(marks: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """How many marks lie on each line."""
    return np.diff(np.searchsorted(np.flatnonzero(marks), ends), prepend=0)


def _all_match(piece: bytes, pattern: str) -> bool:
    lines = pl.Series("line", [piece.decode("utf-8")]).str.split("\n").explode()
    return bool(lines.str.contains(pattern).all())


def parse_piece(data: bytes, dialect: Dialect, width: int, skip: int = 0) -> pl.DataFrame:
    """All cells as text, "" where there is nothing."""
    cells = pl.read_csv(
        data,
        has_header=False,
        skip_lines=skip,
        separator=dialect.delimiter,
        new_columns=column_names(width),
        infer_schema=False,
        low_memory=True,
    )
    return cells.fill_null("")


def _finished(cells: pl.DataFrame, plan: Region, name: str, start: int, dialect: Dialect) -> list[Table]:
    lines = pl.Series("line", range(0), dtype=pl.UInt32)
    first = plan.header_lines[-1] + 1
    lines = pl.int_range(first, first + cells.height, dtype=pl.UInt32, eager=True).alias("line")
    header = plan.header or ()
    repeated = (pl.col("c0") == header[0]) & (pl.col(f"c{len(header) - 1}") == header[-1])
    again = cells.select(repeated.alias("again")).to_series()
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
