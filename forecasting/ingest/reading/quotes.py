"""Files whose cells stand in typographic quotation marks, as word processors and phones put them there, or in backticks."""

from __future__ import annotations

import re
from collections import Counter

from forecasting.ingest.reading.tokens import split_lines

_PAIRS = (("“", "”"), ("„", "“"), ("«", "»"), ("`", "`"))
_HEAD = 1 << 16
_FEWEST_LINES = 2
_USUAL = 0.8


def plain_quotes(text: str) -> str:
    """The text with plain quotation marks around its cells where nearly all lines have others; any other text as it is.

    >>> plain_quotes("“sku”,“name”\\n“A”,“a “big” one”\\n")
    '"sku","name"\\n"A","a “big” one"\\n'
    """
    head = text[:_HEAD]
    pairs = [pair for pair in _PAIRS if pair[0] in head]
    lines = [line for start, stop in split_lines(head) if (line := head[start:stop].strip())] if pairs else []
    for opening, closing in pairs:
        wrapped = [line for line in lines if line.startswith(opening) and line.endswith(closing)]
        if len(wrapped) >= max(_FEWEST_LINES, _USUAL * len(lines)) and (mark := _between(wrapped, opening, closing)):
            return _with_plain(text, opening, closing, mark)
    return text


def _between(lines: list[str], opening: str, closing: str) -> str:
    """What stands most often between a quoted cell and the next one."""
    found = Counter(mark for line in lines for mark in re.findall(rf"{closing}([^\w{opening}{closing}]{{1,4}}){opening}", line))
    return max(found, key=lambda mark: found[mark], default="")


def _with_plain(text: str, opening: str, closing: str, mark: str) -> str:
    d = re.escape(mark)
    opened = re.sub(rf"(^|(?<=[\r\n])|(?<={d})){opening}", "\x00", text.replace('"', '""'))
    return re.sub(rf"{closing}(?=\s*(?:{d}|[\r\n]|\Z))", '"', opened).replace("\x00", '"')
