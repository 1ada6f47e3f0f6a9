"""The shop's calendar: what is special about days, for the models and for the charts."""

from dataclasses import dataclass
from pathlib import Path

from forecasting.calendar.calendar import Calendar, announcement, reach, usual_festivals, with_calendar
from forecasting.calendar.holidays import COUNTRIES
from forecasting.calendar.own import REPEATS, Entry, entries_from_frame, entries_to_frame
from forecasting.core.event import FESTIVAL, HOLIDAY, OWN, WORKDAY, Event
from forecasting.core.panel import Panel
from forecasting.workflow.importing import file_bytes
from forecasting.workflow.request import run

__all__ = [
    "COUNTRIES",
    "FESTIVAL",
    "HOLIDAY",
    "OWN",
    "REPEATS",
    "WORKDAY",
    "Calendar",
    "Entry",
    "Event",
    "EventRows",
    "ReadEvents",
    "announcement",
    "days_ahead",
    "entries_from_frame",
    "entries_to_frame",
    "reach",
    "read_events",
    "usual_festivals",
    "with_calendar",
]


@dataclass(frozen=True)
class ReadEvents:
    """Ask for the events of a file."""

    path: str


@dataclass(frozen=True)
class EventRows:
    """What a file of events says."""

    entries: tuple[Entry, ...]


@run.register
def event_rows(request: ReadEvents) -> EventRows:
    """Read a file of events, of any kind that can be imported. Raises an InputError in one sentence."""
    return EventRows(read_events(request.path))


def read_events(path: str | Path) -> tuple[Entry, ...]:
    """The events of a file, of any kind that can be imported. Raises an InputError in one sentence."""
    from forecasting.ingest.events import read_events as read

    return read(file_bytes(path), Path(path).name)


def days_ahead(panel: Panel, calendar: Calendar) -> tuple[Event, ...]:
    """What takes place after the last sales, the next one first."""
    days = calendar.days(panel.future_dates(1)[0], reach(panel))
    return tuple(sorted(days, key=lambda event: (event.start, event.name)))
