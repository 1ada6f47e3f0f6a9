"""Which delimiter, quote and escape a text file uses, found from a sample of its lines.

Each candidate reads the sample; the best one gives rows of one width whose cells look like values (the idea of van den Burg,
Nazabal & Sutton 2019, "Wrangling messy CSV files by detecting row and type patterns").
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from forecasting.core.panel import KEYS
from forecasting.ingest.cells.kinds import BLANK, TEXT, kind_of
from forecasting.ingest.reading.tokens import Dialect, Row, split_lines, tokenize

_SINGLE = (",", ";", "\t", "|", "~", "^", "\x01", "\x1f", "¦", "§", "¬", "\x1e", "!", "#", "*", "@", ":", " ", "/")
_SPACED = (", ", "; ", " ; ", " | ", "\t|\t")  # only where the sign alone also stands within cells
_MULTIPLE = ("||", "::", "|~|", "~|~", "^|^", ";;", "##", "@@", "<>", "#|#", "\t\t", "|;|", "~~", "&&", "$$", *_SPACED)
_DOUBLED = "|:~#@"
_WEIGHT = {",": 1.0, ";": 1.0, "\t": 1.0, "|": 1.0, " ": 0.7, ":": 0.4, "/": 0.3, "*": 0.5, "@": 0.5, "#": 0.5, "!": 0.5}
_QUOTES = ('"', "'")
_SEPARATOR_LINE = re.compile(r'\ufeff?"?sep=(.|\\t)"?\s*$', re.IGNORECASE)
_CLEAN_TEXT = re.compile(r"[\w\s.,'’\-_()/&+#:%€$£¥!?°*\"“”|\[\]<>=@;，。、（）：；！？·【】《》—…]*", re.UNICODE)
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1f]")
_DECIMAL_LINE = re.compile(r"\s*[-+]?\d[\d.]*,\d{1,4}\s?[€%]?\s*")
_SIGNS = re.compile(r"[^\w\s\"'.,/:()\[\]$€£¥]{2,4}|[^\w\s\"'.,;()\[\]$€£¥%&=?+-]")
_LINES_ASKED = 100
_FEWEST_LINES = 3
_NEARLY_ALL = 0.8
_OFTEN = 0.3
_HARD = ";\t|"
_CUT = re.compile(r'[,;\t|]"|"[,;\t|]')  # a quote that opens or closes behind another delimiter
_STRONG = (",", ";")
_OWN = ",".join(KEYS)  # how a file that was written here begins


@dataclass(frozen=True)
class Sniffed:
    """The dialect found, the usual number of cells in a row, and how many leading lines only declare the separator."""

    dialect: Dialect
    width: int
    skip_lines: int = 0


def sniff(text: str) -> Sniffed:
    """Find the dialect of a whole text.

    >>> found = sniff("Tag;Artikel;Menge\\n01.02.2024;A1;1,5\\n02.02.2024;A1;2,5\\n")
    >>> found.dialect.delimiter, found.width
    (';', 3)
    """
    head = re.split(r"[\r\n]", text[:200], maxsplit=1)[0]
    declared = _SEPARATOR_LINE.match(head)
    if declared:
        mark = "\t" if declared.group(1) == "\\t" else declared.group(1)
        body = sample_text(text[len(head) :].lstrip("\r\n"))
        best = max((_with_quotes(body, mark)), key=lambda found: found[0])
        return Sniffed(_finish(best[1], body), best[2], skip_lines=1)
    sample = sample_text(text)
    scored = [found for mark in _candidates(sample) for found in _with_quotes(sample, mark)]
    spaced = _score(sample, Dialect(delimiter="  ", spaces=True))
    scored.append((spaced[0] * 0.9, Dialect(delimiter="  ", spaces=True), spaced[1]))
    scored.append((_single_column_score(sample), Dialect(delimiter=""), 1))
    if head.startswith(_OWN):  # a name between apostrophes is called so
        scored = [found for found in scored if found[1].quote == '"']
    best = max(scored, key=lambda found: found[0])
    return Sniffed(_finish(best[1], sample), best[2])


def sample_text(text: str, budget: int = 120_000, lines: int = 360) -> str:
    """Whole lines from the beginning, middle and end, so that a long preamble cannot hide the table."""
    if len(text) <= budget:
        spans = split_lines(text)
        if len(spans) <= lines:
            return text
    parts = [_cut(text, 0, budget // 2, lines // 2)]
    parts += [_cut(text, _next_line(text, int(len(text) * share)), budget // 6, lines // 6) for share in (0.33, 0.66)]
    parts.append(_cut(text, _next_line(text, max(0, len(text) - budget // 6)), budget // 6, lines // 6))
    return "\n".join(parts)


def _next_line(text: str, position: int) -> int:
    match = re.compile(r"[\r\n]+").search(text, position)
    return match.end() if match else len(text)


def _cut(text: str, start: int, size: int, lines: int) -> str:
    piece = text[start : start + size]
    spans = split_lines(piece)
    if len(piece) == size and len(spans) > 1:
        spans = spans[:-1]
    return piece[: spans[min(lines, len(spans)) - 1][1]] if spans else ""


def _candidates(sample: str) -> list[str]:
    present = [mark for mark in _SINGLE if mark in sample and not (mark in _DOUBLED and _always_doubled(sample, mark))]
    spaced = {mark.strip() for mark in _SPACED if _only_spaced(sample, mark)}
    known = [*(mark for mark in present if mark not in spaced), *(mark for mark in _MULTIPLE if mark in sample)]
    found = [mark for mark in _on_every_line(sample) if mark not in known]
    long = [mark for mark in found if len(mark) > 1]
    return [mark for mark in [*known, *found] if not any(_only_within(sample, mark, other) for other in long)]


def _only_spaced(sample: str, mark: str) -> bool:
    """Whether a sign with blanks beside it stands equally often on every line, and the sign alone does not."""
    bare = re.sub(r'"[^"\r\n]*"', "q", sample) if mark in sample else ""
    lines = [line for line in re.split(r"[\r\n]+", bare) if line.strip()]
    counts = {line.count(mark) for line in lines}
    return len(counts) == 1 and counts != {0} and len({line.count(mark.strip()) for line in lines}) > 1


def _only_within(sample: str, part: str, whole: str) -> bool:
    """Whether a sign never stands but as a part of a longer one."""
    return part != whole and part in whole and sample.count(part) == sample.count(whole) * whole.count(part)


def _on_every_line(sample: str) -> list[str]:
    """Signs, alone or two to four together, that stand equally often on nearly every line; none but a delimiter does."""
    lines = [line for line in re.split(r"[\r\n]+", sample) if line.strip()][:_LINES_ASKED]
    seen = Counter(mark for line in lines for mark in set(_SIGNS.findall(line)))
    asked = [mark for mark, n in seen.items() if n >= max(_FEWEST_LINES, _OFTEN * len(lines))]
    usual = {mark: Counter(line.count(mark) for line in lines).most_common(1)[0] for mark in asked}
    return [mark for mark, (count, n) in usual.items() if count and n >= max(_FEWEST_LINES, _NEARLY_ALL * len(lines))]


def _always_doubled(sample: str, mark: str) -> bool:
    """Whether a sign only ever stands twice in a row: then the pair parts the cells."""
    return {len(run) for run in re.findall(rf"{re.escape(mark)}+", sample)} == {2}


def _with_quotes(sample: str, mark: str) -> list[tuple[float, Dialect, int]]:
    """Score a delimiter with each quote that stands next to it somewhere; without one the double quote is assumed."""
    found = []
    weight = _WEIGHT.get(mark, 0.8 if len(mark) == 1 else 0.97 if mark in _SPACED else 1.02)
    for quote in _QUOTES:
        if quote == '"' or _stands_at_borders(sample, mark, quote):
            for escape in ("", "\\") if "\\" in sample and not _regular(sample, Dialect(mark, quote, "")) else ("",):
                dialect = Dialect(mark, quote, escape)
                score, width = _score(sample, dialect)
                # The plain reading wins ties.
                found.append((score * weight * (1.0 if quote == '"' else 0.999) * (0.9995 if escape else 1.0), dialect, width))
    return found


def _regular(sample: str, dialect: Dialect) -> bool:
    """Whether all rows come out at one width without a repair: then a backslash is a character like others."""
    rows = [row for row in tokenize(sample, dialect) if any(c.strip() for c in row.cells)]
    widths = {len(row.cells) for row in rows}
    return len(rows) > 1 and len(widths) == 1 and widths != {1} and not any(row.repaired for row in rows)


def _stands_at_borders(sample: str, mark: str, quote: str) -> bool:
    q, d = re.escape(quote), re.escape(mark)
    if not re.search(rf"(?:^|{d}|[\r\n]) ?{q}[^{q}\r\n]+{q} ?(?:{d}|[\r\n]|\Z)", sample):
        return False  # two in a row and nothing else are a text of their own
    opens = len(re.findall(rf"(?:^|{d}|[\r\n]) ?{q}", sample))
    closes = len(re.findall(rf"{q} ?(?:{d}|[\r\n]|\Z)", sample))
    return opens >= 2 and closes >= 2 and min(opens, closes) >= 0.5 * max(opens, closes)


def _score(sample: str, dialect: Dialect) -> tuple[float, int]:
    """Share of rows of the usual width x how much that width separates x how clean the cells are."""
    rows = [row for row in tokenize(sample, dialect) if any(c.strip() for c in row.cells)]
    if not rows:
        return 0.0, 1
    widths = Counter(len(row.cells) for row in rows)
    width = _usual_width(widths)
    if width < 2 or _splits_numbers(sample, dialect):
        return 0.0, width
    near = sum(n for w, n in widths.items() if abs(w - width) == 1)
    share = (widths[width] + 0.3 * near) / len(rows)
    repaired = sum(row.repaired for row in rows) / len(rows)
    usual = [row for row in rows if len(row.cells) == width]
    clean = _cleanliness(usual, dialect)
    filled = _filled_columns(usual, width)
    return share**1.5 * (1 - 1 / filled) ** 0.5 * clean**3 * (1 - 0.6 * repaired), width


def _filled_columns(rows: list[Row], width: int) -> int:
    """How many columns hold anything: a mark that is always doubled leaves a blank column beside each real one."""
    return max(2, sum(any(row.cells[j].strip() for row in rows[:60]) for j in range(width)))


def _splits_numbers(sample: str, dialect: Dialect) -> bool:
    """Whether a comma only ever stands inside numbers that are words of a longer line: a decimal sign, no delimiter."""
    if dialect.delimiter != ",":
        return False
    commas = sample.count(",")
    lines = [line for line in re.split(r"[\r\n]+", sample) if line.strip()]
    if len(lines) > 2 and "," not in lines[0] and all(_DECIMAL_LINE.fullmatch(line) for line in lines[1:]):
        return True  # one column of amounts
    return (
        commas > 1
        and len(re.findall(r"(?<=[ \t\x1c-\x1f;|~^·•→‖¦§¬])[-+]?[\d.]*\d,\d+(?=[ \t\x1c-\x1f;|~^·•→‖¦§¬\r\n]|\Z)", sample))
        == commas
    )


def _usual_width(widths: Counter[int]) -> int:
    """The most frequent width; among equals the wider one, since a preamble is narrow."""
    return max(widths, key=lambda w: (widths[w] * (1 if w > 1 else 0.3), w))


def _cleanliness(rows: list[Row], dialect: Dialect) -> float:
    """Mean cleanliness of the cells; a cell that still holds another strong delimiter, or a quote, is suspect."""
    step = max(1, len(rows) // 120)
    total, count = 0.0, 0
    for row in rows[::step]:
        for cell in row.cells[:60]:
            total += _cell_cleanliness(cell, dialect)
            count += 1
    return total / count if count else 0.0


def _cell_cleanliness(cell: str, dialect: Dialect) -> float:  # noqa: PLR0911 - one line for each kind
    if _CUT.search(cell) and cell.count('"') % 2:
        return 0.3
    if cell[:1] in _STRONG and cell[:1] not in dialect.delimiter:
        return 0.5
    kind = kind_of(cell)
    if kind != TEXT:
        return 0.92 if kind == BLANK else 1.0
    if cell.startswith(('"', "'")) != cell.endswith(('"', "'")):
        return 0.35
    if len(cell) >= 2 and cell[0] == cell[-1] and cell[0] in "\"'":
        return 0.4
    cell = cell.rstrip("\t")  # put behind long numbers, so that no spreadsheet rounds them
    if any(mark in cell for mark in _HARD if mark not in dialect.delimiter) and dialect.delimiter not in cell:
        return 0.6
    if _CONTROL.search(cell):
        return 0.3
    if len(cell) > 200:
        return 0.85
    return 0.95 if _CLEAN_TEXT.fullmatch(cell) else 0.75


def _single_column_score(sample: str) -> float:
    """What a file of one column earns: enough to win only when no delimiter explains the lines."""
    lines = [line for line in re.split(r"[\r\n]+", sample) if line.strip()]
    plain = sum(kind_of(line) != TEXT or not re.search(r"[,;\t|]", line) for line in lines)
    return 0.45 * (plain / len(lines)) ** 2 if lines else 0.1


def _finish(dialect: Dialect, sample: str) -> Dialect:
    """Settle the padding around the delimiter from the sample."""
    if dialect.spaces or dialect.delimiter in ("", " ", "\t"):
        return dialect
    bare = re.sub(r'"[^"\r\n]*"' if dialect.quote == '"' else r"'[^'\r\n]*'", "q", sample)
    mark = re.escape(dialect.delimiter)
    followed = len(re.findall(rf"{mark}[ \t]", bare))
    if followed > 0.9 * len(re.findall(rf"{mark}(?![\r\n]|\Z)", bare)) and followed > 1:
        return replace(dialect, pad=True)
    return dialect
