"""A table and its mapping -> sales facts: one row per file row (or wide cell), with the rows that cannot be used set aside."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import polars as pl

from forecasting.core.errors import MappingNeeded
from forecasting.ingest.dates import Dates, parse_date_text, parse_dates
from forecasting.ingest.mapping import Mapping
from forecasting.ingest.movements import movement_signs
from forecasting.ingest.numbers import Numbers, parse_numbers
from forecasting.ingest.platforms import PLATFORMS, Platform
from forecasting.ingest.products import is_total, not_a_product
from forecasting.ingest.table import Table
from forecasting.ingest.vocabulary import plain

AMOUNTS = ("revenue", "refund", "visitors", "page_views", "add_to_cart", "buyers", "orders", "tax", "cost")
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
_TRUE = {"1", "y", "yes", "true", "t", "x", "ja", "oui", "si", "sí", "是", "有", "on", "wahr", "vrai", "verdadero"}
_FALSE = {
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
    r"cancel(?:l?ed)?|voided|void|failed|storniert|abgebrochen|annul[ée]e?s?|cancelad[oa]s?|anulad[oa]s?|交易关闭|已关闭|已取消|待付款|等待买家付款|未付款|unpaid|pending payment|draft|expired|取消",
    re.IGNORECASE,
)
_RETURNED = re.compile(
    r"returned|returns?|refund(?:ed)?|retoure?n?|rücksendung|gutschrift|retour|remboursé|devoluci[oó]n|devuelto|reembolso|退货|销售退货|已退款|退款成功|credit note",
    re.IGNORECASE,
)
_BROKEN_ID = re.compile(r"\d(?:[.,]\d+)?E\+?\d{2}", re.IGNORECASE)


@dataclass(frozen=True)
class Facts:
    """Usable sales of one table, and the account of the rest.

    `frame` has line (UInt32), sku, ds (Datetime), sold and returned (Float64, null where the cell is blank), then amounts, levels,
    attributes, order, channel and regressors as far as the table has them. `rejects` has line, column, value, reason.
    """

    frame: pl.DataFrame
    rejects: pl.DataFrame
    rows: int
    issues: tuple[str, ...]
    date_order: str
    grain: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class _Check:
    """One reason to set rows aside: where it holds, the column blamed, and the sentence."""

    bad: pl.Series
    column: str
    value: pl.Series
    reason: str


class _Reader:
    """Reads the columns of one table by role; collects issues on the way."""

    def __init__(self, table: Table, mapping: Mapping) -> None:
        self.table, self.mapping = table, mapping
        self.issues: list[str] = []
        self.checks: list[_Check] = []
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
            self.checks.append(_Check(bad, self.header(role), value, reason))

    def numbers(self, index: int) -> Numbers:
        hint = self.mapping.decimal or ("," if self.table.delimiter == ";" else ".")
        found = parse_numbers(self.table.column(index), self.mapping.decimal or None, hint)
        if found.ambiguous:
            form = "decimal comma" if found.decimal == "," else "decimal point"
            self.issues.append(
                f"column {self.table.header[index]!r}: numbers like 1{'.,'[found.decimal == '.']}234 are read with a {form}; change 'decimal' if that is wrong"
            )
        return found


def clean_text(column: pl.Series) -> pl.Series:
    """Cells without the wrapping that protects them from Excel."""
    column = column.str.strip_chars(" \t\r\n\u00a0\u200b\ufeff")
    wrapped = column.str.starts_with('="') & column.str.ends_with('"')
    if wrapped.any():
        column = (
            pl.select(pl.when(wrapped).then(column.str.slice(2).str.head(-1)).otherwise(column)).to_series().str.strip_chars()
        )
    quoted = column.str.starts_with("'") & (column.str.len_chars() > 1) & ~column.str.ends_with("'")
    if quoted.any():
        column = pl.select(pl.when(quoted).then(column.str.slice(1)).otherwise(column)).to_series()
    return column


def extract(table: Table, mapping: Mapping) -> Facts:
    """Read a long table or order lines as sales facts."""
    reader = _Reader(_filled_down(table, mapping), mapping)
    sku, name = _keys(reader)
    dates = _dates(reader)
    sold, returned = _quantities(reader)
    frame = pl.DataFrame({"line": table.lines, "sku": sku, "ds": dates.values, "sold": sold, "returned": returned})
    frame = _with_measures(reader, frame)
    frame = _with_attributes(reader, frame, name)
    _check_keys(reader, sku, name)
    return _split(reader, frame, dates)


def platform_of(mapping: Mapping, table: Table) -> Platform | None:
    """The platform named by the mapping, in the variant that fits the table."""
    names = {plain(h) for h in table.header} | {h.strip().lower() for h in table.header}
    found = [p for p in PLATFORMS if p.name == mapping.platform]
    return max(found, key=lambda p: sum(c in names for c in p.roles), default=None)


def _filled_down(table: Table, mapping: Mapping) -> Table:
    """Order fields that stand only on an order's first row are repeated on its other rows."""
    platform = platform_of(mapping, table)
    order = mapping.index("order")
    if platform is None or not platform.fill_down or order is None:
        return table
    wanted = [j for j, h in enumerate(table.header) if h.strip().lower() in platform.fill_down]
    key = f"c{order}"
    filled = [
        pl.when(pl.col(f"c{j}") == "")
        .then(pl.col(f"c{j}").filter(pl.col(f"c{j}") != "").first().over(key))
        .otherwise(pl.col(f"c{j}"))
        .fill_null("")
        for j in wanted
    ]
    return replace(table, cells=table.cells.with_columns(*(e.alias(f"c{j}") for e, j in zip(filled, wanted, strict=True))))


