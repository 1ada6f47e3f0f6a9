"""Rows that are no sales: totals, broken codes, what is no product, cancelled orders, stock corrections."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from forecasting.ingest.cells.numbers import MISSING, parse_numbers
from forecasting.ingest.mapping import Mapping
from forecasting.ingest.meaning.columns import ColumnReader
from forecasting.ingest.meaning.platforms import PLATFORMS, Platform
from forecasting.ingest.reading.table import Table
from forecasting.ingest.words.products import may_be_no_product, not_a_product
from forecasting.ingest.words.vocabulary import plain

NOT_CHOSEN = "a channel or store that was not chosen"
TRUE_WORDS = {"1", "y", "yes", "true", "t", "x", "ja", "oui", "si", "sí", "是", "有", "on", "wahr", "vrai", "verdadero"}
FALSE_WORDS = {
    "",
    "0",
    "n",
    "no",
    "false",
    "f",
    "nein",
    "non",
    "否",
    "无",
    "off",
    "falsch",
    "faux",
    "none",
    "-",
    "nan",
    "null",
    "falso",
}


_CANCELLED = re.compile(
    r"(?:(?:order|item|line|payment) )?(?:cancel(?:l?ed)?|voided|void|failed|declined|rejected)(?:\W.*| by .*)?"
    r"|.*\b(?:unpaid|not paid|awaiting payment)|deleted|abandoned|parked|trash|checkout-draft|test(?: order)?"
    r"|storniert|abgebrochen|annul[ée]e?s?|cancelad[oa]s?|anulad[oa]s?"
    r"|unpaid|pending payment|draft|expired|quot(?:e|ation)|estimate|pro-?forma(?: invoice)?"
    r"|cancelaste .*|(?:venda|venta|compra|pedido) cancelad[oa]|(?:di)?batal(?:kan)?|đã h[uủ][yỷ]|ยกเลิก(?:แล้ว)?"
    r"|angebot|devis|presupuesto|preventivo"
    r"|annullat[oa]|geannuleerd|anulowan[ea]|annulleret|avbruten|makulerad|kansellert"
    r"|zrušen[aáo]|отмен[её]н[ао]?|[iİ]ptal(?: edildi)?|.*キャンセル(?:済み?)?|.*취소(?:완료)?"
    r"|.*等待付款.*|[(（]删除[)）].*|.*(?:交易关闭|已关闭|已取消|交易取消)|待付款|等待买家付款|未付款|取消",
    re.IGNORECASE,
)


# What a visitor of a shop did beside buying, as logs of events write it.
_LOOKED = re.compile(r"view|cart|add_?to_?cart|remove_from_cart|view_item|page_view|add_to_wishlist|begin_checkout")
_BROKEN_ID = re.compile(r"\d(?:[.,]\d+)?E\+?\d{2}", re.IGNORECASE)


def platform_of(mapping: Mapping, table: Table) -> Platform | None:
    """The platform named by the mapping, in the variant that fits the table."""
    names = {plain(h) for h in table.header} | {h.strip().lower() for h in table.header}
    found = [p for p in PLATFORMS if p.name == mapping.platform]
    return max(found, key=lambda p: sum(c in names for c in p.roles), default=None)


def check_keys(reader: ColumnReader, sku: pl.Series, name: pl.Series | None) -> None:
    """Reasons that concern the row as a whole; the first that holds is the one told."""
    later, reader.checks = reader.checks, []
    reader.check(reader.totals, "sku", sku, "a totals row, not a sale")
    reader.check(sku == "", "sku", sku, "no SKU")
    broken = is_broken_code(sku)
    reader.check(broken, "sku", sku, "Excel destroyed this code (written as a power of ten): export it as text")
    _check_products(reader, sku, name)
    _check_status(reader)
    _check_price(reader)
    _check_channel(reader)
    reader.checks += later


def is_broken_code(sku: pl.Series) -> pl.Series:
    """Which codes a spreadsheet has turned into numbers in powers of ten."""
    return sku.str.contains(rf"(?i)^{_BROKEN_ID.pattern}$")


def _check_products(reader: ColumnReader, sku: pl.Series, name: pl.Series | None) -> None:
    # A bare "" beside no rows at all would take their kind away: a large file may hold none back.
    names = name if name is not None else pl.Series([""]).new_from_index(0, len(sku))
    pairs = pl.DataFrame({"sku": sku, "name": names}).group_by("sku", "name").len()
    named = most_said(pairs)
    if reader.whole is not None:
        told = reader.whole.named
        named = pl.concat([named.filter(~pl.col("sku").is_in(told["sku"].implode())), told])
    reasons = no_products(named)
    if not reasons:
        return
    said = sku.replace_strict(list(reasons), list(reasons.values()), default="", return_dtype=pl.String)
    for what in sorted(set(reasons.values())):
        reader.check(said == what, "sku", sku, f"not a product: {what}")


def most_said(pairs: pl.DataFrame) -> pl.DataFrame:
    """The name that most rows of each SKU give it, as sku and name; `pairs` has the columns sku, name and len."""
    return pairs.sort(pl.col("name") != "", "len", "name").group_by("sku").agg(pl.col("name").last())


def no_products(named: pl.DataFrame) -> dict[str, str]:
    """The codes that are no products by what they are called, and what they are; `named` has the columns sku and name."""
    suspects = named.filter(may_be_no_product(named["sku"]) | may_be_no_product(named["name"]))
    return told_no_products(suspects.select("sku", "name").iter_rows())


def told_no_products(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The codes among these with their names that are no products, and what they are."""
    reasons = {code: not_a_product(code, name) for code, name in named}
    return {code: reason for code, reason in reasons.items() if reason}


