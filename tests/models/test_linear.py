import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from sklearn.linear_model import Ridge

from forecasting.core.errors import SpecInvalid
from forecasting.core.model import future_grid
from forecasting.core.panel import Panel
from forecasting.features.design import design
from forecasting.models.linear import Linear

FIVE = Linear(trend="linear", weekday="none", year_waves=0)


def panel_of(*series: list[float], start: str = "2024-01-01", freq: str = "D") -> Panel:
    frames = [
        pd.DataFrame({"unique_id": f"S{number}", "ds": pd.date_range(start, periods=len(y), freq=freq), "y": y})
        for number, y in enumerate(series)
    ]
    return Panel.build(pd.concat(frames), freq=freq)


def shop(count: int = 3, days: int = 200) -> Panel:
    rng = np.random.default_rng(0)
    frames = []
    for number in range(count):
        price = rng.choice([8.0, 9.0, 10.0], days)
        sales = 20 + 5 * (np.arange(days) % 7 == 5) - 15 * np.log(price / 9) + rng.normal(0, 2, days)
        sales[rng.integers(0, days, 10)] = np.nan
        dates = pd.date_range("2024-01-01", periods=days)
        frames.append(pd.DataFrame({"unique_id": f"S{number}", "ds": dates, "y": sales, "price": price}).iloc[20 * number :])
    return Panel.build(pd.concat(frames), known=["price"])


def test_five_points_give_the_line_that_least_squares_gives() -> None:
    fitted = FIVE.fit(panel_of([100, 120, 90, 150, 80]))
    estimates = fitted.coefficients().set_index("term")["estimate"]
    assert estimates["constant"] == pytest.approx(111, abs=1e-9)
    assert estimates["trend"] == pytest.approx(-1, abs=1e-9)
    assert fitted.forecast(1).mean[0, 0] == pytest.approx(105, abs=1e-9)


