"""Columns of a table by the role they play, and the reasons found in them to set rows aside."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import polars as pl

from forecasting.ingest.cells.numbers import Numbers, parse_numbers
from forecasting.ingest.mapping import Mapping
from forecasting.ingest.reading.table import Table
from forecasting.ingest.words.products import is_total, may_be_total
from forecasting.ingest.words.vocabulary import plain

AMOUNTS = ("revenue", "refund", "visitors", "page_views", "add_to_cart", "buyers", "orders", "tax", "cost")


# Columns in which a word can say that its row is a total.
TOTALS_IN = ("sku", "name", "date", "category", "channel")


# Where a shop or country stands, these are the sum over them; a product may be called so.
_ALL = ("All", "ALL", "all", "Alle", "Tous", "Todos", "Worldwide", "Global")


LEVELS = ("price", "list_price", "discount", "promo", "stock", "conversion")


_RESERVED = frozenset(
    [
        *(
            *AMOUNTS,
            *LEVELS,
            "unique_id",
            "sku",
            "ds",
            "y",
            "returns",
            "sold",
            "returned",
            "name",
            "category",
            "brand",
            "channel",
        ),
        *("line", "order", "price_paid", "paid", "priced", "again"),
    ]
)

_FIRST_DAYS = 50


@dataclass(frozen=True)
class Check:
    """One reason to set rows aside: where it holds, the column blamed, and the sentence."""

    bad: pl.Series
    column: str
    value: pl.Series
    reason: str


@dataclass(frozen=True)
class Whole:
    """What only a whole file can tell, for reading some of its rows: the decimal sign of each column of numbers, what the
    codes that may be no products are called most often (sku, name), and the period of each row, where all are known."""

    decimals: dict[int, str]
    named: pl.DataFrame
    periods: np.ndarray | None


_WRAPPED = "^[ \\t\\r\\n\u00a0\u200b\ufeff'=]|[ \\t\\r\\n\u00a0\u200b\ufeff]$"


class ColumnReader:
    """Reads the columns of one table by role; collects issues on the way. `whole` is given when the table is a part."""

    def __init__(self, table: Table, mapping: Mapping, whole: Whole | None = None) -> None:
        self.table, self.mapping, self.whole = table, mapping, whole
        self.issues: list[str] = []
        self.checks: list[Check] = []
        self._totals: pl.Series | None = None

    @property
    def totals(self) -> pl.Series:
        """Rows in which a key cell says that they sum others up."""
        if self._totals is None:
            self._totals = _row_is_total(self)
        return self._totals

    def text(self, role: str) -> pl.Series | None:
        j = self.mapping.index(role)
        return None if j is None else clean_text(self.table.column(j))

    def header(self, role: str) -> str:
        return self.mapping.role(role) or ""

    def check(self, bad: pl.Series, role: str, value: pl.Series, reason: str) -> None:
        if bad.any():
            self.checks.append(Check(bad, self.header(role), value, reason))

    def numbers(self, index: int) -> Numbers:
        hint = decimal_hint(self.table, self.mapping)
        known = self.whole.decimals.get(index) if self.whole else None
        found = parse_numbers(self.table.column(index), known or self.mapping.decimal or None, hint)
        if found.ambiguous:
            form = "decimal comma" if found.decimal == "," else "decimal point"
            self.issues.append(
                f"column {self.table.header[index]!r}: numbers like 1{'.,'[found.decimal == '.']}234 are read with a "
                f"{form}; change 'decimal' if that is wrong"
            )
        elif (
            self.mapping.index("units") == index
            and not (self.mapping.decimal or self.whole)
            and maybe_thousands(self.table.column(index), found.decimal)
        ):
            self.issues.append(
                f"column {self.table.header[index]!r}: every point stands before three digits, as in 1.234, and was read as a "
                "decimal point; set 'decimal' to a comma if the points part thousands"
            )
        return found


def maybe_thousands(column: pl.Series, decimal: str) -> bool:
    """Whether the points of whole units may part thousands: each stands before exactly three digits.

    >>> maybe_thousands(pl.Series(["1.234", "56"]), "."), maybe_thousands(pl.Series(["1.234", "5.5"]), ".")
    (True, False)
    """
    pointed = column.filter(column.str.contains(".", literal=True))
    return decimal == "." and len(pointed) > 0 and bool(pointed.str.contains(r"^\s*-?[1-9]\d{0,2}\.\d{3}\s*$").all())


def decimal_hint(table: Table, mapping: Mapping) -> str:
    """The decimal sign to take where a column cannot tell: files with semicolons come from where commas are decimal, and so do
    those with days like 31.12.2024.
    """
    date = mapping.index("date")
    days = table.column(date).head(_FIRST_DAYS) if date is not None else pl.Series([], dtype=pl.String)
    dotted = bool(len(days)) and bool(days.str.contains(r"^\s*\d{1,2}\.\d{1,2}\.(\d{2}|\d{4})\s*$").all())
    return mapping.decimal or ("," if table.delimiter == ";" or dotted else ".")


_TOTALS_LENGTHS = range(2, 31)
_SUMMED = r"(?i)total|summe|umsatz|somme|suma|[合总小]计"
_OF_GROUP = re.compile(
    r"(.+?)[\s:：-]*(?:total|ergebnis|gesamt|summe|汇总|小计|合计)"
    r"|(?:sub)?(?:total|summe|gesamt|somme|suma|totale)[\s:：-]+(?:(?:for|of|für|de|del|pour)\s+)?(.+)",
    re.IGNORECASE,
)
_NAMES_GROUP = r"(?i)(?:total|ergebnis|gesamt|summe|汇总|小计|合计)\s*$|^\s*(?:sub)?(?:total|summe|gesamt|somme|suma)"


def is_group_total(texts: pl.Series) -> pl.Series:
    """Which cells sum up a group that the same column names: "Kitchen Total" or "Total for Kitchen" below "Kitchen".

    >>> is_group_total(pl.Series(["Kitchen", "Kitchen Total", "Colgate Total"])).to_list()
    [False, True, False]
    """
    distinct = texts.unique()
    maybe = distinct.filter(distinct.str.contains(_NAMES_GROUP)).to_list()
    matches = {word: match for word in maybe if (match := _OF_GROUP.fullmatch(word.strip()))}
    groups = {word: (match.group(1) or match.group(2)).strip() for word, match in matches.items()}
    known = set(distinct.str.strip_chars().to_list()) if groups else set()
    return texts.is_in([word for word, group in groups.items() if group in known])


def is_total_cell(texts: pl.Series) -> pl.Series:
    """Which cells of a key column say that their row sums others up."""
    words = totals_among(texts.unique())
    return texts.is_in(words) if words else pl.Series([False]).new_from_index(0, len(texts))


def totals_among(words: pl.Series) -> list[str]:
    """The words that say that what they stand beside sums others up.

    >>> totals_among(pl.Series(["Total", "Total Care Shampoo", "Mug"]))
    ['Total']
    """
    # No totals word holds more than 30 letters, or fewer than two; digits only where it names the day it sums up.
    maybe = words.filter(may_be_total(words))
    if len(maybe):
        maybe = maybe.filter(~maybe.str.contains(r"\d") | maybe.str.contains(_SUMMED))
    return [word for word in maybe.to_list() if len(word) in _TOTALS_LENGTHS and is_total(word)]


def clean_text(column: pl.Series) -> pl.Series:
    """Cells without the wrapping that protects them from Excel; worked out on the distinct cells, which are few."""
    texts = column.unique()
    clean = clean_words(texts)
    odd = clean != texts
    return column.replace(texts.filter(odd), clean.filter(odd)) if odd.any() else column


def clean_words(texts: pl.Series) -> pl.Series:
    """The same for cells that are distinct.

    >>> clean_words(pl.Series(['="0012"', " Mug ", "'7"])).to_list()
    ['0012', 'Mug', '7']
    """
    return _unwrapped(texts) if texts.str.contains(_WRAPPED).any() else texts


def _unwrapped(column: pl.Series) -> pl.Series:
    cell = pl.col(column.name)
    wrapped = cell.str.starts_with('="') & cell.str.ends_with('"')
    quoted = cell.str.starts_with("'") & (cell.str.len_chars() > 1) & ~cell.str.ends_with("'")
    # Together, not one after the other: each call alone costs more than the cells of most columns.
    stages = column.to_frame().lazy().with_columns(cell.str.strip_chars(" \t\r\n\u00a0\u200b\ufeff"))
    stages = stages.with_columns(pl.when(wrapped).then(cell.str.slice(2).str.head(-1).str.strip_chars()).otherwise(cell))
    return stages.with_columns(pl.when(quoted).then(cell.str.slice(1)).otherwise(cell)).collect().to_series()


def regressor_name(header: str) -> str:
    """The name of a further column: its header in small letters, joined by underscores."""
    return re.sub(r"\W+", "_", plain(header)).strip("_") or "column"


def named_columns(table: Table, mapping: Mapping, role: str) -> dict[int, str]:
    """Names of further columns: their headers in small letters, joined by underscores; numbered where a name is taken."""
    # A panel's own columns come back under their own names.
    taken = {c.role for c in mapping.columns} if mapping.layout == "panel" else set(_RESERVED)
    found: dict[int, str] = {}
    for j, column in enumerate(mapping.columns):
        if column.role in ("regressor", "attribute"):
            name = base = regressor_name(table.header[j])
            count = 2
            while name in taken:
                name, count = f"{base}_{count}", count + 1
            taken.add(name)
            if column.role == role:
                found[j] = name
    return found


def _only_total(reader: ColumnReader, index: int) -> bool:
    """Whether all rows are about one thing called a total: then it sums up nothing that is in the table, and is the series."""
    words = reader.table.column(index).unique()
    if len(words) != 1 or reader.table.height < 2 or reader.whole is not None or not totals_among(words):
        return False
    reader.issues.append(f"every row is about {words[0]!r}, so it is taken as one series of its own, not for the sum of others")
    return True


def _row_is_total(reader: ColumnReader) -> pl.Series:
    """Rows in which a key cell says that they sum others up."""
    found = pl.Series([False]).new_from_index(0, reader.table.height)
    for role in TOTALS_IN:
        j = reader.mapping.index(role)
        if j is not None and not (role == "sku" and _only_total(reader, j)):
            found = found | is_total_cell(reader.table.column(j))
            if reader.mapping.layout != "orders":
                found = found | is_group_total(reader.table.column(j))
    for role in ("channel", "country") if reader.mapping.layout != "orders" else ():
        j = reader.mapping.index(role)
        if j is not None:
            found = found | is_total_cell(reader.table.column(j)) | reader.table.column(j).is_in(_ALL)
    return found
