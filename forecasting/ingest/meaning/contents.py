"""What the cells of a column say of it, where its heading says nothing, or something else."""

from __future__ import annotations

import re

import polars as pl

from forecasting.ingest.cells.calendars import counts_days, months_under_years
from forecasting.ingest.cells.kinds import DATE, NUMBER, TEXT
from forecasting.ingest.mapping import BY_LOOK, GUESSED
from forecasting.ingest.meaning.arithmetic import factors, summing_column, sums_orders
from forecasting.ingest.meaning.headings import counts_pieces
from forecasting.ingest.meaning.known import planned
from forecasting.ingest.meaning.looks import Look
from forecasting.ingest.meaning.measures import measure_column
from forecasting.ingest.meaning.nested import nested
from forecasting.ingest.reading.table import Table
from forecasting.ingest.words.products import is_total
from forecasting.ingest.words.vocabulary import plain, role_of

_COUNT_WORDS = frozenset(["count", "passengers", "y", "out"])
_MONEY = frozenset(["price", "list_price", "cost", "tax", "discount", "conversion"])
_YES_NO = frozenset(["true", "false", "yes", "no", "y", "n", "t", "f", "ja", "nein", "oui", "non", "是", "否"])
_SHORT = 20  # rows of a table in which each SKU may stand once
MOST_ROWS = 50_000
_DAY = re.compile(r"\s*(?:(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)?\d\d)(?!\d)")
_DAY_IN_DIGITS = re.compile(r"(19|20)\d{6}")
_FEW_SPREAD = 1.2  # categories to a product, where some were entered wrongly
# Words below such headings say who bought, how, and in what weather, and name nothing that is sold.
_OF_NO_GOODS = re.compile(
    r"\b(?:gender|sex|marital|education|occupation|loyalty|payments?|paid (?:by|with)|weather|seasons?|holidays?|weekday"
    r"|day (?:of (?:the )?week|name|type)|geschlecht|zahlungsart|zahlungsweise|zahlart|wetter|wochentag|sexe|paiement|météo"
    r"|sexo|género|pago|clima)\b|性别|付款方式|支付方式|天气|季节|星期"
)
_PLACES = frozenset(["lat", "latitude", "lon", "lng", "long", "longitude"])
# Numbers below such words name things and count none.
_IDENTIFIER = re.compile(
    r"\b(?:ids?|ean|upc|gtin|asin|isbn|barcodes?|codes?|keys?|numbers?|no|nos|nr|num|number|phone|zip|postcode|pincode|postal|reference|ref)\b"
    r"|编号|编码|条码|单号|番号|번호|код|номер",
)
# "Meal ID" may name what is sold; the keys of people, places and events do not.
_KEY = re.compile(r"\w\W+(?:id|code)$")
_OF_OTHERS = re.compile(
    r"\b(?:cent(?:er|re)|store|shop|branch|site|location|region|city|area|zone|country|state|county|postal|zip|address|customer|user"
    r"|client|member|household|seller|vendor|supplier|staff|employee|cashier|waiter|driver|table|terminal|register|till|device"
    r"|session|visitor|order|basket|ticket|receipt|invoice|transaction|payment|shipment|delivery|promo\w*|campaign|event|holiday"
    r"|status|currency|tax|date|day|week|month|period|time|record|row|line)\b"
)
_NUMBER_OF_A_THING = re.compile(r"\w\W+(?:ids?|no|nos|nr|nbr|num|number|code|key|phone|zip)\.?$")  # "Table no", "Staff ID"


def with_content(table: Table, columns: list[Look], roles: dict[int, tuple[str, float]]) -> dict[int, tuple[str, float]]:
    """Fill the roles that no header named from what the cells look like, and from what they add up to."""
    roles = dict(roles)
    have = {role for role, _ in roles.values()}
    if not have & {"date", "period"} and (dated := _dated(table, columns, roles)) is not None:
        roles[dated.index] = ("date", 0.7)
    codes = _second_names(columns, roles) if "sku" not in have and "name" in have else []
    if codes:
        roles |= _code_and_name(columns, codes, roles)
    if not have & {"sku", "name"} and (goods := _goods(table, columns, roles)) is not None:
        roles[goods.index] = ("sku", BY_LOOK)
    if "units" not in have and (added := summing_column(table, *_parts_and_sums(columns, roles))) is not None:
        roles[added] = ("units", 0.6)
    elif "units" not in have and (found := _by_arithmetic(table, columns, roles)):
        roles |= found
    elif "units" not in have:
        roles |= _units(columns, roles)
    return roles


