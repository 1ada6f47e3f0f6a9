"""Tables as database shells print them: a line of dashes under the header says where each column begins and ends."""

from __future__ import annotations

import re
from itertools import pairwise, takewhile

from forecasting.ingest.tokens import split_lines

_RULE = re.compile(r"[ ]*-+(?: +-+)+[ ]*")
_FARTHEST = 60  # lines above the table


def ruled_to_tabs(text: str) -> str:
    """The text with tabs between the columns that a rule of dashes marks; any other text as it is.

    >>> ruled_to_tabs("DAY        QTY\\n---------- ---\\n2024-01-01   3\\n\\n1 row\\n")
    'DAY\\tQTY\\n\\n2024-01-01\\t3\\n\\n1 row'
    """
    lines = [text[start:stop] for start, stop in split_lines(text[: 1 << 16])]
    rule = next((k for k, line in enumerate(lines[:_FARTHEST]) if _RULE.fullmatch(line)), 0)
    if not rule or "\t" in text:
        return text
    spans = [match.span() for match in re.finditer("-+", lines[rule])]
    below = list(takewhile(str.strip, lines[rule + 1 :]))
    kept = sum(_keeps(line, spans) for line in [lines[rule - 1], *below])
    if not below or kept < 0.8 * (1 + len(below)):
        return text
    return "\n".join(_parted(text[start:stop], spans) for start, stop in split_lines(text))


def _keeps(line: str, spans: list[tuple[int, int]]) -> bool:
    """Whether nothing stands between the columns."""
    return not any(line[stop:start].strip() for (_, stop), (start, _) in pairwise(spans)) and len(line) > spans[0][1]


def _parted(line: str, spans: list[tuple[int, int]]) -> str:
    if _RULE.fullmatch(line):
        return ""  # a gap at the same place, so that all rows keep their line numbers
    if not line.strip() or not _keeps(line, spans):
        return line
    ends = [*(start for start, _ in spans[1:]), len(line)]
    return "\t".join(line[start:end].strip() for (start, _), end in zip(spans, ends, strict=True))
