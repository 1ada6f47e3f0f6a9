"""A table and its mapping -> sales facts: one row per file row (or wide cell), with the rows that cannot be used set aside."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import polars as pl

from forecasting.core.errors import MappingNeeded
from forecasting.ingest.cells.calendars import counts_days
from forecasting.ingest.cells.dates import Dates, parse_dates
from forecasting.ingest.cells.numbers import parse_numbers
from forecasting.ingest.mapping import GUESSED, Mapping
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
from forecasting.ingest.meaning.measures import NOT_UNITS, PLANNED, RUNNING, measure_column, other_measures_rows, planned_rows
from forecasting.ingest.meaning.moments import read_dates
from forecasting.ingest.meaning.movements import movement_signs
from forecasting.ingest.meaning.nested import nested
from forecasting.ingest.meaning.titles import title_rows
from forecasting.ingest.reading.table import Table
from forecasting.ingest.sales.checks import FALSE_WORDS, check_keys
from forecasting.ingest.sales.repeated import filled_down, keys_repeated, orders_repeated
from forecasting.ingest.words.vocabulary import is_own_code, plain, role_of

NO_SKU = "there is no SKU column"
# What programs write for a key that is missing.
NO_CODE = ["-", "--", "n/a", "N/A", "nan", "null", "(blank)", "(Leer)", "(leer)", "(vide)", "(空白)"]
# Two products with their numbers in one cell: "A1 x2; B3 x1", "2 x Mug, 1 x Bowl".
_PACKED = r"(?i)(?:\d\s?[x×*]\s?\S.*|[x×*]\s?\d.*)[,;|+\n].*(?:\d\s?[x×*]\s?\S|[x×*]\s?\d)"
_FEW_PACKED, _MOST_SAID = 0.2, 6
_FLAG_SAMPLE = 10_000
_TRUE = {"1", "y", "yes", "true", "t", "x", "ja", "oui", "si", "sí", "是", "有", "on", "wahr", "vrai", "verdadero"}
_RETURNED = re.compile(
    r"(?:(?:sales?|customer|exchange|item) )?(?:returned|returns?|refund(?:ed)?(?: item)?|credit (?:note|memo))"
    r"|rtn|rto(?:[ _-].*)?|returned to (?:seller|origin|sender|warehouse)"
    r"|retoure?n?|rücksendung|rückgabe|rücknahme|gutschrift|storno|retour|avoir|remboursé|devoluci[oó]n|devuelto|reembolso|abono"
    r"|nota (?:de cr[ée]dito|di credito)|reso|devolução|zwrot|korekta|retur|creditnota|vratka|возврат|iade|返品|반품"
    r"|退货|销售退货|已退款|退款成功",
    re.IGNORECASE,
)
_LETTERS = {"S", "R"}  # sale and return
_NET = re.compile(r"\bnet\b|\bnetto\b|净")


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
    sold, returned = _quantities(reader)
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
    swapped = date is not None and parse_dates(sample.column(date), mapping.date_order or None).swapped
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
        or len(_statuses(reader)) > 1
        or measure_column(sample) is not None
        or planned_rows(sample, mapping) is not None
        or bool(_return_flags(reader))
        or any(set(status.unique()) == _LETTERS for status in _statuses(reader))
        or _must_be_said(reader)
    )


def _must_be_said(reader: ColumnReader) -> bool:
    """Whether there is something to say of the goods or their units that the quick reading does not see."""
    goods = reader.text("sku")
    _say_if_packed(reader, goods if goods is not None else pl.Series([], dtype=pl.String))
    _say_if_several_measures(reader)
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
    """Series by category or store, where nothing names a product, were a choice."""
    column = mapping.columns[mapping.index("sku") or 0]
    if column.sure <= GUESSED and (role_of(column.column) or ("",))[0] in ("category", "channel"):
        issues.append(
            f"there is no SKU column; each value of {column.column!r} is one series: "
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


def _quantities(reader: ColumnReader) -> tuple[pl.Series, pl.Series]:
    """Units sold and units returned of each row; a blank cell stays null in a long table."""
    j = reader.mapping.index("units")
    orders = reader.mapping.layout == "orders"
    if j is None:
        return _without_quantity(reader)
    _say_if_guessed(reader, j)
    _say_if_several_units(reader, j)
    _say_if_several_measures(reader)
    found = reader.numbers(j)
    _refuse_running(reader, found.values)
    reader.check(found.bad & ~reader.totals, "units", reader.table.column(j), "not a number of units")
    huge = (found.values.abs() > 1e12).fill_null(False)
    reader.check(huge, "units", reader.table.column(j), "not a possible number of units")
    if orders:
        reader.check(found.values.is_null() & ~found.bad & ~reader.totals, "units", reader.table.column(j), "no quantity")
    # A part of a file has no movements: a file with any is never read in parts.
    signed = None if reader.whole else movement_signs(reader.text("status"), found.values, reader.issues)
    if signed is not None:
        reader.check(
            signed.is_null() & found.values.is_not_null(),
            "status",
            reader.table.column(reader.mapping.index("status") or 0),
            "this movement is no sale and no return",
        )
    values = found.values if signed is None else signed
    k = reader.mapping.index("returns")
    came_back = None if k is None else reader.numbers(k).values.abs().fill_null(0.0)
    if came_back is not None and _NET.search(plain(reader.header("units"))):
        values = values + came_back  # net units are those sold less those that came back, which are counted apart
    back = _returned_rows(reader, values) if signed is None else pl.Series([False]).new_from_index(0, len(values))
    sold = pl.select(pl.when(values.is_null()).then(None).when(back | (values < 0)).then(0.0).otherwise(values)).to_series()
    returned = pl.select(pl.when(values < 0).then(-values).when(back).then(values).otherwise(0.0)).to_series().fill_null(0.0)
    return sold, returned if came_back is None else returned + came_back


def _say_if_guessed(reader: ColumnReader, index: int) -> None:
    """Units that no heading names were chosen among other numbers, which the user must know."""
    column = reader.mapping.columns[index]
    others = [c.column for c in reader.mapping.columns if c.role in ("regressor", "ignore") and _can_be_units(c.samples)]
    named = role_of(column.column)
    if reader.whole is None and column.sure <= GUESSED and others and not (named and named[0] == "units"):
        listed = ", ".join(map(repr, others[:3])) + (" ..." if len(others) > 3 else "")
        reader.issues.append(
            f"no heading says which column holds the units sold; {column.column!r} was taken, and not {listed}: "
            "choose another column in the mapping if that is wrong"
        )


def _refuse_running(reader: ColumnReader, values: pl.Series) -> None:
    """Running totals are not the sales of a period, and adding them up counts every unit many times."""
    header = reader.header("units")
    known = values.drop_nulls()
    if RUNNING.search(header) and len(known) > 1 and reader.whole is None:
        raise MappingNeeded(
            f"{reader.table.name} holds running totals in {header!r}, not the units of each period: "
            "export the units of each day, week or month, or choose another column in the mapping"
        )


def _say_if_several_units(reader: ColumnReader, index: int) -> None:
    """Of two columns that are called alike ("Qty (case)", "Qty (each)") one was chosen, which the user must know."""
    if reader.whole is not None:
        return
    chosen, strength = reader.mapping.columns[index], (role_of(reader.table.header[index]) or ("", 0.0))[1]
    others = [c for c in reader.mapping.columns if c.role == "regressor" and _can_be_units(c.samples)]
    alike = [c.column for c in others if role_of(c.column) == ("units", strength) and c.samples != chosen.samples]
    if alike and not any(map(RUNNING.search, alike)):
        reader.issues.append(
            f"{chosen.column!r} was taken as the units sold, and not {', '.join(map(repr, alike[:3]))}: "
            "choose another column in the mapping if that is wrong"
        )


def _say_if_several_measures(reader: ColumnReader) -> None:
    """Pieces and cases are added up as they are, which the user must know."""
    measures = reader.text("uom")
    if measures is None or reader.whole is not None:
        return
    words = measures.filter(measures != "").str.to_uppercase().value_counts(sort=True).head(_MOST_SAID).to_series().to_list()
    if len(words) > 1:
        reader.issues.append(
            f"quantities are in several units of measure ({', '.join(words)}) and are added up as they are: convert them to one"
        )


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


def _can_be_units(samples: tuple[str, ...]) -> bool:
    return bool(samples) and all(re.fullmatch(r"\s*-?\d[\d.,]*\s*", s) for s in samples)


def _without_quantity(reader: ColumnReader) -> tuple[pl.Series, pl.Series]:
    """Order lines without a quantity are one unit each; a table of amounts only is forecast in money, and says so."""
    none = pl.Series([0.0]).new_from_index(0, reader.table.height)
    if reader.mapping.layout == "orders" and reader.mapping.index("sku") is not None:
        reader.issues.append("there is no quantity column; every order line counts as one unit")
        return none + 1.0, none
    j = reader.mapping.index("revenue")
    if j is None:
        raise MappingNeeded(
            f"{reader.table.name} has no column with units sold among {reader.table.listing()}: "
            "a column of numbers is needed; name it 'units' or choose it in the mapping"
        )
    found = reader.numbers(j)
    reader.check(found.bad & ~reader.totals, "revenue", reader.table.column(j), "not a number")
    reader.issues.append(f"there is no column of units; the amounts in {reader.header('revenue')!r} are forecast instead")
    return found.values.clip(lower_bound=0), pl.select(pl.when(found.values < 0).then(-found.values).otherwise(0.0)).to_series()


def _returned_rows(reader: ColumnReader, values: pl.Series) -> pl.Series:
    back = pl.Series([False]).new_from_index(0, len(values))
    for status in _statuses(reader):
        words = [w for w in status.unique().to_list() if w and says_returned(w)]
        words += ["R"] if set(status.unique()) == _LETTERS else []
        back = back | (status.is_in(words) & (values > 0).fill_null(False) if words else back)
    for flagged in _return_flags(reader):
        back = back | (flagged & (values > 0).fill_null(False))
    return back


def _return_flags(reader: ColumnReader) -> list[pl.Series]:
    """Columns that say of each row, by yes or no, whether it came back; 0 and 1 count units, unless the heading asks."""
    spare = [j for j, c in enumerate(reader.mapping.columns) if c.role in ("attribute", "ignore", "regressor", "refund")]
    named = [j for j in spare if (role_of(reader.table.header[j]) or ("",))[0] in ("returns", "refund")]
    flags = []
    for j in named:
        cells = clean_text(reader.table.column(j)).str.to_lowercase()
        asks = bool(re.search(r"^is\b|\?$", reader.table.header[j].strip().lower()))
        words = [*_TRUE, *FALSE_WORDS] if asks else [word for word in (*_TRUE, *FALSE_WORDS) if not word.isdigit()]
        flags += [cells.is_in(list(_TRUE))] if cells.is_in(words).all() and (cells != "").any() else []
    return flags


def _statuses(reader: ColumnReader) -> list[pl.Series]:
    """The column of the status, and others that are headed as one ("Type" beside "Status") and were put to no use."""
    status = reader.text("status")
    if status is None or reader.whole is not None:
        return [] if status is None else [status]
    spare = [j for j, c in enumerate(reader.mapping.columns) if c.role == "ignore" and c.sure <= GUESSED]
    named = [j for j in spare if (role_of(reader.table.header[j]) or ("",))[0] == "status"]
    return [status, *(clean_text(reader.table.column(j)) for j in named)]


def says_returned(status: str) -> bool:
    """Whether the status of an order line says that the goods came back."""
    return bool(_RETURNED.fullmatch(status.strip()))


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
    if text in _TRUE:
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
    left = pl.Series([True]).new_from_index(0, frame.height)
    parts: list[pl.DataFrame] = []
    for check in reader.checks:
        now = check.bad & left
        if now.any():
            parts.append(
                pl.DataFrame({"line": frame["line"].filter(now), "value": check.value.filter(now)}).with_columns(
                    column=pl.lit(check.column), reason=pl.lit(check.reason)
                )
            )
            left = left & ~now
    schema = {"line": pl.UInt32, "column": pl.String, "value": pl.String, "reason": pl.String}
    rejects = pl.concat([p.select(*schema).cast(schema) for p in parts]).sort("line") if parts else pl.DataFrame(schema=schema)  # type: ignore[arg-type]
    used = tuple(c.column for c in reader.mapping.columns if c.role not in ("ignore", "note"))
    return Facts(frame.filter(left), rejects, frame.height, tuple(reader.issues), dates.order, dates.grain, used)
