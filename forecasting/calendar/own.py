"""The merchant's own events: a table of names and dates, some of which come again each year, by whichever calendar."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from forecasting.calendar.lunar import lunar_date, lunar_day
from forecasting.core.errors import InputError
from forecasting.core.event import Event

ONCE, DATE, LUNAR, WEEKDAY = "once", "same date", "same lunar date", "same weekday of the month"
REPEATS = (ONCE, DATE, LUNAR, WEEKDAY)
COLUMNS = ("name", "start", "end", "phase", "repeats", "country", "platform")
_LONGEST = pd.Timedelta(days=366)
_SPELLINGS = {
    "name": ("event", "title", "festival", "holiday", "名称", "活动", "活动名称", "事件", "节日"),
    "start": ("from", "date", "day", "begin", "start date", "开始", "开始日期", "日期"),
    "end": ("to", "until", "end date", "结束", "结束日期"),
    "phase": ("effect", "阶段", "影响"),
    "repeats": ("repeat", "recurrence", "recurs", "重复"),
    "country": ("国家", "地区"),
    "platform": ("channel", "平台", "渠道"),
}


@dataclass(frozen=True)
class Entry:
    """One row of the table: an event as it was once, and how it `repeats` (see REPEATS).

    `phase` tells stages of one event apart that sell differently (run-up, main day); `country` and `platform` are the
    merchant's own notes. Raises InputError for dates in the wrong order or more than a year apart.

    >>> fair = Entry("Fair", pd.Timestamp("2024-05-04"), pd.Timestamp("2024-05-05"), repeats=WEEKDAY)
    >>> [f"{event.start:%F}" for event in fair.occurrences(pd.Timestamp("2024-01-01"), pd.Timestamp("2025-12-31"))]
    ['2024-05-04', '2025-05-03']
    """

    name: str
    start: pd.Timestamp
    end: pd.Timestamp
    phase: str = ""
    repeats: str = ONCE
    country: str = ""
    platform: str = ""

    def __post_init__(self) -> None:
        if self.repeats not in REPEATS:
            raise InputError(f"The event '{self.name}' repeats '{self.repeats}'; write one of: {', '.join(REPEATS)}.")
        if self.end - self.start > _LONGEST:
            raise InputError(f"The event '{self.name}' lasts longer than a year; give it a later start or an earlier end.")
        Event(self.name, self.start, self.end)

    @property
    def title(self) -> str:
        """The name with its phase; events with one title are taken for the same."""
        return f"{self.name}, {self.phase}" if self.phase else self.name

    def occurrences(self, first: pd.Timestamp, last: pd.Timestamp) -> Iterator[Event]:
        """Every time that it takes place between two days, oldest first; those before it was first held are counted too."""
        length = self.end - self.start
        for start in self._starts(first.year - 1, last.year + 1):
            if start + length >= first and start <= last:
                yield Event(self.title, start, start + length)

    def _starts(self, first: int, last: int) -> Iterator[pd.Timestamp]:
        if self.repeats == ONCE:
            yield self.start
            return
        for year in range(first, last + 1):
            yield self._start_in(year)

    def _start_in(self, year: int) -> pd.Timestamp:
        if self.repeats == DATE:
            return self.start + pd.DateOffset(year=year)  # the 29th of February is the 28th elsewhere
        if self.repeats == LUNAR:
            moon = lunar_date(self.start)
            return lunar_day(year, moon.month, moon.day)
        first = pd.Timestamp(year, self.start.month, 1)
        nth = (self.start.day - 1) // 7
        day = first + pd.Timedelta(days=(self.start.dayofweek - first.dayofweek) % 7 + 7 * nth)
        return day if day.month == first.month else day - pd.Timedelta(days=7)


def entries_from_frame(frame: pd.DataFrame) -> tuple[Entry, ...]:
    """The rows of an edited or uploaded table as entries; a blank end means one day, blank rows are passed over.

    Columns are those of COLUMNS, in any order and in the spellings that merchants use; only name and start are needed. Raises
    InputError when one of these is missing, a date cannot be read, or an entry refuses its values.

    >>> table = pd.DataFrame({"Event": ["Fair", None], "From": ["2024-05-04", None], "repeats": ["Same Date", ""]})
    >>> entries_from_frame(table)[0].repeats
    'same date'
    """
    known = frame.rename(columns={column: canonical(str(column)) for column in frame.columns})
    for column in ("name", "start"):
        if column not in known.columns:
            raise InputError(f"The table of events has no column '{column}'; it needs name and start, and may have an end.")
    if not known.columns.is_unique:
        raise InputError("The table of events has two columns of one meaning, such as start and date; keep one of them.")
    rows = known.to_dict("records")
    for row in rows:
        if not _text(row["name"]) and (day := _text(row["start"]).removesuffix(" 00:00:00")):
            raise InputError(f"An event has no name, but the first day {day}; name it, or take the row out.")
    return tuple(_entry(row) for row in rows if _text(row["name"]))


def entries_to_frame(entries: Iterable[Entry]) -> pd.DataFrame:
    """Entries as a table that can be edited and given back."""
    rows = [tuple(getattr(entry, column) for column in COLUMNS) for entry in entries]
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict.fromkeys(COLUMNS, object))
    return frame.astype({"start": "datetime64[ns]", "end": "datetime64[ns]"})


def canonical(column: str) -> str:
    """The column of COLUMNS that a header means; any other header is given back in lower case.

    >>> canonical("Start date"), canonical("活动名称"), canonical("Budget")
    ('start', 'name', 'budget')
    """
    plain = column.strip().lower()
    return next((name for name, others in _SPELLINGS.items() if plain == name or plain in others), plain)


def _entry(row: dict[Any, Any]) -> Entry:
    name = _text(row["name"])
    start = _date(row["start"], name)
    end = _date(row["end"], name) if _text(row.get("end")) else start
    repeats = _text(row.get("repeats")).lower() or ONCE
    return Entry(name, start, end, _text(row.get("phase")), repeats, _text(row.get("country")), _text(row.get("platform")))


def _date(value: object, name: str) -> pd.Timestamp:
    parsed = pd.to_datetime(value, errors="coerce")  # type: ignore[call-overload]
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        raise InputError(f"The event '{name}' has no date that can be read; write dates as 2024-11-30.")
    if not isinstance(parsed, pd.Timestamp) or pd.isna(parsed) or not 1900 <= parsed.year <= 2200:
        raise InputError(f"The event '{name}' has the date '{value}', which cannot be read; write dates as 2024-11-30.")
    return parsed.tz_localize(None).normalize()


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value).strip()  # type: ignore[call-overload]
