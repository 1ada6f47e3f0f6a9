"""What a table leaves open: whether its dates begin with the day or the month."""

from __future__ import annotations

import re
from dataclasses import replace

from forecasting.ingest.cells.dates import date_order
from forecasting.ingest.cells.numbers import parse_numbers
from forecasting.ingest.mapping import Mapping, Question
from forecasting.ingest.meaning.contents import MOST_ROWS
from forecasting.ingest.reading.table import Table


def with_questions(table: Table, mapping: Mapping) -> Mapping:
    """Decide day and month order from the date column, and ask where it can be read both ways."""
    j = mapping.index("date")
    if j is None:
        return mapping
    column = table.column(j)
    step = max(1, len(column) // MOST_ROWS)
    order, ambiguous = date_order(column.gather_every(step) if step > 1 else column, _order_hint(table, mapping))
    mapping = replace(mapping, date_order=order)
    return ask_order(mapping, ambiguous, next((c for c in column.head(50).to_list() if c.strip()), ""))


def _order_hint(table: Table, mapping: Mapping) -> str:
    """Which order the rest of the file speaks for: decimal commas and continental words: day first; dollars: month first."""
    words = " ".join(c.column for c in mapping.columns).lower()
    if re.search(r"datum|menge|artikel|fecha|cantidad|quantit|date de|référence|unidades|prix|preis|umsatz|stück", words):
        return "DMY"
    for role in ("price", "revenue", "units"):
        j = mapping.index(role)
        if j is not None:
            cells = table.column(j).head(200)
            if parse_numbers(cells).decimal == ",":
                return "DMY"
            if any("£" in c or "€" in c for c in cells.to_list()):
                return "DMY"
            if any("$" in c for c in cells.to_list()):
                return "MDY"
    return ""


def ask_order(mapping: Mapping, ambiguous: bool, sample: str) -> Mapping:
    """Ask for the order of day and month, where it can be read both ways."""
    if not ambiguous:
        return mapping
    text = f"Is {sample!r} written day first (DMY) or month first (MDY)? Every date in the column can be read both ways."
    return replace(mapping, questions=(*mapping.questions, Question("date_order", text, ("DMY", "MDY"), mapping.date_order)))
