"""Cleaning as a user meets it: what each rule did to how many cells, the largest changes, the whole account."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from forecasting.calendar.festivals import FESTIVALS, Festival, festivals_of
from forecasting.calendar.holidays import public_holidays
from forecasting.cleaning.clean import THEN, Cleaning, clean, without_rule
from forecasting.core.panel import Panel
from forecasting.core.progress import report
from forecasting.explore.timeline import promoted
from forecasting.export import csv_bytes
from forecasting.workflow.request import run

_SHOWN, _OF_A_RULE = 200, 60
_PROMOTION = "promo"
_SEASON = 8  # days; what is longer is a season, in which sales may still be odd
EVERYWHERE = ("New Year sales", "春节 Chinese New Year", "双11 Singles' Day", "Black Friday", "Cyber Monday", "Christmas")


@dataclass(frozen=True)
class Clean:
    """Ask for the cleaning of a panel.

    Attributes:
        panel: the raw sales.
        cleaning: the rules that are on.
        country: whose holidays and festivals are never capped; without one, the festivals EVERYWHERE.
        undone: rules (as `Cleaned.rules` names them) whose changes are taken back.
        protected: further days that are never capped, such as events of the merchant, as ISO dates.
    """

    panel: Panel
    cleaning: Cleaning = field(default_factory=Cleaning)
    country: str | None = None
    undone: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()

    def script(self, read: str) -> str:
        """The Python expression that cleans the panel which the expression `read` gives, as this request does."""
        further = f", undone={self.undone!r}" if self.undone else ""
        further += f", protected={self.protected!r}" if self.protected else ""
        return f"workflow.run(workflow.Clean({read}, workflow.{self.cleaning!r}, {self.country!r}{further})).panel"

    def same(self, other: Clean) -> bool:
        """Whether both ask for the same cleaning of the same sales."""
        return self.panel.digest == other.panel.digest and replace(self, panel=other.panel) == other


@dataclass(frozen=True, eq=False)
class Cleaned:
    """What came of a cleaning; the frames are small, whatever the size of the panel.

    Attributes:
        panel: the cleaned panel.
        rules: one row for each rule: `rule, changed` (whether it changed cells or only marked them), `cells`, `skus`.
        skus: one row for each SKU with a cell in the account: `unique_id, changed, moved` (units), most moved first.
        cells: the cells with the largest changes, of all and of each rule: `unique_id, ds, y_raw, y_clean, flags, rule`.
        marked: every cell that was only marked: `unique_id, ds`.
        notes: what was done, in words.
        account: all cells that were changed or marked, a compressed CSV; `csv` unpacks it.
        places, codes, chains: where each changed cell stands in the panel's columns, and the rules that changed it, as a number
            of `chains`.
    """

    panel: Panel
    rules: pd.DataFrame
    skus: pd.DataFrame
    cells: pd.DataFrame
    marked: pd.DataFrame
    notes: tuple[str, ...]
    account: np.ndarray
    places: np.ndarray
    codes: np.ndarray
    chains: tuple[str, ...]

    @property
    def changed(self) -> int:
        """How many cells the rules changed."""
        return len(self.places)

    def without(self, raw: Panel, undone: tuple[str, ...]) -> Panel:
        """The cleaned panel with the changes of some rules taken back; the same as asking again with these rules undone."""
        if not undone:
            return self.panel
        values = self.panel.columns["y"].astype("float64")
        for code, rest in enumerate(self._left(undone)):
            if rest != self.chains[code]:
                cells = self.places[self.codes == code]
                values[cells] = np.nan if rest else raw.columns["y"][cells]
        return replace(self.panel, columns=self.panel.columns | {"y": values})

    def left(self, undone: tuple[str, ...]) -> tuple[int, int]:
        """How many cells, and how many SKUs, are still changed when some rules are taken back."""
        kept = np.array([bool(rest) for rest in self._left(undone)], dtype=bool)
        places = self.places[kept[self.codes]] if len(kept) else self.places
        series = np.searchsorted(self.panel.indptr, places, side="right")
        return len(places), len(np.unique(series))

    @cached_property
    def unusual(self) -> pd.DataFrame:
        """When sales were unusual, the days of most SKUs first: `first, last` (days, both included), `skus`, `units` sold.

        A day on which many SKUs stand out is an event as a rule: labelled as one (an `Entry` of the calendar), it is never
        capped, and models learn what it does.
        """
        account = pd.read_csv(io.BytesIO(self.csv()), encoding="utf-8-sig", dtype={"unique_id": str}, parse_dates=["ds"])
        odd = account[account["flags"].fillna("").str.contains("outlier (", regex=False)]
        rows = odd.assign(first=odd["ds"].dt.normalize()).groupby("first")
        days = rows.agg(skus=("unique_id", "nunique"), units=("y_raw", "sum")).reset_index()
        length = pd.tseries.frequencies.to_offset(self.panel.freq)
        ends = pd.DatetimeIndex(days["first"]) + length - pd.Timedelta(days=1)  # type: ignore[operator]
        days.insert(1, "last", np.maximum(ends.normalize(), days["first"]))
        return days.sort_values(["skus", "units"], ascending=False, ignore_index=True)

    def _left(self, undone: tuple[str, ...]) -> list[str]:
        found = list(self.chains)
        for rule in undone:
            found = [without_rule(chain, rule) for chain in found]
        return found

    def csv(self) -> bytes:
        """The account of every cell that was changed or marked, as a CSV."""
        return zlib.decompress(self.account.tobytes())


@run.register
def clean_sales(request: Clean) -> Cleaned:
    """Carry it out."""
    report(0.05, "looking at every SKU")
    panel = request.panel
    marked = replace(panel, columns=panel.columns | {_PROMOTION: _promoted(panel)})
    done = clean(marked, request.cleaning, [*_special_days(panel, request.country), *map(pd.Timestamp, request.protected)])
    for rule in request.undone:
        done = done.undo(rule)
    report(0.9, "writing the account")
    cells = done.cells
    chains = tuple(cells.loc[cells["rule"] != "", "rule"].unique())
    return Cleaned(
        panel=replace(panel, columns=panel.columns | {"y": done.panel.columns["y"]}),
        rules=_rules(cells),
        skus=_skus(cells),
        cells=_largest(cells),
        marked=cells.loc[cells["rule"] == "", ["unique_id", "ds"]].reset_index(drop=True),
        notes=done.notes,
        account=np.frombuffer(zlib.compress(csv_bytes(cells)), dtype=np.uint8),
        places=_places(panel, cells[cells["rule"] != ""]),
        codes=pd.Index(chains, dtype=object).get_indexer(pd.Index(cells.loc[cells["rule"] != "", "rule"])).astype("int16"),
        chains=chains,
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
    """Holidays and short festivals; where the country is not known, the festivals that many countries shop on."""
    known = [] if country is None else public_holidays(country, panel.first, panel.last)
    years = range(panel.first.year - 1, panel.last.year + 2)
    parties = [event for festival in protected_festivals(country) for year in years if (event := festival.event(year))]
    planned = [event for event in panel.events if event.days <= _SEASON]
    days = (day for event in (*known, *parties, *planned) for day in pd.date_range(event.start, event.end))
    return [day for day in days if panel.first <= day <= panel.last]


def protected_festivals(country: str | None) -> tuple[Festival, ...]:
    """The festivals on which sales are expected to be unusual: those that are no whole season.

    >>> [festival.name for festival in protected_festivals(None)][-3:]
    ['Black Friday', 'Cyber Monday', 'Christmas']
    """
    if country is None:
        return tuple(festival for festival in FESTIVALS if festival.name in EVERYWHERE)
    return tuple(one for one in festivals_of(country) if one.last - one.first < _SEASON)


def _places(panel: Panel, cells: pd.DataFrame) -> np.ndarray:
    """Where cells stand in the columns of the panel."""
    series = pd.Index(panel.ids).get_indexer(pd.Index(cells["unique_id"]))
    periods = panel.calendar.get_indexer(pd.DatetimeIndex(cells["ds"]))
    return np.asarray(panel.indptr[1:][series] - len(panel.calendar) + periods)


def _rules(cells: pd.DataFrame) -> pd.DataFrame:
    """Every rule that changed a cell, then everything that was only marked."""
    changed = cells["rule"] != ""
    rules = cells["rule"].where(changed, cells["flags"]).astype(object)
    parts = rules.str.split(THEN).where(changed, rules.str.split("; "))
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
    """Changed cells before marked ones, the largest change first: of all cells, and of each rule."""
    order = pd.DataFrame({"changed": cells["rule"] != "", "moved": _moved(cells), "rule": cells["rule"] + cells["flags"]})
    ordered = order.sort_values(["changed", "moved"], ascending=False, kind="stable")
    near = ordered.groupby("rule", sort=False).cumcount() < _OF_A_RULE
    near.iloc[:_SHOWN] = True
    return cells.loc[ordered.index[near]].reset_index(drop=True)
