"""Very large order files, summed piece by piece, so that memory depends on the products and days, not the lines."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import polars as pl

from forecasting.ingest.checks import platform_of
from forecasting.ingest.dialect import sniff
from forecasting.ingest.encoding import detect_encoding
from forecasting.ingest.facts import Facts, extract
from forecasting.ingest.fastcsv import head_text, is_regular, layout_of, offset_of_line, parse_piece
from forecasting.ingest.grid import attribute_counts, period_sums
from forecasting.ingest.mapping import Mapping
from forecasting.ingest.propose import propose_for
from forecasting.ingest.regions import Region
from forecasting.ingest.table import Table
from forecasting.ingest.tokens import Dialect

STREAM_FROM = 24 << 20
SHOWN = 1000
_PIECE = 6 << 20
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
    head = head_text(data[start : start + (1 << 16)])
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
    simple = (
        chosen.layout == "orders" and not chosen.questions and chosen.channels == "sum" and chosen.index("date") is not None
    )
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


def _pieces(data: bytes, plan: _Plan) -> list[tuple[int, int, int]]:
    """(start, stop, first line) of each piece; every line is a record, which is checked when the piece is read."""
    start, line, size = plan.start, plan.first_line, len(data)
    while size > start and data[size - 1 : size] in (b"\n", b"\r"):
        size -= 1
    found = []
    while start < size:
        stop = data.find(b"\n", min(start + _PIECE, size), size)
        stop = size if stop < 0 else stop
        found.append((start, stop, line))
        line += data.count(b"\n", start, stop) + 1
        start = stop + 1
    return found


@dataclass(frozen=True)
class _Part:
    """What is kept of one piece."""

    facts: Facts
    days: pl.DataFrame
    names: pl.DataFrame


def _read_piece(data: bytes, name: str, plan: _Plan, mapping: Mapping, piece: tuple[int, int, int]) -> _Part | None:
    start, stop, line = piece
    content = data[start:stop]
    if not is_regular(content, plan.dialect.delimiter, plan.width):
        return None
    facts = extract(_table(content, name, plan, line), mapping)
    if _odd_share(facts):
        return None
    return _Part(replace(facts, frame=pl.DataFrame()), period_sums(facts.frame, "D"), attribute_counts(facts.frame))


def _summed(data: bytes, name: str, plan: _Plan, sample: Table, mapping: Mapping, say: Say) -> Streamed | None:
    pieces = _pieces(data, plan)
    parts: list[_Part] = []
    # The libraries work outside the interpreter's lock, so two pieces at a time keep two cores busy.
    with ThreadPoolExecutor(max_workers=2) as pool:
        for part in pool.map(lambda piece: _read_piece(data, name, plan, mapping, piece), pieces):
            if part is None:
                pool.shutdown(cancel_futures=True)
                return None
            parts.append(part)
            say(0.7 * len(parts) / len(pieces), f"Reading {name}: {sum(p.facts.rows for p in parts):,} rows")
    issues = tuple(dict.fromkeys(issue for part in parts for issue in part.facts.issues))
    rows = sum(part.facts.rows for part in parts)
    account = Facts(
        pl.DataFrame(), pl.concat([p.facts.rejects for p in parts]), rows, issues, parts[0].facts.date_order, "", ()
    )
    shown = replace(sample, cells=sample.cells.head(SHOWN), lines=sample.lines.head(SHOWN))
    table = shown.note(f"only the first {shown.height:,} rows are kept for show") if rows > shown.height else shown
    days = pl.concat([p.days for p in parts], how="diagonal_relaxed")
    return Streamed(table, mapping, account, days, pl.concat([p.names for p in parts], how="diagonal_relaxed"))
