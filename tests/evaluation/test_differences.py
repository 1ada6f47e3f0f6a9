"""Differences between models: R's numbers, what is known beforehand, and nothing said where nothing can be told."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.core.panel import Panel
from forecasting.evaluation.backtest import Backtest
from forecasting.evaluation.differences import diebold_mariano, differences, paired_bootstrap
from forecasting.evaluation.evaluation import evaluate
from forecasting.models import make

REFERENCE = Path(__file__).parents[1] / "reference"


def test_diebold_mariano_is_that_of_r() -> None:
    series = pd.read_csv(REFERENCE / "retail.csv")
    numbers = pd.read_csv(REFERENCE / "differences.csv", dtype={"series": str})
    assert len(numbers) == 120
    for row in numbers.itertuples():
        y = series[row.series].to_numpy(dtype=float)
        seasonal, naive = (np.abs(y[-84:] - y[-84 - lag : -lag]) ** row.power for lag in (7, 1))
        statistic, p = diebold_mariano(seasonal, naive, row.h)
        assert statistic == pytest.approx(row.statistic, rel=1e-9)
        assert p == pytest.approx(row.p, rel=1e-7)


@pytest.mark.parametrize(("losses", "horizon"), [(np.ones(10), 1), (np.arange(5.0), 5), (np.arange(5.0), 7), (np.empty(0), 1)])
def test_where_nothing_can_be_told_nothing_is_said(losses: np.ndarray, horizon: int) -> None:
    other = losses if horizon == 1 else losses[::-1]
    assert np.isnan(diebold_mariano(losses, other, horizon)).all()
    assert np.isnan(paired_bootstrap(losses[:4], other[:4], np.ones(len(losses[:4])))).all()


def test_the_bootstrap_covers_the_difference_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    inside = 0
    for trial in range(100):
        units = rng.gamma(2.0, 50.0, 150)
        own, other = units * rng.gamma(4.0, 0.1, 150), units * rng.gamma(4.0, 0.11, 150)
        low, high, _ = paired_bootstrap(own, other, units, seed=trial, draws=500)
        inside += low <= -0.04 <= high
    assert 88 <= inside <= 100


def test_the_bootstrap_is_paired_and_repeats_itself() -> None:
    rng = np.random.default_rng(3)
    units = rng.gamma(2.0, 50.0, 60)
    own = units * rng.random(60)
    low, high, p = paired_bootstrap(own, own + 0.01 * units, units)
    assert (low, high) == pytest.approx((-0.01, -0.01))  # the same small step on every series is no chance
    assert p < 0.01
    assert paired_bootstrap(own, own[::-1], units) == paired_bootstrap(own, own[::-1], units)


def sales(skus: int, periods: int = 140) -> Panel:
    rng = np.random.default_rng(4)
    days = pd.date_range("2024-01-01", periods=periods)
    week = 5 + 20 * (np.asarray(days.dayofweek) >= 5)
    return Panel.build(pd.concat(pd.DataFrame({"unique_id": f"S{i}", "ds": days, "y": rng.poisson(week)}) for i in range(skus)))


def test_a_plain_difference_is_sure_and_a_twin_may_be_chance() -> None:
    models = [make("weekday_mean"), make("window_mean"), make("weekday_mean")]
    evaluation = evaluate(sales(25), models, Backtest(7, windows=4))
    table = differences(evaluation, "weekday_mean").set_index("model")
    assert list(table.index) == ["window_mean", "weekday_mean (2)"]
    assert table["chance"].tolist() == [False, True]
    assert table.loc["window_mean", "upper"] < 0
    summary = evaluation.summary().set_index("model")["wape"]
    assert table.loc["window_mean", "difference"] == pytest.approx(summary["weekday_mean"] - summary["window_mean"])


def test_one_sku_is_judged_over_its_weeks_alone() -> None:
    table = differences(evaluate(sales(1), [make("weekday_mean"), make("window_mean")], Backtest(7, windows=8)), "weekday_mean")
    assert np.isnan(table["p_series"][0])
    assert table["p_time"][0] < 0.05
    assert not table["chance"][0]


def test_money_weighs_units_by_their_price() -> None:
    days = pd.date_range("2024-01-01", periods=40)
    cheap = pd.DataFrame({"unique_id": "cheap", "ds": days, "y": [0.0, 4.0] * 20, "price": 1.0})
    dear = pd.DataFrame({"unique_id": "dear", "ds": days, "y": 2.0, "price": 100.0})
    priced = Panel.build(pd.concat([cheap, dear]), season_length=7)
    summary = evaluate(priced, [make("window_mean")], Backtest(10, windows=1)).summary().iloc[0]
    lost, sold = summary["mae"] * 20, 20 + 20
    assert summary["wape"] == pytest.approx(lost / sold)
    assert summary["wape_money"] == pytest.approx(lost / (20 + 100 * 20))
    unpriced = evaluate(priced.without(["price"]), [make("window_mean")], Backtest(10, windows=1)).summary().iloc[0]
    assert np.isnan(unpriced["wape_money"])
