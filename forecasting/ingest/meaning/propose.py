"""A table -> the Mapping that a careful person would give it, with what should be asked."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

import polars as pl

from forecasting.core.errors import MappingNeeded
from forecasting.ingest.cells.calendars import counts_days, days_of_year, months_under_years, short_days, weeks_across
from forecasting.ingest.cells.dates import parse_dates
from forecasting.ingest.cells.datetext import PERIOD_OF_YEAR, day_of_week, fiscal, month_number, parse_date_text
from forecasting.ingest.cells.kinds import BLANK, DATE, NUMBER, TEXT, kind_of
from forecasting.ingest.cells.numbers import parse_numbers
from forecasting.ingest.mapping import GUESSED, SINGLE_ROLES, ColumnRole, Mapping, Question
from forecasting.ingest.meaning.arithmetic import factors, summing_column
from forecasting.ingest.meaning.columns import AMOUNTS, LEVELS
from forecasting.ingest.meaning.daysheets import days_across, longer_periods, measure_across, month_columns, units_across
from forecasting.ingest.meaning.known import planned
from forecasting.ingest.meaning.looks import Look, content_fit, look_at, small_numbers
from forecasting.ingest.meaning.measures import RUNNING, measure_column, units_of_goods
from forecasting.ingest.meaning.naming import period_named
from forecasting.ingest.meaning.nested import nested
from forecasting.ingest.meaning.platforms import Platform, recognise
from forecasting.ingest.meaning.titles import titled_column
from forecasting.ingest.meaning.within import hours_across, stores_across, weekdays_across
from forecasting.ingest.reading.reader import main_table
from forecasting.ingest.reading.table import Table
from forecasting.ingest.words.products import is_total
from forecasting.ingest.words.vocabulary import is_own_code, plain, role_of

_SALES = {"sales", "ventes", "ventas", "verkäufe", "volume", "demand"}
_SALES_ALONE = {"sales", "ventes", "ventas", "verkäufe"}
_CLEAR = 0.75  # a known word for units, and no word that only holds one
_COUNTED = {"unit", "units", "qty", "quantity", "count", "unités", "unidades"}
_COUNT_WORDS = frozenset(["count", "passengers", "y", "out"])
_MONEY = frozenset(["price", "list_price", "cost", "tax", "discount", "conversion"])
_YES_NO = frozenset(["true", "false", "yes", "no", "y", "n", "t", "f", "ja", "nein", "oui", "non", "是", "否"])
_NOT_SOLD = frozenset(
    ["ly", "py", "vorjahr", "vj", "n-1", "budget", "plan", "target", "goal", "forecast", "soll", "prognose", "预测", "目标"]
)
_GIVEN = frozenset(["free", "foc", "bonus", "gratis"])
_OTHER_TIME = re.compile(r"(?:last|prior|previous) (?:year|period|month|week)|año anterior|去年|同期|上年")
_DATE_WORDS = frozenset(["date", "datum", "fecha", "data", "dato", "tarih", "дата"])
_YEAR = re.compile(r"(?:19|20)\d\d")
_PERIOD = re.compile(r"(?:d|day|t|w|week|m|month|period|p|wk|kw|第)[_\s-]?\d{1,4}(?:周|月|天|期)?", re.IGNORECASE)
_NO_SALES = frozenset(["stock", "price", "list_price", "cost", "discount", "visitors", "page_views", "conversion", "returns"])
_SIX_DIGITS = re.compile(r"\s*\d{6}\s*")
_PAIR = re.compile(r"\d{1,2}[-/.]\d{1,2}\.?")  # a day of a year, or a code such as "1-7"
_LONGEST_DAY = 16
_SHORT = 20  # rows of a table in which each SKU may stand once
_FEW_DATES, _MANY = 0.2, 0.4  # the share of columns that periods across have at least
_MAX_QUESTION_ROWS = 50_000
_BY_WORD = 0.65  # a header that only holds a known word is no surer than this
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
_MONTH_AND_YEAR = re.compile(r"[^\W\d_]{3,12}\.?[\s\-/.']*(?:\d\d|\d{4})")
_QUARTER_ALONE = re.compile(
    r"[QT]\s?[1-4]|[1-4](?:\.|er|[eè]me)?\s?(?:quartal|quarter|trimestre)|第?[1-4一二三四]季度?", re.IGNORECASE
)
_WEEK_ALONE = re.compile(r"(?:w|kw|wk|cw|week|woche|semaine|semana|sem|s)\.?\s?\d{1,2}|第?\d{1,2}[周週]", re.IGNORECASE)
_DAY_IN_DIGITS = re.compile(r"(19|20)\d{6}")
# Codes that a marketplace or the world gave, and the merchant's own.
_OF_ALL = frozenset(["ean", "upc", "gtin", "isbn", "barcode", "asin", "fnsku", "streepjescode", "条码", "barkod"])
_OF_VARIANT = re.compile(r"\bvariant|\bvariation|옵션")
# Numbers below such words name things and count none.
_IDENTIFIER = re.compile(
    r"\b(?:ids?|ean|upc|gtin|asin|isbn|barcodes?|codes?|keys?|numbers?|no|nos|nr|num|number|phone|zip|postcode|pincode|postal|reference|ref)\b"
    r"|编号|编码|条码|单号|番号|번호|код|номер",
)
_MEMBERS = frozenset(["sku", "name", "variant", "channel", "category", "brand"])
_LABELS = re.compile(
    r"row labels|column labels|zeilenbeschriftungen|spaltenbeschriftungen|行标签|列标签|étiquettes de (?:lignes|colonnes)"
    r"|etiquetas de (?:fila|columna)|etichette di (?:riga|colonna)"
)
_PANEL_ROLES = frozenset(["name", "category", "brand", "channel", "returns", *AMOUNTS, *LEVELS])


def propose_mapping(tables: Sequence[Table]) -> Mapping:
    """Propose what the columns of the main table mean.

    Raises:
        MappingNeeded: when no column can be a date, or none can be the units sold; the sentence names the columns there are.

    Example:
        >>> from forecasting.ingest.reading.reader import read_tables
        >>> m = propose_mapping(read_tables(b"Datum;Artikel;Menge\\n01.02.2024;A1;5\\n02.02.2024;A1;4\\n", "x.csv"))
        >>> [(c.column, c.role) for c in m.columns], m.date_order
        ([('Datum', 'date'), ('Artikel', 'sku'), ('Menge', 'units')], 'DMY')
    """
    if not tables:
        raise MappingNeeded("There is no table to map: a file with a header and rows is needed.")
    return propose_for(main_table(list(tables)))


def propose_for(table: Table) -> Mapping:
    """Propose the mapping of one table."""
    columns = [look_at(table, j) for j in range(table.width)]
    if is_panel(table.header):
        return _panel_mapping(columns)
    platform = recognise(table.header)
    roles = _with_titles(table, _named_roles(columns, platform))
    wide = list(units_across(table)) or _wide_periods(columns) or list(days_across(table)) or list(month_columns(table))
    if wide and not _only_dates_beside(columns, wide):
        _refuse_other_measure(table)
        return _wide_mapping(table, columns, roles, wide)
    parts = _parts_across(table, roles)
    if parts:
        return _parts_mapping(table, columns, roles, parts)
    goods = units_of_goods(table.header)
    if goods and not {role for role, _ in roles.values()} & {"sku", "name"}:
        return _across_mapping(table, columns, roles, goods)
    roles = _with_measures(table, roles)
    roles = _with_content(table, columns, _without_members(columns, roles))
    roles = _with_unnamed_stores(table, columns, roles)
    if _series_across(table, columns, roles):
        return _across_mapping(table, columns, roles)
    roles = _by_group(table, roles)
    layout = platform.layout if platform else _layout(roles)
    mapping = _assemble(columns, roles, layout, platform.name if platform else _generic_name(roles))
    return _with_questions(table, mapping)


def _with_titles(table: Table, roles: dict[int, tuple[str, float]]) -> dict[int, tuple[str, float]]:
    """A column of titles above their rows names the SKU, where no other column does."""
    j = titled_column(table) if "sku" not in {role for role, _ in roles.values()} else None
    return roles if j is None else roles | {j: ("sku", 0.8)}


def is_panel(header: Sequence[str]) -> bool:
    """Whether a header is that of a PANEL.csv."""
    return tuple(header[:3]) == ("unique_id", "ds", "y")


def _named_roles(columns: list[Look], platform: Platform | None) -> dict[int, tuple[str, float]]:
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
    if role == "year" and said and all(_SIX_DIGITS.fullmatch(s) for s in said):
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
    if role == "sku":
        return role, _as_code(strength, text, words) * (1 - column.blank / 2)
    if role == "time" and column.kind == DATE and any(re.search(r"\d{4}|\d[-/.]\d+[-/.]\d", s) for s in column.samples):
        return "date", 0.8
    if column.kind == DATE and (role == "order" or (role not in ("date", "time", "cancelled") and words & _DATE_WORDS)):
        return "date", 0.7  # "Order date", "Customer shipment date"
    if role == "order" and column.kind == NUMBER and text in ("orders", "order count"):
        return "orders", 0.9
    if role == "units" and text == "sold" and column.kind == TEXT:
        return "note", 0.1
    return role, strength


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


def _with_content(table: Table, columns: list[Look], roles: dict[int, tuple[str, float]]) -> dict[int, tuple[str, float]]:
    """Fill the roles that no header named from what the cells look like, and from what they add up to."""
    roles = dict(roles)
    have = {role for role, _ in roles.values()}
    if not have & {"date", "year", "period"} and (dated := _dated(table, columns, roles)) is not None:
        roles[dated.index] = ("date", 0.7)
    codes = _second_names(columns, roles) if "sku" not in have and "name" in have else []
    if codes:
        roles |= _code_and_name(columns, codes, roles)
    if not have & {"sku", "name"}:
        keyed = [
            c
            for c in columns
            if roles.get(c.index, ("line_id",))[0] == "line_id"
            and c.kind in (TEXT, NUMBER)
            and (c.distinct < 0.95 or (c.kind == TEXT and not table.has_header and table.height < _SHORT))
            and c.blank < 0.5
            and not _is_flag(c)
        ]
        # "No." numbers the rows, unless its numbers come again: then they are those of the goods.
        numbered = [c for c in keyed if c.index in roles]
        texts = [c for c in keyed if c.kind == TEXT] or numbered
        if texts:
            roles[max(texts, key=lambda c: c.distinct).index] = ("sku", 0.6)
    if "units" not in have and (added := summing_column(table, *_parts_and_sums(columns, roles))) is not None:
        roles[added] = ("units", 0.6)
    elif "units" not in have and (found := _by_arithmetic(table, columns, roles)):
        roles |= found
    elif "units" not in have:
        # A second price, a tax or a cost is no number of units.
        unnamed = [c for c in columns if c.index not in roles and (role_of(c.header) or ("",))[0] not in _MONEY]
        if _layout(roles) == "orders":
            unnamed = [c for c in unnamed if not _IDENTIFIER.search(plain(c.header))]
        numbers = [c for c in unnamed if c.kind == NUMBER]
        counted = [c for c in numbers if plain(c.header) in _COUNT_WORDS]
        numbers = counted or numbers
        whole = [c for c in numbers if c.whole and c.blank < 0.9]
        chosen = (whole or numbers)[-1:] if "revenue" not in have else whole[-1:]
        if chosen:
            roles[chosen[0].index] = ("units", 0.6 if counted else GUESSED)
    return roles


def _by_group(table: Table, roles: dict[int, tuple[str, float]]) -> dict[int, tuple[str, float]]:
    """Where nothing names a product, what is sold is told apart by its category; where nothing does, by the store."""
    have = {role: j for j, (role, _) in roles.items()}
    if have.keys() & {"sku", "name", "variant"}:
        return roles
    groups = [have[role] for role in ("category", "channel") if role in have]
    several = [j for j in groups if table.column(j).head(_MAX_QUESTION_ROWS).n_unique() > 1]
    return roles | {several[0]: ("sku", GUESSED)} if several else roles


def _is_flag(column: Look) -> bool:
    """Whether the cells say yes or no."""
    return column.kind == TEXT and all(s.strip().lower() in _YES_NO for s in column.samples)


def _dated(table: Table, columns: list[Look], roles: dict[int, tuple[str, float]]) -> Look | None:
    """The column whose cells are dates, days in eight digits, a platform's spare moments, or months below their years."""
    free = [c for c in columns if c.index not in roles]
    dates = [c for c in free if c.kind == DATE and not all(re.match(r"\s*\d{1,2}:\d\d", s) for s in c.samples)]
    digits = [c for c in free if c.kind == NUMBER and c.samples and all(_DAY_IN_DIGITS.fullmatch(s.strip()) for s in c.samples)]
    # A moment that a platform's files have beside the usual one is better than none.
    spare = [c for c in columns if c.kind == DATE and (role_of(c.header) or ("",))[0] == "date"]
    spare = [c for c in spare if roles.get(c.index, ("ignore",))[0] == "ignore"]
    found = next(iter([*dates, *digits, *spare]), None)
    counted = (c for c in free if counts_days(table.column(c.index).head(_MAX_QUESTION_ROWS)))
    found = found or next(counted, None)
    found = found or next((c for c in free if c.kind == TEXT and nested(table.column(c.index).head(_MAX_QUESTION_ROWS))), None)
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


