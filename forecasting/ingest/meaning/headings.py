"""What a heading says of its column, by the words it is made of."""

from __future__ import annotations

import re

from forecasting.ingest.cells.datetext import month_number
from forecasting.ingest.cells.kinds import DATE, NUMBER, TEXT
from forecasting.ingest.mapping import SINGLE_ROLES
from forecasting.ingest.meaning.known import planned
from forecasting.ingest.meaning.looks import Look, content_fit, small_numbers
from forecasting.ingest.meaning.measures import RUNNING
from forecasting.ingest.meaning.platforms import Platform
from forecasting.ingest.meaning.within import is_weekday
from forecasting.ingest.words.products import is_total
from forecasting.ingest.words.vocabulary import is_own_code, plain, role_of

_SALES = {"sales", "ventes", "ventas", "verkäufe", "volume", "demand"}
_SALES_ALONE = {"sales", "ventes", "ventas", "verkäufe"}
_EACH = frozenset(["hourly", "daily", "weekly", "monthly", "quarterly", "yearly", "annual"])
_CLEAR = 0.75  # a known word for units, and no word that only holds one
_COUNTED = {"unit", "units", "qty", "quantity", "count", "unités", "unidades"}
_NOT_SOLD = frozenset(
    ["ly", "py", "vorjahr", "vj", "n-1", "budget", "plan", "target", "goal", "forecast", "soll", "prognose", "预测", "目标"]
)
_GIVEN = frozenset(["free", "foc", "bonus", "gratis"])
_OTHER_TIME = re.compile(r"(?:last|prior|previous) (?:year|period|month|week)|año anterior|去年|同期|上年")
_GOODS = frozenset(["sku", "name", "category"])
_DATE_WORDS = frozenset(["date", "datum", "fecha", "data", "dato", "tarih", "дата"])
SIX_DIGITS = re.compile(r"\s*\d{6}\s*")
# Headings of a part of a date; the year stands in a column of its own, or in a name or title.
_PARTS = {
    "quarter": re.compile(r"quarters?|quartal|trimestre|kwartaal|kwartał|kvartal|čtvrtletí|квартал|季度|四半期|분기"),
    "month": re.compile(
        r"months?|(?:fiscal |posting |accounting )?period|fiscal month"
        r"|monat|mes|mois|mese|mês|maand|miesiąc|månad|måned|měsíc|месяц|ay|月份?|월"
    ),
    "week": re.compile(
        r"weeks?|(?:kalender)?woche|kw|wk|semana|semaine|settimana|tydzień|vecka|uge|uke|týden|неделя|hafta|[周週]|주차"
    ),
    "day": re.compile(r"days?|tag|jour|dia|giorno|dag|dzień|den|день|gün|日|일"),
}
_OF_CALENDAR = re.compile(
    r"\b(?:fiscal|financial|calendar|iso|retail|business|accounting|posting|trading|sales|no|nr|num|number|of (?:the )?year)\b"
    r"|[#.]"
)
_QUARTER_ALONE = re.compile(
    r"[QT]\s?[1-4]|[1-4](?:\.|er|[eè]me)?\s?(?:quartal|quarter|trimestre)|第?[1-4一二三四]季度?", re.IGNORECASE
)
_WEEK_ALONE = re.compile(r"(?:w|kw|wk|cw|week|woche|semaine|semana|sem|s)\.?\s?\d{1,2}|第?\d{1,2}[周週]", re.IGNORECASE)
# Codes that a marketplace or the world gave, and the merchant's own.
_OF_ALL = frozenset(
    ["ean", "upc", "gtin", "isbn", "barcode", "asin", "fnsku", "streepjescode", "条码", "barkod", "штрихкод", "баркод"]
)
_OF_VARIANT = re.compile(r"\bvariant|\bvariation|옵션")
_LABELS = re.compile(
    r"row labels|column labels|zeilenbeschriftungen|spaltenbeschriftungen|行标签|列标签|étiquettes de (?:lignes|colonnes)"
    r"|etiquetas de (?:fila|columna)|etichette di (?:riga|colonna)"
)


def named_roles(columns: list[Look], platform: Platform | None) -> dict[int, tuple[str, float]]:
    """Roles by header words; of several columns for one role the one whose word and cells fit best keeps it."""
    claims: list[tuple[float, int, str]] = []
    for column in columns:
        known = _platform_role(column.header, platform)
        found = (known, 2.0) if known else role_of(column.header)
        if found is None or _LABELS.fullmatch(plain(column.header)):
            continue
        # "Event name" names an event and no product.
        if found[0] in ("name", "sku", "category") and planned(column.header):
            continue
        role, strength = _adapted(found[0], found[1], column)
        claims.append((strength * content_fit(role, column), column.index, role))
    claims = _money_beside_units(columns, claims)
    roles: dict[int, tuple[str, float]] = {}
    taken: set[str] = set()
    for strength, index, role in sorted(claims, key=lambda c: (-c[0], c[1])):
        if role == "ignore":
            roles[index] = (role, 1.0)
        elif strength > 0.15 and not (role in SINGLE_ROLES and role in taken):
            roles[index] = (role, min(1.0, strength))
            taken.add(role)
    return roles


