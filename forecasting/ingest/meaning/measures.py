"""Tables with a column that says what each number counts: "Units" on one row, "Revenue" on the next."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from forecasting.ingest.mapping import Mapping
from forecasting.ingest.meaning.columns import clean_text
from forecasting.ingest.reading.table import Table
from forecasting.ingest.words.products import is_total
from forecasting.ingest.words.vocabulary import names_role, role_of

# Numbers that add up from row to row.
RUNNING = re.compile(r"\b(?:cumul\w*|running|ytd|mtd|to[ -]date|kumuliert\w*|acumulad\w*)\b|累计", re.IGNORECASE)
NOT_UNITS = "a row of another measure, not of units"
PLANNED = "a planned or forecast number, not a sale"
_PLANNED = (
    r"(?i)^\s*(?:sales |demand )?(?:forecast(?:ed|s)?|fcst|budget(?:ed)?|plan(?:ned|s)?|targets?|goals?|projections?|projected"
    r"|estimates?|soll|prognose|prévisions?|objectif|previsión|presupuesto|previsione|预测|计划|目标|预算)"
    r"(?: (?:units|qty|quantity|sales|volume))?\s*$"
)
_ACTUAL = (
    r"(?i)^\s*(?:actuals?|ist|real|réel|réalisé|realizado|reale|history|historical|sold|effective|实际|实绩)"
    r"(?: (?:units|qty|quantity|sales|volume))?\s*$"
)
_WITHOUT_PLANS = frozenset(["date", "sku", "units", "revenue", "period", "order", "name"])
_SALES = "sales"
_MOST_MEASURES = 12
_COUNTED = frozenset(
    ["units", "revenue", "price", "stock", "returns", "discount", "cost", "orders", "refund", "tax", "visitors", "page_views"]
)
_WITHOUT_MEASURE = frozenset(["date", "sku", "units", "revenue", "period", "order", "status", "channel"])


def measure_column(table: Table) -> int | None:
    """The column whose few words are all names of measures, one of them the units; None for other tables.

    Example:
        >>> from forecasting.ingest.reading.reader import read_tables
        >>> rows = [f"A,2024-01-0{d},{what},{d}" for d in (1, 2, 3) for what in ("Units", "Revenue")]
        >>> measure_column(read_tables("\\n".join(["SKU,Date,Metric,Value", *rows]).encode(), "a.csv")[0])
        2
    """
    return next((j for j in range(table.width) if _names_measures(table.column(j))), None)


def other_measures_rows(table: Table, mapping: Mapping) -> pl.Series | None:
    """Rows of measures other than units; None where no column names measures."""
    j = measure_column(table)
    if j is None or mapping.columns[j].role in _WITHOUT_MEASURE:
        return None
    return ~clean_text(table.column(j)).is_in(_units_words(table.column(j)))


def planned_rows(table: Table, mapping: Mapping) -> pl.Series | None:
    """Rows of plans and forecasts, where a column tells them from what was really sold; None for other tables.

    Example:
        >>> from forecasting.ingest import propose_mapping, read_tables
        >>> rows = [f"A,2024-01-0{d},{what},{d}" for d in (1, 2) for what in ("Actual", "Budget")]
        >>> tables = read_tables("\\n".join(["SKU,Date,Version,Units", *rows]).encode(), "a.csv")
        >>> planned_rows(tables[0], propose_mapping(tables)).to_list()
        [False, True, False, True]
    """
    for j in range(table.width):
        if mapping.columns[j].role not in _WITHOUT_PLANS and _tells_plans(table.column(j)):
            return clean_text(table.column(j)).str.contains(_PLANNED)
    return None


def _tells_plans(column: pl.Series) -> bool:
    # The head tells most columns apart at once, so that large ones are not looked through.
    if not _plans_or_actuals(column.head(100).unique()).all():
        return False
    words = clean_text(column.unique())
    planned = words.str.contains(_PLANNED)
    return bool(planned.any() and not planned.all() and _plans_or_actuals(words).all())


def _plans_or_actuals(words: pl.Series) -> pl.Series:
    return words.str.contains(_PLANNED) | words.str.contains(_ACTUAL)


def units_of_goods(header: Sequence[str]) -> dict[int, str]:
    """The columns of units, with the name of what they count, where every one of several goods has columns of its own.

    >>> units_of_goods(("Date", "A1 Units", "A1 Price", "B2 Units", "B2 Price"))
    {1: 'A1', 3: 'B2'}
    """
    found = {j: parts for j, name in enumerate(header) if (parts := _good_and_measure(name))}
    if "units" in {measure for _, measure in found.values()}:
        # "Sales" may be units, but not beside "Units".
        found = {j: (good, "revenue" if measure == _SALES else measure) for j, (good, measure) in found.items()}
    measures = {good: [measure for each, measure in found.values() if each == good] for good, _ in found.values()}
    units = "units" if any("units" in each for each in measures.values()) else _SALES
    alike = len({tuple(sorted(each)) for each in measures.values()}) == 1
    if len(measures) < 2 or not alike or any(len(each) < 2 or each.count(units) != 1 for each in measures.values()):
        return {}
    return {j: good for j, (good, measure) in found.items() if measure == units}


def _good_and_measure(header: str) -> tuple[str, str] | None:
    """A heading as the name of a thing and what is measured of it, which stands at either end."""
    words = re.split(r"[\s_]+", header.strip())
    for good, measure in ((words[:-1], words[-1]), (words[1:], words[0])):
        role = role_of(measure) if names_role(measure) else None
        name = " ".join(good)
        if name and role and role[0] in _COUNTED and role_of(name) is None and not is_total(name):
            return name, _SALES if measure.lower() == _SALES else role[0]
    return None


def _names_measures(column: pl.Series) -> bool:
    # The head tells most columns apart at once, so that large ones are not counted through.
    if column.head(100).n_unique() > _MOST_MEASURES or not 1 < column.n_unique() <= _MOST_MEASURES:
        return False
    words = [word for word in clean_text(column).unique().to_list() if word]
    roles = {(role_of(word) or ("",))[0] for word in words if names_role(word)}
    money = len(roles) > 1 or (len(words) > 1 and any(word.lower() == _SALES for word in words))
    return all(names_role(word) for word in words) and "units" in roles and money and roles <= _COUNTED


def _units_words(column: pl.Series) -> list[str]:
    """The word that says units best, of those that do: "Sales" is money beside "Units"."""
    named = {word: found for word in clean_text(column).unique().to_list() if (found := role_of(word)) and found[0] == "units"}
    best = max(strength for _, strength in named.values())
    return [word for word, (_, strength) in named.items() if strength == best]
