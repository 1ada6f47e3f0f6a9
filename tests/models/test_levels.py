"""SKUs follow the level of their category or of the total only where that helped at each of several past cutoffs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasting.core.panel import Panel
from forecasting.evaluation.combination import Rehearsal
from forecasting.evaluation.hierarchy import Hierarchy
from forecasting.models import automatic as automatic_module
from forecasting.models.automatic import Auto
from forecasting.models.levels import Above, supported

SKUS, HORIZON = 6, 4
ACTUAL = np.arange(1.0, 1 + SKUS)[:, None] * np.ones(HORIZON)
GROUPS = Hierarchy(("a", "b"), np.array([0, 0, 0, 1, 1, 1]))


def rehearsed(cutoffs: int) -> Rehearsal:
    ones, rows = np.ones(cutoffs * SKUS), np.tile(np.arange(SKUS), cutoffs)
    actual = np.tile(ACTUAL, (cutoffs, 1))
    return Rehearsal(("one",), actual[None], actual, np.repeat(np.arange(cutoffs), SKUS), rows, ones, ones)


def knowing(hierarchy: Hierarchy, cutoffs: int) -> tuple[Above, ...]:
    """Sums that expect what came."""
    return tuple(Above(hierarchy, hierarchy.sums(ACTUAL)) for _ in range(cutoffs))


def test_the_level_of_the_sum_that_helps_most_is_followed_half_of_the_way() -> None:
    rehearsal = rehearsed(3)
    level, moved = supported(rehearsal, knowing(GROUPS, 3), 0.64 * rehearsal.actual)
    assert level in ("category", "total")
    np.testing.assert_allclose(moved, 0.8 * rehearsal.actual)
    opposite = rehearsal.actual * np.where(np.tile(GROUPS.member, 3) == 0, 1.5, 0.6)[:, None]
    level, moved = supported(rehearsal, knowing(GROUPS, 3), opposite)
    assert level == "category"
    assert np.abs(moved - rehearsal.actual).sum() < 0.6 * np.abs(opposite - rehearsal.actual).sum()


def test_two_cutoffs_prove_nothing() -> None:
    rehearsal = rehearsed(2)
    level, same = supported(rehearsal, knowing(GROUPS, 2), 0.64 * rehearsal.actual)
    assert level == ""
    np.testing.assert_array_equal(same, 0.64 * rehearsal.actual)


def test_one_cutoff_at_which_it_did_harm_is_enough_against_it() -> None:
    rehearsal = rehearsed(4)
    *good, last = knowing(GROUPS, 4)
    harmful = replace(last, mean=0.2 * last.mean)
    level, same = supported(rehearsal, (*good, harmful), 0.64 * rehearsal.actual)
    assert level == ""
    np.testing.assert_array_equal(same, 0.64 * rehearsal.actual)


def test_sums_without_categories_are_the_total_alone() -> None:
    alone = Hierarchy((), np.zeros(SKUS, dtype=int))
    rehearsal = rehearsed(3)
    assert supported(rehearsal, knowing(alone, 3), 0.64 * rehearsal.actual)[0] == "total"


def test_a_sum_never_more_than_doubles_a_forecast() -> None:
    shop = Above(Hierarchy((), np.zeros(2, dtype=int)), np.full((1, 1), 1e6))
    np.testing.assert_allclose(shop.moved(np.ones((2, 1)), "total"), 2.0)
    np.testing.assert_allclose(shop.moved(np.zeros((2, 1)), "total"), 0.0)


@pytest.fixture(scope="module")
def growing() -> Panel:
    """Twelve slow sellers: what grows by the half each quarter shows in their sum alone."""
    rng = np.random.default_rng(1)
    days = pd.date_range("2022-01-03", periods=120, freq="W-MON")
    trend = 0.5 * 1.02 ** np.arange(120)
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat([f"s{number:02}" for number in range(12)], 120),
            "ds": np.tile(days, 12),
            "y": rng.poisson(np.tile(trend, 12)).astype(float),
        }
    )
    static = pd.DataFrame({"category": ["a", "b"] * 6}, index=[f"s{number:02}" for number in range(12)])
    return Panel.build(frame, freq="W-MON", static=static)


def test_auto_follows_the_level_only_where_it_rehearsed_it(growing: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = Auto(horizon=8).fit(growing)
    assert fast.above is None
    monkeypatch.setattr(automatic_module, "supported", lambda _rehearsal, _above, forecast: ("total", forecast))
    followed = Auto(profile="balanced", horizon=8).fit(growing)
    monkeypatch.setattr(automatic_module, "supported", lambda _rehearsal, _above, forecast: ("", forecast))
    free = Auto(profile="balanced", horizon=8).fit(growing)
    mean, without = followed.forecast(8).mean, free.forecast(8).mean
    expected = Above.of(growing, 8).mean[0].sum()
    np.testing.assert_allclose(mean.sum(), np.sqrt(expected * without.sum()), rtol=1e-6)
    assert "leans on a forecast of all SKUs together" in followed.summary("s00")
    assert "leans" not in free.summary("s00")


def test_what_came_later_changes_nothing(growing: Panel) -> None:
    known = growing.until(growing.calendar[-9])
    later = growing.matrix().copy()
    later[:, -8:] *= 100
    frame = pd.DataFrame({"unique_id": np.repeat(growing.ids, 120), "ds": np.tile(growing.calendar, 12), "y": later.ravel()})
    changed = Panel.build(frame, freq="W-MON").until(growing.calendar[-9])
    np.testing.assert_allclose(Above.of(known, 8).mean[0], Above.of(changed, 8).mean[0])