def _keys(reader: _Reader) -> tuple[pl.Series, pl.Series | None]:
    """The SKU of each row: its code, else its name and variant."""
    name, variant, sku = reader.text("name"), reader.text("variant"), reader.text("sku")
    if sku is not None and sku.is_in(["-", "--", "n/a", "N/A", "nan", "null"]).any():
        sku = sku.replace(["-", "--", "n/a", "N/A", "nan", "null"], [""] * 6)
    spoken = name
    if name is not None and variant is not None:
        spoken = pl.select(pl.when(variant.is_in(["", "Regular"])).then(name).otherwise(name + " / " + variant)).to_series()
    if sku is None:
        if spoken is None:
            label = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", reader.table.name.rsplit("/", 1)[-1])
            reader.issues.append(f"there is no SKU column; all rows are taken as one series, {label!r}")
            return pl.Series("sku", [label]).new_from_index(0, reader.table.height), None
        return spoken.alias("sku"), name
    if spoken is not None and (sku == "").any():
        replaced = ((sku == "") & (spoken != "")).sum()
        if replaced:
            reader.issues.append(f"{replaced} rows have no SKU code; their name stands for it")
        sku = pl.select(pl.when(sku == "").then(spoken).otherwise(sku)).to_series()
    return sku.alias("sku"), name


def _dates(reader: _Reader) -> Dates:
    j = reader.mapping.index("date")
    column = _composed_dates(reader) if j is None else reader.table.column(j)
    found = parse_dates(column, reader.mapping.date_order or None)
    if found.ambiguous:
        reader.issues.append(
            f"every date in {reader.header('date')!r} can be read day first or month first; {found.order} was taken: confirm or change it"
        )
    order = f"; dates are read as {found.order}" if found.order else ""
    missing = found.values.is_null() & ~found.bad
    reader.check(missing & ~reader.totals, "date", column, "no date")
    reader.check(found.bad & ~reader.totals, "date", column, f"not a date that can be a day of sales{order}")
    return found


