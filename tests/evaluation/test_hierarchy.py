"""Sums add up: of SKUs to categories and the total, before and after reconciliation, and in whole units."""

import numpy as np
import pandas as pd
import pytest

from forecasting.core.errors import FitFailed, SpecInvalid
from forecasting.core.panel import Panel
from forecasting.evaluation.hierarchy import Hierarchy, reconciled, whole_units
from forecasting.workflow import Sums, Tree


def shop(skus: int) -> Hierarchy:
    return Hierarchy(("dairy", "fruit", "tools"), np.arange(skus) % 3)


def test_reconciled_forecasts_are_those_of_least_squares_where_no_bound_is_met() -> None:
    rng = np.random.default_rng(0)
    hierarchy, below = shop(7), rng.uniform(50, 100, (7, 4))
    above, scale = hierarchy.sums(below) * rng.uniform(0.9, 1.1, (4, 4)), rng.uniform(1, 9, 11)
    summing = np.concatenate([hierarchy.summing.toarray(), np.eye(7)])
    weighted = summing.T / scale**2
    expected = np.linalg.solve(weighted @ summing, weighted @ np.concatenate([above, below]))
    np.testing.assert_allclose(reconciled(hierarchy, above, below, scale), expected, rtol=1e-4)


def test_reconciled_forecasts_never_fall_below_zero_and_keep_dead_skus_at_zero() -> None:
    hierarchy, below = shop(6), np.full((6, 3), 2.0)
    below[0] = 0.0
    scale = np.array([1.0, 1, 1, 1, 0, 2, 2, 2, 2, 2])
    result = reconciled(hierarchy, np.full((4, 3), 0.5), below, scale)
    assert (result >= 0).all()
    np.testing.assert_allclose(result[0], 0.0, atol=1e-3)


def test_a_sku_without_errors_is_not_moved_by_one_that_sells_millions() -> None:
    below = np.array([[1e9], [0.0], [12.0], [30.0]])
    scale = np.array([9e7, 1e8, 0.0, 0.0, 6.0])
    result = reconciled(Hierarchy((), np.zeros(4, dtype=int)), np.array([[1.1e9]]), below, scale)
    np.testing.assert_allclose(result[1:], below[1:])
    assert 1e9 < result[0, 0] < 1.1e9


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e12])
def test_reconciliation_does_not_mind_the_unit(scale: float) -> None:
    hierarchy, below = shop(6), np.arange(1.0, 13).reshape(6, 2)
    args = (hierarchy.sums(below) * 1.1, below, np.full(10, 2.0))
    expected = reconciled(hierarchy, *args)
    np.testing.assert_allclose(reconciled(hierarchy, *(scale * arg for arg in args)) / scale, expected, rtol=1e-5)


def test_a_solver_without_an_answer_is_told() -> None:
    with pytest.raises(FitFailed, match="could not be brought into line"):
        reconciled(shop(6), np.full((4, 2), np.nan), np.ones((6, 2)), np.ones(10))


@pytest.mark.parametrize("seed", range(4))
def test_whole_units_add_up_in_every_period_and_every_sku_keeps_its_sum(seed: int) -> None:
    rng = np.random.default_rng(seed)
    hierarchy, mean = shop(40), rng.gamma(0.3, 2.0, (40, 28)) * (rng.random((40, 1)) > 0.1)
    units = whole_units(hierarchy, mean)
    assert (units == np.round(units)).all()
    assert (units >= 0).all()
    sums, exact = hierarchy.sums(units), hierarchy.sums(mean)
    np.testing.assert_array_equal(sums[0], sums[1:].sum(axis=0))
    assert np.abs(sums.cumsum(axis=1) - exact.cumsum(axis=1)).max() <= 1.5
    assert np.abs(units.sum(axis=1) - mean.sum(axis=1)).max() <= 2.0


def panel() -> Panel:
    days = pd.date_range("2024-01-01", periods=40)
    rows = [pd.DataFrame({"unique_id": f"S{k}", "ds": days[k:], "y": k + 1.0, "price": 10.0 * (k + 1)}) for k in range(4)]
    static = pd.DataFrame({"category": ["b", "a", "a", None]}, index=["S0", "S1", "S2", "S3"])
    return Panel.build(pd.concat(rows), static=static, known=["price"])


def test_the_sums_of_a_panel_are_a_panel_with_the_mean_plan() -> None:
    tree = Tree.of(panel())
    assert tree.hierarchy.names == ("total", "(none)", "a", "b")
    assert tree.sums.matrix()[:, -1].tolist() == [10.0, 4.0, 5.0, 1.0]
    assert tree.sums.matrix()[:, 0].tolist()[0] == 1.0
    assert tree.sums.matrix("price")[:, -1].tolist() == [25.0, 40.0, 25.0, 10.0]


def test_an_attribute_or_a_way_that_is_not_there_is_told() -> None:
    with pytest.raises(SpecInvalid, match="no attribute 'colour'"):
        Tree.of(panel(), "colour")
    with pytest.raises(SpecInvalid, match="choose one of bottom-up, mint"):
        Sums("top-down")  # type: ignore[arg-type]


def test_small_skus_still_follow_their_group_beside_one_that_sells_millions() -> None:
    hierarchy = Hierarchy(("large", "small"), np.array([0, 1, 1, 1, 1]))
    below = np.array([[1e6], [3.0], [3.0], [3.0], [3.0]])
    scale = np.array([1000.0, 1000.0, 1.0, 1000.0, 0.5, 0.5, 0.5, 0.5])
    result = reconciled(hierarchy, np.array([[1e6 + 20.0], [1e6], [20.0]]), below, scale)
    assert 12.2 < result[1:].sum() < 20.0
