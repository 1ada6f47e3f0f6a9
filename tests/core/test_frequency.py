import pandas as pd
import pytest

from forecasting.core.errors import PanelInvalid
from forecasting.core.frequency import grain, infer_freq, normalise_freq, to_period_start


@pytest.mark.parametrize("freq", ["D", "W-MON", "W-SUN", "W-THU", "MS", "QS", "YS", "h"])
def test_infers_what_made_the_dates_even_with_holes(freq):
    dates = pd.date_range("2020-01-01", periods=60, freq=freq)
    assert infer_freq(dates.delete([7, 8, 21, 40])) == freq


def test_a_shop_closed_on_weekends_is_daily():
    assert infer_freq(pd.bdate_range("2024-01-01", periods=100)) == "D"


def test_month_ends_are_months():
    assert infer_freq(pd.date_range("2022-01-31", periods=24, freq="ME")) == "MS"


def test_half_hours():
    assert grain(infer_freq(pd.date_range("2024-01-01", periods=100, freq="30min"))).season_length == 48


def test_unknown_frequency_is_refused():
    with pytest.raises(PanelInvalid, match="'fortnight' is not known"):
        normalise_freq("fortnight")


@pytest.mark.parametrize(
    ("freq", "expected"),
    [("D", "2024-05-16"), ("W-MON", "2024-05-13"), ("W-SUN", "2024-05-12"), ("MS", "2024-05-01"), ("YS", "2024-01-01")],
)
def test_a_timestamp_moves_back_to_the_start_of_its_period(freq, expected):
    moved = to_period_start(pd.Series(pd.to_datetime(["2024-05-16 17:30"])), freq)
    assert moved.iloc[0] == pd.Timestamp(expected)
