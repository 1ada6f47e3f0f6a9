"""Synthetic windows: what a generator keeps of the shop, what the measures tell; they never reach the later block."""

import numpy as np
import pandas as pd
import pytest

from forecasting import workflow
from forecasting.core.errors import HistoryTooShort, SpecInvalid
from forecasting.core.panel import Panel
from forecasting.evaluation.backtest import Backtest
from forecasting.models.lstm import Lstm
from forecasting.models.network.fitting import prepare, real_of, synthetic_of
from forecasting.models.network.synthetic import GENERATORS, synthesize, vae, wgan
from forecasting.models.network.synthetic.quality import quality_of
from forecasting.models.network.synthetic.warps import jittered, scaled, warped_places
from forecasting.models.network.synthetic.windows import LARGEST
from forecasting.models.network.training import Batches, _drawn, _steps

TINY = Lstm(horizon=7, window=14, units=4, epochs=1, batch_size=32, windows=64, members=1)


def shop(skus: int = 12, days: int = 130, seed: int = 0) -> Panel:
    random = np.random.default_rng(seed)
    dates = pd.date_range("2024-01-01", periods=days)
    shape = 1.0 + 0.8 * (np.asarray(dates.dayofweek) == 5)
    return Panel.build(
        pd.concat(
            pd.DataFrame({"unique_id": f"S{k:02}", "ds": dates, "y": random.poisson((k + 1) * shape).astype(float)})
            for k in range(skus)
        )
    )


@pytest.fixture(scope="module")
def panel() -> Panel:
    return shop()


@pytest.fixture(scope="module")
def real(panel):
    return real_of(prepare(panel, 7, 14), seed=0)


@pytest.fixture
def hurried(monkeypatch):
    """Generators that learn next to nothing, which is enough to see what they return."""
    monkeypatch.setattr(vae, "EPOCHS", 2)
    monkeypatch.setattr(wgan, "STEPS", 5)


def test_real_windows_begin_in_one_phase_and_end_before_the_later_block(panel, real):
    prepared = prepare(panel, 7, 14)
    assert len(set((real.pairs[:, 1] % 7).tolist())) == 1
    assert (real.pairs[:, 1] + 7).max() <= prepared.training.end
    saturday = (panel.first + pd.to_timedelta(real.pairs[0, 1] - 14 + np.arange(21), unit="D")).dayofweek == 5
    assert real.paths[:, saturday].mean() > 1.5 * real.paths[:, ~saturday].mean()


def test_a_sku_that_wakes_drowns_no_other_window():
    frame = shop(days=200).frame
    asleep = (frame["unique_id"] == "S00") & frame["ds"].between("2024-01-10", "2024-05-01")
    awake = (frame["unique_id"] == "S00") & (frame["ds"] > "2024-05-01")
    frame.loc[asleep, "y"], frame.loc[awake, "y"] = 0.0, 5_000.0
    assert real_of(prepare(Panel.build(frame), 7, 14), seed=0).paths.max() == LARGEST


def test_the_rate_of_learning_falls_until_the_last_batch(panel):
    prepared, plan = prepare(panel, 7, 14), Lstm(**{**vars(TINY), "augment": "bootstrap"})._plan(1)
    for synthetic in (None, synthetic_of(prepared, plan)):
        batches = Batches(prepared.history, prepared.cutter, 32, 1.0, synthetic)
        drawn = list(_drawn(batches, prepared.training, prepared.training.pairs[:100], np.random.default_rng(0)))
        assert _steps(batches, 100) == len(drawn)


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generator_gives_the_same_windows_for_a_seed_and_none_below_zero(real, name, hurried):
    made, again = (synthesize(name, real, 50, seed=3) for _ in range(2))
    assert made.paths.shape == (50, 21)
    assert np.array_equal(made.paths, again.paths)
    assert (made.paths >= 0).all()
    assert {tuple(pair) for pair in made.pairs} <= {tuple(pair) for pair in real.pairs}


def test_noise_and_size_leave_the_mean_and_the_empty_days():
    paths = np.ones((4_000, 21))
    paths[:, ::7] = 0.0
    random = np.random.default_rng(0)
    changed = scaled(jittered(paths, random), random)
    assert changed.mean() == pytest.approx(paths.mean(), rel=0.02)
    assert not changed[:, ::7].any()


def test_a_warp_moves_whole_weeks():
    path = np.tile([0.0, 1, 2, 3, 4, 5, 6], 8) + 10 * np.repeat(np.arange(8), 7)
    warped = path[warped_places(len(path), 7, np.random.default_rng(1))]
    assert warped.shape == path.shape
    assert (warped.reshape(8, 7) % 10 == np.arange(7)).all()
    assert not np.array_equal(warped, path)


