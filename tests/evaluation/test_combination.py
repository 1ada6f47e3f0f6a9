import numpy as np
import pytest

from forecasting.evaluation.combination import Rehearsal, select


def rehearsal(rows: int) -> Rehearsal:
    """Three members: one good, one as good with other errors, one useless."""
    rng = np.random.default_rng(0)
    actual = rng.poisson(20, (rows, 7)).astype(float)
    members = np.stack([actual + rng.normal(0, 4, actual.shape), actual + rng.normal(0, 4, actual.shape), actual * 3])
    return Rehearsal(("a", "b", "c"), members, actual, np.arange(rows) % 2, np.arange(rows), np.ones(rows), np.ones(rows))


def test_the_useless_member_gets_no_weight_and_a_useful_one_some():
    weights = select(rehearsal(400), np.array([1.0, 0.0, 0.0]))
    assert weights.sum() == pytest.approx(1.0)
    assert weights[2] == 0.0
    assert 0.2 < weights[1] < 0.4


def test_a_handful_of_series_leaves_the_prior_as_it_is():
    prior = np.array([1.0, 0.0, 1.0])
    assert select(rehearsal(20), prior).tolist() == [0.5, 0.0, 0.5]


def test_a_member_that_fails_has_no_weight_and_does_no_harm():
    past = rehearsal(50)
    past.forecasts[2] = np.nan
    assert np.isfinite(past.combined(np.array([0.5, 0.5, 0.0]))).all()
