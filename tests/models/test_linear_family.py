"""The methods beside least squares, each against a library that has it; past sales as columns; transforms and the way back."""

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from sklearn.linear_model import ElasticNet, Lasso

from forecasting.core.errors import SpecInvalid
from forecasting.core.panel import Panel
from forecasting.features.design import design
from forecasting.models.linear import Linear

PLAIN = Linear(trend="linear", year_waves=1, carry=False)


def panel_of(*series: np.ndarray, freq: str = "D", **columns: np.ndarray) -> Panel:
    dates = pd.date_range("2022-01-03", periods=len(series[0]), freq=freq)
    frames = [pd.DataFrame({"unique_id": f"S{n}", "ds": dates, "y": y} | columns) for n, y in enumerate(series)]
    return Panel.build(pd.concat(frames), freq=freq, known=list(columns))


@pytest.fixture(scope="module")
def shop() -> Panel:
    rng = np.random.default_rng(2)
    days = np.arange(800)
    promo = (rng.random(800) < 0.2).astype(float)
    level = np.exp(2 + 0.4 * (days % 7 == 5) + 0.6 * promo + 0.0005 * days)
    first, second = rng.poisson(level).astype(float), rng.poisson(3 * level).astype(float)
    second[[5, 90, 500]] = np.nan
    return panel_of(first, second, promo=promo)


def columns_and_target(panel: Panel, row: int) -> tuple[np.ndarray, np.ndarray]:
    columns = design(panel, 0, None, PLAIN).frame(row).to_numpy()
    target = panel.matrix()[row]
    seen = ~np.isnan(target)
    return columns[seen], target[seen]


@pytest.mark.parametrize(("method", "share"), [("lasso", 1.0), ("elastic net", 0.3)])
@pytest.mark.parametrize("row", [0, 1])
def test_lasso_and_elastic_net_agree_with_scikit_learn(shop: Panel, method: str, share: float, row: int) -> None:
    columns, target = columns_and_target(shop, row)
    standard, size = (columns - columns.mean(axis=0)) / columns.std(axis=0), target.std()
    kind = Lasso(0.03, tol=1e-10) if method == "lasso" else ElasticNet(0.03, l1_ratio=share, tol=1e-10)
    reference = kind.fit(standard, (target - target.mean()) / size).coef_ * size / columns.std(axis=0)
    found = replace(PLAIN, method=method, mixing=share, penalty=0.03).fit(shop)
    np.testing.assert_allclose(found.solution.weights[row], reference, rtol=1e-5, atol=1e-8)
    assert method == "elastic net" or (reference == 0).any()


def test_the_lasso_drops_what_is_idle_and_keeps_what_works(shop: Panel) -> None:
    noise = np.random.default_rng(0).normal(size=800)
    frame = shop.frame.assign(noise=np.tile(noise, 2))
    panel = Panel.build(frame, known=["promo", "noise"])
    weights = dict(zip((fitted := replace(PLAIN, method="lasso").fit(panel)).terms, fitted.solution.weights.T, strict=True))
    assert (weights["noise"] == 0).all()
    assert (weights["promo"] > 1).all()
    assert (weights["Saturday"] > 1).all()


@pytest.mark.parametrize(("method", "power"), [("poisson", 1.0), ("tweedie", 1.4)])
@pytest.mark.parametrize("row", [0, 1])
def test_counts_agree_with_statsmodels(shop: Panel, method: str, power: float, row: int) -> None:
    columns, target = columns_and_target(shop, row)
    first = np.flatnonzero(~np.isnan(shop.matrix()[row]))[0]
    assert first == 0
    family = sm.families.Poisson() if method == "poisson" else sm.families.Tweedie(sm.families.links.Log(), var_power=power)
    reference = sm.GLM(target, sm.add_constant(columns), family=family).fit(scale="X2", tol=1e-12)
    fitted = replace(PLAIN, method=method, power=power, penalty=0.0).fit(shop)
    found = fitted.coefficients().query("unique_id == @shop.ids[@row]")
    np.testing.assert_allclose(found["estimate"], reference.params, rtol=1e-6)
    np.testing.assert_allclose(found["std_error"], reference.bse, rtol=1e-5)


