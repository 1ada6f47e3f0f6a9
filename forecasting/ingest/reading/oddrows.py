"""Rows that are written otherwise than the rest of their file: with other delimiters, in other quotes, quoted as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from forecasting.ingest.cells.kinds import column_kinds, kind_of
from forecasting.ingest.reading.dialect import Sniffed
from forecasting.ingest.reading.likeness import Likeness
from forecasting.ingest.reading.regroup import joined
from forecasting.ingest.reading.tokens import Dialect, Row, tokenize
from forecasting.ingest.words.vocabulary import expected_kind, role_of

_MARKS = (",", ";", "\t", "|", "^", "~", ":", " ")
_PAIRS = (("'", "'"), ('"', '"'), ("`", "`"), ("“", "”"), ("„", "“"), ("«", "»"))


def as_the_rest(rows: list[Row], sniffed: Sniffed) -> list[Row]:
    """Rows written with another delimiter than the rest, known by coming out whole, and of the right kinds, under that one."""
    width = sniffed.width
    if width < 2 or not sniffed.dialect.delimiter or sniffed.dialect.spaces:
        return rows
    rows = [_unspaced(_unwrapped(row, sniffed), sniffed) for row in _other_quotes(rows, sniffed)]
    suspects = {k for k, row in enumerate(rows) if _suspect(row, width, sniffed.dialect)}
    if not suspects or len(suspects) > 0.5 * len(rows):
        return rows
    regular = [row.cells for row in rows if len(row.cells) == width]
    kinds = column_kinds(regular[:: max(1, len(regular) // 300)], width)
    first = next((k for k, row in enumerate(rows) if any(c.strip() for c in row.cells)), 0)
    like = Likeness(regular, width)
    return [_under_other(row, sniffed, kinds, like, k == first) if k in suspects else row for k, row in enumerate(rows)]


def _other_quotes(rows: list[Row], sniffed: Sniffed) -> list[Row]:
    """Rows in which every cell is wrapped in other quotation marks than the rest of the file uses."""
    for opening, closing in _PAIRS:
        wrapped = {k for k, row in enumerate(rows) if row.cells[0].startswith(opening) and row.cells[-1].endswith(closing)}
        if wrapped and len(wrapped) <= 0.5 * len(rows):
            rows = [_unquoted(row, sniffed, opening, closing) if k in wrapped else row for k, row in enumerate(rows)]
    return rows


def _unquoted(row: Row, sniffed: Sniffed, opening: str, closing: str) -> Row:
    own = sniffed.dialect
    if opening == own.quote:
        # Quotes that were doubled, as within a cell, around each cell.
        wrapped = len(row.cells) == sniffed.width and all(len(c) > 1 and c[0] == c[-1] == opening for c in row.cells)
        return Row(row.line, tuple(cell[1:-1] for cell in row.cells), repaired=True) if wrapped else row
    line = own.delimiter.join(row.cells)
    if opening == closing:
        parsed = tokenize(line, replace(own, quote=opening), sniffed.width)
    else:
        plain = line.replace(own.quote, own.quote * 2).replace(opening, own.quote).replace(closing, own.quote)
        parsed = tokenize(plain, own, sniffed.width)
    quoted = line.count(opening) + line.count(closing) >= 2 * min(2, sniffed.width)
    whole = len(parsed) == 1 and sniffed.width - 1 <= len(parsed[0].cells) <= sniffed.width and not parsed[0].repaired
    return Row(row.line, parsed[0].cells, repaired=True) if quoted and whole else row


def _unwrapped(row: Row, sniffed: Sniffed) -> Row:
    """A row that stood in quotation marks as a whole, taken apart where that gives a whole row."""
    if len(row.cells) > 1 or row.cells[0].count(sniffed.dialect.delimiter) < sniffed.width - 1:
        return row
    parsed = tokenize(row.cells[0], sniffed.dialect, sniffed.width)
    whole = len(parsed) == 1 and len(parsed[0].cells) == sniffed.width
    return Row(row.line, parsed[0].cells, repaired=True) if whole else row


def _suspect(row: Row, width: int, dialect: Dialect) -> bool:
    marks = [m for m in _MARKS if m != dialect.delimiter]
    if len(row.cells) < width and any(row.cells[0].count(m) >= max(3, width // 2) for m in marks):
        return True
    if 2 < width != len(row.cells) and any(sum(c.count(m) for c in row.cells) == width - 1 for m in marks):
        return True
    if len(row.cells) > max(1, width // 2):
        return False
    filled = sum(bool(c.strip()) for c in row.cells)
    return 0 < filled <= max(1, width // 2) and any(m in c for c in row.cells for m in marks)


def _under_other(row: Row, sniffed: Sniffed, kinds: list[str], like: Likeness, first: bool) -> Row:
    for line, dialect in _readings(row, sniffed.dialect):
        if (first and dialect.delimiter.startswith(":")) or (dialect.delimiter == " " and sniffed.width < 3):
            continue  # "SKU: 00417" is a title, and "page 2" a note
        parsed = tokenize(line, dialect, sniffed.width)
        found = [parsed[0].cells] if len(parsed) == 1 else []
        found += [] if first else [row for cells in found for row in joined(cells, like, dialect.delimiter)]
        for cells in found:
            # Words between blanks are no cells unless some of them had to be quoted.
            quoted = dialect.quote in line and not parsed[0].repaired
            if len(cells) == sniffed.width and _plausible(cells, kinds, dialect.delimiter, first, quoted):
                return Row(row.line, cells, repaired=True)
    return row


def _readings(row: Row, own: Dialect) -> Iterator[tuple[str, Dialect]]:
    """The row's line with each other delimiter that is in it; one that a blank follows each time takes the blank with it."""
    line = own.delimiter.join(row.cells) if len(row.cells) > 1 else row.cells[0]
    for mark in _MARKS:
        if mark == own.delimiter or mark not in line:
            continue
        if mark != " " and line.count(f"{mark} ") > 1:
            yield line, Dialect(f"{mark} ", own.quote, own.escape)
        yield line, Dialect(mark, own.quote, own.escape)


