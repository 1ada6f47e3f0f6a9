"""What is usual at each hour, weekday or month of one SKU: a grid of means, and every cycle beside its mean."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.features.demand import awake

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
QUARTERS = ("Q1", "Q2", "Q3", "Q4")
_MOST_CYCLES = 60


@dataclass(frozen=True, eq=False)
class Season:
    """`grid`: means per period, one row and one column for each place in two cycles (labels as text; NaN: nothing there).

    `cycles`: rows `place, label, cycle, value`, the value of each place in cycle after cycle (or in groups of cycles, where
    there are many). `reading` says what stands out; both frames are empty where a calendar has no cycle.
    """

    grid: pd.DataFrame
    cycles: pd.DataFrame
    reading: str


def season(rows: pd.DataFrame, freq: str) -> Season:
    """The usual course of one SKU (`ds, y`): weekday by hour, weekday by month, or month or quarter by year.

    >>> days = pd.date_range("2024-01-01", periods=28)
    >>> season(pd.DataFrame({"ds": days, "y": [1.0, 1, 1, 1, 1, 6, 3] * 4}), "D").reading
    'Sat is highest, 200 % above the mean; Mon is lowest, 50 % below it.'
    """
    main, other = _cycles(freq)
    sold = awake(rows["y"].to_numpy(dtype=float)[None], pd.DatetimeIndex(rows["ds"]), freq)[0]
    known = rows[~np.isnan(sold)]
    nothing = Season(pd.DataFrame(), pd.DataFrame(columns=["place", "label", "cycle", "value"]), "")
    if main is None or known.empty:
        why = "A yearly calendar has no season within the year." if main is None else "There is nothing to see yet."
        return Season(nothing.grid, nothing.cycles, why)
    place, labels = _places(known["ds"], main)
    across, names = _places(known["ds"], other)
    means = known["y"].groupby([place.to_numpy(), across.to_numpy()]).mean().unstack()
    grid = means.reindex(range(len(labels))).set_axis(list(labels)).set_axis([names[int(one)] for one in means.columns], axis=1)
    upright = main in ("month", "quarter")
    return Season(
        (grid.T if upright else grid).dropna(how="all"), _by_cycle(known, place, labels, main), _read(known, place, labels)
    )


def _cycles(freq: str) -> tuple[str | None, str]:
    """The cycle that matters most, and the one that stands across."""
    head = freq.split("-")[0]
    found = {"h": ("hour", "weekday"), "D": ("weekday", "month"), "B": ("weekday", "month"), "W": ("month", "year"),
             "MS": ("month", "year"), "QS": ("quarter", "year"), "YS": (None, "year")}  # fmt: skip
    return found.get(head, ("hour", "weekday"))


def _places(dates: pd.Series, cycle: str) -> tuple[pd.Series, tuple[str, ...]]:
    """The place of each date in a cycle, from 0, and the labels of all places."""
    if cycle == "hour":
        return dates.dt.hour, tuple(f"{hour}:00" for hour in range(24))
    if cycle == "weekday":
        return dates.dt.dayofweek, WEEKDAYS
    if cycle == "month":
        return dates.dt.month - 1, MONTHS
    if cycle == "quarter":
        return dates.dt.quarter - 1, QUARTERS
    first = int(dates.dt.year.min())
    return dates.dt.year - first, tuple(str(first + year) for year in range(int(dates.dt.year.max()) - first + 1))


def _by_cycle(known: pd.DataFrame, place: pd.Series, labels: tuple[str, ...], main: str) -> pd.DataFrame:
    span = {"hour": "D", "weekday": "W", "month": "Y", "quarter": "Y"}[main]
    cycle = known["ds"].dt.to_period(span).astype("int64").to_numpy()
    number = cycle - cycle.min()
    group = -(-(int(number.max()) + 1) // _MOST_CYCLES)
    means = known["y"].groupby([place.to_numpy(), number // group]).mean()
    found = means.rename("value").rename_axis(["place", "cycle"]).reset_index()
    found.insert(1, "label", [labels[int(one)] for one in found["place"]])
    return found


def _read(known: pd.DataFrame, place: pd.Series, labels: tuple[str, ...]) -> str:
    means = known["y"].groupby(place.to_numpy()).mean()
    usual = float(means.mean())
    if len(means) < 2 or np.ptp(means) <= 1e-9 * max(abs(usual), 1e-300):
        return "Every part of the cycle is the same."
    top, low = labels[int(means.idxmax())], labels[int(means.idxmin())]
    if usual <= 0 or means.min() < 0:
        return f"{top} is highest and {low} is lowest."
    above, below = means.max() / usual - 1, 1 - means.min() / usual
    return f"{top} is highest, {100 * above:,.0f} % above the mean; {low} is lowest, {100 * below:.0f} % below it."
