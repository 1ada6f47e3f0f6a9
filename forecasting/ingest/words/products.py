# ruff: noqa: E501 - tables of words and files read best as they stand
"""Codes that stand in a sales table and are no products: postage, fees, adjustments, vouchers, totals."""

from __future__ import annotations

import re
from functools import lru_cache

import polars as pl

_CODES = {
    "POST": "postage",
    "POSTAGE": "postage",
    "DOT": "postage",
    "SHIPPING": "postage",
    "SHIP": "postage",
    "FREIGHT": "postage",
    "DELIVERY": "postage",
    "VERSAND": "postage",
    "PORTO": "postage",
    "C2": "carriage",
    "C3": "carriage",
    "CARRIAGE": "carriage",
    "BANK CHARGES": "bank charges",
    "BANKCHARGES": "bank charges",
    "AMAZONFEE": "marketplace fee",
    "CRUK": "charity commission",
    "ADJUST": "adjustment",
    "ADJUST2": "adjustment",
    "ADJUSTMENT": "adjustment",
    "MANUAL": "manual entry",
    "DISCOUNT": "discount",
    "RABATT": "discount",
    "REMISE": "discount",
    "GIFTCARD": "gift voucher",
    "GIFT CARD": "gift voucher",
    "VOUCHER": "gift voucher",
    "GUTSCHEIN": "gift voucher",
    "TAX": "tax",
    "TIP": "tip",
    "FEE": "fee",
    "INSURANCE": "insurance",
    "DEPOSIT": "deposit",
    "运费": "postage",
    "邮费": "postage",
    "补差价": "price adjustment",
    "差价": "price adjustment",
    "赠品": "free gift",
    "HANDLING": "handling",
    "SURCHARGE": "surcharge",
    "ROUNDING": "rounding",
    "SAMPLES": "samples",
}
_SHORT_CODES = {"M": "manual entry", "D": "discount", "S": "samples", "B": "adjustment", "P": "postage", "G": "gift voucher"}
# What is sold to put a gift card into is a product.
_FOR_CARDS = r"(?:holder|box|wallet|sleeve|envelope|case|tin|display|stand|bag|wrap)(?:e?s)?\b"
_GIFT_CODE = re.compile(
    rf"gift_\d+.*|gc[-_]?\d{{2,4}}|.*\bgift[-_ ]?(?:voucher|card)s?\b(?! (?:{_FOR_CARDS})).*", re.IGNORECASE
)
_TEST_CODE = re.compile(r"test(?:\d{2,}|[-_ ]?(?:sku|product|item|order)\d*)", re.IGNORECASE)
_NAMES = (
    (
        re.compile(
            r"(?:dotcom )?postage|porto|versand(?:kosten)?|shipping(?: (?:cost|fee|charge)s?)?|delivery(?: (?:cost|fee|charge)s?)?|frais de (?:port|livraison)"
            r"|gastos de env[ií]o|运费|邮费|运费差价|邮费补拍"
        ),
        "postage",
    ),
    (re.compile(r"(?:next day )?carriage"), "carriage"),
    (re.compile(r"manual"), "manual entry"),
    (re.compile(r"discount|rabatt|remise|descuento|coupon"), "discount"),
    (re.compile(r"samples?"), "samples"),
    (re.compile(r"bank charges?|bankgeb[üu]hren"), "bank charges"),
    (re.compile(r"amazon fee|(?:transaction|payment|paypal|marketplace) fees?"), "marketplace fee"),
    (re.compile(r"adjust(?:ment)?(?: by .*| bad debt)?"), "adjustment"),
    (re.compile(r"cruk commission"), "charity commission"),
    (re.compile(r"(?:this is a )?test (?:product|item|order)s?\b.*"), "test"),
    (
        re.compile(
            rf"(?:dotcomgiftshop )?(?:e-?)?gift (?:voucher|card)s?(?: (?!{_FOR_CARDS}).*)?|gutschein(?: .*)?|carte cadeau(?: .*)?|tarjeta regalo(?: .*)?|礼品卡"
        ),
        "gift voucher",
    ),
    (re.compile(r"tips?|trinkgeld|pourboire|propina"), "tip"),
    (re.compile(r"补差价.*|差价.*补.*|价格补差.*"), "price adjustment"),
)
_HINT = (
    r"(?i)post|porto|versand|ship|deliver|frais|gastos|运费|邮费|carriage|manual|discount|rabatt|remise|descuento|coupon|sample|bank|fee|"
    r"adjust|cruk|test|gift|gc|gutschein|cadeau|regalo|礼品|tip|trinkgeld|pourboire|propina|差"
    rf"|^\s*(?:{'|'.join(map(re.escape, _CODES))})\s*$"
)
_TOTAL = re.compile(
    r"(?:grand |sub[- ]?|overall )?totals?(?:\s*[:：].*| général| general| geral)?|sums?|(?:gesamt|zwischen)?summe|gesamt(?:ergebnis)?|insgesamt|total (?:general|général|ventes|sales|units)|"
    r"(?:tages|wochen|monats|jahres|kassen)(?:summe|umsatz)|(?:daily|weekly|monthly|day|week|month) total|total (?:du )?jour|"
    r"somme|suma|合计|总计|小计|总和|汇总|全部|总数|合計|總計|all (?:products|items|skus|stores|shops|outlets|branches|locations|channels|marketplaces|regions|countries)|average|mean|durchschnitt|mittelwert|moyenne|promedio|平均值?|vs\.? (?:ly|py|last year|budget|plan)|yoy(?: %)?|% ?change|change ?%|% ?growth|growth ?(?:%|rate)|gesamtsumme|totaux|subtotales?|"
    # Further languages of Europe and Asia.
    r"totale(?: complessivo| generale)?|(?:eind|sub)?totaal|totalt|summa|i alt|yhteensä|összesen|végösszeg|razem|łącznie|suma końcowa|celkem|"
    r"celkový součet|(?:общий )?итог|итого|всего|(?:genel |ara )?toplam|σύνολο|γενικό σύνολο|tổng cộng|รวม(?:ทั้งหมด)?|総計|小計|총계|합계|총합계|소계",
    re.IGNORECASE,
)
_TOTAL_HINT = (
    r"(?i)total|totaux|sum|gesamt|umsatz|somme|[合总小總][计計]|总[和数]|總數|汇总|全部|all |average|mean|durchschnitt|mittelwert|moyenne|promedio|平均|"
    r"vs|yoy|change|growth|totaal|i alt|yhteensä|összesen|végösszeg|razem|łącznie|celkem|celkový|итог|всего|toplam|σύνολο|tổng|รวม|総計|小計"
    r"|총계|합계|소계"
)
_DATED = re.compile(r"(?<=\w)[\s:：]+(?:(?:for|für|of|du|del|vom|am|on)\s+)?\d[\d\s./\-年月]*日?$")


