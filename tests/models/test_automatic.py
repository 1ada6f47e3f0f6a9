import pickle

import numpy as np
import pandas as pd
import pytest

from forecasting.core.model import future_grid
from forecasting.core.panel import Panel
from forecasting.evaluation.backtest import Backtest
from forecasting.evaluation.combination import Rehearsal
from forecasting.evaluation.evaluation import evaluate
from forecasting.models import make
from forecasting.models.automatic import Auto, _beaten
from forecasting.models.candidates import ROUTES, members, mixture


def shop(days: int = 120, steady: int = 8, rare: int = 8) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    dates = pd.date_range("2023-01-02", periods=days)
    week = 1 + 0.5 * (dates.dayofweek >= 5)
    rates = {f"steady{k}": (10 + 5 * k) * week for k in range(steady)} | {f"rare{k}": 0.2 * week for k in range(rare)}
    frames = [pd.DataFrame({"unique_id": name, "ds": dates, "y": rng.poisson(rate)}) for name, rate in rates.items()]
    return pd.concat(frames, ignore_index=True).astype({"y": float})


def one(values, name="A") -> pd.DataFrame:
    return pd.DataFrame({"unique_id": name, "ds": pd.date_range("2023-01-02", periods=len(values)), "y": values})


@pytest.fixture(scope="module")
def panel() -> Panel:
    return Panel.build(shop())


@pytest.fixture(scope="module")
def fitted(panel):
    return Auto(horizon=7).fit(panel)


def test_it_beats_the_baselines_and_is_not_biased(panel):
    models = [Auto(horizon=7), make("seasonal_naive"), make("window_mean")]
    table = evaluate(panel, models, Backtest(7, windows=2)).summary().set_index("model")
    assert table["wape"].idxmin() == "auto"
    assert abs(table["bias"]["auto"]) < 0.08
    assert 0.70 < table["coverage_80"]["auto"] < 0.90


def test_every_sku_has_a_reason(fitted):
    reasons = dict(zip(fitted.panel.ids, fitted.reasons, strict=True))
    assert reasons["steady0"].startswith("Smooth demand: ")
    assert reasons["rare0"].startswith("Intermittent demand: ")
    assert "%" in reasons["steady0"]
    assert fitted.summary("rare0") == reasons["rare0"]


def test_weights_sum_to_one(fitted):
    assert fitted.mixture.weights.sum(axis=1) == pytest.approx(1.0)
    assert (fitted.mixture.weights >= 0).all()


def test_quantiles_are_ordered_and_totals_hang_together(fitted):
    forecast = fitted.forecast(7)
    low, middle, high = (forecast.quantile(q) for q in (0.1, 0.5, 0.9))
    assert (low <= middle).all()
    assert (middle <= high).all()
    steady = np.array([name.startswith("steady") for name in forecast.ids])
    assert (forecast.total(q=0.9) < high.sum(axis=1))[steady].all()
    assert (forecast.total(q=0.9) > forecast.total())[steady].all()


def test_a_dead_sku_gets_zero_and_says_why(panel):
    dead = one(np.r_[np.full(30, 5.0), np.zeros(370)], "dead")
    forecast = Auto(horizon=7).fit(Panel.build(pd.concat([shop(400, 6, 6), dead]))).forecast(7)
    gone = forecast.select(["dead"])
    assert gone.mean.sum() == 0.0
    assert gone.quantile(0.9).sum() == 0.0
    assert "zero is forecast" in gone.flags[0]


def test_a_new_sku_borrows_and_is_flagged(panel):
    new = one([4.0, 6, 5, 4, 6], "new").assign(ds=panel.calendar[-5:])
    forecast = Auto(horizon=7).fit(Panel.build(pd.concat([shop(), new]))).forecast(7).select(["new"])
    assert forecast.mean.mean() == pytest.approx(5.0, rel=0.5)
    assert forecast.flags[0].startswith("new:")


