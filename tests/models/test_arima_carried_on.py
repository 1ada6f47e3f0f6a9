"""New data without a new fit, powers with a way back that has no bias, roots, and the way of all that through the worker."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.statespace.sarimax import SARIMAX

from forecasting import exchange
from forecasting.core.errors import InputError, SpecInvalid
from forecasting.core.model import future_grid
from forecasting.core.panel import Panel
from forecasting.models.arima import Arima, FittedArima
from forecasting.models.sarimax import Estimate
from forecasting.worker import carry_out
from forecasting.workflow.carrying import CarriedOn, CarryOn, Learn


def panel_of(values: np.ndarray, freq: str = "D", name: str = "A", **columns: np.ndarray) -> Panel:
    dates = pd.date_range("2023-01-01", periods=len(values), freq=freq)
    return Panel.build(pd.DataFrame({"unique_id": name, "ds": dates, "y": values} | columns), freq=freq, known=list(columns))


@pytest.fixture(scope="module")
def sales() -> np.ndarray:
    rng = np.random.default_rng(4)
    values = np.zeros(260)
    shocks = rng.normal(0, 3, 260)
    for day in range(1, 260):
        values[day] = 0.6 * values[day - 1] + shocks[day] + 0.3 * shocks[day - 1]
    return values + 60


@pytest.mark.parametrize("order", [(1, 0, 1), (0, 1, 1), (2, 0, 0)])
def test_new_data_gives_the_forecast_of_statsmodels_append(sales: np.ndarray, order: tuple[int, int, int]) -> None:
    fitted = Arima(order=order, year_waves=0).fit(panel_of(sales[:220]))
    later = fitted.append(panel_of(sales))
    result = fitted.results[0]
    assert isinstance(result, Estimate)
    constant = np.ones((260, 1)) if order[1] == 0 else None
    model = SARIMAX(sales[:220], None if constant is None else constant[:220], order=order, concentrate_scale=True)
    theirs = model.smooth(np.concatenate([result.weights, result.arma]))
    theirs = theirs.append(sales[220:], None if constant is None else constant[220:], refit=False)
    ahead = theirs.forecast(14, exog=None if constant is None else constant[:14])
    np.testing.assert_allclose(later.forecast(14).mean[0], ahead, rtol=1e-5)
    again = later.results[0]
    assert isinstance(again, Estimate)
    np.testing.assert_array_equal(again.arma, result.arma)
    assert later.panel.last == panel_of(sales).last


def test_prices_keep_their_meaning_when_data_is_added(sales: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    price = np.r_[rng.choice([8.0, 9, 10], 220), np.full(40, 20.0)]
    units = sales - 20 * np.log(price / 9)
    short, long = panel_of(units[:220], price=price[:220]), panel_of(units, price=price)
    fitted = Arima(order=(1, 0, 0), year_waves=0).fit(short)
    later = fitted.append(long)
    plan = future_grid(long, 7).assign(price=9.0)
    usual = Arima(order=(1, 0, 0), year_waves=0).fit(long).forecast(7, plan).mean[0]
    np.testing.assert_allclose(later.forecast(7, plan).mean[0], usual, rtol=0.04)


def test_data_of_another_kind_is_refused_and_strangers_are_fitted(sales: np.ndarray) -> None:
    fitted = Arima(order=(1, 0, 0), year_waves=0).fit(panel_of(sales[:220]))
    with pytest.raises(InputError, match="Bring the same, or fit again"):
        fitted.append(panel_of(sales, freq="W-SUN"))
    other = panel_of(sales, name="B")
    np.testing.assert_allclose(
        fitted.append(other).forecast(3).mean, Arima(order=(1, 0, 0), year_waves=0).fit(other).forecast(3).mean
    )


def test_a_model_is_learnt_and_carried_on_by_the_worker(sales: np.ndarray, tmp_path: Path) -> None:
    spec = Arima(order=(1, 0, 1), year_waves=0)
    exchange.save(Learn(panel_of(sales[:220]), spec), tmp_path / "learn")
    assert carry_out(tmp_path / "learn", tmp_path / "learnt") == {"done": True}
    learnt = exchange.load(tmp_path / "learnt")
    assert isinstance(learnt, FittedArima)
    exchange.save(CarryOn(learnt, panel_of(sales), 14), tmp_path / "on")
    assert carry_out(tmp_path / "on", tmp_path / "carried") == {"done": True}
    carried = exchange.load(tmp_path / "carried")
    assert isinstance(carried, CarriedOn)
    here = spec.fit(panel_of(sales[:220])).append(panel_of(sales)).forecast(14)
    np.testing.assert_allclose(carried.forecast.mean, here.mean, rtol=1e-9)
    np.testing.assert_allclose(carried.forecast.quantile(0.9), here.quantile(0.9), rtol=1e-9)


def test_a_power_has_a_way_back_without_bias() -> None:
    rng = np.random.default_rng(8)
    values = np.exp(4 + rng.normal(0, 0.6, 600))
    spec = Arima(order=(0, 0, 0), year_waves=0, transform="log")
    ahead = spec.fit(panel_of(values)).forecast(3)
    assert ahead.mean[0, 0] == pytest.approx(np.exp(np.log(values).mean() + np.log(values).var() / 2), rel=0.01)
    assert ahead.mean[0, 0] > 1.1 * ahead.quantile(0.5)[0, 0]
    np.testing.assert_allclose(ahead.quantile(0.9)[0, 0], np.quantile(values, 0.9), rtol=0.1)
    table = spec.fit(panel_of(values)).residuals()
    assert abs((table["y"] - table["fitted"]).mean()) < 0.03 * values.mean()


def test_box_cox_follows_growth_that_a_plain_model_does_not() -> None:
    rng = np.random.default_rng(8)
    months = np.arange(132)
    level = np.exp(4.7 + 0.01 * months + 0.2 * np.sin(2 * np.pi * months / 12) + rng.normal(0, 0.03, 132))
    spec = {kind: Arima(order=(0, 1, 1), seasonal_order=(0, 1, 1, 12), transform=kind) for kind in ("none", "box-cox")}
    off = {}
    for kind, each in spec.items():
        forecast = each.fit(panel_of(level[:120], "MS")).forecast(12)
        off[kind] = np.abs(forecast.mean[0] - level[120:]).mean()
        assert (forecast.quantile(0.1) < forecast.mean).all()
        assert (forecast.mean < forecast.quantile(0.95)).all()
    assert off["box-cox"] < 1.1 * off["none"]


def test_inverse_roots_lie_where_the_coefficients_put_them(sales: np.ndarray) -> None:
    fitted = Arima(order=(1, 0, 1), year_waves=0).fit(panel_of(sales))
    found = fitted.coefficients().set_index("term")["estimate"]
    roots = fitted.roots("A").set_index("part")
    assert roots.loc["ar", "real"] == pytest.approx(found["ar 1"])
    assert roots.loc["ma", "real"] == pytest.approx(-found["ma 1"])
    assert (roots["size"] < 1).all()
    assert " z " in fitted.summary("A")


def test_the_last_periods_may_be_appended_only(sales: np.ndarray) -> None:
    spec = Arima(order=(1, 0, 1), year_waves=0, appended=40)
    kept = spec.fit(panel_of(sales))
    by_hand = Arima(order=(1, 0, 1), year_waves=0).fit(panel_of(sales[:220])).append(panel_of(sales))
    np.testing.assert_array_equal(kept.forecast(14).mean, by_hand.forecast(14).mean)
    assert "The coefficients are those of 2023-08-08" in kept.summary("A")
    assert kept.spec == spec
    with pytest.raises(SpecInvalid, match="too few are left"):
        Arima(appended=300).fit(panel_of(sales))
