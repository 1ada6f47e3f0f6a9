# ruff: noqa: E501 - tables of words and files read best as they stand
"""Breaks clean tables in every way real files are broken, one flaw or two at a time, and scores the reader on them.

Run `python -m tests.ingest.pollute` for the score: the share of files read cell for cell as they were before the flaw.
"""

from __future__ import annotations

import itertools
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from forecasting.core.errors import ShelfcastError
from forecasting.ingest import main_table, read_tables


@dataclass(frozen=True)
class Doc:
    """A file under construction: lines of cells with what will be written around them, and the table a person reads in it."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str = ","
    quote: str = '"'
    end: str = "\n"
    quote_all: bool = False
    escape: str = ""
    encoding: str = "utf-8"
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    between: tuple[tuple[int, str], ...] = ()
    replaced: tuple[tuple[int, str], ...] = ()
    header_lines: tuple[tuple[str, ...], ...] | None = None
    ends: tuple[tuple[int, str], ...] = ()
    index: bool = False
    trailing: bool = False
    space: bool = False
    patch: tuple[bytes, bytes] | None = None
    want_header: tuple[str, ...] | None = None
    want_rows: tuple[tuple[str, ...], ...] | None = None
    final_end: bool = True

    def expected(self) -> tuple[list[str] | None, list[list[str]]]:
        """Header (None where there is none to find) and rows, as a person reads them."""
        header = self.want_header if self.want_header is not None else self.header
        rows = self.want_rows if self.want_rows is not None else self.rows
        if self.index:
            return ["", *header], [[str(i), *row] for i, row in enumerate(rows)]
        return (list(header) or None), [list(row) for row in rows]

    def cell(self, text: str) -> str:
        q = self.quote
        if self.quote_all or self.delimiter in text or q in text or "\n" in text:
            inner = text.replace(q, self.escape + q if self.escape else q + q)
            return f"{q}{inner}{q}"
        return text

    def line(self, cells: tuple[str, ...]) -> str:
        joiner = self.delimiter + (" " if self.space else "")
        return joiner.join(map(self.cell, cells)) + (self.delimiter if self.trailing else "")

    def data(self) -> bytes:
        head = self.header_lines if self.header_lines is not None else ((self.header,) if self.header else ())
        lines = [self.line(("", *h) if self.index else h) for h in head]
        lines += [self.line((str(i), *r) if self.index else r) for i, r in enumerate(self.rows)]
        for at, text in self.replaced:
            lines[at + len(head)] = text
        for at, text in sorted(self.between, reverse=True):
            lines.insert(at + len(head), text)
        lines = [*self.before, *lines, *self.after]
        ends = [self.end] * len(lines)
        for at, end in self.ends:
            ends[at % len(lines)] = end
        if not self.final_end:
            ends[-1] = ""
        raw = "".join(a + b for a, b in zip(lines, ends, strict=True)).encode(self.encoding)
        return raw.replace(*self.patch, 1) if self.patch else raw


def sources() -> list[Doc]:
    """Clean tables of different make: dates and numbers, quoted words, a German locale, one with Chinese words."""
    rng = random.Random(7)
    words = ["Café table, oak", 'Shelf 12" wide', "Mug", "Lamp; brass", "Rug 2|3", "Tea towel", "Vase", "Bowl, large"]
    tidy = [
        (f"2024-{1 + i // 28:02d}-{1 + i % 28:02d}", f"SKU-{i % 4:03d}", str(rng.randrange(30)), f"{rng.random() * 50:.2f}")
        for i in range(40)
    ]
    orders = [
        (
            str(1000 + i),
            f"{1 + i % 28:02d}/0{1 + i // 28}/2024 10:{i % 60:02d}",
            f"00{i % 6}",
            words[i % 8],
            str(1 + i % 5),
            f"${i}.50",
            "",
        )
        for i in range(36)
    ]
    german = [
        (f"{1 + i % 28:02d}.0{1 + i // 28}.2024", f"A{i % 5}", "Tür grün" if i % 2 else "Stuhl", f"{i},5", f"1.{100 + i},00")
        for i in range(30)
    ]
    chinese = [
        (f"2024年1月{1 + i}日", f"10086{i % 3}", ["蓝色 杯子", "大碗", "书架"][i % 3], str(i * 3), f"{i}.9") for i in range(24)
    ]
    return [
        Doc(("date", "sku", "units", "price"), tuple(tidy)),
        Doc(("Order", "Date", "Code", "Description", "Qty", "Price", "Comment"), tuple(orders), end="\r\n"),
        Doc(("Datum", "Artikel", "Bezeichnung", "Menge", "Umsatz"), tuple(german), delimiter=";"),
        Doc(("日期", "商品编码", "商品名称", "销量", "单价"), tuple(chinese)),
    ]


Flaw = Callable[[Doc], Doc]


def _other(doc: Doc) -> str:
    return ";" if doc.delimiter != ";" else ","


def flaws() -> dict[str, Flaw]:
    """Every flaw by name; those with a place come at the first line, in the middle and at the last line."""
    found: dict[str, Flaw] = {
        "utf-8-sig": lambda d: replace(d, encoding="utf-8-sig"),
        "utf-16": lambda d: replace(d, encoding="utf-16"),
        "utf-16-le": lambda d: replace(d, encoding="utf-16-le"),
        "gb18030": lambda d: replace(d, encoding="gb18030"),
        "crlf": lambda d: replace(d, end="\r\n"),
        "cr": lambda d: replace(d, end="\r"),
        "lf": lambda d: replace(d, end="\n"),
        "crcrlf": lambda d: replace(d, end="\r\r\n"),
        "no-final-end": lambda d: replace(d, final_end=False),
        "quote-all": lambda d: replace(d, quote_all=True),
        "single-quote": lambda d: replace(d, quote="'", quote_all=True),
        "backslash": lambda d: replace(d, escape="\\"),
        "index-column": lambda d: replace(d, index=True),
        "trailing-delimiter": lambda d: replace(d, trailing=True),
        "space": lambda d: replace(d, space=True),
        "no-header": lambda d: replace(d, header=()),
        "preamble": lambda d: replace(d, before=(*d.before, "Sales report of the shop")),
        "preamble-3": lambda d: replace(d, before=(*d.before, "Sales report", f"Printed{d.delimiter} by Bob", "")),
        "preamble-delimited": lambda d: replace(
            d, before=(*d.before, "Report" + d.delimiter * (len(d.rows[0]) - 1), d.delimiter * (len(d.rows[0]) - 1))
        ),
        "blank-first": lambda d: replace(d, before=(*d.before, "")),
        "footer": lambda d: replace(d, after=(*d.after, "", "Source: the shop's own system")),
        "footer-bare": lambda d: replace(d, after=(*d.after, "End of report generated by the system")),
        "blank-last": lambda d: replace(d, after=(*d.after, "", "", "")),
        "delimited-blank-last": lambda d: replace(d, after=(*d.after, d.delimiter * (len(d.rows[0]) - 1))),
        "sep-line": lambda d: replace(d, before=(f"sep={d.delimiter}", *d.before)),
        "two-level-header": lambda d: (
            replace(
                d,
                header_lines=(("", "", *("Values" if j == 2 else "" for j in range(2, len(d.header)))), d.header),
                want_header=tuple(h if j < 2 else f"Values {h}" for j, h in enumerate(d.header)),
            )
            if d.header
            else d
        ),
        "nul": lambda d: (
            replace(
                d,
                patch=(
                    d.rows[len(d.rows) // 2][0].encode(d.encoding)[:6],
                    b"\x00" + d.rows[len(d.rows) // 2][0].encode(d.encoding)[:6],
                ),
            )
            if not d.encoding.startswith("utf-16")
            else d
        ),
        "second-table": lambda d: replace(
            d,
            after=(
                *d.after,
                "",
                d.delimiter.join(("Region", "Manager")),
                d.delimiter.join(("North", "Ann")),
                d.delimiter.join(("South", "Bob")),
            ),
        ),
    }
    for mark in (",", ";", "\t", "|", "~", "^", "||"):
        found[f"delimiter-{mark!r}"] = lambda d, m=mark: replace(d, delimiter=m)
    for place, pick in (("first", lambda _: 0), ("middle", lambda n: n // 2), ("last", lambda n: n - 1)):
        found |= _placed(place, pick)
    return found


def _placed(place: str, pick: Callable[[int], int]) -> dict[str, Flaw]:
    def at(doc: Doc) -> int:
        return pick(len(doc.rows))

    def swap(doc: Doc, text: str, want: tuple[str, ...] | None) -> Doc:
        k = at(doc)
        rows = doc.want_rows if doc.want_rows is not None else doc.rows
        wanted = rows if want is None else (*rows[:k], want, *rows[k + 1 :])
        return replace(doc, replaced=(*doc.replaced, (k, text)), want_rows=wanted)

    def short(doc: Doc) -> Doc:
        row = doc.rows[at(doc)]
        return swap(doc, doc.line(row[:-1]), (*row[:-1], ""))

    def long(doc: Doc) -> Doc:
        row = doc.rows[at(doc)]
        width, k = len(row), at(doc)
        rows = tuple((*r, "extra" if i == k else "") for i, r in enumerate(doc.rows))
        return (
            replace(
                doc,
                replaced=(*doc.replaced, (k, doc.line((*row, "extra")))),
                want_rows=rows,
                want_header=(*(doc.want_header or doc.header), ""),
            )
            if width and doc.header
            else doc
        )

    def gap(doc: Doc) -> Doc:
        row = doc.rows[at(doc)]
        return swap(doc, doc.line((*row[:2], "", *row[2:])), row)

    def stray(doc: Doc) -> Doc:
        row = doc.rows[at(doc)]
        cells = [doc.cell(c) for c in row]
        return swap(doc, doc.delimiter.join([cells[0], doc.quote + row[1], *cells[2:]]), (row[0], doc.quote + row[1], *row[2:]))

    def unescaped(doc: Doc) -> Doc:
        row = doc.rows[at(doc)]
        cells = [doc.cell(c) for c in row]
        return swap(
            doc,
            doc.delimiter.join([cells[0], cells[1], f'"the "big" one{doc.delimiter} red"', *cells[3:]]),
            (row[0], row[1], f'the "big" one{doc.delimiter} red', *row[3:]),
        )

    def newline(doc: Doc) -> Doc:
        row = doc.rows[at(doc)]
        cells = [doc.cell(c) for c in row]
        return swap(doc, doc.delimiter.join([*cells[:2], '"two\nlines"', *cells[3:]]), (*row[:2], "two\nlines", *row[3:]))

    def other_delimiter(doc: Doc) -> Doc:
        row = doc.rows[at(doc)]
        return swap(doc, replace(doc, delimiter=_other(doc)).line(row), None)

    def bad_byte(doc: Doc) -> Doc:
        if doc.encoding not in ("utf-8", "utf-8-sig"):
            return doc
        row = doc.rows[at(doc)]
        marked = swap(doc, doc.line((row[0], row[1] + "Q@Q", *row[2:])), (row[0], row[1] + "é", *row[2:]))
        return replace(marked, patch=(b"Q@Q", b"\xe9"))

    return {
        f"short-{place}": short,
        f"long-{place}": long,
        f"gap-{place}": gap,
        f"stray-quote-{place}": stray,
        f"unescaped-quote-{place}": unescaped,
        f"newline-{place}": newline,
        f"other-delimiter-{place}": other_delimiter,
        f"bad-byte-{place}": bad_byte,
        f"blank-{place}": lambda d: replace(d, between=(*d.between, (at(d), ""))),
        f"comment-{place}": lambda d: replace(d, between=(*d.between, (at(d), "# checked by Bob"))),
        f"header-again-{place}": lambda d: (
            replace(d, between=(*d.between, (max(1, at(d)), d.line(d.header)))) if d.header else d
        ),
        f"line-end-{place}": lambda d: replace(d, ends=(*d.ends, (at(d) + 1, "\r" if d.end != "\r" else "\n"))),
    }


def singles() -> Iterator[tuple[str, Doc]]:
    """Every source with every flaw."""
    for k, doc in enumerate(sources()):
        yield f"{k}:clean", doc
        for name, flaw in flaws().items():
            yield f"{k}:{name}", flaw(doc)


def pairs(count: int, seed: int = 1) -> Iterator[tuple[str, Doc]]:
    """Random pairs of flaws, the file-wide one first so that the other is written in its dialect."""
    rng = random.Random(seed)
    known = flaws()
    every = list(itertools.permutations(known, 2))
    docs = sources()
    for a, b in rng.sample(every, count):
        wide_first = sorted(
            (a, b), key=lambda n: n.endswith(("-first", "-middle", "-last")) or "preamble" in n or "footer" in n or "table" in n
        )
        k = rng.randrange(len(docs))
        doc = docs[k]
        for name in wide_first:
            doc = known[name](doc)
        yield f"{k}:{'+'.join(wide_first)}", doc


def is_exact(doc: Doc) -> bool:
    """Whether the reader gives back the table a person reads."""
    header, rows = doc.expected()
    try:
        table = main_table(read_tables(doc.data(), "x.csv"))
    except (ShelfcastError, UnicodeEncodeError):
        return False
    names = list(table.header) if table.has_header else None
    return names == header and [list(r) for r in table.cells.iter_rows()] == rows


def encodable(doc: Doc) -> bool:
    """Whether the flaw exists in the encoding at all."""
    try:
        doc.data()
    except UnicodeEncodeError:
        return False
    return True


def main() -> None:
    """Print the score of single flaws and of pairs, and what was misread."""
    for label, files in (("single", list(singles())), ("pairs", list(pairs(int(sys.argv[1]) if len(sys.argv) > 1 else 600)))):
        started = time.perf_counter()
        wrong = [name for name, doc in files if encodable(doc) and not is_exact(doc)]
        seconds = time.perf_counter() - started
        blamed = Counter(part for name in wrong for part in name.split(":", 1)[1].split("+"))
        print(
            f"{label}: {len(files) - len(wrong)} of {len(files)} exact ({1 - len(wrong) / len(files):.1%}), {1000 * seconds / len(files):.0f} ms a file"
        )
        print("  misread:", ", ".join(wrong[:40]))
        print("  flaws:", blamed.most_common(12))


if __name__ == "__main__":
    main()
