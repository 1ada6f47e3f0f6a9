"""A table and its mapping -> sales facts: one row per file row (or wide cell), with the rows that cannot be used set aside."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from forecasting.ingest.cells.calendars import counts_days
from forecasting.ingest.cells.dates import Dates, may_be_swapped, parse_dates
from forecasting.ingest.cells.numbers import parse_numbers
from forecasting.ingest.mapping import BY_LOOK, GUESSED, Mapping
from forecasting.ingest.meaning.columns import (
    AMOUNTS,
    LEVELS,
    Check,
    ColumnReader,
    Whole,
    clean_text,
    is_group_total,
    is_total_cell,
    named_columns,
)
from forecasting.ingest.meaning.known import planned
from forecasting.ingest.meaning.measures import NOT_UNITS, PLANNED, measure_column, other_measures_rows, planned_rows
from forecasting.ingest.meaning.moments import read_dates
from forecasting.ingest.meaning.nested import nested
from forecasting.ingest.meaning.titles import title_rows
from forecasting.ingest.reading.table import Table
from forecasting.ingest.sales.checks import FALSE_WORDS, TRUE_WORDS, check_keys
from forecasting.ingest.sales.quantities import marks_returns, quantities, say_if_several_measures
from forecasting.ingest.sales.repeated import filled_down, keys_repeated, orders_repeated
from forecasting.ingest.words.vocabulary import is_own_code, role_of

NO_SKU = "there is no SKU column"
# What programs write for a key that is missing.
NO_CODE = ["-", "--", "n/a", "N/A", "nan", "null", "(blank)", "(Leer)", "(leer)", "(vide)", "(空白)"]
# Two products with their numbers in one cell: "A1 x2; B3 x1", "2 x Mug, 1 x Bowl".
_PACKED = r"(?i)(?:\d\s?[x×*]\s?\S.*|[x×*]\s?\d.*)[,;|+\n].*(?:\d\s?[x×*]\s?\S|[x×*]\s?\d)"
_FEW_PACKED = 0.2
_FLAG_SAMPLE = 10_000


@dataclass(frozen=True)
class Facts:
    """Usable sales of one table, and the account of the rest.

    `frame` has line (UInt32), sku, ds (Datetime), sold and returned (Float64, null where blank), then amounts, levels,
    attributes, order, channel and regressors as far as the table has them. `rejects` has line, column, value, reason.
    """

    frame: pl.DataFrame
    rejects: pl.DataFrame
    rows: int
    issues: tuple[str, ...]
    date_order: str
    grain: str
    columns: tuple[str, ...]


def extract(table: Table, mapping: Mapping, whole: Whole | None = None) -> Facts:
    """Read a long table or order lines as sales facts; `whole` says what a part of a file cannot tell by itself."""
    table, goods = (table, None) if whole else _unnested(table, mapping)
    table, outlines, titles = (table, (), None) if whole else keys_repeated(table, mapping)
    reader = ColumnReader(filled_down(table, mapping), mapping, whole)
    reader.issues.extend(outlines)
    sku, name = _keys(reader) if goods is None else _goods_of(reader, goods)
    _say_if_packed(reader, sku)
    dates = read_dates(reader)
    sold, returned = quantities(reader)
    frame = pl.DataFrame({"line": table.lines, "sku": sku, "ds": dates.values, "sold": sold, "returned": returned})
    frame = _with_measures(reader, frame)
    frame = _with_attributes(reader, frame, name)
    check_keys(reader, sku, name)
    others = None if whole else other_measures_rows(table, mapping)
    if others is not None:
        reader.checks.insert(0, Check(others, table.header[measure_column(table) or 0], sku, NOT_UNITS))
    plans = None if whole else planned_rows(table, mapping)
    if plans is not None:
        reader.checks.insert(0, Check(plans, reader.header("units"), sku, PLANNED))
    if goods is not None:
        reader.checks.insert(0, Check(goods.sums, reader.header("date"), goods.label, "a totals row, not a sale"))
    if titles is not None:
        reader.checks.insert(0, Check(titles, reader.header("sku"), sku, "a heading of the rows below it, not a sale"))
        reader.checks.insert(0, Check(is_group_total(sku), reader.header("sku"), sku, "a totals row, not a sale"))
    return _split(reader, frame, dates)


@dataclass(frozen=True)
class _Goods:
    """What a column says that holds days and goods: the goods of each row, the rows that sum up others, and the cells."""

    sku: pl.Series
    sums: pl.Series
    label: pl.Series


def _unnested(table: Table, mapping: Mapping) -> tuple[Table, _Goods | None]:
    """The table with days alone in its column of dates, and the goods that stood between them; as it is for other tables."""
    j = mapping.index("date")
    if j is None or any(mapping.index(role) is not None for role in ("sku", "name", "order")):
        return table, None
    cells = clean_text(table.column(j))
    found = nested(cells)
    if found is None:
        return table, None
    goods = _Goods(found.goods.alias("sku"), found.sums | is_total_cell(cells), cells)
    return replace(table, cells=table.cells.with_columns(found.days.alias(f"c{j}"))), goods


def _goods_of(reader: ColumnReader, goods: _Goods) -> tuple[pl.Series, None]:
    reader.issues.append(f"{reader.header('date')!r} holds days and products below each other: each row was given both")
    return goods.sku, None


def told_by_whole(sample: Table, mapping: Mapping) -> bool:
    """Whether a file must be read as a whole: something in a sample of its rows is told by all of them only."""
    reader = ColumnReader(sample, mapping)
    units, date, sku = (mapping.index(role) for role in ("units", "date", "sku"))
    guessed = units is not None and mapping.columns[units].sure <= GUESSED
    titled = sku is not None and title_rows(sample, sku) is not None
    coded = sku is not None and _as_numbers(sample.column(sku))
    swapped = date is not None and _swapped(sample.column(date), mapping)
    numbered = date is not None and counts_days(sample.column(date))
    repeated = orders_repeated(sample, mapping) is not sample
    lacking = sku is not None and (sample.column(sku).str.strip_chars() == "").any() and _further_code(reader) is not None
    return (
        guessed
        or titled
        or coded
        or swapped
        or numbered
        or repeated
        or lacking
        or marks_returns(reader)
        or measure_column(sample) is not None
        or planned_rows(sample, mapping) is not None
        or _must_be_said(reader)
    )


def _swapped(dates: pl.Series, mapping: Mapping) -> bool:
    return may_be_swapped(dates) and parse_dates(dates, mapping.date_order or None).swapped


def _must_be_said(reader: ColumnReader) -> bool:
    """Whether there is something to say of the goods or their units that the quick reading does not see."""
    goods = reader.text("sku")
    _say_if_packed(reader, goods if goods is not None else pl.Series([], dtype=pl.String))
    say_if_several_measures(reader)
    return bool(reader.issues)


def _keys(reader: ColumnReader) -> tuple[pl.Series, pl.Series | None]:
    """The SKU of each row: its code, else its name and variant."""
    name, variant, sku = reader.text("name"), reader.text("variant"), reader.text("sku")
    if sku is not None and sku.is_in(NO_CODE).any():
        sku = sku.replace(NO_CODE, [""] * len(NO_CODE))
    sku = None if sku is None else _with_further_code(reader, _whole_codes(reader, sku))
    spoken = name
    if name is not None and variant is not None:
        spoken = pl.select(pl.when(variant.is_in(["", "Regular"])).then(name).otherwise(name + " / " + variant)).to_series()
    if sku is None:
        if spoken is None:
            return one_series(reader.table, reader.issues), None
        return spoken.alias("sku"), name
    say_if_group(reader.mapping, reader.issues)
    if spoken is not None and (sku == "").any():
        replaced = ((sku == "") & (spoken != "")).sum()
        if replaced:
            reader.issues.append(f"{replaced} rows have no SKU code; their name stands for it")
        sku = pl.select(pl.when(sku == "").then(spoken).otherwise(sku)).to_series()
    return sku.alias("sku"), name


def _with_further_code(reader: ColumnReader, sku: pl.Series) -> pl.Series:
    """The codes, and where there is none the merchant's own code of the whole product, as for goods without variants."""
    j = _further_code(reader) if (sku == "").any() else None
    if j is None:
        return sku
    code = clean_text(reader.table.column(j))
    filled = int(((sku == "") & (code != "")).sum())
    if filled:
        header, further = reader.header("sku"), reader.table.header[j]
        reader.issues.append(f"{filled} rows have no code in {header!r}; that in {further!r} stands for it")
    return pl.select(pl.when(sku == "").then(code).otherwise(sku)).to_series().alias("sku")


