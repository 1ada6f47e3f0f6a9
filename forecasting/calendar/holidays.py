"""Public holidays of a country, with the weekend days on which people work instead, where the library knows them."""

import re
from functools import lru_cache

import pandas as pd

from forecasting.core.errors import SpecInvalid
from forecasting.core.event import HOLIDAY, WORKDAY, Event

COUNTRIES = ("AU", "BR", "CA", "CH", "CN", "DE", "ES", "FR", "GB", "HK", "ID", "IN", "IT", "JP", "KR", "MX", "MY", "NL", "PL",
             "SG", "TH", "TR", "TW", "US", "VN", "ZA")  # fmt: skip
_AMERICAN = re.compile(r"\b(\d\d)/(\d\d)/(\d{4})\b")


def public_holidays(country: str, first: pd.Timestamp, last: pd.Timestamp) -> tuple[Event, ...]:
    """The public holidays from the year of `first` to the year of `last`, one event for each day.

    `country` is a two-letter code (ISO 3166). Raises SpecInvalid when the library does not know it.

    >>> [day.name for day in public_holidays("GB", pd.Timestamp("2010-12-01"), pd.Timestamp("2010-12-31"))][-3:-2]
    ['Boxing Day']
    """
    days, _ = _of_country(country.upper(), first.year, last.year)
    return days


def makeup_workdays(country: str, first: pd.Timestamp, last: pd.Timestamp) -> tuple[Event, ...]:
    """Weekend days on which people work to make up for a holiday, from the year of `first` to that of `last`.

    Governments announce them a year ahead at most: see `announced_until`.

    >>> days = makeup_workdays("CN", pd.Timestamp("2024-01-01"), pd.Timestamp("2024-12-31"))
    >>> len(days), f"{days[0].start:%F}"
    (8, '2024-02-04')
    """
    _, days = _of_country(country.upper(), first.year, last.year)
    return days


def announced_until(country: str) -> int | None:
    """The last year whose make-up workdays the library knows; None where the country has none.

    >>> announced_until("GB") is None
    True
    """
    _, days = _of_country(country.upper(), 2020, 2040)
    return max((day.start.year for day in days), default=None)


@lru_cache(maxsize=64)
def _of_country(country: str, first: int, last: int) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    import holidays as library  # 7 MB, which most sessions never need

    try:
        table = library.country_holidays(country, years=range(first, last + 1))
    except NotImplementedError:
        raise SpecInvalid(
            f"The country '{country}' has no table of holidays; use a two-letter code such as GB, US or CN."
        ) from None
    public = tuple(_one_day(_AMERICAN.sub(_plainly, name), day, HOLIDAY) for day, name in sorted(table.items()))
    worked = sorted(day for day in getattr(table, "weekend_workdays", ()) if first <= day.year <= last)
    return public, tuple(_one_day("Make-up workday", day, WORKDAY) for day in worked)


def _plainly(date: re.Match[str]) -> str:
    """The date in a name such as "Day off (substituted from 09/20/2026)" as the house writes it."""
    month, day, year = (int(part) for part in date.groups())
    return f"{day} {pd.Timestamp(year, month, day):%b %Y}"


def _one_day(name: str, day: object, kind: str) -> Event:
    return Event(name, pd.Timestamp(str(day)), pd.Timestamp(str(day)), kind)
