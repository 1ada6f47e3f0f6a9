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
    assert select(rehearsal(8), np.array([1.0, 1.0, 0.0])).tolist() == [0.5, 0.5, 0.0]


def test_what_is_far_off_at_each_cutoff_is_struck_off_the_prior():
    assert select(rehearsal(8), np.array([1.0, 0.0, 1.0])).tolist() == [1.0, 0.0, 0.0]


def test_what_is_far_off_at_one_cutoff_only_stays():
    past = rehearsal(8)
    first = past.origin == 0
    past.forecasts[2, first], past.forecasts[0, ~first] = past.actual[first], 3 * past.actual[~first]
    assert select(past, np.array([1.0, 0.0, 1.0]))[2] > 0.2


def test_a_member_that_fails_has_no_weight_and_does_no_harm():
    past = rehearsal(50)
    past.forecasts[2] = np.nan
    assert np.isfinite(past.combined(np.array([0.5, 0.5, 0.0]))).all()