def test_a_forecast_of_counts_adds_up_to_what_was_sold(shop: Panel) -> None:
    fitted = replace(PLAIN, method="poisson", penalty=0.0).fit(shop)
    table = fitted.residuals()
    assert table["fitted"].sum() == pytest.approx(table["y"].sum(), rel=1e-6)
    assert (table["fitted"] > 0).all()


@pytest.mark.parametrize("transform", ["log", "box-cox"])
@pytest.mark.parametrize("sigma", [0.3, 0.6])
def test_the_way_back_from_a_transform_has_no_bias(transform: str, sigma: float) -> None:
    rng = np.random.default_rng(3)
    season = np.tile([0.0, 0, 0.2, 0.1, 0.5, 0.9, 0.6], 120)
    sales = np.exp(5 + season + rng.normal(0, sigma, 840))
    spec = Linear(method="least squares", trend="none", year_waves=0, transform=transform, carry=False)
    ahead = spec.fit(panel_of(sales)).forecast(7)
    sold = sales.reshape(-1, 7)
    np.testing.assert_allclose(ahead.mean[0], sold.mean(axis=0), rtol=0.12 if transform == "log" else 0.25)
    assert ahead.mean.sum() == pytest.approx(sold.mean(axis=0).sum(), rel=0.02)
    assert (sold < ahead.quantile(0.9)[0]).mean() == pytest.approx(0.9, abs=0.02)


def test_quantiles_of_a_log_model_are_skewed_and_totals_are_not_sums_of_quantiles() -> None:
    sales = np.exp(4 + np.random.default_rng(1).normal(0, 0.5, 400))
    ahead = Linear(trend="none", weekday="none", year_waves=0, transform="log", carry=False).fit(panel_of(sales)).forecast(28)
    low, middle, high = (ahead.quantile(q)[0, 0] for q in (0.1, 0.5, 0.9))
    assert high - middle > 1.3 * (middle - low)
    assert high == pytest.approx(np.quantile(sales, 0.9), rel=0.1)
    assert ahead.total(q=0.9)[0] < 0.8 * ahead.quantile(0.9).sum()
    assert ahead.total(q=0.9)[0] > ahead.total()[0]


def test_lags_ahead_are_fed_with_the_forecasts_before() -> None:
    rng = np.random.default_rng(0)
    sales = np.zeros(500)
    for day in range(500):
        sales[day] = 20 + 0.6 * (sales[day - 1] - 20 if day else 0) + rng.normal()
    spec = Linear(trend="none", weekday="none", year_waves=0, lags=(1,), method="least squares")
    fitted = spec.fit(panel_of(sales))
    design_matrix = sm.add_constant(sales[:-1])
    constant, slope = sm.OLS(sales[1:], design_matrix).fit().params
    expected, last = [], sales[-1]
    for _ in range(10):
        last = constant + slope * last
        expected.append(last)
    np.testing.assert_allclose(fitted.forecast(10).mean[0], expected, rtol=1e-9)
    width = fitted.forecast(10).quantile(0.9) - fitted.forecast(10).quantile(0.1)
    assert width[0, -1] / width[0, 0] == pytest.approx(1 / np.sqrt(1 - slope**2), rel=0.05)


def test_direct_steps_are_regressions_on_what_was_known_then() -> None:
    rng = np.random.default_rng(0)
    sales = 20 + np.cumsum(rng.normal(size=400)) * 0.3
    spec = Linear(trend="none", weekday="none", year_waves=0, lags=(1,), method="least squares", ahead="direct")
    fitted = spec.fit(panel_of(sales))
    for step in (1, 4):
        constant, slope = sm.OLS(sales[step:], sm.add_constant(sales[:-step])).fit().params
        assert fitted.forecast(4).mean[0, step - 1] == pytest.approx(constant + slope * sales[-1], rel=1e-9)


def test_a_rolling_mean_is_of_the_past_only() -> None:
    sales = np.random.default_rng(5).poisson(20, 300).astype(float)
    panel = panel_of(sales)
    spec = Linear(trend="none", weekday="none", year_waves=0, rolling=(7,))
    frame = spec.columns(panel, panel.matrix(), 3, None).frame()
    np.testing.assert_allclose(frame["mean of the last 7"].iloc[50], sales[43:50].mean())
    assert frame["mean of the last 7"].iloc[-2:].isna().all()


