"""Clean tables of every make, and how they are written to a file: what the flaws are done to."""

from __future__ import annotations

import random
from dataclasses import dataclass


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
            lines[at + len(head)] = f"{at}{self.delimiter}{text}" if self.index else text
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
        *_further_sources(),
    ]


def _further_sources() -> list[Doc]:
    """A ledger with links and blanks, two columns, words only, many columns, and cells of several lines."""
    items = ["Mug, 350 ml", "Poster A2", 'Frame 10" oak', "Chair; folding", "Notebook, ruled, A5"]
    ledger = [
        (
            f"{1 + 2 * i // 3:02d}/01/2018",
            f"{7 + i % 12:02d}:{(7 * i) % 60:02d}",
            str(1 + i % 3),
            f"{['MG', 'PO', 'FR', 'CH', 'NB'][i % 5]}-{8000 + 37 * i}",
            f"£{3 + i}.99",
            "" if i % 4 else "Gift",
            items[i % 5],
            f"https://shop.example/p/{i}?ref=a&v={i % 3}",
            "" if i % 6 else 'asked for "express"',
        )
        for i in range(40)
    ]
    words = [(f"C{k:02d}", name, colour, maker) for k, (name, colour, maker) in enumerate(_WORDS)]
    wide = [(f"A-{i:03d}", *(str((i * j * j) % 97) for j in range(1, 25))) for i in range(20)]
    notes = [
        (f"{20240000 + i}", f"2024-03-{1 + i:02d}", f"茶杯,{i % 4}号", str(2 + i % 7), "加急\n包装" if i % 5 == 2 else "无备注")
        for i in range(25)
    ]
    return [
        Doc(("Date", "Time", "Quantity", "Item", "Price", "Kind", "Description", "Link", "Remarks"), tuple(ledger), end="\r\n"),
        Doc(("sku", "units"), tuple((f"S{i % 7}-{i}", str(3 * i % 11)) for i in range(30))),
        Doc(("code", "name", "colour", "supplier"), tuple(words)),
        Doc(("article", *(f"store {j}" for j in range(1, 25))), tuple(wide)),
        Doc(("单号", "下单日期", "标题", "数量", "备注"), tuple(notes)),
    ]


_WORDS = (
    ("Mug", "blue", "Acme Ltd"),
    ("Bowl, large", "green", "Bob & Sons"),
    ("Vase", "", "Acme Ltd"),
    ("Tea towel", "red and white", "Weaver, Inc."),
    ("Lamp", "brass", "Bright Co"),
    ("Chair", "oak", "Wood Works"),
    ("Stool", "oak", "Wood Works"),
    ("Rug", "grey", "Weaver, Inc."),
    ("Clock", "black", "Tick Tock"),
    ("Tray", "white", "Acme Ltd"),
    ("Plate", "white", "Bob & Sons"),
    ("Cup", "blue", "Acme Ltd"),
)