def _further_code(reader: ColumnReader) -> int | None:
    """A second column of the merchant's own codes."""
    spare = [j for j, c in enumerate(reader.mapping.columns) if c.role in ("ignore", "attribute")]
    own = (j for j in spare if is_own_code(reader.table.header[j]))
    return next((j for j in own if (role_of(reader.table.header[j]) or ("",))[0] == "sku"), None)


def say_if_group(mapping: Mapping, issues: list[str]) -> None:
    """Series by category or store, or by words below any heading, where nothing names a product, were a choice."""
    column = mapping.columns[mapping.index("sku") or 0]
    if column.sure <= GUESSED and (role_of(column.column) or ("",))[0] in ("category", "channel"):
        issues.append(
            f"there is no SKU column; each value of {column.column!r} is one series: "
            "choose another column in the mapping if that is wrong"
        )
    elif column.role == "sku" and column.sure <= BY_LOOK and column.column.strip() and role_of(column.column) is None:
        issues.append(
            f"no heading names the products; each value of {column.column!r} is one series: "
            "choose another column in the mapping if that is wrong"
        )


def _whole_codes(reader: ColumnReader, sku: pl.Series) -> pl.Series:
    """Codes that a program took for numbers, all of them, without the ".0" that it put behind each."""
    if reader.whole is not None or not _as_numbers(sku):
        return sku
    reader.issues.append(f"the codes in {reader.header('sku')!r} were written as numbers: the '.0' behind them was taken off")
    return sku.str.strip_suffix(".0")


