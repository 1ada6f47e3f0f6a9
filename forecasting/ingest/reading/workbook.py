"""Workbooks (XLSX, XLSM, XLSB, XLS, ODS) -> tables: every sheet, each cell as the text a person would read in it."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace

import python_calamine as calamine

from forecasting.core.errors import FileUnreadable
from forecasting.ingest.reading.container import ZIP_ERRORS
from forecasting.ingest.reading.dialect import sniff
from forecasting.ingest.reading.numberformats import hidden_rows, padded_cells
from forecasting.ingest.reading.regions import find_regions
from forecasting.ingest.reading.sideways import split_sideways
from forecasting.ingest.reading.table import Table
from forecasting.ingest.reading.text import MAX_COLUMNS, number_tables, region_table
from forecasting.ingest.reading.tokens import Row, tokenize

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
_ERRORS = (calamine.CalamineError, calamine.ZipError, calamine.XmlError, OSError, ValueError)

# Cells of the area a sheet says it uses; about a gigabyte of memory.
_MAX_AREA = 40_000_000
_FEWEST_LINES = 3
_SNIFFED = 400
_MARKS = (",", ";", "\t", "|")
# The stream that holds an encrypted workbook, as its container names it.
_LOCKED = "EncryptedPackage".encode("utf-16-le")


def read_workbook(data: bytes, name: str, sheet: str | None = None) -> list[Table]:
    """Read all sheets, or one; raises FileUnreadable for a locked or damaged workbook and for a sheet that is not there."""
    book = _open(data, name)
    names = book.sheet_names
    if sheet is not None and sheet not in names:
        raise FileUnreadable(f"{name} has no sheet {sheet!r}: its sheets are {', '.join(map(repr, names))}; name one of them")
    tables: list[Table] = []
    hidden = {meta.name for meta in book.sheets_metadata if meta.visible != calamine.SheetVisibleEnum.Visible}
    for each in [sheet] if sheet is not None else names:
        found = _sheet_tables(book, each, name, padded_cells(data, each))
        if found and each not in hidden and (rows := hidden_rows(data, each)):
            found[0] = found[0].note(f"{rows} rows of the sheet {each!r} are hidden, as by a filter; they are read too")
        tables.extend(replace(table, hidden=each in hidden) for table in found)
    if not tables:
        raise FileUnreadable(f"{name} has no cell filled in {len(names)} sheets: a sheet with a header and rows is needed")
    return tables


def _open(data: bytes, name: str) -> calamine.CalamineWorkbook:
    _refuse_far_cells(data, name)
    try:
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError as error:
        raise FileUnreadable(f"{name} is locked with a password: save it without one and send it again") from error
    except _ERRORS as error:
        if _LOCKED in data:
            raise FileUnreadable(f"{name} is locked with a password: save it without one and send it again") from error
        raise FileUnreadable(
            f"{name} is a damaged workbook ({error}): open it in the program it is from and save it again"
        ) from error


def _refuse_far_cells(data: bytes, name: str) -> None:
    """One cell in the last corner of a sheet would make the reader ask for memory for all cells before it."""
    if not data.startswith(b"PK"):
        return
    with contextlib.suppress(*ZIP_ERRORS), zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.namelist():
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", part):
                with archive.open(part) as opened:
                    found = re.search(rb'<dimension ref="[A-Z]+\d+:([A-Z]+)(\d+)"', opened.read(4096))
                if found and _column(found.group(1)) * int(found.group(2)) > _MAX_AREA:
                    cell = b"".join(found.groups()).decode()
                    raise FileUnreadable(
                        f"{name} has a cell at {cell}, far from any table: delete what stands there and save again"
                    )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _sheet_tables(book: calamine.CalamineWorkbook, sheet: str, name: str, padded: dict[tuple[int, int], int]) -> list[Table]:
    try:
        found = book.get_sheet_by_name(sheet)
        if found.width > MAX_COLUMNS:
            raise FileUnreadable(f"{name}, sheet {sheet!r}, has {found.width:,} columns; up to {MAX_COLUMNS:,} are read")
        offset, left = found.start or (0, 0)
        grid = found.to_python(skip_empty_area=True)
    except calamine.WorksheetNotFound:
        return []
    except _ERRORS as error:
        raise FileUnreadable(f"{name}, sheet {sheet!r}, is damaged ({error}): open the workbook and save it again") from error
    for (i, j), digits in padded.items():
        if 0 <= i - offset < len(grid) and 0 <= j - left < len(grid[i - offset]):
            grid[i - offset][j - left] = _with_zeros(grid[i - offset][j - left], digits)
    return grid_tables(grid, name, sheet, offset)


def _with_zeros(value: Cell, digits: int) -> Cell:
    """A whole number as its number format shows it; anything else as it is."""
    whole = isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()
    return f"{int(value):0{digits}d}" if whole and value >= 0 else value  # type: ignore[arg-type, operator]


def grid_tables(grid: Sequence[Sequence[Cell]], name: str, sheet: str, offset: int = 0) -> list[Table]:
    """Tables in a rectangle of typed cells; empty rows and columns around them are left away."""
    rows = [Row(offset + i, tuple(map(cell_text, row))) for i, row in enumerate(grid, 1)]
    rows = _without_empty_columns(rows)
    parted = _lines_in_cells(rows)
    notes = ("each line of a text stood in one cell; the cells were taken apart",) if parted else ()
    rows = parted or rows
    found = [region_table(region, name, sheet, notes) for region in find_regions(rows) if region.rows or region.header]
    tables = number_tables([part for table in found for part in split_sideways(table)])
    return [replace(table, encoding="", delimiter="") for table in tables]


def _lines_in_cells(rows: list[Row]) -> list[Row]:
    """The rows of a delimited text that was opened as one column, taken apart; none for any other sheet."""
    lines = [row.cells[0] for row in rows if row.cells[0].strip()] if all(len(row.cells) == 1 for row in rows) else []
    if len(lines) < _FEWEST_LINES:
        return []
    found = sniff("\n".join(lines[:_SNIFFED]))
    parted = [
        Row(row.line, tokenize(row.cells[0], found.dialect, found.width)[0].cells) if row.cells[0] else row for row in rows
    ]
    whole = sum(len(row.cells) == found.width for row in parted)
    return parted if found.width > _FEWEST_LINES - 1 and found.dialect.delimiter in _MARKS and whole >= 0.8 * len(lines) else []


def _without_empty_columns(rows: list[Row]) -> list[Row]:
    """Empty columns at the edges of the used area."""
    width = max((len(row.cells) for row in rows), default=0)
    used = [any(len(r.cells) > j and r.cells[j].strip() for r in rows) for j in range(width)]
    if not any(used):
        return []
    first, stop = used.index(True), width - used[::-1].index(True)
    return [Row(r.line, r.cells[first:stop], r.repaired) for r in rows]


def cell_text(value: Cell) -> str:
    """The text of a typed cell: whole numbers without a fraction, dates in ISO form, truth values as TRUE and FALSE.

    >>> cell_text(12.0), cell_text(0.1), cell_text(dt.datetime(2024, 1, 5)), cell_text(True)
    ('12', '0.1', '2024-01-05', 'TRUE')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        at_midnight = value.time() == dt.time()
        return value.date().isoformat() if at_midnight else value.isoformat(sep=" ")
    if isinstance(value, dt.timedelta):
        return str(value)
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
