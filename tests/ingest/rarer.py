"""Flaws that are seen less often: rare line ends, typographic quotes, rows in another dialect, comments of other kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.ingest.docs import Doc

Flaw = Callable[[Doc], Doc]
Pick = Callable[[int], int]
_QUOTES = {"typographic": "“”", "guillemets": "«»", "backtick": "``"}
_COMMENTS = {
    "slashes": "// checked by Bob",
    "dashes": "-- checked by Bob",
    "bang": "! checked by Bob",
    "stars": "*** page 2 ***",
}


def rarer() -> dict[str, Flaw]:
    """Flaws of the whole file by name."""
    found: dict[str, Flaw] = {
        "leading-delimiter": lambda d: _lines(d, lambda line: d.delimiter + line) if d.delimiter.strip(" ") else d,
        "thousands": lambda d: _with_thousands(d) if d.delimiter == "," and not d.quote_all and d.header else d,
    }
    for name, end in {"nel": "\x85", "ls": "\u2028", "ps": "\u2029", "vt": "\x0b", "ff": "\x0c"}.items():
        found[f"end-{name}"] = lambda d, e=end: replace(d, end=e)
    for name, pair in _QUOTES.items():
        found[f"quotes-{name}"] = lambda d, p=pair: _all_quoted(d, p)
    for mark in ("|||", "<|>", "~^~", "=>", "→", "·", "\t|\t"):
        found[f"delimiter-{mark!r}"] = lambda d, m=mark: replace(d, delimiter=m)
    return found


def rarer_at(name: str, pick: Pick) -> dict[str, Flaw]:
    """Flaws of one row."""
    found: dict[str, Flaw] = {
        f"page-{name}": lambda d: _row(d, pick, lambda line: f"\x0c{line}"),
        f"doubled-quotes-{name}": lambda d: _cells(d, pick, lambda cells: d.delimiter.join(f'""{c}""' for c in cells)),
        f"spaced-{name}": lambda d: _cells(d, pick, f" {d.delimiter} ".join) if len(d.header) > 3 else d,
    }
    for label, text in _COMMENTS.items():
        found[f"{label}-{name}"] = lambda d, t=text: replace(d, between=(*d.between, (pick(len(d.rows)), t)))
    for label, pair in _QUOTES.items():
        found[f"row-quotes-{label}-{name}"] = lambda d, p=pair: _cells(
            d, pick, lambda cells: d.delimiter.join(f"{p[0]}{c}{p[1]}" for c in cells)
        )
    return found


def _is_bare(doc: Doc) -> bool:
    return not (doc.index or doc.trailing or doc.space or doc.escape or doc.before or doc.after or doc.header_lines)


def _row(doc: Doc, pick: Pick, written: Callable[[str], str]) -> Doc:
    k = pick(len(doc.rows))
    return replace(doc, replaced=(*doc.replaced, (k, written(doc.line(doc.rows[k])))))


def _cells(doc: Doc, pick: Pick, written: Callable[[tuple[str, ...]], str]) -> Doc:
    """One row written without the file's own quotes, where all its cells hold something and none needs them."""
    row = doc.rows[pick(len(doc.rows))]
    plain = len(row) > 2 and all(cell.strip() and doc.cell(cell) == cell for cell in row)
    return _row(doc, pick, lambda _: written(row)) if plain and doc.delimiter.strip(" ") and _is_bare(doc) else doc


def _lines(doc: Doc, written: Callable[[str], str]) -> Doc:
    """Every line written otherwise."""
    rows = tuple((k, written(doc.line(row))) for k, row in enumerate(doc.rows))
    if not _is_bare(doc) or not doc.header or doc.replaced or doc.between:
        return doc
    before = (written(doc.line(doc.header)),)
    return replace(doc, before=before, header_lines=(), replaced=rows, want_header=doc.want_header or doc.header)


def _all_quoted(doc: Doc, pair: str) -> Doc:
    cells = [cell for row in (doc.header, *doc.rows) for cell in row]
    if not _is_bare(doc) or any(mark in cell for cell in cells for mark in (*pair, "\n")) or doc.delimiter == " ":
        return doc
    return replace(
        _lines(doc, str),
        before=(_quoted(doc, doc.header, pair),) if doc.header else (),
        header_lines=(),
        replaced=tuple((k, _quoted(doc, row, pair)) for k, row in enumerate(doc.rows)),
    )


def _quoted(doc: Doc, cells: tuple[str, ...], pair: str) -> str:
    return doc.delimiter.join(f"{pair[0]}{cell}{pair[1]}" for cell in cells)


def _with_thousands(doc: Doc) -> Doc:
    """A last column of amounts whose thousands a bare comma parts."""
    rows = tuple((*row, f"{(k + 2) % 9 + 1},{100 + 7 * k}.50") for k, row in enumerate(doc.rows))
    header = (*doc.header, "turnover")
    bare = tuple((k, f"{doc.line(row)},{rows[k][-1]}") for k, row in enumerate(doc.rows))
    if not _is_bare(doc) or doc.replaced or doc.want_rows is not None or doc.want_header is not None:
        return doc
    return replace(doc, header=header, rows=rows, replaced=bare)
