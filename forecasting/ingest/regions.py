"""Rows of a file -> its tables: what stands above a table, its header, its rows, and what stands below.

The parts are told apart as a person does it: by looking which rows have the shape of the body (the kinds of its columns), not by
words of any language.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from forecasting.ingest.kinds import BLANK, DATE, NUMBER, TEXT, column_kinds, fits, kind_of
from forecasting.ingest.tokens import Row

_COMMENT = re.compile(r"\s*(#|//|%|--\s|REM\s|;)")
_RULE = re.compile(r"[\s\-=_+|*:.─━═]{3,}")
_YEAR = re.compile(r"(19|20)\d\d")
_MAX_HEADER_ROWS = 6
_PROBE = 400


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
    first, header_rows = _find_body(kept, width, kinds)
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
    fitting = [row for row in rows if len(row.cells) == width and _filled(row) > min(width, 3) // 2]
    fitting = fitting or [row for row in rows if len(row.cells) == width] or rows
    step = max(1, len(fitting) // _PROBE)
    return fitting[::step] if len(fitting) < 4 else fitting[1::step]


def _filled(row: Row) -> int:
    return sum(1 for cell in row.cells if cell.strip())


def _without_comments(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Comment lines and drawn rules: only where they are not made like the other rows."""
    candidates = [row for row in rows if _is_comment(row)]
    if not candidates:
        return rows, []
    width = usual_width([row for row in rows if not is_blank(row)])
    if len(candidates) > 0.5 * len(rows):
        candidates = [row for row in candidates if _RULE.fullmatch("".join(row.cells))]
    away = {row.line for row in candidates if width > 1 and (_filled(row) == 1 or len(row.cells) < width)}
    away |= {row.line for row in candidates if _RULE.fullmatch("".join(row.cells))}
    return [r for r in rows if r.line not in away], [r for r in rows if r.line in away]


def _is_comment(row: Row) -> bool:
    first = row.cells[0] if row.cells else ""
    if _COMMENT.match(first) and not re.fullmatch(r"\s*[#%]\s*", first):
        return not first.startswith("--") or _filled(row) == 1
    joined = "".join(row.cells)
    return (
        bool(_RULE.fullmatch(joined))
        and len(joined.strip()) >= 3
        and sum(c in "-=_─━═*" for c in joined) >= 3
        and all(not c.strip() or len(c.strip()) >= 2 for c in row.cells)
    )


def _find_body(rows: list[Row], width: int, kinds: list[str]) -> tuple[int, list[Row]]:
    """Index of the first row of the body, and the rows of its header."""
    if not any(kind in (NUMBER, DATE) for kind in kinds):
        return _find_text_body(rows, width, kinds)
    first = next((i for i, row in enumerate(rows) if _is_body(row, width, kinds)), None)
    if first is None:
        return _find_text_body(rows, width, kinds)
    first = _below_group_row(rows, first, width, kinds)
    first = _up_to_full_header(rows, first, width, kinds)
    if first and _is_body_header_of_numbers(rows[first], rows[first + 1 : first + 6], width):
        return first + 1, [*_header_above(rows, first, width, kinds), rows[first]]
    if not first and _is_body_header_of_numbers(rows[0], rows[1:6], width):
        return 1, [rows[0]]
    return first, _header_above(rows, first, width, kinds)


def _up_to_full_header(rows: list[Row], first: int, width: int, kinds: list[str]) -> int:
    """Data rows may begin with ones that miss all their values; the full row of words above them is the header."""
    if first < 2 or _header_above(rows, first, width, kinds):
        return first
    for index in range(first - 2, max(-1, first - 5), -1):
        row = rows[index]
        full = _names_columns(row, width, kinds, lowest=True) and all(kind_of(c) in (BLANK, TEXT) for c in row.cells)
        if (
            full
            and _filled(row) > max(_filled(r) for r in rows[index + 1 : first])
            and all(r.cells[0].strip() for r in rows[index + 1 : first])
        ):
            return index + 1
    return first


def _below_group_row(rows: list[Row], first: int, width: int, kinds: list[str]) -> int:
    """A row of years over months ("2023", blank, "2024", blank) looks like values; the names right below it give it away."""
    for index in range(first + 1, min(first + 3, len(rows) - 1)):
        row = rows[index]
        names = not any(kind_of(c) == NUMBER and not _YEAR.fullmatch(c.strip()) for c in row.cells) and _filled(
            row
        ) >= 0.6 * _used(kinds)
        above = all(_is_group(r) for r in rows[first:index])
        if names and above and not _is_body(row, width, kinds) and _is_body(rows[index + 1], width, kinds):
            return index + 1
    return first


