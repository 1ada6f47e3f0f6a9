"""Text files -> tables: by the fast parser when every line keeps the rules, else with the careful one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import polars as pl

from forecasting.core.errors import FileUnreadable
from forecasting.ingest.reading.align import align
from forecasting.ingest.reading.commas import with_commas_of_numbers
from forecasting.ingest.reading.dialect import Sniffed, sniff
from forecasting.ingest.reading.encoding import Decoded, decode, detect_encoding
from forecasting.ingest.reading.fastcsv import FAST_FROM, read_fast
from forecasting.ingest.reading.islands import read_islands
from forecasting.ingest.reading.likeness import Likeness
from forecasting.ingest.reading.oddrows import as_the_rest, in_one_piece
from forecasting.ingest.reading.quotes import plain_quotes
from forecasting.ingest.reading.regions import Region, find_regions
from forecasting.ingest.reading.regroup import has_quote_between, joined_at_blanks, regroup
from forecasting.ingest.reading.ruled import aligned_to_tabs, ruled_to_tabs
from forecasting.ingest.reading.separators import broken_at_rare_ends, rare_ends_to_lines, records_to_lines
from forecasting.ingest.reading.sideways import split_sideways
from forecasting.ingest.reading.table import Table, column_names
from forecasting.ingest.reading.tokens import Dialect, Row, split_lines, tokenize
from forecasting.ingest.words.vocabulary import expected_kind

MAX_COLUMNS = 20_000
MAX_LINE = 4 << 20
_NAMES = {"\t": "tab", "": "none", "  ": "spaces", " ": "space"}


def read_text(data: bytes, name: str) -> list[Table]:
    """Read a delimited text file; raises FileUnreadable when there is nothing in it that could be a table."""
    large = len(data) >= FAST_FROM
    if large and detect_encoding(data[: 1 << 20]) in ("utf-8", "utf-8-sig"):
        fast = read_fast(data, name)
        if fast is not None:
            return fast
    decoded = decode(data)
    decoded = replace(decoded, text=plain_quotes(rare_ends_to_lines(records_to_lines(decoded.text))))
    quick = _read_quickly(decoded, name) if large else None
    return quick or tables_from_text(decoded.text, name, decoded.encoding, decoded.notes)


def _read_quickly(decoded: Decoded, name: str) -> list[Table] | None:
    """A large file of any encoding, when all of its lines keep the rules or but a few do not."""
    data = decoded.text.encode("utf-8", errors="replace")
    regular = read_fast(data, name)
    if regular is not None:
        return [replace(table, encoding=decoded.encoding).note(*decoded.notes) for table in regular]

    def short_table(rows: list[Row], sniffed: Sniffed) -> Table | None:
        tables = tables_from_rows(rows, sniffed, name, decoded.notes)
        parts = split_sideways(tables[0]) if len(tables) == 1 and tables[0].has_header else []
        return _with_source(tables[0], decoded.encoding, sniffed.dialect) if len(parts) == 1 else None

    table = read_islands(data, name, short_table)
    return None if table is None else [table]


def tables_from_text(text: str, name: str, encoding: str, notes: Sequence[str] = ()) -> list[Table]:
    """Read decoded text with the careful parser."""
    _refuse_too_wide(text, name)
    text = plain_quotes(ruled_to_tabs(text))
    sniffed = sniff(text)
    aligned = aligned_to_tabs(text) if sniffed.dialect.spaces or sniffed.dialect.delimiter in ("", " ") else text
    if aligned != text and (sniffed.width == 1 or not _all_wide(text, sniffed)):
        return tables_from_text(aligned, name, encoding, notes)
    bare = _without_wrapping(text) if sniffed.width == 1 else ""
    if bare:
        return tables_from_text(
            bare, name, encoding, (*notes, "each line stood in quotation marks as a whole; they were taken off")
        )
    _refuse_long_lines(text, name, sniffed.dialect.delimiter)
    text = broken_at_rare_ends(text, sniffed.dialect, sniffed.width)
    rows = tokenize(text, sniffed.dialect, sniffed.width)[sniffed.skip_lines :]
    tables = tables_from_rows(rows, sniffed, name, notes)
    if not tables:
        raise FileUnreadable(f"{name} holds no table: a header row and rows of values are needed; export it again")
    parts = [part for table in tables for part in split_sideways(table)]
    return number_tables([_with_source(part, encoding, sniffed.dialect) for part in parts])


def _all_wide(text: str, sniffed: Sniffed) -> bool:
    """Whether the first lines all have the same number of cells as they are."""
    rows = [row for row in tokenize(text[: 1 << 16], sniffed.dialect, sniffed.width) if any(cell.strip() for cell in row.cells)]
    return len({len(row.cells) for row in rows}) == 1


def _without_wrapping(text: str) -> str:
    """The lines of a file in which each line as a whole became one quoted cell; "" for any other file."""
    lines = [text[start:stop] for start, stop in split_lines(text)]
    filled = [line for line in lines if line.strip()]
    wrapped = sum(len(line) > 2 and line[0] == line[-1] == '"' and any(mark in line for mark in ",;\t") for line in filled)
    if len(filled) < 2 or wrapped < len(filled):
        return ""
    return "\n".join(line.strip()[1:-1].replace('""', '"') for line in lines)


def tables_from_rows(rows: list[Row], sniffed: Sniffed, name: str, notes: Sequence[str] = ()) -> list[Table]:
    """The tables in the rows of a text file."""
    rows = _one_gap_each(rows)
    if any(row.repaired for row in rows):
        notes = (*notes, f"{sum(row.repaired for row in rows)} rows had stray quotes; they were read as they were meant")
    rows = in_one_piece(as_the_rest(rows, sniffed), sniffed.width)
    mark = sniffed.dialect.delimiter
    return [region_table(region, name, "", notes, mark) for region in find_regions(rows) if region.rows or region.header]


def _with_source(table: Table, encoding: str, dialect: Dialect) -> Table:
    return replace(table, encoding=encoding, delimiter=delimiter_name(dialect))


def delimiter_name(dialect: Dialect) -> str:
    """The delimiter in a form that can be shown."""
    return "spaces" if dialect.spaces else _NAMES.get(dialect.delimiter, dialect.delimiter)


def number_tables(tables: list[Table]) -> list[Table]:
    """Tell several tables of one text file apart as "table 1", "table 2", ..."""
    if len(tables) == 1:
        return tables
    return [replace(table, sheet=f"{table.sheet} table {k}".strip()) for k, table in enumerate(tables, 1)]


def _refuse_too_wide(text: str, name: str) -> None:
    """A line with more delimiters than any spreadsheet has columns is refused before anything is tried on it."""
    for line in text[: 1 << 24].split("\n", 20)[:20]:
        width = max(line.count(mark) for mark in ",;\t|") + 1 if len(line) > MAX_COLUMNS else 0
        if width > MAX_COLUMNS:
            raise FileUnreadable(
                f"{name} has {width:,} columns; up to {MAX_COLUMNS:,} are read: turn the table so that dates or SKUs run down"
            )


def _refuse_long_lines(text: str, name: str, delimiter: str) -> None:
    """A line far longer than any row, or of more cells than any sheet, is refused before it is split."""
    if len(text) <= MAX_COLUMNS:
        return
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > MAX_LINE:
            raise FileUnreadable(
                f"{name}, line {number}, is {len(line):,} characters long, which no row of a table is: export it with line ends"
            )
        if delimiter and len(line) > MAX_COLUMNS and '"' not in line and line.count(delimiter) >= MAX_COLUMNS:
            raise FileUnreadable(
                f"{name}, line {number}, has {line.count(delimiter) + 1:,} cells; up to {MAX_COLUMNS:,} are read"
            )


def _one_gap_each(rows: list[Row]) -> list[Row]:
    """Of many blank lines in a row one is enough to part what stands above from what stands below."""
    blank = [not any(cell.strip() for cell in row.cells) for row in rows]
    return [row for row, now, before in zip(rows, blank, [False, *blank], strict=False) if not (now and before)]


def region_table(region: Region, name: str, sheet: str, notes: Sequence[str] = (), delimiter: str = "") -> Table:
    """Make the rows of a region one rectangle under its header; `delimiter` is "" where cells cannot run into each other."""
    region, said = with_commas_of_numbers(region) if delimiter == "," else (region, ())
    notes = (*notes, *said)
    kinds = list(region.kinds)
    header = list(region.header) if region.header is not None else None
    body_width = _body_width(region)
    if header is not None:
        header = _fit_header(header, region, body_width)
    width = max(body_width, len(header or ()))
    kinds += ["blank"] * (width - len(kinds))
    regrouped = _joined_at_blanks(region.rows, width, delimiter) | _regrouped(region.rows, width, delimiter)
    cells = [
        row.cells if len(row.cells) == width and k not in regrouped else regrouped.get(k) or align(row.cells, kinds, width)
        for k, row in enumerate(region.rows)
    ]
    widest = max([width, *(len(row) for row in cells)])
    moved = sum(len(row.cells) != width for k, row in enumerate(region.rows) if k not in regrouped)
    notes = [*notes, *_region_notes(region, moved, widest - width)]
    if regrouped:
        lines = ", ".join(str(region.rows[k].line) for k in list(regrouped)[:5])
        notes.append(
            f"{len(regrouped)} rows miss a delimiter, or have one too many inside a cell; read as meant (lines {lines})"
        )
    names = header if header is not None else [f"column_{j + 1}" for j in range(width)]
    names = [*names, *[""] * (widest - len(names))]
    if delimiter and widest > 2 and not any(row[0].strip() for row in [names, *cells]):
        # The frame that a program drew around its table, or a sheet's empty first column.
        names, cells, widest = names[1:], [row[1:] for row in cells], widest - 1
    return Table(
        name=name,
        sheet=sheet,
        header=tuple(names),
        cells=_frame(cells, widest),
        lines=pl.Series("line", [row.line for row in region.rows], dtype=pl.UInt32),
        has_header=header is not None,
        header_lines=region.header_lines,
        preamble=tuple(_joined(row) for row in (*region.preamble, *region.comments)),
        footer=tuple(_joined(row) for row in region.footer),
        notes=tuple(notes),
    )


def _joined_at_blanks(rows: list[Row], width: int, delimiter: str) -> dict[int, tuple[str, ...]]:
    """Rows in which as many cells as there are too many begin with a blank, where no other row has one: parts of sentences."""
    odd = [k for k, row in enumerate(rows) if any(map(str.strip, row.cells[width:]))] if delimiter.strip() and width > 1 else []
    regular = [row.cells for row in rows if len(row.cells) == width]
    if not odd or len(odd) > len(regular) or any(cell.startswith(" ") for cells in regular for cell in cells):
        return {}
    found = ((k, joined_at_blanks(rows[k].cells, width, delimiter)) for k in odd)
    return {k: cells for k, cells in found if cells is not None}


def _regrouped(rows: list[Row], width: int, delimiter: str) -> dict[int, tuple[str, ...]]:
    """Rows whose cells had to be taken apart or joined, by their places."""
    odd = [k for k, row in enumerate(rows) if _is_odd(row, width)] if delimiter and width > 1 else []
    if not odd or len(odd) > 0.5 * len(rows):
        return {}
    like = Likeness([row.cells for row in rows if not row.repaired], width)
    found = ((k, regroup(rows[k].cells, like, delimiter)) for k in odd)
    return {k: cells for k, cells in found if cells is not None and cells != rows[k].cells}


def _is_odd(row: Row, width: int) -> bool:
    """Whether a row may have been cut up in the wrong places."""
    return len(row.cells) != width or row.repaired or any('"' in cell and has_quote_between(cell) for cell in row.cells)


def _joined(row: Row) -> str:
    return " ".join(cell for cell in row.cells if cell.strip())


def _frame(cells: list[tuple[str, ...]], width: int) -> pl.DataFrame:
    if not cells:
        return pl.DataFrame({n: [] for n in column_names(width)}, schema=dict.fromkeys(column_names(width), pl.String))
    full = [row if len(row) == width else (*row, *[""] * (width - len(row))) for row in cells]
    columns = zip(*full, strict=True)
    return pl.DataFrame([pl.Series(n, c, dtype=pl.String) for n, c in zip(column_names(width), columns, strict=True)])


def _body_width(region: Region) -> int:
    """Width of the body; columns beyond the header that never hold anything (trailing delimiters) do not count."""
    if not region.rows:
        return len(region.header or ())
    widths: dict[int, int] = {}
    for row in region.rows:
        widths[len(row.cells)] = widths.get(len(row.cells), 0) + 1
    width = max(widths, key=lambda w: (widths[w], w))
    if region.header is None:
        return width
    named = len(region.header)
    while named > 1 and not region.header[named - 1].strip():
        named -= 1
    while width > max(named, 1) and all(not cell.strip() for row in region.rows for cell in row.cells[width - 1 : width]):
        width -= 1
    return width


def _fit_header(header: list[str], region: Region, width: int) -> list[str]:
    """A header with a cell too many or too few, brought over the columns it names."""
    while len(header) > width and not header[-1].strip():
        header = header[:-1]
    surplus = len(header) - width
    if surplus > 0 and sum(not c.strip() for c in header) >= surplus and _filled_beyond(region, width) == 0:
        blanks = [j for j, c in enumerate(header) if not c.strip()]
        drop = set(blanks[-surplus:])
        return [c for j, c in enumerate(header) if j not in drop]
    if surplus == -1:
        return _insert_gap(header, region, width)
    return [*header, *[""] * max(0, -surplus)]


def _filled_beyond(region: Region, width: int) -> int:
    return sum(any(cell.strip() for cell in row.cells[width:]) for row in region.rows)


def _insert_gap(header: list[str], region: Region, width: int) -> list[str]:
    """One name is missing: before all others when the first column counts the rows (an index), else where it reads best."""
    kinds = list(region.kinds[:width])

    def misfit(position: int) -> int:
        names = [*header[:position], "", *header[position:]]
        wanted = [expected_kind(n) for n in names]
        return sum(w is not None and k in ("number", "date", "text") and w != k for w, k in zip(wanted, kinds, strict=False))

    best = min(range(width, -1, -1), key=misfit)
    if _counts_rows(region, width) and misfit(0) == misfit(best):
        best = 0
    return [*header[:best], "", *header[best:]]


def _counts_rows(region: Region, width: int) -> bool:
    """Whether the first column counts up by one from row to row."""
    first = [row.cells[0].strip() for row in region.rows if len(row.cells) == width]
    counts = [int(c) for c in first if c.isdecimal() and len(c) < 10]
    return len(counts) == len(first) and len(first) > 1 and all(b - a == 1 for a, b in pairwise(counts))


def _region_notes(region: Region, moved: int, extra: int) -> list[str]:
    notes = []
    if region.header is None:
        notes.append("no header row was found; the columns are numbered")
    if region.preamble:
        notes.append(f"{len(region.preamble)} rows above the header are not part of the table")
    if region.footer:
        notes.append(f"{len(region.footer)} rows below the table are notes, not data")
    if region.repeated:
        notes.append(f"the header is repeated on line {', '.join(map(str, region.repeated[:5]))}; it was taken once")
    if moved:
        notes.append(f"{moved} rows have more or fewer cells than the table has columns")
    if extra:
        notes.append(f"{extra} columns were added for cells beyond the header")
    return notes