def _composed_dates(reader: _Reader) -> pl.Series:
    """Dates from a year and a month or week in columns of their own."""
    year, month, week, day = (reader.text(role) for role in ("year", "month", "week", "day"))
    if year is None:
        named = date_in_name(reader.table.sheet) or date_in_name(reader.table.name.rsplit("/", 1)[-1])
        if named:
            reader.issues.append(f"there is no date column; {named} was read from the name of the file or sheet")
            return pl.Series("date", [named]).new_from_index(0, reader.table.height)
        raise MappingNeeded(
            f"{reader.table.name} has no column with dates among {', '.join(map(repr, reader.table.header[:12]))}: "
            "a column with the day, week or month of each sale is needed; name it 'date' or choose it in the mapping"
        )
    whole = year.str.replace(r"\.0$", "")
    if month is not None:
        part = month.str.replace(r"\.0$", "")
        joined = whole + "-" + part.str.zfill(2) if part.str.contains(r"^\d{1,2}$").all() else part + " " + whole
        return joined + "-" + day.str.replace(r"\.0$", "").str.zfill(2) if day is not None else joined
    if week is not None:
        number = week.str.extract(r"(\d{1,2})")
        return whole + "-W" + number.fill_null("").str.zfill(2)
    return whole + "-01-01"


def date_in_name(name: str) -> str | None:
    """A day or month in the name of a file or sheet; of a span of days the first.

    >>> date_in_name("BusinessReport-2024-03-05.csv"), date_in_name("sales Jan 2024.xlsx"), date_in_name("sales2.csv")
    ('2024-03-05', 'Jan 2024', None)
    """
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name)
    if match := re.search(r"(?<!\d)(20\d\d)[-_. ]?([01]\d)[-_. ]?([0-3]\d)(?!\d)", stem):
        return "-".join(match.groups())
    if match := re.search(r"(?<!\d)([01]?\d)[-_.]([0-3]?\d)[-_.](20\d\d|\d\d)(?!\d)", stem):
        month, day, year = match.groups()
        return (
            f"{year if len(year) == 4 else '20' + year}-{int(month):02d}-{int(day):02d}"
            if int(month) <= 12
            else f"{day}.{month}.{year}"
        )
    if match := re.search(r"(?<!\d)(20\d\d)[-_. 年]?(0?[1-9]|1[0-2])(?!\d)月?", stem):
        return f"{match.group(1)}-{int(match.group(2)):02d}"
    match = re.search(r"([A-Za-zéû]{3,10})[-_. ]?(20\d\d)(?!\d)", stem)
    return f"{match.group(1)} {match.group(2)}" if match and parse_date_text(f"{match.group(1)} {match.group(2)}")[0] else None


def _quantities(reader: _Reader) -> tuple[pl.Series, pl.Series]:
    """Units sold and units returned of each row; a blank cell stays null in a long table."""
    j = reader.mapping.index("units")
    orders = reader.mapping.layout == "orders"
    if j is None:
        return _without_quantity(reader)
    found = reader.numbers(j)
    reader.check(found.bad & ~reader.totals, "units", reader.table.column(j), "not a number of units")
    huge = (found.values.abs() > 1e12).fill_null(False)
    reader.check(huge, "units", reader.table.column(j), "not a possible number of units")
    if orders:
        reader.check(found.values.is_null() & ~found.bad & ~reader.totals, "units", reader.table.column(j), "no quantity")
    signed = movement_signs(reader.text("status"), found.values, reader.issues)
    if signed is not None:
        reader.check(
            signed.is_null() & found.values.is_not_null(),
            "status",
            reader.table.column(reader.mapping.index("status") or 0),
            "this movement is no sale and no return",
        )
    values = found.values if signed is None else signed
    back = _returned_rows(reader, values) if signed is None else pl.Series([False]).new_from_index(0, len(values))
    sold = pl.select(pl.when(values.is_null()).then(None).when(back | (values < 0)).then(0.0).otherwise(values)).to_series()
    returned = pl.select(pl.when(values < 0).then(-values).when(back).then(values).otherwise(0.0)).to_series().fill_null(0.0)
    k = reader.mapping.index("returns")
    if k is not None:
        returned = returned + reader.numbers(k).values.abs().fill_null(0.0)
    return sold, returned


