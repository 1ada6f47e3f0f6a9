"""Stock movements of ERP systems: which are sales, which are returns, and what their sign means."""

from __future__ import annotations

import re

import polars as pl

_SALES = re.compile(
    r"601|251|633|231|sales?(?: issue| order)?|shipments?|(?:sales |tax )?invoices?|cash sales?"
    r"|sales receipts?|rechnung|facture|factura(?: de venta)?|goods issue.*|issue|gi|verkauf|warenausgang|wa"
    r"|销售出库|销售|出库|venta|vente|sortie|salida",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"602|651|653|252|634|returns?|sales? returns?|customer\s?returns?|(?:sales )?credit (?:note|memo)s?|gutschrift"
    r"|retoure|rückgabe|销售退货|退货|退货入库|devoluci[oó]n|retour",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\d{3}|receipts|(?:whse|warehouse)\s?transfers?|vendor\s?returns?|adjustments|quot(?:e|ation)s?|estimates?|angebot|devis"
    r"|(?:positive|negative) adj(?:mt|ustment)\.?|(?:assembly )?(?:consumption|output)|adjustment.*"
    r"|goods receipt.*|receipt|purchase.*|transfer.*|inventory.*|scrap.*"
    r"|wareneingang|we|umlagerung|inventur.*|采购入库|入库|调拨.*|盘点.*|报废.*"
    r"|生产入库|其他.*|compra|achat|entrada|entrée",
    re.IGNORECASE,
)

# A share of quantities below zero that returns of goods never reach.
_LEDGER = 0.7


def is_movement(word: str) -> bool:
    """Whether a word is a type of stock movement.

    >>> is_movement("601"), is_movement("paid")
    (True, False)
    """
    return any(pattern.fullmatch(word) for pattern in (_SALES, _BACK, _OTHER))


def mostly_below_zero(below: int, filled: int) -> bool:
    """Whether so many quantities (of those that are not 0) are below zero that these must be the sales."""
    return below > _LEDGER * filled


def movement_signs(status: pl.Series | None, values: pl.Series, issues: list[str]) -> pl.Series | None:
    """Units with the sign of demand (sales positive, returns negative), null for other movements; None without movements.

    In a stock ledger a sale leaves the stock, so its quantity can be negative: the movement type decides, not the sign.
    """
    if status is None or (status == "").all():
        return _issues_alone(values, issues)
    words = [w for w in status.unique().to_list() if w]
    sales = [w for w in words if _SALES.fullmatch(w)]
    back = [w for w in words if _BACK.fullmatch(w) and w not in sales]
    other = [w for w in words if _OTHER.fullmatch(w) and w not in sales and w not in back]
    if not sales and not back and not other:
        return _issues_alone(values, issues)
    if not sales or len(sales) + len(back) + len(other) < len(words):
        return _issues_alone(values, issues)
    sold = values.filter(status.is_in(sales))
    ledger = int((sold < 0).sum()) > 0.5 * len(sold)
    if not ledger and not back and not other:
        return None
    issues.append(
        f"movement types: {', '.join(sorted(sales))} are sales{', ' + ', '.join(sorted(back)) + ' returns' if back else ''}"
        f"{', the others are set aside' if other else ''}"
        f"{'; quantities leave the stock, so their minus means sold' if ledger else ''}"
    )
    demand = -values if ledger else values
    return pl.select(
        pl.when(status.is_in(sales)).then(demand).when(status.is_in(back)).then(-values.abs()).otherwise(None)
    ).to_series()


def _issues_alone(values: pl.Series, issues: list[str]) -> pl.Series | None:
    """Quantities of which most are below zero are what left the stock; those above it came in and are no sales."""
    if not mostly_below_zero(int((values < 0).sum()), int((values != 0).sum())):
        return None
    issues.append("most quantities are below zero: they left the stock and count as sold, those above zero are set aside")
    return pl.select(pl.when(values > 0).then(None).otherwise(values.abs())).to_series()
