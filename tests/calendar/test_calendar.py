import pandas as pd
import pytest

from forecasting.calendar.events import Event, days_since, days_to, events_from_frame, events_to_frame, share_of_period
from forecasting.calendar.festivals import festivals
from forecasting.calendar.holidays import COUNTRIES, announced_until, makeup_workdays, public_holidays
from forecasting.core.errors import InputError, SpecInvalid

FIRST, LAST = pd.Timestamp("2010-01-01"), pd.Timestamp("2035-12-31")


def starts(country: str, name: str) -> dict[int, str]:
    table = festivals(country, FIRST, LAST)
    found = table[table["name"] == name]
    return {start.year: f"{start:%m-%d}" for start in found["start"]}


def test_lunar_new_year_and_mid_autumn_follow_the_moon() -> None:
    new_year = starts("CN", "春节 Chinese New Year")
    assert [new_year[year] for year in (2024, 2025, 2026, 2027)] == ["02-10", "01-29", "02-17", "02-06"]
    assert starts("CN", "中秋 Mid-Autumn")[2025] == "09-22"  # two weeks before 6 October


def test_qixi_is_37_or_38_days_before_mid_autumn() -> None:
    table = festivals("CN", FIRST, pd.Timestamp("2030-12-31")).set_index("name")
    qixi, autumn = table.loc["七夕 Qixi", "end"], table.loc["中秋 Mid-Autumn", "end"]
    gaps = (autumn.reset_index(drop=True) - qixi.reset_index(drop=True)).dt.days
    assert len(gaps) == 21
    assert gaps.isin([37, 38]).all()


def test_western_festivals() -> None:
    assert starts("GB", "Black Friday")[2024] == "11-29"
    assert starts("US", "Cyber Monday")[2024] == "12-02"
    assert starts("GB", "Easter")[2024] == "03-24"
    assert starts("US", "Prime Day")[2024] == "07-16"
    assert "Mothering Sunday" not in festivals("US", FIRST, LAST)["name"].to_numpy()


def test_a_run_up_that_begins_in_the_old_year_belongs_to_it() -> None:
    table = festivals("CN", pd.Timestamp("2022-12-01"), pd.Timestamp("2022-12-31"))
    assert pd.Timestamp("2022-12-25") in table["start"].to_numpy()


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_country_offered_has_holidays_far_ahead(country: str) -> None:
    assert public_holidays(country, pd.Timestamp("2034-01-01"), LAST)
    assert isinstance(makeup_workdays(country, FIRST, LAST), tuple)


def test_makeup_workdays_are_known_only_as_far_as_announced() -> None:
    year = announced_until("CN")
    assert year is not None
    assert year >= 2026
    assert makeup_workdays("CN", pd.Timestamp(year + 1, 1, 1), pd.Timestamp(year + 2, 1, 1)) == ()


def test_an_unknown_country_is_refused() -> None:
    with pytest.raises(SpecInvalid, match="'XX' has no table of holidays"):
        public_holidays("XX", FIRST, LAST)


def test_events_go_through_a_table_and_back() -> None:
    events = (Event("Fair", pd.Timestamp("2024-05-04"), pd.Timestamp("2024-05-06")),)
    assert events_from_frame(events_to_frame(events)) == events
    assert events_from_frame(events_to_frame(())) == ()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"name": ["Fair"], "start": ["soon"], "end": [None]}, "'Fair' has the date 'soon'"),
        ({"name": ["Fair"], "start": ["2024-05-04"], "end": ["2024-05-01"]}, "before its start"),
        ({"name": ["Fair"]}, "no column 'start'"),
    ],
)
def test_a_table_of_events_that_cannot_be_used_says_why(row: dict[str, list[object]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        events_from_frame(pd.DataFrame(row))


def test_an_event_fills_its_share_of_a_month_and_of_hours() -> None:
    fair = [Event("Fair", pd.Timestamp("2024-01-31"), pd.Timestamp("2024-02-01"))]
    months = share_of_period(fair, pd.date_range("2024-01-01", periods=3, freq="MS"), "MS")
    assert months.tolist() == pytest.approx([1 / 31, 1 / 29, 0])
    hours = share_of_period(fair, pd.date_range("2024-02-01 22:00", periods=4, freq="h"), "h")
    assert hours.tolist() == [1, 1, 0, 0]


def test_distances_are_to_the_nearest_event_on_the_right_side() -> None:
    events = [Event("A", pd.Timestamp("2024-01-03"), pd.Timestamp("2024-01-03"))]
    events += [Event("B", pd.Timestamp("2024-01-06"), pd.Timestamp("2024-01-07"))]
    days = pd.date_range("2024-01-01", periods=8)
    assert days_to(events, days).tolist() == [2, 1, 0, 2, 1, 0, 0, 60]
    assert days_since(events, days).tolist() == [60, 60, 0, 1, 2, 0, 0, 1]