@pytest.mark.parametrize("values", [[3.0], [3.0, 5.0], [0.0] * 10, [2.0] * 10, [0.0] * 60, [7.0] * 60, [0.0, 0, 0, 1, 0, 0]])
def test_a_single_odd_series_gets_an_answer(values):
    forecast = Auto(horizon=5).fit(Panel.build(one(values))).forecast(5)
    assert np.isfinite(forecast.mean).all()
    assert forecast.mean.max() <= max(values) * (1 + 1e-9)
    assert (forecast.quantile(0.9) >= 0).all()


@pytest.mark.parametrize("values", [np.zeros(40), np.full(40, np.nan), np.full(40, -3.0)])
def test_many_skus_from_which_nothing_can_be_learnt_get_an_answer(values):
    sales = pd.concat([one(values, f"S{k}") for k in range(12)])
    forecast = Auto(horizon=7).fit(Panel.build(sales)).forecast(7)
    assert (forecast.mean == 0).all()
    assert (forecast.total(q=0.9) == 0).all()


@pytest.mark.parametrize("freq", ["h", "W-MON", "MS", "QS", "YS"])
def test_every_grain_works(freq):
    rng = np.random.default_rng(0)
    dates = pd.date_range("1990-01-01", periods=30, freq=freq)
    frames = [pd.DataFrame({"unique_id": f"S{k}", "ds": dates, "y": rng.poisson(20, 30)}) for k in range(5)]
    mean = Auto(horizon=4).fit(Panel.build(pd.concat(frames), freq=freq)).forecast(4).mean
    assert mean.mean() == pytest.approx(20, rel=0.25)


def test_plans_reach_the_members():
    sales = shop(150, 8, 0)
    rng = np.random.default_rng(0)
    sales["promo"] = (rng.random(len(sales)) < 0.2).astype(float)
    sales["y"] *= 1 + sales["promo"]
    panel = Panel.build(sales, known=["promo"])
    fitted = Auto(horizon=7).fit(panel)
    grid = future_grid(panel, 7)
    promoted = fitted.forecast(7, grid.assign(promo=1.0)).mean.sum()
    assert promoted > 1.2 * fitted.forecast(7, grid.assign(promo=0.0)).mean.sum()


def test_it_is_deterministic_pickles_and_grows_with_the_units(panel, fitted):
    mean = fitted.forecast(7).mean
    assert (Auto(horizon=7).fit(panel).forecast(7).mean == mean).all()
    assert (pickle.loads(pickle.dumps(fitted)).forecast(7).mean == mean).all()
    tenfold = Panel.build(panel.frame.assign(y=panel.frame["y"] * 10))
    assert Auto(horizon=7).fit(tenfold).forecast(7).mean == pytest.approx(10 * mean, rel=0.02)


def test_ten_rows_of_one_sku_are_enough():
    forecast = Auto(horizon=7).fit(Panel.build(one([3.0, 4, 5, 4, 3, 5, 4, 6, 3, 4]))).forecast(7)
    low, middle, high = (forecast.quantile(q) for q in (0.1, 0.5, 0.9))
    assert forecast.mean == pytest.approx(4.1, rel=0.35)
    assert (low <= middle).all()
    assert (middle <= high).all()


def past_of(rows: int, cutoffs: int, factor: tuple[float, ...]) -> Rehearsal:
    """A baseline that is right up to noise, and a mixture that is off by a factor of its own at each cutoff."""
    rng = np.random.default_rng(0)
    actual = rng.poisson(50, (rows, 7)).astype(float)
    origin = np.arange(rows) % cutoffs
    members = np.stack([np.full(actual.shape, 50.0), 50.0 * np.array(factor)[origin][:, None] * np.ones(7)])
    return Rehearsal(("window_mean", "boosting"), members, actual, origin, np.arange(rows), np.ones(rows), np.ones(rows))


