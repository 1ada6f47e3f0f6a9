"""An event that comes again is learnt from the table of events, by every family; nothing else of the future is."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasting.calendar.calendar import Calendar, with_calendar
from forecasting.calendar.own import LUNAR, Entry
from forecasting.core.event import FESTIVAL, HOLIDAY, Event
from forecasting.core.panel import Panel
from forecasting.evaluation.backtest import Backtest, Window
from forecasting.features.design import design
from forecasting.features.events import event_columns
from forecasting.features.lookback import Lookback
from forecasting.features.terms import Terms
from forecasting.models import make
from forecasting.models.network.history import history_of

HORIZON = 21
FAIR = Calendar(events=(Entry("Fair", pd.Timestamp("2025-01-29"), pd.Timestamp("2025-02-04"), repeats=LUNAR),))


def shop(skus: int = 12) -> Panel:
    """Three fairs of a week, on other dates each year, at which everything sells half as much again; the last one is ahead."""
    days = pd.date_range("2021-06-01", "2024-02-20")
    during = np.zeros(len(days))
    for event in FAIR.days(days[0], days[-1]):
        during[(days >= event.start) & (days <= event.end)] = 1.0
    random = np.random.default_rng(2)
    usual = (1 + 0.3 * (days.dayofweek.to_numpy() > 4)) * (1 + 0.5 * during)
    frames = [
        pd.DataFrame({"unique_id": f"S{number}", "ds": days, "y": random.poisson((20 + 10 * number) * usual)})
        for number in range(skus)
    ]
    return Panel.build(pd.concat(frames))


def error_at_the_fair(name: str, panel: Panel) -> float:
    """WAPE of the fair's days in the last horizon."""
    (window,) = Backtest(HORIZON, windows=1).split(panel)
    forecast = make(name, horizon=HORIZON, seed=1).fit(window.train).forecast(HORIZON, window.future)
    actual = window.actual["y"].to_numpy().reshape(len(panel), HORIZON)
    fair = (forecast.dates >= "2024-02-10") & (forecast.dates <= "2024-02-16")
    assert fair.sum() == 7
    return float(np.abs(actual - forecast.mean)[:, fair].sum() / actual[:, fair].sum())


@pytest.mark.parametrize("name", ["linear", "boosting", pytest.param("arima", marks=pytest.mark.slow)])
def test_an_event_in_the_table_is_learnt_and_without_it_is_not(name: str) -> None:
    plain = shop(1 if name == "arima" else 12)
    told, untold = (error_at_the_fair(name, panel) for panel in (with_calendar(plain, FAIR), plain))
    assert untold > 0.25
    assert told < 0.6 * untold


def windows(panel: Panel) -> tuple[Window, Window]:
    """The first window as it was, and in a world in which everything after its cutoff was sold differently."""
    window = next(Backtest(HORIZON, windows=2).split(panel))
    y = panel.matrix()
    y[:, panel.calendar > window.cutoff] = 9_999.0
    other = replace(panel, columns=panel.columns | {"y": panel.rows(y)})
    return window, next(Backtest(HORIZON, windows=2).split(other))


@pytest.mark.parametrize("name", ["linear", "boosting"])
def test_events_are_a_plan_and_sales_after_the_cutoff_are_not(name: str) -> None:
    one, two = windows(with_calendar(shop(4), FAIR))
    assert one.train.digest == two.train.digest
    assert any(event.start > one.cutoff for event in one.train.events)
    forecasts = [make(name, horizon=HORIZON).fit(each.train).forecast(HORIZON, each.future).mean for each in (one, two)]
    np.testing.assert_array_equal(*forecasts)


def test_a_calendar_is_part_of_what_a_panel_is() -> None:
    plain = shop(1)
    told = with_calendar(plain, FAIR)
    assert told.digest != plain.digest
    assert with_calendar(told, None).digest == plain.digest
    assert told.until(pd.Timestamp("2023-01-01")).events == told.events
    assert told.select(["S0"]).events == told.events


def test_every_family_is_given_the_same_columns() -> None:
    panel = with_calendar(shop(2), FAIR)
    names = [column.name for column in event_columns(panel.events, panel.calendar, "D")]
    assert names == ["Fair", "before an event", "after an event"]
    lookback = Lookback.of(panel, 5, None)
    assert [name for name in lookback.names if name.startswith("event_")] == [
        "event_Fair_0", "event_before_an_event_1", "event_after_an_event_2",
    ]  # fmt: skip
    assert lookback.rows(100, np.zeros(1, dtype=int), np.ones(1, dtype=int)).shape == (1, len(lookback.names))
    history = history_of(panel, 5)
    assert history.topics.count("events") == 3
    assert history.calendar.shape == (len(panel.calendar) + 5, len(history.topics))


def test_weeks_and_months_have_no_days_before() -> None:
    may = [pd.Timestamp(f"2024-05-0{day}") for day in (1, 4, 5)]
    fair = [Event("Fair", may[1], may[2]), Event("May Day", may[0], may[0], HOLIDAY)]
    weeks = pd.date_range("2024-04-29", periods=2, freq="W-MON")
    assert {column.name: column.values.round(2).tolist() for column in event_columns(fair, weeks, "W-MON")} == {
        "Fair": [0.29, 0.0], "public holiday": [0.14, 0.0],
    }  # fmt: skip


def test_a_festival_of_weeks_waits_for_its_second_year() -> None:
    season = Event("Christmas run-up", pd.Timestamp("2023-11-27"), pd.Timestamp("2023-12-22"), FESTIVAL)
    day = Event("Singles' Day", pd.Timestamp("2023-11-11"), pd.Timestamp("2023-11-11"), FESTIVAL)
    made = design(replace(shop(1), events=(season, day)), 0, None, Terms())
    assert {column.name: column.needs for column in made.columns if column.term == "festivals"} == {
        "Christmas run-up": 730, "Singles' Day": 0,
    }  # fmt: skip