def _as_numbers(codes: pl.Series) -> bool:
    return bool((codes.str.contains(r"^\d+\.0$") | (codes == "")).all() and (codes != "").any())


def one_series(table: Table, issues: list[str]) -> pl.Series:
    """The name of the file as the SKU of every row, which is said."""
    label = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", table.name.rsplit("/", 1)[-1])
    issues.append(f"there is no SKU column; all rows are taken as one series, {label!r}")
    return pl.Series("sku", [label]).new_from_index(0, table.height)


def _say_if_packed(reader: ColumnReader, goods: pl.Series) -> None:
    """Cells that list several products are no SKU; only the user can have them exported as lines."""
    seen = goods.head(_FLAG_SAMPLE).unique(maintain_order=True) if reader.whole is None else goods.clear()
    packed = seen.filter(seen.str.contains(_PACKED))
    if len(packed) > _FEW_PACKED * len(seen):
        header = reader.header("sku") or reader.header("name")
        reader.issues.append(
            f"cells of {header!r} list several products ({packed[0][:60]!r}), and each list counts as one SKU: "
            "export the orders with a row for each product"
        )


def _with_measures(reader: ColumnReader, frame: pl.DataFrame) -> pl.DataFrame:
    found: dict[str, pl.Series] = {}
    for role in (*AMOUNTS, *LEVELS):
        j = reader.mapping.index(role)
        if j is not None:
            found[role] = flag(reader.table.column(j)) if role == "promo" else _measure(reader, j)
    for j, name in named_columns(reader.table, reader.mapping, "regressor").items():
        found[f"x:{name}"] = _flag_or_measure(reader, j, name)
    return frame.with_columns(**found)


