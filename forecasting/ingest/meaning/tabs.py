"""Several tables without a SKU column of which each is about one SKU (or store): the sheet, or a title above it, says which."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from forecasting.ingest.cells.datetext import month_number
from forecasting.ingest.meaning.naming import date_in_name
from forecasting.ingest.reading.table import Table
from forecasting.ingest.words.vocabulary import names_role

_NUMBERED = re.compile(r"\s*\btable \d+$")
# What a spreadsheet program calls a sheet that nobody named.
_UNNAMED = re.compile(r"(?:sheet|tabelle|feuil|hoja|foglio|blad|arkusz|planilha|工作表|シート|лист)\s?\d*", re.IGNORECASE)
_LONGEST = 60
_OTHER_THINGS = {
    "plan": r"\b(?:forecasts?|fcst|budget|plan|planned|targets?|prognose|prévisions?|presupuesto)\b|预测|预算|计划|目标",
    "purchases": r"\b(?:purchases?|purchasing|purchase orders?|einkauf|wareneingang|achats?|compras|inbound)\b|采购|进货|入库",
    "returns": r"\b(?:returns?|refunds?|retouren|rücksendungen|retours?|devoluciones)\b|退货|退款",
}
# "Sales and returns" holds both.
_SOLD = r"(?:sales?|orders?|verkäufe|ventes|ventas|销售)"
_AND = r"(?:\band\b|\bund\b|\bet\b|\by\b|&|\+|/|和|及)"
_SALES_TOO = re.compile(rf"{_SOLD}\W*{_AND}|{_AND}\W*{_SOLD}", re.IGNORECASE)


def named_by_table(tables: Sequence[Table]) -> list[str]:
    """A name for each of the tables, all of them different; empty when they do not tell, or are parts of one calendar.

    Example:
        >>> import polars as pl
        >>> tables = [Table("a.xlsx", name, ("Date", "Units"), pl.DataFrame(), pl.Series()) for name in ("Mug", "Bowl")]
        >>> named_by_table(tables), named_by_table(tables[:1])
        (['Mug', 'Bowl'], [])
    """
    if len(tables) < 2 or len({table.name for table in tables}) > 1 or len({table.header for table in tables}) > 1:
        return []
    titles = [_title(table) for table in tables]
    labels = titles if all(titles) and len(set(titles)) == len(titles) else [_sheet(table) for table in tables]
    labels = _without_shared_words(labels)
    return labels if all(labels) and len(set(labels)) == len(labels) and not any(map(_says_period, labels)) else []


def said_of(table: Table) -> str:
    """What the name of a sheet (or file) says it holds in place of sales: "plan", "purchases", "returns" or "".

    >>> import polars as pl
    >>> [said_of(Table("a.xlsx", sheet, (), pl.DataFrame(), pl.Series())) for sheet in ("Budget 2024", "Planters", "Retouren")]
    ['plan', '', 'returns']
    """
    name = table.sheet or table.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    if _SALES_TOO.search(name):
        return ""
    words = re.sub(r"[\W_]+", " ", name).lower()
    return next((what for what, pattern in _OTHER_THINGS.items() if re.search(pattern, words)), "")


def _title(table: Table) -> str:
    """What stands right above the table, without the heading of the SKU before it: "SKU: 00417" is about 00417."""
    line = table.preamble[-1].strip() if table.preamble else ""
    head, colon, rest = line.partition(":")
    return rest.strip() if colon and names_role(head) else line if len(line) <= _LONGEST else ""


def _sheet(table: Table) -> str:
    name = _NUMBERED.sub("", table.sheet).strip()
    return "" if _UNNAMED.fullmatch(name) else name


def _says_period(label: str) -> bool:
    words = re.findall(r"[^\W\d_]{3,}|\d{1,2}月", label)
    return bool(re.fullmatch(r"(?:19|20)\d\d", label) or date_in_name(label) or any(map(month_number, words)))


def _without_shared_words(labels: list[str]) -> list[str]:
    """Words that all labels begin with, the name of their sheet, tell nothing."""
    words = [label.split() for label in labels]
    shared = 0
    while all(len(each) > shared + 1 for each in words) and all(a[shared] == b[shared] for a, b in pairwise(words)):
        shared += 1
    return [" ".join(each[shared:]) for each in words]
