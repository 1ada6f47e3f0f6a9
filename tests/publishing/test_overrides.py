"""Overrides change sums exactly, at every level, and nothing of the log is ever lost."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.core.errors import SpecInvalid
from forecasting.core.forecast import Forecast, Gaussian
from forecasting.core.panel import Panel
from forecasting.publishing import Log, Override, final_units, parse_formula, told_apart
from forecasting.publishing.overrides import all_added

IDS = ("A", "B", "C")
DAYS = pd.date_range("2025-03-01", periods=6)


@pytest.fixture(scope="module")
def panel() -> Panel:
    past = pd.date_range("2025-02-01", periods=28)
    frame = pd.concat(pd.DataFrame({"unique_id": sku, "ds": past, "y": 1.0}) for sku in IDS)
    static = pd.DataFrame({"category": ["toys", "toys", "lamps"]}, index=list(IDS))
    return Panel.build(frame, static=static)


@pytest.fixture
def forecast() -> Forecast:
    mean = np.array([[10.0] * 6, [30.0] * 6, [0.0] * 6])
    return Forecast("mean", pd.Timestamp("2025-02-28"), IDS, DAYS, mean, Gaussian(np.ones(3), np.ones((3, 6))))


def change(formula: str, level: str = "sku", key: str = "A", first: int = 0, last: int = 5) -> Override:
    return Override(0, level, key, DAYS[first], DAYS[last], formula, "Promotion")


def final(forecast: Forecast, panel: Panel, *overrides: Override) -> np.ndarray:
    return final_units(forecast, panel, all_added(Log(), overrides))


def test_without_overrides_it_is_the_mean(forecast, panel):
    np.testing.assert_array_equal(final(forecast, panel), forecast.mean)


def test_a_category_is_split_in_proportion(forecast, panel):
    units = final(forecast, panel, change("+240", "category", "toys"))
    assert units[:2].sum() == pytest.approx(480.0)
    np.testing.assert_allclose(units[1] / units[0], 3.0)
    np.testing.assert_array_equal(units[2], forecast.mean[2])


def test_what_had_nothing_is_split_evenly(forecast, panel):
    np.testing.assert_allclose(final(forecast, panel, change("60", "sku", "C"))[2], 10.0)


def test_only_the_chosen_periods_change(forecast, panel):
    units = final(forecast, panel, change("*2", first=1, last=2))
    np.testing.assert_array_equal(units[0], [10, 20, 20, 10, 10, 10])


def test_later_overrides_work_on_earlier_ones(forecast, panel):
    units = final(forecast, panel, change("+60"), change("*0.5", "all", ""))
    assert units[0].sum() == pytest.approx(60.0)
    assert units.sum() == pytest.approx(150.0)


def test_nothing_goes_below_zero(forecast, panel):
    assert final(forecast, panel, change("-1000"))[0].sum() == 0.0


def test_periods_that_are_past_take_their_share_along(forecast, panel):
    override = Override(0, "sku", "A", DAYS[0] - pd.Timedelta(days=6), DAYS[5], "=120", "Promotion")
    assert final(forecast, panel, override)[0].sum() == pytest.approx(60.0)


def test_an_override_of_another_forecast_changes_nothing(forecast, panel):
    gone = Override(0, "sku", "Z", DAYS[0], DAYS[5], "*9", "Promotion")
    past = Override(0, "sku", "A", DAYS[0] - pd.Timedelta(days=9), DAYS[0] - pd.Timedelta(days=1), "*9", "Promotion")
    unknown = Override(0, "colour", "red", DAYS[0], DAYS[5], "*9", "Promotion")
    np.testing.assert_array_equal(final(forecast, panel, gone, past, unknown), forecast.mean)


def test_undo_is_an_entry_too(forecast, panel):
    log = Log().added(change("*2")).added(change("+6", "sku", "B"))
    back = log.undone(1, written="2025-03-01")
    assert len(back) == 3
    assert [entry.number for entry in back.in_force] == [2]
    np.testing.assert_array_equal(final_units(forecast, panel, back)[0], forecast.mean[0])
    with pytest.raises(SpecInvalid, match="no override number 1 in force"):
        back.undone(1)


@pytest.mark.parametrize("override", [change("two"), Override(0, "sku", "A", DAYS[0], DAYS[1], "+5", "")])
def test_what_cannot_be_used_is_not_logged(override):
    with pytest.raises(SpecInvalid):
        Log().added(override)


@pytest.mark.parametrize("text", ["", "abc", "+", "1,250", "10 %", "/0", "=1+1", "1e9", "--5", "SUM(A1)"])
def test_what_is_no_change_is_refused_in_one_sentence(text):
    with pytest.raises(SpecInvalid):
        parse_formula(text)


@given(
    formula=st.sampled_from(["+17", "-4", "*1.3", "/2", "+12 %", "-8%", "33", "=0"]),
    level=st.sampled_from([("sku", "A"), ("category", "toys"), ("all", "")]),
    first=st.integers(0, 5),
    length=st.integers(0, 5),
)
def test_the_sum_is_what_was_asked_for(formula, level, first, length):
    past = pd.date_range("2025-02-01", periods=28)
    frame = pd.concat(pd.DataFrame({"unique_id": sku, "ds": past, "y": 1.0}) for sku in IDS)
    panel = Panel.build(frame, static=pd.DataFrame({"category": ["toys", "toys", "lamps"]}, index=list(IDS)))
    mean = np.random.default_rng(3).gamma(2.0, 5.0, (3, 6))
    forecast = Forecast("mean", pd.Timestamp("2025-02-28"), IDS, DAYS, mean, Gaussian(np.ones(3), np.ones((3, 6))))
    last = min(5, first + length)
    rows = {"A": [0], "toys": [0, 1], "": [0, 1, 2]}[level[1]]
    cells = np.ix_(rows, range(first, last + 1))
    units = final(forecast, panel, change(formula, *level, first=first, last=last))
    assert units[cells].sum() == pytest.approx(parse_formula(formula).of(float(mean[cells].sum())))
    untouched = np.ones(mean.shape, dtype=bool)
    untouched[cells] = False
    np.testing.assert_array_equal(units[untouched], mean[untouched])


def table(*rows: tuple[str, str, object]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["sku", "date", "final"])
    return frame.assign(date=pd.to_datetime(frame["date"]))


def test_an_edited_file_becomes_one_override_for_each_cell():
    exported = table(("A", "2025-03-01", 10.0), ("A", "2025-03-02", 10.0), ("B", "2025-03-01", 30.0))
    edited = table(("A", "2025-03-01", 10.0001), ("B", "2025-03-01", 45.0))
    (only,) = told_apart(edited, exported, "Promotion", "from a file")
    assert (only.level, only.key, only.first, only.last, only.formula) == ("sku", "B", DAYS[0], DAYS[0], "=45.0000")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("A", "2025-03-01", "many"), "is no number of units"),
        (("A", "2025-03-01", -1.0), "is no number of units"),
        (("Z", "2025-03-01", 1.0), "is not in the forecast"),
    ],
)
def test_a_file_with_a_wrong_cell_is_refused_with_its_place(row, words):
    with pytest.raises(SpecInvalid, match=words):
        told_apart(table(row), table(("A", "2025-03-01", 10.0)), "Promotion")
