"""HTML and XML spreadsheets (what many shops export as .xls) -> grids of text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from forecasting.core.errors import FileUnreadable
from forecasting.ingest.reading.encoding import Decoded, decode

_BLOCKS = {"p", "div", "li"}
_MAX_SPAN = 2000
_MAX_WIDTH = 20_000


@dataclass
class _Grid:
    """Rows under construction; cells that reach over several rows are kept until their rows come."""

    name: str = ""
    rows: list[list[str]] = field(default_factory=list)
    hanging: dict[int, tuple[int, str]] = field(default_factory=dict)

    def start_row(self) -> None:
        self.rows.append([])
        self._fill_hanging()

    def add(self, text: str, colspan: int, rowspan: int) -> None:
        if not self.rows:
            self.start_row()
        row = self.rows[-1]
        if len(row) + colspan > _MAX_WIDTH:
            raise FileUnreadable(
                f"a table in the page has more than {_MAX_WIDTH:,} columns: turn it so that dates or SKUs run down"
            )
        for k in range(colspan):
            if rowspan > 1:
                self.hanging[len(row)] = (rowspan - 1, "")
            row.append(text if k == 0 else "")
        self._fill_hanging()

    def _fill_hanging(self) -> None:
        row = self.rows[-1]
        while len(row) in self.hanging:
            left, text = self.hanging.pop(len(row))
            if left > 1:
                self.hanging[len(row)] = (left - 1, text)
            row.append(text)


class _Tables(HTMLParser):
    """Collects the cells of all tables, inner tables included."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.grids: list[_Grid] = []
        self._open: list[_Grid] = []
        self._text: list[str] | None = None
        self._span = (1, 1)
        self._skip = 0
        self._sheet = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = tag.rsplit(":", 1)[-1]
        values = {k.rsplit(":", 1)[-1]: v or "" for k, v in attrs}
        if tag in ("style", "script"):
            self._skip += 1
        elif tag == "worksheet":
            self._sheet = values.get("name", "")
        elif tag == "table":
            self._open.append(_Grid(self._sheet))
            self.grids.append(self._open[-1])
        elif tag in ("tr", "row") and self._open:
            self._end_cell()
            self._start_row(values)
        elif tag in ("td", "th", "cell") and self._open:
            self._end_cell()
            self._start_cell(values)
        elif (tag == "br" or tag in _BLOCKS) and self._text:
            self._text.append("\n")

    def _start_row(self, values: dict[str, str]) -> None:
        grid = self._open[-1]
        index = _number(values.get("index"), 0)
        while 0 < len(grid.rows) + 1 < index <= _MAX_SPAN:
            grid.rows.append([])
        grid.start_row()

    def _start_cell(self, values: dict[str, str]) -> None:
        grid = self._open[-1]
        index = _number(values.get("index"), 0)
        while grid.rows and len(grid.rows[-1]) + 1 < index <= _MAX_SPAN:
            grid.rows[-1].append("")
        across = _number(values.get("colspan"), 1) if "mergeacross" not in values else _number(values["mergeacross"], 0) + 1
        down = _number(values.get("rowspan"), 1) if "mergedown" not in values else _number(values["mergedown"], 0) + 1
        self._text, self._span = [], (across, down)

    def handle_endtag(self, tag: str) -> None:
        tag = tag.rsplit(":", 1)[-1]
        if tag in ("style", "script"):
            self._skip = max(0, self._skip - 1)
        elif tag in ("td", "th", "cell", "tr", "row"):
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            self._open.pop()

    def _end_cell(self) -> None:
        if self._text is not None and self._open:
            text = re.sub(r"[ \t\r\n\f]*\n[ \t\r\n\f]*", "\n", "".join(self._text)).strip(" \t\r\n")
            self._open[-1].add(text, *self._span)
        self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None and not self._skip:
            self._text.append(re.sub(r"[ \t\r\n\f]+", " ", data))


def _number(text: str | None, default: int) -> int:
    return min(int(text), _MAX_SPAN) if text and text.strip().isdecimal() else default


def html_grids(data: bytes, name: str) -> tuple[list[tuple[str, list[list[str]]]], str]:
    """(sheet, rows) of every table in an HTML or SpreadsheetML file, and the encoding it was read with."""
    decoded = _decode_declared(data)
    parser = _Tables()
    parser.feed(decoded.text)
    parser.close()
    grids = [(grid.name, grid.rows) for grid in parser.grids if any(any(c.strip() for c in row) for row in grid.rows)]
    if not grids:
        raise FileUnreadable(f"{name} is a web page without a table: a page with one, or a CSV or XLSX file is needed")
    return grids, decoded.encoding


def _decode_declared(data: bytes) -> Decoded:
    """The page's own word for its encoding, when the bytes bear it out."""
    found = re.search(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_\-]+)", data[:4096])
    if found and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        name = found.group(1).decode("ascii").lower()
        name = "gb18030" if name in ("gb2312", "gbk") else name
        try:
            return Decoded(data.decode(name).lstrip("\ufeff"), name)
        except (LookupError, UnicodeDecodeError):
            return decode(data)
    return decode(data)
