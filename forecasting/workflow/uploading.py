"""From files in a folder to a Panel, with everything that a screen tells about it; done in a process of its own."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecasting.core.errors import FileUnreadable, InputError, MappingNeeded
from forecasting.core.panel import Panel
from forecasting.export import csv_bytes
from forecasting.workflow.marking import Found, marked
from forecasting.workflow.profiles import Profile, Profiles
from forecasting.workflow.request import run

if TYPE_CHECKING:  # the readers load libraries that the server does not need as long as nothing is uploaded
    from forecasting.ingest import Import
    from forecasting.ingest.mapping import Mapping
    from forecasting.ingest.reading.table import Table
    from forecasting.ingest.report import ImportReport

SHOWN = 200
_SAMPLES = 50
_TABLES = 24
_HEAD = 1 << 18
_PACKED = (b"PK", b"\x1f\x8b", b"PAR1", b"\xd0\xcf\x11\xe0")
Files = Sequence[tuple[str, bytes]]


@dataclass(frozen=True)
class ImportFiles:
    """Ask for the import of some files of a folder; without a mapping a profile that fits is used, else meanings are found."""

    folder: str
    names: tuple[str, ...]
    mapping: Mapping | None = None
    freq: str | None = None
    profiles: Profiles = field(default_factory=Profiles)


@dataclass(frozen=True, eq=False)
class Imported:
    """What came of an import; it is small but for the panel, because a server holds one for each session.

    Attributes:
        panel, report, mapping: as `ingest.Import` has them.
        reasons: one row for each reason to set rows aside: `reason, rows, file, sheet, row, column, value`, the last five of
            the first such row; most frequent first.
        set_aside: the first 200 rows that were set aside: `file, sheet, row, column, value, reason`.
        account: all of them, a compressed CSV; `csv` unpacks it.
        tables: the tables found, with what was recognised.
        channels: all channels or stores in the files, also those that were not chosen.
        profile: the name of the profile that was used, or "".
    """

    panel: Panel
    report: ImportReport
    mapping: Mapping
    reasons: pd.DataFrame
    set_aside: pd.DataFrame
    account: np.ndarray
    tables: tuple[Found, ...]
    channels: tuple[str, ...] = ()
    profile: str = ""

    def csv(self) -> bytes:
        """Every row that was set aside, as a CSV that is safe to open in a spreadsheet."""
        return zlib.decompress(self.account.tobytes())


@dataclass(frozen=True, eq=False)
class Unclear:
    """The files could be read, but not what their columns mean: why, a mapping to be completed by hand, the tables found."""

    reason: str
    mapping: Mapping
    tables: tuple[Found, ...]


@run.register
def bring_in(request: ImportFiles) -> Imported | Unclear:
    """Import the files. Raises FileUnreadable and other InputErrors, but MappingNeeded, in one sentence each."""
    files = [(name, (Path(request.folder) / name).read_bytes()) for name in request.names]
    if request.mapping is None and (profile := _recognised(files, request.profiles)) is not None:
        try:
            return _imported(files, profile.mapping, request.freq, profile.name)
        except InputError:  # the profile does not do for this file after all
            pass
    try:
        return _imported(files, request.mapping, request.freq)
    except MappingNeeded as error:
        return _unclear(str(error), files, request.mapping)


def _imported(files: Files, mapping: Mapping | None, freq: str | None, profile: str = "") -> Imported:
    from forecasting.ingest import import_files
    from forecasting.ingest.sales.checks import NOT_CHOSEN

    done = import_files(files, mapping=mapping, freq=freq)
    rejects = done.set_aside
    others = rejects.loc[rejects["reason"] == NOT_CHOSEN, "value"].unique()
    return Imported(
        panel=done.panel,
        report=done.report,
        mapping=done.mapping,
        reasons=_reasons(rejects),
        set_aside=rejects.head(SHOWN).reset_index(drop=True),
        account=np.frombuffer(zlib.compress(csv_bytes(rejects)), dtype=np.uint8),
        tables=_found(done),
        channels=tuple(sorted({*done.channels, *map(str, others)})),
        profile=profile,
    )


def _reasons(rejects: pd.DataFrame) -> pd.DataFrame:
    counts = rejects.groupby("reason", sort=False).size().rename("rows")
    firsts = rejects.drop_duplicates("reason").set_index("reason")
    table = firsts.join(counts).reset_index().sort_values("rows", ascending=False, kind="stable", ignore_index=True)
    return table[["reason", "rows", "file", "sheet", "row", "column", "value"]]


def _found(done: Import) -> tuple[Found, ...]:
    rejects = done.set_aside
    alone = len(done.tables) == 1
    found = []
    for table in done.tables[:_TABLES]:
        own = rejects if alone else rejects[(rejects["file"] == table.name) & (rejects["sheet"] == table.sheet)]
        found.append(marked(table, _meaning(table, done.mapping, own), own, done.report.rows_read if alone else None))
    return tuple(found)


def _meaning(table: Table, mapping: Mapping, rejects: pd.DataFrame) -> Mapping | None:
    """What the columns of one of the tables were taken for; None where nothing of it was used."""
    from forecasting.ingest.meaning.propose import propose_for

    if table.header == tuple(column.column for column in mapping.columns):
        return mapping
    if not table.height or rejects["row"].nunique() >= table.height:
        return None
    proposed = propose_for(table)
    return mapping.onto(table.header, proposed) if mapping.fits(table.header) else proposed


def _recognised(files: Files, profiles: Profiles) -> Profile | None:
    return profiles.matching(_headers(files)) if len(profiles) else None


def _headers(files: Files) -> list[tuple[str, ...]]:
    """The headers of all tables, that of the longest first; of a large text its beginning is enough."""
    from forecasting.ingest import read_tables

    tables: list[Table] = []
    for name, content in files:
        whole = len(content) <= 4 * _HEAD or content.startswith(_PACKED)
        try:
            tables += read_tables(content if whole else content[: content.rfind(b"\n", 0, _HEAD) + 1] or content, name)
        except FileUnreadable:
            continue  # the import will say it
    return [table.header for table in sorted(tables, key=lambda table: -table.height)]


def _unclear(reason: str, files: Files, mapping: Mapping | None) -> Unclear:
    from forecasting.ingest import ColumnRole, Mapping, main_table, read_tables
    from forecasting.ingest.report import no_rejects

    tables = [table for name, content in files for table in read_tables(content, name)]
    main = main_table(tables)
    samples = [tuple(dict.fromkeys(cell for cell in main.column(place).head(_SAMPLES) if cell)) for place in range(main.width)]
    blank = (ColumnRole(name, "ignore", cells[:5], 0.0) for name, cells in zip(main.header, samples, strict=True))
    nothing = no_rejects().to_pandas()
    return Unclear(reason, mapping or Mapping(tuple(blank)), tuple(marked(table, None, nothing) for table in tables[:_TABLES]))
