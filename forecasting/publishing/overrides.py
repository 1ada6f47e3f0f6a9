"""Overrides: what people changed in a forecast, why, and what the forecast is with it. The log is only ever added to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecasting.core.errors import SpecInvalid
from forecasting.core.forecast import Forecast
from forecasting.core.panel import Panel
from forecasting.publishing.formula import parse_formula

REASONS = (
    "Promotion",
    "Price change",
    "New listing or delisting",
    "Competitor",
    "Stock or supply",
    "Event or season",
    "Customer order",
    "Data problem",
    "Experience",
)
SKU, EVERYTHING = "sku", "all"


@dataclass(frozen=True)
class Override:
    """One change: of which SKUs and periods, what, why, when, by whom.

    `level` is `sku`, `all` or the name of an attribute, `key` the SKU or the attribute's value; `formula` changes the sum over
    those SKUs and periods; `undoes` is the number of an earlier entry that this one takes back.
    """

    number: int
    level: str
    key: str
    first: pd.Timestamp
    last: pd.Timestamp
    formula: str
    reason: str
    note: str = ""
    written: str = ""
    author: str = ""
    undoes: int = 0


@dataclass(frozen=True)
class Log:
    """All overrides ever made, in their order; what was taken back stays in it, with what took it back."""

    entries: tuple[Override, ...] = ()

    def added(self, override: Override) -> Log:
        """The log with one more entry, numbered. Raises SpecInvalid when formula, reason or periods cannot be used."""
        parse_formula(override.formula)
        if override.reason not in REASONS:
            raise SpecInvalid("An override needs a reason; choose one, so that it can be judged once the sales are in.")
        if override.last < override.first:
            raise SpecInvalid(f"The override ends on {override.last:%Y-%m-%d}, before it begins; swap the two dates.")
        return Log((*self.entries, replace(override, number=len(self.entries) + 1)))

    def undone(self, number: int, written: str = "", author: str = "") -> Log:
        """The log with an entry that takes another one back. Raises SpecInvalid when there is none in force by that number."""
        taken = next((entry for entry in self.in_force if entry.number == number), None)
        if taken is None:
            raise SpecInvalid(f"There is no override number {number} in force; choose another.")
        back = replace(taken, number=len(self.entries) + 1, written=written, author=author, undoes=number)
        return Log((*self.entries, back))

    @property
    def in_force(self) -> tuple[Override, ...]:
        """What holds now, in the order in which it was made."""
        gone = {entry.undoes for entry in self.entries if entry.undoes}
        return tuple(entry for entry in self.entries if not entry.undoes and entry.number not in gone)

    def __len__(self) -> int:
        return len(self.entries)


def final_units(forecast: Forecast, panel: Panel, log: Log) -> np.ndarray:
    """The units to plan with, shape (SKUs, horizon): the mean, changed by each override in turn.

    A change of a sum is split over its cells in proportion to what they had, evenly where all of them had nothing, so that the
    sum is exactly what was asked for, and every level adds up.
    """
    units = forecast.mean.copy()
    for override in log.in_force:
        rows, steps = rows_of(override, forecast.ids, panel), steps_of(override, forecast.dates)
        if len(rows) and len(steps):
            cells = np.ix_(rows, steps)
            units[cells] = _changed(units[cells], override, _share(override, forecast.dates, steps))
    return units


def rows_of(override: Override, ids: tuple[str, ...], panel: Panel) -> np.ndarray:
    """The places of the SKUs that an override is about."""
    if override.level == EVERYTHING:
        return np.arange(len(ids))
    if override.level == SKU:
        return np.flatnonzero(np.asarray(ids, dtype=object) == override.key)
    if override.level not in panel.static.columns:
        return np.array([], dtype=int)
    values = panel.static[override.level].reindex(list(ids)).astype(str)
    return np.flatnonzero(values.to_numpy() == override.key)


def steps_of(override: Override, dates: pd.DatetimeIndex) -> np.ndarray:
    """The steps of a horizon that an override is about."""
    return np.flatnonzero((dates >= override.first) & (dates <= override.last))


def _share(override: Override, dates: pd.DatetimeIndex, steps: np.ndarray) -> float:
    """How much of the meant periods a forecast still has before it: what is past is done."""
    if len(dates) < 2 or override.first >= dates[0]:
        return 1.0
    length = (dates[-1] - dates[0]) / (len(dates) - 1)
    return len(steps) / (len(steps) + round((dates[0] - override.first) / length))


def _changed(cells: np.ndarray, override: Override, share: float) -> np.ndarray:
    total = float(cells.sum())
    wanted = parse_formula(override.formula).of(total, share)
    return cells * (wanted / total) if total > 0 else np.full(cells.shape, wanted / cells.size)


def told_apart(edited: pd.DataFrame, exported: pd.DataFrame, reason: str, note: str = "") -> tuple[Override, ...]:
    """The overrides that turn an exported forecast into the file that somebody has edited: one for each cell of `final`.

    Both frames have `sku, date, final`; rows that are missing from the edited file are left as they were. Raises SpecInvalid
    when a value is no number or below zero, or a row belongs to no SKU and date of the forecast.
    """
    before = exported.set_index(["sku", "date"])["final"]
    after = edited.set_index(["sku", "date"])["final"]
    _refuse_strangers(after, before)
    units = pd.to_numeric(after, errors="coerce")
    wrong = after[(units.isna() & after.notna()) | (units < 0)]
    if len(wrong):
        (sku, date), value = wrong.index[0], wrong.iloc[0]
        raise SpecInvalid(f"SKU {sku}, {date:%Y-%m-%d}: '{value}' in column 'final' is no number of units; write 0 or more.")
    moved = units.dropna()[lambda values: (values - before.reindex(values.index)).abs() > 5e-4]
    cells = zip(moved.index.get_level_values(0), moved.index.get_level_values(1), moved, strict=True)
    return tuple(_cell(sku, date, value, reason, note) for sku, date, value in cells)


def _refuse_strangers(after: pd.Series, before: pd.Series) -> None:
    if after.index.has_duplicates:
        sku, date = after.index[after.index.duplicated()][0]
        raise SpecInvalid(f"SKU {sku}, {date:%Y-%m-%d} stands in the file twice; keep one of the two rows.")
    strange = after.index.difference(before.index)
    if len(strange):
        sku, date = strange[0]
        raise SpecInvalid(
            f"SKU {sku}, {date:%Y-%m-%d} is not in the forecast on the screen; run that forecast again, or edit its own export."
        )


def _cell(sku: str, date: pd.Timestamp, units: float, reason: str, note: str) -> Override:
    return Override(0, SKU, sku, date, date, f"={units:.4f}", reason, note)


def all_added(log: Log, overrides: Iterable[Override]) -> Log:
    """The log with several more entries."""
    for override in overrides:
        log = log.added(override)
    return log