def _without_quantity(reader: _Reader) -> tuple[pl.Series, pl.Series]:
    """Order lines without a quantity are one unit each; a table of amounts only is forecast in money, and says so."""
    none = pl.Series([0.0]).new_from_index(0, reader.table.height)
    if reader.mapping.layout == "orders" and reader.mapping.index("sku") is not None:
        reader.issues.append("there is no quantity column; every order line counts as one unit")
        return none + 1.0, none
    j = reader.mapping.index("revenue")
    if j is None:
        raise MappingNeeded(
            f"{reader.table.name} has no column with units sold among {', '.join(map(repr, reader.table.header[:12]))}: "
            "a column of numbers is needed; name it 'units' or choose it in the mapping"
        )
    found = reader.numbers(j)
    reader.check(found.bad & ~reader.totals, "revenue", reader.table.column(j), "not a number")
    reader.issues.append(f"there is no column of units; the amounts in {reader.header('revenue')!r} are forecast instead")
    return found.values.clip(lower_bound=0), pl.select(pl.when(found.values < 0).then(-found.values).otherwise(0.0)).to_series()


def _returned_rows(reader: _Reader, values: pl.Series) -> pl.Series:
    status = reader.text("status")
    if status is None:
        return pl.Series([False]).new_from_index(0, len(values))
    words = [w for w in status.unique().to_list() if w and _RETURNED.fullmatch(w.strip())]
    return status.is_in(words) & (values > 0).fill_null(False) if words else pl.Series([False]).new_from_index(0, len(values))


def _row_is_total(reader: _Reader) -> pl.Series:
    """Rows in which a key cell says that they sum others up."""
    found = pl.Series([False]).new_from_index(0, reader.table.height)
    for role in ("sku", "name", "date", "category", "channel"):
        j = reader.mapping.index(role)
        if j is not None:
            texts = reader.table.column(j).unique()
            # No totals word holds more than 30 letters, or fewer than two.
            short = texts.filter(texts.str.len_chars().is_between(2, 30) & ~texts.str.contains(r"\d"))
            words = [w for w in short.to_list() if is_total(w)]
            found = found | reader.table.column(j).is_in(words) if words else found
    return found


def _check_keys(reader: _Reader, sku: pl.Series, name: pl.Series | None) -> None:
    """Reasons that concern the row as a whole; the first that holds is the one told."""
    later, reader.checks = reader.checks, []
    reader.check(reader.totals, "sku", sku, "a totals row, not a sale")
    reader.check(sku == "", "sku", sku, "no SKU")
    broken = sku.str.contains(rf"(?i)^{_BROKEN_ID.pattern}$")
    reader.check(broken, "sku", sku, "Excel destroyed this code (written as a power of ten): export it as text")
    _check_products(reader, sku, name)
    _check_status(reader)
    _check_price(reader)
    reader.checks += later


def _check_products(reader: _Reader, sku: pl.Series, name: pl.Series | None) -> None:
    if name is None:
        reasons = {code: not_a_product(code) for code in sku.unique().to_list()}
    else:
        pairs = pl.DataFrame({"sku": sku, "name": name}).lazy().group_by("sku", "name").len().filter(pl.col("name") != "")
        names = dict(pairs.sort("len", "name").group_by("sku").agg(pl.col("name").last()).collect().iter_rows())
        reasons = {code: not_a_product(code, names.get(code, "")) for code in sku.unique().to_list()}
    for what in sorted({r for r in reasons.values() if r}):
        codes = [code for code, reason in reasons.items() if reason == what]
        reader.check(sku.is_in(codes), "sku", sku, f"not a product: {what}")


def _check_status(reader: _Reader) -> None:
    platform = platform_of(reader.mapping, reader.table)
    status = reader.text("status")
    if status is not None:
        not_sold = platform.not_sold if platform else ()
        words = [
            w for w in status.unique().to_list() if w and (_CANCELLED.fullmatch(w) or any(n in w.lower() for n in not_sold))
        ]
        reader.check(status.is_in(words), "status", status, "the order was cancelled or never paid")
    cancelled = reader.text("cancelled")
    if cancelled is not None:
        yes = ~cancelled.str.to_lowercase().is_in(list(_FALSE))
        reader.check(yes, "cancelled", cancelled, "the order was cancelled")


