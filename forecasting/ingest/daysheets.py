"""Tables with the days of one month, or the months of one year, across: a name or a title says which month or year."""

from __future__ import annotations

import calendar
import re
from itertools import pairwise

from forecasting.core.errors import MappingNeeded
from forecasting.ingest.datetext import month_number, parse_date_text
from forecasting.ingest.kinds import DATE, kind_of
from forecasting.ingest.naming import period_named, year_named
from forecasting.ingest.table import Table
from forecasting.ingest.vocabulary import role_of

_FEWEST_DAYS = 7  # fewer columns that count 1, 2, ... may be the weeks of a month, or stores


def days_across(table: Table) -> dict[int, str]:
    """The columns headed 1, 2, ... of a table whose name says the month, as ISO dates; empty for any other table.

    Days that the month does not have are left out.
    """
    days = {j: int(float(h)) for j, h in enumerate(table.header) if re.fullmatch(r"\s*\d{1,2}(?:\.0)?\s*", h)}
    if len(days) < _FEWEST_DAYS or list(days.values()) != list(range(1, len(days) + 1)):
        return {}
    named = period_named(table)
    month, grain = parse_date_text(named) if named else (None, "")
    if month is None or grain != "month":
        return {}
    last = calendar.monthrange(month.year, month.month)[1]
    return {j: f"{month:%Y-%m}-{day:02d}" for j, day in days.items() if day <= last}


def month_columns(table: Table) -> dict[int, int]:
    """The columns headed by names of months without a year, three or more of them one after the other; else empty."""
    found = {j: number for j, h in enumerate(table.header) if (number := month_number(h))}
    numbers = list(found.values())
    rising = all(b - a == 1 for a, b in pairwise(numbers))
    return found if len(found) >= 3 and rising else {}


def units_across(table: Table) -> dict[int, str]:
    """The columns of units where a pivot table has several measures for each period ("Jan 2024 Units", "Jan 2024 Revenue").

    Two periods or more, each once; else empty. The other measures are left to those who ask for them.
    """
    parted = {j: found for j, header in enumerate(table.header) if (found := _period_and_measure(header.split()))}
    # "Sales" may be units, but not beside "Units": the word that says units best is taken.
    best = max((strength for _, measure, strength in parted.values() if measure == "units"), default=0.0)
    units = {j: period for j, (period, measure, strength) in parted.items() if measure == "units" and strength == best}
    return units if 1 < len(units) == len(set(units.values())) and len(parted) > len(units) else {}


def _period_and_measure(words: list[str]) -> tuple[str, str, float] | None:
    """A header taken apart into the period, and the role that its other words name and how surely, whichever stands first."""
    for k in range(1, len(words)):
        for period, measure in ((words[:k], words[k:]), (words[k:], words[:k])):
            text = " ".join(period)
            named = role_of(" ".join(measure))
            if named and (kind_of(text) == DATE or parse_date_text(text)[0] is not None):
                return text, *named
    return None


def months_across(table: Table) -> dict[int, str]:
    """The columns headed by months as ISO months; raises MappingNeeded when nothing says the year."""
    found = month_columns(table)
    if not found:
        return {}
    year = year_named(table)
    if year is None:
        raise MappingNeeded(
            f"{table.name} has the months {table.header[min(found)]!r}, ... across, but no year: put it into the name of "
            "the file or sheet, such as 'sales 2024.xlsx', or write 'Jan 2024' in the header"
        )
    return {j: f"{year}-{number:02d}" for j, number in found.items()}
