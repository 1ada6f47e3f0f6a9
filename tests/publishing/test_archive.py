"""A published forecast stays as it was said, and is judged by hand-computed numbers when the sales are in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting import exchange
from forecasting.core.errors import InputError
from forecasting.core.forecast import Forecast, Gaussian
from forecasting.core.panel import Panel
from forecasting.publishing import Log, Override, Published, publish, review

PAST = pd.date_range("2025-02-01", periods=28)
AHEAD = pd.date_range("2025-03-01", periods=4)


def panel_of(days: pd.DatetimeIndex, **sales: list[float]) -> Panel:
    return Panel.build(pd.concat(pd.DataFrame({"unique_id": sku, "ds": days, "y": y}) for sku, y in sales.items()))


def said(mean: list[list[float]]) -> Forecast:
    units = np.array(mean)
    return Forecast("ets", PAST[-1], ("A", "B"), AHEAD, units, Gaussian(np.ones(2), np.eye(4)[[0, 0]]))


@pytest.fixture
def published() -> Published:
    panel = panel_of(PAST, A=[5.0] * 28, B=[2.0] * 28)
    log = Log().added(Override(0, "sku", "A", AHEAD[0], AHEAD[1], "+4", "Promotion"))
    return publish(said([[5.0] * 4, [2.0] * 4]), said([[8.0] * 4, [2.0] * 4]), panel, log, "2025-02-28T10:00")


def test_it_is_judged_on_what_has_come_in(published):
    later = panel_of(PAST.append(AHEAD[:2]), A=[5.0] * 28 + [7, 8], B=[2.0] * 28 + [2, 3])
    found = review((published,), later)
    (row,) = found.by_forecast.to_dict("records")
    assert row["cells"] == 4
    assert row["wape"] == pytest.approx((2 + 3 + 0 + 1) / 20)
    assert row["bias"] == pytest.approx(-6 / 20)
    assert row["wape_final"] == pytest.approx((0 + 1 + 0 + 1) / 20)
    assert row["wape_baseline"] == pytest.approx((1 + 0 + 0 + 1) / 20)
    assert found.by_lag["wape"].tolist() == pytest.approx([2 / 9, 4 / 11])
    assert found.by_sku["unique_id"].tolist() == ["A", "B"]
    (reason,) = found.by_reason.to_dict("records")
    assert reason["added"] == pytest.approx((2 + 3 - 0 - 1) / 15)


def test_nothing_is_known_before_sales_come_in(published):
    found = review((published,), panel_of(PAST, A=[5.0] * 28, B=[2.0] * 28))
    assert not found.known
    assert len(found.by_sku) == 0


def test_skus_that_are_gone_and_a_shop_without_sales_do_not_fall_over(published):
    gone = review((published,), panel_of(PAST.append(AHEAD), C=[1.0] * 32))
    assert not gone.known
    silent = review((published,), panel_of(PAST.append(AHEAD), A=[0.0] * 32))
    assert np.isnan(silent.by_forecast["wape"][0])


def test_an_empty_archive_says_what_to_do():
    with pytest.raises(InputError, match="publish one"):
        review((), panel_of(PAST, A=[5.0] * 28))


def test_it_survives_the_way_to_disk(published, tmp_path: Path):
    exchange.save(published, tmp_path / "published")
    back = exchange.load(tmp_path / "published")
    np.testing.assert_array_equal(back.final, published.final)
    assert back.overrides == published.overrides
