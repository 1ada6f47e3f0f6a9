"""Where the body of a table begins, and which rows above it are its header."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from itertools import pairwise

from forecasting.ingest.cells.kinds import BLANK, DATE, NUMBER, TEXT, kind_of
from forecasting.ingest.reading.regroup import runs_together
from forecasting.ingest.reading.tokens import Row
from forecasting.ingest.words.products import is_total
from forecasting.ingest.words.vocabulary import names_role

_YEAR = re.compile(r"(19|20)\d\d")

_SETTING = re.compile(r"\s*[^=]{2,40}=\s*\S.*|\s*[^:]{2,40}: .*")  # "Viewing Range=[1/7/24 - 1/13/24]"
_MAX_HEADER_ROWS = 6
_SERIALS = (36_526, 55_153)  # from 2000 to 2050
_LAST_COUNT = 9_999
_FEWEST_ROWS = 4  # of a table below a row of settings
_FEWEST_DAYS = 7
_LEAP_YEAR = 2000  # for days that name no year


def find_body(rows: list[Row], width: int, kinds: list[str]) -> tuple[int, list[Row]]:
    """Index of the first row of the body, and the rows of its header."""
    if not any(kind in (NUMBER, DATE) for kind in kinds):
        return _find_text_body(rows, width, kinds)
    first = next((i for i, row in enumerate(rows) if is_body(row, width, kinds)), None)
    if first is None:
        return _find_text_body(rows, width, kinds)
    first = _below_group_row(rows, first, width, kinds)
    first = _below_settings(rows, first, width, kinds)
    first = _up_to_full_header(rows, first, width, kinds)
    if first and _days_under_months(rows[first - 1], rows[first]):
        return first + 1, [rows[first - 1], rows[first]]
    counted = first and _is_body_header_of_numbers(rows[first], rows[first + 1 : first + 6], width)
    if counted and not _all_named(rows[first - 1], rows[first]):
        return first + 1, [*_header_above(rows, first, width, kinds), rows[first]]
    untitled = not first or filled_cells(rows[first - 1]) <= 1
    if (not first and _is_body_header_of_numbers(rows[0], rows[1:6], width)) or (
        untitled and _is_header_of_codes(rows[first], rows[first + 1 : first + 60])
    ):
        return first + 1, [rows[first]]
    header = _header_above(rows, first, width, kinds)
    while len(header) > 1 and (
        _is_totals(header[-1], kinds)
        or _explains(header[-1])
        or _stands_above_days(header[-1], kinds)
        or like_values(header[-1], rows[first:], kinds)
        or runs_together(header[-1].cells, [row.cells for row in rows[first:]], width)
    ):
        first, header = first - 1, _header_above(rows, first - 1, width, kinds)
    return first, header


def _is_totals(row: Row, kinds: list[str]) -> bool:
    """Whether a row sums up the rows below it: a word of totals in front, and numbers where they have numbers."""
    first = next((cell.strip() for cell in row.cells if cell.strip()), "")
    counted = any(kind_of(cell) == NUMBER for cell, kind in zip(row.cells, kinds, strict=False) if kind == NUMBER)
    return counted and is_total(first)


def _stands_above_days(row: Row, kinds: list[str]) -> bool:
    """Whether a word that names no column stands above days, with numbers where they have numbers: a product of a pivot."""
    first = row.cells[0].strip()
    counted = [cell.strip() for cell, kind in zip(row.cells, kinds, strict=False) if kind == NUMBER]
    numbers = bool(counted) and all(kind_of(cell) == NUMBER and not _YEAR.fullmatch(cell) for cell in counted)
    return bool(first) and kinds[0] == DATE and not names_role(first) and numbers


def _explains(row: Row) -> bool:
    """Whether a row below the names says in sentences what stands under them."""
    said = [cell.strip() for cell in row.cells if cell.strip()]
    return len(said) > 1 and sum(" " in cell and cell.endswith((".", "。")) for cell in said) > len(said) / 2


def like_values(row: Row, body: list[Row], kinds: list[str]) -> bool:
    """Whether a row's words are made like the values of the body: then it is one of its rows, with a damaged number or date."""
    texts = [j for j, kind in enumerate(kinds) if kind == TEXT and j < len(row.cells) and row.cells[j].strip()]
    alike = sum(_like_values(row.cells[j], [r.cells[j] for r in body[:60] if j < len(r.cells)]) for j in texts)
    return bool(texts) and 2 * alike > len(texts)


def _like_values(cell: str, values: list[str]) -> bool:
    """Whether a word comes again among the values, or is a code made as most of them are."""
    shape = _shape(cell)
    made_alike = sum(_shape(value) == shape for value in values) > 0.5 * len(values)
    return cell in values or (made_alike and "9" in shape)


