import numpy as np
import pandas as pd
import pytest

from forecasting.core.panel import Panel
from forecasting.features.newcomers import tempered
from forecasting.models import make


@pytest.fixture
def shop() -> Panel:
    """Ten SKUs that sell about five a day, and one listed yesterday with a bulk order, as the gift shop's SKU 23843 was."""
    days = pd.date_range("2024-01-01", periods=60)
    steady = [pd.DataFrame({"unique_id": f"S{i}", "ds": days, "y": 4.0 + i % 3}) for i in range(10)]
    bulk = pd.DataFrame({"unique_id": "bulk", "ds": days[-1:], "y": 80_995.0})
    return Panel.build(pd.concat([*steady, bulk]))


@pytest.mark.parametrize("name", ["window_mean", "linear", "arima", "ets", "croston_sba"])
def test_one_bulk_order_is_no_forecast(shop: Panel, name: str) -> None:
    total = make(name, horizon=28).fit(shop).forecast(28).total()
    assert total[list(shop.ids).index("bulk")] < 28 * 1000
    assert total[0] == pytest.approx(28 * 4, rel=0.2)


def test_levels_keep_their_scale_and_a_lone_newcomer_its_own() -> None:
    level, count = np.array([5.0, 7.0, 900.0]), np.array([90, 90, 2])
    np.testing.assert_allclose(tempered(1000 * level, count), 1000 * tempered(level, count))
    assert tempered(np.array([900.0]), np.array([2])).tolist() == [900.0]
