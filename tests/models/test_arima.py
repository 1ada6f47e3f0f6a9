import numpy as np
import pandas as pd
import pytest
from scipy.signal import lfilter

from forecasting.core.errors import SpecInvalid
from forecasting.core.model import future_grid
from forecasting.core.panel import Panel
from forecasting.models.arima import Arima
from forecasting.models.sarimax import Orders, estimate
from tests.reference.airline import log_passengers


def panel_of(*series: list[float] | np.ndarray, freq: str = "D") -> Panel:
    frames = [
        pd.DataFrame({"unique_id": f"S{number}", "ds": pd.date_range("2024-01-01", periods=len(y), freq=freq), "y": y})
        for number, y in enumerate(series)
    ]
    return Panel.build(pd.concat(frames), freq=freq)


def ar1(phi: float, count: int, seed: int = 0, mean: float = 50.0) -> np.ndarray:
    return mean + lfilter([1.0], [1.0, -phi], np.random.default_rng(seed).normal(size=count + 100))[100:]


def test_the_airline_model_has_its_known_coefficients() -> None:
    fitted = Arima(order=(0, 1, 1), seasonal_order=(0, 1, 1, 12)).fit(log_passengers())
    found = fitted.coefficients().set_index("term")
    assert found.loc["ma 1", "estimate"] == pytest.approx(-0.4018, abs=2e-3)  # R's arima: -0.4018 (s.e. 0.0896)
    assert found.loc["seasonal ma 12", "estimate"] == pytest.approx(-0.5569, abs=2e-3)  # -0.5569 (s.e. 0.0731)
    assert found.loc["ma 1", "std_error"] == pytest.approx(0.0896, abs=2e-3)
    assert found.loc["seasonal ma 12", "std_error"] == pytest.approx(0.0731, abs=2e-3)
    result = fitted.results[0]
    assert result.log_likelihood == pytest.approx(244.70, abs=0.1)
    assert result.sigma**2 == pytest.approx(0.001348 * 131 / 128, rel=0.02)


def test_the_airline_series_gets_the_airline_model_or_a_better_one() -> None:
    airline = Arima(order=(0, 1, 1), seasonal_order=(0, 1, 1, 12)).fit(log_passengers()).results[0]
    suggested = Arima().fit(log_passengers()).results[0]
    assert suggested.orders.seasonal[1] == 1
    assert suggested.aicc <= airline.aicc + 2


def test_ar1_is_recovered() -> None:
    found = Arima(order=(1, 0, 0)).fit(panel_of(ar1(0.7, 500))).coefficients().set_index("term")
    assert found.loc["ar 1", "estimate"] == pytest.approx(0.7, abs=0.1)
    assert found.loc["constant", "estimate"] == pytest.approx(50, abs=1)
    assert found.loc["ar 1", "lower"] < 0.7 < found.loc["ar 1", "upper"]


def test_an_ar1_forecast_goes_back_to_its_mean_by_the_formula() -> None:
    panel = panel_of(ar1(0.7, 500))
    fitted = Arima(order=(1, 0, 0)).fit(panel)
    phi, mean = fitted.coefficients().set_index("term")["estimate"][["ar 1", "constant"]]
    last = panel.matrix()[0, -1]
    expected = mean + (last - mean) * phi ** np.arange(1, 11)
    np.testing.assert_allclose(fitted.forecast(10).mean[0], expected, rtol=1e-6)
    np.testing.assert_allclose(fitted.forecast(10).errors.psi[0], phi ** np.arange(10), rtol=1e-9)


@pytest.mark.parametrize(
    ("orders", "arma", "psi"),
    [
        (Orders((0, 1, 0)), [], [1, 1, 1, 1]),
        (Orders((0, 1, 1)), [-0.4], [1, 0.6, 0.6, 0.6]),
        (Orders((0, 0, 0), (0, 1, 0, 2)), [], [1, 0, 1, 0]),
        (Orders((1, 0, 1)), [0.5, 0.3], [1, 0.8, 0.4, 0.2]),
    ],
)
def test_psi_weights_by_hand(orders: Orders, arma: list[float], psi: list[float]) -> None:
    found = estimate(ar1(0.5, 60), np.empty((60, 0)), Orders((0, 1, 0)), 4)
    object.__setattr__(found, "orders", orders)
    object.__setattr__(found, "arma", np.array(arma))
    np.testing.assert_allclose(found.psi(4), psi)


def test_a_random_walk_has_intervals_that_grow_with_the_root_of_time() -> None:
    walk = 1000 + np.cumsum(np.random.default_rng(0).normal(size=400))
    forecast = Arima(order=(0, 1, 0)).fit(panel_of(walk)).forecast(16)
    half = forecast.quantile(0.9) - forecast.mean
    assert half[0, 15] / half[0, 0] == pytest.approx(4)
    np.testing.assert_allclose(forecast.mean, walk[-1])


def test_drift_carries_on() -> None:
    climb = 100 + 2 * np.arange(100) + np.random.default_rng(0).normal(0, 0.1, 100)
    mean = Arima(order=(0, 1, 0), drift=True).fit(panel_of(climb)).forecast(5).mean[0]
    np.testing.assert_allclose(np.diff(mean), 2, atol=0.02)
    line = Arima(order=(0, 0, 0), drift=True).fit(panel_of(climb)).forecast(5).mean[0]
    np.testing.assert_allclose(line, 100 + 2 * np.arange(100, 105), atol=0.2)