def _shape(cell: str) -> str:
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", cell.strip()))


def _up_to_full_header(rows: list[Row], first: int, width: int, kinds: list[str]) -> int:
    """Data rows may begin with ones that miss all their values; the full row of words above them is the header."""
    if first < 2 or _header_above(rows, first, width, kinds):
        return first
    for index in range(first - 2, max(-1, first - 5), -1):
        row = rows[index]
        full = _names_columns(row, width, kinds, lowest=True) and all(kind_of(c) in (BLANK, TEXT) for c in row.cells)
        if (
            full
            and filled_cells(row) > max(filled_cells(r) for r in rows[index + 1 : first])
            and all(r.cells[0].strip() for r in rows[index + 1 : first])
        ):
            return index + 1
    return first


def _below_group_row(rows: list[Row], first: int, width: int, kinds: list[str]) -> int:
    """A row of years over months ("2023", blank, "2024", blank) looks like values; the names right below it give it away."""
    for index in range(first + 1, min(first + 3, len(rows) - 1)):
        row = rows[index]
        names = not any(kind_of(c) == NUMBER and not _YEAR.fullmatch(c.strip()) for c in row.cells) and filled_cells(
            row
        ) >= 0.6 * _used(kinds)
        above = all(_is_group(r) for r in rows[first:index])
        if names and above and not is_body(row, width, kinds) and is_body(rows[index + 1], width, kinds):
            return index + 1
    return first


def _below_settings(rows: list[Row], first: int, width: int, kinds: list[str]) -> int:
    """A first row of settings ("EXTF", 700, 21, ...) can look like values; the names of columns right below it give it away."""
    if first or len(rows) < _FEWEST_ROWS or not is_body(rows[2], width, kinds):
        return first
    cells = [cell.strip() for cell in rows[1].cells if cell.strip()]
    words = len(cells) >= 0.6 * _used(kinds) and all(kind_of(cell) == TEXT for cell in cells)
    known = sum(names_role(cell) for cell in set(cells))
    return 2 if words and len(set(cells)) == len(cells) and known > 2 and 2 * known > len(cells) else first


def _is_group(row: Row) -> bool:
    """Years or words with gaps between them."""
    cells = [c.strip() for c in row.cells if c.strip()]
    return all(_YEAR.fullmatch(c) or kind_of(c) in (TEXT, DATE) for c in cells) and any(_YEAR.fullmatch(c) for c in cells)