def _check_status(reader: ColumnReader) -> None:
    platform = platform_of(reader.mapping, reader.table)
    status = reader.text("status")
    if status is not None:
        words = status.unique().to_list()
        looked = [word for word in words if _LOOKED.fullmatch(word)]
        reader.check(status.is_in(looked), "status", status, "looked at or put into a cart, not bought")
        words = [word for word in words if says_not_sold(word, platform)]
        reader.check(status.is_in(words), "status", status, "the order was cancelled or never paid")
        if platform is not None and platform.only:
            other = (status != "") & ~status.str.to_lowercase().is_in(list(platform.only))
            reader.check(other, "status", status, "not a sale of goods, but a fee, a tax or a payment")
    cancelled = reader.text("cancelled")
    if cancelled is not None:
        reader.check(_called_off(reader, cancelled), "cancelled", cancelled, "the order was cancelled")


def _called_off(reader: ColumnReader, cancelled: pl.Series) -> pl.Series:
    """Rows with a word or date of cancelling; where the column counts, those of which as many were cancelled as ordered."""
    said = ~cancelled.str.to_lowercase().is_in([*FALSE_WORDS, *MISSING])
    counted, units = parse_numbers(cancelled), reader.mapping.index("units")
    if counted.bad.any() or units is None or not (counted.values == 0).any():
        return said
    return (said & (counted.values > 0) & (counted.values >= reader.numbers(units).values)).fill_null(False)


def says_not_sold(status: str, platform: Platform | None) -> bool:
    """Whether the status of an order line says that it was cancelled or never paid, or no order at all."""
    not_sold = platform.not_sold if platform else ()
    return bool(status) and bool(
        _CANCELLED.fullmatch(status) or _LOOKED.fullmatch(status) or any(n in status.lower() for n in not_sold)
    )


def _check_channel(reader: ColumnReader) -> None:
    channel = reader.text("channel")
    if channel is not None and reader.mapping.chosen:
        reader.check(~channel.is_in(list(reader.mapping.chosen)), "channel", channel, NOT_CHOSEN)


def _check_price(reader: ColumnReader) -> None:
    """Stock corrections among order lines: no price and nobody who bought."""
    j, customer = reader.mapping.index("price"), reader.text("customer")
    if j is None or reader.mapping.layout != "orders":
        return
    price = reader.numbers(j).values
    reader.check((price < 0).fill_null(False), "price", reader.table.column(j), "a negative price: an adjustment, not a sale")
    if customer is not None:
        free = (price == 0).fill_null(False) & (customer == "")
        reader.check(free, "price", reader.table.column(j), "no price and no customer: a stock correction, not a sale")
