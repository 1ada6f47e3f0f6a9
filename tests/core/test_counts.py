import numpy as np
import pytest
from scipy.stats import nbinom

from forecasting.core.counts import Counts


def sales(dispersion: float, skus: int = 200, periods: int = 300):
    rng = np.random.default_rng(0)
    mean = np.repeat(rng.lognormal(-0.5, 1.0, (skus, 1)), periods, axis=1)
    return rng.poisson(rng.gamma(1 / dispersion, dispersion * mean)).astype(float), mean


def test_quantiles_are_those_of_the_negative_binomial():
    """Variance = mean + a mean², which is scipy's with n = 1 / a and p = 1 / (1 + a mean)."""
    errors, mean = Counts(np.array([0.5, 2.0])), np.array([[0.3, 4.0], [0.3, 4.0]])
    for q in (0.1, 0.5, 0.9, 0.975):
        wanted = [[nbinom.ppf(q, 1 / a, 1 / (1 + a * m)) for m in row] for a, row in zip((0.5, 2.0), mean, strict=True)]
        np.testing.assert_array_equal(errors.quantile(mean, q), wanted)
    assert nbinom.var(2.0, 1 / (1 + 0.5 * 4.0)) == pytest.approx(4.0 + 0.5 * 4.0**2)


def test_without_dispersion_it_is_poisson_and_without_sales_zero():
    errors = Counts(np.zeros(1))
    assert errors.quantile(np.array([[0.0, 10.0]]), 0.9).tolist() == [[0.0, 14.0]]


@pytest.mark.parametrize("dispersion", [0.2, 1.0])
def test_the_dispersion_is_found(dispersion):
    actual, mean = sales(dispersion)
    assert np.median(Counts.of(actual, mean).dispersion) == pytest.approx(dispersion, rel=0.25)


def test_upper_ends_hold_what_they_say_for_periods_and_totals():
    actual, mean = sales(1.0)
    errors = Counts.of(actual[:, :272], mean[:, :272])
    later, expected = actual[:, 272:], mean[:, 272:]
    assert 0.94 < (later <= errors.quantile(expected, 0.95)).mean() < 0.99
    assert 0.87 < (later.sum(axis=1) <= errors.total_quantile(expected, slice(0, 28), 0.9)).mean() < 0.96


def test_paths_are_whole_units_with_the_mean_and_the_spread():
    errors, mean = Counts(np.array([1.0])), np.full((1, 4), 2.0)
    paths = errors.draw(mean, 20_000, np.random.default_rng(0))
    assert (paths == np.round(paths)).all()
    np.testing.assert_allclose(paths.mean(axis=0), mean, rtol=0.05)
    np.testing.assert_allclose(paths.var(axis=0), 2.0 + 2.0**2, rtol=0.08)
    total = errors.total_quantile(mean, slice(0, 4), 0.9)[0]
    assert np.quantile(paths.sum(axis=2), 0.9) == pytest.approx(total, abs=1)


def test_taking_some_skus_keeps_their_own():
    assert Counts(np.array([0.1, 0.2, 0.3])).take(np.array([2, 0])).dispersion.tolist() == [0.3, 0.1]
