"""The merchant's plan: what price, promotion and other known regressors will be in the periods ahead."""

import pandas as pd

from forecasting.core.errors import InputError
from forecasting.core.frequency import to_period_start
from forecasting.core.model import future_grid
from forecasting.core.panel import Panel

_SKU = ("unique_id", "sku")
_DATE = ("ds", "date")


def complete_plan(panel: Panel, plan: pd.DataFrame | None, horizon: int) -> pd.DataFrame | None:
    """Lay a plan on every SKU and period ahead; None when nothing is planned.

    `plan` has a column `date` (or `ds`), may have a column `sku` (or `unique_id`; a blank means every SKU, and a row of the SKU
    itself goes before it), and one column for each known regressor that is planned; other columns are not read. The result has
    the rows of `future_grid` and the columns `unique_id, ds` and the regressors that are covered. Raises InputError for an
    unknown SKU, a date outside of the horizon, two rows for one SKU and date, or a value that is missing.

    >>> days = pd.date_range("2024-01-01", periods=14)
    >>> sales = pd.DataFrame({"unique_id": "A", "ds": days, "y": 5, "price": 9.9})
    >>> panel = Panel.build(sales, known=["price"])
    >>> plan = pd.DataFrame({"sku": ["", "A"], "date": ["2024-01-15", "2024-01-16"], "price": [8.9, 7.9]})
    >>> complete_plan(panel, plan, 2)["price"].tolist()
    [8.9, 7.9]
    """
    if plan is None:
        return None
    planned = tuple(name for name in panel.known if name in plan.columns)
    if not planned:
        return None
    rows = _rows(panel, plan, planned, horizon)
    grid = future_grid(panel, horizon)
    everyone = rows[rows["unique_id"] == ""].set_index("ds")
    own = rows[rows["unique_id"] != ""].set_index(["unique_id", "ds"])
    keys = pd.MultiIndex.from_frame(grid)
    for name in planned:
        shared = everyone[name].reindex(keys.get_level_values("ds")).to_numpy()
        grid[name] = own[name].reindex(keys).fillna(pd.Series(shared, index=keys)).to_numpy()
        _refuse_missing(grid, name)
    return grid


def _rows(panel: Panel, plan: pd.DataFrame, planned: tuple[str, ...], horizon: int) -> pd.DataFrame:
    """The plan with canonical columns, checked."""
    skus, dates = _column(plan, _SKU), _column(plan, _DATE)
    if dates is None:
        raise InputError("The plan has no column 'date'; give each row the first day of the period it is about.")
    names = pd.Series("", index=plan.index) if skus is None else _names(plan[skus])
    rows = pd.DataFrame({"unique_id": names, "ds": _period_starts(plan[dates], panel.freq)})
    for name in planned:
        rows[name] = _numbers(plan[name], name)
    _refuse_unknown(panel, names)
    _refuse_outside(panel.future_dates(horizon), rows["ds"])
    _refuse_twice(rows)
    return rows


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


def _refuse_unknown(panel: Panel, names: pd.Series) -> None:
    unknown = sorted(set(names) - set(panel.ids) - {""})
    if unknown:
        more = f" (and {len(unknown) - 1:,} more)" if len(unknown) > 1 else ""
        raise InputError(
            f"The plan names the SKU '{unknown[0]}'{more}, which is not among the {len(panel):,} SKUs of this data; "
            "correct it or leave the SKU blank to mean all."
        )


def _refuse_outside(horizon: pd.DatetimeIndex, dates: pd.Series) -> None:
    outside = dates[~dates.isin(horizon)]
    if len(outside):
        raise InputError(
            f"The plan has a row for {outside.iloc[0]:%Y-%m-%d}, but the forecast runs from {horizon[0]:%Y-%m-%d} to "
            f"{horizon[-1]:%Y-%m-%d}; remove such rows ({len(outside):,} in all) or change the horizon."
        )


def _refuse_twice(rows: pd.DataFrame) -> None:
    twice = rows[rows.duplicated(["unique_id", "ds"])]
    if len(twice):
        who = f"SKU '{twice['unique_id'].iloc[0]}'" if twice["unique_id"].iloc[0] else "all SKUs"
        raise InputError(f"The plan has more than one row for {who} on {twice['ds'].iloc[0]:%Y-%m-%d}; keep one.")


def _refuse_missing(grid: pd.DataFrame, name: str) -> None:
    missing = grid[grid[name].isna()]
    if len(missing):
        first = missing.iloc[0]
        more = f" and {len(missing) - 1:,} more rows" if len(missing) > 1 else ""
        raise InputError(
            f"The plan has no '{name}' for SKU '{first['unique_id']}' on {first['ds']:%Y-%m-%d}{more}; "
            f"add the values, or leave the column '{name}' out to forecast without it."
        )
