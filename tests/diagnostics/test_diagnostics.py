import numpy as np
import pandas as pd
import pytest
from scipy.signal import lfilter

from forecasting.core.panel import Panel
from forecasting.diagnostics.correlation import autocorrelation, partial_autocorrelation
from forecasting.diagnostics.decomposition import decompose
from forecasting.diagnostics.demand import classify
from forecasting.diagnostics.diagnosis import diagnose
from forecasting.diagnostics.gaps import bridged
from forecasting.diagnostics.orders import suggest_orders
from forecasting.diagnostics.periods import find_periods
from forecasting.diagnostics.residuals import check_residuals, ljung_box
from forecasting.diagnostics.stationarity import stationarity
from forecasting.diagnostics.transform import Transform, box_cox_lambda
from forecasting.diagnostics.whittle import Order, Spectrum
from tests.reference.airline import PASSENGERS

RNG = np.random.default_rng(0)
NOISE = RNG.normal(size=400)
WEEK = 10 + np.tile([0.0, 0, 0, 0, 2, 6, 4], 30) + RNG.normal(0, 0.5, 210)
ODD = {
    "nothing": np.array([]),
    "only gaps": np.full(10, np.nan),
    "one": np.array([3.0]),
    "two": np.array([3.0, 5.0]),
    "zeros": np.zeros(100),
    "constant": np.full(100, 7.0),
    "almost constant": np.full(100, 7.0) + 1e-15 * np.arange(100),
    "line": np.arange(100.0),
    "spike": np.r_[np.zeros(99), 1000.0],
    "negative": -RNG.poisson(3, 100).astype(float),
    "huge": 1e12 * np.abs(NOISE),
    "gappy": np.where(RNG.random(200) < 0.3, np.nan, RNG.poisson(5, 200)),
    "short": np.array([1.0, 4, 2, 8, 5, 7, 1, 3, 9, 2, 4, 6, 3]),
}


def ar1(phi: float, count: int = 500, seed: int = 0) -> np.ndarray:
    return lfilter([1.0], [1.0, -phi], np.random.default_rng(seed).normal(size=count + 100))[100:]


def test_acf_and_pacf_by_their_definition() -> None:
    values = NOISE[:60]
    centred = values - values.mean()
    by_hand = [(centred[lag:] * centred[:-lag]).sum() / (centred**2).sum() for lag in (1, 2, 3)]
    np.testing.assert_allclose(autocorrelation(values).values[:3], by_hand, atol=1e-12)
    first, second = by_hand[:2]
    partial = partial_autocorrelation(values).values[:2]
    np.testing.assert_allclose(partial, [first, (second - first**2) / (1 - first**2)], atol=1e-12)


def test_bands() -> None:
    found = autocorrelation(ar1(0.8), lags=5)
    assert found.band == pytest.approx(1.96 / np.sqrt(500), rel=1e-4)
    assert found.bartlett[0] == pytest.approx(found.band)
    assert found.bartlett[1] == pytest.approx(found.band * np.sqrt(1 + 2 * found.values[0] ** 2))
    assert list(found.to_frame().columns) == ["lag", "value", "band", "bartlett"]


def test_readings_of_memory() -> None:
    assert "every" not in autocorrelation(NOISE).reading
    assert "Hardly a lag" in autocorrelation(NOISE).reading
    assert "after 7 days" in autocorrelation(WEEK, season=7, repeats=[7], noun="day").reading
    assert "dies out very slowly" in autocorrelation(np.cumsum(NOISE)).reading
    assert "let sales depend on the last period (p = 1)" in partial_autocorrelation(ar1(0.7)).reading


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        (NOISE, "stationary"),
        (np.cumsum(NOISE), "unit root"),
        (ar1(0.5), "stationary"),
        (np.ones(50), "constant"),
        (NOISE[:5], "too short"),
    ],
)
def test_verdicts(values: np.ndarray, verdict: str) -> None:
    found = stationarity(values)
    assert found.verdict == verdict
    assert found.reading.endswith(".")