def test_the_search_finds_a_drift_where_there_is_one_and_none_where_there_is_none() -> None:
    rng = np.random.default_rng(0)
    climbing = 100 + 2 * np.arange(200) + np.cumsum(rng.normal(size=200))
    wandering = 100 + np.cumsum(rng.normal(size=200))
    fitted = Arima(year_waves=0).fit(panel_of(climbing, wandering, 100 + 2.0 * np.arange(200)))
    assert [result.orders.drift for result in fitted.results] == [True, False, True]
    mean = fitted.forecast(28).mean
    assert mean[0, -1] - mean[0, 0] == pytest.approx(54, abs=4)
    np.testing.assert_allclose(mean[2], 100 + 2 * np.arange(200, 228))
    off = Arima(year_waves=0, drift=False).fit(panel_of(climbing)).results[0].orders
    assert not off.drift


def test_a_trend_may_bend_in_the_past_and_levels_off_ahead() -> None:
    time = np.arange(240.0)
    bent = 50 + np.minimum(time, 120) + np.random.default_rng(0).normal(size=240)
    fitted = Arima(order=(1, 0, 0), bends=3, year_waves=0).fit(panel_of(bent))
    terms = fitted.coefficients()["term"]
    assert terms.str.startswith("trend from").sum() == 3
    np.testing.assert_allclose(fitted.forecast(28).mean[0], 170, atol=6)
    assert fitted.results[0].aicc < Arima(order=(1, 0, 0), year_waves=0).fit(panel_of(bent)).results[0].aicc


def test_regressors_explain_and_their_plan_counts() -> None:
    rng = np.random.default_rng(0)
    promo = rng.integers(0, 2, 300)
    panel = Panel.build(
        pd.DataFrame(
            {
                "unique_id": "A",
                "ds": pd.date_range("2024-01-01", periods=300),
                "y": 20 + 10 * promo + rng.normal(size=300),
                "promo": promo,
                "empty": 0,
            }
        ),
        known=["promo", "empty"],
    )
    fitted = Arima(order=(1, 0, 0)).fit(panel)
    found = fitted.coefficients().set_index("term")
    assert found.loc["promo", "estimate"] == pytest.approx(10, abs=0.5)
    assert found.loc["empty", "estimate"] == 0
    future = future_grid(panel, 2).assign(promo=[0.0, 1.0], empty=0.0)
    np.testing.assert_allclose(fitted.forecast(2, future).mean[0], [20, 30], atol=0.6)


def test_gaps_are_bridged_by_the_model() -> None:
    full = ar1(0.7, 300)
    holes = full.copy()
    holes[[5, 50, 51, 52, 120, 299]] = np.nan
    estimate_full, estimate_holes = (
        Arima(order=(1, 0, 0)).fit(panel_of(y, full)).coefficients().query("unique_id == 'S0' and term == 'ar 1'")
        for y in (full, holes)
    )
    assert estimate_full["estimate"].iloc[0] == pytest.approx(estimate_holes["estimate"].iloc[0], abs=0.05)


def test_odd_series_are_data_and_no_errors() -> None:
    rng = np.random.default_rng(0)
    series = [rng.poisson(3, 60), np.zeros(60), np.full(60, 7.0), np.r_[np.full(57, np.nan), 1, 2, 3], -rng.poisson(3, 60)]
    fitted = Arima(order=(3, 1, 3), seasonal_order=(1, 1, 1, 7)).fit(panel_of(*series))
    assert [failure.unique_id for failure in fitted.failures] == ["S3"]
    assert "only 3 periods" in fitted.failures[0].reason
    mean = fitted.forecast(7).mean
    assert mean[1].tolist() == [0] * 7
    assert mean[2].tolist() == [7] * 7
    assert (mean >= 0).all()
    assert "nothing to estimate" in fitted.summary("S2")
    assert "only 3" in fitted.summary("S3")


def test_too_many_terms_for_the_history_fall_back_with_the_reason() -> None:
    fitted = Arima(order=(2, 0, 2), seasonal_order=(1, 1, 1, 7)).fit(panel_of(list(range(12))))
    assert "12 observed periods are too few for ARIMA(2,0,2)(1,1,1)[7]" in fitted.failures[0].reason


def test_a_horizon_beyond_what_is_kept_is_computed() -> None:
    fitted = Arima(order=(1, 0, 0)).fit(panel_of(ar1(0.7, 200)))
    np.testing.assert_allclose(fitted.forecast(400).mean[:, :28], fitted.forecast(28).mean)


@pytest.mark.slow
def test_two_processes_give_the_same_numbers() -> None:
    panel = panel_of(*[ar1(0.5, 80, seed) for seed in range(27)])
    alone, shared = (Arima(order=(1, 0, 1), jobs=jobs).fit(panel).forecast(5).mean for jobs in (1, 2))
    np.testing.assert_allclose(alone, shared)


@pytest.mark.parametrize(
    "wrong",
    [{"order": (1, 3, 1)}, {"order": (-1, 0, 0)}, {"seasonal_order": (1, 0, 0, 7)}],
)
def test_impossible_orders_are_refused(wrong: dict[str, tuple[int, ...]]) -> None:
    with pytest.raises(SpecInvalid):
        Arima(**wrong)  # type: ignore[arg-type]


def test_the_summary_reads() -> None:
    text = Arima(order=(1, 0, 0)).fit(panel_of(ar1(0.7, 200))).summary("S0")
    assert "ARIMA(1,0,0)(0,0,0)[1] for S0" in text
    assert "ar 1" in text
