"""How events fall on the periods of a panel: how much of each, how long before, how long after."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from forecasting.core.errors import InputError
from forecasting.core.event import Event

__all__ = ["FAR", "Event", "days_since", "days_to", "events_from_frame", "events_to_frame", "share_of_period"]
_DAY = pd.Timedelta(days=1)
FAR = 60  # days from which an event no longer matters


def events_from_frame(frame: pd.DataFrame) -> tuple[Event, ...]:
    """The rows of an edited table `name, start, end` as events; a blank end means one day, blank rows are passed over.

    Raises InputError when a column is missing, a date cannot be read, or an event ends before it starts.

    >>> events_from_frame(pd.DataFrame({"name": ["Fair"], "start": ["2024-05-04"], "end": [None]}))[0].days
    1
    """
    for column in ("name", "start"):
        if column not in frame.columns:
            raise InputError(f"The table of events has no column '{column}'; it needs name, start and end.")
    rows = frame[frame["name"].notna() & (frame["name"].astype(str).str.strip() != "")]
    starts = _dates(rows["start"], rows["name"])
    ends = _dates(rows["end"].where(rows["end"].notna(), starts), rows["name"]) if "end" in rows.columns else starts
    names = rows["name"].astype(str).str.strip()
    return tuple(Event(*row) for row in zip(names, starts, ends, strict=True))


def events_to_frame(events: Iterable[Event]) -> pd.DataFrame:
    """Events as a table `name, start, end` that can be edited."""
    rows = [(event.name, event.start, event.end) for event in events]
    return pd.DataFrame(rows, columns=["name", "start", "end"]).astype(
        {"start": "datetime64[ns]", "end": "datetime64[ns]", "name": object}
    )


def share_of_period(events: Iterable[Event], dates: pd.DatetimeIndex, freq: str) -> np.ndarray:
    """How much of each period lies inside one of the events, from 0 to 1, shape (periods,).

    >>> fair = Event("Fair", pd.Timestamp("2024-05-04"), pd.Timestamp("2024-05-05"))
    >>> share_of_period([fair], pd.DatetimeIndex(["2024-04-29", "2024-05-06"]), "W-MON").round(2).tolist()
    [0.29, 0.0]
    """
    begin = dates.to_numpy()
    end = (dates + pd.tseries.frequencies.to_offset(freq)).to_numpy()
    covered = np.zeros(len(dates), dtype="timedelta64[ns]")
    for event in events:
        first, last = np.datetime64(event.start), np.datetime64(event.end + _DAY)
        overlap = np.minimum(end, last) - np.maximum(begin, first)
        covered += np.maximum(overlap, np.timedelta64(0))
    return np.minimum(covered / (end - begin), 1.0)


def days_to(events: Iterable[Event], dates: pd.DatetimeIndex, far: int = FAR) -> np.ndarray:
    """Days until the next start of an event, 0 while it lasts, `far` at most, shape (periods,).

    >>> fair = Event("Fair", pd.Timestamp("2024-05-04"), pd.Timestamp("2024-05-05"))
    >>> days_to([fair], pd.date_range("2024-05-02", periods=5)).tolist()
    [2.0, 1.0, 0.0, 0.0, 60.0]
    """
    distance = np.full(len(dates), float(far))
    for event in events:
        ahead = np.maximum(-(dates - event.start).days.to_numpy(), 0)
        distance = np.where(dates <= event.end, np.minimum(distance, ahead), distance)
    return distance


def days_since(events: Iterable[Event], dates: pd.DatetimeIndex, far: int = FAR) -> np.ndarray:
    """Days since the last end of an event, 0 while it lasts, `far` at most, shape (periods,).

    >>> fair = Event("Fair", pd.Timestamp("2024-05-04"), pd.Timestamp("2024-05-05"))
    >>> days_since([fair], pd.date_range("2024-05-03", periods=5)).tolist()
    [60.0, 0.0, 0.0, 1.0, 2.0]
    """
    distance = np.full(len(dates), float(far))
    for event in events:
        behind = np.maximum((dates - event.end).days.to_numpy(), 0)
        distance = np.where(dates >= event.start, np.minimum(distance, behind), distance)
    return distance


def _dates(values: pd.Series, names: pd.Series) -> pd.Series:
    parsed = pd.to_datetime(values, errors="coerce").astype("datetime64[ns]")
    if parsed.isna().any():
        name, found = names[parsed.isna()].iloc[0], values[parsed.isna()].iloc[0]
        raise InputError(f"The event '{name}' has the date '{found}', which cannot be read; write dates as 2024-11-30.")
    return parsed.dt.normalize()