def _check_price(reader: _Reader) -> None:
    """Stock corrections among order lines: no price and nobody who bought."""
    j, customer = reader.mapping.index("price"), reader.text("customer")
    if j is None or reader.mapping.layout != "orders":
        return
    price = reader.numbers(j).values
    reader.check((price < 0).fill_null(False), "price", reader.table.column(j), "a negative price: an adjustment, not a sale")
    if customer is not None:
        free = (price == 0).fill_null(False) & (customer == "")
        reader.check(free, "price", reader.table.column(j), "no price and no customer: a stock correction, not a sale")


def _with_measures(reader: _Reader, frame: pl.DataFrame) -> pl.DataFrame:
    found: dict[str, pl.Series] = {}
    for role in (*AMOUNTS, *LEVELS):
        j = reader.mapping.index(role)
        if j is not None:
            found[role] = flag(reader.table.column(j)) if role == "promo" else _measure(reader, j)
    for j, name in named_columns(reader.table, reader.mapping, "regressor").items():
        found[f"x:{name}"] = _measure(reader, j)
    return frame.with_columns(**found)


def regressor_name(header: str) -> str:
    """The name of a further column: its header in small letters, joined by underscores."""
    return re.sub(r"\W+", "_", plain(header)).strip("_") or "column"


def named_columns(table: Table, mapping: Mapping, role: str) -> dict[int, str]:
    """Names of further columns: their headers in small letters, joined by underscores; numbered where a name is taken."""
    taken, found = set(_RESERVED), dict[int, str]()
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


def _measure(reader: _Reader, index: int) -> pl.Series:
    found = reader.numbers(index)
    if found.bad.any():
        lines = reader.table.lines.filter(found.bad).head(5).to_list()
        reader.issues.append(
            f"{found.bad.sum()} cells of {reader.table.header[index]!r} are no numbers (lines {', '.join(map(str, lines))}); they count as missing"
        )
    return found.values


def flag(column: pl.Series) -> pl.Series:
    """A promotion column: numbers as they are, yes and no in five languages, any other word is a promotion."""
    words = {w: _flag_value(w) for w in column.unique().to_list()}
    return column.replace_strict(list(words), list(words.values()), return_dtype=pl.Float64)


def _flag_value(word: str) -> float:
    text = word.strip().lower()
    if text in _FALSE:
        return 0.0
    if text in _TRUE:
        return 1.0
    number = parse_numbers(pl.Series([text])).values.item()
    return 1.0 if number is None else float(number)


def _with_attributes(reader: _Reader, frame: pl.DataFrame, name: pl.Series | None) -> pl.DataFrame:
    found: dict[str, pl.Series] = {} if name is None else {"name": name}
    for role in ("category", "brand", "channel", "order"):
        text = reader.text(role)
        if text is not None:
            found[role] = text
    for j, label in named_columns(reader.table, reader.mapping, "attribute").items():
        found[f"a:{label}"] = clean_text(reader.table.column(j))
    return frame.with_columns(**found)


def _split(reader: _Reader, frame: pl.DataFrame, dates: Dates) -> Facts:
    """Usable rows on one side, on the other each unusable row once, with the first reason that holds."""
    left = pl.Series([True]).new_from_index(0, frame.height)
    parts: list[pl.DataFrame] = []
    for check in reader.checks:
        now = check.bad & left
        if now.any():
            parts.append(
                pl.DataFrame({"line": frame["line"].filter(now), "value": check.value.filter(now)}).with_columns(
                    column=pl.lit(check.column), reason=pl.lit(check.reason)
                )
            )
            left = left & ~now
    schema = {"line": pl.UInt32, "column": pl.String, "value": pl.String, "reason": pl.String}
    rejects = pl.concat([p.select(*schema).cast(schema) for p in parts]).sort("line") if parts else pl.DataFrame(schema=schema)  # type: ignore[arg-type]
    used = tuple(c.column for c in reader.mapping.columns if c.role not in ("ignore", "note"))
    return Facts(frame.filter(left), rejects, frame.height, tuple(reader.issues), dates.order, dates.grain, used)
