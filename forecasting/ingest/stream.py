"""Very large order files: read, checked and summed piece by piece, so that memory depends on the products and days, not the lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import polars as pl

from forecasting.ingest.dialect import sniff
from forecasting.ingest.encoding import detect_encoding
from forecasting.ingest.facts import Facts, extract, platform_of
from forecasting.ingest.fastcsv import head_text, is_regular, layout_of, offset_of_line, parse_piece
from forecasting.ingest.grid import attribute_counts, day_sums
from forecasting.ingest.mapping import Mapping
from forecasting.ingest.propose import propose_for
from forecasting.ingest.regions import Region
from forecasting.ingest.table import Table
from forecasting.ingest.tokens import Dialect

STREAM_FROM = 24 << 20
_PIECE = 12 << 20
_SAMPLE = 1 << 18
_TOLERATED = 0.01
Say = Callable[[float, str], None]


@dataclass(frozen=True)
class Streamed:
    """An order file summed to SKUs and days: `days` the sums, `names` how often each attribute was seen, `facts` the account.

    `facts.frame` is empty; `table` holds the first rows only, for the screen.
    """

    table: Table
    mapping: Mapping
    facts: Facts
    days: pl.DataFrame
    names: pl.DataFrame


@dataclass(frozen=True)
class _Plan:
    """How the file is laid out: its dialect, width, header, and where the rows begin."""

    dialect: Dialect
    width: int
    region: Region
    start: int
    first_line: int


def stream_orders(data: bytes, name: str, mapping: Mapping | None, say: Say) -> Streamed | None:
    """Sum a large, regular file of order lines, or return None when it is not one; then it must be read as a whole."""
    if len(data) < STREAM_FROM or detect_encoding(data[: 1 << 20]) not in ("utf-8", "utf-8-sig"):
        return None
    plan = _plan(data)
    if plan is None:
        return None
    sample = _sample_table(data, name, plan)
    chosen = _mapping(sample, mapping) if sample is not None else None
    if sample is None or chosen is None:
        return None
    return _summed(data, name, plan, sample, chosen, say)


def _plan(data: bytes) -> _Plan | None:
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    head = head_text(data[start : start + (1 << 17)])
    sniffed = sniff(head) if head else None
    region = layout_of(head, sniffed.dialect, sniffed.width) if head and sniffed and not sniffed.skip_lines else None
    if region is None or sniffed is None:
        return None
    line = region.header_lines[-1] + 1
    return _Plan(sniffed.dialect, sniffed.width, region, offset_of_line(data, start, line), line)


def _sample_table(data: bytes, name: str, plan: _Plan) -> Table | None:
    """Rows from the beginning, the middle and the end, to understand the columns by."""
    pieces = []
    for share in (0.0, 0.5, 0.95):
        start = plan.start if not share else data.find(b"\n", int(len(data) * share)) + 1
        stop = data.find(b"\n", start + _SAMPLE)
        pieces.append(data[start : stop if stop > 0 else len(data)])
    joined = b"\n".join(piece.rstrip(b"\r\n") for piece in pieces)
    return _table(joined, name, plan, plan.first_line) if is_regular(joined, plan.dialect.delimiter, plan.width) else None


def _mapping(sample: Table, given: Mapping | None) -> Mapping | None:
    """The mapping, when nothing in it needs the whole file to be decided."""
    proposed = propose_for(sample)
    chosen = given.onto(sample.header, proposed) if given is not None and given.fits(sample.header) else proposed
    platform = platform_of(chosen, sample)
    simple = chosen.layout == "orders" and not chosen.questions and chosen.channels == "sum" and chosen.index("date") is not None
    usable = simple and not (platform and platform.fill_down) and chosen.index("units") is not None
    return chosen if usable and not _odd_share(extract(sample, chosen)) else None


def _odd_share(facts: Facts) -> bool:
    """Whether more rows than a few cannot be read as numbers and dates: then the reading itself is in doubt."""
    odd = facts.rejects.filter(pl.col("reason").str.starts_with("not a")) if facts.rejects.height else facts.rejects
    unread = odd.filter(~pl.col("reason").str.starts_with("not a product")).height if odd.height else 0
    return unread > _TOLERATED * max(1, facts.rows)


def _table(piece: bytes, name: str, plan: _Plan, first_line: int) -> Table:
    cells = parse_piece(piece, plan.dialect, plan.width)
    return Table(
        name=name,
        sheet="",
        header=plan.region.header or (),
        cells=cells,
        lines=pl.int_range(first_line, first_line + cells.height, dtype=pl.UInt32, eager=True).alias("line"),
        encoding="utf-8",
        delimiter={"\t": "tab"}.get(plan.dialect.delimiter, plan.dialect.delimiter),
        header_lines=plan.region.header_lines,
        preamble=tuple(" ".join(c for c in row.cells if c.strip()) for row in plan.region.preamble),
    )


def _pieces(data: bytes, start: int) -> Iterator[bytes]:
    size = len(data)
    while size > start and data[size - 1 : size] in (b"\n", b"\r"):
        size -= 1
    while start < size:
        stop = data.find(b"\n", min(start + _PIECE, size), size)
        stop = size if stop < 0 else stop
        yield data[start:stop]
        start = stop + 1


def _summed(data: bytes, name: str, plan: _Plan, sample: Table, mapping: Mapping, say: Say) -> Streamed | None:
    days: list[pl.DataFrame] = []
    names: list[pl.DataFrame] = []
    rejects: list[pl.DataFrame] = []
    issues: dict[str, None] = {}
    line, rows, done, order = plan.first_line, 0, plan.start, ""
    shown: Table | None = None
    for piece in _pieces(data, plan.start):
        if not is_regular(piece, plan.dialect.delimiter, plan.width):
            return None
        table = _table(piece, name, plan, line)
        facts = extract(table, mapping)
        if _odd_share(facts):
            return None
        days.append(day_sums(facts.frame))
        names.append(attribute_counts(facts.frame))
        rejects.append(facts.rejects)
        issues |= dict.fromkeys(facts.issues)
        shown = shown or replace(table, cells=table.cells.head(2000).clone(), lines=table.lines.head(2000))
        line, rows, order, done = line + table.height, rows + facts.rows, facts.date_order, done + len(piece)
        say(0.7 * done / len(data), f"Reading {name}: {rows:,} rows")
    if shown is None:
        return None
    account = Facts(pl.DataFrame(), pl.concat(rejects), rows, tuple(issues), order, "", tuple(sample.header))
    table = shown.note(f"only the first {shown.height:,} rows are kept for show") if rows > shown.height else shown
    return Streamed(table, mapping, account, pl.concat(days, how="diagonal_relaxed"), pl.concat(names, how="diagonal_relaxed"))