@pytest.mark.parametrize("name", ["warp", "bootstrap"])
def test_a_promotion_moves_with_what_it_sold(panel, name):
    promo = np.random.default_rng(0).random(len(panel.frame)) < 0.2
    frame = panel.frame.assign(promo=promo.astype(float), y=20.0 + 80.0 * promo)
    prepared = prepare(Panel.build(frame, known=("promo",)), 7, 14)
    made = synthesize(name, real_of(prepared, seed=0), 200, seed=0)
    inputs, ahead = made.inputs(prepared.history, prepared.cutter, np.arange(200))
    told = prepared.history.calendar.shape[1]
    sold = np.concatenate([np.expm1(inputs.past[:, :, 0]), ahead], axis=1)
    on = np.concatenate([inputs.past[:, :, 2 + told], inputs.future[:, :, told]], axis=1) > 0.5
    assert on.mean() == pytest.approx(0.2, abs=0.05)
    assert sold[on].mean() > 3 * sold[~on].mean()


def test_the_bootstrap_keeps_the_week(real):
    made = synthesize("bootstrap", real, 400, seed=0).paths
    week = np.stack([paths.reshape(-1, 3, 7).mean(axis=(0, 1)) for paths in (real.paths, made)])
    assert week[1] == pytest.approx(week[0], rel=0.15)


def test_counts_scatter_around_what_the_decoder_expects():
    answer = np.full((4_000, 3, 2), 0.5)
    answer[..., 0] = np.log(2.0)
    drawn = 5.0 * vae.observed(answer, np.full(4_000, 5.0), np.random.default_rng(0))
    dispersion = np.logaddexp(0, 0.5) + 1e-3
    assert drawn.mean() == pytest.approx(10.0, rel=0.05)
    assert drawn.var() == pytest.approx(10 + dispersion * 100, rel=0.1)
    assert (drawn == np.round(drawn)).all()


def test_measures_know_good_windows_from_copies_and_from_bad_ones(real):
    seen, held = real.paths[::2], real.paths[1::2]
    like = quality_of(seen, held, synthesize("bootstrap", real, 60, seed=0).paths, 14, seed=0)
    copied = quality_of(seen, held, seen, 14, seed=0)
    bad = quality_of(seen, held, np.full(held.shape, 3.0), 14, seed=0)
    assert copied.nearest == 0.0
    assert bad.discriminative > 0.45 > like.discriminative
    assert bad.coverage < 0.1 < like.coverage
    assert bad.marginal > 5 * like.marginal
    assert like.transfer < 1.5


def test_the_later_block_has_no_part_in_synthetic_windows(panel):
    prepared = prepare(panel, 7, 14)
    changed = panel.matrix()
    changed[:, prepared.training.end :] *= 100
    frame = panel.frame.assign(y=changed.ravel())
    spec = Lstm(**{**vars(TINY), "augment": "bootstrap"})
    plan = spec._plan(1)
    ours, theirs = (synthetic_of(prepare(each, 7, 14), plan) for each in (panel, Panel.build(frame)))
    assert np.array_equal(ours.paths, theirs.paths)


def test_a_network_learns_from_them_and_forecasts(panel):
    forecast = Lstm(**{**vars(TINY), "augment": "warp"}).fit(panel).forecast(7)
    assert forecast.ids == panel.ids
    assert forecast.mean.mean() == pytest.approx(np.nanmean(panel.matrix()[:, -28:]), rel=0.5)


def test_they_stay_off_unless_they_surely_help(panel):
    tried = workflow.run(workflow.TrySynthetic(panel, TINY, "bootstrap", Backtest(7, windows=1)))
    assert tried.lower <= tried.gain <= tried.upper
    assert tried.helps == (tried.gain >= 0.01 and tried.lower > 0)
    assert ("stay off" in tried.verdict) != tried.helps
    assert tried.gain == pytest.approx(1 - tried.wape / tried.wape_without)


def test_the_network_without_them_learns_as_long(panel):
    prepared = prepare(panel, 7, 14)
    both = []
    for spec in (workflow.augmenting.as_long(TINY), Lstm(**{**vars(TINY), "augment": "warp"})):
        plan = spec._plan(1)
        batches = Batches(prepared.history, prepared.cutter, 32, 1.0, synthetic_of(prepared, plan))
        both.append(_steps(batches, min(plan.windows, len(prepared.training.pairs))))
    assert both[0] == both[1]


def test_an_unknown_generator_and_too_few_windows_are_told_in_a_sentence(panel):
    with pytest.raises(SpecInvalid, match="choose one of none, warp"):
        Lstm(augment="dream")
    with pytest.raises(SpecInvalid, match="There is no generator"):
        workflow.run(workflow.TrySynthetic(panel, TINY, "dream", Backtest(7, windows=1)))
    with pytest.raises(HistoryTooShort, match="Choose more SKUs"):
        workflow.run(workflow.TrySynthetic(shop(skus=1, days=60), TINY, "warp", Backtest(7, windows=1)))