def _wide_periods(columns: list[Look]) -> list[int]:
    """Columns whose headers are periods: a table with periods across."""
    heads = [c.header for c in columns]
    named = (
        weeks_across(heads)
        or _days_without_year(heads)
        or [c.index for c in columns if _is_period(c.header)]
        or short_days(heads)
    )
    years = all(_YEAR.fullmatch(columns[j].header.strip()) for j in named)
    # Two dates over numbers are periods too, and so are no more than that of numbered columns.
    dates = all(kind_of(columns[j].header) == DATE and columns[j].kind in (NUMBER, BLANK) for j in named)
    if dates and len(named) == 1 and _names_goods_beside(columns, named[0]):
        return named
    share = _FEW_DATES if dates and len(named) > 2 else _MANY
    return named if len(named) >= (2 if years or dates else 3) and len(named) >= share * len(columns) else []


def _names_goods_beside(columns: list[Look], period: int) -> bool:
    """Whether all other columns hold words, and one is headed as a product: then a single date heads its sales."""
    others = [c for c in columns if c.index != period]
    named = {(role_of(c.header) or ("",))[0] for c in others}
    return bool(named & {"sku", "name"}) and all(c.kind in (TEXT, BLANK) for c in others)


def _days_without_year(headers: Sequence[str]) -> list[int]:
    """The places of headers that are days of a year that they do not name."""
    places = [j for j, header in enumerate(headers) if re.search(r"\d", header) and len(header) <= _LONGEST_DAY]
    days = days_of_year([headers[j] for j in places])
    return places if days else []


