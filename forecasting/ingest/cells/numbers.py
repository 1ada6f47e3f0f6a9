"""Columns of text -> numbers. The decimal sign is decided by the whole column, never by one cell."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

import polars as pl

MISSING = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        "/",
        "n/a",
        "na",
        "nan",
        "null",
        "none",
        "#n/a",
        "#n/d",
        "#nv",
        "\u2013",
        "\u2014",
        "\\n",
        "nil",
        "(null)",
        "(blank)",
        "#value!",
        "#ref!",
        "#div/0!",
        "?",
        "无",
        "暂无",
        "k.a.",
        "keine",
        "s/o",
        "n.d.",
    }
)
_CURRENCY = re.compile(
    r"US\$|R\$|A\$|C\$|HK\$|NT\$|[$€£¥￥₹₽₩₺₫฿¤元圆円원]|\b(?:USD|EUR|GBP|CNY|RMB|JPY|CHF|SEK|NOK|DKK|PLN|INR|AUD|CAD|BRL|HKD|TWD|kr|zł|Rs)\b\.?|\b(?:Rp|Rs|RM|R)\.?(?=\s?\d)",
    re.IGNORECASE,
)
# "3 CR" gives back what "3" or "3 DR" sold; "x3" and "3x" count three.
_CREDIT = re.compile(r"\s*(CR|DR)\.?$", re.IGNORECASE)
_TIMES = re.compile(r"^[xX×]\s?(?=\d)|(?<=\d)\s?[xX×]$")
# A mark of a footnote behind a number; "¹" must not become a digit of it.
_MARKED = re.compile(r"(?<=\d)\s?(?:[*†‡§]+|[¹²³⁰⁴-⁹]+)$")
_PER = re.compile(r"(?<=\d)\s?/\s?[A-Za-z]{1,6}\.?$")  # "9.50/pcs"
_UNIT = re.compile(
    r"\s*(?:nos?|units?|un|und|pairs?|pcs?|pieces?|units?|stk|stück|st|pz|uds?|unidades|pièces?|ea|each|szt|ks|db|buc|kpl|kgs?|lbs?|ltr|l|adet|шт|pezzi|stuks|styck|[件个個只双套盒瓶袋箱台条張张包支本份点枚개])\.?$",
    re.IGNORECASE,
)
_SCALE = {"万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8, "千": 1e3, "百万": 1e6, "k": 1e3, "K": 1e3, "%": 0.01, "‰": 0.001}
_BODY = re.compile(r"\d[\d.,'’ ]*|[.,]\d+")
_EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+")


@dataclass(frozen=True)
class Numbers:
    """A column as numbers: `values` (Float64, null where blank or bad), `bad` (text that is no number), the decimal sign used.

    `ambiguous` says that the sign could not be told from the column ("1,234" everywhere).
    """

    values: pl.Series
    bad: pl.Series
    decimal: str
    ambiguous: bool = False


def parse_numbers(column: pl.Series, decimal: str | None = None, hint: str = ".") -> Numbers:
    """Read a text column as numbers.

    Args:
        column: text.
        decimal: the decimal sign where it is known ("." or ","); otherwise the column decides, then `hint`.

    Example:
        >>> parse_numbers(pl.Series(["1.234,50", "￥12", "(3,0)", "--", "abc"])).values.to_list()
        [1234.5, 12.0, -3.0, None, None]
    """
    plain = column.str.strip_chars().cast(pl.Float64, strict=False)
    if not plain.is_finite().all():
        plain = plain.set(~plain.is_finite(), None)
    left = column.filter(plain.is_null()).unique().to_list() if plain.null_count() else []
    rest = [text for text in left if text is not None and not is_missing(text)]
    sign, ambiguous = (decimal, False) if decimal else _decimal_sign(rest, column, hint)
    if sign == "," or (decimal is None and ambiguous):
        left = column.unique().to_list()
        plain = pl.Series(column.name, [None], dtype=pl.Float64).new_from_index(0, len(column)) if sign == "," else plain
        rest = [t for t in left if t is not None and not is_missing(t)] if sign == "," else rest
    read = {text: parse_number(text, sign) for text in rest}
    values = plain
    if read:
        replaced = column.replace_strict(list(read), list(read.values()), default=None, return_dtype=pl.Float64)
        values = plain.fill_null(replaced) if sign != "," else replaced
    wrong = [text for text, number in read.items() if number is None]
    bad = column.is_in(wrong) if wrong else pl.Series(column.name, [False]).new_from_index(0, len(column))
    return Numbers(values, bad, sign, ambiguous)


def is_missing(text: str) -> bool:
    """Whether a cell says that there is no value.

    >>> is_missing(" -- "), is_missing("0")
    (True, False)
    """
    return unwrap(text).lower() in MISSING


def unwrap(text: str) -> str:
    """The cell without the ="..." that stops Excel from changing it, and without blanks and a leading apostrophe.

    >>> unwrap('="00123"'), unwrap("'0012")
    ('00123', '0012')
    """
    text = text.strip().strip("\u200b\ufeff\u200e\u200f")
    if text.startswith("=") and len(text) > 2 and text[1] == '"' and text.endswith('"'):
        text = text[2:-1].strip()
    return text[1:] if text.startswith("'") and not text.endswith("'") and len(text) > 1 else text


def parse_number(text: str, decimal: str = ".") -> float | None:
    """One number, or None when the text is no number.

    >>> parse_number("1,23,456.5"), parse_number("120-"), parse_number("1.2万"), parse_number("8.33%"), parse_number("12 pcs")
    (123456.5, -120.0, 12000.0, 0.0833, 12.0)
    """
    body = (
        unicodedata.normalize("NFKC", _MARKED.sub("", unwrap(text)))
        .replace("\u2212", "-")
        .replace("\u2013", "-")
        .replace("\u2019", "'")
    )
    body = _PER.sub("", body)
    credit = _CREDIT.search(body)
    body = _TIMES.sub("", body[: credit.start()] if credit else body)
    body, negative = _sign(_CURRENCY.sub("", body).strip())
    negative = negative or (credit is not None and credit.group(1).upper() == "CR")
    body = _UNIT.sub("", body).strip() if not body[-1:].isdecimal() else body
    body, factor = _scale(body)
    if _EXPONENT.fullmatch(body):
        return _finite((-1 if negative else 1) * factor * float(body.replace(",", ".")))
    if not _BODY.fullmatch(body) or len(body) > 40:
        return None
    digits = _digits(body, decimal)
    return None if digits is None else (-1 if negative else 1) * round(float(digits) * factor, 10)


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _sign(body: str) -> tuple[str, bool]:
    negative = False
    body = re.sub(r"[,.](?:-{1,2}|=)$", "", body)  # a price without cents: "5,-"
    if body.startswith("(") and body.endswith(")"):
        body, negative = body[1:-1].strip(), True
    if body.startswith(("-", "+")):
        body, negative = body[1:].strip(), negative != body.startswith("-")
    elif body.endswith("-"):
        body, negative = body[:-1].strip(), not negative
    return body, negative


def _scale(body: str) -> tuple[str, float]:
    for mark, factor in _SCALE.items():
        if body.endswith(mark) and len(body) > len(mark):
            return body[: -len(mark)].strip(), factor
    return body, 1.0


def _digits(body: str, decimal: str) -> str | None:
    """Plain digits with a point: grouping signs go, but only where they group."""
    group = "," if decimal == "." else "."
    whole, point, fraction = body.rpartition(decimal) if decimal in body else (body, "", "")
    if decimal in whole or group in fraction:
        return _regrouped(body, decimal)
    if any(c in fraction for c in " '"):
        return None
    parts = re.split(r"[ ']", whole.replace(group, " ")) if not whole.isdecimal() else [whole]
    parts = [p for p in parts if p]
    grouped = all(2 <= len(p) <= 3 for p in parts[1:]) and (len(parts) < 2 or len(parts[-1]) == 3)
    if not grouped or not all(p.isdecimal() for p in parts):
        return None
    return "".join(parts or ["0"]) + (f".{fraction}" if point and fraction else "")


def _regrouped(body: str, decimal: str) -> str | None:
    """`1.234.567` in a column with decimal points: several points can only group."""
    parts = body.split(decimal)
    only = all(p.isdecimal() for p in parts) and len(parts) > 2 and all(len(p) == 3 for p in parts[1:]) and len(parts[0]) <= 3
    return "".join(parts) if only else None


def _decimal_sign(rest: list[str], column: pl.Series, hint: str) -> tuple[str, bool]:
    """The sign the column's texts speak for; `rest` are the texts that are no plain numbers."""
    votes = {".": 0, ",": 0}
    unclear = {".": 0, ",": 0}
    for text in rest[:5000]:
        sign, sure = _vote(text)
        if sign:
            (votes if sure else unclear)[sign] += 1
    if votes[","] or unclear[","] or unclear["."] or hint == ",":
        dotted = column.filter(column.str.contains(r"^\s*-?\d+\.\d+\s*$")).unique().head(5000).to_list()
        for text in dotted:
            sign, sure = _vote(text)
            if sign:
                (votes if sure else unclear)[sign] += 1
    if votes["."] != votes[","]:
        return max(votes, key=lambda s: votes[s]), False
    if not any(unclear.values()):
        return hint if votes["."] else ".", False
    grouping = [sign for sign in ",." if unclear[sign]]
    small = column.str.strip_chars().str.contains(r"^[-+]?\d{1,3}$")
    if len(grouping) == 1 and small.any() and not column.str.contains(r"^\s*[-+]?\d{4,}\s*$").any():
        # 999 is written without a sign and 1,000 with one: the sign groups.
        return ("." if grouping[0] == "," else ","), False
    # Only "1,234" or only "1.234" everywhere: what the rest of the file speaks for, and that is said.
    return hint, True


def _vote(text: str) -> tuple[str, bool]:
    """(decimal sign, whether that is sure) as told by one text."""
    body = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdecimal() or c in ".,")
    dots, commas = body.count("."), body.count(",")
    if dots and commas:
        last = "." if body.rfind(".") > body.rfind(",") else ","
        return (last, True) if body.count(last) == 1 else ("", False)
    sign = "." if dots else "," if commas else ""
    if not sign:
        return "", False
    if body.count(sign) > 1:
        return ("," if sign == "." else "."), True
    whole, _, fraction = body.partition(sign)
    if len(fraction) != 3 or len(whole) > 3 or whole in ("", "0"):
        return sign, True
    return sign, False