def _money_beside_units(columns: list[Look], claims: list[tuple[float, int, str]]) -> list[tuple[float, int, str]]:
    """ "Ventas" may be units, but not beside "Uds": then it is money."""
    heads = {c.index: set(plain(c.header).split()) for c in columns}
    units = [(strength, j) for strength, j, role in claims if role == "units"]
    if not any(strength > _CLEAR and not heads[j] & _SALES for strength, j in units):
        return claims
    return [(s, j, "revenue" if role == "units" and heads[j] <= _SALES_ALONE else role) for s, j, role in claims]


def _platform_role(header: str, platform: Platform | None) -> str | None:
    if platform is None:
        return None
    for form in (
        header.strip().lower(),
        plain(header),
        header.strip().lower().replace("–", "-"),
        plain(header).replace("_", " "),
    ):
        if form in platform.roles:
            return platform.roles[form]
    return None


def _adapted(role: str, strength: float, column: Look) -> tuple[str, float]:  # noqa: PLR0911 - one line for each word
    """Words with two meanings, told apart by the cells: "sales" in money, "day" or "month" as a number, "sale" as a flag."""
    text = plain(column.header)
    money = any(re.search(r"[$€£¥￥₹]", s) for s in column.samples) or (column.kind == NUMBER and not column.whole)
    words = set(text.split())
    if role in ("units", "revenue") and _is_other_count(column.header.lower()):
        return role, 0.1  # what was sold a year before, is planned, given away, or added up from day to day
    if role == "units" and words & _SALES and not words & _COUNTED and money:
        return ("units", 0.5) if not any(re.search(r"[$€£¥￥₹]", s) for s in column.samples) else ("revenue", 0.9)
    said = [s for s in column.samples if not is_total(s)]
    if role == "year" and said and all(SIX_DIGITS.fullmatch(s) for s in said):
        return "date", 0.8  # "YearWeek", "Year/Month"
    if role == "date" and column.kind == NUMBER and small_numbers(column):
        part = next((p for p, words in _PARTS.items() if words.fullmatch(_without_sense(text))), "")
        return (part or "ignore", 0.9 if part else 0.1)
    if role == "date" and said and all(_QUARTER_ALONE.fullmatch(s.strip()) for s in said):
        return "quarter", 0.9
    if role == "date" and said and all(_WEEK_ALONE.fullmatch(s.strip()) for s in said):
        return "week", 0.9
    if role == "date" and said and all(month_number(s) for s in said):
        return "month", 0.9
    if role == "sku" and not _tells_time(said):
        return role, _as_code(strength, text, words) * (1 - column.blank / 2)
    if role == "time" and column.kind == DATE and any(re.search(r"\d{4}|\d[-/.]\d+[-/.]\d", s) for s in column.samples):
        return "date", 0.8
    if column.kind == DATE and (role == "order" or (role not in ("date", "time", "cancelled") and words & _DATE_WORDS)):
        return "date", 0.7  # "Order date", "Customer shipment date"
    if role == "order" and column.kind == NUMBER and text in ("orders", "order count"):
        return "orders", 0.9
    if (role == "units" and text == "sold" and column.kind == TEXT) or (role in _GOODS and _tells_time(said)):
        return "note", 0.1
    return role, strength


def counts_pieces(header: str, total: bool) -> bool:
    """Whether a heading names a number of pieces, and whether it says that of them all.

    >>> counts_pieces("Product Quantity", total=False), counts_pieces("Total Quantity", total=True)
    (True, True)
    """
    words = set(plain(header).split())
    sold = (role_of(header) or ("",))[0] == "units" and not _is_other_count(header.lower())
    return sold and bool(words & _COUNTED) and ("total" in words) == total


def _tells_time(said: list[str]) -> bool:
    """Whether all cells seen name a weekday or a month: those of "Weekday Name" name no product."""
    words = [s for s in said if not any(c.isdigit() for c in s)]  # "P03" is a code, and "3월" no more than one
    return len(words) == len(said) > 2 and all(is_weekday(s) or month_number(s) for s in words)


def says_sales(header: str) -> bool:
    """Whether a heading says sales and no more, but for the length of a period.

    >>> says_sales("Weekly_Sales"), says_sales("Sales"), says_sales("Sales of mugs")
    (True, True, False)
    """
    words = set(plain(header).split()) - _EACH
    return bool(words) and words <= _SALES_ALONE


def _is_other_count(header: str) -> bool:
    words = set(re.findall(r"[^\W_]+(?:-1)?", header))
    return bool(words & (_NOT_SOLD | _GIVEN) or _OTHER_TIME.search(header) or RUNNING.search(header))


def _without_sense(text: str) -> str:
    """A heading of a part of a date without the words that say by whose count: "fiscal week no" is a week."""
    return " ".join(_OF_CALENDAR.sub(" ", text).split()) or text


def _as_code(strength: float, text: str, words: set[str]) -> float:
    """How well a heading names the code by which the merchant knows a product.

    A SKU is finer than a product or an item; the merchant's own code outlives the number that a marketplace gave the offer, and
    a barcode or a parent is the last resort.
    """
    if words & _OF_ALL or "parent" in words:
        return 0.6 * strength
    if "sku" in words:
        strength = max(strength, 0.85) + 0.15
    strength += 0.6 if _OF_VARIANT.search(text) and (is_own_code(text) or "sku" in words) else 0.0
    return strength + 0.3 if is_own_code(text) else strength
