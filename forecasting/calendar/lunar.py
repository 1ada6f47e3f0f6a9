"""The Chinese lunisolar calendar, computed from the sun and the moon, so that no year is the last one.

A month begins on the Beijing day of a new moon; the month of the winter solstice is the eleventh; where thirteen months lie
between two solstices, the first without a major solar term is a leap month (GB/T 33661-2017). Positions after Meeus (1998),
Astronomical Algorithms, chapters 25 and 49: right to minutes, so a day can be off only where a new moon falls on midnight.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import floor, radians, sin

import pandas as pd

_FIRST_ORDINAL = 1_721_424.5  # Julian day of the day before 1 January of year 1
_BEIJING = 8 / 24
_CLOCK = 69 / 86_400  # days by which the clocks of astronomy are ahead of ours; it changes by seconds
_MONTH = 29.530588861


@dataclass(frozen=True)
class LunarDate:
    """A day of the lunar calendar; `leap` where the month is the second one of its number."""

    month: int
    day: int
    leap: bool = False


def lunar_date(date: pd.Timestamp) -> LunarDate:
    """The lunar date of a day.

    >>> lunar_date(pd.Timestamp("2026-02-17")), lunar_date(pd.Timestamp("2025-10-06"))
    (LunarDate(month=1, day=1, leap=False), LunarDate(month=8, day=15, leap=False))
    """
    ordinal = date.toordinal()
    months = [month for year in (date.year, date.year + 1) for month in _months(year)]
    start, month, leap = max(found for found in months if found[0] <= ordinal)
    return LunarDate(month, ordinal - start + 1, leap)


def lunar_day(year: int, month: int, day: int) -> pd.Timestamp:
    """The day of a lunar date in the lunar year that begins in `year`; the 30th of a month of 29 days is its last day.

    >>> [f"{lunar_day(year, 1, 1):%F}" for year in (2024, 2025, 2026, 2027)]
    ['2024-02-10', '2025-01-29', '2026-02-17', '2027-02-06']
    """
    months = [*_months(year), *_months(year + 1)]
    begin = next(place for place, (_, number, leap) in enumerate(months) if number == 1 and not leap)
    place = next(place for place in range(begin, len(months)) if months[place][1:] == (month, False))
    length = months[place + 1][0] - months[place][0] if place + 1 < len(months) else 29
    return pd.Timestamp.fromordinal(months[place][0] + min(day, length) - 1)


@lru_cache(maxsize=256)
def _months(year: int) -> tuple[tuple[int, int, bool], ...]:
    """The months from the eleventh of the year before to the tenth of `year`: first day (ordinal), number, whether leap."""
    first, last = _eleventh(year - 1), _eleventh(year)
    count = round((last - first) / _MONTH)
    lunation = _lunation(first + 1)
    starts = [_new_moon(lunation + number) for number in range(count + 1)]
    leap = next((place for place in range(1, count) if _term(starts[place]) == _term(starts[place + 1])), None)
    found, number = [], 10
    for place, start in enumerate(starts[:-1]):
        is_leap = count == 13 and place == leap
        number = number if is_leap else number % 12 + 1
        found.append((start, number, is_leap))
    return tuple(found)


@lru_cache(maxsize=256)
def _eleventh(year: int) -> int:
    """The first day of the month that holds the winter solstice of a year."""
    solstice = next(day for day in range(pd.Timestamp(year, 12, 18).toordinal(), 10**9) if _term(day + 1) == 9)
    lunation = _lunation(solstice)
    return max(start for start in (_new_moon(lunation + number) for number in (-1, 0, 1)) if start <= solstice)


def _lunation(ordinal: int) -> int:
    """The number of the new moon that is nearest to a day."""
    return round((ordinal + _FIRST_ORDINAL - 2_451_550.1) / _MONTH)


def _term(ordinal: int) -> int:
    """Which twelfth of its way the sun is on when a day begins in Beijing; 9 begins at the winter solstice."""
    return floor(_sun(ordinal + _FIRST_ORDINAL - _BEIJING + _CLOCK) / 30) % 12


@lru_cache(maxsize=4096)
def _new_moon(lunation: int) -> int:
    """The Beijing day of a new moon, as an ordinal."""
    t = lunation / 1236.85
    moment = 2_451_550.09766 + _MONTH * lunation + 0.00015437 * t**2
    e = 1 - 0.002516 * t
    sun = radians(2.5534 + 29.1053567 * lunation)
    moon = radians(201.5643 + 385.81693528 * lunation + 0.0107582 * t**2)
    far = radians(160.7108 + 390.67050284 * lunation - 0.0016118 * t**2)
    node = radians(124.7746 - 1.56375588 * lunation + 0.0020672 * t**2)
    moment += (
        -0.4072 * sin(moon) + 0.17241 * e * sin(sun) + 0.01608 * sin(2 * moon) + 0.01039 * sin(2 * far)
        + 0.00739 * e * sin(moon - sun) - 0.00514 * e * sin(moon + sun) + 0.00208 * e**2 * sin(2 * sun)
        - 0.00111 * sin(moon - 2 * far) - 0.00057 * sin(moon + 2 * far) + 0.00056 * e * sin(2 * moon + sun)
        - 0.00042 * sin(3 * moon) + 0.00042 * e * sin(sun + 2 * far) + 0.00038 * e * sin(sun - 2 * far)
        - 0.00024 * e * sin(2 * moon - sun) - 0.00017 * sin(node)
    )  # fmt: skip
    moment += 0.000325 * sin(radians(299.77 + 0.107408 * lunation - 0.009173 * t**2))
    return floor(moment - _CLOCK + _BEIJING - _FIRST_ORDINAL)


def _sun(moment: float) -> float:
    """The apparent longitude of the sun in degrees at a Julian day."""
    t = (moment - 2_451_545.0) / 36_525
    anomaly = radians(357.52911 + 35_999.05029 * t - 0.0001537 * t**2)
    centre = (
        (1.914602 - 0.004817 * t) * sin(anomaly) + (0.019993 - 0.000101 * t) * sin(2 * anomaly) + 0.000289 * sin(3 * anomaly)
    )
    node = radians(125.04 - 1934.136 * t)
    return (280.46646 + 36_000.76983 * t + 0.0003032 * t**2 + centre - 0.00569 - 0.00478 * sin(node)) % 360
