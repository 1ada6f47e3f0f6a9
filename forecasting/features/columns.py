"""The columns that terms become: each covers history and future in one array, so that the two cannot diverge."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.calendar.events import share_of_period
from forecasting.calendar.festivals import festivals, festivals_of
from forecasting.calendar.holidays import makeup_workdays, public_holidays
from forecasting.core.event import OWN, Event
from forecasting.features.events import FESTIVALS, event_columns
from forecasting.features.terms import Fourier, Terms, periods_per_year

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAY = np.timedelta64(1, "D")
_BENDS = 26  # periods of history before a trend may bend
_SEASON = 8  # days; a longer festival is a season, which one year alone cannot tell from chance


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a design.

    `values` (periods + horizon,) is shared by all SKUs or (SKUs, periods + horizon) is each SKU's own; `term` is the term it
    belongs to, `needs` how many periods of history a SKU must have before the column can be learnt.
    """

    name: str
    term: str
    needs: int
    values: np.ndarray


@dataclass(frozen=True, eq=False)
class Timeline:
    """The periods of history and, right after them, those of the horizon."""

    dates: pd.DatetimeIndex
    periods: int
    freq: str
    season_length: int


def calendar_columns(time: Timeline, terms: Terms) -> Iterator[Column]:
    """The columns that depend on the date alone, in the order in which they are given up on short histories."""
    yield from _trend(time, terms)
    yield from _cycle("weekday", terms.weekday, time.dates.dayofweek.to_numpy(), WEEKDAYS, time, 7.0)
    yield from _cycle("hour", terms.hour, time.dates.hour.to_numpy(), [f"{hour:02}:00" for hour in range(24)], time, 1.0)
    yield from _cycle("month", terms.month, time.dates.month.to_numpy() - 1, MONTHS, time, 365.25)
    if terms.year_waves:
        yield from _waves("year", terms.year_waves, 365.25, time)
    for entry in terms.fourier:
        yield from _fourier(entry, time)
    for column in event_columns(terms.events, time.dates, time.freq):
        season = column.term == FESTIVALS and column.days > _SEASON
        yield Column(column.name, column.term, _two_cycles(365.25, time) if season else 0, column.values)
    if terms.country != "none" and all(event.kind == OWN for event in terms.events):
        yield from _country(time, terms.country)


def _trend(time: Timeline, terms: Terms) -> Iterator[Column]:
    if terms.trend == "none":
        return
    damping = 1.0 if terms.trend == "linear" else terms.damping
    ahead = np.arange(len(time.dates) - time.periods)
    steps = np.concatenate([np.ones(time.periods), damping**ahead])
    position = np.cumsum(steps)
    yield Column("trend", "trend", 0, position)
    if terms.trend == "piecewise":
        for knot in np.linspace(1, 0.85 * time.periods, terms.knots + 2).round()[1:-1]:
            bend = np.maximum(position - knot, 0.0)
            yield Column(f"trend from {time.dates[int(knot) - 1]:%Y-%m-%d}", "bends", _BENDS, bend)


def _cycle(
    term: str, shape: str | None, level: np.ndarray, names: list[str] | tuple[str, ...], time: Timeline, days: float
) -> Iterator[Column]:
    """A level for each position in the cycle, the first being the reference; or one wave over its `days`."""
    if shape == "waves":
        yield from _waves(term, 1, days, time)
    elif shape == "dummies":
        needs = _two_cycles(days, time)
        for number, name in enumerate(names[1:], start=1):
            if (level[: time.periods] == number).any():
                yield Column(name, term, needs, (level == number).astype("float64"))


def _waves(term: str, order: int, days: float, time: Timeline) -> Iterator[Column]:
    """Sine and cosine by the clock, so that leap years do not shift the season."""
    turns = (time.dates.to_numpy() - np.datetime64("1970-01-05")) / _DAY / days
    needs = _two_cycles(days, time)
    for harmonic in range(1, order + 1):
        angle = 2 * np.pi * harmonic * turns
        yield Column(f"{term} sin {harmonic}", term, needs, np.sin(angle))
        yield Column(f"{term} cos {harmonic}", term, needs, np.cos(angle))


def _fourier(entry: Fourier, time: Timeline) -> Iterator[Column]:
    turns = np.arange(len(time.dates)) / entry.period
    term = f"cycle of {entry.period:g}"
    for harmonic in range(1, entry.order + 1):
        angle = 2 * np.pi * harmonic * turns
        yield Column(f"{term} sin {harmonic}", term, int(2 * entry.period), np.sin(angle))
        if 2 * harmonic != entry.period:  # at the highest harmonic the sine is zero at every period
            yield Column(f"{term} cos {harmonic}", term, int(2 * entry.period), np.cos(angle))


def _country(time: Timeline, country: str) -> Iterator[Column]:
    first, last = time.dates[0], time.dates[-1]
    yield Column("public holiday", "holidays", 0, share_of_period(public_holidays(country, first, last), time.dates, time.freq))
    if country == "CN":
        worked = makeup_workdays(country, first, last)
        yield Column("make-up workday", "holidays", 0, share_of_period(worked, time.dates, time.freq))
    table = festivals(country, first, last + pd.Timedelta(days=366))
    for festival in festivals_of(country):
        rows = table[table["name"] == festival.name]
        days = [Event(festival.name, *dates) for dates in zip(rows["start"], rows["end"], strict=True)]
        yield Column(festival.name, "festivals", 0, share_of_period(days, time.dates, time.freq))


def _two_cycles(days: float, time: Timeline) -> int:
    """Periods in two cycles: one alone cannot be told from a trend or from chance."""
    return int(2 * days * periods_per_year(time.freq) / 365.25)
