from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasting.core.errors import HistoryTooShort, SpecInvalid
from forecasting.core.model import future_grid
from forecasting.core.panel import Panel
from forecasting.features.lookback import Lookback
from forecasting.models.boosting import Boosting

QUICK = Boosting(rounds=30, rows=20_000, horizon=7)


def shop(skus: int = 20, days: int = 200, factor: float = 1.0) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    dates = pd.date_range("2023-01-02", periods=days)
    frames = []
    for number in range(skus):
        promo = (rng.random(days) < 0.15).astype(float)
        rate = (2 + number) * (1 + 0.5 * (dates.dayofweek >= 5)) * (1 + 1.5 * promo)
        frames.append(
            pd.DataFrame({"unique_id": f"S{number:02}", "ds": dates, "y": factor * rng.poisson(rate), "promo": promo})
        )
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def panel() -> Panel:
    return Panel.build(shop(), known=["promo"])


def test_a_planned_promotion_sells_more_and_the_weekend_too(panel):
    fitted = replace(QUICK, rounds=100).fit(panel)
    grid = future_grid(panel, 7)
    without = fitted.forecast(7, grid.assign(promo=0.0)).mean.mean(axis=0)
    promoted = fitted.forecast(7, grid.assign(promo=1.0)).mean.mean(axis=0)
    assert (promoted > 1.6 * without).all()
    weekend = panel.future_dates(7).dayofweek >= 5
    assert without[weekend].mean() > 1.3 * without[~weekend].mean()


def test_the_units_of_measure_do_not_matter(panel):
    grams = Panel.build(shop(factor=1000.0), known=["promo"])
    plan = future_grid(panel, 7).assign(promo=0.0)
    assert QUICK.fit(grams).forecast(7, plan).mean == pytest.approx(1000 * QUICK.fit(panel).forecast(7, plan).mean, rel=1e-3)


def test_the_same_seed_gives_the_same_forecast_on_any_number_of_cores(panel):
    first, second = QUICK.fit(panel).forecast(7), replace(QUICK, jobs=2).fit(panel).forecast(7)
    assert first.mean == pytest.approx(second.mean, rel=1e-9)


@pytest.mark.parametrize("freq", ["D", "W-MON", "MS", "QS", "YS", "h", "B"])
def test_every_grain_works(freq):
    rng = np.random.default_rng(0)
    dates = pd.date_range("2000-01-03", periods=40, freq=freq)
    frames = [pd.DataFrame({"unique_id": f"S{k}", "ds": dates[k:], "y": rng.poisson(5, 40 - k)}) for k in range(8)]
    mean = QUICK.fit(Panel.build(pd.concat(frames), freq=freq)).forecast(5).mean
    assert mean.mean() == pytest.approx(5, rel=0.4)


def test_features_at_an_origin_do_not_change_with_what_comes_later(panel):
    changed = panel.frame.copy()
    changed.loc[changed["ds"] > panel.calendar[150], "y"] = 1e6
    skus, steps = np.repeat(np.arange(20), 7), np.tile(np.arange(1, 8), 20)
    before = Lookback.of(panel, 0, None)
    after = Lookback.of(Panel.build(changed, known=["promo"]), 0, None)
    np.testing.assert_array_equal(before.rows(150, skus, steps), after.rows(150, skus, steps))
    assert before.rows(150, skus, steps).shape[1] == len(before.names)


def test_a_dead_sku_gets_zero_and_a_panel_without_history_an_answer():
    sales = pd.concat([shop(3), pd.DataFrame({"unique_id": "dead", "ds": pd.date_range("2023-01-02", periods=200), "y": 0.0})])
    forecast = QUICK.fit(Panel.build(sales[["unique_id", "ds", "y"]])).forecast(7)
    assert forecast.select(["dead"]).mean.sum() == 0.0
    with pytest.raises(HistoryTooShort, match="at least 4"):
        QUICK.fit(Panel.build(shop(2, days=2)))
    with pytest.raises(SpecInvalid, match="power"):
        Boosting(power=3.0).fit(Panel.build(shop(2)))


def test_importance_adds_up(panel):
    table = QUICK.fit(panel).importance()
    assert table["gain"].sum() == pytest.approx(1.0)
