"""Tuning: it finds what is there to find, never looks at the last block, and keeps the default where it must."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from forecasting import exchange
from forecasting.core.errors import FitFailed, HistoryTooShort, ShelfcastError, SpecInvalid
from forecasting.core.knob import SEASON, among, between, check_knobs, knob
from forecasting.core.panel import Panel
from forecasting.core.progress import Progress, listen
from forecasting.evaluation.search import DONE, PRUNED, REFUSED, Trial
from forecasting.evaluation.space import Dimension, changed, complexity, grid_of, space_of, values_of
from forecasting.evaluation.tuning import METHODS, Tuned, Tuning, choose, tune
from forecasting.models import MODELS, make
from forecasting.models.naive import FittedCycle

HORIZON = 7


@dataclass(frozen=True)
class Constant:
    """Forecasts `level` units for every period; `cost` changes nothing, but a lower one is simpler."""

    name: ClassVar[str] = "constant"
    level: float = knob(2.0, "Level", "Units.", low=0, high=100, search=between(0.0, 20.0, neutral=True))
    cost: int = knob(3, "Cost", "Says nothing.", search=between(0, 3))
    broken: bool = False

    def __post_init__(self) -> None:
        check_knobs(self)

    def fit(self, panel: Panel) -> FittedCycle:
        if self.broken or self.level > 18:
            raise FitFailed("too high to be fitted")
        return FittedCycle(self.name, panel, np.full((len(panel), 1), self.level), panel.matrix() * np.nan, 1.0)


def shop(level: float = 12.0, last: float | None = None, skus: int = 1, periods: int = 70) -> Panel:
    """Sales around a level; in the last block around another one."""
    random = np.random.default_rng(0)
    y = level + random.normal(0, 1, (skus, periods))
    if last is not None:
        y[:, -HORIZON:] += last - level
    days = pd.date_range("2024-01-01", periods=periods)
    frames = [pd.DataFrame({"unique_id": f"S{number:02}", "ds": days, "y": row}) for number, row in enumerate(y)]
    return Panel.build(pd.concat(frames))


def tuning(**changes: object) -> Tuning:
    return replace(Tuning(Constant(), HORIZON, trials=30), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", METHODS)
def test_every_search_finds_the_level_and_says_what_it_gained(method: str) -> None:
    found = tune(shop(), tuning(method=method))
    assert isinstance(found.use, Constant)
    assert found.use.level == pytest.approx(12, abs=1.5)
    assert found.better
    assert found.verdict.startswith("Tuning found ")
    assert "less error than the default on the last 7 days, which neither had seen" in found.verdict
    assert found.gain == pytest.approx(1 - found.error / found.default_error)


@pytest.mark.parametrize("method", METHODS)
def test_what_happens_in_the_last_block_changes_nothing_in_the_choice(method: str) -> None:
    one, other = (tune(shop(last=last), tuning(method=method)) for last in (None, 500.0))
    assert one.chosen == other.chosen
    assert one.best == other.best
    pd.testing.assert_frame_equal(one.trials.drop(columns="seconds"), other.trials.drop(columns="seconds"))
    assert one.default_error != other.default_error


def test_a_cheat_in_the_last_block_is_noticed_there() -> None:
    found = tune(shop(last=1.0), tuning())
    assert found.use == Constant()
    assert not found.better
    assert "worse than the default: the default is kept" in found.verdict


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_search(method: str) -> None:
    one, two = (tune(shop(), tuning(method=method, seed=4)) for _ in range(2))
    pd.testing.assert_frame_equal(one.trials.drop(columns="seconds"), two.trials.drop(columns="seconds"))
    assert one.chosen == two.chosen


def test_the_simplest_of_equals_is_chosen() -> None:
    found = tune(shop(), tuning(method="grid", trials=40))
    assert isinstance(found.chosen, Constant)
    assert found.chosen.cost == 0
    row = found.trials.loc[found.chosen_trial]
    assert row["behind"] <= row["behind_error"]


def test_within_one_standard_error_of_the_difference_is_equal() -> None:
    space = (Dimension("cost", "Cost", between(0, 3)),)
    hard = np.array([0.2, 0.9, 0.5])  # one block is far harder than another: that says nothing of the settings
    trials = [
        Trial((3,), tuple(hard + 0.3), 1.0, is_default=True),
        Trial((2,), tuple(hard), 1.0),
        Trial((1,), tuple(hard + np.array([0.02, -0.015, 0.01])), 1.0),
        Trial((0,), tuple(hard + 0.05), 1.0),
        Trial((0,), (0.01,), 1.0, PRUNED),
        Trial((0,), (), 1.0, REFUSED),
    ]
    best, chosen, history = choose(tuple(trials), space)
    assert (best, chosen) == (1, 2)
    assert history["best_so_far"].round(3).tolist() == [0.833, 0.533, 0.533, 0.533, 0.533, 0.533]
    assert history["state"].tolist() == [DONE] * 4 + [PRUNED, REFUSED]
    assert np.isnan(history["score"].iloc[-1])


def test_nothing_that_is_worse_than_the_default_is_chosen_because_it_is_simple() -> None:
    trials = (Trial((3,), (0.5, 0.5), 1.0, is_default=True), Trial((2,), (0.4, 0.5), 1.0), Trial((0,), (0.4, 0.9), 1.0))
    best, chosen, history = choose(trials, (Dimension("cost", "Cost", between(0, 3)),))
    assert history.loc[2, "behind"] <= history.loc[2, "behind_error"]
    assert (best, chosen) == (1, 1)


def test_one_cutoff_has_no_standard_error_so_the_best_is_chosen() -> None:
    trials = (Trial((3,), (0.5,), 1.0, is_default=True), Trial((3,), (0.4,), 1.0), Trial((0,), (0.41,), 1.0))
    best, chosen, history = choose(trials, (Dimension("cost", "Cost", between(0, 3)),))
    assert (best, chosen) == (1, 1)
    assert history["std_error"].isna().all()


def test_what_does_badly_is_given_up_before_the_last_cutoff() -> None:
    found = tune(shop(), tuning(trials=40))
    assert (found.trials["state"] == PRUNED).any()
    assert found.trials.loc[found.trials["state"] != DONE, "score"].isna().all()
    assert found.importance["parameter"].iloc[0] == "Level"
    assert found.importance["share"].sum() == pytest.approx(1)


def test_settings_that_cannot_be_fitted_are_counted_and_never_chosen() -> None:
    space = (Dimension("level", "Level", among(19.0, 12.0, 20.0)),)
    found = tune(shop(), tuning(space=space, method="grid"))
    assert found.trials["state"].tolist().count(REFUSED) == 2
    assert isinstance(found.chosen, Constant)
    assert found.chosen.level == 12
    assert found.ended == "everything was tried"


def test_a_default_that_cannot_be_fitted_is_its_own_sentence() -> None:
    with pytest.raises(FitFailed, match="too high to be fitted"):
        tune(shop(), tuning(model=Constant(broken=True)))


def test_the_time_budget_ends_the_search() -> None:
    found = tune(shop(), tuning(trials=10_000, seconds=1.0))
    assert found.ended == "the time was up"
    assert 1 < len(found.trials) < 10_000


def test_progress_only_goes_forward_and_names_the_best_so_far() -> None:
    heard: list[Progress] = []
    with listen(heard.append):
        tune(shop(), tuning(trials=5))
    fractions = [progress.fraction for progress in heard]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert any("best so far" in progress.message and "(default" in progress.message for progress in heard)


@pytest.mark.parametrize("metric", ["wape", "rmsse"])
def test_nothing_sold_is_one_sentence(metric: str) -> None:
    empty = shop()
    silent = replace(empty, columns={"y": np.zeros_like(empty.columns["y"])})
    with pytest.raises(ShelfcastError, match="Nothing was sold"):
        tune(silent, tuning(metric=metric))


def test_a_last_block_without_sales_keeps_the_default() -> None:
    panel = shop()
    y = panel.columns["y"].copy()
    y[-HORIZON:] = 0.0
    found = tune(replace(panel, columns={"y": y}), tuning())
    assert found.use == Constant()
    assert "Nothing can be compared" in found.verdict


def test_short_history_says_what_is_needed() -> None:
    with pytest.raises(HistoryTooShort, match="The data has 20 days; tuning 7 ahead needs at least 21"):
        tune(shop(periods=20), tuning())
    found = tune(shop(periods=21), tuning(trials=3))
    assert len(found.cutoffs) == 1


def test_a_large_panel_is_searched_on_a_sample_of_all_sizes() -> None:
    found = tune(shop(skus=30), tuning(trials=3, skus=6))
    assert found.skus == 6


def test_nothing_to_tune_is_said() -> None:
    with pytest.raises(SpecInvalid, match="has no setting to tune"):
        tune(shop(), Tuning(make("ces"), HORIZON))


@pytest.mark.parametrize("wrong", [{"method": "guess"}, {"metric": "mape"}, {"seconds": 0}, {"horizon": 0}])
def test_senseless_requests_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(SpecInvalid):
        tuning(**wrong)


def test_the_parts_of_a_tuple_are_searched_and_the_season_is_that_of_the_data() -> None:
    space = space_of(make("arima"), season=12)
    assert [dimension.label for dimension in space][:6] == ["p", "d", "q", "P", "D", "Q"]
    spec = changed(make("arima"), space[:6], (1, 0, 2, 0, 1, 1), season=12)
    assert (spec.order, spec.seasonal_order) == ((1, 0, 2), (0, 1, 1, 12))  # type: ignore[attr-defined]
    assert values_of(spec, space[:4]) == (1, 0, 2, 0)
    assert not [dimension for dimension in space_of(make("arima"), season=1) if dimension.parameter == "seasonal_order"]
    assert SEASON.fixed


def test_a_grid_is_as_fine_as_the_trials_allow() -> None:
    space = (Dimension("a", "A", between(0.0, 1.0)), Dimension("b", "B", among("x", "y")))
    assert len(grid_of(space, 10, seed=0)) == 10
    assert len(set(grid_of(space, 3, seed=0))) == 3


def test_simplicity_counts_where_it_means_something() -> None:
    space = (Dimension("a", "A", between(10.0, 0.1, log=True)), Dimension("b", "B", among("x", "y", neutral=True)))
    assert complexity(space, (10.0, "y")) == 0
    assert complexity(space, (1.0, "x")) == pytest.approx(0.5)


@pytest.mark.parametrize("name", MODELS)
def test_every_range_of_a_model_gives_specs_that_it_accepts(name: str) -> None:
    spec = make(name)
    space = space_of(spec, season=7)
    for values in grid_of(space, 12, seed=1) if space else []:
        assert values_of(changed(spec, space, values, season=7), space) == values
    for dimension in space:
        assert not dimension.search.fixed
        assert dimension.label


def test_a_result_goes_through_a_folder(tmp_path) -> None:
    found = tune(shop(), Tuning(make("window_mean"), HORIZON, trials=10))
    exchange.save(found, tmp_path / "found")
    loaded = exchange.load(tmp_path / "found")
    assert isinstance(loaded, Tuned)
    assert (loaded.use, loaded.verdict) == (found.use, found.verdict)
    pd.testing.assert_frame_equal(loaded.trials, found.trials)
    pd.testing.assert_frame_equal(loaded.values, found.values)
