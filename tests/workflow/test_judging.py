"""A contest for the screen tells the same as the full evaluation, and totals add up."""

import numpy as np
import pandas as pd
import pytest

from forecasting import exchange
from forecasting.core.panel import Panel
from forecasting.evaluation.backtest import Backtest
from forecasting.models import make
from forecasting.workflow import Compare, Contest, ForecastAll, TryModel, compare, forecast_all, judge, try_model


@pytest.fixture(scope="module")
def panel() -> Panel:
    days = pd.date_range("2023-06-01", periods=200)
    rng = np.random.default_rng(5)
    tables = [pd.DataFrame({"unique_id": f"S{k}", "ds": days, "y": rng.poisson(1 + k, 200)}) for k in range(6)]
    return Panel.build(pd.concat(tables))


def test_the_standings_are_those_of_the_evaluation(panel: Panel, tmp_path) -> None:
    specs, backtest = (make("weekday_mean"),), Backtest(horizon=14, windows=2)
    standings = judge(Contest(panel, specs, backtest, shown=2))
    evaluation = compare(Compare(panel, specs, backtest))
    full = evaluation.summary().set_index("model")
    columns = ["wape", "bias", "mae", "coverage_80"]
    pd.testing.assert_frame_equal(standings.summary.set_index("model")[columns], full.loc[list(standings.models), columns])
    assert standings.summary["wape"].is_monotonic_increasing
    assert {curve.ids for curve in standings.curves} == {("S5", "S4")}
    assert len(standings.curves) == 3 * 2
    assert standings.totals["mean"].sum() == pytest.approx(evaluation.forecasts["mean"].sum())
    exchange.save(standings, tmp_path / "standings")
    assert exchange.load(tmp_path / "standings").verdicts == standings.verdicts


def test_a_total_is_the_sum_of_its_skus_with_a_wider_band_than_independence_gives(panel: Panel) -> None:
    outlook = forecast_all(ForecastAll(panel, (make("weekday_mean"), make("window_mean")), 14))
    for forecast, total in zip(outlook.forecasts, outlook.totals, strict=True):
        assert total.model == forecast.model
        np.testing.assert_allclose(total.mean[0], forecast.mean.sum(axis=0))
        assert total.total(q=0.1)[0] < total.total()[0] < total.total(q=0.9)[0]


def test_a_tryout_keeps_what_was_said_of_the_held_out_block(panel: Panel) -> None:
    tryout = try_model(TryModel(panel, make("weekday_mean"), horizon=14))
    assert [forecast.model for forecast in tryout.held_out] == ["weekday_mean", "seasonal_naive", "window_mean"]
    assert {forecast.cutoff for forecast in tryout.held_out} == {panel.calendar[-15]}
