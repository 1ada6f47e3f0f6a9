"""Looking at the sales before any model."""

from forecasting.calendar.events import Event
from forecasting.calendar.holidays import public_holidays
from forecasting.core.panel import Panel
from forecasting.explore.portfolio import Portfolio, portfolio
from forecasting.explore.portfolio_alerts import KINDS, flags_of
from forecasting.explore.portfolio_groups import Headline, curves, grouped, headline, matrix
from forecasting.explore.summary import recent_periods, summarise
from forecasting.explore.timeline import default_view, month_by_year, timeline, total, views, weekday_by_week

__all__ = [
    "KINDS",
    "Headline",
    "Portfolio",
    "curves",
    "default_view",
    "flags_of",
    "grouped",
    "headline",
    "holidays",
    "matrix",
    "month_by_year",
    "portfolio",
    "recent_periods",
    "summarise",
    "timeline",
    "total",
    "views",
    "weekday_by_week",
]


def holidays(panel: Panel, country: str | None) -> tuple[Event, ...]:
    """What is marked in the time that the panel covers: its own events, else the public holidays of a country, if any."""
    if country is None and not panel.events:
        return ()
    days = panel.events or public_holidays(str(country), panel.first, panel.last)
    return tuple(day for day in days if panel.first <= day.start <= panel.last)
