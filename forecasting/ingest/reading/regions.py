"""Rows of a file -> its tables: what stands above a table, its header, its rows, and what stands below.

The parts are told apart as a person does it: by looking which rows have the shape of the body (the kinds of its columns),
not by words of any language.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from forecasting.ingest.cells.kinds import DATE, NUMBER, TEXT, column_kinds, fits, kind_of
from forecasting.ingest.reading.headers import PROBE, filled_cells, find_body, is_body, like_values, merge_header
from forecasting.ingest.reading.tokens import Row

_COMMENT = re.compile(r"\s*(#|//|%|--\s|REM\s|;|!\s|\*{3}\s)")
_RULE = re.compile(r"[\s\-=_+|*:.─━═]{3,}")


@dataclass(frozen=True)
class Region:
    """One table in a file: its header ("" for a column without a name, None when there is no header row) and its rows."""

    header: tuple[str, ...] | None
    rows: list[Row]
    preamble: tuple[Row, ...] = ()
    footer: tuple[Row, ...] = ()
    header_lines: tuple[int, ...] = ()
    repeated: tuple[int, ...] = ()
    comments: tuple[Row, ...] = ()
    kinds: tuple[str, ...] = field(default=())


def find_regions(rows: Sequence[Row]) -> list[Region]:
    """Split the rows of a file into its tables, in the order of the file.

    Every row is in exactly one place: a table's rows, a header, a preamble, a footer, a comment, or a repeated header. Blank
    rows are boundaries and are not kept.
    """
    regions: list[Region] = []
    rest = list(rows)
    while any(not is_blank(row) for row in rest):
        region, rest = _first_region(rest)
        regions.append(region)
    return regions


def is_blank(row: Row) -> bool:
    """Whether no cell of the row holds anything."""
    return not any(cell.strip() for cell in row.cells)


def _first_region(rows: list[Row]) -> tuple[Region, list[Row]]:
    kept, comments = _without_comments(rows)
    kept = [row for row in kept if not is_blank(row)]
    if not kept:
        return Region(None, [], preamble=tuple(comments)), []
    width = usual_width(kept)
    kinds = column_kinds([row.cells for row in _probe(kept, width)], width)
    first, header_rows = find_body(kept, width, kinds)
    preamble, body = kept[: first - len(header_rows)], kept[first:]
    header = merge_header([row.cells for row in header_rows]) if header_rows else None
    body, later, repeated = _until_next_table(body, rows, header_rows, width, kinds)
    body, footer = _cut_footer(body, rows, width, kinds)
    region = Region(
        header,
        body,
        tuple(preamble),
        tuple(footer),
        tuple(r.line for r in header_rows),
        repeated,
        tuple(comments),
        tuple(kinds),
    )
    return region, later


def usual_width(rows: Sequence[Row]) -> int:
    """The most frequent number of cells; the wider of equals. Titles and notes of one cell do not count beside real rows."""
    widths = Counter(len(row.cells) for row in rows)
    many = {w: n for w, n in widths.items() if w > 1}
    pool = many if many and sum(many.values()) * 2 >= sum(widths.values()) else widths
    if many and pool is widths and len(rows) < 12:
        pool = many
    return max(pool, key=lambda w: (pool[w], w))


def _probe(rows: list[Row], width: int) -> list[Row]:
    fitting = [row for row in rows if len(row.cells) == width and filled_cells(row) > min(width, 3) // 2]
    fitting = fitting or [row for row in rows if len(row.cells) == width] or rows
    step = max(1, len(fitting) // PROBE)
    return fitting[::step] if len(fitting) < 4 else fitting[1::step]


def _without_comments(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Comment lines and drawn rules: only where they are not made like the other rows."""
    candidates = [row for row in rows if _is_comment(row)]
    if not candidates:
        return rows, []
    width = usual_width([row for row in rows if not is_blank(row)])
    if len(candidates) > 0.5 * len(rows):
        candidates = [row for row in candidates if _RULE.fullmatch("".join(row.cells))]
    away = {row.line for row in candidates if width > 1 and (filled_cells(row) == 1 or len(row.cells) < width)}
    away |= {row.line for row in candidates if _RULE.fullmatch("".join(row.cells))}
    return [r for r in rows if r.line not in away], [r for r in rows if r.line in away]


def _is_comment(row: Row) -> bool:
    first = row.cells[0] if row.cells else ""
    if _COMMENT.match(first) and not re.fullmatch(r"\s*[#%]\s*", first):
        return not first.startswith("--") or filled_cells(row) == 1
    joined = "".join(row.cells)
    return (
        bool(_RULE.fullmatch(joined))
        and len(joined.strip()) >= 3
        and sum(c in "-=_─━═*" for c in joined) >= 3
        and all(not c.strip() or len(c.strip()) >= 2 for c in row.cells)
    )


