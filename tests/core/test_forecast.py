import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from forecasting.core.errors import SpecInvalid
from forecasting.core.forecast import Forecast, Gaussian, Pooled


def forecast(mean: np.ndarray, errors: Gaussian | Pooled) -> Forecast:
    ids = tuple(f"S{i}" for i in range(len(mean)))
    return Forecast("test", pd.Timestamp("2024-01-01"), ids, pd.date_range("2024-01-02", periods=mean.shape[1]), mean, errors)


def test_total_of_independent_days_is_not_the_sum_of_daily_quantiles():
    """Five independent N(50, 8) days at 95 %: 279.4, where the sum of the daily quantiles is 315.8."""
    result = forecast(np.full((1, 5), 50.0), Gaussian(np.array([8.0]), np.eye(1, 5)))
    assert result.total(q=0.95)[0] == pytest.approx(250 + norm.ppf(0.95) * 8 * np.sqrt(5))
    assert result.quantile(0.95).sum() == pytest.approx(315.79, abs=0.01)


def test_total_of_a_random_walk_hangs_together():
    """Var(sum of H steps of a random walk) = sigma^2 H (H + 1) (2 H + 1) / 6."""
    result = forecast(np.full((1, 4), 100.0), Gaussian(np.array([2.0]), np.ones((1, 4))))
    assert result.total(q=norm.cdf(1))[0] == pytest.approx(400 + 2 * np.sqrt(4 * 5 * 9 / 6))


def test_total_of_a_part_matches_simulation():
    psi = np.array([[1.0, 0.6, 0.36, 0.2, 0.1]])
    result = forecast(np.full((1, 5), 1000.0), Gaussian(np.array([10.0]), psi))
    shocks = np.random.default_rng(1).normal(0, 10, (200_000, 5))
    errors = np.stack([sum(psi[0, h - k] * shocks[:, k] for k in range(h + 1)) for h in range(5)], axis=1)
    assert result.total(1, 4, q=0.9)[0] == pytest.approx(3000 + np.quantile(errors[:, 1:4].sum(axis=1), 0.9), abs=0.5)


def test_pooled_errors_scale_with_each_sku():
    paths = np.random.default_rng(2).normal(size=(1, 4000, 3))
    result = forecast(np.array([[10.0] * 3, [1000.0] * 3]), Pooled(np.array([1.0, 100.0]), np.array([0, 0]), paths))
    low, high = result.quantile(0.1), result.quantile(0.9)
    np.testing.assert_allclose((high - low)[1], 100 * (high - low)[0])
    assert result.total(q=0.9)[0] == pytest.approx(30 + norm.ppf(0.9) * np.sqrt(3), abs=0.1)


def test_sample_paths_are_spread_as_each_period_and_add_up_as_totals():
    psi = np.array([[1.0, 0.6, 0.36, 0.2, 0.1]])
    pool = np.cumsum(np.random.default_rng(2).normal(size=(1, 4000, 5)), axis=2)
    for errors in (Gaussian(np.array([10.0]), psi), Pooled(np.array([10.0]), np.array([0]), pool)):
        result = forecast(np.full((1, 5), 1000.0), errors)
        paths = result.sample_paths(20_000, seed=1)
        assert paths.shape == (20_000, 1, 5)
        for q in (0.1, 0.5, 0.9):
            np.testing.assert_allclose(np.quantile(paths, q, axis=0), result.quantile(q), atol=0.8)
            np.testing.assert_allclose(np.quantile(paths[:, :, 1:4].sum(axis=2), q, axis=0), result.total(1, 4, q=q), atol=1.5)
        np.testing.assert_array_equal(result.sample_paths(5, seed=1), result.sample_paths(5, seed=1))
    with pytest.raises(SpecInvalid, match="at least 1"):
        result.sample_paths(0)


def test_nothing_is_ever_below_zero():
    result = forecast(np.zeros((1, 3)), Gaussian(np.array([5.0]), np.eye(1, 3)))
    assert (result.quantile(0.01) >= 0).all()
    assert result.total(q=0.01)[0] == 0
    assert (result.sample_paths(50) >= 0).all()


@pytest.mark.parametrize("bad", [np.array([[-1.0]]), np.array([[np.nan]]), np.array([[np.inf]])])
def test_a_forecast_without_sense_cannot_be_made(bad):
    with pytest.raises(SpecInvalid, match="negative or missing"):
        forecast(bad, Gaussian(np.array([1.0]), np.ones((1, 1))))


def test_select_and_frame_keep_rows_together():
    result = forecast(np.arange(6.0).reshape(3, 2), Gaussian(np.array([0.0, 0.0, 0.0]), np.eye(3, 2)))
    rows = result.select(["S2", "S0"]).to_frame()
    assert rows["unique_id"].tolist() == ["S2", "S2", "S0", "S0"]
    assert rows["mean"].tolist() == rows["p50"].tolist() == [4, 5, 0, 1]
    assert rows["horizon"].tolist() == [1, 2, 1, 2]