def is_body(row: Row, width: int, kinds: list[str]) -> bool:
    """Most of the filled cells under typed columns have the column's kind."""
    if not filled_cells(row):
        return False
    held = _without_blank_end(row.cells, width)
    if abs(len(held) - width) > max(1, width // 2):
        return False
    for cells in _shifts(held, width):
        typed = [(cell, kind) for cell, kind in zip(cells, kinds, strict=False) if kind in (NUMBER, DATE) and cell.strip()]
        good = sum(kind_of(cell) == kind for cell, kind in typed)
        if typed and good * 2 > len(typed) and (len(typed) > 1 or filled_cells(row) > 1 or width == 1):
            return True
    return False


def _without_blank_end(cells: Sequence[str], width: int) -> Sequence[str]:
    """The cells without those beyond the width of the table that hold nothing."""
    stop = len(cells)
    while stop > width and not cells[stop - 1].strip():
        stop -= 1
    return cells[:stop]


def _shifts(cells: Sequence[str], width: int) -> list[Sequence[str]]:
    """The row as it stands, and, when it has a cell too many or too few, moved by one from either end."""
    if len(cells) == width:
        return [cells]
    if len(cells) > width:
        return [cells, cells[len(cells) - width :]]
    return [cells, [*[""] * (width - len(cells)), *cells]]


def _is_body_header_of_numbers(row: Row, below: list[Row], width: int) -> bool:
    """A header of years or periods (2019, 2020, 2021 or 1, 2, 3 ...) above numbers: rises by one step all along."""
    if len(below) < 1 or width < 3 or (kind_of(row.cells[0]) != TEXT and row.cells[0].strip()):
        return False
    if row.cells[0].strip() and any(r.cells[0] == row.cells[0] and r.cells != row.cells for r in below):
        return False  # a word that comes again below it heads nothing
    cells = [c.strip() for c in row.cells if c.strip()]
    if _follow_each_other([when for c in cells if (when := _place_in_calendar(c))], len(cells)):
        return True
    numbers = [c for c in cells if re.fullmatch(r"\d{1,5}", c)]
    years = all(_YEAR.fullmatch(c) for c in numbers)
    if len(numbers) < (2 if years else 3) or len(numbers) < 0.5 * len(cells):
        return False
    values = [int(c) for c in numbers]
    steps = {b - a for a, b in pairwise(values)}
    # Dates of a spreadsheet that lost their format: days since 1900, a day, a week or a month apart.
    serials = all(_SERIALS[0] <= v < _SERIALS[1] for v in values) and (
        steps <= {1} or steps <= {7} or steps <= {28, 29, 30, 31}
    )
    counted = steps == {1} and max(values) <= _LAST_COUNT and (years or values[0] in (0, 1))
    return (counted or serials) and not all(r.cells[: len(cells)] == row.cells for r in below)


def _place_in_calendar(cell: str) -> tuple[str, int] | None:
    """The months or days before a period that is written in digits alone: "01.2023", "202301", "20230115", "15.01."."""
    if match := re.fullmatch(r"(0?[1-9]|1[0-2])\.((?:19|20)\d\d)", cell):
        return "month", 12 * int(match.group(2)) + int(match.group(1))
    if match := re.fullmatch(r"(0?[1-9]|[12]\d|3[01])\.(0?[1-9]|1[0-2])\.", cell):
        return "day", (dt.date(_LEAP_YEAR, int(match.group(2)), 1) + dt.timedelta(days=int(match.group(1)) - 1)).toordinal()
    if match := re.fullmatch(r"((?:19|20)\d\d)(0[1-9]|1[0-2])", cell):
        return "month", 12 * int(match.group(1)) + int(match.group(2))
    if match := re.fullmatch(r"((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", cell):
        year, month, day = (int(part) for part in match.groups())
        return "day", (dt.date(year, month, 1) + dt.timedelta(days=day - 1)).toordinal()
    return None


def _follow_each_other(places: list[tuple[str, int]], cells: int) -> bool:
    """Whether most cells are periods of one kind, each a month, a day, a week or a month of days after the one before."""
    if len(places) < 3 or len(places) < 0.5 * cells or len({kind for kind, _ in places}) > 1:
        return False
    steps = {b - a for (_, a), (_, b) in pairwise(places)}
    return steps == {1} or (places[0][0] == "day" and (steps == {7} or steps <= {28, 29, 30, 31}))


def _is_header_of_codes(row: Row, below: list[Row]) -> bool:
    """A known word and codes beside it ("Store", "00417", "1002"), none of which comes again in its column."""
    first, *codes = [cell.strip() for cell in row.cells]
    if len(below) < 2 or len(codes) < 2 or not all(codes) or len(set(codes)) < len(codes):
        return False
    # Nobody writes a quantity as "00417" or "TX-9"; other codes need a word beside them.
    if not (names_role(first) or (not first and any(re.match(r"0\d|[^\W\d]", code) for code in codes))):
        return False
    made_as_codes = all(re.fullmatch(r"\d{3,}|0\d+|\w*[^\W\d]\S*", code) for code in codes)
    values = [[r.cells[j].strip() for r in below if j < len(r.cells)] for j in range(len(row.cells))]
    numbers = all(kind_of(value) in (NUMBER, BLANK) for column in values[1:] for value in column)
    return made_as_codes and numbers and not any(c in column for c, column in zip([first, *codes], values, strict=True))


def _days_under_months(above: Row, row: Row) -> bool:
    """Days that count up from each month named above them ("Jan 2024" over 1, 2, 3, ...)."""
    cells = [cell.strip() for cell in row.cells]
    days = [(j, int(cell)) for j, cell in enumerate(cells) if re.fullmatch(r"\d{1,2}", cell)]
    months = {j for j, cell in enumerate(above.cells) if kind_of(cell) == DATE}
    if len(days) < _FEWEST_DAYS or len(days) < filled_cells(row) or days[0][0] not in months:
        return False
    return all(day == before + 1 or (j in months and day == 1) for (_, before), (j, day) in pairwise(days))


def _all_named(above: Row, row: Row) -> bool:
    """Whether each filled cell has a name right above it, and no name runs on: then a row that counts 1, 2, 3 is one of values.

    The name of the first column may stand higher up, if what stands below is no name itself.
    """
    names = [name.strip() for name, cell in zip(above.cells, row.cells, strict=False) if cell.strip()]
    named = all(names[1:]) and (names[:1] != [""] or (bool(row.cells[0].strip()) and not names_role(row.cells[0])))
    return len(above.cells) >= len(row.cells) and named and all(a != b for a, b in pairwise(names))


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
    """A thin last level of the header ("", "", "air", "rail"): words only, nothing in the first column, a full row above.

    Or the name of the days below it alone ("date", "", ""), as data frames write their index.
    """
    if first < 2 or _names_columns(rows[first - 1], width, kinds, lowest=True):
        return []
    row, above = rows[first - 1], rows[first - 2]
    index = kinds[0] == DATE and bool(row.cells[0].strip()) and filled_cells(row) == 1
    thin = (
        (index or not row.cells[0].strip()) and all(kind_of(c) in (BLANK, TEXT) for c in row.cells) and filled_cells(row) >= 1
    )
    return [row] if thin and width > 2 and _names_columns(above, width, kinds, lowest=True) else []


def _blank_between(upper: Row, lower: Row) -> bool:
    """Whether lines lie between two rows that are not line breaks inside the upper one's cells."""
    inside = sum(len(re.findall(r"\r\n|\r|\n", c)) for c in upper.cells)
    return lower.line - upper.line > 1 + inside


def _names_columns(row: Row, width: int, kinds: list[str], lowest: bool) -> bool:
    filled = filled_cells(row)
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
        pairs = filled_cells(top) == 2 and top.cells[0].strip() and top.cells[1].strip() and width > 3
        if pairs and _YEAR.fullmatch(top.cells[1].strip()) and not below.cells[0].strip():
            break  # one year over all periods, beside the name of the first column
        said = [cell for cell in top.cells if cell.strip()]
        settings = len(said) > 1 and all(_SETTING.fullmatch(cell) for cell in said)
        looks_like_note = top.cells[0].strip().endswith((":", "：")) or pairs or settings
        typed = sum(kind_of(cell) in (NUMBER,) and not _YEAR.fullmatch(cell.strip()) for cell in top.cells)
        if (
            looks_like_note
            or (typed * 2 > filled_cells(top))
            or (filled_cells(below) < filled_cells(top) / 2 and below.cells[0].strip())
        ):
            found = found[1:]
        else:
            break
    return found


def _find_text_body(rows: list[Row], width: int, kinds: list[str]) -> tuple[int, list[Row]]:
    """A table of words only: its first full row is the header unless it looks like the rows below it."""
    full = [
        i for i, row in enumerate(rows) if abs(len(row.cells) - width) <= 1 and filled_cells(row) >= max(1, 0.6 * _used(kinds))
    ]
    if not full:
        return 0, []
    first = full[0]
    header = rows[first]
    if _repeats_below(header, rows[first + 1 :]) or any(kind_of(c) in (NUMBER, DATE) for c in header.cells[:1]):
        return first, []
    groups = first
    while groups and len(rows[groups - 1].cells) == len(header.cells) and not rows[groups - 1].cells[0].strip():
        groups -= 1
    return first + 1, rows[groups : first + 1]


def _repeats_below(header: Row, below: list[Row]) -> bool:
    """A cell of the first row that comes again in its own column is a value, not a name; but not where the whole row does."""
    others = [row for row in below if row.cells != header.cells][:PROBE]
    hits = sum(
        any(len(row.cells) > j and row.cells[j] == cell for row in others)
        for j, cell in enumerate(header.cells)
        if cell.strip()
    )
    return hits >= max(1, 0.3 * filled_cells(header))


def merge_header(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Join the levels of a header; in the upper levels a name stretches over the blanks to its right (merged cells).

    >>> merge_header([("", "2023", "", "2024", ""), ("sku", "Jan", "Feb", "Jan", "Feb")])
    ('sku', '2023 Jan', '2023 Feb', '2024 Jan', '2024 Feb')
    """
    width = max(len(row) for row in rows)
    levels = [[*(cell.strip() if len(rows) > 1 else cell for cell in row), *[""] * (width - len(row))] for row in rows]
    if len(levels) > 1 and levels[-1][0] and not any(levels[-1][1:]):
        for upper in levels[:-1]:
            upper[0] = ""  # the name of an index stands below those of the columns
    for upper, lower in reversed(list(pairwise(levels))):
        name = ""
        for j, cell in enumerate(upper):
            name = cell or name
            upper[j] = name if lower[j] else cell
    return tuple(
        _joined([part for part in column if part]) if len(rows) > 1 else column[0] for column in zip(*levels, strict=True)
    )


def _joined(parts: list[str]) -> str:
    """The levels of a heading in one; the month above a whole date says nothing more."""
    if len(parts) == 2 and all(kind_of(part) == DATE for part in parts) and _YEAR.search(parts[1]):
        return parts[1]
    return " ".join(parts)


def filled_cells(row: Row) -> int:
    """How many cells of the row hold anything."""
    return sum(1 for cell in row.cells if cell.strip())


PROBE = 400
