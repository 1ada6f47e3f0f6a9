"""Pivot tables -> sales facts: periods across, or SKUs across."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from forecasting.core.errors import MappingNeeded
from forecasting.ingest.cells.calendars import counted, weeks_in_digits
from forecasting.ingest.cells.dates import HALF_YEARS, Dates, parse_dates
from forecasting.ingest.cells.datetext import fiscal, month_number
from forecasting.ingest.cells.numbers import parse_numbers
from forecasting.ingest.mapping import Mapping
from forecasting.ingest.meaning.columns import ColumnReader, clean_text, is_group_total, is_total_cell, named_columns
from forecasting.ingest.meaning.daysheets import (
    days_across,
    longer_periods,
    measure_across,
    months_across,
    other_measures,
    units_across,
)
from forecasting.ingest.meaning.measures import NOT_UNITS, PLANNED, other_measures_rows, planned_rows, units_of_goods
from forecasting.ingest.meaning.moments import in_named_year, note_periods, read_dates
from forecasting.ingest.meaning.naming import year_named
from forecasting.ingest.meaning.within import hours_across, moments_across, stores_across, weekdays_across
from forecasting.ingest.reading.table import Table
from forecasting.ingest.sales.checks import NOT_CHOSEN
from forecasting.ingest.sales.facts import NO_CODE, Facts, one_series, say_if_group
from forecasting.ingest.sales.subtotals import summing_rows
from forecasting.ingest.words.products import is_total, not_a_product
from forecasting.ingest.words.vocabulary import names_role, role_of

_MONTHS = tuple(str(k) for k in range(1, 13))
_WEEK_ALONE = re.compile(r"(?:w|kw|wk|cw|week|woche|semaine|semana|第)[_\s.-]?(\d{1,2})[周週]?", re.IGNORECASE)
_SCHEMA = {"line": pl.UInt32, "column": pl.String, "value": pl.String, "reason": pl.String}
_FEWEST_IN_GROUPS = 3
_MOSTLY_BLANK = 0.3
_LAST_WEEK = 53


def extract_wide(table: Table, mapping: Mapping) -> Facts:
    """Read a pivot table as sales facts, one per filled cell; blank cells stay missing (null), they are not zero."""
    if not mapping.indices("period"):
        return _series_across(table, mapping)
    return _periods_across(table, mapping) if mapping.index("date") is None else _parts_across(table, mapping)


def _parts_across(table: Table, mapping: Mapping) -> Facts:
    """Dates down, and across the hours of a day, the days of a week, or stores."""
    issues: list[str] = []
    j = mapping.index("date") or 0
    found = parse_dates(table.column(j), mapping.date_order or None)
    sku, name = _key(table, mapping, "sku"), _key(table, mapping, "name")
    sku = sku if sku is not None else name if name is not None else one_series(table, issues)
    sku, rejects = _checked_rows(table, mapping, sku, name)
    undated = found.values.is_null() & ~table.lines.is_in(rejects["line"].implode())
    rejects = pl.concat([rejects, _undated(table, j, undated)])
    keep = ~table.lines.is_in(rejects["line"].implode())
    dates = found.values.filter(keep)
    stores = {} if hours_across(table) or weekdays_across(table) else stores_across(table)
    moments = dict.fromkeys(stores, dates) if stores else moments_across(_kept(table, keep), dates, table.header[j])
    attributes = _attributes(table, mapping, keep)
    frames, bad = [], []
    for k in [k for k in mapping.indices("period") if k in moments]:
        numbers = parse_numbers(table.column(k), mapping.decimal or None, _hint(table))
        bad.append(_bad_cells(table, k, numbers.bad & keep))
        cells = _cells(table.lines.filter(keep), sku.filter(keep), None, numbers.values.filter(keep))
        of_store = {"channel": pl.Series([stores[k]]).new_from_index(0, cells.height)} if stores else {}
        frames.append(cells.with_columns(ds=moments[k], **{**attributes, **of_store}))
    grain = "" if hours_across(table) or weekdays_across(table) else found.grain
    facts = pl.concat(frames)
    return Facts(facts, pl.concat([rejects, *bad]), table.height, tuple(issues), found.order, grain, tuple(table.header))


def _kept(table: Table, keep: pl.Series) -> Table:
    return replace(table, cells=table.cells.filter(keep), lines=table.lines.filter(keep))


@dataclass(frozen=True)
class _Periods:
    """The columns that stand for periods: where they are, how they are called, and when each begins (None for no period)."""

    columns: list[int]
    labels: list[str]
    dates: list[object]
    grain: str
    order: str

    def dated(self) -> list[tuple[int, object]]:
        """The columns that are periods, each with its date."""
        return [(j, date) for j, date in zip(self.columns, self.dates, strict=True) if date is not None]


def _periods_across(table: Table, mapping: Mapping) -> Facts:
    """SKUs down, or SKUs and months, and periods across."""
    issues: list[str] = []
    periods = _periods_of(table, mapping, issues)
    _refuse_on_its_side(table, mapping)
    months = _months_down(table, mapping)
    sku, name = _keys(table, mapping, months, issues)
    sku, rejects = _checked_rows(table, mapping, sku, name)
    rejects = _with_subtotals(table, mapping, sku, rejects)
    keep = ~table.lines.is_in(rejects["line"].implode())
    if months is not None:
        undated = keep & (months == 0)
        rejects = pl.concat([rejects, _undated(table, mapping.indices("month")[0], undated)])
        keep = keep & ~undated
    attributes = _attributes(table, mapping, keep)
    frames, bad = [], []
    for j, moment in periods.dated():
        found = parse_numbers(table.column(j), mapping.decimal or None, _hint(table))
        bad.append(_bad_cells(table, j, found.bad & keep))
        values = found.values.filter(keep)
        cells = _cells(table.lines.filter(keep), sku.filter(keep), moment, values).with_columns(**attributes)
        frames.append(cells if months is None else _in_months(cells, months.filter(keep)))
    grain = periods.grain if months is None else "month"
    rejects = pl.concat([rejects, *bad])
    return Facts(pl.concat(frames), rejects, table.height, tuple(issues), periods.order, grain, tuple(periods.labels))


def _periods_of(table: Table, mapping: Mapping, issues: list[str]) -> _Periods:
    columns = mapping.indices("period")
    note_periods(pl.Series([table.header[j] for j in columns]), table.name, issues)
    days = days_across(table) or months_across(table) or units_across(table)
    labels = [days.get(j, table.header[j]) for j in columns]
    labels = [fiscal(label) for label in in_named_year(pl.Series(labels), table, issues)]
    _say_what_is_across(table, mapping, issues)
    dates, grain, order = _period_dates(_weeks_of_year(labels, table, issues), mapping, issues)
    skipped = [label for label, date in zip(labels, dates, strict=True) if date is None]
    if skipped:
        issues.append(f"columns that are no periods were left out: {', '.join(map(repr, skipped[:5]))}")
    return _Periods(columns, labels, dates, grain, order)


def _say_what_is_across(table: Table, mapping: Mapping, issues: list[str]) -> None:
    longer = [table.header[j] for j in longer_periods(table.header) if mapping.columns[j].role == "ignore"]
    if longer:
        issues.append(f"columns of longer periods sum others up and were left out: {', '.join(map(repr, longer[:5]))}")
    if measure_across(table) == "revenue":
        issues.append("there is no column of units; the amounts across are forecast instead")
    if other_measures(table):
        issues.append("each period has several measures; only the units are used")


def _keys(table: Table, mapping: Mapping, months: pl.Series | None, issues: list[str]) -> tuple[pl.Series, pl.Series | None]:
    """The SKU of each row and its name; the months alone, years across, are those of one series."""
    sku, name = _key(table, mapping, "sku"), _key(table, mapping, "name")
    if sku is not None:
        say_if_group(mapping, issues)
        return sku, name
    if name is not None:
        return name, name
    if months is not None:
        return one_series(table, issues), _key(table, mapping, "month")
    raise MappingNeeded(
        f"{table.name} has periods across but no column that names the SKU of each row; choose it in the mapping"
    )


def _refuse_on_its_side(table: Table, mapping: Mapping) -> None:
    """A tidy table that was turned: its headings stand in its first column, and its dates come again and again across."""
    j = mapping.index("sku")
    names = [] if j is None else [role_of(word) for word in clean_text(table.column(j)).to_list() if names_role(word)]
    headings = {found[0] for found in names if found}
    if j is not None and (role_of(table.header[j]) or ("",))[0] == "date" and headings & {"sku", "name", "units"}:
        raise MappingNeeded(
            f"{table.name} lies on its side: its headings stand in the column {table.header[j]!r}; "
            "turn it (copy it and paste it transposed), so that each row is a sale"
        )


def _weeks_of_year(labels: list[str], table: Table, issues: list[str]) -> list[str]:
    """ "KW01", "W2", ... with the year that the sheet, a title or the file names, where one does; "202448" as a week."""
    if (dated := weeks_in_digits(pl.Series(labels))) is not None:
        return dated.to_list()
    weeks = [_WEEK_ALONE.fullmatch(label.strip()) for label in labels]
    numbers = {int(week.group(1)) for week in weeks if week}
    # Counters begin at 0 or go beyond a year; weeks of a calendar must not be laid on a year that nobody meant.
    if not all(weeks) or not all(1 <= number <= _LAST_WEEK for number in numbers):
        return labels
    year = year_named(table)
    if year is None:
        raise MappingNeeded(
            f"{table.name} has the weeks {labels[0]!r}, ... across, but no year: put it into the name of the file or sheet, "
            "such as 'sales 2024.xlsx', or write '2024-W01' in the header"
        )
    issues.append(f"the year {year} was read from the name of the sheet or file, or from a title")
    return [f"{year}-W{int(week.group(1)):02d}" for week in weeks if week]


def _months_down(table: Table, mapping: Mapping) -> pl.Series | None:
    """The month of each row of a table with years across, 0 where it names none; None for other tables."""
    j = mapping.index("month")
    if j is None:
        return None
    return pl.Series([month_number(c) or (int(c) if c in _MONTHS else 0) for c in clean_text(table.column(j)).to_list()])


def _in_months(cells: pl.DataFrame, months: pl.Series) -> pl.DataFrame:
    """Cells of a year, each moved to its month."""
    return cells.with_columns(pl.col("ds").dt.offset_by(pl.lit((months - 1).cast(pl.String) + "mo")))


def _key(table: Table, mapping: Mapping, role: str) -> pl.Series | None:
    """A key column; merged cells leave blanks below a name, which stands for them too."""
    j = mapping.index(role)
    if j is None:
        return None
    return clean_text(table.column(j))


def _hint(table: Table) -> str:
    return "," if table.delimiter == ";" else "."


def _period_dates(labels: list[str], mapping: Mapping, issues: list[str]) -> tuple[list[object], str, str]:
    found = parse_dates(pl.Series(labels), mapping.date_order or None)
    values = found.values.to_list()
    if sum(v is not None for v in values) >= 0.5 * len(labels):
        if found.grain == "half":
            issues.append(HALF_YEARS)
        if found.ambiguous:
            issues.append(
                f"the dates across can be read day first or month first; {found.order} was taken: confirm or change it"
            )
        return (
            list(values),
            found.grain or ("year" if all(re.fullmatch(r"(19|20)\d\d", x.strip()) for x in labels) else ""),
            found.order,
        )
    years = [re.fullmatch(r"\s*((?:19|20)\d\d)(?:\.0)?\s*", x) for x in labels]
    if sum(m is not None for m in years) >= 0.5 * len(labels):
        typed = pl.Series([f"{m.group(1)}-01-01" if m else None for m in years]).str.to_datetime("%Y-%m-%d", time_unit="us")
        return list(typed.to_list()), "year", ""
    return counted(labels, issues)


def _checked_rows(table: Table, mapping: Mapping, sku: pl.Series, name: pl.Series | None) -> tuple[pl.Series, pl.DataFrame]:
    """Rows that are no SKU: totals, postage, rows without a key. A blank key under a filled one is a merged cell."""
    groups, said = _group_totals(table, mapping)
    blank = (sku == "") & ~groups
    if blank.any() and blank.mean() > _MOSTLY_BLANK:  # type: ignore[operator]
        sku = sku.zip_with(~blank, sku.set(sku == "", None).forward_fill().fill_null(""))
    reasons: list[str | None] = []
    names = name.to_list() if name is not None else [""] * len(sku)
    others = other_measures_rows(table, mapping)
    plans = planned_rows(table, mapping)
    counts, planned = ([False] * len(sku) if rows is None else rows.to_list() for rows in (others, plans))
    for code, words, total, other, plan in zip(sku.to_list(), names, groups.to_list(), counts, planned, strict=True):
        if other or plan:
            reasons.append(NOT_UNITS if other else PLANNED)
        elif total or is_total(code) or is_total(words):
            reasons.append("a totals row, not a sale")
        elif not code or code in NO_CODE:
            reasons.append("no SKU")
        else:
            what = not_a_product(code, words)
            reasons.append(f"not a product: {what}" if what else None)
    reasons = _not_chosen(table, mapping, reasons)
    bad = pl.Series([r is not None for r in reasons], dtype=pl.Boolean)
    column = mapping.role("sku") or mapping.role("name") or ""
    rejects = pl.DataFrame(
        {
            "line": table.lines.filter(bad),
            "column": pl.Series([table.header[j] if j >= 0 else column for j in said.to_list()], dtype=pl.String).filter(bad),
            "value": _said_in(table, said, sku).filter(bad),
            "reason": [r for r in reasons if r],
        },
        schema=_SCHEMA,
    )
    return sku.alias("sku"), rejects


def _group_totals(table: Table, mapping: Mapping) -> tuple[pl.Series, pl.Series]:
    """Rows that a key cell names as the sum of a group, or of all, and the place of the column that says so (else -1)."""
    said = pl.Series([-1]).new_from_index(0, table.height)
    for role in ("sku", "name", "category", "brand"):
        j = mapping.index(role)
        if j is not None:
            sums = is_group_total(table.column(j)) | is_total_cell(table.column(j))
            said = said.set(sums & (said < 0), j)
    return said >= 0, said


def _said_in(table: Table, places: pl.Series, otherwise: pl.Series) -> pl.Series:
    """The cell of each row in the column at its place; where there is none, another text."""
    found = otherwise
    for j in places.unique().to_list():
        found = found if j < 0 else found.zip_with(places != j, table.column(j))
    return found


def _with_subtotals(table: Table, mapping: Mapping, sku: pl.Series, rejects: pl.DataFrame) -> pl.DataFrame:
    """The rows set aside, and those that sum up the rows around them: categories above their SKUs count every unit twice."""
    left = ~table.lines.is_in(rejects["line"].implode())
    if int(left.sum()) < _FEWEST_IN_GROUPS:
        return rejects
    columns = [
        parse_numbers(table.column(j).filter(left), mapping.decimal or None, _hint(table)).values.to_numpy()
        for j in mapping.indices("period")
    ]
    sums = summing_rows(np.column_stack(columns).astype(float))
    found = pl.DataFrame({"line": table.lines.filter(left), "value": sku.filter(left)}).filter(pl.Series(sums))
    reason = pl.lit("a totals row, not a sale: it sums up the rows of its group")
    more = found.select(
        "line", pl.lit(mapping.role("sku") or mapping.role("name") or "").alias("column"), "value", reason.alias("reason")
    )
    return pl.concat([rejects, more.cast(_SCHEMA)]) if more.height else rejects  # type: ignore[arg-type]


def _not_chosen(table: Table, mapping: Mapping, reasons: list[str | None]) -> list[str | None]:
    """The reasons, with one for the rows of channels or stores that the user left out."""
    channel = _key(table, mapping, "channel")
    if channel is None or not mapping.chosen:
        return reasons
    return [reason or (None if shop in mapping.chosen else NOT_CHOSEN) for reason, shop in zip(reasons, channel, strict=True)]


def _bad_cells(table: Table, index: int, bad: pl.Series) -> pl.DataFrame:
    count = int(bad.sum())
    return pl.DataFrame(
        {
            "line": table.lines.filter(bad),
            "column": [table.header[index]] * count,
            "value": table.column(index).filter(bad),
            "reason": ["this cell is no number; it counts as missing"] * count,
        },
        schema=_SCHEMA,
    )


def _cells(lines: pl.Series, sku: pl.Series, moment: object, values: pl.Series) -> pl.DataFrame:
    sold = pl.when(values.is_null()).then(None).otherwise(values.clip(lower_bound=0))
    back = pl.when(values < 0).then(-values).otherwise(0.0)
    return pl.select(line=lines, sku=sku, ds=pl.lit(moment, dtype=pl.Datetime("us")), sold=sold, returned=back.fill_null(0.0))


def _attributes(table: Table, mapping: Mapping, keep: pl.Series) -> dict[str, pl.Series]:
    found: dict[str, pl.Series] = {}
    for role in ("name", "category", "brand", "channel"):
        column = _key(table, mapping, role)
        if column is not None:
            found[role] = _of_group(column.filter(keep)) if role in ("category", "brand") else column.filter(keep)
    for j, label in named_columns(table, mapping, "attribute").items():
        found[f"a:{label}"] = clean_text(table.column(j)).filter(keep)
    return found


def _of_group(column: pl.Series) -> pl.Series:
    """Groups that a pivot table names once, on the first of their rows, on all of their rows; else as they are."""
    blank = column == ""
    named = column.filter(~blank)
    few = len(named) < (1 - _MOSTLY_BLANK) * len(column)
    outline = few and len(named) > 1 and not blank[0] and bool(named.is_unique().all())
    return column.set(blank, None).forward_fill() if outline else column


def _undated(table: Table, index: int, bad: pl.Series) -> pl.DataFrame:
    """The rows without a day of sales, and why: totals are told from what is no date."""
    column = table.column(index).filter(bad)
    totals = [word for word in column.unique().to_list() if is_total(word)]
    sums = column.is_in(totals) if totals else pl.Series([False]).new_from_index(0, len(column))
    return pl.DataFrame({"line": table.lines.filter(bad), "value": column, "sums": sums}).select(
        "line",
        pl.lit(table.header[index]).alias("column"),
        "value",
        pl.when("sums")
        .then(pl.lit("a totals row, not a sale"))
        .otherwise(pl.lit("no date, or not one that can be a day of sales"))
        .alias("reason"),
    )


def _series_across(table: Table, mapping: Mapping) -> Facts:
    """Dates down, a column for each SKU: turned, then read as periods down."""
    found, rejects, issues = _dates_down(table, mapping)
    bad = table.lines.is_in(rejects["line"].implode())
    attributes = _attributes(table, mapping, ~bad)
    frames, wrong = [], []
    goods = units_of_goods(table.header)
    if goods:
        issues.append("each SKU has columns of its own; those of units were taken, and not those of money or prices")
    for k in mapping.indices("series"):
        label = goods.get(k, table.header[k]).strip()
        if is_total(label):
            issues.append(f"the column {label!r} sums the others up and was left out")
            continue
        numbers = parse_numbers(table.column(k), mapping.decimal or None, _hint(table))
        wrong.append(_bad_cells(table, k, numbers.bad & ~bad))
        sku = pl.Series([label]).new_from_index(0, int((~bad).sum()))
        frame = _cells(table.lines.filter(~bad), sku, None, numbers.values.filter(~bad)).with_columns(
            ds=found.values.filter(~bad), **attributes
        )
        frames.append(frame)
    if not frames:
        raise MappingNeeded(f"{table.name} has no column of sales beside the dates; choose one in the mapping")
    rejects = pl.concat([rejects, *wrong])
    return replace(
        Facts(pl.concat(frames), rejects, table.height, tuple(issues), found.order, found.grain, tuple(table.header))
    )


def _dates_down(table: Table, mapping: Mapping) -> tuple[Dates, pl.DataFrame, list[str]]:
    """The date of each row, from a column, from its parts in several, or from a name; the rows without one; what to say."""
    reader = ColumnReader(table, mapping)
    found = read_dates(reader)
    parts = (j for role in ("date", "month", "week", "quarter", "year", "channel") if (j := mapping.index(role)) is not None)
    return found, _undated(table, next(parts, 0), found.values.is_null() | reader.totals), reader.issues
