"""The global network: what it learns, what it must not see, and what it does where it cannot learn."""

import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy.special import gammaln
from scipy.stats import nbinom

from forecasting import exchange, workflow
from forecasting.core.errors import InputError, SpecInvalid
from forecasting.core.panel import Panel
from forecasting.core.progress import listen
from forecasting.models.lstm import Cnn, Gru, Hybrid, Lstm, Rnn
from forecasting.models.network import contributions, fitting
from forecasting.models.network.outputs import OUTPUTS
from forecasting.workflow.carrying import Learn
from forecasting.workflow.insides import insides_of

TINY = Lstm(horizon=7, window=14, units=8, epochs=3, batch_size=32, windows=128, members=1)


def weekly_shop(skus: int = 6, days: int = 120, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    dates = pd.date_range("2024-01-01", periods=days)
    shape = 1.0 + 0.8 * (np.asarray(dates.dayofweek) == 5)
    frames = [
        pd.DataFrame({"unique_id": f"S{k}", "ds": dates, "y": random.poisson(3.0 * (k + 1) * shape).astype(float)})
        for k in range(skus)
    ]
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def panel() -> Panel:
    return Panel.build(weekly_shop())


@pytest.fixture(scope="module")
def fitted(panel: Panel):
    return TINY.fit(panel)


def test_the_same_seed_gives_the_same_forecast_bit_by_bit(panel, fitted):
    again = TINY.fit(panel)
    assert np.array_equal(again.forecast(7).mean, fitted.forecast(7).mean)
    assert np.array_equal(again.forecast(7).quantile(0.9), fitted.forecast(7).quantile(0.9))


def test_where_nothing_could_be_learnt_the_error_is_one_spread_either_way():
    days = pd.date_range("2024-01-01", periods=2)
    forecast = TINY.fit(Panel.build(pd.DataFrame({"unique_id": "A", "ds": days, "y": [4.0, 8.0]}))).forecast(3)
    assert (forecast.quantile(0.1) < forecast.mean).all()
    assert (forecast.quantile(0.9) > forecast.mean).all()


def test_another_seed_gives_another_forecast(panel, fitted):
    other = Lstm(**{**vars(TINY), "seed": 1}).fit(panel)
    assert not np.array_equal(other.forecast(7).mean, fitted.forecast(7).mean)


def test_the_global_random_state_is_left_alone(panel):
    np.random.seed(7)
    expected = np.random.get_state()[1].copy()
    TINY.fit(panel)
    assert np.array_equal(np.random.get_state()[1], expected)


def test_ten_times_the_sales_give_ten_times_the_forecast(panel, fitted):
    frame = panel.frame.assign(y=panel.frame["y"] * 10)
    tenfold = TINY.fit(Panel.build(frame)).forecast(7)
    assert tenfold.mean == pytest.approx(10 * fitted.forecast(7).mean, rel=1e-3)


def test_a_fitted_network_survives_pickle_and_files(fitted, tmp_path):
    exchange.save(fitted, tmp_path / "network")
    for copy in (pickle.loads(pickle.dumps(fitted)), exchange.load(tmp_path / "network")):
        assert np.array_equal(copy.forecast(7).mean, fitted.forecast(7).mean)
        assert np.array_equal(copy.forecast(7).quantile(0.1), fitted.forecast(7).quantile(0.1))


@pytest.mark.parametrize("loss", ["negative_binomial", "quantile"])
def test_an_output_that_tells_the_spread_is_wider_for_larger_sales(panel, loss):
    forecast = Lstm(**{**vars(TINY), "loss": loss}).fit(panel).forecast(10)
    width = forecast.quantile(0.9) - forecast.quantile(0.1)
    assert forecast.mean.mean(axis=1) == pytest.approx(np.nanmean(panel.matrix()[:, -28:], axis=1), rel=0.4)
    assert (np.diff(width.mean(axis=1)) > 0).all()  # S0 sells 3 units a day, S5 18
    assert forecast.total(q=0.9)[0] - forecast.total(q=0.1)[0] < width[0].sum()


def test_the_likelihood_of_counts_is_that_of_scipy():
    units, scale = np.array([[0.0, 3.0, 40.0]]), 2.0
    answer = np.array([[[0.1, -1.0], [0.5, 0.3], [2.0, 2.0]]])
    mean, dispersion = np.exp(answer[..., 0]) * scale, np.logaddexp(0, answer[..., 1]) + 1e-3
    expected = -nbinom.logpmf(units, 1 / dispersion, 1 / (1 + dispersion * mean))
    target = np.stack([units / scale, np.full_like(units, scale)], axis=-1)
    ours = np.asarray(OUTPUTS["negative_binomial"].loss(target, answer))
    assert ours + gammaln(units + 1) == pytest.approx(expected, rel=1e-5)


def test_the_loss_curve_has_a_training_and_a_validation_value_for_each_epoch(fitted):
    curve = fitted.loss_curve()
    assert list(curve.columns) == ["epoch", "training", "validation"]
    assert curve["epoch"].tolist() == list(range(1, len(curve) + 1))
    assert np.isfinite(curve.to_numpy()).all()


def test_every_epoch_is_reported(panel):
    heard = []
    with listen(heard.append):
        TINY.fit(panel)
    epochs = [progress for progress in heard if progress.message.startswith("epoch")]
    assert len(epochs) == TINY.epochs
    assert epochs[-1].fraction == 1.0
    assert "validation loss" in epochs[0].message
    assert "seconds left" in epochs[0].message
    assert [progress.marks[0] for progress in epochs] == [1, 2, 3]
    assert all(len(progress.marks) == 3 for progress in epochs)


def test_it_learns_the_weekday(panel):
    spec = Lstm(horizon=7, window=28, units=16, epochs=30, patience=8, batch_size=64, windows=512, members=1)
    mean = spec.fit(panel).forecast(7).mean
    saturday = panel.future_dates(7).dayofweek == 5
    ratio = mean[:, saturday].sum() / mean[:, ~saturday].mean(axis=1).sum()
    assert 1.4 < ratio < 2.2  # the truth is 1.8


def test_a_series_that_is_too_short_falls_back_and_says_so():
    short = pd.DataFrame({"unique_id": "new", "ds": pd.to_datetime(["2024-04-28", "2024-04-29"]), "y": [4.0, 6.0]})
    fitted = TINY.fit(Panel.build(pd.concat([weekly_shop(), short])))
    forecast = fitted.forecast(7)
    assert [failure.unique_id for failure in fitted.failures] == ["new"]
    assert "2 periods" in fitted.failures[0].reason
    assert forecast.select(["new"]).mean == pytest.approx(5.0)


def test_a_panel_of_two_points_is_answered_without_a_network():
    fitted = TINY.fit(
        Panel.build(pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=2), "y": [1.0, 3.0]}))
    )
    assert fitted.forecast(5).mean == pytest.approx(2.0)
    assert len(fitted.failures) == 1
    assert fitted.loss_curve().empty


