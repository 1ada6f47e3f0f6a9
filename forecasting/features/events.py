"""Events as columns: the same ones for every family of models, so that none knows a holiday that another does not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.calendar.events import days_since, days_to, share_of_period
from forecasting.core.event import FESTIVAL, HOLIDAY, OWN, WORKDAY, Event

EVENTS, HOLIDAYS, FESTIVALS = "events", "holidays", "festivals"
REACH = 7  # days before and after an event in which sales may feel it
_LONG = ("W", "MS", "QS", "YS")


@dataclass(frozen=True, eq=False)
class EventColumn:
    """One column: its name, the term that it belongs to, a value for each period, from 0 to 1, and how long an event lasts."""

    name: str
    term: str
    values: np.ndarray
    days: int = 1


def event_columns(events: Iterable[Event], dates: pd.DatetimeIndex, freq: str) -> tuple[EventColumn, ...]:
    """How much of each period each event takes, and for days and hours how near an event is before and after it.

    Own events and festivals have a column for each name, public holidays and make-up workdays one for all of them. Nearness
    falls from 1 by a seventh a day, and is 0 during the event.

    >>> fair = Event("Fair", pd.Timestamp("2024-05-04"), pd.Timestamp("2024-05-05"))
    >>> for column in event_columns([fair], pd.date_range("2024-05-02", periods=5), "D"):
    ...     print(column.name, column.values.round(2).tolist())
    Fair [0.0, 0.0, 1.0, 1.0, 0.0]
    before an event [0.86, 1.0, 0.0, 0.0, 0.0]
    after an event [0.0, 0.0, 0.0, 0.0, 1.0]
    """
    return tuple(_columns(tuple(events), dates, freq))


def _columns(events: tuple[Event, ...], dates: pd.DatetimeIndex, freq: str) -> Iterator[EventColumn]:
    kinds = {kind: [event for event in events if event.kind == kind] for kind in (OWN, HOLIDAY, WORKDAY, FESTIVAL)}
    yield from _by_name(kinds[OWN], EVENTS, dates, freq)
    yield from _around(kinds[OWN], EVENTS, "an event", dates, freq)
    if kinds[HOLIDAY]:
        yield EventColumn("public holiday", HOLIDAYS, share_of_period(kinds[HOLIDAY], dates, freq))
    if kinds[WORKDAY]:
        yield EventColumn("make-up workday", HOLIDAYS, share_of_period(kinds[WORKDAY], dates, freq))
    yield from _around(kinds[HOLIDAY], HOLIDAYS, "a holiday", dates, freq)
    yield from _by_name(kinds[FESTIVAL], FESTIVALS, dates, freq)


def _by_name(events: list[Event], term: str, dates: pd.DatetimeIndex, freq: str) -> Iterator[EventColumn]:
    for name in dict.fromkeys(event.name for event in events):
        named = [event for event in events if event.name == name]
        yield EventColumn(name, term, share_of_period(named, dates, freq), max(event.days for event in named))


def _around(events: list[Event], term: str, what: str, dates: pd.DatetimeIndex, freq: str) -> Iterator[EventColumn]:
    if not events or freq.split("-")[0] in _LONG:
        return
    days = dates.normalize()
    for side, distance in (("before", days_to(events, days)), ("after", days_since(events, days))):
        near = np.clip((REACH + 1 - distance) / REACH, 0.0, 1.0)
        yield EventColumn(f"{side} {what}", term, np.where(distance > 0, near, 0.0))
