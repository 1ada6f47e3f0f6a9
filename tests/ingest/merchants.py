"""Writes merchants' files of every platform, layout, language and encoding from one known truth."""

from __future__ import annotations

from collections.abc import Iterator

from tests.ingest.marketplaces import marketplaces
from tests.ingest.shops import PLATFORM_CASES
from tests.ingest.spreadsheets import containers, grains, pivots, workbook_pivots
from tests.ingest.truth import (
    DATES,
    HEADERS,
    NUMBERS,
    Case,
    sums_of,
    tidy_rows,
    to_csv,
    truth,
)


def tidy_cases() -> Iterator[Case]:
    """Tidy tables over languages, dates, numbers, delimiters and encodings."""
    sums = sums_of(truth())
    locales = [
        ("en", "iso", "plain", ",", "utf-8"),
        ("en", "mdy", "english", ",", "utf-8-sig"),
        ("en2", "dmy", "plain", "\t", "utf-16"),
        ("de", "dots", "german", ";", "cp1252"),
        ("de", "short", "german", ";", "utf-8"),
        ("fr", "dmy", "french", ";", "utf-8"),
        ("fr", "dmy", "german", ";", "cp1252"),
        ("es", "dmy", "german", ";", "latin-1"),
        ("zh", "chinese", "plain", ",", "gb18030"),
        ("zh2", "slash", "chinese", "\t", "utf-16-le"),
        ("zh", "iso", "wrapped", ",", "gbk"),
        ("zh", "iso", "plain", ",", "big5"),
        ("en", "compact", "plain", "|", "utf-8"),
        ("en", "name", "plain", ",", "utf-8"),
        ("en2", "dayname", "swiss", ";", "utf-8"),
        ("en", "serial", "plain", ",", "utf-8"),
        ("en2", "epoch", "plain", ",", "utf-8"),
        ("en2", "millis", "plain", ",", "utf-8"),
        ("en", "stamp", "plain", ",", "utf-8"),
        ("en", "ampm", "english", ",", "utf-8"),
        ("en", "iso_t", "plain", "~", "utf-8"),
        ("de", "weekday", "german", ";", "utf-8-sig"),
        ("zh2", "iso", "plain", ",", "utf-16-be"),
        ("es", "iso", "plain", "^", "utf-8"),
        ("fr", "dots", "french", "\t", "mac_roman"),
        ("zh", "iso", "plain", ",", "utf-8-sig"),
    ]
    for lang, day, number, delimiter, encoding in locales:
        rows = tidy_rows(HEADERS[lang], DATES[day], NUMBERS[number])
        text = to_csv(rows, delimiter)
        if encoding == "big5":
            text = text.translate(str.maketrans("编码称销单价", "編碼稱銷單價"))
        if encoding == "mac_roman":
            text = text.replace("\u202f", "\u00a0")
        yield Case(f"tidy-{lang}-{day}-{number}-{encoding}", "sales.csv", text.encode(encoding), sums)


def all_cases() -> list[Case]:
    """Every golden file."""
    return [
        *tidy_cases(),
        *(make() for make in PLATFORM_CASES),
        *marketplaces(),
        *pivots(),
        *workbook_pivots(),
        *grains(),
        *containers(),
    ]
