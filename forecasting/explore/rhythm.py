"""When one SKU sells: its units on the grid of two cycles that suits its calendar."""

from dataclasses import dataclass

import pandas as pd

from forecasting.core.panel import Panel
from forecasting.explore.season import MONTHS, QUARTERS, WEEKDAYS, season

_WEEKS = 53


@dataclass(frozen=True, eq=False)
class Rhythm:
    """`grid`: one row and one column for each place in two cycles, labels as text, weeks of days by their Monday.

    `by` names the two; cells are units, or `mean` units where many periods share a place. NaN: nothing is known of it.
    """

    grid: pd.DataFrame
    by: str
    reading: str
    mean: bool = False


def rhythm(panel: Panel, unique_id: str) -> Rhythm | None:
    """Hours by weekday, days by week, weeks, months or quarters by year; None for years, which have no cycle.

    >>> hours = pd.date_range("2024-01-01", periods=24 * 14, freq="h")
    >>> sales = pd.DataFrame({"unique_id": "A", "ds": hours, "y": 1.0 * (hours.hour == 9)})
    >>> found = rhythm(Panel.build(sales), "A")
    >>> found.by, found.grid.shape, float(found.grid.loc["Mon", "9:00"])
    ('weekday and hour', (7, 24), 1.0)
    """
    series = panel.series(unique_id)[["ds", "y"]]
    head = panel.freq.split("-")[0]
    if head == "YS":
        return None
    said = season(series, panel.freq).reading
    if head in ("D", "B"):
        return Rhythm(weekday_by_week(series), "weekday and week", said)
    if head == "W":
        return Rhythm(
            _by_year(series, _week(series["ds"]), [f"W{week}" for week in range(1, _WEEKS + 1)]), "week and year", said
        )
    if head == "MS":
        return Rhythm(_by_year(series, series["ds"].dt.month, MONTHS), "month and year", said)
    if head == "QS":
        return Rhythm(_by_year(series, series["ds"].dt.quarter, QUARTERS), "quarter and year", said)
    return Rhythm(_hour_by_weekday(series), "weekday and hour", said, mean=True)


def weekday_by_week(series: pd.DataFrame) -> pd.DataFrame:
    """Units of days (`ds, y`): one row for each weekday, Monday first, one column for each week (its Monday)."""
    weekday = series["ds"].dt.dayofweek
    grid = pd.DataFrame({"weekday": weekday, "week": series["ds"] - pd.to_timedelta(weekday, unit="D"), "y": series["y"]})
    return _labelled(grid.pivot(index="weekday", columns="week", values="y").reindex(range(7)), WEEKDAYS)


def _hour_by_weekday(series: pd.DataFrame) -> pd.DataFrame:
    """Mean units of an hour, which may have several periods."""
    hourly = series["y"].groupby(series["ds"].dt.floor("h")).sum(min_count=1)
    hours = pd.DatetimeIndex(hourly.index)
    grid = hourly.groupby([hours.dayofweek, hours.hour]).mean().unstack().reindex(index=range(7), columns=range(24))
    return _labelled(grid.set_axis([f"{hour}:00" for hour in range(24)], axis=1), WEEKDAYS)


def _week(starts: pd.Series) -> pd.Series:
    """The ISO number of the week in which most of each week lies, whatever weekday it begins on."""
    return (starts + pd.Timedelta(days=3)).dt.isocalendar().week.astype(int)


def _by_year(series: pd.DataFrame, place: pd.Series, labels: list[str] | tuple[str, ...]) -> pd.DataFrame:
    middle = series["ds"] + pd.Timedelta(days=3)
    year = middle.dt.isocalendar().year.astype(int) if len(labels) == _WEEKS else series["ds"].dt.year
    grid = series["y"].groupby([year, place]).sum(min_count=1).unstack().reindex(columns=range(1, len(labels) + 1))
    return _labelled(grid.set_axis(list(labels), axis=1), [str(one) for one in grid.index])


def _labelled(grid: pd.DataFrame, rows: list[str] | tuple[str, ...]) -> pd.DataFrame:
    return grid.set_axis(list(rows), axis=0)
