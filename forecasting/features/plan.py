"""The merchant's plan: what price, promotion and other known regressors will be in the periods ahead."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core.errors import InputError
from forecasting.core.frequency import to_period_start
from forecasting.core.model import future_grid
from forecasting.core.panel import Panel

_SKU = ("unique_id", "sku")
_DATE = ("ds", "date")
MOSTLY = 0.5


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan for every SKU and period ahead, and what had to be said about the merchant's own.

    `future` has the rows of `future_grid` and the columns `unique_id, ds` and the regressors that are planned.
    """

    future: pd.DataFrame
    notes: tuple[str, ...]


def complete_plan(panel: Panel, plan: pd.DataFrame | None, horizon: int) -> Plan | None:
    """Lay a plan on every SKU and period ahead; None when nothing is planned.

    `plan` has a column `date` (or `ds`), may have a column `sku` (or `unique_id`; a blank means every SKU, and a row of the SKU
    itself goes before it), and one column for each known regressor that is planned; other columns are not read. Rows of unknown
    SKUs or outside of the horizon are left out, and what is missing is filled by `fill_plan`; the notes say how often. Raises
    InputError when no row is about this forecast, for two rows of one SKU and date, or for a value that is no number.

    >>> days = pd.date_range("2024-01-01", periods=14)
    >>> sales = pd.DataFrame({"unique_id": "A", "ds": days, "y": 5, "price": 9.9})
    >>> panel = Panel.build(sales, known=["price"])
    >>> plan = pd.DataFrame({"sku": ["", "A"], "date": ["2024-01-15", "2024-01-16"], "price": [8.9, 7.9]})
    >>> complete_plan(panel, plan, 3).future["price"].tolist()
    [8.9, 7.9, 9.9]
    """
    planned = () if plan is None else tuple(name for name in panel.known if name in plan.columns)
    if plan is None or not planned:
        return None
    rows, notes = _about_this_forecast(_rows(plan, planned, panel.freq), panel, horizon)
    _refuse_twice(rows)
    future = _laid_out(rows, future_grid(panel, horizon), planned)
    notes += _missing_notes(future, planned)
    return Plan(fill_plan(panel, future), tuple(notes))


def fill_plan(panel: Panel, future: pd.DataFrame) -> pd.DataFrame:
    """Fill what a plan leaves open: with 0 where a regressor is mostly 0, as promotions are, else with the SKU's last value.

    The last value is that of a period without promotion: no promotion ahead at the price of the last one would be a promotion.
    `future` has the rows of `future_grid`. A SKU that never had a value takes the median of all SKUs.
    """
    filled = future.copy()
    promotions = [name for name in dict.fromkeys([*panel.known, *future.columns[2:]]) if mostly_zero(panel, name)]
    for name in future.columns[2:]:
        if not future[name].isna().any():
            continue
        median = pd.Series(panel.columns[name], dtype="float64").median()
        usual = 0.0 if name in promotions else _last(panel, name, promotions).fillna(median).fillna(0.0)
        filled[name] = future[name].fillna(usual if isinstance(usual, float) else future["unique_id"].map(usual))
    return filled


def mostly_zero(panel: Panel, name: str) -> bool:
    """Whether a regressor is mostly 0, as promotions are."""
    return bool((np.nan_to_num(panel.columns[name].astype("float64")) == 0.0).mean() > MOSTLY)


def _last(panel: Panel, name: str, promotions: Sequence[str]) -> pd.Series:
    """Every SKU's last value of a regressor outside of promotions, else its last one at all; NaN where it never had one."""
    values = panel.columns[name].astype("float64")
    known = ~np.isnan(values)
    promoted = np.any([np.nan_to_num(panel.columns[each].astype("float64")) != 0.0 for each in promotions], axis=0)
    places = np.arange(len(values))
    last, regular = (
        np.maximum.reduceat(np.where(which, places, -1), panel.indptr[:-1]) for which in (known, known & ~promoted)
    )
    chosen = np.where(regular < 0, last, regular)
    return pd.Series(np.where(chosen < 0, np.nan, values[chosen]), index=list(panel.ids))


def _rows(plan: pd.DataFrame, planned: tuple[str, ...], freq: str) -> pd.DataFrame:
    """The plan with canonical columns, each value read."""
    skus, dates = _column(plan, _SKU), _column(plan, _DATE)
    if dates is None:
        raise InputError("The plan has no column 'date'; give each row the first day of the period it is about.")
    names = pd.Series("", index=plan.index) if skus is None else _names(plan[skus])
    rows = pd.DataFrame({"unique_id": names, "ds": _period_starts(plan[dates], freq)})
    for name in planned:
        rows[name] = _numbers(plan[name], name)
    return rows