@lru_cache(maxsize=1 << 16)
def not_a_product(code: str, name: str = "") -> str | None:
    """What a code stands for when it is no product, or None.

    A single letter is only believed with a description that says the same: "M" can be a product, "M - Manual" is not.

    >>> not_a_product("POST"), not_a_product("M"), not_a_product("M", "Manual"), not_a_product("22041", "RECORD FRAME")
    ('postage', None, 'manual entry', None)
    """
    key, words = code.strip().upper(), name.strip().lower()
    if key in _CODES:
        return _CODES[key]
    if _GIFT_CODE.fullmatch(key) and (not words or "gift" in words or "voucher" in words or "card" in words):
        return "gift voucher"
    if _TEST_CODE.fullmatch(key):
        return "test"
    for pattern, what in _NAMES:
        if words and pattern.fullmatch(words):
            return _SHORT_CODES.get(key, what)
    return None


def may_be_no_product(words: pl.Series) -> pl.Series:
    """A quick sieve over many codes or names: of every code that `not_a_product` would refuse, it or its name passes."""
    return words.str.contains(_HINT)


def may_be_total(cells: pl.Series) -> pl.Series:
    """A quick sieve over many cells: every one that `is_total` takes for a totals row passes it."""
    return cells.str.contains(_TOTAL_HINT)


@lru_cache(maxsize=1 << 16)
def is_total(text: str) -> bool:
    """Whether a key cell marks a totals row.

    >>> is_total("Grand Total"), is_total("合计"), is_total("Total Care Shampoo"), is_total("Tagessumme 01.03.2024")
    (True, True, False, True)
    """
    return bool(_TOTAL.fullmatch(_DATED.sub("", text.strip())))