def _only_dates_beside(columns: list[Look], wide: list[int]) -> bool:
    """Whether numbered columns ("P1", "W2", "202301") stand beside dates only: then they are SKUs, and the dates run down."""
    numbered = (_PERIOD, _SIX_DIGITS, _PAIR)
    counted = all(any(form.fullmatch(columns[j].header.strip()) for form in numbered) for j in wide)
    beside = [c for c in columns if c.index not in wide and c.kind != BLANK and not is_total(c.header)]
    return counted and bool(beside) and all(c.kind == DATE for c in beside)


def _is_period(header: str) -> bool:
    text = fiscal(day_of_week(header.strip()))
    if not text or len(text) > 30:
        return False
    if (
        kind_of(text) == DATE
        or _PERIOD.fullmatch(text)
        or re.fullmatch(r"(19|20)\d\d|(19|20)\d\d(0[1-9]|1[0-2])|(19|20)\d{6}", text)
    ):
        return not re.fullmatch(r"\d{1,2}:\d{2}.*", text)
    named = parse_date_text(text)
    if named[1] == "month" and (_MONTH_AND_YEAR.fullmatch(text) or PERIOD_OF_YEAR.fullmatch(text)):
        return True
    return re.fullmatch(r"[34]\d{4}(\.0)?", text) is not None or (named[0] is not None and kind_of(text) != TEXT)


