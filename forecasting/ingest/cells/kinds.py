"""What a single cell looks like, before any meaning: blank, number, date or text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from forecasting.ingest.cells.datetext import MONTH_NAMES, fiscal

BLANK, NUMBER, DATE, TEXT = "blank", "number", "date", "text"

# Short names of months that no code or word of a product looks like; the long ones stand in `datetext`.
_SHORT_MONTHS = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|mai|mrz|okt|dez|janv|févr|fevr|mars|avr|juin|juil|août|aout|déc|ene|abr"
    "|ago|dic|maj"
)
_MONTH = rf"(?:{'|'.join([_SHORT_MONTHS, *(name for name in MONTH_NAMES if len(name) > 3)])})\.?"
_FULL_YEAR = r"(?:1[89]|2[015])\d\d"  # the numbers of orders go beyond years
_TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*[ap]\.?m\.?)?(?:\s*(?:z|utc|gmt|[a-z]{2,4}t|[+-]\d{2}(?::?\d{2})?))?"
_NUMBER = re.compile(
    r"""[\s]*[(+\-\u2212\u2013]?\s*(?:[$€£¥￥₹元]|US\$|[A-Z]{3}\s|R\$|R\s|kr\.?|zł)?\s*[+\-\u2212]?
        (?:\d[\d.,'\u2019\s\u00a0\u202f]*|[.,]\d+)(?:[eE][+\-]?\d+)?
        \s*(?:%|‰|[$€£¥￥₹]|元|万|亿|件|个|pcs|kg|CR|DR|[A-Z]{3})?\s*\)?-?\s*[*†‡§]*\s*""",
    re.VERBOSE,
)
_DATE = re.compile(
    rf"""\s*(?:
        (?:[a-zé]{{2,9}}\.?,?\s+)?\d{{1,4}}\s?[-/.]\s?\d{{1,2}}\s?[-/.]\s?\d{{1,4}}\.?(?:[T\s,]\s*{_TIME})?
      | \d{{4}}\s*[年년]\s*\d{{1,2}}\s*[月월](?:份|\s*\d{{1,2}}\s*[日号일])?(?:\s*{_TIME})?
      | \d{{4}}[-\s]?w\d{{1,2}}(?:-?\d)? | w\d{{1,2}}[-\s/]?\d{{4}}
      | \d{{4}}[-\s/]*(?:kw|wk|cw|week|woche)\.?\s?\d{{1,2}}
      | (?:kw|wk|cw|week|woche)\.?\s?\d{{1,2}}(?:[-\s/,]+\d{{4}}|[/']\d\d)
      | \d{{4}}年第?\d{{1,2}}[周週]
      | \d{{4}}[-/.]?M\d{{1,2}} | M\d{{1,2}}[-\s/.]\d{{4}} | {_FULL_YEAR}[-/]\d{{1,2}} | \d{{1,2}}[-/]{_FULL_YEAR}
      | \d{{4}}[-\s/]?q[1-4] | [qt][1-4][-\s/]?\d{{4}} | [1-4](?:\.|er|[eè]me)?\s?(?:quartal|quarter|trimestre)\s?\d{{4}}
      | \d{{4}}[-\s/]?s\d\d | s\d\d[-\s/]\d{{4}} | \d{{4}}[-\s/]?h[12] | (?:h|s|hj|halbjahr\s?)[12][-\s/]?(?:19|20)\d\d
      | [12](?:\.|er|[eè]me)?\s?(?:halbjahr|hj|semestre)\s?\d{{4}}
      | \d{{4}}年?(?:第?[1-4一二三四]季度?|[上下]半年)
      | (?:[a-zé]{{2,9}}\.?,?\s+)?\d{{1,2}}(?:st|nd|rd|th|\.)?[-\s/]*(?:de\s)?{_MONTH}
        (?:[-\s/,]*(?:de\s)?(?:\d{{4}}|\d{{2}}))?(?:[T\s,:]\s*{_TIME})?
      | (?:[a-zé]{{2,9}}\.?,?\s+)?{_MONTH}[-\s/']*(?:\d{{1,2}}(?:st|nd|rd|th)?\s*,?\s+)?(?:\d{{4}}|\d{{2}})(?:[T\s,]\s*{_TIME})?
      | \d{{4}}[-\s/.]*{_MONTH} | {_MONTH}\s\d{{4}}\s\d{{1,2}}
      | {_TIME}
    )\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_MISSING = {"-", "--", "---", "/", "n/a", "na", "nan", "null", "none", "#n/a", "–", "—", "\\n", "nil", "(null)", "(blank)", "?"}


@lru_cache(maxsize=1 << 16)
def kind_of(cell: str) -> str:  # noqa: PLR0911 - one line for each kind
    """Classify one cell.

    >>> kind_of("1.234,50 €"), kind_of("28/01/2018 07:45"), kind_of("MG-8769"), kind_of(" ")
    ('number', 'date', 'text', 'blank')
    """
    text = cell.strip()
    if not text:
        return BLANK
    if len(text) > 40:
        return TEXT
    if text.lower() in _MISSING:
        return BLANK
    if text.startswith('="') and text.endswith('"'):
        return TEXT
    if _DATE.fullmatch(fiscal(text)):
        return DATE
    if any(c.isdecimal() for c in text) and _NUMBER.fullmatch(text):
        return NUMBER
    return TEXT


def column_kinds(rows: Iterable[Sequence[str]], width: int, agree: float = 0.75) -> list[str]:
    """The kind most cells of each column have; TEXT where they do not agree, BLANK where there is nothing."""
    counts: list[Counter[str]] = [Counter() for _ in range(width)]
    for row in rows:
        for column, cell in zip(counts, row, strict=False):
            column[kind_of(cell)] += 1
    return [_dominant(column, agree) for column in counts]


def _dominant(counts: Counter[str], agree: float) -> str:
    filled = {kind: n for kind, n in counts.items() if kind != BLANK}
    if not filled:
        return BLANK
    kind = max(filled, key=lambda k: filled[k])
    return kind if filled[kind] >= agree * sum(filled.values()) else TEXT


def fits(cell: str, column: str) -> bool:
    """Whether a cell may stand in a column of that kind; blanks may stand anywhere, and anything in a text column."""
    kind = kind_of(cell)
    return kind in (BLANK, column) or column in (TEXT, BLANK)
