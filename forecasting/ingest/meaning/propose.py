"""A table -> the Mapping that a careful person would give it, with what should be asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import polars as pl

from forecasting.core.errors import MappingNeeded
from forecasting.ingest.cells.dates import parse_dates
from forecasting.ingest.cells.kinds import BLANK, NUMBER, TEXT
from forecasting.ingest.mapping import ColumnRole, Mapping
from forecasting.ingest.meaning.across import (
    YEAR,
    only_dates_beside,
    parts_across,
    refuse_other_measure,
    sales_of_all,
    series_across,
    wide_periods,
    with_unnamed_stores,
    without_members,
)
from forecasting.ingest.meaning.columns import AMOUNTS, LEVELS
from forecasting.ingest.meaning.contents import (
    by_group,
    layout_of,
    logs_sales,
    with_content,
    with_measures,
    with_units_of_lines,
)
from forecasting.ingest.meaning.daysheets import days_across, longer_periods, month_columns, units_across
from forecasting.ingest.meaning.headings import named_roles
from forecasting.ingest.meaning.known import planned
from forecasting.ingest.meaning.looks import Look, look_at
from forecasting.ingest.meaning.measures import measure_column, units_of_goods
from forecasting.ingest.meaning.platforms import recognise
from forecasting.ingest.meaning.questions import ask_order, with_questions
from forecasting.ingest.meaning.titles import titled_column
from forecasting.ingest.reading.reader import main_table
from forecasting.ingest.reading.table import Table
from forecasting.ingest.words.products import is_total
from forecasting.ingest.words.vocabulary import plain, role_of

_PANEL_ROLES = frozenset(["name", "category", "brand", "channel", "returns", *AMOUNTS, *LEVELS])


def propose_mapping(tables: Sequence[Table]) -> Mapping:
    """Propose what the columns of the main table mean.

    Raises:
        MappingNeeded: when no column can be a date, or none can be the units sold; the sentence names the columns there are.

    Example:
        >>> from forecasting.ingest.reading.reader import read_tables
        >>> m = propose_mapping(read_tables(b"Datum;Artikel;Menge\\n01.02.2024;A1;5\\n02.02.2024;A1;4\\n", "x.csv"))
        >>> [(c.column, c.role) for c in m.columns], m.date_order
        ([('Datum', 'date'), ('Artikel', 'sku'), ('Menge', 'units')], 'DMY')
    """
    if not tables:
        raise MappingNeeded("There is no table to map: a file with a header and rows is needed.")
    return propose_for(main_table(list(tables)))


def propose_for(table: Table) -> Mapping:
    """Propose the mapping of one table."""
    columns = [look_at(table, j) for j in range(table.width)]
    if is_panel(table.header):
        return _panel_mapping(columns)
    platform = recognise(table.header)
    roles = _with_titles(table, named_roles(columns, platform))
    wide = list(units_across(table)) or wide_periods(columns) or list(days_across(table)) or list(month_columns(table))
    if wide and not only_dates_beside(columns, wide):
        refuse_other_measure(table)
        return _wide_mapping(table, columns, roles, wide)
    parts = parts_across(table, roles)
    if parts:
        return _parts_mapping(table, columns, roles, parts)
    goods = units_of_goods(table.header)
    if goods and not {role for role, _ in roles.values()} & {"sku", "name"}:
        return _across_mapping(table, columns, roles, goods)
    roles = with_measures(table, with_units_of_lines(table, roles))
    roles = with_content(table, columns, without_members(columns, roles))
    roles = with_unnamed_stores(table, columns, roles)
    if series_across(table, columns, roles):
        return _across_mapping(table, columns, roles)
    roles = by_group(table, roles)
    layout = platform.layout if platform else "orders" if logs_sales(table, columns, roles) else layout_of(roles)
    mapping = _assemble(columns, roles, layout, platform.name if platform else _generic_name(roles))
    return with_questions(table, mapping)


def _with_titles(table: Table, roles: dict[int, tuple[str, float]]) -> dict[int, tuple[str, float]]:
    """A column of titles above their rows names the SKU, where no other column does."""
    j = titled_column(table) if "sku" not in {role for role, _ in roles.values()} else None
    return roles if j is None else roles | {j: ("sku", 0.8)}


def is_panel(header: Sequence[str]) -> bool:
    """Whether a header is that of a PANEL.csv."""
    return tuple(header[:3]) == ("unique_id", "ds", "y")


def _wide_mapping(table: Table, columns: list[Look], roles: dict[int, tuple[str, float]], periods: list[int]) -> Mapping:
    longer = [periods[k] for k in longer_periods([table.header[j] for j in periods])]
    periods = [j for j in periods if j not in longer]
    sums = [*longer, *(c.index for c in columns if is_total(c.header))]
    beside = {*periods, *sums}
    # Months down and years across make a calendar of both.
    years = all(YEAR.fullmatch(table.header[j].strip()) for j in periods)
    other = {"units", "date", "revenue", "year", *(() if years else ("month",))}
    roles = {j: r for j, r in roles.items() if j not in beside and r[0] not in other}
    if "sku" not in {r for r, _ in roles.values()}:
        measures = measure_column(table)
        rest = [
            c
            for c in columns
            if c.index not in beside
            and c.index != measures
            and roles.get(c.index, ("",))[0] in ("", "name", "line_id")
            and c.kind != BLANK
        ]
        if rest:
            # Numbers behind the periods sum them up, whatever they are called, and are no codes.
            before = [c for c in rest if c.kind != NUMBER or c.index < periods[0]] or rest
            chosen = max(before, key=lambda c: (roles.get(c.index, ("",))[0] == "", c.distinct, -c.index))
            roles[chosen.index] = ("sku", 0.7)
        elif not years:
            roles = by_group(table, roles)
    roles |= dict.fromkeys(periods, ("period", 0.9)) | dict.fromkeys(sums, ("ignore", 0.9))
    mapping = _assemble(columns, roles, "wide", "pivot table", unknown="attribute")
    order = parse_dates(pl.Series([table.header[j] for j in periods]))
    return ask_order(replace(mapping, date_order=order.order), order.ambiguous, table.header[periods[0]])


def _parts_mapping(table: Table, columns: list[Look], roles: dict[int, tuple[str, float]], parts: list[int]) -> Mapping:
    kept = {j: r for j, r in roles.items() if j not in parts and r[0] not in ("units", "revenue", "time", "day", "week")}
    kept |= {c.index: ("ignore", 0.9) for c in columns if is_total(c.header)} | dict.fromkeys(parts, ("period", 0.9))
    return with_questions(table, _assemble(columns, kept, "wide", "pivot table", unknown="attribute"))


def _across_mapping(
    table: Table, columns: list[Look], roles: dict[int, tuple[str, float]], units: Collection[int] = ()
) -> Mapping:
    """Dates down and SKUs across; `units` are the columns of units where each SKU has several columns."""
    roles = {j: r for j, r in roles.items() if not is_total(columns[j].header)}
    added = sales_of_all(table, columns)
    kept = {
        j: r
        for j, r in roles.items()
        if r[0] in ("date", "year", "month", "time", "channel") or (r[1] > 0.55 and columns[j].kind != NUMBER)
    }
    kept |= {} if added is None else {added: ("ignore", 0.9)}
    free = [c for c in columns if c.index not in kept and c.kind in (NUMBER, BLANK) and c.header.strip()]
    kept |= {c.index: ("series", 0.8) if c.index in units or not units else ("ignore", 0.8) for c in free}
    mapping = _assemble(columns, kept, "wide", "pivot table")
    return with_questions(table, mapping)


def _generic_name(roles: dict[int, tuple[str, float]]) -> str:
    return "order lines" if "order" in {r for r, _ in roles.values()} else "table"


def _assemble(
    columns: list[Look], roles: dict[int, tuple[str, float]], layout: str, platform: str, unknown: str = ""
) -> Mapping:
    found = []
    for column in columns:
        role, sure = roles.get(column.index, ("", 0.4))
        if not role:
            role = _role_of_unknown(column, layout, unknown)
        found.append(ColumnRole(column.header, role, column.samples, round(sure, 2)))
    return Mapping(tuple(found), layout=layout, platform=platform)


def _role_of_unknown(column: Look, layout: str, unknown: str) -> str:
    if column.kind == BLANK or not column.header.strip() or layout == "orders":
        return "ignore"
    named = role_of(column.header)
    if named and named[0] in ("sku", "name") and not planned(column.header):
        return "attribute"  # a second code is a code, however much it looks like a number
    if unknown:
        return unknown if column.kind == TEXT else "ignore"
    return (
        "regressor"
        if (column.kind == NUMBER and plain(column.header) not in ("index", "unnamed: 0")) or planned(column.header)
        else "attribute"
        if column.kind == TEXT
        else "ignore"
    )


def _panel_mapping(columns: list[Look]) -> Mapping:
    first = {0: "sku", 1: "date", 2: "units"}
    found = tuple(ColumnRole(c.header, first.get(c.index) or _panel_role(c), c.samples) for c in columns)
    return Mapping(found, layout="panel", platform="Shelfcast panel", absent="missing")


def _panel_role(column: Look) -> str:
    """Columns of a panel carry the names of their roles; words describe, other numbers are regressors."""
    if column.header in _PANEL_ROLES:
        return column.header
    return "attribute" if column.kind == TEXT else "regressor"