@pytest.mark.parametrize(
    ("factor", "beaten"), [((2.0, 2.0), True), ((2.0, 1.0), False), ((1.03, 1.03), False), ((2.0,), False)]
)
def test_a_baseline_takes_over_only_when_it_is_clearly_better_at_each_of_several_cutoffs(factor, beaten):
    past = past_of(200, len(factor), factor)
    assert _beaten(past, past.forecasts[1], np.array([1.0, 0.0])) == beaten


def test_two_skus_at_three_cutoffs_do_not_overturn_a_mixture():
    past = past_of(6, 3, (3.0, 3.0, 3.0))
    assert not _beaten(past, past.forecasts[1], np.array([1.0, 0.0]))
    past = past_of(6, 6, (3.0,) * 6)
    assert _beaten(past, past.forecasts[1], np.array([1.0, 0.0]))


def test_the_mixtures_fit_the_data_they_are_for(panel):
    assert set(mixture("smooth", panel)) == {"boosting", "linear", "theta"}
    for route in ROUTES:
        names = {model.name for model in members("fast", panel, 7, 0, 1)}
        assert set(mixture(route, panel)) <= names


@pytest.mark.parametrize(("freq", "own"), [("D", "linear"), ("W-MON", "last_year"), ("MS", "damped")])
def test_a_handful_of_skus_is_mixed_by_the_length_of_its_periods(freq, own):
    dates = pd.date_range("2015-01-01", periods=60, freq=freq)
    few = Panel.build(pd.DataFrame({"unique_id": "A", "ds": dates, "y": np.arange(60.0) % 7}), freq=freq)
    for route in ROUTES:
        assert {own, "boosting", "theta"} <= set(mixture(route, few))


def test_a_longer_horizon_is_fitted_anew(fitted):
    assert fitted.forecast(10).mean.shape == (16, 10)


@pytest.mark.parametrize("freq", ["h", "D", "W-MON", "MS", "QS", "YS"])
@pytest.mark.parametrize("periods", [1, 3, 5, 8, 14])
@pytest.mark.parametrize("step", [-6.0, 0.0, 15.0])
def test_a_short_history_forecast_far_ahead_has_its_mean_inside_its_range(freq, periods, step):
    values = 100 + step * np.arange(periods) + np.random.default_rng(0).normal(0, 5, periods)
    dates = pd.date_range("2020-01-01", periods=periods, freq=freq)
    short = Panel.build(pd.DataFrame({"unique_id": "A", "ds": dates, "y": values}), freq=freq)
    forecast = Auto(horizon=24).fit(short).forecast(24)
    low, middle, high = (forecast.quantile(q) for q in (0.1, 0.5, 0.9))
    assert (low <= middle).all()
    assert (middle <= high).all()
    assert (low <= forecast.mean).all()
    assert (forecast.mean <= high).all()
    assert (high > low).all()
    assert (abs(middle - forecast.mean) <= 0.5 * (high - low)).all()
    assert forecast.mean.max() <= 15 * 100
    assert not any("broke down" in flag for flag in forecast.flags)


def test_ranges_are_made_of_cutoffs_that_had_seen_as_much():
    weeks = np.arange(160)
    values = 100 + 60 * np.sin(2 * np.pi * weeks / 52) + np.random.default_rng(7).normal(0, 10, 160)
    dates = pd.date_range("2022-01-03", periods=160, freq="W-MON")
    forecast = Auto(horizon=52).fit(Panel.build(pd.DataFrame({"unique_id": "A", "ds": dates, "y": values}))).forecast(52)
    assert (forecast.quantile(0.9) - forecast.quantile(0.1)).max() < 300


def test_a_sku_that_never_sold_is_not_called_new():
    never = one(np.zeros(120), "never")
    forecast = Auto(horizon=7).fit(Panel.build(pd.concat([shop(120, 2, 1), never]))).forecast(7).select(["never"])
    assert forecast.flags == ("never sold in all of the history: zero is forecast",)
    assert forecast.quantile(0.9).sum() == forecast.mean.sum() == 0.0
