"""Which columns of a table are periods, parts of periods, or SKUs of their own: what stands across and not down."""

from __future__ import annotations

import re
from collections.abc import Sequence

from forecasting.core.errors import MappingNeeded
from forecasting.ingest.cells.calendars import days_of_year, short_days, weeks_across
from forecasting.ingest.cells.datetext import PERIOD_OF_YEAR, day_of_week, fiscal, parse_date_text
from forecasting.ingest.cells.kinds import BLANK, DATE, NUMBER, TEXT, kind_of
from forecasting.ingest.meaning.arithmetic import summing_column
from forecasting.ingest.meaning.daysheets import measure_across
from forecasting.ingest.meaning.headings import SIX_DIGITS, says_sales
from forecasting.ingest.meaning.looks import Look
from forecasting.ingest.meaning.naming import period_named
from forecasting.ingest.meaning.within import hours_across, stores_across, weekdays_across
from forecasting.ingest.reading.table import Table
from forecasting.ingest.words.products import is_total
from forecasting.ingest.words.vocabulary import role_of

YEAR = re.compile(r"(?:19|20)\d\d")
_PERIOD = re.compile(r"(?:d|day|t|w|week|m|month|period|p|wk|kw|第)[_\s-]?\d{1,4}(?:周|月|天|期)?", re.IGNORECASE)
_NO_SALES = frozenset(["stock", "price", "list_price", "cost", "discount", "visitors", "page_views", "conversion", "returns"])
_PAIR = re.compile(r"\d{1,2}[-/.]\d{1,2}\.?")  # a day of a year, or a code such as "1-7"
_LONGEST_DAY = 16
_FEW_DATES = 0.2  # the share of columns that dates across have at least
_MANY = 0.4  # and other periods
_BY_WORD = 0.65  # a header that only holds a known word is no surer than this
_MONTH_AND_YEAR = re.compile(r"[^\W\d_]{3,12}\.?[\s\-/.']*(?:\d\d|\d{4})")
_MEMBERS = frozenset(["sku", "name", "variant", "channel", "category", "brand"])


def wide_periods(columns: list[Look]) -> list[int]:
    """Columns whose headers are periods: a table with periods across."""
    heads = [c.header for c in columns]
    named = (
        weeks_across(heads)
        or _days_without_year(heads)
        or [c.index for c in columns if _is_period(c.header)]
        or short_days(heads)
    )
    years = all(YEAR.fullmatch(columns[j].header.strip()) for j in named)
    # Two dates over numbers are periods too, and so are no more than that of numbered columns.
    dates = all(kind_of(columns[j].header) == DATE and columns[j].kind in (NUMBER, BLANK) for j in named)
    if dates and len(named) == 1 and _names_goods_beside(columns, named[0]):
        return named
    share = _FEW_DATES if dates and len(named) > 2 else _MANY
    return named if len(named) >= (2 if years or dates else 3) and len(named) >= share * len(columns) else []


def _names_goods_beside(columns: list[Look], period: int) -> bool:
    """Whether all other columns hold words, and one is headed as a product: then a single date heads its sales."""
    others = [c for c in columns if c.index != period]
    named = {(role_of(c.header) or ("",))[0] for c in others}
    return bool(named & {"sku", "name"}) and all(c.kind in (TEXT, BLANK) for c in others)


def _days_without_year(headers: Sequence[str]) -> list[int]:
    """The places of headers that are days of a year that they do not name."""
    places = [j for j, header in enumerate(headers) if re.search(r"\d", header) and len(header) <= _LONGEST_DAY]
    days = days_of_year([headers[j] for j in places])
    return places if days else []


def only_dates_beside(columns: list[Look], wide: list[int]) -> bool:
    """Whether numbered columns ("P1", "W2", "202301") stand beside dates only: then they are SKUs, and the dates run down."""
    numbered = (_PERIOD, SIX_DIGITS, _PAIR)
    counted = all(any(form.fullmatch(columns[j].header.strip()) for form in numbered) for j in wide)
    beside = [c for c in columns if c.index not in wide and c.kind != BLANK and not is_total(c.header)]
    return counted and bool(beside) and all(c.kind == DATE for c in beside)


