"""From files to a Panel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from forecasting.core.errors import InputError
from forecasting.core.panel import Panel

if TYPE_CHECKING:  # the readers load libraries that a server does not need as long as nothing is uploaded
    from forecasting.ingest import Import, Mapping, Table


def read(*paths: str | Path, mapping: Mapping | None = None, freq: str | None = None) -> Import:
    """Import sales files from disk. Raises FileUnreadable, MappingNeeded and other InputErrors in one sentence each."""
    from forecasting.ingest import import_files

    return import_files([(Path(path).name, _readable(path)) for path in paths], mapping=mapping, freq=freq)


def read_table(path: str | Path, sheet: str | None = None) -> tuple[Table, list[Table]]:
    """The main table of a file, every cell as text, and the other tables in it. Raises FileUnreadable."""
    from forecasting.ingest import main_table, read_tables

    tables = read_tables(file_bytes(path), Path(path).name, sheet=sheet)
    main = main_table(tables)
    return main, [table for table in tables if table is not main]


def read_profile(path: str | Path) -> Mapping:
    """A mapping that was saved as a profile. Raises MappingNeeded when the file is none."""
    from forecasting.ingest import Mapping

    return Mapping.from_json(file_bytes(path).decode("utf-8-sig", errors="replace"))


def read_plan(path: str | Path, panel: Panel) -> pd.DataFrame:
    """Planned prices, promotions and other regressors of the periods ahead; see `ingest.plan.read_plan`."""
    from forecasting.ingest.plan import read_plan

    return read_plan(file_bytes(path), Path(path).name, panel.regressors)


def write_panel(panel: Panel, path: str | Path) -> None:
    """Write a panel as PANEL.csv, from which an import makes the same panel again."""
    from forecasting.ingest import write_panel_csv

    write_panel_csv(panel, path)


def _readable(path: str | Path) -> Path:
    """A file that can be read, from where it stands. Raises InputError when there is none."""
    try:
        with Path(path).open("rb"):
            return Path(path)
    except OSError:
        file_bytes(path)
        raise


def file_bytes(path: str | Path) -> bytes:
    """The content of a file. Raises InputError when there is none that may be read."""
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise InputError(f"There is no file '{path}'; check the name and the folder.") from None
    except IsADirectoryError:
        raise InputError(f"'{path}' is a folder; name the files in it.") from None
    except OSError as error:
        raise InputError(f"'{path}' cannot be read ({error.strerror}); check that you may open it.") from None
