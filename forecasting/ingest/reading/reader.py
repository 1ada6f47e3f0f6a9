"""Any file a merchant can have -> the tables in it, each cell as text."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from dataclasses import replace

import pandas as pd
import polars as pl

from forecasting.core.errors import FileUnreadable
from forecasting.ingest.cells.kinds import DATE, NUMBER, column_kinds
from forecasting.ingest.reading.container import Member, open_container
from forecasting.ingest.reading.html import html_grids
from forecasting.ingest.reading.table import Table, column_names
from forecasting.ingest.reading.text import MAX_COLUMNS, read_text
from forecasting.ingest.reading.workbook import cell_text, grid_tables, read_workbook

_SEEN = 50
_PERIOD = re.compile(r"period\[(.+)\]")


def read_tables(data: bytes, name: str, sheet: str | None = None) -> list[Table]:
    """Read every table in a file, with no parameter needed.

    Args:
        data: the bytes of the file.
        name: its name, for messages; the kind of file is found from the bytes.
        sheet: only this sheet of a workbook, or this table ("table 2") of a text file.

    Returns:
        The tables in the order of the file; archives are opened, all sheets are read.

    Raises:
        FileUnreadable: in one sentence, when there is no table in the file.

    Example:
        >>> table = read_tables(b"date;sku;units\\n2024-01-01;A;3\\n", "sales.csv")[0]
        >>> table.header, table.cells.row(0)
        (('date', 'sku', 'units'), ('2024-01-01', 'A', '3'))
    """
    tables: list[Table] = []
    refused: list[FileUnreadable] = []
    for member in open_container(data, name):
        try:
            tables.extend(_read_member(member, sheet))
        except FileUnreadable as error:
            refused.append(error)
    if not tables and refused:
        raise refused[0]
    if sheet is not None:
        tables = _only_sheet(tables, sheet, name)
    return [table.note(*(f"not read: {error}" for error in refused)) for table in tables] if refused else tables


def _only_sheet(tables: list[Table], sheet: str, name: str) -> list[Table]:
    found = [t for t in tables if sheet in (t.sheet, t.name) or t.sheet.startswith(f"{sheet} table ")]
    if found:
        return found
    there = sorted({t.sheet or t.name for t in tables})
    raise FileUnreadable(f"{name} has no sheet {sheet!r}: it has {', '.join(map(repr, there))}; name one of them")


def _read_member(member: Member, sheet: str | None) -> list[Table]:
    if member.kind == "workbook":
        return read_workbook(member.data, member.name, sheet)
    if member.kind == "parquet":
        return [_read_parquet(member.data, member.name)]
    if member.kind in ("html", "xmlss"):
        return _read_html(member.data, member.name)
    return read_text(member.data, member.name)


def _read_html(data: bytes, name: str) -> list[Table]:
    grids, encoding = html_grids(data, name)
    tables: list[Table] = []
    for k, (sheet, rows) in enumerate(grids, 1):
        label = sheet or (f"table {k}" if len(grids) > 1 else "")
        tables.extend(replace(table, encoding=encoding) for table in grid_tables(rows, name, label))
    return tables


def _read_parquet(data: bytes, name: str) -> Table:
    try:
        schema = pl.read_parquet_schema(io.BytesIO(data))
        if len(schema) > MAX_COLUMNS:
            raise FileUnreadable(f"{name} has {len(schema):,} columns; up to {MAX_COLUMNS:,} are read")
        frame = _with_periods(pl.read_parquet(io.BytesIO(data)), data)
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise FileUnreadable(f"{name} is a damaged Parquet file ({error}): write it again") from error
    cells = pl.DataFrame([_as_text(frame.to_series(j)).alias(f"c{j}") for j in range(frame.width)])
    lines = pl.int_range(1, frame.height + 1, dtype=pl.UInt32, eager=True).alias("line")
    return Table(name, "", tuple(frame.columns), cells.select(column_names(frame.width)), lines)


def _with_periods(frame: pl.DataFrame, data: bytes) -> pl.DataFrame:
    """Periods of pandas, which are written as numbers and named in what pandas wrote beside them, as their first days."""
    written = pl.read_parquet_metadata(io.BytesIO(data)).get("pandas", "")
    columns = json.loads(written).get("columns", []) if written else []
    freqs = {each.get("field_name"): _PERIOD.fullmatch(str(each.get("numpy_type", ""))) for each in columns}
    moments = []
    for name, match in freqs.items():
        if match and name in frame.columns:
            numbers = pl.Series(name, frame[name].to_list(), dtype=pl.Int64, strict=False)
            index = pd.PeriodIndex.from_ordinals(numbers.fill_null(0).to_numpy(), freq=match.group(1))  # type: ignore[attr-defined]
            starts = pl.Series(name, index.start_time.to_numpy().astype("datetime64[us]"))
            moments.append(starts.set(numbers.is_null(), None))
    return frame.with_columns(moments)


def _as_text(column: pl.Series) -> pl.Series:
    dtype = column.dtype
    if dtype == pl.String:
        return column.fill_null("")
    if dtype.is_integer():
        return column.cast(pl.String).fill_null("")
    if dtype == pl.Date:
        return column.dt.to_string("%Y-%m-%d").fill_null("")
    if isinstance(dtype, pl.Datetime):
        form = "%Y-%m-%d" if (column.drop_nulls().dt.time() == dt.time()).all() else "%Y-%m-%d %H:%M:%S"
        return column.dt.to_string(form).fill_null("")
    if dtype == pl.Categorical or isinstance(dtype, pl.Enum):
        return column.cast(pl.String).fill_null("")
    values = ["" if value is None else _said(value) for value in column.to_list()]
    return pl.Series(column.name, values, dtype=pl.String)


def _said(value: object) -> str:
    """The text of a value; bytes are text whose writer did not say so."""
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else cell_text(value)  # type: ignore[arg-type]


def main_table(tables: list[Table]) -> Table:
    """The table a person would mean: tables of one header put below each other, then the largest; the first of equals."""
    stacks: dict[tuple[str, ...], list[Table]] = {}
    for table in [t for t in tables if not t.hidden] or tables:
        stacks.setdefault(table.header if table.has_header else (table.name, table.sheet), []).append(table)
    stacked = [stack_tables(group) for group in stacks.values()]
    return max(stacked, key=lambda t: t.height * min(t.width, 8) * (1.0 if t.has_header or _holds_values(t) else 0.2))


def _holds_values(table: Table) -> bool:
    """Whether any column holds numbers or dates: words without a header are more likely notes."""
    return any(kind in (NUMBER, DATE) for kind in column_kinds(table.cells.head(_SEEN).iter_rows(), table.width))


def stack_tables(tables: list[Table]) -> Table:
    """Several tables of one header as one."""
    if len(tables) == 1:
        return tables[0]
    first = tables[0]
    cells = pl.concat([t.cells for t in tables])
    lines = pl.concat([t.lines for t in tables])
    notes = dict.fromkeys(note for t in tables for note in t.notes)
    stacked = ", ".join(t.sheet or t.name for t in tables)
    return replace(first, cells=cells, lines=lines, notes=(*notes, f"stacked from {stacked}"))