def _until_next_table(
    body: list[Row], rows: list[Row], header_rows: list[Row], width: int, kinds: list[str]
) -> tuple[list[Row], list[Row], tuple[int, ...]]:
    """The body up to another table's header, what follows, and the lines on which the own header came again."""
    names = {tuple(c.strip() for c in row.cells if c.strip()) for row in header_rows}
    blank_lines = _blank_lines(rows)
    kept: list[Row] = []
    repeated: list[int] = []
    for position, row in enumerate(body):
        again = bool(names) and tuple(c.strip() for c in row.cells if c.strip()) in names and not fits_kinds(row, kinds)
        if again and len(kept) > 1 and _is_title(kept[-1], kinds):
            title = kept.pop()
            return kept, [r for r in rows if r.line >= title.line], tuple(repeated)
        if again:
            repeated.append(row.line)
        elif position and _starts_table(body, position, width, kinds, blank_lines, header_rows):
            start = _preamble_start(body, position, blank_lines)
            del kept[len(kept) - (position - start) :]
            later = [r for r in rows if r.line >= body[start].line]
            return kept, later, tuple(repeated)
        else:
            kept.append(row)
    return kept, [], tuple(repeated)


def _is_title(row: Row, kinds: list[str]) -> bool:
    """Whether a row holds nothing but words, in a first column that holds none: the name of the table below it."""
    return filled_cells(row) == 1 and kind_of(row.cells[0]) == TEXT and kinds[0] in (NUMBER, DATE) and len(kinds) > 1


def fits_kinds(row: Row, kinds: Sequence[str]) -> bool:
    """Whether a row's cells all may stand in the columns."""
    return any(kind in (NUMBER, DATE) for kind in kinds) and all(
        fits(cell, kind) for cell, kind in zip(row.cells, kinds, strict=False)
    )


def _blank_lines(rows: list[Row]) -> set[int]:
    return {row.line for row in rows if is_blank(row)}


