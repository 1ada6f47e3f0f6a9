"""Cleaning as a user meets it: what each rule did to how many cells, the largest changes, the whole account."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from forecasting.calendar.festivals import festivals
from forecasting.calendar.holidays import public_holidays
from forecasting.cleaning.clean import Cleaning, clean
from forecasting.core.panel import Panel
from forecasting.core.progress import report
from forecasting.explore.timeline import promoted
from forecasting.export import csv_bytes
from forecasting.workflow.request import run

_SHOWN = 200
_PROMOTION = "promo"
_SEASON = pd.Timedelta(days=8)  # what is longer is a season, in which sales may still be odd


@dataclass(frozen=True)
class Clean:
    """Ask for the cleaning of a panel. On promotions, and on holidays and festivals of the country, nothing is capped."""

    panel: Panel
    cleaning: Cleaning = field(default_factory=Cleaning)
    country: str | None = None

    def script(self, read: str) -> str:
        """The Python expression that cleans the panel which the expression `read` gives, as this request does."""
        return f"workflow.run(workflow.Clean({read}, workflow.{self.cleaning!r}, {self.country!r})).panel"


@dataclass(frozen=True, eq=False)
class Cleaned:
    """What came of a cleaning; the frames are small, whatever the size of the panel.

    Attributes:
        panel: the cleaned panel.
        rules: one row for each rule: `rule, changed` (whether it changed cells or only marked them), `cells`, `skus`.
        skus: one row for each SKU with a cell in the account: `unique_id, changed, moved` (units), most moved first.
        cells: the 200 cells with the largest changes: `unique_id, ds, y_raw, y_clean, flags, rule`.
        marked: every cell that was only marked: `unique_id, ds`.
        notes: what was done, in words.
        account: all cells that were changed or marked, a compressed CSV; `csv` unpacks it.
    """

    panel: Panel
    rules: pd.DataFrame
    skus: pd.DataFrame
    cells: pd.DataFrame
    marked: pd.DataFrame
    notes: tuple[str, ...]
    account: np.ndarray

    @property
    def changed(self) -> int:
        """How many cells have another value than before."""
        return int(self.skus["changed"].sum())

    def csv(self) -> bytes:
        """The account of every cell that was changed or marked, as a CSV."""
        return zlib.decompress(self.account.tobytes())


@run.register
def clean_sales(request: Clean) -> Cleaned:
    """Carry it out."""
    report(0.05, "looking at every SKU")
    panel = request.panel
    marked = replace(panel, columns=panel.columns | {_PROMOTION: _promoted(panel)})
    done = clean(marked, request.cleaning, _special_days(panel, request.country))
    report(0.9, "writing the account")
    cells = done.cells
    return Cleaned(
        panel=replace(panel, columns=panel.columns | {"y": done.panel.columns["y"]}),
        rules=_rules(cells),
        skus=_skus(cells),
        cells=_largest(cells),
        marked=cells.loc[cells["rule"] == "", ["unique_id", "ds"]].reset_index(drop=True),
        notes=done.notes,
        account=np.frombuffer(zlib.compress(csv_bytes(cells)), dtype=np.uint8),
    )


def beside(raw: Panel, cleaned: Panel, unique_id: str) -> pd.DataFrame:
    """One SKU before and after: rows `ds, raw, clean, changed`; NaN where nothing is known."""
    before, after = raw.series(unique_id), cleaned.series(unique_id)["y"].to_numpy()
    y = before["y"].to_numpy()
    same = (y == after) | (np.isnan(y) & np.isnan(after))
    return pd.DataFrame({"ds": before["ds"].to_numpy(), "raw": y, "clean": after, "changed": ~same})


def _promoted(panel: Panel) -> np.ndarray:
    return promoted(pd.DataFrame(panel.columns)).to_numpy(dtype="float32")


def _special_days(panel: Panel, country: str | None) -> list[pd.Timestamp]:
    if country is None:
        return []
    holidays = [(event.start, event.end) for event in public_holidays(country, panel.first, panel.last)]
    table = festivals(country, panel.first, panel.last)
    short = table[table["end"] - table["start"] < _SEASON]
    spans = [*holidays, *zip(short["start"], short["end"], strict=True)]
    days = (day for first, last in spans for day in pd.date_range(first, last))
    return [day for day in days if panel.first <= day <= panel.last]


def _rules(cells: pd.DataFrame) -> pd.DataFrame:
    """Every rule that changed a cell, then everything that was only marked."""
    changed = cells["rule"] != ""
    rules = cells["rule"].where(changed, cells["flags"]).astype(object)
    parts = rules.str.split(", then ").where(changed, rules.str.split("; "))
    rows = pd.DataFrame({"rule": parts, "changed": changed, "unique_id": cells["unique_id"]}).explode("rule")
    counts = rows.groupby(["changed", "rule"])["unique_id"].agg(cells="size", skus="nunique").reset_index()
    return counts[["rule", "changed", "cells", "skus"]].sort_values(["changed", "cells"], ascending=False, ignore_index=True)


def _moved(cells: pd.DataFrame) -> pd.Series:
    """Units by which a cell moved; what was or became unknown counts as 0 there."""
    return (cells["y_clean"].fillna(0.0) - cells["y_raw"].fillna(0.0)).abs()


def _skus(cells: pd.DataFrame) -> pd.DataFrame:
    rows = pd.DataFrame({"unique_id": cells["unique_id"], "changed": cells["rule"] != "", "moved": _moved(cells)})
    table = rows.groupby("unique_id").sum().reset_index()
    return table.sort_values(["moved", "changed"], ascending=False, ignore_index=True)


def _largest(cells: pd.DataFrame) -> pd.DataFrame:
    """Changed cells before marked ones, the largest change first."""
    order = pd.DataFrame({"changed": cells["rule"] != "", "moved": _moved(cells)})
    places = order.sort_values(["changed", "moved"], ascending=False, kind="stable").index[:_SHOWN]
    return cells.loc[places].reset_index(drop=True)