@pytest.mark.parametrize("ahead", ["recursive", "direct"])
@pytest.mark.parametrize("method", ["ridge", "poisson", "lasso"])
def test_lags_survive_every_odd_series(ahead: str, method: str) -> None:
    rng = np.random.default_rng(1)
    gappy = rng.poisson(9, 100).astype(float)
    gappy[rng.integers(0, 100, 30)] = np.nan
    growing = 1.5 ** np.arange(100.0)
    panel = panel_of(np.zeros(100), np.full(100, 5.0), gappy, growing, np.r_[np.full(97, np.nan), 1.0, 2, 3], -np.arange(100.0))
    forecast = Linear(method=method, lags=(1, 7), rolling=(14,), ahead=ahead).fit(panel).forecast(30)
    assert np.isfinite(forecast.mean).all()
    assert np.isfinite(forecast.quantile(0.95)).all()
    np.testing.assert_allclose(forecast.mean[0], 0, atol=1e-6)
    np.testing.assert_allclose(forecast.mean[1], 5, rtol=1e-3)


def test_a_young_sku_learns_the_season_of_its_category() -> None:
    months = np.arange(60)
    season = 1 + 0.8 * np.sin(2 * np.pi * months / 12)
    rng = np.random.default_rng(0)
    old = [100 * season * rng.normal(1, 0.05, 60) for _ in range(3)]
    young = np.where(months >= 40, 50 * season, np.nan)
    dates = pd.date_range("2019-01-01", periods=60, freq="MS")
    frame = pd.concat([pd.DataFrame({"unique_id": f"S{n}", "ds": dates, "y": y}) for n, y in enumerate([*old, young])])
    static = pd.DataFrame({"category": ["a"] * 4}, index=[f"S{n}" for n in range(4)])
    panel = Panel.build(frame.dropna(), freq="MS", static=static)
    truth = 50 * (1 + 0.8 * np.sin(2 * np.pi * np.arange(60, 66) / 12))
    off = {
        category: np.abs(Linear(method="least squares", category=category).fit(panel).forecast(6).mean[3] - truth).mean()
        for category in (False, True)
    }
    assert off[True] < 0.5 * off[False]


def test_terms_are_left_out_by_name(shop: Panel) -> None:
    assert {"promo", "Saturday"} <= set(PLAIN.fit(shop).terms)
    terms = replace(PLAIN, without=("promo", "weekday")).fit(shop).terms
    assert {"promo", "Saturday"}.isdisjoint(terms)


def test_impossible_wishes_are_refused_in_words() -> None:
    with pytest.raises(SpecInvalid, match="set the transform to none"):
        Linear(method="poisson", transform="log")
    with pytest.raises(SpecInvalid, match="between 1 and 800"):
        Linear(lags=(0,))


@pytest.mark.slow
@pytest.mark.parametrize("method", ["ridge", "lasso", "poisson"])
def test_three_thousand_skus_take_seconds(method: str) -> None:
    sales = np.random.default_rng(0).poisson(5, (3000, 730)).astype(float)
    dates = pd.date_range("2022-01-01", periods=730)
    frame = pd.DataFrame(
        {"unique_id": np.repeat([f"S{n:04}" for n in range(3000)], 730), "ds": np.tile(dates, 3000), "y": sales.ravel()}
    )
    panel = Panel.build(frame)
    started = time.perf_counter()
    Linear(method=method).fit(panel).forecast(28)
    seconds = time.perf_counter() - started
    print(f"{method}: {seconds:.1f} s")
    assert seconds < 60


@pytest.mark.parametrize("transform", ["log", "box-cox"])
def test_one_bulk_order_does_not_lift_the_forecasts_of_a_log_model(transform: str) -> None:
    rng = np.random.default_rng(0)
    sales = rng.poisson(0.5, 100).astype(float)
    sales[40] = 5000.0
    forecast = Linear(trend="none", weekday="none", year_waves=0, transform=transform).fit(panel_of(sales)).forecast(8)
    assert forecast.mean.mean() < 1.2 * sales.mean()