def _wide_mapping(table: Table, columns: list[Look], roles: dict[int, tuple[str, float]], periods: list[int]) -> Mapping:
    longer = [periods[k] for k in longer_periods([table.header[j] for j in periods])]
    periods = [j for j in periods if j not in longer]
    sums = [*longer, *(c.index for c in columns if is_total(c.header))]
    beside = {*periods, *sums}
    # Months down and years across make a calendar of both.
    years = all(_YEAR.fullmatch(table.header[j].strip()) for j in periods)
    other = {"units", "date", "revenue", "year", *(() if years else ("month",))}
    roles = {j: r for j, r in roles.items() if j not in beside and r[0] not in other}
    if "sku" not in {r for r, _ in roles.values()}:
        rest = [
            c
            for c in columns
            if c.index not in beside and roles.get(c.index, ("",))[0] in ("", "name", "line_id") and c.kind != BLANK
        ]
        if rest:
            chosen = max(rest, key=lambda c: (roles.get(c.index, ("",))[0] == "", c.distinct, -c.index))
            roles[chosen.index] = ("sku", 0.7)
        elif not years:
            roles = _by_group(table, roles)
    roles |= dict.fromkeys(periods, ("period", 0.9)) | dict.fromkeys(sums, ("ignore", 0.9))
    mapping = _assemble(columns, roles, "wide", "pivot table", unknown="attribute")
    order = parse_dates(pl.Series([table.header[j] for j in periods]))
    return _ask_order(replace(mapping, date_order=order.order), order.ambiguous, table.header[periods[0]])


