"""The cleaning of a Panel: rules that are switched one by one, applied in a fixed order, and undone cell by cell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecasting.cleaning.emptiness import listing_mask
from forecasting.cleaning.fills import FILLS, fill
from forecasting.cleaning.outliers import OUTLIER_TESTS, find_outliers, replacement
from forecasting.cleaning.stockouts import STOCKOUT_MODES, find_stockouts
from forecasting.core.errors import SpecInvalid
from forecasting.core.panel import Panel

ACTIONS = ("flag", "cap", "fill")
THEN = ", then "
COLUMNS = ("unique_id", "ds", "y_raw", "y_clean", "flags", "rule")


@dataclass(frozen=True)
class Cleaning:
    """Which rules are on.

    Attributes:
        fill: how missing units are filled: "none", "weekday_mean", "linear", "seasonal" or "zero".
        outliers: which test marks outliers: "none", "box", "z" or "robust_z".
        outlier_action: "flag" only marks them, "cap" pulls them to the edge of the usual, "fill" replaces them like a gap.
        stockouts: "none", "mask" (days without stock are missing, the sell-out day is only flagged) or "suggest" (flagged).
        before_first_sale, after_last_sale: zeros there mean "not listed" and become missing instead of 0.
        past_only: fills use earlier periods only, as a backtest must.
    """

    fill: str = "weekday_mean"
    outliers: str = "robust_z"
    outlier_action: str = "flag"
    stockouts: str = "mask"
    before_first_sale: bool = False
    after_last_sale: bool = False
    past_only: bool = False

    def __post_init__(self) -> None:
        for value, choices, name in (
            (self.fill, ("none", *FILLS), "fill"),
            (self.outliers, ("none", *OUTLIER_TESTS), "outliers"),
            (self.outlier_action, ACTIONS, "outlier_action"),
            (self.stockouts, STOCKOUT_MODES, "stockouts"),
        ):
            if value not in choices:
                raise SpecInvalid(f"The cleaning rule {name} cannot be {value!r}; choose one of {', '.join(choices)}.")


@dataclass(frozen=True, eq=False)
class Cleaned:
    """A cleaned Panel and the account of its cells.

    `cells` has one row for every cell that a rule touched or marked: unique_id, ds, y_raw, y_clean, flags (what was seen,
    joined by "; "), rule (what changed it, "" when it was only marked). Cells that are not in it are as they were.
    """

    panel: Panel
    raw: Panel
    cells: pd.DataFrame
    notes: tuple[str, ...] = ()

    def undo(self, rule: str | None = None, cells: Iterable[tuple[str, pd.Timestamp]] | None = None) -> Cleaned:
        """Take back every change of one rule, or the changes of some cells (SKU, date); with neither, all changes.

        Where a rule only filled what another had taken away, its cell is missing again; the other rules' changes stay.
        """
        back = pd.Series(True, index=self.cells.index)
        if cells is not None:
            keys = pd.MultiIndex.from_frame(self.cells[["unique_id", "ds"]])
            back &= keys.isin([(sku, pd.Timestamp(ds)) for sku, ds in cells])
        account = self.cells.copy()
        for chain in account["rule"].unique():
            rest = "" if rule is None else without_rule(chain, rule)
            if rest != chain:
                where = back & (account["rule"] == chain)
                account.loc[where, "y_clean"] = np.nan if rest else account.loc[where, "y_raw"]
                account.loc[where, "rule"] = rest
        return replace(self, panel=_with_cells(self.raw, account), cells=account)


def without_rule(chain: str, rule: str) -> str:
    """What is left of the rules of a cell when one is taken back: those before it.

    >>> without_rule("stock-out: masked, then fill: linear", "fill: linear"), without_rule("fill: linear", "fill: linear")
    ('stock-out: masked', '')
    """
    rules = chain.split(THEN)
    return THEN.join(rules[: rules.index(rule)]) if rule in rules else chain


def clean(panel: Panel, cleaning: Cleaning | None = None, protected: Iterable[pd.Timestamp] = ()) -> Cleaned:
    """Clean the units of a panel by the rules that are on: listing, stock-outs, outliers, fills, in this order.

    Args:
        panel: the panel; it is not changed.
        cleaning: the rules; the default masks stock-outs, fills gaps, and only marks outliers.
        protected: dates of festivals and events; on them, and where `promo` is above 0, nothing is capped.

    Example:
        >>> frame = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=29), "y": [5.0] * 28 + [6.0]})
        >>> frame.loc[14, "y"] = np.nan
        >>> done = clean(Panel.build(frame))
        >>> done.cells[["y_raw", "y_clean", "flags", "rule"]].values.tolist()
        [[nan, 5.0, 'missing', 'fill: weekday_mean']]
    """
    spec = cleaning or Cleaning()
    raw = panel.matrix()
    work = _Work(raw.copy(), np.full(raw.shape, "", dtype=object), np.full(raw.shape, "", dtype=object), panel.listed)
    safe = _protected(panel, protected)
    notes = _mask_listing(work, spec)
    notes += _mask_stockouts(panel, work, spec)
    notes += _treat_outliers(panel, work, spec, safe)
    notes += _fill_missing(panel, work, spec)
    account = _account(panel, raw, work)
    return Cleaned(_with_cells(panel, account), panel, account, tuple(notes))


@dataclass(frozen=True)
class _Work:
    """Matrices (SKUs, periods) under work: values, what was seen, what changed them, which cells exist."""

    y: np.ndarray
    flags: np.ndarray
    rules: np.ndarray
    listed: np.ndarray

    def mark(self, where: np.ndarray, flag: str) -> None:
        old = self.flags[where]
        self.flags[where] = [f"{o}; {flag}" if o else flag for o in old]


def _protected(panel: Panel, dates: Iterable[pd.Timestamp]) -> np.ndarray:
    """Cells on which sales are expected to be unusual."""
    days = pd.DatetimeIndex(list(dates)) if dates else pd.DatetimeIndex([])
    starts = panel.calendar
    place = np.searchsorted(starts.to_numpy(), days.to_numpy(), side="right") - 1
    safe = np.zeros(panel.listed.shape, dtype=bool)
    inside = place[(place >= 0) & (days <= starts[-1] + pd.Timedelta(days=366))]
    safe[:, inside] = True
    for name in _plan_flags(panel):
        safe |= np.nan_to_num(panel.matrix(name)) > 0
    return safe


def _plan_flags(panel: Panel) -> list[str]:
    """The regressors that say "something is on": promotions, displays, holidays; all between 0 and 1, and planned."""
    planned = [name for name in panel.regressors if name == "promo" or (name in panel.known and "price" not in name)]
    return [name for name in planned if np.nanmax(panel.columns[name], initial=0.0) <= 1.0]


def _mask_listing(work: _Work, spec: Cleaning) -> list[str]:
    notes = []
    for on, side, flag in (
        (spec.before_first_sale, "before", "before the first sale"),
        (spec.after_last_sale, "after", "after the last sale"),
    ):
        where = listing_mask(work.y, side) & work.listed
        if on and where.any():
            work.mark(where, flag)
            work.y[where] = np.nan
            work.rules[where] = f"listing: {flag}"
            notes.append(f"{int(where.sum()):,} zeros {flag} count as not listed")
    return notes


def _mask_stockouts(panel: Panel, work: _Work, spec: Cleaning) -> list[str]:
    if spec.stockouts == "none":
        return []
    found = find_stockouts(panel, work.y)
    for where, flag in (
        (found.out, "out of stock"),
        (found.sold_out, "sold out on this day"),
        (found.suspected, "maybe out of stock"),
    ):
        work.mark(where & work.listed, flag)
    if spec.stockouts == "mask" and found.out.any():
        work.y[found.out] = np.nan
        work.rules[found.out] = "stock-out: masked"
    notes = (
        [f"{int(found.out.sum()):,} periods without stock are {'missing, not 0' if spec.stockouts == 'mask' else 'marked'}"]
        if found.out.any()
        else []
    )
    if found.suspected.any():
        notes.append(
            f"{int(found.suspected.sum()):,} periods look like stock-outs, but there is no stock column: they are only marked"
        )
    return notes


def _treat_outliers(panel: Panel, work: _Work, spec: Cleaning, safe: np.ndarray) -> list[str]:
    if spec.outliers == "none":
        return []
    found = find_outliers(work.y, panel.season_length, spec.outliers)
    spared = found.where & safe
    work.mark(spared, "unusual on a promotion or festival: kept")
    where = found.where & ~safe
    work.mark(where, f"outlier ({spec.outliers})")
    if spec.outlier_action == "cap":
        work.y[where] = replacement(found)[where]
        work.rules[where] = f"outliers: {spec.outliers} capped"
    elif spec.outlier_action == "fill":
        work.y[where] = np.nan
        work.rules[where] = f"outliers: {spec.outliers} replaced"
    verb = {"flag": "marked", "cap": "capped", "fill": "replaced"}[spec.outlier_action]
    notes = [f"{int(where.sum()):,} outliers were {verb}"] if where.any() else []
    if spared.any():
        notes.append(f"{int(spared.sum()):,} unusual sales on promotion or festival days were kept")
    return notes


def _fill_missing(panel: Panel, work: _Work, spec: Cleaning) -> list[str]:
    unlisted = np.char.startswith(work.rules.astype(str), "listing:")
    missing = np.isnan(work.y) & work.listed & ~unlisted
    bare = missing & (work.flags == "")
    work.mark(bare, "missing")
    if spec.fill == "none" or not missing.any():
        return []
    filled = fill(work.y, panel.season_length, spec.fill, past_only=spec.past_only)
    got = missing & ~np.isnan(filled)
    work.y[got] = filled[got]
    rule = f"fill: {spec.fill}"
    work.rules[got] = [f"{old}{THEN}{rule}" if old else rule for old in work.rules[got]]
    return [f"{int(got.sum()):,} missing periods were filled ({spec.fill})"]


def _account(panel: Panel, raw: np.ndarray, work: _Work) -> pd.DataFrame:
    series, periods = np.nonzero(((work.flags != "") | (work.rules != "")) & work.listed)
    cells = (series, periods)
    columns = (
        np.asarray(panel.ids, dtype=object)[series],
        panel.calendar[periods],
        raw[cells],
        work.y[cells],
        work.flags[cells],
        work.rules[cells],
    )
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def _with_cells(raw: Panel, account: pd.DataFrame) -> Panel:
    """The raw panel with the account's cells at their clean values."""
    series = pd.Index(raw.ids).get_indexer(pd.Index(account["unique_id"]))
    periods = raw.calendar.get_indexer(pd.DatetimeIndex(account["ds"]))
    cells = raw.indptr[1:][series] - len(raw.calendar) + periods
    values = raw.columns["y"].astype("float64")
    values[cells] = account["y_clean"].to_numpy(dtype=float)
    return replace(raw, columns=raw.columns | {"y": values})