@pytest.mark.parametrize("row", [0, 1, 2])
def test_least_squares_agrees_with_statsmodels(row: int) -> None:
    panel = shop()
    spec = Linear(method="least squares", trend="linear", year_waves=0)
    name = panel.ids[row]
    columns = design(panel, 0, None, spec).frame(row).set_index(panel.calendar).loc[panel.series(name)["ds"]]
    columns["trend"] -= columns["trend"].iloc[0] - 1  # the constant is the level before the SKU's own first period
    seen = panel.series(name)["y"].notna().to_numpy()
    reference = sm.OLS(panel.series(name)["y"].to_numpy()[seen], sm.add_constant(columns.to_numpy()[seen])).fit()
    found = spec.fit(panel).coefficients().query("unique_id == @name")
    np.testing.assert_allclose(found["estimate"], reference.params, rtol=1e-8)
    np.testing.assert_allclose(found["std_error"], reference.bse, rtol=1e-8)
    np.testing.assert_allclose(found["p_value"], reference.pvalues, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(found[["lower", "upper"]], reference.conf_int(), rtol=1e-8)


def test_ridge_agrees_with_scikit_learn() -> None:
    panel = shop(1).select(["S0"])
    spec = Linear(penalty=0.5, year_waves=0)
    series = panel.series("S0")
    seen = series["y"].notna().to_numpy()
    columns = design(panel, 0, None, spec).frame().to_numpy()[seen]
    standard = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    reference = Ridge(alpha=0.5 * seen.sum()).fit(standard[:, columns.std(axis=0) > 0], series["y"][seen])
    fitted = spec.fit(panel)
    np.testing.assert_allclose(fitted.solution.fitted[0, seen], reference.predict(standard[:, columns.std(axis=0) > 0]))


def test_many_skus_are_fitted_as_each_alone() -> None:
    panel = shop(4)
    together = Linear().fit(panel)
    for name in panel.ids:
        single = panel.select([name])
        alone = Linear().fit(single)
        future = future_grid(single, 7).assign(price=9.0)
        many = together.forecast(7, future_grid(panel, 7).assign(price=9.0)).select([name])
        np.testing.assert_allclose(alone.forecast(7, future).mean, many.mean, rtol=1e-8)


def test_a_planned_price_cut_sells_more() -> None:
    panel = shop(1)
    fitted = Linear().fit(panel)
    cheap, dear = (fitted.forecast(7, future_grid(panel, 7).assign(price=price)).mean.sum() for price in (8.0, 10.0))
    assert cheap > dear


def test_a_log_target_does_not_forecast_too_low() -> None:
    rng = np.random.default_rng(3)
    panel = panel_of(list(np.exp(4 + rng.normal(0, 0.6, 400))))
    spec = Linear(trend="none", weekday="none", year_waves=0, transform="log", carry=False)
    mean = np.nanmean(panel.matrix())
    assert spec.fit(panel).forecast(1).mean[0, 0] == pytest.approx(mean, rel=0.02)


def test_terms_that_a_short_history_cannot_carry_are_left_out_and_said() -> None:
    forecast = Linear(year_waves=2).fit(panel_of([3, 4, 5, 4, 3, 4, 5, 4, 3])).forecast(3)
    assert forecast.flags == ("short history: without weekday, year",)
    assert forecast.mean.max() < 8


def test_hardly_any_history_falls_back_to_the_window_mean() -> None:
    fitted = Linear().fit(panel_of([3, 5] * 20, [7.0] * 40).until(pd.Timestamp("2024-01-02")))
    assert [failure.unique_id for failure in fitted.failures] == ["S0", "S1"]
    assert "window mean" in fitted.failures[0].reason
    np.testing.assert_allclose(fitted.forecast(2).mean, [[4, 4], [7, 7]])
    assert fitted.coefficients().empty


def test_a_steep_start_does_not_explode() -> None:
    forecast = Linear(trend="linear").fit(panel_of([1, 10, 100, 1000])).forecast(365)
    assert forecast.mean.max() <= 3000


def test_errors_that_wander_widen_the_interval_and_lift_the_forecast() -> None:
    rng = np.random.default_rng(5)
    level = 50 + np.cumsum(rng.normal(0, 1, 400))
    panel = panel_of(list(level + rng.normal(0, 1, 400)))
    spec = Linear(trend="none", weekday="none", year_waves=0)
    forecast = spec.fit(panel).forecast(28)
    width = forecast.quantile(0.9) - forecast.quantile(0.1)
    assert width[0, -1] > 1.5 * width[0, 0]
    assert abs(forecast.mean[0, 0] - level[-1]) < 4


def test_an_impossible_choice_is_refused() -> None:
    with pytest.raises(SpecInvalid, match="'trend' is 'steep'"):
        Linear(trend="steep")


def test_the_summary_reads() -> None:
    text = Linear().fit(shop(1)).summary("S0")
    assert "R²" in text
    assert "residual standard error" in text
    assert "AICc" in text
    assert "log price ratio" in text


@pytest.mark.parametrize(
    ("sales", "said"),
    [([7.0] * 60, "always 7, so there is nothing to estimate"), ([0.0] * 60, "always 0"), ([3.0, 5.0], "window mean is used")],
)
def test_the_summary_of_what_cannot_be_estimated_says_so(sales: list[float], said: str) -> None:
    fitted = Linear().fit(panel_of(sales, [1.0, 4, 2, 5, 3, 6] * 10))
    assert said in fitted.summary("S0")
    assert set(fitted.coefficients()["unique_id"]) == {"S1"}
    assert "nan" not in fitted.summary("S1").lower()


def test_a_clear_season_is_not_shrunk_and_a_vague_one_is() -> None:
    months = pd.date_range("2020-10-01", periods=72, freq="MS")
    wave = 1 + 0.3 * np.sin(2 * np.pi * np.arange(72) / 12)
    rng = np.random.default_rng(3)
    clear, vague = 3000 * wave + rng.normal(0, 50, 72), 3000 * wave + rng.normal(0, 2000, 72)
    parts = [pd.DataFrame({"unique_id": sku, "ds": months, "y": y}) for sku, y in (("clear", clear), ("vague", vague))]
    panel = Panel.build(pd.concat(parts), freq="MS")
    ahead = Linear().fit(panel).forecast(12).mean
    np.testing.assert_allclose(ahead[0], 3000 * wave[:12], rtol=0.05)  # a January without a column of its own was 25 % too high
    np.testing.assert_allclose(ahead[1], Linear(penalty=0.3 + 20 / 72).fit(panel).forecast(12).mean[1])


def test_hours_in_which_nothing_sells_are_forecast_as_such():
    hours = np.arange(24 * 60)
    usual = np.where((hours % 24 >= 8) & (hours % 24 < 20), 12.0, 0.0)
    sales = np.random.default_rng(3).poisson(usual)
    ahead = Linear().fit(panel_of(sales.astype(float), freq="h")).forecast(24).mean[0]
    assert ahead[:8].max() < 0.5
    assert ahead[8:20].mean() == pytest.approx(12, rel=0.1)
