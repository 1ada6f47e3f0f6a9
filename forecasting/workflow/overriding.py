"""Changing a forecast by hand: in words, cell by cell, or in a spreadsheet that comes back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.core.errors import InputError
from forecasting.core.panel import Panel
from forecasting.export import export_frame
from forecasting.publishing import Log, final_units
from forecasting.workflow.modelling import Outlook
from forecasting.workflow.request import run

_NEEDED = ("sku", "date", "final")


@dataclass(frozen=True)
class ReadFinal:
    """Ask for the columns `sku, date, final` of an exported forecast that somebody has edited."""

    folder: str
    name: str


@run.register
def read_final(request: ReadFinal) -> pd.DataFrame:
    """Read them. Raises InputError, in one sentence, when the file is no exported forecast."""
    from forecasting.ingest import main_table, read_tables

    content = (Path(request.folder) / request.name).read_bytes()
    table = main_table(read_tables(content, request.name))
    header = [name.strip().lower() for name in table.header]
    missing = [name for name in _NEEDED if name not in header]
    if missing:
        raise InputError(
            f"'{request.name}' has no column '{missing[0]}'; edit a file that was exported here, and keep its header."
        )
    columns = {name: list(table.column(header.index(name))) for name in _NEEDED}
    frame = pd.DataFrame(columns, dtype=object)
    frame = frame[(frame != "").any(axis=1)]
    return frame.assign(sku=[_plain(sku) for sku in frame["sku"]], date=_dates(frame["date"], request.name))


def exported_cells(outlook: Outlook, panel: Panel, log: Log) -> pd.DataFrame:
    """What the export has in `sku, date, final`, as rows of the first forecast."""
    first = Outlook(outlook.forecasts[:1], outlook.baseline, (), ())
    final = final_units(outlook.forecasts[0], panel, log)
    return export_frame(first, panel, final=final)[list(_NEEDED)]


def final_by_sku(outlook: Outlook, panel: Panel, log: Log) -> pd.Series:
    """The units to plan with, summed over the horizon, by SKU."""
    forecast = outlook.forecasts[0]
    return pd.Series(final_units(forecast, panel, log).sum(axis=1), index=pd.Index(forecast.ids, name="sku"))


def levels_of(panel: Panel) -> tuple[str, ...]:
    """The attributes by which SKUs can be changed together: those that several SKUs share."""
    return tuple(name for name in panel.static.columns if 1 <= panel.static[name].nunique() < max(2, len(panel)))


def values_of(panel: Panel, level: str) -> tuple[str, ...]:
    """The values of an attribute, in the order of the alphabet."""
    return tuple(sorted({str(value) for value in panel.static[level].dropna() if str(value)}))


def _plain(sku: str) -> str:
    """An export puts an apostrophe before what a spreadsheet would run as a formula."""
    return sku[1:] if sku[:1] == "'" and sku[1:2] in ("=", "+", "-", "@") else sku


def _dates(texts: pd.Series, name: str) -> pd.Series:
    dates = pd.to_datetime(texts, format="ISO8601", errors="coerce")
    if dates.isna().any():
        row = int(np.flatnonzero(dates.isna())[0])
        raise InputError(f"'{name}', row {row + 2}: '{texts.iloc[row]}' in column 'date' is no date like 2026-03-01.")
    return dates
