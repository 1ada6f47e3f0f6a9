"""The merchant's own events: read from tables as they come, and laid out over the years by the right calendar."""

from __future__ import annotations

import pandas as pd
import pytest
from holidays.calendars.chinese import _ChineseLunisolar

from forecasting.calendar.calendar import Calendar, announcement, usual_festivals, with_calendar
from forecasting.calendar.festivals import _QIXI
from forecasting.calendar.holidays import public_holidays
from forecasting.calendar.lunar import LunarDate, lunar_date, lunar_day
from forecasting.calendar.own import (
    DATE,
    LUNAR,
    ONCE,
    WEEKDAY,
    Entry,
    entries_from_frame,
    entries_to_frame,
)
from forecasting.core.errors import InputError
from forecasting.core.event import FESTIVAL, HOLIDAY, WORKDAY
from forecasting.core.panel import Panel
from forecasting.ingest.events import read_events

FIRST, LAST = pd.Timestamp("2023-01-01"), pd.Timestamp("2027-12-31")


def entry(start: str, end: str | None = None, repeats: str = ONCE) -> Entry:
    return Entry("Fair", pd.Timestamp(start), pd.Timestamp(end or start), repeats=repeats)


def starts(found: Entry) -> list[str]:
    return [f"{event.start:%F}" for event in found.occurrences(FIRST, LAST)]


def test_the_moon_agrees_with_the_tables_of_130_years() -> None:
    tables = _ChineseLunisolar()
    for year in range(1950, 2080):
        for of_year, month, day in (
            (tables.lunar_new_year_date, 1, 1),
            (tables.dragon_boat_date, 5, 5),
            (tables.mid_autumn_date, 8, 15),
            (tables.double_ninth_date, 9, 9),
        ):
            known = pd.Timestamp(of_year(year)[0])
            assert lunar_day(year, month, day) == known
            assert lunar_date(known) == LunarDate(month, day)


def test_the_seventh_of_the_seventh_and_leap_months() -> None:
    assert {year: f"{lunar_day(year, 7, 7):%m-%d}" for year in _QIXI} == _QIXI
    assert lunar_date(pd.Timestamp("2025-07-25")) == LunarDate(6, 1, leap=True)
    assert lunar_date(pd.Timestamp("2033-12-22")) == LunarDate(11, 1, leap=True)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (entry("2024-05-04"), ["2024-05-04"]),
        (entry("2024-05-04", repeats=DATE), [f"{year}-05-04" for year in range(2023, 2028)]),
        (entry("2024-02-29", repeats=DATE), ["2023-02-28", "2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28"]),
        (entry("2024-02-10", repeats=LUNAR), ["2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06"]),
        (entry("2024-11-29", repeats=WEEKDAY), ["2023-11-24", "2024-11-29", "2025-11-28", "2026-11-27", "2027-11-26"]),
        (entry("2023-12-31", repeats=WEEKDAY), ["2023-12-31", "2024-12-29", "2025-12-28", "2026-12-27", "2027-12-26"]),
    ],
)
def test_events_come_again_by_the_calendar_that_was_said(found: Entry, expected: list[str]) -> None:
    assert starts(found) == expected


def test_an_event_over_new_year_is_whole() -> None:
    days = list(entry("2023-12-28", "2024-01-03", DATE).occurrences(FIRST, LAST))
    assert [f"{day.start:%F}" for day in days][:2] == ["2022-12-28", "2023-12-28"]
    assert {day.days for day in days} == {7}


def test_a_phase_is_an_event_of_its_own() -> None:
    found = Entry("618", FIRST, FIRST, phase="run-up")
    assert next(found.occurrences(FIRST, LAST)).name == "618, run-up"


def test_a_table_goes_through_an_editor_and_a_file() -> None:
    table = (entry("2024-05-04", "2024-05-05", LUNAR), Entry("周年庆", FIRST, FIRST, "run-up", DATE, "CN", "Tmall"))
    frame = entries_to_frame(table)
    assert entries_from_frame(frame) == table
    assert entries_from_frame(entries_to_frame(())) == ()
    for encoding in ("utf-8-sig", "gb18030"):
        assert read_events(frame.to_csv(index=False).encode(encoding), "events.csv") == table


