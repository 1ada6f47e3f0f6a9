"""The shop's calendar: what is special about days, for the models and for the charts."""

from forecasting.calendar.calendar import Calendar, announcement, reach, usual_festivals, with_calendar
from forecasting.calendar.holidays import COUNTRIES
from forecasting.calendar.own import REPEATS, Entry, entries_from_csv, entries_from_frame, entries_to_frame
from forecasting.core.event import FESTIVAL, HOLIDAY, OWN, WORKDAY, Event
from forecasting.core.panel import Panel

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
    "announcement",
    "days_ahead",
    "entries_from_csv",
    "entries_from_frame",
    "entries_to_frame",
    "reach",
    "usual_festivals",
    "with_calendar",
]


def days_ahead(panel: Panel, calendar: Calendar) -> tuple[Event, ...]:
    """What takes place after the last sales, the next one first."""
    days = calendar.days(panel.future_dates(1)[0], reach(panel))
    return tuple(sorted(days, key=lambda event: (event.start, event.name)))