def _is_group(row: Row) -> bool:
    """Years or words with gaps between them."""
    cells = [c.strip() for c in row.cells if c.strip()]
    return all(_YEAR.fullmatch(c) or kind_of(c) in (TEXT, DATE) for c in cells) and any(_YEAR.fullmatch(c) for c in cells)


def _is_body(row: Row, width: int, kinds: list[str]) -> bool:
    """Most of the filled cells under typed columns have the column's kind."""
    if abs(len(row.cells) - width) > max(1, width // 2) or not _filled(row):
        return False
    for cells in _shifts(row.cells, width):
        typed = [(cell, kind) for cell, kind in zip(cells, kinds, strict=False) if kind in (NUMBER, DATE) and cell.strip()]
        good = sum(kind_of(cell) == kind for cell, kind in typed)
        if typed and good * 2 > len(typed) and (len(typed) > 1 or _filled(row) > 1 or width == 1):
            return True
    return False


def _shifts(cells: Sequence[str], width: int) -> list[Sequence[str]]:
    """The row as it stands, and, when it has a cell too many or too few, moved by one from either end."""
    if len(cells) == width:
        return [cells]
    if len(cells) > width:
        return [cells, cells[len(cells) - width :]]
    return [cells, [*[""] * (width - len(cells)), *cells]]


def _is_body_header_of_numbers(row: Row, below: list[Row], width: int) -> bool:
    """A header of years or periods (2019, 2020, 2021 or 1, 2, 3 ...) above numbers: rises by one step all along."""
    if len(below) < 1 or width < 4 or (kind_of(row.cells[0]) != TEXT and row.cells[0].strip()):
        return False
    cells = [c.strip() for c in row.cells if c.strip()]
    numbers = [c for c in cells if re.fullmatch(r"\d{1,4}", c)]
    if len(numbers) < 3 or len(numbers) < 0.6 * len(cells):
        return False
    values = [int(c) for c in numbers]
    steps = {b - a for a, b in pairwise(values)}
    years = all(_YEAR.fullmatch(c) for c in numbers)
    return steps == {1} and (years or values[0] in (0, 1)) and not all(r.cells[: len(cells)] == row.cells for r in below)


def _header_above(rows: list[Row], first: int, width: int, kinds: list[str]) -> list[Row]:
    """The rows directly above the body that name its columns, from top to bottom."""
    bottom = first - 1
    low = _sparse_level(rows, first, width, kinds)
    if low:
        bottom -= len(low)
    found: list[Row] = list(low)
    for index in range(bottom, max(-1, bottom - _MAX_HEADER_ROWS), -1):
        row = rows[index]
        if not _names_columns(row, width, kinds, lowest=len(found) == len(low)):
            break
        if len(found) > len(low) and _blank_between(row, found[0]):
            break
        if found and [c.strip() for c in row.cells] == [c.strip() for c in found[0].cells]:
            break
        found.insert(0, row)
    return _drop_titles(found, width) if len(found) > len(low) else []


def _sparse_level(rows: list[Row], first: int, width: int, kinds: list[str]) -> list[Row]:
    """A thin last level of the header ("", "", "air", "rail", ""): words only, nothing in the first column, a full row above it."""
    if first < 2 or _names_columns(rows[first - 1], width, kinds, lowest=True):
        return []
    row, above = rows[first - 1], rows[first - 2]
    thin = not row.cells[0].strip() and all(kind_of(c) in (BLANK, TEXT) for c in row.cells) and _filled(row) >= 1
    return [row] if thin and width > 2 and _names_columns(above, width, kinds, lowest=True) else []


def _blank_between(upper: Row, lower: Row) -> bool:
    """Whether lines lie between two rows that are not line breaks inside the upper one's cells."""
    inside = sum(len(re.findall(r"\r\n|\r|\n", c)) for c in upper.cells)
    return lower.line - upper.line > 1 + inside


def _names_columns(row: Row, width: int, kinds: list[str], lowest: bool) -> bool:
    filled = _filled(row)
    if not lowest and filled == 1 and width > 2 and len(row.cells) >= width - 1 and not row.cells[0].strip():
        return True  # one group over the later columns
    if filled < (1 if width == 1 else 2):
        return False
    found = {kind_of(c) for c in row.cells if not _YEAR.fullmatch(c.strip())}
    if DATE in found and NUMBER in found:
        return False  # a date beside a number is a row of values, however oddly it stands
    if lowest:
        return filled >= max(1 if width == 1 else 2, 0.45 * min(width, _used(kinds)))
    texts = [cell for cell in row.cells if cell.strip()]
    if any(cell.strip() for cell in row.cells[width:]):
        return False
    return len(row.cells) > 1 and all(len(cell) <= 150 for cell in texts) and len(row.cells) >= 0.5 * width


def _used(kinds: list[str]) -> int:
    return sum(kind != BLANK for kind in kinds) or len(kinds)


def _drop_titles(found: list[Row], width: int) -> list[Row]:
    """Rows above the lowest header row stay only if they can be a second level: groups over several columns, or full rows."""
    while len(found) > 1:
        top, below = found[0], found[1]
        pairs = _filled(top) == 2 and top.cells[0].strip() and top.cells[1].strip() and width > 3
        looks_like_note = top.cells[0].strip().endswith((":", "：")) or pairs
        typed = sum(kind_of(cell) in (NUMBER,) and not _YEAR.fullmatch(cell.strip()) for cell in top.cells)
        if looks_like_note or (typed * 2 > _filled(top)) or (_filled(below) < _filled(top) / 2 and below.cells[0].strip()):
            found = found[1:]
        else:
            break
    return found


def _find_text_body(rows: list[Row], width: int, kinds: list[str]) -> tuple[int, list[Row]]:
    """A table of words only: its first full row is the header unless it looks like the rows below it."""
    full = [i for i, row in enumerate(rows) if abs(len(row.cells) - width) <= 1 and _filled(row) >= max(1, 0.6 * _used(kinds))]
    if not full:
        return 0, []
    first = full[0]
    header = rows[first]
    if _repeats_below(header, rows[first + 1 :]) or any(kind_of(c) in (NUMBER, DATE) for c in header.cells[:1]):
        return first, []
    return first + 1, [header]


def _repeats_below(header: Row, below: list[Row]) -> bool:
    """A cell of the first row that comes again in its own column is a value, not a name."""
    if not below:
        return False
    hits = sum(
        any(len(row.cells) > j and row.cells[j] == cell for row in below[:_PROBE])
        for j, cell in enumerate(header.cells)
        if cell.strip()
    )
    same = any(row.cells == header.cells for row in below)
    return hits >= max(1, 0.3 * _filled(header)) and not same


def merge_header(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Join the levels of a header; in the upper levels a name stretches over the blanks to its right (merged cells).

    >>> merge_header([("", "2023", "", "2024", ""), ("sku", "Jan", "Feb", "Jan", "Feb")])
    ('sku', '2023 Jan', '2023 Feb', '2024 Jan', '2024 Feb')
    """
    width = max(len(row) for row in rows)
    levels = [[*(cell.strip() if len(rows) > 1 else cell for cell in row), *[""] * (width - len(row))] for row in rows]
    for upper, lower in reversed(list(pairwise(levels))):
        name = ""
        for j, cell in enumerate(upper):
            name = cell or name
            upper[j] = name if lower[j] else cell
    return tuple(
        " ".join(part for part in column if part) if len(rows) > 1 else column[0] for column in zip(*levels, strict=True)
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
        if names and tuple(c.strip() for c in row.cells if c.strip()) in names and not fits_kinds(row, kinds):
            repeated.append(row.line)
        elif position and _starts_table(body, position, width, kinds, blank_lines, header_rows):
            start = _preamble_start(body, position, blank_lines)
            del kept[len(kept) - (position - start) :]
            later = [r for r in rows if r.line >= body[start].line]
            return kept, later, tuple(repeated)
        else:
            kept.append(row)
    return kept, [], tuple(repeated)


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
    if len(below) < 2 or _filled(row) < 2 or any(kind_of(c) in (NUMBER, DATE) for c in row.cells if c.strip()):
        return False
    if _stands_apart(body, position, width, kinds, blank_lines):
        return True
    typed = [j for j, kind in enumerate(kinds) if kind in (NUMBER, DATE) and j < len(row.cells) and row.cells[j].strip()]
    after_gap = _gap_before(row, body[position - 1], blank_lines)
    if not typed and not (after_gap and len(row.cells) != width):
        return False
    names = {c.strip() for r in header_rows for c in r.cells if c.strip()}
    shared = sum(c.strip() in names for c in row.cells if c.strip())
    other_width = Counter(len(r.cells) for r in below).most_common(1)[0][0] != width
    new_kinds = column_kinds([r.cells for r in below], len(row.cells))
    valued = any(kind in (NUMBER, DATE) for kind in new_kinds)
    unlike = other_width or new_kinds[: len(kinds)] != kinds[: len(new_kinds)]
    full = _filled(row) >= 0.7 * max(len(r.cells) for r in below)
    return (
        valued
        and full
        and (shared >= max(2, len(names) // 2) or (unlike and (after_gap or other_width)) or (after_gap and bool(names)))
    )


def _stands_apart(body: list[Row], position: int, width: int, kinds: list[str], blank_lines: set[int]) -> bool:
    """After a gap, several rows of one other width of which none would fit this table: a small table of its own."""
    rows = body[position : position + 9]
    other = len(rows[0].cells)
    gap = any(line in blank_lines for line in range(body[position - 1].line + 1, rows[0].line))
    return (
        gap
        and other != width
        and all(len(r.cells) == other and _filled(r) == other and not _is_body(r, width, kinds) for r in rows[:3])
    )


def _gap_before(row: Row, previous: Row, blank_lines: set[int]) -> bool:
    return any(line in blank_lines for line in range(previous.line + 1, row.line)) or _filled(previous) <= 1 < len(row.cells)


def _preamble_start(body: list[Row], position: int, blank_lines: set[int]) -> int:
    """Titles that belong to the next table: single cells between the gap and its header."""
    start = position
    while start > 1 and _filled(body[start - 1]) == 1 and _gap_above(body, start - 1, blank_lines):
        start -= 1
    return start


def _gap_above(body: list[Row], index: int, blank_lines: set[int]) -> bool:
    return any(line in blank_lines for line in range(body[index - 1].line + 1, body[index].line)) or (
        _filled(body[index - 1]) == 1
    )


def _cut_footer(body: list[Row], rows: list[Row], width: int, kinds: list[str]) -> tuple[list[Row], list[Row]]:
    """Trailing notes: sparse rows at the end whose words do not fit the columns they stand in."""
    blank_lines = _blank_lines(rows)
    stop = len(body)
    while stop > 1 and _is_note(body, stop - 1, width, kinds, blank_lines):
        stop -= 1
    stop = _widen_footer(body, stop, width, blank_lines)
    return body[:stop], body[stop:]


def _is_note(body: list[Row], index: int, width: int, kinds: list[str], blank_lines: set[int]) -> bool:
    row = body[index]
    filled = [(j, cell) for j, cell in enumerate(row.cells) if cell.strip()]
    if width < 2 or len(filled) > max(1, width // 4) or index == 0:
        return False
    after_gap = any(line in blank_lines for line in range(body[index - 1].line + 1, row.line))
    if _looks_like_total(filled[0][1]) and len(filled) > 1:
        return False
    j, cell = filled[0]
    kind = kinds[j] if j < len(kinds) else TEXT
    if kind in (NUMBER, DATE):
        return kind_of(cell) == TEXT
    usual = sorted(len(r.cells[j]) for r in body[:_PROBE] if j < len(r.cells) and r.cells[j].strip())
    long = bool(usual) and len(cell) > 1.5 * usual[-1 - len(usual) // 20]
    seen = any(j < len(r.cells) and r.cells[j] == cell for r in body[:index][-_PROBE:])
    return len(filled) == 1 and not seen and (after_gap or long or len(row.cells) == 1 < width - 1) and kind_of(cell) == TEXT


def _looks_like_total(cell: str) -> bool:
    return bool(re.match(r"\s*(grand\s+|sub)?(total|sum|summe|gesamt|somme|suma|合计|总计|小计|总和)", cell, re.IGNORECASE))


def _widen_footer(body: list[Row], stop: int, width: int, blank_lines: set[int]) -> int:
    """Short key-value lines between a gap and the notes belong to the notes."""
    if stop == len(body):
        return stop
    probe = stop
    while probe > 1 and 0 < _filled(body[probe - 1]) <= 2 < width and len(body[probe - 1].cells) <= 2:
        probe -= 1
        if any(line in blank_lines for line in range(body[probe - 1].line + 1, body[probe].line)):
            return probe
    return stop