def test_merchants_spellings_are_read() -> None:
    (found,) = read_events(
        "活动名称;开始日期;结束日期;平台\n双11预售;2024-10-21;2024-11-10;天猫\n;;;\n".encode("gb18030"), "e.csv"
    )
    assert (found.name, found.platform, f"{found.end:%F}", found.repeats) == ("双11预售", "天猫", "2024-11-10", ONCE)


@pytest.mark.parametrize(
    ("csv", "message"),
    [
        ("name\nFair\n", "no column 'start'"),
        ("name,start\nFair,soon\n", "'Fair' has the date 'soon'"),
        ("name,start,end\nFair,2024-05-04,2024-05-01\n", "before its start"),
        ("name,start,end\nFair,2024-05-04,2026-05-01\n", "longer than a year"),
        ("name,start,repeats\nFair,2024-05-04,often\n", "repeats 'often'; write one of: once"),
        ("name,start,date\nFair,2024-05-04,2024-05-04\n", "two columns of one meaning"),
        ("", "is empty"),
        ("name,start\n", "no event below it"),
        ("name,start\n,2024-05-04\nFair,2024-06-04\n", "line 2: '2024-05-04' has no name beside it"),
        ("name,start\nFair,03/05/2024\n", "'03/05/2024' can be read day first or month first"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(csv: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_events(csv.encode(), "events.csv")


def test_a_row_without_a_name_is_not_passed_over_when_it_has_a_day() -> None:
    table = entries_to_frame([Entry("Fair", pd.Timestamp("2024-05-04"), pd.Timestamp("2024-05-05"))])
    table.loc[1, "start"] = pd.Timestamp("2024-06-01")
    with pytest.raises(InputError, match="no name, but the first day 2024-06-01; name it"):
        entries_from_frame(table)
    table.loc[1, "start"] = pd.NaT
    assert len(entries_from_frame(table)) == 1


def test_all_dates_of_a_file_decide_on_the_order_of_day_and_month() -> None:
    first, second = read_events(b"name;start;end\nFair;03.05.2024;\nSale;01/06/2024;23/06/2024\n", "events.csv")
    assert (f"{first.start:%F}", f"{second.start:%F}", f"{second.end:%F}") == ("2024-05-03", "2024-06-01", "2024-06-23")


def panel() -> Panel:
    days = pd.date_range("2024-01-01", "2024-12-31")
    return Panel.build(pd.DataFrame({"unique_id": "A", "ds": days, "y": 1.0}))


def test_one_calendar_holds_all_kinds_and_reaches_ahead() -> None:
    sales = panel()
    events = with_calendar(sales, Calendar("CN", usual_festivals("CN", sales), (entry("2024-05-04", repeats=DATE),))).events
    kinds = {event.kind for event in events}
    assert kinds == {"event", HOLIDAY, WORKDAY, FESTIVAL}
    assert max(event.start for event in events).year == 2027
    assert sum(event.name == "双11 Singles' Day" for event in events) >= 3
    assert with_calendar(sales, Calendar()).events == ()


def test_a_date_that_is_missing_is_no_date_called_nat() -> None:
    with pytest.raises(InputError, match="'Launch' has no date that can be read"):
        entries_from_frame(pd.DataFrame({"name": ["Launch"], "start": [pd.NaT]}))


def test_dates_in_the_names_of_holidays_are_written_as_everywhere_else() -> None:
    names = {day.name for day in public_holidays("CN", pd.Timestamp("2026-01-01"), pd.Timestamp("2026-12-31"))}
    assert "Day off (substituted from 20 Sep 2026)" in names
    assert not any("/" in name for name in names)


def test_what_is_not_announced_yet_is_said() -> None:
    told = announcement("CN", pd.Timestamp("2040-01-01"))
    assert "for later years the holidays are projected" in told
    assert "CN" not in told  # a code is no name of a country
    assert announcement("CN", pd.Timestamp("2024-01-01")) == ""
    assert announcement("US", pd.Timestamp("2040-01-01")) == announcement(None, LAST) == ""
