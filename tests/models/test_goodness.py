"""What a regression's summary says of its fit is what statsmodels says; as in R, the variance counts as a parameter."""

import numpy as np
import pytest
import statsmodels.api as sm

from forecasting.models.goodness import goodness


@pytest.fixture
def columns(rng: np.random.Generator) -> np.ndarray:
    return sm.add_constant(rng.normal(size=(60, 3)))


def test_least_squares(rng: np.random.Generator, columns: np.ndarray) -> None:
    target = columns @ [5.0, 1.0, -2.0, 0.0] + rng.normal(size=60)
    theirs = sm.OLS(target, columns).fit()
    ours = goodness(np.append(target, np.nan), np.append(theirs.fittedvalues, 1.0), 4, "least squares")
    assert (ours.observed, ours.freedom) == (60, 56)
    assert ours.sigma == pytest.approx(np.sqrt(theirs.scale), rel=1e-12)
    assert (ours.r_squared, ours.adjusted) == pytest.approx((theirs.rsquared, theirs.rsquared_adj), rel=1e-12)
    assert ours.log_likelihood == pytest.approx(theirs.llf, rel=1e-12)
    assert f"AIC {theirs.aic + 2:.2f}" in ours.text()


def test_counts(rng: np.random.Generator, columns: np.ndarray) -> None:
    target = rng.poisson(np.exp(columns @ [1.0, 0.2, -0.1, 0.0])).astype(float)
    theirs = sm.GLM(target, columns, family=sm.families.Poisson()).fit()
    ours = goodness(target, theirs.fittedvalues, 4, "poisson")
    assert ours.log_likelihood == pytest.approx(theirs.llf, rel=1e-9)
    assert f"AIC {theirs.aic:.2f}" in ours.text()


def test_where_there_is_no_likelihood_none_is_told() -> None:
    assert "AIC" not in goodness(np.array([1.5, 0.0, 2.0]), np.array([1.0, 1.0, 1.0]), 1, "tweedie").text()
    assert "AIC" not in goodness(np.array([1.5, 0.0, 2.0]), np.array([1.0, 1.0, 1.0]), 1, "poisson").text()
    assert "AIC" not in goodness(np.full(5, 3.0), np.full(5, 3.0), 1, "ridge").text()
