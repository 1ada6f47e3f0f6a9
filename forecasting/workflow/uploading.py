"""From files in a folder to a Panel, with everything that a screen tells about it; done in a process of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from forecasting.core.errors import MappingNeeded
from forecasting.core.panel import Panel
from forecasting.workflow.request import run

if TYPE_CHECKING:  # the readers load libraries that the server does not need as long as nothing is uploaded
    import polars as pl

    from forecasting.ingest.mapping import Mapping
    from forecasting.ingest.report import ImportReport
    from forecasting.ingest.table import Table

_PREVIEW = 50


@dataclass(frozen=True)
class ImportFiles:
    """Ask for the import of some files of a folder; without a mapping the meaning of the columns is found."""

    folder: str
    names: tuple[str, ...]
    mapping: Mapping | None = None
    freq: str | None = None


@dataclass(frozen=True)
class Found:
    """One table of a file as it was found: where it stood, how long it is, and its first rows as text."""

    file: str
    sheet: str
    rows: int
    head: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Imported:
    """What came of an import: the panel, the report, the mapping used, the rows set aside with reasons, the tables found."""

    panel: Panel
    report: ImportReport
    mapping: Mapping
    set_aside: pd.DataFrame
    tables: tuple[Found, ...]


@dataclass(frozen=True, eq=False)
class Unclear:
    """The files could be read, but not what their columns mean: why, a mapping to be completed by hand, the tables found."""

    reason: str
    mapping: Mapping
    tables: tuple[Found, ...]


@run.register
def bring_in(request: ImportFiles) -> Imported | Unclear:
    """Import the files. Raises FileUnreadable and other InputErrors, but MappingNeeded, in one sentence each."""
    from forecasting.ingest import import_files

    files = [(name, (Path(request.folder) / name).read_bytes()) for name in request.names]
    try:
        done = import_files(files, mapping=request.mapping, freq=request.freq)
    except MappingNeeded as error:
        return _unclear(str(error), files, request.mapping)
    return Imported(done.panel, done.report, done.mapping, _as_pandas(done.set_aside), _found(done.tables))


def _unclear(reason: str, files: list[tuple[str, bytes]], mapping: Mapping | None) -> Unclear:
    from forecasting.ingest import ColumnRole, Mapping, main_table, read_tables

    tables = [table for name, content in files for table in read_tables(content, name)]
    main = main_table(tables)
    samples = [tuple(dict.fromkeys(cell for cell in main.column(place).head(_PREVIEW) if cell)) for place in range(main.width)]
    blank = (ColumnRole(name, "ignore", cells[:5], 0.0) for name, cells in zip(main.header, samples, strict=True))
    return Unclear(reason, mapping or Mapping(tuple(blank)), _found(tables))


def _found(tables: Iterable[Table]) -> tuple[Found, ...]:
    return tuple(Found(table.name, table.sheet, table.height, _head(table.header, table.cells)) for table in tables)


def _head(header: tuple[str, ...], cells: pl.DataFrame) -> pd.DataFrame:
    """The first rows under their own header; names that are blank or come twice are told apart."""
    seen: dict[str, int] = {}
    names = []
    for position, name in enumerate(header, 1):
        plain = name.strip() or f"column {position}"
        seen[plain] = seen.get(plain, 0) + 1
        names.append(plain if seen[plain] == 1 else f"{plain} ({seen[plain]})")
    return pd.DataFrame(cells.head(_PREVIEW).rows(), columns=names, dtype=object)


def _as_pandas(frame: pd.DataFrame | pl.DataFrame) -> pd.DataFrame:
    return frame if isinstance(frame, pd.DataFrame) else pd.DataFrame(frame.to_dict(as_series=False))
