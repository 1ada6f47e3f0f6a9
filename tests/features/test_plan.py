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
    future = complete_plan(panel, plan, 3)
    assert future is not None
    assert list(future.columns) == ["unique_id", "ds", "promo"]
    pd.testing.assert_frame_equal(future[["unique_id", "ds"]], future_grid(panel, 3))
    assert future["promo"].tolist() == [0, 1, 0, 0, 1, 0]


def test_a_row_of_the_sku_goes_before_a_row_for_all(panel: Panel) -> None:
    plan = pd.DataFrame({"sku": [np.nan, 8], "date": ["2024-01-11", "2024-01-11"], "price": [5.0, 6.0]})
    future = complete_plan(panel, plan, 1)
    assert future is not None
    assert future["price"].tolist() == [5.0, 6.0]


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"sku": ["9"], "date": ["2024-01-11"], "promo": [1]}, "'9'.*not among the 2 SKUs"),
        ({"date": ["2024-02-11"], "promo": [1]}, "2024-02-11.*2024-01-11 to 2024-01-12"),
        ({"date": ["2024-01-11"], "promo": [1]}, "no 'promo' for SKU '7' on 2024-01-12 and 1 more"),
        ({"date": ["2024-01-11"] * 2, "promo": [1, 0]}, "more than one row for all SKUs on 2024-01-11"),
        ({"date": ["soon"], "promo": [1]}, "'soon', which cannot be read"),
        ({"date": ["2024-01-11"], "promo": ["yes"]}, "'yes' in the column 'promo'"),
        ({"promo": [1]}, "no column 'date'"),
    ],
)
def test_a_plan_that_cannot_be_used_says_why(panel: Panel, plan: dict[str, list[object]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        complete_plan(panel, pd.DataFrame(plan), 2)