def test_a_season_is_found_and_its_parts_add_up() -> None:
    found = decompose(WEEK, 7)
    assert found.seasonal_strength > 0.9
    assert found.trend_strength < 0.4
    np.testing.assert_allclose(found.trend + found.seasonal + found.remainder, WEEK)
    assert "fewer than two seasons" in decompose(WEEK[:10], 7).reading


def test_residual_tests_tell_noise_from_pattern() -> None:
    assert check_residuals(NOISE, season=7).memory.passed
    weekly = check_residuals(WEEK - WEEK.mean(), season=7)
    assert "try a seasonal term" in weekly.reading
    assert "Neighbouring errors hang together" in check_residuals(ar1(0.6), season=7).reading
    assert "too low" in check_residuals(NOISE + 1).bias.reading
    assert "No bell curve" in check_residuals(np.exp(NOISE)).normality.reading
    bunched = NOISE * np.repeat([0.2, 3.0, 0.2, 3.0], 100)
    assert not check_residuals(bunched).steadiness.passed


def test_ljung_box_by_its_formula_with_the_right_degrees_of_freedom() -> None:
    table = ljung_box(NOISE, [7, 14], parameters=2)
    correlation = autocorrelation(NOISE, 14).values
    n = len(NOISE)
    by_hand = n * (n + 2) * (correlation[:7] ** 2 / (n - np.arange(1, 8))).sum()
    assert table["statistic"][0] == pytest.approx(by_hand)
    assert table["df"].tolist() == [5, 12]


def test_suggestion_on_known_series() -> None:
    airline = suggest_orders(np.log(PASSENGERS), 12)
    assert airline.order[1] == 1
    assert airline.seasonal_order[1:2] == (1,)
    assert any(reason.startswith("D = 1: the season is strong") for reason in airline.reasons)
    assert suggest_orders(np.cumsum(NOISE)).order == (0, 1, 0)
    assert suggest_orders(NOISE).order == (0, 0, 0)
    found = suggest_orders(ar1(0.7))
    assert found.order[1] == 0
    assert found.to_frame()["delta"].iloc[0] == 0
    assert "no season" in found.reasons[0].lower()


def test_a_long_season_is_left_to_waves() -> None:
    found = suggest_orders(ar1(0.5), 52)
    assert found.seasonal_order == (0, 0, 0, 1)
    assert "yearly waves" in found.reasons[0]


def test_the_drift_is_that_of_the_model_and_periods_are_called_what_they_are() -> None:
    days = np.arange(728)
    sales = 30 + 0.02 * days + 9 * np.sin(2 * np.pi * days / 7) + np.random.default_rng(0).normal(size=728)
    sales[-7:] -= 16.0  # the plain mean of the differences hangs on the last week alone
    found = suggest_orders(sales, 7, noun="day")
    assert "every 7 days" in found.reading
    assert found.drift
    assert found.reasons[-1].startswith("Drift: the level rises by 0.0")


def test_a_season_seen_once_or_twice_is_said_in_words() -> None:
    sales = 20 + np.random.default_rng(1).normal(size=731)
    assert "seen only once, too" in find_periods(sales[:365], "D").reading
    assert "seen only twice, too" in find_periods(sales, "D").reading


def test_regressors_are_taken_out_before_orders_are_sought() -> None:
    promo = np.zeros(400)
    promo[200:] = 1
    explained = suggest_orders(NOISE + 20 * promo, 1, promo[:, None])
    assert explained.order == (0, 0, 0)
    assert suggest_orders(NOISE + 20 * promo, 1).order[1] == 1


def test_whittle_finds_coefficients_and_turns_roots_inside() -> None:
    series = lfilter([1.0, 0.5], [1.0, -0.7], np.random.default_rng(1).normal(size=3000))
    ar, ma, _, _ = Spectrum.of(series).coefficients(Order(1, 1))
    assert ar[0] == pytest.approx(0.7, abs=0.05)
    assert ma[0] == pytest.approx(0.5, abs=0.05)