def _starts_table(
    body: list[Row], position: int, width: int, kinds: list[str], blank_lines: set[int], header_rows: list[Row]
) -> bool:
    """Whether another table's header stands here: words where this table has values, and rows of another make below."""
    row, below = body[position], body[position + 1 : position + 9]
    if len(below) < 2 or filled_cells(row) < 2 or any(kind_of(c) in (NUMBER, DATE) for c in row.cells if c.strip()):
        return False
    if _stands_apart(body, position, width, kinds, blank_lines):
        return True
    if like_values(row, body[:position], kinds):
        return False
    typed = [j for j, kind in enumerate(kinds) if kind in (NUMBER, DATE) and j < len(row.cells) and row.cells[j].strip()]
    after_gap = _gap_before(row, body[position - 1], blank_lines)
    narrower = len(row.cells) != width and all(len(r.cells) == len(row.cells) for r in below)
    if not typed and not narrower and not after_gap:
        return False
    names = {c.strip() for r in header_rows for c in r.cells if c.strip()}
    shared = sum(c.strip() in names for c in row.cells if c.strip())
    other_width = Counter(len(r.cells) for r in below).most_common(1)[0][0] != width
    new_kinds = column_kinds([r.cells for r in below], len(row.cells))
    valued = any(kind in (NUMBER, DATE) for kind in new_kinds)
    unlike = other_width or new_kinds[: len(kinds)] != kinds[: len(new_kinds)]
    # In a sheet all rows are as wide as the widest table: what is filled tells how wide this one is.
    full = filled_cells(row) >= 0.7 * max(filled_cells(r) if len(r.cells) == width else len(r.cells) for r in below)
    return (
        valued
        and full
        and (shared >= max(2, len(names) // 2) or (unlike and (after_gap or other_width)) or (after_gap and bool(names)))
    )


def _stands_apart(body: list[Row], position: int, width: int, kinds: list[str], blank_lines: set[int]) -> bool:
    """After a gap, several rows of one width of which none would fit this table: a small table of its own."""
    rows = body[position : position + 9]
    other = len(rows[0].cells)
    titled = position > 1 and filled_cells(body[position - 1]) == 1  # its title stands between the gap and its header
    gap = any(line in blank_lines for line in range(body[position - 1 - titled].line + 1, rows[0].line))
    foreign = other != width or any(kind in (NUMBER, DATE) for kind in kinds)
    return (
        gap
        and foreign
        and all(len(r.cells) == other and filled_cells(r) == other and not is_body(r, width, kinds) for r in rows[:3])
    )


def _gap_before(row: Row, previous: Row, blank_lines: set[int]) -> bool:
    return any(line in blank_lines for line in range(previous.line + 1, row.line)) or filled_cells(previous) <= 1 < len(
        row.cells
    )


def _preamble_start(body: list[Row], position: int, blank_lines: set[int]) -> int:
    """Titles that belong to the next table: single cells between the gap and its header."""
    start = position
    while start > 1 and filled_cells(body[start - 1]) == 1 and _gap_above(body, start - 1, blank_lines):
        start -= 1
    return start


def _gap_above(body: list[Row], index: int, blank_lines: set[int]) -> bool:
    return any(line in blank_lines for line in range(body[index - 1].line + 1, body[index].line)) or (
        filled_cells(body[index - 1]) == 1
    )


def _cut_footer(body: list[Row], rows: list[Row], width: int, kinds: list[str]) -> tuple[list[Row], list[Row]]:
    """Trailing notes: sparse rows at the end whose words do not fit the columns they stand in."""
    blank_lines = _blank_lines(rows)
    stop = len(body)
    while stop > 1 and (
        _is_note(body, stop - 1, width, kinds, blank_lines)
        or _is_sentence(body[stop - 1], width, kinds, _after_gap(body, stop - 1, blank_lines))
    ):
        stop -= 1
    stop = _widen_footer(body, stop, width, blank_lines)
    stop = _notes_after_gap(body, stop, width, kinds, blank_lines)
    return body[:stop], body[stop:]


def _notes_after_gap(body: list[Row], stop: int, width: int, kinds: list[str], blank_lines: set[int]) -> int:
    """Up to three last rows below a gap that are shorter than the table and fit none of its typed columns are notes."""
    for index in range(stop - 1, max(0, stop - 4), -1):
        row = body[index]
        if (len(row.cells) >= width and filled_cells(row) >= width / 2) or is_body(row, width, kinds):
            return stop
        typed = [j for j, kind in enumerate(kinds) if kind in (NUMBER, DATE)]
        if _looks_like_total(next((c for c in row.cells if c.strip()), "")):
            return stop
        if not typed and len(row.cells) > width / 2:
            return stop
        fitting = [kind_of(row.cells[j]) == kinds[j] for j in typed if j < len(row.cells) and row.cells[j].strip()]
        if sum(fitting) > len(fitting) / 2:
            return stop
        if any(line in blank_lines for line in range(body[index - 1].line + 1, row.line)):
            return index
    return stop


def _after_gap(body: list[Row], index: int, blank_lines: set[int]) -> bool:
    return any(line in blank_lines for line in range(body[index - 1].line + 1, body[index].line))


def _is_note(body: list[Row], index: int, width: int, kinds: list[str], blank_lines: set[int]) -> bool:
    row = body[index]
    filled = [(j, cell) for j, cell in enumerate(row.cells) if cell.strip()]
    if width < 2 or len(filled) > max(1, width // 4) or index == 0:
        return False
    after_gap = _after_gap(body, index, blank_lines)
    if _looks_like_total(filled[0][1]) and len(filled) > 1:
        return False
    j, cell = filled[0]
    kind = kinds[j] if j < len(kinds) else TEXT
    if kind in (NUMBER, DATE):
        return kind_of(cell) == TEXT
    if len(row.cells) == 1 and any(c.isdecimal() for c in cell) and like_values(row, body[:index], kinds):
        return False  # a code without anything beside it
    usual = sorted(len(r.cells[j]) for r in body[:PROBE] if j < len(r.cells) and r.cells[j].strip())
    long = bool(usual) and len(cell) > 1.5 * usual[-1 - len(usual) // 20]
    seen = any(j < len(r.cells) and r.cells[j] == cell for r in body[:index][-PROBE:])
    return len(filled) == 1 and not seen and (after_gap or long or len(row.cells) == 1 < width - 1) and kind_of(cell) == TEXT


def _is_sentence(row: Row, width: int, kinds: list[str], apart: bool) -> bool:
    """A sentence with commas below the table: words under a typed first column or below a gap, a blank behind each comma."""
    return (
        1 < len(row.cells) < width
        and (apart or kinds[0] in (NUMBER, DATE))
        and all(kind_of(cell) == TEXT for cell in row.cells)
        and " " in row.cells[0].strip()
        and all(cell.startswith(" ") for cell in row.cells[1:])
    )


def _looks_like_total(cell: str) -> bool:
    return bool(re.match(r"\s*(grand\s+|sub)?(total|sum|summe|gesamt|somme|suma|合计|总计|小计|总和)", cell, re.IGNORECASE))


def _widen_footer(body: list[Row], stop: int, width: int, blank_lines: set[int]) -> int:
    """Short key-value lines between a gap and the notes belong to the notes."""
    if stop == len(body):
        return stop
    probe = stop
    while probe > 1 and 0 < filled_cells(body[probe - 1]) <= 2 < width and len(body[probe - 1].cells) <= 2:
        probe -= 1
        if any(line in blank_lines for line in range(body[probe - 1].line + 1, body[probe].line)):
            return probe
    return stop
