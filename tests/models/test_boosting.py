from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasting.core.errors import HistoryTooShort, SpecInvalid
from forecasting.core.event import Event
from forecasting.core.model import future_grid
from forecasting.core.panel import Panel
from forecasting.features.lookback import Lookback
from forecasting.models.boosting import Boosting
from forecasting.workflow.insides import insides_of

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


def frame(name: str, days: pd.DatetimeIndex, sales: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"unique_id": name, "ds": days, "y": sales})


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


def test_recursive_takes_each_forecast_for_a_sale_and_every_plan_for_its_own_day(panel):
    fitted = replace(QUICK, ahead="recursive", calibrated=False).fit(panel)
    plan = future_grid(panel, 3).assign(promo=np.tile([0.0, 1, 0], 20))
    first, second, _ = fitted.forecast(3, plan).mean.T
    came = plan[plan["ds"] == plan["ds"].min()].assign(y=first)
    later = Panel.build(pd.concat([panel.frame, came]), known=["promo"])
    one_more = fitted.at(later).forecast(1, plan[plan["ds"] == later.future_dates(1)[0]].reset_index(drop=True))
    np.testing.assert_allclose(one_more.mean[:, 0], second, rtol=1e-6)
    assert (second > 1.3 * first).all()  # the promotion is on the second day only


def test_what_never_sold_stays_at_zero_when_forecasts_feed_on_forecasts():
    sales = pd.concat(
        [shop(3, 84)[["unique_id", "ds", "y"]], frame("none", pd.date_range("2023-01-02", periods=84), np.zeros(84))]
    )
    forecast = replace(QUICK, ahead="recursive").fit(Panel.build(sales)).forecast(7)
    assert forecast.mean[forecast.ids.index("none")].tolist() == [0.0] * 7
    assert (forecast.mean[:3] > 0).all()
    assert (forecast.quantile(0.9) >= forecast.quantile(0.1)).all()


def test_importance_adds_up(panel):
    table = QUICK.fit(panel).importance()
    assert table["gain"].sum() == pytest.approx(1.0)


def test_contributions_add_up_to_the_forecast_of_every_period(panel):
    fitted = replace(QUICK, rounds=100, calibrated=False).fit(panel)
    plan = future_grid(panel, 7).assign(promo=np.tile([1.0, 0, 0, 0, 0, 0, 0], 20))
    rows, forecast = fitted.contributions(7, plan), fitted.forecast(7, plan)
    totals = rows.groupby(["unique_id", "ds"])["units"].sum().to_numpy().reshape(forecast.mean.shape)
    np.testing.assert_allclose(totals, forecast.mean, rtol=1e-9)
    days = rows.groupby(["topic", "ds"], sort=False)["units"].sum().unstack()
    named = ["recent sales", "how far ahead", "age and kind of SKU", "weekday and season", "sales of other SKUs", "promo"]
    assert list(days.index) == ["usual level", *named]
    assert days.loc["promo"].iloc[0] > 0 > days.loc["promo"].iloc[1:].max()
    weekend = days.columns.dayofweek >= 5
    assert days.loc["weekday and season", weekend].min() > days.loc["weekday and season", ~weekend].max()


@pytest.mark.parametrize("ahead", ["direct", "recursive"])
def test_contributions_add_up_where_sales_are_odd(ahead):
    rng = np.random.default_rng(2)
    odd = {"spike": np.r_[np.ones(83), 5000.0], "returns": rng.poisson(4, 84) - 5.0, "zero": np.zeros(84)}
    days = pd.date_range("2024-01-01", periods=84)
    sales = pd.concat([shop(3, 84)[["unique_id", "ds", "y"]], *(frame(name, days, y) for name, y in odd.items())])
    events = [Event("Fair", pd.Timestamp("2024-03-26"), pd.Timestamp("2024-03-27"))]
    kinds = pd.DataFrame({"kind": list("aabbab")}, index=sorted(sales["unique_id"].unique()))
    panel = replace(Panel.build(sales, static=kinds), events=tuple(events))
    fitted = replace(QUICK, leaf_rows=1, rounds=300, learning_rate=0.3, calibrated=False, ahead=ahead).fit(panel)
    rows, forecast = fitted.contributions(10), fitted.forecast(10)
    assert "events" in set(rows["topic"])
    assert np.isfinite(rows["units"]).all()
    totals = rows.groupby("unique_id")["units"].sum()
    assert totals.to_numpy() == pytest.approx(forecast.select(list(totals.index)).total(), rel=1e-9)
    assert fitted.contributions(10, ids=["zero"]).empty


def test_what_moved_the_forecast_of_one_sku_is_laid_open(panel):
    fitted = replace(QUICK, calibrated=False).fit(panel)
    opened = insides_of(fitted, panel, "S03", 7, None)
    assert opened.topics["topic"].iloc[0] == "usual level"
    assert opened.topics["units"].sum() == pytest.approx(fitted.forecast(7).total()[3])
    assert opened.periods.groupby("ds")["units"].sum().to_numpy() == pytest.approx(fitted.forecast(7).mean[3])


def test_every_feature_has_a_topic(panel):
    for known in (panel, Panel.build(shop(2).drop(columns="promo"))):
        lookback = Lookback.of(known, 0, None)
        assert len(lookback.topics) == len(lookback.names)


def test_periods_with_more_returns_than_sales_can_be_learnt_from():
    rng = np.random.default_rng(0)
    days = pd.date_range("2023-01-02", periods=200)
    returned = (rng.random((8, 200)) < 0.05) * 9.0
    sales = [frame(f"S{k}", days, rng.poisson(5, 200) - returned[k]) for k in range(8)]
    mean = QUICK.fit(Panel.build(pd.concat(sales))).forecast(7).mean
    assert mean.mean() == pytest.approx(5 - returned.mean(), rel=0.1)
