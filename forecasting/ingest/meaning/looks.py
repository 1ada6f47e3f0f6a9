"""What the cells of a column look like, and which roles they can play."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from forecasting.ingest.cells.datetext import SEVERAL_WEEKS, WEEK_WORDS, day_of_week, parse_date_text
from forecasting.ingest.cells.kinds import BLANK, DATE, NUMBER, TEXT, kind_of
from forecasting.ingest.cells.numbers import unwrap
from forecasting.ingest.reading.table import Table
from forecasting.ingest.words.products import is_total

_SAMPLE = 400
_SEVERAL_WEEKS = re.compile(SEVERAL_WEEKS)  # no dates, unless they stand among single weeks


_NUMERIC = frozenset(
    [
        "units",
        "returns",
        "revenue",
        "price",
        "list_price",
        "discount",
        "stock",
        "visitors",
        "page_views",
        "add_to_cart",
        "buyers",
        "orders",
        "cost",
        "refund",
        "tax",
    ]
)


@dataclass(frozen=True)
class Look:
    """What the cells of a column look like."""

    header: str
    index: int
    kind: str
    blank: float
    distinct: float
    whole: bool
    samples: tuple[str, ...]


def look_at(table: Table, index: int) -> Look:
    """Look at a sample of the cells of one column."""
    column = table.column(index)
    step = max(1, len(column) // _SAMPLE)
    cells = column.gather_every(step).head(2 * _SAMPLE).to_list() if len(column) else []
    filled = {cell: count for cell, count in Counter(cells).items() if kind_of(cell) != BLANK}
    kinds: Counter[str] = Counter()
    for cell, count in filled.items():
        kinds[_kind_in_week(unwrap(cell))] += count
    rows = kinds.total()
    kind = max((DATE, NUMBER, TEXT), key=kinds.__getitem__) if rows else BLANK
    if rows and kinds[kind] < 0.6 * rows:
        kind = TEXT
    whole = kind == NUMBER and all(
        re.fullmatch(r"[-+(]?[\d,. ]*\d[)-]?", c.strip()) and not re.search(r"[.,]\d{1,2}\D*$", c.strip()) for c in filled
    )
    blank, distinct = (1 - rows / len(cells), len(filled) / max(rows, 1)) if cells else (1.0, 0.0)
    return Look(table.header[index], index, kind, blank, distinct, whole, tuple(filled)[:5])


def _kind_in_week(cell: str) -> str:
    """The kind of a cell, or of the day by which it names a week."""
    return kind_of(cell if _SEVERAL_WEEKS.match(cell) else day_of_week(cell))


def small_numbers(column: Look) -> bool:
    """Whether all cells are numbers of one or two digits: days, weeks or months, not dates."""
    return all(re.fullmatch(r"\d{1,2}(?:\.0)?", s.strip()) for s in column.samples if not is_total(s))


def content_fit(role: str, column: Look) -> float:  # noqa: PLR0911 - one line for each role
    """From 0 to 1: can these cells play this role?"""
    if column.kind == BLANK:
        return 0.3
    if role == "date":
        if column.kind == DATE or _dates_in_disguise(column) or _weeks_in_digits(column):
            return 1.0
        dated = sum(kind_of(s) == DATE for s in column.samples)
        return 0.8 if dated >= 0.2 * len(column.samples) and dated else 0.2
    if role in _NUMERIC:
        return (
            1.0
            if column.kind == NUMBER
            else 0.4
            if column.kind == TEXT and any(c.isdecimal() for s in column.samples for c in s)
            else 0.05
        )
    if role == "sku":
        return 0.9 if column.kind != DATE else 0.2
    if role in ("name", "category", "brand"):
        return 1.0 if column.kind == TEXT else 0.6
    return 1.0


def _weeks_in_digits(column: Look) -> bool:
    """ "202448" below a heading that says week."""
    weeks = all(re.fullmatch(r"(?:19|20)\d\d(?:0[1-9]|[1-4]\d|5[0-3])", s.strip()) for s in column.samples)
    return weeks and bool(WEEK_WORDS.search(column.header))


def _dates_in_disguise(column: Look) -> bool:
    """Serial numbers, epochs, compact dates: only believed under a header that says date."""
    good = [s for s in column.samples if parse_date_text(s)[0] is not None or re.fullmatch(r"(19|20)\d{6}(\.0)?", s.strip())]
    return len(good) >= max(1, 0.6 * len(column.samples))