def test_a_series_that_never_sold_is_forecast_as_zero():
    dates = pd.date_range("2024-01-01", periods=120)
    silent = pd.DataFrame({"unique_id": "silent", "ds": dates, "y": 0.0})
    forecast = TINY.fit(Panel.build(pd.concat([weekly_shop(), silent]))).forecast(7)
    assert not forecast.select(["silent"]).mean.any()


def test_beyond_its_horizon_the_last_season_is_repeated(fitted):
    forecast = fitted.forecast(17)
    assert forecast.mean.shape == (6, 17)
    assert np.array_equal(forecast.mean[:, 7:14], forecast.mean[:, :7])
    assert np.array_equal(forecast.mean[:, 14:], forecast.mean[:, :3])
    assert (forecast.total(q=0.9) >= forecast.total(q=0.1)).all()


def with_price(frame: pd.DataFrame) -> Panel:
    """A shop where half the price sells three times as much."""
    random = np.random.default_rng(3)
    cut = random.random(len(frame)) < 0.2
    sold = random.poisson(frame["y"] * np.where(cut, 3.0, 1.0)).astype(float)
    return Panel.build(frame.assign(y=sold, price=np.where(cut, 5.0, 10.0)), known=["price"])


def test_a_planned_price_moves_the_forecast():
    panel = with_price(weekly_shop())
    fitted = Lstm(horizon=7, window=14, units=16, epochs=25, patience=8, batch_size=64, windows=512, members=1).fit(panel)
    dates = panel.future_dates(7)
    usual = pd.DataFrame({"unique_id": np.repeat(panel.ids, 7), "ds": np.tile(dates, 6), "price": 10.0})
    lift = fitted.forecast(7, usual.assign(price=5.0)).mean.sum() / fitted.forecast(7, usual).mean.sum()
    assert 2.0 < lift < 4.0


def test_without_its_planned_prices_it_says_what_is_missing():
    fitted = TINY.fit(with_price(weekly_shop(skus=2, days=60)))
    with pytest.raises(InputError, match="'price'"):
        fitted.forecast(7)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"window": 1}, "window"), ({"dropout": 1.5}, "dropout"), ({"loss": "mae"}, "loss"), ({"epochs": 0}, "epochs")],
)
def test_a_parameter_out_of_range_is_refused_in_one_sentence(changes, sentence):
    with pytest.raises(SpecInvalid, match=f"'{sentence}' is"):
        Lstm(**changes)