def _refuse_other_measure(table: Table) -> None:
    """Stock or prices across are no sales."""
    measure = measure_across(table)
    if measure in _NO_SALES:
        what = measure.replace("_", " ")
        raise MappingNeeded(
            f"{table.name} holds the {what} of each period across, and no units sold: "
            "import the table with the units of each period"
        )


def _parts_across(table: Table, roles: dict[int, tuple[str, float]]) -> list[int]:
    """Columns of hours, weekdays or stores beside a column of dates, in a table that names no units of its own."""
    have = {role for j, (role, strength) in roles.items() if strength > _BY_WORD and not is_total(table.header[j])}
    if "date" not in have or have & {"units", "revenue"}:
        return []
    return list(hours_across(table) or weekdays_across(table) or stores_across(table))


def _parts_mapping(table: Table, columns: list[Look], roles: dict[int, tuple[str, float]], parts: list[int]) -> Mapping:
    kept = {j: r for j, r in roles.items() if j not in parts and r[0] not in ("units", "revenue", "time", "day", "week")}
    kept |= {c.index: ("ignore", 0.9) for c in columns if is_total(c.header)} | dict.fromkeys(parts, ("period", 0.9))
    return _with_questions(table, _assemble(columns, kept, "wide", "pivot table", unknown="attribute"))


def _with_measures(table: Table, roles: dict[int, tuple[str, float]]) -> dict[int, tuple[str, float]]:
    """Where a column says what the numbers count, the one column of numbers beside it holds the units on some rows."""
    j = measure_column(table)
    if j is None or "units" in {role for role, _ in roles.values()}:
        return roles
    return {k: ("units", 0.9) if role == "revenue" else (role, sure) for k, (role, sure) in roles.items() if k != j}


def _without_members(columns: list[Look], roles: dict[int, tuple[str, float]]) -> dict[int, tuple[str, float]]:
    """ "SKU-1", "SKU-2", ... over numbers beside a date are the SKUs themselves, and none is the column of codes."""
    numbers = [c for c in columns if c.kind == NUMBER and not is_total(c.header)]
    sold = any(r in ("units", "revenue") and s > _BY_WORD and not is_total(columns[j].header) for j, (r, s) in roles.items())
    dated = "date" in {r for r, _ in roles.values()} or any(c.kind == DATE for c in columns)
    if sold or not dated:
        return roles
    named = {c.index: found[0] for c in numbers if (found := role_of(c.header)) and found[1] <= _BY_WORD}
    named = {j: role for j, role in named.items() if role in _MEMBERS}
    several = {role for role in named.values() if list(named.values()).count(role) > 1}
    return {j: r for j, r in roles.items() if named.get(j) not in several}


def _with_unnamed_stores(
    table: Table, columns: list[Look], roles: dict[int, tuple[str, float]]
) -> dict[int, tuple[str, float]]:
    """Words without a heading, beside nothing but numbers under codes, on a day that a name says: they are stores."""
    words = [c for c in columns if c.kind == TEXT and not c.header.strip()]
    numbers = [c for c in columns if c.kind == NUMBER and c.header.strip()]
    if len(words) != 1 or len(words) + len(numbers) < len(columns) or len(numbers) < 2 or period_named(table) is None:
        return roles
    known = any(role_of(c.header) for c in numbers)
    return roles if known else {words[0].index: ("channel", 0.6)}


def _series_across(table: Table, columns: list[Look], roles: dict[int, tuple[str, float]]) -> bool:
    """Dates down and SKUs across: one date, no SKU column, and several number columns without a known word."""
    have = {r for r, _ in roles.values()}
    strong = {
        r
        for j, (r, s) in roles.items()
        if s > 0.55 and r not in ("date", "year", "month", "week", "day", "time") and not is_total(columns[j].header)
    }
    numbers = [c for c in columns if c.kind == NUMBER and (c.index not in roles or roles[c.index][1] <= 0.5)]
    if have & {"sku", "name"} or strong & {"units", "revenue"} or len(numbers) < 2:
        return False
    # Stores down and SKUs across, one day in each table: only where no heading names anything else that is counted.
    of_stores = "channel" in have and all(role_of(c.header) is None for c in numbers) and period_named(table) is not None
    return "date" in have or {"year", "month"} <= have or of_stores


