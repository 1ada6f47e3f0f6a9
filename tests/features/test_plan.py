import numpy as np
import pandas as pd
import pytest

from forecasting.core.errors import InputError
from forecasting.core.model import future_grid
from forecasting.core.panel import Panel
from forecasting.features.plan import complete_plan


@pytest.fixture
def panel() -> Panel:
    days = pd.date_range("2024-01-01", periods=10)
    frames = [
        pd.DataFrame({"unique_id": name, "ds": days, "y": 3.0, "price": 9.0, "promo": 0, "stock": 5}) for name in ("7", "8")
    ]
    return Panel.build(pd.concat(frames), known=["price", "promo"])


def test_no_plan_is_no_future(panel: Panel) -> None:
    assert complete_plan(panel, None, 3) is None
    assert complete_plan(panel, pd.DataFrame({"date": ["2024-01-11"], "weather": [1]}), 3) is None


def test_rows_are_those_of_the_grid_and_only_what_is_planned_is_covered(panel: Panel) -> None:
    plan = pd.DataFrame({"date": pd.date_range("2024-01-11", periods=3), "promo": [0, 1, 0], "stock": 1})
    complete = complete_plan(panel, plan, 3)
    assert complete is not None
    future = complete.future
    assert list(future.columns) == ["unique_id", "ds", "promo"]
    pd.testing.assert_frame_equal(future[["unique_id", "ds"]], future_grid(panel, 3))
    assert future["promo"].tolist() == [0, 1, 0, 0, 1, 0]


def test_a_row_of_the_sku_goes_before_a_row_for_all(panel: Panel) -> None:
    plan = pd.DataFrame({"sku": [np.nan, 8], "date": ["2024-01-11", "2024-01-11"], "price": [5.0, 6.0]})
    complete = complete_plan(panel, plan, 1)
    assert complete is not None
    assert complete.future["price"].tolist() == [5.0, 6.0]


def test_what_does_not_fit_is_left_out_and_said(panel: Panel) -> None:
    plan = pd.DataFrame({"sku": ["9", "7", "7"], "date": ["2024-01-11", "2024-02-11", "2024-01-12"], "promo": [1, 1, 1]})
    complete = complete_plan(panel, plan, 2)
    assert complete is not None
    assert complete.future["promo"].tolist() == [0, 1, 0, 0]
    strangers, outside, missing = complete.notes
    assert strangers.startswith("1 rows of the plan name SKUs without sales, such as '9'")
    assert "outside of 2024-01-11 to 2024-01-12" in outside
    assert "no 'promo' for 3 of 4" in missing


def test_what_is_open_is_filled_with_the_last_price_and_no_promotion(panel: Panel) -> None:
    plan = pd.DataFrame({"date": ["2024-01-11"], "price": [4.0], "promo": [1]})
    complete = complete_plan(panel, plan, 2)
    assert complete is not None
    assert complete.future["price"].tolist() == [4, 9, 4, 9]
    assert complete.future["promo"].tolist() == [1, 0, 1, 0]
    (note,) = complete.notes  # one sentence for both, which miss the same
    assert "no 'price', 'promo' for 2 of 4" in note


def test_a_promotion_that_ends_takes_its_price_along() -> None:
    days = pd.date_range("2024-01-01", periods=4)
    ended = pd.DataFrame({"unique_id": "7", "ds": days, "y": 3.0, "price": [9.0, 9.0, 8.5, 6.0], "promo": [0, 0, 0, 1]})
    always = pd.DataFrame({"unique_id": "8", "ds": days, "y": 3.0, "price": [5.0, 5.0, 5.0, 4.0], "promo": 1})
    never = pd.DataFrame({"unique_id": "9", "ds": days, "y": 3.0, "price": [2.0, 2.0, 2.0, 3.0], "promo": 0})
    panel = Panel.build(pd.concat([ended, always, never]), known=["price", "promo"])
    complete = complete_plan(panel, pd.DataFrame({"date": ["2024-01-05"], "promo": [0], "price": [np.nan]}), 1)
    assert complete is not None
    assert complete.future["price"].tolist() == [8.5, 4.0, 3.0]


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"sku": ["9"], "date": ["2024-01-11"], "promo": [1]}, "2024-01-11 to 2024-01-12 over 2 SKUs.*'9'"),
        ({"date": ["2024-02-11"], "promo": [1]}, "No row of the plan.*2024-02-11"),
        ({"date": ["2024-01-11"] * 2, "promo": [1, 0]}, "more than one row for all SKUs on 2024-01-11"),
        ({"date": ["soon"], "promo": [1]}, "'soon', which cannot be read"),
        ({"date": ["2024-01-11"], "promo": ["yes"]}, "'yes' in the column 'promo'"),
        ({"promo": [1]}, "no column 'date'"),
    ],
)
def test_a_plan_that_cannot_be_used_says_why(panel: Panel, plan: dict[str, list[object]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        complete_plan(panel, pd.DataFrame(plan), 2)
