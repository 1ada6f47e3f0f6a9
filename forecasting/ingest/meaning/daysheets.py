"""Tables with the days of one month, or the months of one year, across: a name or a title says which month or year."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from itertools import pairwise

from forecasting.core.errors import MappingNeeded
from forecasting.ingest.cells.datetext import day_of_week, fiscal, month_number, parse_date_text
from forecasting.ingest.cells.kinds import DATE, kind_of
from forecasting.ingest.meaning.naming import period_named, year_named
from forecasting.ingest.reading.table import Table
from forecasting.ingest.words.vocabulary import role_of

_SALES = frozenset(["sales", "ventes", "ventas", "verkäufe", "volume"])
_LENGTHS = ("day", "week", "month", "quarter", "half", "year")
_LONGEST = 30
_MOST_WORDS = 20  # of a header that names a period and a measure
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


def longer_periods(headers: Sequence[str]) -> list[int]:
    """The places of headers that are longer periods than the others: quarters or years among months sum these up.

    >>> longer_periods(["SKU", "Jan 2024", "Feb 2024", "Mar 2024", "Q1 2024"])
    [4]
    """
    grains = {j: _grain(header) for j, header in enumerate(headers)}
    known = {j: _LENGTHS.index(grain) for j, grain in grains.items() if grain}
    return [j for j, length in known.items() if length > min(known.values())]


def _grain(header: str) -> str:
    text = fiscal(header.strip())
    if len(text) > _LONGEST or re.fullmatch(r"(?:19|20)\d\d", text):
        return "year" if len(text) <= _LONGEST else ""
    moment, grain = parse_date_text(text)
    return grain or ("day" if moment is not None or kind_of(text) == DATE else "")


def units_across(table: Table) -> dict[int, str]:
    """The columns of units where headers name a period and a measure ("Jan 2024 Units", "2024-01_revenue", "Qty Feb-24").

    Two periods or more, each once; else empty. The other measures are left to those who ask for them.
    """
    parted = _measures_across(table)
    # "Sales" may be units, but not beside "Units": the word that says units best is taken.
    best = max((strength for _, measure, strength in parted.values() if measure == "units"), default=0.0)
    units = {j: period for j, (period, measure, strength) in parted.items() if measure == "units" and strength == best}
    return units if 1 < len(units) == len(set(units.values())) else {}


def measure_across(table: Table) -> str:
    """What all columns of periods measure, where that is one known thing ("stock" in "Stock Jan 2024"); else ""."""
    roles = {measure for _, measure, _ in _measures_across(table).values()}
    return roles.pop() if len(roles) == 1 else ""


def other_measures(table: Table) -> bool:
    """Whether a period has a measure beside its units, known or not ("Budget")."""
    return len(_measures_across(table)) > len(units_across(table)) > 0


def _measures_across(table: Table) -> dict[int, tuple[str, str, float]]:
    """Columns by number: the period that the header names, the role of its other words ("" if unknown), and how sure it is."""
    words = {j: re.split(r"[\s_]+", header.strip()) for j, header in enumerate(table.header)}
    return {j: found for j, each in words.items() if (found := _period_and_measure(each))}


def _period_and_measure(words: list[str]) -> tuple[str, str, float] | None:
    """A header taken apart into the period and the words for the measure, whichever stands first."""
    unknown = None
    for k in range(1, len(words)) if len(words) <= _MOST_WORDS else ():
        for period, measure in ((words[:k], words[k:]), (words[k:], words[:k])):
            text = day_of_week(" ".join(period))
            if (kind_of(text) == DATE or parse_date_text(text)[0] is not None) and not any(map(_is_number, measure)):
                named = role_of(" ".join(measure))
                if named:
                    # "POS Sales" may be units, but not beside "POS Qty".
                    money = bool(_SALES & {word.lower() for word in measure})
                    return text, named[0], named[1] - (0.5 if money and named[0] == "units" else 0.0)
                unknown = (text, "", 0.0)
    return unknown


def _is_number(word: str) -> bool:
    return bool(re.search(r"\d", word))


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
