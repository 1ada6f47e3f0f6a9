import numpy as np
import pytest

from forecasting.core.errors import SpecInvalid
from forecasting.evaluation.intervals import Conformal, Habits, _corrected, calibrate


def shop(rate: float, rows: int, seed: int):
    rng = np.random.default_rng(seed)
    mean = np.repeat(rng.lognormal(np.log(rate), 0.5, (rows, 1)), 28, axis=1)
    actual = rng.negative_binomial(2, 2 / (2 + mean)).astype(float)
    past = rng.negative_binomial(2, 2 / (2 + np.repeat(mean, 4, axis=1)))
    return actual, mean, Habits(mean[:, 0], np.sqrt(mean[:, 0]), (past == 0).mean(axis=1))


@pytest.mark.parametrize("rate", [50.0, 5.0, 1.0, 0.5])
def test_intervals_cover_what_they_say(rate):
    actual, mean, habits = shop(rate, 600, 0)
    bounds, paths = calibrate(actual, mean, habits, np.zeros(600, dtype=int), 1, 0, np.arange(600) % 2)
    actual, mean, habits = shop(rate, 600, 1)
    errors = Conformal(habits, np.zeros(600, dtype=int), bounds, paths)
    for low, high, least, most in ((0.1, 0.9, 0.77, 0.85), (0.025, 0.975, 0.93, 0.975)):
        inside = (actual >= errors.quantile(mean, low)) & (actual <= errors.quantile(mean, high))
        assert least < inside.mean() < most


def test_totals_cover_too():
    actual, mean, habits = shop(10.0, 600, 0)
    bounds, paths = calibrate(actual, mean, habits, np.zeros(600, dtype=int), 1, 0, np.arange(600) % 2)
    actual, mean, habits = shop(10.0, 600, 1)
    errors = Conformal(habits, np.zeros(600, dtype=int), bounds, paths)
    below = actual[:, :7].sum(axis=1) <= errors.total_quantile(mean, slice(0, 7), 0.9)
    assert 0.86 < below.mean() < 0.94


@pytest.mark.parametrize("rate", [20.0, 2.0, 0.5])
def test_sample_paths_agree_with_each_period_and_cover_totals(rate):
    actual, mean, habits = shop(rate, 600, 0)
    bounds, paths = calibrate(actual, mean, habits, np.zeros(600, dtype=int), 1, 0, np.arange(600) % 2)
    actual, mean, habits = shop(rate, 600, 1)
    errors = Conformal(habits, np.zeros(600, dtype=int), bounds, paths)
    drawn = errors.draw(mean, 300, np.random.default_rng(0))
    assert drawn.mean() == pytest.approx(actual.mean(), rel=0.12)
    if rate > 10:  # quantiles of slow sellers are those of a central interval
        for q in (0.1, 0.5, 0.9):
            assert np.quantile(drawn, q, axis=0).mean() == pytest.approx(errors.quantile(mean, q).mean(), rel=0.03)
    below = actual[:, :7].sum(axis=1) <= np.quantile(drawn[:, :, :7].sum(axis=2), 0.9, axis=0)
    assert 0.84 < below.mean() < 0.96


def test_a_period_with_more_sales_has_a_wider_interval():
    actual, mean, habits = shop(20.0, 100, 0)
    bounds, paths = calibrate(actual, mean, habits, np.zeros(100, dtype=int), 1, 0, np.arange(100) % 2)
    errors = Conformal(habits, np.zeros(100, dtype=int), bounds, paths)
    wide = errors.quantile(3 * mean, 0.9) - errors.quantile(3 * mean, 0.1)
    assert (wide > 1.5 * (errors.quantile(mean, 0.9) - errors.quantile(mean, 0.1))).all()


