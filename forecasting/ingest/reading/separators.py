"""Files whose records and cells end with the control characters that ASCII has for them."""

from __future__ import annotations

import re

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