def _flag_or_measure(reader: ColumnReader, index: int, name: str) -> pl.Series:
    """Words under a heading of plans ("event": "Easter") say that there is one; all else is measured."""
    column = reader.table.column(index)
    if not planned(name) or column.head(_FLAG_SAMPLE).cast(pl.Float64, strict=False).is_not_null().any():
        return _measure(reader, index)
    reader.issues.append(f"the words in {reader.table.header[index]!r} are read as 1 where there is one, and 0 elsewhere")
    return flag(column)


def _measure(reader: ColumnReader, index: int) -> pl.Series:
    found = reader.numbers(index)
    if found.bad.any():
        lines = reader.table.lines.filter(found.bad).head(5).to_list()
        reader.issues.append(
            f"{found.bad.sum()} cells of {reader.table.header[index]!r} are no numbers "
            f"(lines {', '.join(map(str, lines))}); they count as missing"
        )
    return found.values


def flag(column: pl.Series) -> pl.Series:
    """A promotion column: numbers as they are, yes and no in five languages, any other word is a promotion."""
    words = {w: _flag_value(w) for w in column.unique().to_list()}
    return column.replace_strict(list(words), list(words.values()), return_dtype=pl.Float64)


def _flag_value(word: str) -> float:
    text = word.strip().lower()
    if text in FALSE_WORDS:
        return 0.0
    if text in TRUE_WORDS:
        return 1.0
    number = parse_numbers(pl.Series([text])).values.item()
    return 1.0 if number is None else float(number)


def _with_attributes(reader: ColumnReader, frame: pl.DataFrame, name: pl.Series | None) -> pl.DataFrame:
    found: dict[str, pl.Series] = {} if name is None else {"name": name}
    for role in ("category", "brand", "channel", "order"):
        text = reader.text(role)
        if text is not None:
            found[role] = text
    for j, label in named_columns(reader.table, reader.mapping, "attribute").items():
        found[f"a:{label}"] = clean_text(reader.table.column(j))
    return frame.with_columns(**found)


def _split(reader: ColumnReader, frame: pl.DataFrame, dates: Dates) -> Facts:
    """Usable rows on one side, on the other each unusable row once, with the first reason that holds."""
    rejects, left = _rejected(reader.checks, frame["line"])
    used = tuple(c.column for c in reader.mapping.columns if c.role not in ("ignore", "note"))
    return Facts(frame.filter(left), rejects, frame.height, tuple(reader.issues), dates.order, dates.grain, used)


def _rejected(checks: list[Check], lines: pl.Series) -> tuple[pl.DataFrame, pl.Series]:
    """The unusable rows in the order of their lines, with the first reason that holds, and which rows are left."""
    left = pl.Series([True]).new_from_index(0, len(lines))
    # All that is found is put together once: a table for each reason would take longer than finding the rows.
    at, cells = [pl.Series("line", [], dtype=pl.UInt32)], [pl.Series("value", [], dtype=pl.String)]
    for check in checks:
        now = check.bad & left
        at.append(lines.filter(now).cast(pl.UInt32))
        cells.append(check.value.filter(now).cast(pl.String).alias("value"))
        left = left & ~now
    found = np.repeat(np.arange(len(checks)), np.array([len(part) for part in at[1:]], dtype=np.int64))
    columns, reasons = (pl.Series([getattr(c, what) for c in checks], dtype=pl.String) for what in ("column", "reason"))
    rejects = pl.DataFrame(
        {"line": pl.concat(at), "column": columns.gather(found), "value": pl.concat(cells), "reason": reasons.gather(found)}
    )
    return rejects.sort("line", maintain_order=True), left
