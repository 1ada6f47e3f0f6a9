"""One table in every dialect, encoding and container, with the number of its rows: what a fuzz breaks."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from tests.ingest.truth import DATES, HEADERS, NUMBERS, SKUS, tidy_rows, to_csv, to_xlsx

_DAYS = 40
_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "gb18030", "shift_jis", "big5", "koi8_r")
_WORDS = {
    "cp1252": ("Café crème", "Größe; 12", "Niño"),
    "gb18030": ("蓝色杯子", "大碗, 绿", "书架"),
    "shift_jis": ("マグカップ", "青いボウル", "本棚"),
    "big5": ("藍色杯子", "大碗", "書架"),
    "koi8_r": ("Чашка синяя", "Чай зелёный", "Полка"),
}
Rows = list[list[str]]


@dataclass(frozen=True)
class Packed:
    """A whole file and the number of rows that are in it."""

    label: str
    name: str
    data: bytes
    rows: int


def packed() -> Iterator[Packed]:
    """Delimited text in every encoding, and the same rows in every container."""
    for encoding in _ENCODINGS:
        rows = _rows(_WORDS.get(encoding, tuple(SKUS.values())))
        for mark, end in ((",", "\r\n"), (";", "\n"), ("\t", "\r"), ("|", "\n")):
            text = to_csv(rows, mark, end, csv.QUOTE_ALL if mark == "|" else csv.QUOTE_MINIMAL)
            yield Packed(f"text {encoding} {mark!r}", "sales.csv", text.encode(encoding), len(rows) - 1)
    rows = _rows(tuple(SKUS.values()))
    for name, pack in _CONTAINERS.items():
        yield Packed(f"as {name}", name, pack(rows), len(rows) - 1)


def _rows(words: tuple[str, ...]) -> Rows:
    header, *rows = tidy_rows(HEADERS["en"], DATES["iso"], NUMBERS["plain"], _DAYS)
    return [header, *([*row[:2], words[k % len(words)], *row[3:]] for k, row in enumerate(rows))]


def zipped(members: dict[str, bytes]) -> bytes:
    """The members as a ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data, zipfile.ZIP_STORED if name == "mimetype" else None)
    return out.getvalue()


def _text(rows: Rows) -> bytes:
    return to_csv(rows).encode()


def _ods(rows: Rows) -> bytes:
    before, after = '<table:table-cell office:value-type="string"><text:p>', "</text:p></table:table-cell>"
    cells = ("".join(f"{before}{_escaped(cell)}{after}" for cell in row) for row in rows)
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
    names = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    content = (
        f"<office:document-content {names}><office:body><office:spreadsheet>"
        f'<table:table table:name="Sales">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    manifest = b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": kind, "content.xml": content.encode(), "META-INF/manifest.xml": manifest})


def _html(rows: Rows) -> bytes:
    body = "".join("<tr>" + "".join(f"<td>{_escaped(c)}</td>" for c in row) + "</tr>" for row in rows)
    return f"<html><head><meta charset='utf-8'></head><body><table>{body}</table></body></html>".encode()


def _xmlss(rows: Rows) -> bytes:
    cells = ("".join(f'<Cell><Data ss:Type="String">{_escaped(c)}</Data></Cell>' for c in row) for row in rows)
    body = "".join(f"<Row>{row}</Row>" for row in cells)
    names = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    return (
        f'<?xml version="1.0"?><Workbook {names}><Worksheet ss:Name="S"><Table>{body}</Table></Worksheet></Workbook>'.encode()
    )


def _escaped(cell: str) -> str:
    return cell.replace("&", "&amp;").replace("<", "&lt;")


def _parquet(rows: Rows) -> bytes:
    out = io.BytesIO()
    pl.DataFrame(rows[1:], schema=rows[0], orient="row").write_parquet(out)
    return out.getvalue()


_CONTAINERS: dict[str, Callable[[Rows], bytes]] = {
    "sales.csv.gz": lambda rows: gzip.compress(_text(rows)),
    "sales.csv.bz2": lambda rows: bz2.compress(_text(rows)),
    "sales.zip": lambda rows: zipped({"sales.csv": _text(rows)}),
    "sales.xlsx": lambda rows: to_xlsx({"Sales": [list(row) for row in rows]}),
    "sales.ods": _ods,
    "sales.xls": _html,
    "sales.xml": _xmlss,
    "sales.parquet": _parquet,
}