def _plausible(cells: Sequence[str], kinds: list[str], mark: str, first: bool, quoted: bool) -> bool:
    """Values of the columns' kinds; or, on the first line, names for the columns (words that a sentence could not hold)."""
    typed = [(cell, kind) for cell, kind in zip(cells, kinds, strict=True) if kind in ("number", "date") and cell.strip()]
    good = sum(kind_of(cell) == kind for cell, kind in typed)
    if typed and good >= 0.7 * len(typed):
        return True
    if not first and typed:
        return False
    if (mark.strip(" ") in (";", "\t", "|") or quoted) and not any(kind in ("number", "date") for kind in kinds):
        return True
    known = sum(expected_kind(cell) is not None or role_of(cell) is not None for cell in cells)
    return known >= max(2, 0.6 * len(cells)) if mark == " " else first


def _unspaced(row: Row, sniffed: Sniffed) -> Row:
    """A row with a blank on both sides of each delimiter, without the blanks; around quotes they are gone already."""
    if len(row.cells) != sniffed.width or not (row.cells[0].endswith(" ") or row.cells[-1].startswith(" ")):
        return row
    bare = [sniffed.dialect.delimiter not in cell and sniffed.dialect.quote not in cell for cell in row.cells]
    after = [cell.startswith(" ") for cell, plain in zip(row.cells[1:], bare[1:], strict=True) if plain]
    before = [cell.endswith(" ") for cell, plain in zip(row.cells[:-1], bare, strict=False) if plain]
    if len(after) < 2 or not all([*after, *before]):
        return row
    return Row(row.line, tuple(cell.strip(" ") for cell in row.cells), row.repaired)


def in_one_piece(rows: list[Row], width: int) -> list[Row]:
    """Rows that a line break in an unprotected cell parted: both pieces are short, and together they are a row."""
    short = [k for k, row in enumerate(rows) if len(row.cells) < width and any(map(str.strip, row.cells))]
    pairs = [k for k in short if k + 1 < len(rows) and len(rows[k].cells) + len(rows[k + 1].cells) == width + 1]
    if not pairs or len(short) > 0.4 * len(rows):
        return rows
    regular = [row.cells for row in rows if len(row.cells) == width]
    kinds = column_kinds(regular[:: max(1, len(regular) // 300)], width)
    found = list(rows)
    for k in reversed(pairs):
        cells = (*rows[k].cells[:-1], f"{rows[k].cells[-1]}\n{rows[k + 1].cells[0]}", *rows[k + 1].cells[1:])
        if _parted(rows[k + 1].cells, cells, kinds):
            found[k : k + 2] = [Row(rows[k].line, cells, repaired=True)]
    return found


def _parted(rest: Sequence[str], cells: Sequence[str], kinds: list[str]) -> bool:
    """Whether a row in two pieces fits the columns in all typed cells, and the second piece by itself does not."""
    typed = [j for j, kind in enumerate(kinds) if kind in ("number", "date") and cells[j].strip()]
    alone = [j for j, kind in enumerate(kinds[: len(rest)]) if kind in ("number", "date") and rest[j].strip()]
    whole = len(typed) > 1 and all(kind_of(cells[j]) == kinds[j] for j in typed)
    return whole and bool(alone) and not any(kind_of(rest[j]) == kinds[j] for j in alone)
