"""Tables with columns of fixed places: under a line of dashes, as database shells print it, or with a gap through all lines."""

from __future__ import annotations

import re
from itertools import pairwise, takewhile

from forecasting.ingest.reading.tokens import split_lines

_RULE = re.compile(r"[ ]*-+(?: +-+)+[ ]*")
_FEWEST_LINES = 4  # in fewer a gap is an accident
_MANY_LINES = 12
_HEAD = 1 << 16
_FARTHEST = 60  # lines above the table


def ruled_to_tabs(text: str) -> str:
    """The text with tabs between the columns that a rule of dashes marks; any other text as it is.

    >>> ruled_to_tabs("DAY        QTY\\n---------- ---\\n2024-01-01   3\\n\\n1 row\\n")
    'DAY\\tQTY\\n\\n2024-01-01\\t3\\n\\n1 row'
    """
    lines = [text[start:stop] for start, stop in split_lines(text[:_HEAD])]
    rule = next((k for k, line in enumerate(lines[:_FARTHEST]) if _RULE.fullmatch(line)), 0)
    if not rule or "\t" in text:
        return text
    spans = [match.span() for match in re.finditer("-+", lines[rule])]
    below = list(takewhile(str.strip, lines[rule + 1 :]))
    kept = sum(_keeps(line, spans) for line in [lines[rule - 1], *below])
    if not below or kept < 0.8 * (1 + len(below)):
        return text
    return "\n".join(_parted(text[start:stop], spans) for start, stop in split_lines(text))


def aligned_to_tabs(text: str) -> str:
    """The text with tabs where a gap goes through all lines and parts what the header names; any other text as it is.

    >>> aligned_to_tabs("day        sku   qty\\n2024-01-01 S-1     3\\n2024-01-02 S-1    14\\n2024-01-03 S-1     5")[12:28]
    '2024-01-01\\tS-1\\t3'
    """
    head = text[: text.rfind("\n", 0, _HEAD) + 1] or text[:_HEAD] if len(text) > _HEAD else text
    filled = [line for line in (head[start:stop] for start, stop in split_lines(head)) if line.strip()]
    if len(filled) < _FEWEST_LINES or "\t" in text:
        return text
    marks = {k for line in filled for k in range(len(line)) if line[k] != " "}
    starts = [k for k in sorted(marks) if k - 1 not in marks]
    spans = [(k, next(j for j in range(k, max(marks) + 2) if j not in marks)) for k in starts]
    spans = _named(filled[0], spans)
    if len(spans) < 2 or not _held(filled, spans):
        return text
    return "\n".join(_parted(text[start:stop], spans) for start, stop in split_lines(text))


def _named(header: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans under a name each: a gap that parts what has no name of its own is one between words that come again."""
    found: list[tuple[int, int]] = []
    for start, stop in spans:
        if header[start:stop].strip():
            found.append((start, stop))
        elif found:
            found[-1] = (found[-1][0], stop)
        else:
            return []
    return found


def _held(lines: list[str], spans: list[tuple[int, int]]) -> bool:
    """Whether nearly all lines fill all columns; in a longer table, where no gap is an accident, some may be mostly blank."""
    filled = [sum(bool(line[a:b].strip()) for a, b in spans) for line in lines]
    long = len(lines) >= _MANY_LINES and len(spans) > 2 and sum(filled) >= 0.6 * len(lines) * len(spans)
    return long or sum(n == len(spans) for n in filled) >= 0.8 * len(lines)


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
