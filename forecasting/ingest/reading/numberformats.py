"""What the reader of cells does not tell of a workbook: leading zeros that a number format shows, and rows that are hidden."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from xml.etree import ElementTree

from forecasting.ingest.reading.container import ZIP_ERRORS

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_DIGITS = re.compile(rb'min-integer-digits="(?:[2-9]|1\d)"')
_SHOWN = re.compile(r"0\d{1,19}")
_CELL = re.compile(rb"<c\s([^>]*?)/?>")
_HIDDEN_ROW = re.compile(rb'<row\s([^>]*?\bhidden="(?:1|true)"[^>]*?)/?>')
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_STYLE = re.compile(rb'\bs="(\d+)"')
_PADDED = re.compile(r"0{2,20}")
_PIECE = 1 << 20


def padded_cells(data: bytes, sheet: str) -> dict[tuple[int, int], int]:
    """Row and column (from 0) of each cell of a sheet that is shown with leading zeros, and to how many digits.

    Empty for files of other kinds and workbooks without such a format; what is damaged is for the reader of the cells to say.
    """
    found: dict[tuple[int, int], int] = {}
    if not data.startswith(b"PK"):
        return found
    with suppress(*ZIP_ERRORS, ElementTree.ParseError, KeyError, ValueError), zipfile.ZipFile(io.BytesIO(data)) as book:
        if "content.xml" in book.namelist():
            return dict(_padded_in_ods(book, sheet)) if _may_pad(book) else found
        widths = _widths_of_styles(book)
        if widths:
            for attributes in _tags(book, _path_of(book, sheet), _CELL):
                style, place = _STYLE.search(attributes), _REFERENCE.search(attributes)
                width = widths.get(int(style.group(1))) if style else None
                if width and place:
                    found[int(place.group(2)) - 1, _column(place.group(1))] = width
    return found


def hidden_rows(data: bytes, sheet: str) -> int:
    """How many rows of an XLSX sheet are hidden, as by a filter; 0 for files of other kinds."""
    if data.startswith(b"PK"):
        with suppress(*ZIP_ERRORS, ElementTree.ParseError, KeyError, StopIteration), zipfile.ZipFile(io.BytesIO(data)) as book:
            return sum(1 for _ in _tags(book, _path_of(book, sheet), _HIDDEN_ROW))
    return 0


def _may_pad(book: zipfile.ZipFile) -> bool:
    """Whether any number format of an ODS workbook writes more than one digit before the point."""
    with book.open("content.xml") as content:
        return bool(
            _DIGITS.search(content.read(_PIECE))
            or ("styles.xml" in book.namelist() and _DIGITS.search(book.read("styles.xml")))
        )


def _padded_in_ods(book: zipfile.ZipFile, sheet: str) -> Iterator[tuple[tuple[int, int], int]]:
    """The place of each number of an ODS sheet whose text begins with a zero, and how long that text is."""
    row = column = again = 0
    inside = False
    with book.open("content.xml") as content:
        for event, each in ElementTree.iterparse(content, events=("start", "end")):  # noqa: S314 - as below
            name = each.tag.rpartition("}")[2]
            if event == "start":
                if name == "table":
                    inside, row = each.get(f"{_TABLE}name") == sheet, 0
                elif name == "table-row":
                    column, again = 0, int(each.get(f"{_TABLE}number-rows-repeated", "1"))
            elif inside and name in ("table-cell", "covered-table-cell"):
                times = int(each.get(f"{_TABLE}number-columns-repeated", "1"))
                text = "".join(each.itertext())
                if each.get(f"{_OFFICE}value-type") == "float" and _SHOWN.fullmatch(text):
                    yield from (((row + i, column + j), len(text)) for i in range(again) for j in range(times))
                column += times
            elif name == "table-row":
                row += again
                each.clear()


def _widths_of_styles(book: zipfile.ZipFile) -> dict[int, int]:
    """How many digits each style of cells shows, for those that are nothing but zeros."""
    styles = ElementTree.fromstring(book.read("xl/styles.xml"))  # noqa: S314 - expat refuses what would blow up
    formats = {each.get("numFmtId"): each.get("formatCode", "") for each in styles.iter(f"{_MAIN}numFmt")}
    used = styles.find(f"{_MAIN}cellXfs")
    codes = [formats.get(each.get("numFmtId"), "") for each in used] if used is not None else []
    return {k: len(code) for k, code in enumerate(codes) if _PADDED.fullmatch(code)}


def _path_of(book: zipfile.ZipFile, sheet: str) -> str:
    """Where in the archive a sheet is kept."""
    names = ElementTree.fromstring(book.read("xl/workbook.xml"))  # noqa: S314 - expat refuses what would blow up
    link = next(each.get(_RELATION) for each in names.iter(f"{_MAIN}sheet") if each.get("name") == sheet)
    relations = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - as above
    target = next(each.get("Target", "") for each in relations if each.get("Id") == link)
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _tags(book: zipfile.ZipFile, path: str, tag: re.Pattern[bytes]) -> Iterator[bytes]:
    """The attributes of every such element of a sheet, read piece by piece."""
    with book.open(path) as sheet:
        rest = b""
        while piece := sheet.read(_PIECE):
            text = rest + piece
            stop = text.rfind(b"<")
            yield from (match.group(1) for match in tag.finditer(text, 0, stop))
            rest = text[stop:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number - 1
