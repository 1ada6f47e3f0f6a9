"""A network goes on from its last fit, and its test knows nothing of what it is tested on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting import exchange, workflow
from forecasting.core.panel import Panel
from forecasting.models.lstm import Lstm
from forecasting.workflow import TryModel, Tryout

TINY = Lstm(horizon=7, window=14, units=8, epochs=3, batch_size=32, windows=128, members=1)


def shop(days: int) -> Panel:
    random = np.random.default_rng(0)
    rows = [random.poisson(4.0 * (sku + 1), 160)[:days].astype(float) for sku in range(6)]
    dates = pd.date_range("2024-01-01", periods=days)
    return Panel.build(pd.concat(pd.DataFrame({"unique_id": f"S{sku}", "ds": dates, "y": row}) for sku, row in enumerate(rows)))


@pytest.fixture(scope="module")
def first() -> Tryout:
    return workflow.run(TryModel(shop(120), TINY, 7))


def test_a_fit_keeps_its_network_and_goes_on_from_it(first: Tryout, tmp_path) -> None:
    exchange.save(first, tmp_path / "kept")
    former = exchange.load(tmp_path / "kept").fit.network
    later = workflow.run(TryModel(shop(130), TINY, 7, former=former))
    assert later.fit.spec == TINY
    assert len(later.fit.network.epochs) == 1  # a third of the passes
    assert later.held_out[0].model == "lstm"
    assert later.fit.network.origin.cutoff == pd.Timestamp("2024-05-09")


def test_what_is_held_back_is_not_known_to_the_network_that_is_tested(first: Tryout) -> None:
    afresh = workflow.run(TryModel(shop(123), TINY, 7))  # the last fit has seen four of the seven days that are held back
    onward = workflow.run(TryModel(shop(123), TINY, 7, former=first.fit.network))
    np.testing.assert_array_equal(onward.held_out[0].mean, afresh.held_out[0].mean)
    assert len(onward.fit.network.epochs) == 1
    assert not np.array_equal(onward.fit.forecast.mean, afresh.fit.forecast.mean)


def test_other_models_keep_no_network() -> None:
    assert workflow.run(TryModel(shop(120), workflow.make("window_mean"), 7)).fit.network is None