def _across_mapping(
    table: Table, columns: list[Look], roles: dict[int, tuple[str, float]], units: Collection[int] = ()
) -> Mapping:
    """Dates down and SKUs across; `units` are the columns of units where each SKU has several columns."""
    roles = {j: r for j, r in roles.items() if not is_total(columns[j].header)}
    kept = {
        j: r
        for j, r in roles.items()
        if r[0] in ("date", "year", "month", "time", "channel") or (r[1] > 0.55 and columns[j].kind != NUMBER)
    }
    free = [c for c in columns if c.index not in kept and c.kind in (NUMBER, BLANK) and c.header.strip()]
    kept |= {c.index: ("series", 0.8) if c.index in units or not units else ("ignore", 0.8) for c in free}
    mapping = _assemble(columns, kept, "wide", "pivot table")
    return _with_questions(table, mapping)


def _layout(roles: dict[int, tuple[str, float]]) -> str:
    have = {role for role, _ in roles.values()}
    return "orders" if "order" in have or ("customer" in have and "price" in have) else "long"


def _generic_name(roles: dict[int, tuple[str, float]]) -> str:
    return "order lines" if "order" in {r for r, _ in roles.values()} else "table"


def _assemble(
    columns: list[Look], roles: dict[int, tuple[str, float]], layout: str, platform: str, unknown: str = ""
) -> Mapping:
    found = []
    for column in columns:
        role, sure = roles.get(column.index, ("", 0.4))
        if not role:
            role = _role_of_unknown(column, layout, unknown)
        found.append(ColumnRole(column.header, role, column.samples, round(sure, 2)))
    return Mapping(tuple(found), layout=layout, platform=platform)


def _role_of_unknown(column: Look, layout: str, unknown: str) -> str:
    if column.kind == BLANK or not column.header.strip() or layout == "orders":
        return "ignore"
    named = role_of(column.header)
    if named and named[0] in ("sku", "name") and not planned(column.header):
        return "attribute"  # a second code is a code, however much it looks like a number
    if unknown:
        return unknown if column.kind == TEXT else "ignore"
    return (
        "regressor"
        if (column.kind == NUMBER and plain(column.header) not in ("index", "unnamed: 0")) or planned(column.header)
        else "attribute"
        if column.kind == TEXT
        else "ignore"
    )


def _panel_mapping(columns: list[Look]) -> Mapping:
    first = {0: "sku", 1: "date", 2: "units"}
    found = tuple(ColumnRole(c.header, first.get(c.index) or _panel_role(c), c.samples) for c in columns)
    return Mapping(found, layout="panel", platform="Shelfcast panel", absent="missing")


def _panel_role(column: Look) -> str:
    """Columns of a panel carry the names of their roles; words describe, other numbers are regressors."""
    if column.header in _PANEL_ROLES:
        return column.header
    return "attribute" if column.kind == TEXT else "regressor"


def _with_questions(table: Table, mapping: Mapping) -> Mapping:
    """Decide day and month order from the date column, and ask where it can be read both ways."""
    j = mapping.index("date")
    if j is None:
        return mapping
    column = table.column(j)
    step = max(1, len(column) // _MAX_QUESTION_ROWS)
    found = parse_dates(column.gather_every(step) if step > 1 else column, hint=_order_hint(table, mapping))
    mapping = replace(mapping, date_order=found.order)
    return _ask_order(mapping, found.ambiguous, next((c for c in column.head(50).to_list() if c.strip()), ""))


def _order_hint(table: Table, mapping: Mapping) -> str:
    """Which order the rest of the file speaks for: decimal commas and continental words: day first; dollars: month first."""
    words = " ".join(c.column for c in mapping.columns).lower()
    if re.search(r"datum|menge|artikel|fecha|cantidad|quantit|date de|référence|unidades|prix|preis|umsatz|stück", words):
        return "DMY"
    for role in ("price", "revenue", "units"):
        j = mapping.index(role)
        if j is not None:
            cells = table.column(j).head(200)
            if parse_numbers(cells).decimal == ",":
                return "DMY"
            if any("£" in c or "€" in c for c in cells.to_list()):
                return "DMY"
            if any("$" in c for c in cells.to_list()):
                return "MDY"
    return ""


def _ask_order(mapping: Mapping, ambiguous: bool, sample: str) -> Mapping:
    if not ambiguous:
        return mapping
    text = f"Is {sample!r} written day first (DMY) or month first (MDY)? Every date in the column can be read both ways."
    return replace(mapping, questions=(*mapping.questions, Question("date_order", text, ("DMY", "MDY"), mapping.date_order)))