def _is_period(header: str) -> bool:
    text = fiscal(day_of_week(header.strip()))
    if not text or len(text) > 30:
        return False
    if (
        kind_of(text) == DATE
        or _PERIOD.fullmatch(text)
        or re.fullmatch(r"(19|20)\d\d|(19|20)\d\d(0[1-9]|1[0-2])|(19|20)\d{6}", text)
    ):
        return not re.fullmatch(r"\d{1,2}:\d{2}.*", text)
    named = parse_date_text(text)
    if named[1] == "month" and (_MONTH_AND_YEAR.fullmatch(text) or PERIOD_OF_YEAR.fullmatch(text)):
        return True
    return re.fullmatch(r"[34]\d{4}(\.0)?", text) is not None or (named[0] is not None and kind_of(text) != TEXT)


def refuse_other_measure(table: Table) -> None:
    """Stock or prices across are no sales."""
    measure = measure_across(table)
    if measure in _NO_SALES:
        what = measure.replace("_", " ")
        raise MappingNeeded(
            f"{table.name} holds the {what} of each period across, and no units sold: "
            "import the table with the units of each period"
        )


def parts_across(table: Table, roles: dict[int, tuple[str, float]]) -> list[int]:
    """Columns of hours, weekdays or stores beside a column of dates, in a table that names no units of its own."""
    have = {role for j, (role, strength) in roles.items() if strength > _BY_WORD and not is_total(table.header[j])}
    if "date" not in have or have & {"units", "revenue"}:
        return []
    return list(hours_across(table) or weekdays_across(table) or stores_across(table))


def without_members(columns: list[Look], roles: dict[int, tuple[str, float]]) -> dict[int, tuple[str, float]]:
    """ "SKU-1", "SKU-2", ... over numbers beside a date are the SKUs themselves, and none is the column of codes."""
    numbers = [c for c in columns if c.kind == NUMBER and not is_total(c.header)]
    sold = any(r in ("units", "revenue") and s > _BY_WORD and not is_total(columns[j].header) for j, (r, s) in roles.items())
    dated = "date" in {r for r, _ in roles.values()} or any(c.kind == DATE for c in columns)
    if sold or not dated:
        return roles
    named = {c.index: found[0] for c in numbers if (found := role_of(c.header)) and found[1] <= _BY_WORD}
    named = {j: role for j, role in named.items() if role in _MEMBERS}
    several = {role for role in named.values() if list(named.values()).count(role) > 1}
    return {j: r for j, r in roles.items() if named.get(j) not in several}


def with_unnamed_stores(table: Table, columns: list[Look], roles: dict[int, tuple[str, float]]) -> dict[int, tuple[str, float]]:
    """Words without a heading, beside nothing but numbers under codes, on a day that a name says: they are stores."""
    words = [c for c in columns if c.kind == TEXT and not c.header.strip()]
    numbers = [c for c in columns if c.kind == NUMBER and c.header.strip()]
    if len(words) != 1 or len(words) + len(numbers) < len(columns) or len(numbers) < 2 or period_named(table) is None:
        return roles
    known = any(role_of(c.header) for c in numbers)
    return roles if known else {words[0].index: ("channel", 0.6)}


def series_across(table: Table, columns: list[Look], roles: dict[int, tuple[str, float]]) -> bool:
    """Dates down and SKUs across: one date, no SKU column, and several number columns without a known word."""
    have = {r for r, _ in roles.values()}
    strong = {
        r
        for j, (r, s) in roles.items()
        if s > 0.55 and r not in ("date", "year", "month", "week", "day", "time") and not is_total(columns[j].header)
    }
    numbers = [c for c in columns if c.kind == NUMBER and (c.index not in roles or roles[c.index][1] <= 0.5)]
    # "Weekly_Sales" in money beside the weather and the price of fuel: all of them are facts of one series.
    sold = any(r in ("units", "revenue") and says_sales(columns[j].header) for j, (r, _) in roles.items())
    sold = sold and sales_of_all(table, columns) is None
    if have & {"sku", "name"} or strong & {"units", "revenue"} or sold or len(numbers) < 2:
        return False
    # Stores down and SKUs across, one day in each table: only where no heading names anything else that is counted.
    of_stores = "channel" in have and all(role_of(c.header) is None for c in numbers) and period_named(table) is not None
    return "date" in have or {"year", "month"} <= have or of_stores


def sales_of_all(table: Table, columns: list[Look]) -> int | None:
    """The column of sales that adds up all other numbers of its row, those of the SKUs; None where none does."""
    numbers = [c for c in columns if c.kind == NUMBER]
    sums = [c.index for c in numbers if says_sales(c.header)]
    return summing_column(table, [c.index for c in numbers if c.index not in sums], sums) if sums else None
