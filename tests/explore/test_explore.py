"""What the sales look like before any model: sums are kept, periods that are cut off are said to be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.core.panel import Panel
from forecasting.explore.rhythm import rhythm
from forecasting.explore.summary import recent_periods, summarise
from forecasting.explore.timeline import default_view, thin, timeline, total, views
from forecasting.explore.unusual import unusual


@pytest.fixture
def panel() -> Panel:
    days = pd.date_range("2024-01-01", periods=58)
    random = np.random.default_rng(3)
    parts = [
        pd.DataFrame({"unique_id": "A", "ds": days, "y": random.poisson(5, 58), "price": 2.0, "promo": [0, 1] * 29}),
        pd.DataFrame({"unique_id": "B", "ds": days[20:], "y": random.poisson(1, 38), "price": np.nan, "promo": 0}),
        pd.DataFrame({"unique_id": "C", "ds": days[:1], "y": [0.0], "price": np.nan, "promo": 0}),
    ]
    static = pd.DataFrame({"name": ["lamp", "chair", "rug"]}, index=["A", "B", "C"])
    return Panel.build(pd.concat(parts), freq="D", static=static, known=["price"])


def test_summary_against_pandas(panel):
    table = summarise(panel)
    plain = panel.frame.groupby("unique_id")["y"]
    assert table["units"].to_dict() == plain.sum().to_dict()
    assert table.index[0] == "A"
    assert table.loc["A", "recent"] == panel.series("A")["y"].tail(recent_periods(panel)).sum()
    assert table.loc["A", "price"] == 2.0
    assert table.loc["A", "share"] == 1.0
    assert np.isnan(table.loc["B", "price"])
    assert pd.isna(table.loc["C", "last_sale"])
    assert table.loc["B", "name"] == "chair"


def test_summary_does_not_depend_on_the_size_of_its_blocks(panel, monkeypatch):
    whole = summarise(panel)
    monkeypatch.setattr("forecasting.explore.summary._BLOCK", 1)
    pd.testing.assert_frame_equal(summarise(panel), whole)


@pytest.mark.parametrize("view", ["D", "W-MON", "MS"])
def test_a_view_keeps_the_units(panel, view):
    assert timeline(panel, "A", view)["y"].sum() == panel.series("A")["y"].sum()
    assert total(panel, view)["y"].sum() == panel.frame["y"].sum()


def test_a_month_that_the_data_cuts_off_is_not_complete(panel):
    assert timeline(panel, "A", "MS")["complete"].tolist() == [True, False]
    assert timeline(panel, "A", "D")["complete"].all()


def test_a_week_that_is_mostly_missing_has_no_sales_rather_than_few():
    days = pd.date_range("2024-01-01", periods=21)
    sales = pd.DataFrame({"unique_id": "A", "ds": days, "y": 4.0})
    sales.loc[7:11, "y"] = np.nan
    assert np.isnan(timeline(Panel.build(sales, freq="D"), "A", "W-MON")["y"].iloc[1])


def test_a_shop_that_counts_ten_hours_has_days_and_sells_smoothly():
    hours = pd.date_range("2024-01-01", periods=24 * 30, freq="h")
    open_at = (hours.hour >= 8) & (hours.hour < 18)
    for shut in (np.nan, 0.0):
        sales = pd.DataFrame({"unique_id": "A", "ds": hours, "y": np.where(open_at, 3.0, shut), "price_paid": 2.5})
        panel = Panel.build(sales, freq="h")
        assert timeline(panel, "A", "D")["y"].tolist() == [30.0] * 30
        assert summarise(panel).loc["A", ["demand", "price"]].tolist() == ["smooth", 2.5]


def test_marks_of_promotion_are_a_share(panel):
    assert timeline(panel, "A", "W-MON")["promotion"].between(0.4, 0.6).all()
    assert (timeline(panel, "B", "W-MON")["promotion"] == 0).all()


def test_views_start_with_the_panel_itself(panel):
    assert list(views(panel.freq)) == ["D", "W-MON", "MS"]
    assert default_view("D") == "W-MON"
    assert default_view("MS") == "MS"


def test_thin_keeps_peaks():
    values = np.zeros(100_000)
    values[54_321] = 9
    frame = pd.DataFrame({"ds": pd.date_range("2020-01-01", periods=100_000, freq="h"), "y": values})
    assert thin(frame)["y"].max() == 9
    assert len(thin(frame)) <= 1_502


def test_grid_has_every_unit(panel):
    grid = rhythm(panel, "A").grid
    assert grid.shape == (7, 9)
    assert np.nansum(grid.to_numpy()) == panel.series("A")["y"].sum()


@pytest.mark.parametrize(
    ("freq", "count", "shape", "by"),
    [
        ("h", 24 * 21, (7, 24), "weekday and hour"),
        ("W-SUN", 110, (3, 53), "week and year"),
        ("MS", 30, (3, 12), "month and year"),
        ("QS", 9, (3, 4), "quarter and year"),
    ],
)
def test_the_grid_suits_the_calendar(freq, count, shape, by):
    days = pd.date_range("2023-01-01", periods=count, freq=freq)
    found = rhythm(Panel.build(pd.DataFrame({"unique_id": "A", "ds": days, "y": 1.0}), freq=freq), "A")
    assert (found.grid.shape, found.by) == (shape, by)
    assert np.nansum(found.grid.to_numpy()) == (7 * 24 if found.mean else count)


def test_years_have_no_rhythm():
    years = pd.date_range("2015-01-01", periods=9, freq="YS")
    assert rhythm(Panel.build(pd.DataFrame({"unique_id": "A", "ds": years, "y": 1.0}), freq="YS"), "A") is None


def test_nothing_stands_out_where_nothing_varies():
    flat = pd.DataFrame(
        {"ds": pd.date_range("2024-01-01", periods=9), "value": 3.0, "trend": 3.0, "seasonal": 0.0, "remainder": 0.0}
    )
    assert unusual(flat).empty
