"""Ranges of normal errors, as past cut-offs say they have to be."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasting.core.forecast import Gaussian
from forecasting.core.panel import Panel
from forecasting.evaluation.backtest import Backtest
from forecasting.models.linear import Linear
from forecasting.models.smoothing import ETS
from forecasting.models.widening import Widening, widened

HORIZON = 8


def wandering(skus: int, periods: int = 48, seed: int = 0) -> Panel:
    """Quarters whose trend changes all the time: what a straight line has learnt says little of what comes."""
    rng = np.random.default_rng(seed)
    slopes = 0.4 * rng.normal(0, 1, (skus, periods)).cumsum(axis=1)
    sales = 1_000 + (slopes + rng.normal(0, 4, (skus, periods))).cumsum(axis=1)
    dates = pd.date_range("2010-01-01", periods=periods, freq="QS")
    frames = [pd.DataFrame({"unique_id": f"S{row:03}", "ds": dates, "y": y}) for row, y in enumerate(sales)]
    return Panel.build(pd.concat(frames), freq="QS")


def coverage(spec: Linear, panel: Panel) -> tuple[float, float]:
    """How often the 80 % range holds a period, and a sum of all periods."""
    (window,) = Backtest(HORIZON, 1).split(panel)
    said = spec.fit(window.train).forecast(HORIZON)
    actual = window.actual["y"].to_numpy().reshape(said.mean.shape)
    inside = (actual >= said.quantile(0.1)) & (actual <= said.quantile(0.9))
    total = actual.sum(axis=1)
    return inside.mean(), ((total >= said.total(q=0.1)) & (total <= said.total(q=0.9))).mean()


def test_ranges_hold_where_the_level_does_not() -> None:
    panel = wandering(60)
    measured, told = coverage(Linear(), panel), coverage(Linear(calibrated=False), panel)
    assert max(told) < 0.6
    assert min(measured) > 0.65
    assert max(measured) < 0.95


def test_the_mean_stays_as_it_is() -> None:
    panel = wandering(12)
    wide, narrow = (Linear(calibrated=calibrated).fit(panel).forecast(HORIZON) for calibrated in (True, False))
    np.testing.assert_array_equal(wide.mean, narrow.mean)


def test_errors_that_are_what_they_seem_are_left_alone() -> None:
    rng = np.random.default_rng(1)
    dates = pd.date_range("2024-01-01", periods=200, freq="W-MON")
    sales = pd.concat([pd.DataFrame({"unique_id": f"S{row}", "ds": dates, "y": rng.normal(500, 40, 200)}) for row in range(40)])
    found = widened(Linear(calibrated=False), Panel.build(sales, freq="W-MON"))
    assert found.size in (0.85, 1.0, 1.2)
    assert found.lasting <= 0.05


@pytest.mark.parametrize(("skus", "periods"), [(1, 6), (1, 400), (3, 400)])
def test_with_no_past_or_a_long_one_of_few_skus_nothing_is_done(skus: int, periods: int) -> None:
    assert widened(Linear(calibrated=False), wandering(skus, periods)) == Widening()


def test_the_future_changes_nothing() -> None:
    panel = wandering(20)
    cutoff = panel.calendar[-HORIZON - 1]
    frame = panel.frame.assign(y=panel.frame["y"].where(panel.frame["ds"] <= cutoff, 0.0))
    known = [Panel.build(rows, freq="QS").until(cutoff) for rows in (panel.frame, frame)]
    first, second = (widened(Linear(calibrated=False), each) for each in known)
    assert first == second


def test_lasting_shocks_make_totals_wider_than_single_periods() -> None:
    errors = Gaussian(sigma=np.array([2.0]), psi=np.eye(1, 4))
    wide = Widening(lasting=1.0).of(errors)
    mean = np.full((1, 4), 100.0)
    assert wide.quantile(mean, 0.9)[0, 0] == errors.quantile(mean, 0.9)[0, 0]
    assert wide.total_quantile(mean, slice(0, 4), 0.9)[0] - 400 > 2 * (errors.total_quantile(mean, slice(0, 4), 0.9)[0] - 400)


@pytest.mark.parametrize(
    ("trend", "season", "letters"),
    [("additive", "additive", "AAA"), ("none", "none", "ANN"), ("additive", "none", "AAN"), ("damped", "additive", "AAA")],
)
def test_ranges_of_ets_are_those_of_its_theory(trend: str, season: str, letters: str) -> None:
    from statsforecast.models import AutoETS

    months = np.arange(96)
    sales = 300 + 0.7 * months + 25 * np.sin(months * np.pi / 6) + np.random.default_rng(2).normal(0, 6, 96)
    dates = pd.date_range("2015-01-01", periods=96, freq="MS")
    panel = Panel.build(pd.DataFrame({"unique_id": "A", "ds": dates, "y": sales}), freq="MS")
    ours = replace(ETS(error="additive"), trend=trend, season=season, horizon=14).fit(panel).forecast(14)
    theirs = AutoETS(12, model=letters, damped=trend == "damped").fit(sales).predict(14, level=[80])
    np.testing.assert_allclose(ours.quantile(0.9)[0], theirs["hi-80"], rtol=2e-3)


def test_a_regression_for_each_step_knows_the_errors_of_each() -> None:
    assert Linear(lags=(1,), ahead="direct").fit(wandering(12)).widening == Widening()