def test_few_rows_widen_and_thousands_at_two_cutoffs_are_not_certain_either():
    levels = np.array([0.1, 0.5, 0.9])

    def corrected(rows: int, cutoffs: int) -> np.ndarray:
        return _corrected(levels, np.random.default_rng(0).normal(size=(rows, 4)), np.arange(rows) % cutoffs)

    few, many, certain = (corrected(*shape)[2] for shape in ((20, 2), (2_000, 2), (2_000, 2_000)))
    assert few == pytest.approx(0.9 * (1 + (1 + 9 * 0.01) / 20))
    assert few > many > certain == pytest.approx(0.9, abs=1e-3)
    np.testing.assert_allclose(corrected(20, 2), [1 - few, 0.5, few])


def test_what_all_skus_have_in_common_at_a_cutoff_widens():
    rng = np.random.default_rng(0)
    own, origin = rng.normal(size=(200, 4)), np.arange(200) % 2
    together = own + np.array([-1.0, 1.0])[origin][:, None]
    levels = np.array([0.1, 0.5, 0.9])
    apart, alike = _corrected(levels, own, origin), _corrected(levels, together, origin)
    assert alike[2] > apart[2] + 0.01
    assert alike[0] < apart[0] - 0.01


@pytest.mark.parametrize("rows", [60, 300])
def test_intervals_from_few_rows_cover_new_ones(rows):
    rng = np.random.default_rng(0)
    inside = []
    for _ in range(60):
        mean = np.full((rows, 4), 100.0)
        habits = Habits(np.full(rows, 100.0), np.full(rows, 10.0), np.zeros(rows))
        one = np.zeros(rows, dtype=int)
        sales = mean + rng.normal(0, 10, (rows, 1)) + np.zeros((rows, 4))  # a row is one draw, however long it is
        errors = Conformal(habits, one, *calibrate(sales, mean, habits, one, 1, 0, np.arange(rows) % 2))
        low, high = errors.quantile(mean, 0.025)[0, 0], errors.quantile(mean, 0.975)[0, 0]
        inside.append(np.mean(np.abs(rng.normal(100, 10, 4_000) - (low + high) / 2) <= (high - low) / 2))
    assert np.mean(inside) == pytest.approx(0.955, abs=0.015)


def test_without_held_out_forecasts_there_is_nothing_to_calibrate():
    _, mean, habits = shop(20.0, 5, 0)
    with pytest.raises(SpecInvalid, match="calibrate"):
        calibrate(np.full(mean.shape, np.nan), mean, habits, np.zeros(5, dtype=int), 1, 0, np.zeros(5))


@pytest.mark.parametrize(("rows", "off"), [(1, 30.0), (3, 0.0), (5, 30.0), (5, -30.0), (12, 30.0)])
def test_a_few_errors_to_one_side_do_not_move_the_interval_off_the_forecast(rows, off):
    mean, one = np.full((rows, 3), 100.0), np.zeros(rows, dtype=int)
    habits = Habits(np.full(rows, 100.0), np.full(rows, 10.0), np.zeros(rows))
    errors = Conformal(habits, one, *calibrate(mean + off, mean, habits, one, 1, 0, np.arange(rows)))
    low, middle, high = (errors.quantile(mean, q)[0, 0] for q in (0.1, 0.5, 0.9))
    assert low < 100.0 < high
    assert abs(middle - 100.0) <= 0.4 * abs(off)
    assert (
        errors.total_quantile(mean, slice(0, 3), 0.1)[0] < 300.0 < errors.total_quantile(mean, slice(0, 3), 0.9)[0] or not off
    )


def test_the_mean_lies_between_the_outer_tenths_also_where_many_rows_err_to_one_side():
    mean, one = np.full((60, 3), 100.0), np.zeros(60, dtype=int)
    habits = Habits(np.full(60, 100.0), np.full(60, 10.0), np.zeros(60))
    sales = mean + np.random.default_rng(0).uniform(10, 30, mean.shape)
    errors = Conformal(habits, one, *calibrate(sales, mean, habits, one, 1, 0, np.arange(60) % 2))
    assert (errors.quantile(mean, 0.1) <= mean).all()
    assert (errors.quantile(mean, 0.5) > mean).all()
