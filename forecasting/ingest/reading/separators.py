"""Files whose lines end otherwise than with a line feed or a carriage return."""

from __future__ import annotations

import re

from forecasting.ingest.reading.tokens import Dialect, split_lines, tokenize

_HEAD = 1 << 16
_RARE_ENDS = "\x85\u2028\u2029\x0b\x0c"
_RARE_END = re.compile(f"[{_RARE_ENDS}]")
RECORD, UNIT = "\x1e", "\x1f"
_END = re.compile(rf"{RECORD}(?:\r\n|\n|\r)?")
_QUOTED = re.compile(r'"[^"]*"')
_BREAK = re.compile(r"\r\n|\n|\r")


def records_to_lines(text: str) -> str:
    """A line for each record that ends with the record separator; any other text as it is.

    In a text of lines the same sign parts cells, and in a cell its parts: it ends records only where the line breaks outside of
    cells, if there are any, stand behind it.

    >>> records_to_lines("sku\\x1funits\\x1eA\\x1f3\\x1e")
    'sku\\x1funits\\nA\\x1f3\\n'
    >>> records_to_lines("sku\\x1eunits\\nA\\x1e3\\n")
    'sku\\x1eunits\\nA\\x1e3\\n'
    """
    records = _END.split(text) if RECORD in text else []
    broken = any(_BREAK.search(_QUOTED.sub("", record)) for record in records)
    if len(records) < 2 or (broken and not _of_one_width(records)):
        return text
    return "\n".join(map(_on_one_line, records))


def _of_one_width(records: list[str]) -> bool:
    """Whether all records have the same number of cells, two or more."""
    widths = {record.count(UNIT) for record in records if record.strip()}
    return len(widths) == 1 and widths != {0}


def _on_one_line(record: str) -> str:
    """A record with quotation marks around the cells in which lines break."""
    if not _BREAK.search(_QUOTED.sub("", record)):
        return record
    cells = record.split(UNIT)
    return UNIT.join('"' + cell.replace('"', '""') + '"' if _BREAK.search(_QUOTED.sub("", cell)) else cell for cell in cells)


def rare_ends_to_lines(text: str) -> str:
    """The lines of a text that ends them all with one of the rare signs that Unicode has for it; any other text as it is.

    >>> rare_ends_to_lines("sku,units\\u2028A,3\\u2028B,5")
    'sku,units\\nA,3\\nB,5'
    >>> rare_ends_to_lines("sku,units\\nA\\u2028B,3\\n")
    'sku,units\\nA\\u2028B,3\\n'
    """
    if not _RARE_END.search(text[:_HEAD]) or _BREAK.search(_QUOTED.sub("", text)):
        return text
    mark = max(_RARE_ENDS, key=text.count)
    return re.sub(rf"{_QUOTED.pattern}|{mark}", lambda match: "\n" if match.group() == mark else match.group(), text)


def broken_at_rare_ends(text: str, dialect: Dialect, width: int) -> str:
    """The text with a line feed where a rare sign parts one line into several rows of the usual width.

    >>> broken_at_rare_ends("sku,units\\nA,3\\u2028B,5\\nC\\u2028D,4\\n", Dialect(), 2)
    'sku,units\\nA,3\\nB,5\\nC\\u2028D,4\\n'
    """
    if width < 2 or not _RARE_END.search(text):
        return text
    parts: list[str] = []
    done = 0
    for start, stop in split_lines(text):
        pieces = _RARE_END.split(text[start:stop])
        if len(pieces) > 1 and all([len(row.cells) for row in tokenize(each, dialect)] == [width] for each in pieces):
            parts += [text[done:start], "\n".join(pieces)]
            done = stop
    return "".join([*parts, text[done:]])
