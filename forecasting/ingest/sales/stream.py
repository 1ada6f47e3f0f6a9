"""Very large order files, summed piece by piece, so that memory depends on the products and days, not the lines."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice

import polars as pl

from forecasting.core.memory import give_back
from forecasting.ingest.mapping import Mapping
from forecasting.ingest.meaning.propose import propose_for
from forecasting.ingest.reading.coded import Coded, read_coded
from forecasting.ingest.reading.content import Content
from forecasting.ingest.reading.dialect import sniff
from forecasting.ingest.reading.encoding import detect_encoding
from forecasting.ingest.reading.fastcsv import head_text, layout_of, offset_of_line
from forecasting.ingest.reading.regions import Region
from forecasting.ingest.reading.table import Table, column_names
from forecasting.ingest.reading.tokens import Dialect
from forecasting.ingest.sales.checks import platform_of
from forecasting.ingest.sales.facts import Facts, extract, told_by_whole
from forecasting.ingest.sales.grid import attribute_counts, period_sums
from forecasting.ingest.sales.lane import Lane, wanted_columns

STREAM_FROM = 24 << 20
SHOWN = 1000
_PIECE = 8 << 20
_FIRST_PIECE, _MORE = 4 << 20, 4 << 20
_AHEAD = 3
_HEAD = 1 << 15
_FIRST = 32
_SAMPLE = 1 << 14
_PLACES = 24
_TOLERATED = 0.01
_HELD = 0.5
Say = Callable[[float, str], None]


@dataclass(frozen=True)
class Streamed:
    """An order file summed to SKUs and periods of `freq`: the `sums`, how often each attribute was seen (`names`), the account.

    `facts` is that account, without its frame; `table` holds the first rows only, for the screen.
    """

    table: Table
    mapping: Mapping
    facts: Facts
    sums: pl.DataFrame
    names: pl.DataFrame
    freq: str


@dataclass(frozen=True)
class _Plan:
    """How the file is laid out: its dialect, width, header, and where the rows begin and end."""

    name: str
    dialect: Dialect
    width: int
    region: Region
    start: int
    stop: int
    first_line: int
    marked: bool


@dataclass(frozen=True)
class _Held:
    """The rows of one piece that were held back, as text, and the lines on which they stand."""

    cells: pl.DataFrame
    lines: pl.Series


def stream_orders(content: Content, name: str, mapping: Mapping | None, freq: str | None, say: Say) -> Streamed | None:
    """Sum a large, regular file of order lines, or return None when it is not one; then it must be read as a whole."""
    head = content.read(0, 1 << 20)
    if content.size < STREAM_FROM or detect_encoding(head) not in ("utf-8", "utf-8-sig"):
        return None
    plan = _plan(content, head[:_HEAD], name)
    if plan is None:
        return None
    with _Pieces(content, plan) as pieces:  # reading begins while the columns are being understood
        sample = _sample_table(content, plan)
        chosen = _mapping(sample, mapping) if sample is not None else None
        if sample is None or chosen is None:
            return None
        return _summed(pieces, sample, chosen if freq is None else replace(chosen, freq=freq), say)


def _plan(content: Content, head: bytes, name: str) -> _Plan | None:
    start = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    text = head_text(_first_lines(head[start:]))
    sniffed = sniff(text) if text else None
    region = layout_of(text, sniffed.dialect, sniffed.width) if text and sniffed and not sniffed.skip_lines else None
    if region is None or sniffed is None:
        return None
    line = region.header_lines[-1] + 1
    tail = content.read(max(0, content.size - _HEAD), content.size)
    stop = content.size - len(tail) + len(tail.rstrip(b"\r\n"))
    begin = offset_of_line(head, start, line)
    return _Plan(name, sniffed.dialect, sniffed.width, region, begin, stop, line, bool(start))


def _first_lines(head: bytes) -> bytes:
    """Enough lines to tell how a file is laid out."""
    stop = 0
    for _ in range(_FIRST):
        stop = head.find(b"\n", stop) + 1
        if not stop:
            return head
    return head[:stop]


def _sample_table(content: Content, plan: _Plan) -> Table | None:
    """Rows from all over the file, to understand the columns by: the days of one place may be read in two ways."""
    pieces = []
    for place in range(_PLACES):
        start = max(plan.start, int(plan.stop * place / _PLACES))
        piece = content.read(start, min(start + _SAMPLE, plan.stop))
        first = piece.find(b"\n") + 1 if start > plan.start else 0
        last = piece.rfind(b"\n") if start + _SAMPLE < plan.stop else len(piece)
        pieces.append(piece[first : max(first, last)])
    joined = b"\n".join(piece for piece in pieces if piece)
    columns = read_coded(joined, plan.dialect.delimiter, plan.width, range(plan.width))
    if columns is None:
        return None
    cells = pl.DataFrame({f"c{j}": column.cells for j, column in columns.items()})
    lines = pl.int_range(plan.first_line, plan.first_line + cells.height, dtype=pl.UInt32, eager=True).alias("line")
    return _table(plan, _Held(cells, lines))


def _mapping(sample: Table, given: Mapping | None) -> Mapping | None:
    """The mapping, when nothing in it needs the whole file to be decided."""
    proposed = propose_for(sample)
    chosen = given.onto(sample.header, proposed) if given is not None and given.fits(sample.header) else proposed
    platform = platform_of(chosen, sample)
    simple = (
        chosen.layout == "orders" and not chosen.questions and chosen.channels == "sum" and chosen.index("date") is not None
    )
    usable = simple and not (platform and platform.fill_down) and chosen.index("units") is not None
    return chosen if usable and not told_by_whole(sample, chosen) else None


def _odd_share(facts: Facts) -> bool:
    """Whether more rows than a few cannot be read as numbers and dates: then the reading itself is in doubt."""
    odd = facts.rejects.filter(pl.col("reason").str.starts_with("not a")) if facts.rejects.height else facts.rejects
    unread = odd.filter(~pl.col("reason").str.starts_with("not a product")).height if odd.height else 0
    return unread > _TOLERATED * max(1, facts.rows)


def _table(plan: _Plan, rows: _Held) -> Table:
    return Table(
        name=plan.name,
        sheet="",
        header=plan.region.header or (),
        cells=rows.cells,
        lines=rows.lines,
        encoding="utf-8-bom" if plan.marked else "utf-8",
        delimiter={"\t": "tab"}.get(plan.dialect.delimiter, plan.dialect.delimiter),
        header_lines=plan.region.header_lines,
        preamble=tuple(" ".join(c for c in row.cells if c.strip()) for row in plan.region.preamble),
    )


def _spans(content: Content, plan: _Plan) -> Iterator[tuple[int, int]]:
    """Where in the file each piece begins and ends: a piece ends where a line ends; the first are small, to be there soon."""
    start, size = plan.start, min(_FIRST_PIECE, _PIECE)
    while start < plan.stop:
        stop = min(start + size, plan.stop)
        size = min(size + _MORE, _PIECE)
        if stop < plan.stop:
            near = max(start, stop - _HEAD)
            stop = near + content.read(near, stop).rfind(b"\n")
            if stop < near:  # no order has a line as long as that: the file is read as a whole
                stop = start
        yield start, stop
        start = stop + 1 if stop > start else plan.stop


class _Pieces:
    """The pieces of a file as columns, in their order, with the share of the file that they complete.

    File and parser are read outside the interpreter's lock, some pieces ahead, from the first moment on: all columns at first,
    those in `wanted` as soon as it is set, of which the ones in `coded` are asked for by their codes.
    """

    def __init__(self, content: Content, plan: _Plan) -> None:
        self.content, self.plan = content, plan
        self.wanted = self.coded = tuple(range(plan.width))
        self._spans, self._room = _spans(content, plan), bytearray()
        self._waiting: deque[tuple[Future[dict[int, Coded] | None], float]] = deque()
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._fill()

    def __enter__(self) -> _Pieces:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def __iter__(self) -> Iterator[tuple[dict[int, Coded] | None, float]]:
        while self._waiting:
            task, share = self._waiting.popleft()
            columns = task.result()
            self._fill()
            yield ({j: columns[j] for j in self.wanted} if columns is not None else None), share

    def _fill(self) -> None:
        for start, stop in islice(self._spans, _AHEAD - len(self._waiting)):
            task = self._pool.submit(self._read, start, stop, self.wanted)
            # A task of its own: the piece can be taken meanwhile, and who is first at a column works out its codes.
            self._pool.submit(_encode, task, self.coded)
            self._waiting.append((task, stop / self.plan.stop))

    def _read(self, start: int, stop: int, wanted: tuple[int, ...]) -> dict[int, Coded] | None:
        self._room = self._room or bytearray(_PIECE)
        return read_coded(self.content.view(start, stop, self._room), self.plan.dialect.delimiter, self.plan.width, wanted)


def _encode(task: Future[dict[int, Coded] | None], coded: Collection[int]) -> None:
    """Work out the codes of some columns, the last ones first: the other thread begins with the first."""
    for j, column in reversed((task.result() or {}).items()):
        if j in coded:
            column.encode()


def _summed(pieces: _Pieces, sample: Table, mapping: Mapping, say: Say, known: frozenset[str] = frozenset()) -> Streamed | None:
    """The sums of all pieces; `known` are codes to be held back from the first piece on."""
    plan, wanted = pieces.plan, wanted_columns(sample, mapping)
    if wanted is None:
        return None
    pieces.wanted = wanted
    pieces.coded = tuple(j for j in wanted if j != mapping.index("customer"))  # looked at where nothing was paid only
    lane = Lane(sample, mapping, mapping.freq or "D", known)
    held = _added(pieces, lane, sample.header, say)
    if held is None:
        return None
    late = lane.late()
    if not late:
        return _finished(plan, sample, mapping, lane, held)
    if known:
        return None
    with _Pieces(pieces.content, plan) as again:
        return _summed(again, sample, mapping, say, late)


def _added(pieces: _Pieces, lane: Lane, header: tuple[str, ...], say: Say) -> list[_Held] | None:
    """Have all pieces added up; returns what was held back."""
    held, rows, plan = [], 0, pieces.plan
    for columns, share in pieces:
        if columns is None or _header_again(columns, header):
            return None
        outcome = lane.read(columns, plan.first_line + rows)
        if lane.refused or len(outcome.held) > _HELD * outcome.rows or not lane.tally.add(outcome.lines):
            return None
        cells = {f"c{j}": column.at(outcome.held) for j, column in columns.items()}
        lines = pl.Series("line", outcome.held + plan.first_line + rows, dtype=pl.UInt32)
        held.append(_Held(pl.DataFrame(cells), lines))
        rows += outcome.rows
        say(0.7 * share, f"Reading {plan.name}: {rows:,} rows")
    return held


def _header_again(columns: dict[int, Coded], header: tuple[str, ...]) -> bool:
    """Whether a row may be the header once more."""
    return all((column.texts == header[j]).any() for j, column in columns.items())


def _finished(plan: _Plan, sample: Table, mapping: Mapping, lane: Lane, held: list[_Held]) -> Streamed | None:
    """The plain rows, which are summed, and those held back, which are read with care, together."""
    whole, rows = lane.whole(), lane.rows
    if whole is None:
        return None
    give_back()  # what the parser held
    cells = pl.concat([part.cells for part in held])
    blank = [pl.lit("").alias(name) for name in column_names(plan.width) if name not in cells.columns]
    back = _Held(cells.with_columns(blank).select(column_names(plan.width)), pl.concat([part.lines for part in held]))
    facts = extract(_table(plan, back), mapping, whole)
    others = period_sums(facts.frame, lane.freq)
    if _odd_share(replace(facts, rows=rows)) or lane.counts_again(facts.frame):
        return None
    give_back()
    sums = lane.sums(others)
    if not sums.height:
        return None
    names = pl.concat([lane.names(), attribute_counts(facts.frame)])
    account = replace(facts, frame=pl.DataFrame(), rows=rows, date_order=mapping.date_order)
    shown = replace(sample, cells=sample.cells.head(SHOWN), lines=sample.lines.head(SHOWN))
    table = shown.note(f"only the first {shown.height:,} rows are kept for show") if rows > shown.height else shown
    return Streamed(table, mapping, account, sums, names, lane.freq)
