"""One calendar for a shop: public holidays with their make-up workdays, shopping festivals, and the merchant's own events."""

from dataclasses import dataclass, replace

import pandas as pd

from forecasting.calendar.festivals import festivals
from forecasting.calendar.holidays import announced_until, makeup_workdays, public_holidays
from forecasting.calendar.own import Entry
from forecasting.core.event import FESTIVAL, Event
from forecasting.core.panel import Panel

AHEAD = 3  # years after the last sales for which events are laid out


@dataclass(frozen=True)
class Calendar:
    """What is special about days, for all models at once.

    `country` (two letters, ISO 3166; None for no holidays) decides the public holidays; `festivals` are the shopping festivals
    as they were edited, `events` the merchant's own.
    """

    country: str | None = None
    festivals: tuple[Entry, ...] = ()
    events: tuple[Entry, ...] = ()

    def days(self, first: pd.Timestamp, last: pd.Timestamp) -> tuple[Event, ...]:
        """Everything that takes place between two days, by kind, then by date. Raises SpecInvalid for an unknown country.

        >>> table = Calendar("GB", events=(Entry("Fair", pd.Timestamp("2024-12-20"), pd.Timestamp("2024-12-22")),))
        >>> [day.name for day in table.days(pd.Timestamp("2024-12-01"), pd.Timestamp("2024-12-31"))]
        ['Fair', 'Christmas Day', 'Boxing Day']
        """
        own = sorted((event for entry in self.events for event in entry.occurrences(first, last)), key=_when)
        bought = (event for entry in self.festivals for event in entry.occurrences(first, last))
        shopping = sorted((replace(event, kind=FESTIVAL) for event in bought), key=_when)
        if self.country is None:
            return (*own, *shopping)
        public = (*public_holidays(self.country, first, last), *makeup_workdays(self.country, first, last))
        return (*own, *(day for day in public if _overlaps(day, first, last)), *shopping)


def usual_festivals(country: str | None, panel: Panel) -> tuple[Entry, ...]:
    """The shopping festivals of a country over the sales and the years after them, one entry for each time."""
    if country is None:
        return ()
    table = festivals(country, panel.first, reach(panel))
    rows = table[["name", "start", "end", "phase", "country", "platform"]].itertuples(index=False)
    return tuple(
        Entry(name, start, end, "" if phase in ("day", "run-up") else phase, country=where, platform=platform)
        for name, start, end, phase, where, platform in rows
    )


def with_calendar(panel: Panel, calendar: Calendar | None) -> Panel:
    """The panel with the events of a calendar, past and ahead; without any for None. Models learn from them by themselves."""
    return replace(panel, events=() if calendar is None else calendar.days(panel.first, reach(panel)))


def reach(panel: Panel) -> pd.Timestamp:
    """The last day for which events are laid out."""
    return panel.last + pd.DateOffset(years=AHEAD)


def announcement(country: str | None, last: pd.Timestamp) -> str:
    """What is not known yet of the holidays up to a day, in one sentence; empty when nothing is missing.

    >>> announcement("CN", pd.Timestamp("2035-01-01"))
    'Make-up workdays are announced up to 20...; for later years the holidays are projected, without make-up days.'
    >>> announcement("GB", pd.Timestamp("2035-01-01"))
    ''
    """
    known = None if country is None else announced_until(country)
    if known is None or known >= last.year:
        return ""
    return f"Make-up workdays are announced up to {known}; for later years the holidays are projected, without make-up days."


def _when(event: Event) -> tuple[pd.Timestamp, str]:
    return event.start, event.name


def _overlaps(event: Event, first: pd.Timestamp, last: pd.Timestamp) -> bool:
    return event.end >= first and event.start <= last
