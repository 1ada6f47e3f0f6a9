"""Looking at the sales before any model."""

from forecasting.calendar.events import Event
from forecasting.calendar.holidays import public_holidays
from forecasting.core.panel import Panel
from forecasting.explore.portfolio import Portfolio, portfolio
from forecasting.explore.portfolio_alerts import KINDS, flags_of
from forecasting.explore.portfolio_groups import Headline, curves, grouped, headline, matrix
from forecasting.explore.rhythm import Rhythm, rhythm
from forecasting.explore.summary import recent_periods, summarise
from forecasting.explore.timeline import default_view, timeline, total, views

__all__ = [
    "KINDS",
    "Headline",
    "Portfolio",
    "Rhythm",
    "curves",
    "default_view",
    "flags_of",
    "grouped",
    "headline",
    "holidays",
    "matrix",
    "portfolio",
    "recent_periods",
    "rhythm",
    "summarise",
    "timeline",
    "total",
    "views",
]


def holidays(panel: Panel, country: str | None) -> tuple[Event, ...]:
    """What is marked in the time that the panel covers: its own events, else the public holidays of a country, if any."""
    if country is None and not panel.events:
        return ()
    days = panel.events or public_holidays(str(country), panel.first, panel.last)
    return tuple(day for day in days if panel.first <= day.start <= panel.last)