def _goods(table: Table, columns: list[Look], roles: dict[int, tuple[str, float]]) -> Look | None:
    """The column that tells the goods apart, where no heading names them: words before numbers, and the most different ones."""
    keyed = [
        c
        for c in columns
        if roles.get(c.index, ("line_id",))[0] == "line_id"
        and c.kind in (TEXT, NUMBER)
        and (c.distinct < 0.95 or (c.kind == TEXT and not table.has_header and table.height < _SHORT))
        and c.blank < 0.5
        and not _is_flag(c)
        and not _OF_NO_GOODS.search(plain(c.header))
        and _of_one_category(table, c, roles)
    ]
    # "No." numbers the rows, unless its numbers come again: then they are those of the goods.
    numbered = [c for c in keyed if c.index in roles]
    coded = [c for c in keyed if _KEY.search(plain(c.header)) and not _OF_OTHERS.search(plain(c.header))]
    return max([c for c in keyed if c.kind == TEXT] or numbered or coded, key=lambda c: c.distinct, default=None)


def _units(columns: list[Look], roles: dict[int, tuple[str, float]]) -> dict[int, tuple[str, float]]:
    """The column that counts what was sold, where neither a heading nor arithmetic tells it."""
    # A second price, a tax or a cost is no number of units.
    unnamed = [c for c in columns if c.index not in roles and (role_of(c.header) or ("",))[0] not in _MONEY]
    unnamed = [c for c in unnamed if plain(c.header) not in _PLACES and not _NUMBER_OF_A_THING.search(plain(c.header))]
    if layout_of(roles) == "orders":
        unnamed = [c for c in unnamed if not _IDENTIFIER.search(plain(c.header))]
    numbers = [c for c in unnamed if c.kind == NUMBER]
    counted = [c for c in numbers if plain(c.header) in _COUNT_WORDS]
    numbers = counted or numbers
    whole = [c for c in numbers if c.whole and c.blank < 0.9]
    priced = any(role == "revenue" for role, _ in roles.values())
    chosen = whole[-1:] if priced else (whole or numbers)[-1:]
    return {c.index: ("units", 0.6 if counted else GUESSED) for c in chosen}


def by_group(table: Table, roles: dict[int, tuple[str, float]]) -> dict[int, tuple[str, float]]:
    """Where nothing names a product, what is sold is told apart by its category; where nothing does, by the store."""
    have = {role: j for j, (role, _) in roles.items()}
    if have.keys() & {"sku", "name", "variant"}:
        return roles
    groups = [have[role] for role in ("category", "channel") if role in have]
    several = [j for j in groups if table.column(j).head(MOST_ROWS).n_unique() > 1]
    return roles | {several[0]: ("sku", GUESSED)} if several else roles


def _of_one_category(table: Table, column: Look, roles: dict[int, tuple[str, float]]) -> bool:
    """Whether most values of a column stand beside one category only, as products do; true where nothing names a category."""
    j = next((j for j, (role, _) in roles.items() if role == "category"), None)
    if j is None:
        return True
    pairs = pl.DataFrame([table.column(k).head(MOST_ROWS).alias(name) for k, name in ((column.index, "of"), (j, "in"))])
    pairs = pairs.filter(pl.col("of").str.strip_chars() != "", pl.col("in").str.strip_chars() != "")
    return pairs.n_unique() <= _FEW_SPREAD * pairs["of"].n_unique()


def _is_flag(column: Look) -> bool:
    """Whether the cells say yes or no."""
    return column.kind == TEXT and all(s.strip().lower() in _YES_NO for s in column.samples)


def _dated(table: Table, columns: list[Look], roles: dict[int, tuple[str, float]]) -> Look | None:
    """The column whose cells are dates, days in eight digits, a platform's spare moments, or months below their years."""
    free = [c for c in columns if c.index not in roles]
    dates = [c for c in free if c.kind == DATE and not all(re.match(r"\s*\d{1,2}:\d\d", s) for s in c.samples)]
    year = next((c for c in columns if roles.get(c.index, ("",))[0] == "year"), None)
    if year is not None:  # 0 and 1 are years since some other, and a whole date beside them says more
        short = all(len(s.strip()) == 1 for s in year.samples)
        return next((c for c in dates if short and all(_DAY.match(s) for s in c.samples)), None)
    digits = [c for c in free if c.kind == NUMBER and c.samples and all(_DAY_IN_DIGITS.fullmatch(s.strip()) for s in c.samples)]
    # A moment that a platform's files have beside the usual one is better than none.
    spare = [c for c in columns if c.kind == DATE and (role_of(c.header) or ("",))[0] == "date"]
    spare = [c for c in spare if roles.get(c.index, ("ignore",))[0] == "ignore"]
    found = next(iter([*dates, *digits, *spare]), None)
    counted = (c for c in free if counts_days(table.column(c.index).head(MOST_ROWS)))
    found = found or next(counted, None)
    found = found or next((c for c in free if c.kind == TEXT and nested(table.column(c.index).head(MOST_ROWS))), None)
    return found or next((c for c in free if months_under_years(table.column(c.index)) is not None), None)


