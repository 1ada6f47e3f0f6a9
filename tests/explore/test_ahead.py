"""Blocks counted from the cutoff: whole weeks, exact sums, quantiles of sums."""

import numpy as np
import pandas as pd
import pytest

from forecasting.core.forecast import Forecast, Gaussian
from forecasting.core.panel import Panel
from forecasting.explore.ahead import ahead, beside, past, usual_error
from forecasting.models import make


@pytest.fixture
def panel() -> Panel:
    days = pd.date_range("2024-01-03", periods=31)  # Wednesday to Friday: no whole calendar weeks at either end
    return Panel.build(pd.DataFrame({"unique_id": "A", "ds": days, "y": np.arange(31.0)}))


def test_the_past_ends_with_a_whole_block(panel: Panel) -> None:
    frame = past(panel, "A", 7)
    assert frame["ds"].iloc[0] == pd.Timestamp("2024-01-06")
    assert frame["y"].tolist() == [sum(range(k, k + 7)) for k in (3, 10, 17, 24)]
    assert past(panel, None, 7).equals(frame)


def test_the_quantile_of_a_week_is_not_the_sum_of_daily_quantiles() -> None:
    errors = Gaussian(np.array([8.0]), np.array([[1.0] + [0.0] * 13]))
    dates = pd.date_range("2024-01-02", periods=14)
    forecast = Forecast("m", pd.Timestamp("2024-01-01"), ("A",), dates, np.full((1, 14), 50.0), errors)
    frame = ahead(forecast, 7)
    assert frame["mean"].tolist() == [350.0, 350.0]
    assert frame["p90"].iloc[0] == pytest.approx(350 + 1.2816 * 8 * np.sqrt(7), abs=0.01)
    assert len(ahead(forecast.select(["A"]), 1)) == 14


def test_what_was_said_stands_beside_what_happened(panel: Panel) -> None:
    known = panel.until(pd.Timestamp("2024-01-19"))
    forecast = make("window_mean").fit(known).forecast(14)
    frame = beside([forecast], panel, "A", 7)
    assert frame["actual"].tolist() == [sum(range(17, 24)), sum(range(24, 31))]
    expected = np.abs(frame["actual"] - frame["mean"]).mean()
    assert usual_error([forecast], panel, 7) == pytest.approx(expected)


def test_a_day_with_hours_that_nobody_counted_is_compared_on_the_others() -> None:
    hours = pd.date_range("2024-01-01", periods=24 * 10, freq="h")
    sales = pd.DataFrame({"unique_id": "A", "ds": hours, "y": np.where(hours.hour < 12, 5.0, np.nan)})
    panel = Panel.build(sales, freq="h")
    held_out = make("window_mean").fit(panel.until(hours[24 * 8 - 1])).forecast(48)
    assert usual_error([held_out], panel, 24) == pytest.approx(0.0, abs=1e-6)


def test_a_horizon_shorter_than_a_week_is_shown_by_day(panel: Panel) -> None:
    forecast = make("window_mean").fit(panel.until(pd.Timestamp("2024-01-30"))).forecast(3)
    frame = beside([forecast], panel, "A", 7)
    assert frame["actual"].tolist() == [28.0, 29.0, 30.0]
