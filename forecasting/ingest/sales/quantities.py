"""How many units each row sold and how many came back, and what the user must know of how that was told."""

from __future__ import annotations

import re

import polars as pl

from forecasting.core.errors import MappingNeeded
from forecasting.ingest.mapping import GUESSED
from forecasting.ingest.meaning.columns import ColumnReader, clean_text
from forecasting.ingest.meaning.measures import RUNNING
from forecasting.ingest.meaning.movements import movement_signs
from forecasting.ingest.sales.checks import FALSE_WORDS, TRUE_WORDS
from forecasting.ingest.words.vocabulary import plain, role_of

_MOST_SAID = 6
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


def quantities(reader: ColumnReader) -> tuple[pl.Series, pl.Series]:
    """Units sold and units returned of each row; a blank cell stays null in a long table."""
    j = reader.mapping.index("units")
    orders = reader.mapping.layout == "orders"
    if j is None:
        return _without_quantity(reader)
    _say_if_guessed(reader, j)
    _say_if_several_units(reader, j)
    say_if_several_measures(reader)
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


def say_if_several_measures(reader: ColumnReader) -> None:
    """Pieces and cases are added up as they are, which the user must know."""
    measures = reader.text("uom")
    if measures is None or reader.whole is not None:
        return
    words = measures.filter(measures != "").str.to_uppercase().value_counts(sort=True).head(_MOST_SAID).to_series().to_list()
    if len(words) > 1:
        reader.issues.append(
            f"quantities are in several units of measure ({', '.join(words)}) and are added up as they are: convert them to one"
        )


def _can_be_units(samples: tuple[str, ...]) -> bool:
    return bool(samples) and all(re.fullmatch(r"\s*-?\d[\d.,]*\s*", s) for s in samples)


def _without_quantity(reader: ColumnReader) -> tuple[pl.Series, pl.Series]:
    """Order lines without a quantity are one unit each; a table of amounts or orders only is forecast in those, and says so."""
    none = pl.Series([0.0]).new_from_index(0, reader.table.height)
    goods = reader.mapping.index("sku") is not None or reader.mapping.index("name") is not None
    if reader.mapping.layout == "orders" and goods:
        reader.issues.append("there is no quantity column; every order line counts as one unit")
        return none + 1.0, none
    role = "orders" if reader.mapping.index("revenue") is None else "revenue"
    j = reader.mapping.index(role)
    if j is None:
        raise MappingNeeded(
            f"{reader.table.name} has no column with units sold among {reader.table.listing()}: "
            "a column of numbers is needed; name it 'units' or choose it in the mapping"
        )
    found = reader.numbers(j)
    reader.check(found.bad & ~reader.totals, role, reader.table.column(j), "not a number")
    what = "amounts" if role == "revenue" else "numbers of orders"
    reader.issues.append(f"there is no column of units; the {what} in {reader.header(role)!r} are forecast instead")
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


def marks_returns(reader: ColumnReader) -> bool:
    """Whether returns are marked in a way that only all rows of a file tell: in letters, by flags, or in two columns."""
    statuses = _statuses(reader)
    return len(statuses) > 1 or bool(_return_flags(reader)) or any(set(each.unique()) == _LETTERS for each in statuses)


def _return_flags(reader: ColumnReader) -> list[pl.Series]:
    """Columns that say of each row, by yes or no, whether it came back; 0 and 1 count units, unless the heading asks."""
    spare = [j for j, c in enumerate(reader.mapping.columns) if c.role in ("attribute", "ignore", "regressor", "refund")]
    named = [j for j in spare if (role_of(reader.table.header[j]) or ("",))[0] in ("returns", "refund")]
    flags = []
    for j in named:
        cells = clean_text(reader.table.column(j)).str.to_lowercase()
        asks = bool(re.search(r"^is\b|\?$", reader.table.header[j].strip().lower()))
        words = [*TRUE_WORDS, *FALSE_WORDS] if asks else [word for word in (*TRUE_WORDS, *FALSE_WORDS) if not word.isdecimal()]
        flags += [cells.is_in(list(TRUE_WORDS))] if cells.is_in(words).all() and (cells != "").any() else []
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