def test_transforms() -> None:
    values = Transform(seasonal_differences=1).apply(WEEK, 7)
    assert np.isnan(values[:7]).all()
    assert len(values) == len(WEEK)
    assert np.nanstd(values) < np.std(WEEK)
    assert box_cox_lambda(PASSENGERS, 12) == pytest.approx(-0.2947156, abs=1e-3)  # R: forecast::BoxCox.lambda(AirPassengers)
    assert np.isnan(box_cox_lambda(np.zeros(40), 7))


@pytest.mark.parametrize("name", ODD)
def test_odd_series_get_something_true(name: str) -> None:
    values = ODD[name]
    readings = [
        autocorrelation(values, season=7).reading,
        partial_autocorrelation(values, season=7).reading,
        stationarity(values).reading,
        decompose(values, 7).reading,
        check_residuals(values, season=7).reading,
        suggest_orders(values, 7).reading,
        classify(values).reading,
        bridged(values).told(),
    ]
    assert all(reading.endswith(".") and "nan" not in reading for reading in readings), readings
    for scale in ("log", "box-cox"):
        assert len(Transform(scale=scale, seasonal_differences=1, differences=1).apply(values, 7)) == len(values)


def test_missing_periods_are_said() -> None:
    assert "60 of 200" not in bridged(NOISE).told()
    assert "missing and were bridged" in bridged(ODD["gappy"]).told()


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ([5, 6, 5, 6], "smooth"),
        ([1, 9, 1, 9], "erratic"),
        ([0, 5, 0, 5], "intermittent"),
        ([9, 0, 0, 1], "lumpy"),
        ([0, 0], "none"),
    ],
)
def test_demand_classes(values: list[float], name: str) -> None:
    assert classify(np.array(values, dtype=float)).name == name


def test_a_diagnosis_has_everything() -> None:
    sales = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=210), "y": WEEK})
    found = diagnose(Panel.build(sales), "A", transform=Transform(differences=1))
    assert found.season == 7
    assert len(found.values) == len(found.dates) == 210
    assert len(found.readings) == 9
    assert found.demand.name == "smooth"


@pytest.mark.parametrize("seed", range(12))
def test_what_repeats_is_said_once(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sales = rng.gamma(0.6, 60.0, 150) * (1 + (seed % 4) * 0.4 * (np.arange(150) % 7 == 3)) + (seed % 3) * 2.0 * np.arange(150)
    found = diagnose(
        Panel.build(pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=150), "y": sales})), "A"
    )
    said = " ".join((found.acf.reading, found.pacf.reading))
    if found.periods.found:
        assert f"{found.periods.found[0].length} days" in said
    else:
        assert "repeat after" not in said
        assert "pattern" not in said
        assert "seasonal" not in said


@pytest.mark.parametrize("seed", range(8))
def test_a_week_in_noise_is_a_week_and_never_six_days(seed):
    days = np.arange(739)
    sales = np.random.default_rng(seed).gamma(0.6, 60.0, len(days)) * np.where(days % 7 == 5, 0.0, 1.0 + 0.6 * (days % 7 == 3))
    found = find_periods(sales, "D").found
    assert 6 not in {period.length for period in found}
    assert 8 not in {period.length for period in found}


@pytest.mark.parametrize("kind", ["walk", "week", "noise", "bend"])
def test_the_level_and_the_suggestion_give_one_verdict_on_differences(kind: str) -> None:
    rng = np.random.default_rng(0)
    week = np.tile([0.0, 0, 0, 0, 5, 20, 9], 30)
    series = {
        "walk": np.cumsum(rng.normal(size=210)),
        "week": week + rng.normal(size=210),
        "noise": rng.normal(size=210),
        "bend": np.minimum(np.arange(210.0), 100) + rng.normal(size=210),
    }[kind]
    rows = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=210), "y": 200 + series})
    found = diagnose(Panel.build(rows), "A")
    said = found.stationarity.reading
    assert f"d = {found.suggestion.order[1]})" in said
    assert ("D = 1" in said) == bool(found.suggestion.seasonal_order[1])
    shown = diagnose(Panel.build(rows), "A", transform=Transform(differences=1)).stationarity.reading
    assert shown.startswith("After this change: ")
    assert "d = " not in shown
