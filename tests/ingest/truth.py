"""One known truth about sales, and the ways in which merchants write dates, numbers, headers and files."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import xlsxwriter

START = dt.date(2024, 1, 1)
SKUS = {"00123": "Blue mug", "AB-7": "Green, large bowl", "X9": 'Shelf 12" oak'}
DAYS = 60


def truth(days: int = DAYS) -> dict[tuple[str, dt.date], int]:
    """Units of each SKU and day: every SKU sells every day of its life, so no rule of absent rows is needed."""
    return {
        (sku, START + dt.timedelta(days=d)): 1 + (7 * k + 3 * d + d * d) % 11 + (1200 if (k, d) == (1, 20) else 0)
        for k, sku in enumerate(SKUS)
        for d in range(days)
    }


@dataclass(frozen=True)
class Case:
    """A file and what the import must find in it."""

    label: str
    name: str
    data: bytes
    sums: dict[str, float]
    platform: str = ""
    freq: str = "D"
    rejects: int = 0
    returns: float = 0.0
    cell: tuple[str, str, float] | None = None
    extra: dict[str, str] = field(default_factory=dict)


def sums_of(units: dict[tuple[str, dt.date], int]) -> dict[str, float]:
    """Total units of each SKU."""
    out: dict[str, float] = {}
    for (sku, _), n in units.items():
        out[sku] = out.get(sku, 0) + n
    return out


def to_csv(rows: list[list[str]], delimiter: str = ",", end: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
    """Rows as delimited text."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


def to_xlsx(sheets: dict[str, list[list[object]]]) -> bytes:
    """Typed cells as an XLSX workbook; dates become real Excel dates."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                if cell is not None and cell != "":
                    sheet.write(i, j, cell)
    book.close()
    return out.getvalue()


Format = Callable[[float], str]
Day = Callable[[dt.date], str]

NUMBERS: dict[str, Format] = {
    "plain": lambda n: f"{n:g}",
    "english": lambda n: f"{n:,.0f}",
    "german": lambda n: f"{n:,.2f}".replace(",", "_").replace(".", ",").replace("_", "."),
    "french": lambda n: f"{n:,.2f}".replace(",", "\u202f").replace(".", ","),
    "swiss": lambda n: f"{n:,.0f}".replace(",", "'"),
    "chinese": lambda n: f"{n}件",
    "wrapped": lambda n: f'="{n}"',
}
DATES: dict[str, Day] = {
    "iso": lambda d: d.isoformat(),
    "dmy": lambda d: f"{d:%d/%m/%Y}",
    "mdy": lambda d: f"{d.month}/{d.day}/{d.year}",
    "dots": lambda d: f"{d:%d.%m.%Y}",
    "short": lambda d: f"{d:%d.%m.%y}",
    "chinese": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "compact": lambda d: f"{d:%Y%m%d}",
    "name": lambda d: f"{d:%b} {d.day}, {d.year}",
    "dayname": lambda d: f"{d:%d-%b-%Y}",
    "serial": lambda d: str((d - dt.date(1899, 12, 30)).days),
    "epoch": lambda d: str((d - dt.date(1970, 1, 1)).days * 86400 + 43200),
    "millis": lambda d: str((d - dt.date(1970, 1, 1)).days * 86_400_000),
    "stamp": lambda d: f"{d:%Y-%m-%d} 09:50:26 +0200",
    "ampm": lambda d: f"{d:%m/%d/%Y} 2:05 PM",
    "iso_t": lambda d: f"{d.isoformat()}T23:59:59Z",
    "slash": lambda d: f"{d:%Y/%m/%d}",
    "weekday": lambda d: f"{d:%a} {d:%d.%m.%Y}",
}
HEADERS = {
    "en": ["Date", "SKU", "Product name", "Units sold", "Unit price"],
    "en2": ["order_date", "item_id", "title", "qty", "price"],
    "de": ["Datum", "Artikelnummer", "Bezeichnung", "Menge", "Einzelpreis"],
    "fr": ["Date de vente", "Référence", "Désignation", "Quantité", "Prix unitaire"],
    "es": ["Fecha", "Código", "Descripción", "Cantidad", "Precio unitario"],
    "zh": ["日期", "商品编码", "商品名称", "销量", "单价"],
    "zh2": ["统计日期", "货号", "品名", "销售数量", "售价"],
}


def tidy_rows(header: list[str], day: Day, number: Format, days: int = DAYS) -> list[list[str]]:
    """A tidy table: one row a SKU and day."""
    price = NUMBERS["german"] if number in (NUMBERS["german"], NUMBERS["french"]) else (lambda n: f"{n:.2f}")
    return [header] + [[day(d), sku, SKUS[sku], number(n), price(9.5)] for (sku, d), n in truth(days).items()]


def order_lines() -> Iterator[tuple[int, str, dt.date, int, int]]:
    """Order lines that add up to the truth: (order number, SKU, day, units, line of the order)."""
    number = 1000
    for (sku, d), n in truth().items():
        for k, part in enumerate([n] if n < 4 else [n // 2, n - n // 2]):
            number += 1
            yield number, sku, d, part, k
