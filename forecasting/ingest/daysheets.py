"""Sheets of one month with the days 1, 2, ... 31 across: the month stands in the name of the sheet or file."""

from __future__ import annotations

import calendar
import re

from forecasting.ingest.dates import parse_date_text
from forecasting.ingest.facts import date_in_name
from forecasting.ingest.table import Table

_SHORTEST_MONTH = 28


def days_across(table: Table) -> dict[int, str]:
    """The columns headed 1, 2, ... of a table whose name says the month, as ISO dates; empty for any other table.

    Days that the month does not have are left out.
    """
    days = {j: int(float(h)) for j, h in enumerate(table.header) if re.fullmatch(r"\s*\d{1,2}(?:\.0)?\s*", h)}
    if len(days) < _SHORTEST_MONTH or list(days.values()) != list(range(1, len(days) + 1)):
        return {}
    named = date_in_name(table.sheet) or date_in_name(table.name.rsplit("/", 1)[-1])
    month, grain = parse_date_text(named) if named else (None, "")
    if month is None or grain != "month":
        return {}
    last = calendar.monthrange(month.year, month.month)[1]
    return {j: f"{month:%Y-%m}-{day:02d}" for j, day in days.items() if day <= last}
