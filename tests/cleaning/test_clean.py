"""Cleaning: every rule alone, the account of each cell, and the way back."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.cleaning import Cleaning, OneHot, Ordinal, Scaler, clean, emptiness, resolve_duplicates
from forecasting.cleaning.fills import FILLS, fill
from forecasting.cleaning.outliers import find_outliers
from forecasting.cleaning.scaling import SCALERS
from forecasting.core.errors import SpecInvalid
from forecasting.core.panel import Panel


def panel_of(y: list[float], **columns: list[float]) -> Panel:
    frame = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=len(y)), "y": y, **columns})
    return Panel.build(frame, freq="D", known=[c for c in columns if c == "promo"])


WEEK = [5.0, 6, 5, 7, 6, 12, 14]


def test_weekday_mean_is_the_mean_of_the_last_eight_same_weekdays() -> None:
    y = np.array([[float(v) for w in range(10) for v in (w, 10, 20, 30, 40, 50, 60)]])
    y[0, 63] = np.nan
    assert fill(y, 7, "weekday_mean")[0, 63] == np.mean(range(1, 9))


@pytest.mark.parametrize("method", FILLS)
def test_a_past_only_fill_does_not_see_the_future(method: str) -> None:
    y = np.array([WEEK * 12], dtype=float)
    y[0, 40] = np.nan
    later = y.copy()
    later[0, 41:] *= 7
    assert fill(y, 7, method, past_only=True)[0, 40] == fill(later, 7, method, past_only=True)[0, 40]


@pytest.mark.parametrize("method", FILLS)
def test_fills_keep_what_is_known_and_leave_no_hole(method: str) -> None:
    y = np.array([WEEK * 12], dtype=float)
    y[0, [10, 11, 60]] = np.nan
    filled = fill(y, 7, method)
    known = np.isfinite(y)
    assert (filled[known] == y[known]).all()
    assert np.isfinite(filled).all()
    assert (filled >= 0).all()


def test_seasonal_fill_knows_the_weekday() -> None:
    y = np.array([WEEK * 12], dtype=float)
    y[0, [47, 48]] = np.nan
    assert fill(y, 7, "seasonal")[0, [47, 48]] == pytest.approx([12, 14], rel=0.1)


@pytest.mark.parametrize("test", ["box", "z", "robust_z"])
def test_a_spike_is_found_and_a_promotion_is_spared(test: str) -> None:
    rng = np.random.default_rng(1)
    y = (np.array(WEEK * 16) + rng.integers(0, 3, 112)).tolist()
    y[50] = y[80] = 150.0
    promo = [0.0] * 112
    promo[80] = 1.0
    done = clean(panel_of(y, promo=promo), Cleaning(outliers=test, outlier_action="cap"))
    capped = done.cells[done.cells["rule"].str.contains("capped")]
    assert pd.Timestamp("2024-02-20") in set(capped["ds"])
    assert pd.Timestamp("2024-03-21") not in set(capped["ds"])
    assert "kept" in done.cells.set_index("ds").loc["2024-03-21", "flags"]


def test_a_festival_is_spared() -> None:
    y = WEEK * 16
    y[50] = 150.0
    done = clean(panel_of(y), Cleaning(outlier_action="cap"), protected=[pd.Timestamp("2024-02-20")])
    assert not done.cells["rule"].str.contains("capped").any()


def test_slow_sellers_are_not_all_outliers() -> None:
    rng = np.random.default_rng(2)
    y = np.where(rng.random((1, 400)) < 0.75, 0.0, rng.integers(1, 4, (1, 400)).astype(float))
    assert find_outliers(y, 7, "box").where.sum() < 0.02 * 400


def test_days_without_stock_are_missing_and_the_sell_out_day_is_kept() -> None:
    y, stock = WEEK * 6, [50.0] * 42
    y[20], stock[20] = 3.0, 0.0
    y[21] = y[22] = stock[21] = stock[22] = 0.0
    done = clean(panel_of(y, stock=stock), Cleaning(fill="none", outliers="none"))
    assert np.isnan(done.panel.frame["y"].to_numpy()[[21, 22]]).all()
    assert done.panel.frame["y"].iloc[20] == 3.0
    assert done.cells.set_index("ds").loc["2024-01-21", "flags"] == "sold out on this day"


def test_without_a_stock_column_stock_outs_are_only_suggested() -> None:
    y = WEEK * 12
    y[30:45] = [0.0] * 15
    y[3] = y[9] = 0.0
    done = clean(panel_of(y), Cleaning(fill="none", outliers="none"))
    assert done.cells["flags"].str.contains("maybe").sum() == 15
    assert done.panel.frame["y"].tolist() == y


def test_every_change_is_in_the_account_and_can_be_undone() -> None:
    y = WEEK * 16
    y[50], y[70] = 150.0, np.nan
    panel = panel_of(y)
    done = clean(panel, Cleaning(outlier_action="cap"))
    changed = panel.frame["y"].to_numpy() != done.panel.frame["y"].to_numpy()
    assert changed.sum() == (done.cells["rule"] != "").sum()
    back = done.undo(rule="fill: weekday_mean")
    assert np.isnan(back.panel.frame["y"].iloc[70])
    assert back.panel.frame["y"].iloc[50] != 150.0
    one = done.undo(cells=[("A", pd.Timestamp("2024-02-20"))])
    assert one.panel.frame["y"].iloc[50] == 150.0
    assert done.undo().panel.digest == panel.digest


def test_listing_rules_are_off_until_asked_for() -> None:
    y = [0.0, 0, 1, 0, 2, 0, 0]
    assert clean(panel_of(y)).panel.frame["y"].tolist() == y
    done = clean(panel_of(y), Cleaning(before_first_sale=True, after_last_sale=True))
    assert np.isnan(done.panel.frame["y"].to_numpy()).tolist() == [True, True, False, False, False, True, True]
    assert emptiness(panel_of(y)).zero == 1


def test_wrong_choices_are_refused_in_words() -> None:
    with pytest.raises(SpecInvalid, match="choose one of"):
        Cleaning(fill="magic")
    with pytest.raises(SpecInvalid, match="choose one of"):
        Scaler.fit("magic", np.ones((1, 3)))


def test_duplicates_repeat_sum_and_clash() -> None:
    frame = pd.DataFrame({"unique_id": list("AAAB"), "ds": pd.to_datetime(["2024-01-01"] * 4), "y": [2.0, 2.0, 3.0, 1.0]})
    assert resolve_duplicates(frame).frame["y"].tolist() == [5.0, 1.0]
    assert resolve_duplicates(frame, conflicts="last").frame["y"].tolist() == [3.0, 1.0]


@pytest.mark.parametrize("kind", SCALERS)
@given(data=st.lists(st.lists(st.floats(0, 1e6), min_size=3, max_size=3), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_scalers_come_back_to_units(kind: str, data: list[list[float]]) -> None:
    y = np.array(data)
    scaler = Scaler.fit(kind, y)
    assert np.allclose(scaler.inverse(scaler.transform(y)), y, rtol=1e-9, atol=1e-9)


@given(st.lists(st.text(max_size=4), min_size=1, max_size=60))
@settings(max_examples=60, deadline=None)
def test_codes_come_back_to_words(words: list[str]) -> None:
    clean_words = [w.replace("\x00", "") for w in words]
    hot, order = OneHot.fit(clean_words), Ordinal.fit(clean_words)
    assert len(hot.levels) <= 21
    assert all(a in (b, "unknown") for a, b in zip(hot.inverse(hot.transform(clean_words)), clean_words, strict=True))
    assert order.inverse(order.transform(clean_words)) == clean_words


def test_a_day_on_display_or_a_holiday_is_spared_too() -> None:
    days = pd.date_range("2024-01-01", periods=112)
    y = np.tile([3.0, 4, 5, 4, 3, 8, 9], 16)
    y[80] = 90.0
    frame = pd.DataFrame({"unique_id": "A", "ds": days, "y": y, "display": 0.0, "price": 0.9})
    frame.loc[80, "display"] = 0.4
    spec = Cleaning(outliers="robust_z", outlier_action="cap")
    assert clean(Panel.build(frame, known=["display", "price"]), spec).panel.frame["y"][80] == 90.0
    assert clean(Panel.build(frame, known=["price"]), spec).panel.frame["y"][80] < 90.0
