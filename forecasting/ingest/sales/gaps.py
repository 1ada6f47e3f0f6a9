"""Periods without a row of any SKU: when the shop is regularly closed, and what is missing from the file."""

from __future__ import annotations

import numpy as np
import pandas as pd

_FOUR_WEEKS = 28
_DAY, _WEEK = 24, 168  # hours
_SHUT, _OPEN = 0.9, 0.5  # share of its periods without a row: from here on a time is closed, below here it is open
_NOUN = {"D": "day", "W": "week", "MS": "month", "QS": "quarter", "YS": "year", "h": "hour"}
_WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def gaps(
    periods: np.ndarray, units: np.ndarray, closed: np.ndarray, calendar: pd.DatetimeIndex, freq: str, issues: list[str]
) -> np.ndarray:
    """Periods without a row of any SKU that are missing from the file, and not merely quiet or regularly closed."""
    counts = np.bincount(periods, minlength=len(calendar))
    totals = np.bincount(periods, weights=units, minlength=len(calendar))
    empty = (counts == 0) & ~closed
    if not empty.any():
        return empty
    usual = np.full(len(calendar), max(counts[counts > 0].mean(), float(np.quantile(totals[counts > 0], 0.05))))
    if freq == "h":  # the last hour of a day is quieter than noon
        hour = np.asarray(calendar.hour)
        usual = (np.bincount(hour, counts) / np.maximum(np.bincount(hour), 1))[hour]
    gap = np.zeros(len(calendar), dtype=bool)
    for start, stop in _runs(empty):
        # Few rows or units a period leave empty periods by chance (Poisson); only a run that chance hardly makes is a gap.
        if usual[start:stop].sum() > 4.6:
            gap[start:stop] = True
    if gap.any():
        noun = _NOUN.get(freq.split("-")[0], "period")
        form = "%Y-%m-%d %H:%M" if noun == "hour" else "%Y-%m-%d"
        spans = [
            calendar[a].strftime(form) + (f" to {calendar[b - 1].strftime(form)}" if b - a > 1 else "") for a, b in _runs(gap)
        ]
        issues.append(
            f"1 {noun} has no row of any SKU and counts as missing: {spans[0]}"
            if gap.sum() == 1
            else f"{int(gap.sum())} {noun}s have no row of any SKU and count as missing: "
            f"{', '.join(spans[:6])}{' ...' if len(spans) > 6 else ''}"
        )
    return gap


def closed_times(periods: np.ndarray, calendar: pd.DatetimeIndex, freq: str, issues: list[str]) -> np.ndarray:
    """When the shop is regularly closed: on weekdays, or at hours of the week, at which hardly ever any SKU has a row.

    It takes four weeks to tell, and one for hours that are the same on each day. An exception in ten does not count as open;
    where every time is mostly empty, sales are few, not the opening hours.
    """
    empty = np.bincount(periods, minlength=len(calendar)) == 0
    weekday, hour = np.asarray(calendar.dayofweek), np.asarray(calendar.hour)
    slots, kinds, least = (weekday, 7, _FOUR_WEEKS) if freq == "D" else (_DAY * weekday + hour, _WEEK, 4 * _WEEK)
    if freq == "h" and len(calendar) < least:
        slots, kinds, least = hour, _DAY, _WEEK
    if freq not in ("D", "h") or not empty.any() or len(calendar) < least:
        return np.zeros(len(calendar), dtype=bool)
    share = np.bincount(slots, weights=empty, minlength=kinds) / np.bincount(slots, minlength=kinds)
    shut = (share >= _SHUT) & (share.min() < _OPEN)
    if shut.any():
        issues.extend(_told_of_days(shut) if freq == "D" else _told_of_hours(np.resize(shut, (7, _DAY))))
    return shut[slots]


def _told_of_days(shut: np.ndarray) -> list[str]:
    days = [_WEEKDAYS[number] for number in np.flatnonzero(shut)]
    return [f"the shop is closed on {' and '.join(days)}; those days count as 0"] if days else []


def _told_of_hours(shut: np.ndarray) -> list[str]:
    """When a shop is closed by weekdays and hours: by the clock where that is the same on all days but those wholly closed.

    >>> _told_of_hours(np.resize(np.arange(24) < 8, (7, 24)))
    ['the shop is closed 0:00 to 8:00; those hours count as 0']
    """
    whole: np.ndarray = np.all(shut, axis=1)
    nightly = shut[~whole].all(axis=0)
    if (shut[~whole] != nightly).any():
        return [f"the shop is closed in {int(shut.sum())} of the 168 hours of a week; those hours count as 0"]
    nights = np.flatnonzero(nightly)
    told = [f"the shop is closed {_clock_spans(nights)}; those hours count as 0"] if len(nights) else []
    return [*told, *_told_of_days(whole)]


def _clock_spans(hours: np.ndarray) -> str:
    """Hours of the day in spans that may go over midnight.

    >>> _clock_spans(np.array([0, 1, 2, 19, 23])), _clock_spans(np.array([13]))
    ('19:00 to 20:00 and 23:00 to 3:00', '13:00 to 14:00')
    """
    starts = [hour for hour in hours.tolist() if (hour - 1) % 24 not in hours]
    ends = [next(end % 24 for end in range(hour + 1, hour + 25) if end % 24 not in hours) for hour in starts]
    return " and ".join(f"{start}:00 to {end}:00" for start, end in zip(starts, ends, strict=True))


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