def _second_names(columns: list[Look], roles: dict[int, tuple[str, float]]) -> list[Look]:
    """Further columns that are headed like a product: beside its name, one of them is its code."""
    named = [(c, role_of(c.header)) for c in columns if c.index not in roles and c.blank < 0.5 and not planned(c.header)]
    return [column for column, found in named if found and found[0] in ("name", "sku")]


def _code_and_name(columns: list[Look], codes: list[Look], roles: dict[int, tuple[str, float]]) -> dict[int, tuple[str, float]]:
    """Of a product's name and its further names the one that is made as codes are is its SKU; of words none is."""
    named = next(c for c in columns if roles.get(c.index, ("",))[0] == "name")
    code = max(codes, key=_like_codes)
    if _like_codes(named) > _like_codes(code):
        return {named.index: ("sku", 0.6), code.index: ("name", 0.6)}
    return {code.index: ("sku", 0.6)} if _like_codes(code) else {}


def _like_codes(column: Look) -> float:
    """The share of the cells seen that hold a digit and no blank, as codes do and names do not."""
    return sum(bool(re.search(r"\d", s)) and " " not in s.strip() for s in column.samples) / max(1, len(column.samples))


def _parts_and_sums(columns: list[Look], roles: dict[int, tuple[str, float]]) -> tuple[list[int], list[int]]:
    """Columns of numbers that nothing names, and those headed as the sum of others."""
    numbers = [c for c in columns if c.kind == NUMBER]
    return [c.index for c in numbers if c.index not in roles], [c.index for c in numbers if is_total(c.header)]


def _by_arithmetic(table: Table, columns: list[Look], roles: dict[int, tuple[str, float]]) -> dict[int, tuple[str, float]]:
    """Units, price and amount of three columns of which one is the product of the others, whatever they are called."""
    numbers = [c.index for c in columns if c.kind == NUMBER and roles.get(c.index, ("",))[0] in ("", "price", "revenue")]
    sku = next((j for j, (role, _) in roles.items() if role == "sku"), None)
    found = factors(table, numbers, sku)
    return {j: (role, 0.6) for j, role in found.items() if j not in roles}


def with_measures(table: Table, roles: dict[int, tuple[str, float]]) -> dict[int, tuple[str, float]]:
    """Where a column says what the numbers count, the one column of numbers beside it holds the units on some rows."""
    j = measure_column(table)
    if j is None or "units" in {role for role, _ in roles.values()}:
        return roles
    return {k: ("units", 0.9) if role == "revenue" else (role, sure) for k, (role, sure) in roles.items() if k != j}


def with_units_of_lines(table: Table, roles: dict[int, tuple[str, float]]) -> dict[int, tuple[str, float]]:
    """ "Total quantity" that each line of an order repeats counts nothing where another column counts the line."""
    have = {role: j for j, (role, _) in roles.items()}
    order, units = have.get("order"), have.get("units")
    if order is None or units is None or not counts_pieces(table.header[units], total=True):
        return roles
    lines = [j for j, head in enumerate(table.header) if j != units and counts_pieces(head, total=False)]
    found = next((j for j in lines if sums_orders(table, order, j, units)), None)
    return roles if found is None else roles | {units: ("ignore", 0.9), found: ("units", 0.9)}


def logs_sales(table: Table, columns: list[Look], roles: dict[int, tuple[str, float]]) -> bool:
    """Whether each row notes who bought a piece, or when: goods that come again, and no numbers that count them."""
    have = {role: j for j, (role, _) in roles.items()}
    goods = have.get("sku", have.get("name"))
    if "date" not in have or goods is None or have.keys() & {"units", "revenue", "price", "stock", "promo"}:
        return False
    if any(c.kind == NUMBER and c.index not in roles and not _IDENTIFIER.search(plain(c.header)) for c in columns):
        return False
    told = "customer" in have or _by_the_clock(table.column(have["date"]).head(MOST_ROWS))
    return told and 2 * table.column(goods).head(MOST_ROWS).n_unique() < min(table.height, MOST_ROWS)


def _by_the_clock(moments: pl.Series) -> bool:
    """Whether all cells say the time of the day, and not always the same."""
    clock = moments.str.extract(r"(\d{1,2}:\d\d)")
    return clock.null_count() == 0 and clock.n_unique() > 1


def layout_of(roles: dict[int, tuple[str, float]]) -> str:
    """Order lines where a column holds orders, or customers beside prices; else one row for each SKU and period."""
    have = {role for role, _ in roles.values()}
    return "orders" if "order" in have or ("customer" in have and "price" in have) else "long"