def _about_this_forecast(rows: pd.DataFrame, panel: Panel, horizon: int) -> tuple[pd.DataFrame, list[str]]:
    dates = panel.future_dates(horizon)
    strangers = ~rows["unique_id"].isin([*panel.ids, ""])
    outside = ~rows["ds"].isin(dates) & ~strangers
    kept = rows[~strangers & ~outside]
    ahead = f"{dates[0]:%Y-%m-%d} to {dates[-1]:%Y-%m-%d}"
    if kept.empty:
        raise InputError(
            f"No row of the plan is about this forecast, which runs from {ahead} over {len(panel):,} SKUs; "
            f"the plan's first row is SKU '{rows['unique_id'].iloc[0]}' on {rows['ds'].iloc[0]:%Y-%m-%d}."
            if len(rows)
            else "The plan has no rows; give at least one with a date and a value."
        )
    notes = []
    if strangers.any():
        first = rows["unique_id"][strangers].iloc[0]
        notes.append(
            f"{int(strangers.sum()):,} rows of the plan name SKUs without sales, such as '{first}', and were not used."
        )
    if outside.any():
        notes.append(f"{int(outside.sum()):,} rows of the plan lie outside of {ahead} and were not used.")
    return kept, notes


def _laid_out(rows: pd.DataFrame, grid: pd.DataFrame, planned: tuple[str, ...]) -> pd.DataFrame:
    everyone = rows[rows["unique_id"] == ""].set_index("ds")
    own = rows[rows["unique_id"] != ""].set_index(["unique_id", "ds"])
    keys = pd.MultiIndex.from_frame(grid)
    for name in planned:
        shared = everyone[name].reindex(keys.get_level_values("ds")).to_numpy()
        grid[name] = own[name].reindex(keys).fillna(pd.Series(shared, index=keys)).to_numpy()
    return grid


def _column(plan: pd.DataFrame, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in plan.columns), None)


def _names(skus: pd.Series) -> pd.Series:
    """SKUs as text; numbers that became decimal beside a blank (820165.0) are whole again."""
    whole = skus.astype("Int64") if pd.api.types.is_float_dtype(skus) and (skus.dropna() % 1 == 0).all() else skus
    return whole.astype(object).where(skus.notna(), "").astype(str).str.strip()


def _period_starts(dates: pd.Series, freq: str) -> pd.Series:
    parsed = pd.to_datetime(dates, errors="coerce").astype("datetime64[ns]")
    if parsed.isna().any():
        found = dates[parsed.isna()].iloc[0]
        raise InputError(f"The plan has the date '{found}', which cannot be read; write dates as 2024-11-30.")
    return to_period_start(parsed, freq)


def _numbers(values: pd.Series, name: str) -> pd.Series:
    numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    wrong = numbers.isna() & values.notna() & (values.astype(str).str.strip() != "")
    if wrong.any():
        raise InputError(f"The plan has '{values[wrong].iloc[0]}' in the column '{name}'; a number is needed.")
    return numbers


def _refuse_twice(rows: pd.DataFrame) -> None:
    twice = rows[rows.duplicated(["unique_id", "ds"])]
    if len(twice):
        who = f"SKU '{twice['unique_id'].iloc[0]}'" if twice["unique_id"].iloc[0] else "all SKUs"
        raise InputError(f"The plan has more than one row for {who} on {twice['ds'].iloc[0]:%Y-%m-%d}; keep one.")


def _missing_notes(future: pd.DataFrame, planned: Sequence[str]) -> list[str]:
    """What a plan leaves open; regressors that miss the same SKUs and periods share a sentence."""
    alike: dict[bytes, list[str]] = {}
    for name in planned:
        if future[name].isna().any():
            alike.setdefault(future[name].isna().to_numpy().tobytes(), []).append(name)
    return [_missing_note(future[future[names[0]].isna()], future, "', '".join(names)) for names in alike.values()]


def _missing_note(missing: pd.DataFrame, future: pd.DataFrame, name: str) -> str:
    first = missing.iloc[0]
    return (
        f"The plan has no '{name}' for {len(missing):,} of {len(future):,} SKUs and periods, such as '{first['unique_id']}' "
        f"on {first['ds']:%Y-%m-%d}; 0 was taken where it is mostly 0, else the last value without promotion."
    )