@pytest.mark.parametrize(("freq", "periods", "horizon"), [("W-MON", 110, 8), ("MS", 40, 6), ("h", 400, 24), ("QS", 14, 2)])
def test_every_grain_is_forecast(freq, periods, horizon):
    dates = pd.date_range("2020-01-06" if freq == "W-MON" else "2020-01-01", periods=periods, freq=freq)
    values = 20 + np.random.default_rng(1).poisson(5, periods)
    frame = pd.concat([pd.DataFrame({"unique_id": name, "ds": dates, "y": values * 1.0}) for name in "AB"])
    fitted = Lstm(horizon=horizon, units=4, epochs=1, windows=64, batch_size=16, members=1).fit(Panel.build(frame, freq=freq))
    forecast = fitted.forecast(horizon)
    assert fitted.failures == ()
    assert ((forecast.mean > 5) & (forecast.mean < 80)).all()


def test_the_models_can_be_listed_without_tensorflow():
    code = "import sys, forecasting.models.lstm as m; m.Lstm(); sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_learning_on_from_a_kept_fit_keeps_what_was_learnt_of_each_sku(fitted, tmp_path):
    longer = Panel.build(weekly_shop(skus=7, days=130))
    exchange.save(fitted, tmp_path / "kept")
    again = workflow.run(Learn(longer, TINY, former=exchange.load(tmp_path / "kept")))
    assert len(again.epochs) == 1  # a third of the epochs
    assert again.forecast(7).ids == ("S0", "S1", "S2", "S3", "S4", "S5", "S6")
    assert again.forecast(7).cutoff == pd.Timestamp("2024-05-09")


def test_learning_on_with_another_shape_starts_afresh(panel, fitted):
    wider = Lstm(**{**vars(TINY), "units": 4}).fit_again(panel, fitted)
    assert len(wider.epochs) == TINY.epochs


def test_new_rows_are_read_without_learning_again(panel, fitted):
    later = fitted.append(Panel.build(weekly_shop(skus=7, days=127)))
    assert later.forecast(7).cutoff == pd.Timestamp("2024-05-06")
    assert later.forecast(7).ids[-1] == "S6"
    assert np.array_equal(fitted.append(panel).forecast(7).mean, fitted.forecast(7).mean)


def test_another_grain_cannot_be_appended(fitted):
    weeks = weekly_shop(days=40).assign(ds=lambda rows: pd.to_datetime("2020-01-06") + (rows["ds"] - rows["ds"].min()) * 7)
    with pytest.raises(InputError, match="fit it again"):
        fitted.append(Panel.build(weeks, freq="W-MON"))


def test_contributions_add_up_to_the_forecast():
    panel = with_price(weekly_shop())
    fitted = Lstm(horizon=7, window=14, units=8, epochs=8, batch_size=64, windows=512, members=1).fit(panel)
    plan = pd.DataFrame({"unique_id": np.repeat(panel.ids, 7), "ds": np.tile(panel.future_dates(7), 6), "price": 5.0})
    parts = fitted.contributions(plan)
    totals = parts.groupby("unique_id")["units"].sum()
    assert totals.to_numpy() == pytest.approx(fitted.forecast(7, plan).total(), rel=1e-4)
    by_topic = parts.groupby("topic")["units"].sum()
    assert {"usual level", "recent sales", "weekday", "price"} <= set(by_topic.index)
    assert by_topic["price"] > 0  # half the price sells more


def test_what_moved_the_forecast_of_one_sku_is_laid_open(panel, fitted, monkeypatch):
    monkeypatch.setattr(contributions, "POINTS", 3)
    topics = insides_of(fitted, panel, "S3", 7, None).topics
    assert topics["topic"].iloc[0] == "usual level"
    assert topics["units"].sum() == pytest.approx(fitted.forecast(7).total()[3], rel=1e-4)


def test_the_mean_of_several_networks_is_forecast(panel, fitted):
    several = Lstm(**{**vars(TINY), "members": 2}).fit(panel)
    other = Lstm(**{**vars(TINY), "seed": 1}).fit(panel)
    expected = (fitted.forecast(7).mean + other.forecast(7).mean) / 2
    assert several.forecast(7).mean == pytest.approx(
        expected, rel=0.02
    )  # the level of the later block is set once for the mean


@pytest.mark.parametrize("family", [Gru, Rnn, Cnn, Hybrid])
def test_the_relatives_of_the_lstm_forecast_too(panel, family):
    spec = family(horizon=7, window=28, units=4, layers=2, epochs=1, windows=64, batch_size=32, members=1)
    forecast = spec.fit(panel).forecast(7)
    sold = np.nanmean(panel.matrix()[:, -28:], axis=1)
    assert forecast.model == family.name
    assert forecast.mean.mean(axis=1) == pytest.approx(sold, rel=0.5)


def test_a_large_shop_is_judged_by_a_part_of_its_windows(panel, monkeypatch):
    monkeypatch.setattr(fitting, "MOST_JUDGED", 4)
    prepared = fitting.prepare(panel, 7, 14)
    some = fitting._some(prepared.validation.pairs, seed=0)
    assert len(some) == 4
    assert {tuple(pair) for pair in some} <= {tuple(pair) for pair in prepared.validation.pairs}
    assert TINY.fit(panel).forecast(7).quantile(0.9).shape == (6, 7)
