"""The contract that every model of the house keeps: what is in MODELS is run through it, without knowing what it is."""

import pickle
from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from forecasting.core.forecast import Forecast
from forecasting.core.model import Failure, Fitted, HasCoefficients, HasResiduals, Model, future_grid
from forecasting.core.panel import Panel
from forecasting.models import MODELS, make

HORIZON = 7
NETWORKS = ("lstm", "gru", "rnn", "cnn", "hybrid")  # seconds each: a smaller one proves the same


def small(name: str) -> Model:
    """A spec with its defaults; where a model takes its time, as little of it as shows that the contract is kept."""
    spec = make(name, horizon=HORIZON, seed=1)
    own = {field.name for field in fields(spec)}  # type: ignore[arg-type]
    quick = {"epochs": 1, "units": 4, "members": 1, "windows": 200, "batch_size": 64, "trees": 20}
    return replace(spec, **{key: value for key, value in quick.items() if key in own})  # type: ignore[type-var]


def panel_of(series: dict[str, np.ndarray], known: bool = False) -> Panel:
    length = max(len(values) for values in series.values())
    dates = pd.date_range("2024-01-01", periods=length)
    frames = [pd.DataFrame({"unique_id": name, "ds": dates[-len(y) :], "y": y}) for name, y in series.items()]
    frame = pd.concat(frames, ignore_index=True)
    if known:
        frame["promo"] = (frame.index % 5 == 0).astype(float)
    return Panel.build(frame, freq="D", known=["promo"] if known else [])


def shop(count: int = 4, length: int = 84, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    week = np.tile([1.0, 1, 1, 1, 1.5, 2, 1.5], length // 7 + 1)[:length]
    return {f"S{number}": rng.poisson(10 * (number + 1) * week).astype(float) for number in range(count)}


def odd() -> dict[str, np.ndarray]:
    """Series on which models stumble; the ordinary ones beside them must not suffer."""
    rng = np.random.default_rng(3)
    gappy = rng.poisson(8, 84).astype(float)
    gappy[rng.integers(0, 84, 25)] = np.nan
    gappy[-3:] = np.nan
    return {
        **shop(2),
        "constant": np.full(84, 6.0),
        "zero": np.zeros(84),
        "one": np.array([4.0]),
        "two": np.array([4.0, 9.0]),
        "short": np.array([3.0, 0, 5, 2, 4]),
        "gappy": gappy,
        "missing": np.full(84, np.nan),
        "rare": (rng.random(84) < 0.05) * 7.0,
        "dead": np.r_[rng.poisson(9, 42), np.zeros(42)].astype(float),
        "returns": rng.poisson(4, 84) - 5.0,
        "spike": np.r_[np.ones(83), 5000.0],
    }


def fit(name: str, panel: Panel) -> Fitted:
    return small(name).fit(panel)


def ahead(fitted: Fitted, panel: Panel, horizon: int = HORIZON) -> Forecast:
    future = future_grid(panel, horizon).assign(promo=1.0) if panel.known else None
    return fitted.forecast(horizon, future)


GLOBAL = (*NETWORKS, "boosting", "light_boosting")  # they learn from the neighbours too
SLOW = (*NETWORKS, "auto")


def marks(name: str) -> list[pytest.MarkDecorator]:
    """All tests of a model run in one process, which fits it once."""
    return [pytest.mark.xdist_group(name), *([pytest.mark.slow] if name in SLOW else [])]


@pytest.fixture(scope="module", params=[pytest.param(name, marks=marks(name)) for name in MODELS])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def ordinary(name: str) -> tuple[Panel, Fitted, Forecast]:
    panel = panel_of(shop())
    fitted = fit(name, panel)
    return panel, fitted, ahead(fitted, panel)


@pytest.fixture(scope="module")
def strange(name: str) -> tuple[Panel, Fitted, Forecast]:
    panel = panel_of(odd())
    fitted = fit(name, panel)
    return panel, fitted, ahead(fitted, panel)


def test_the_forecast_has_every_sku_and_period(ordinary: tuple[Panel, Fitted, Forecast]) -> None:
    panel, _, forecast = ordinary
    assert forecast.ids == panel.ids
    assert forecast.mean.shape == (len(panel), HORIZON)
    assert forecast.cutoff == panel.last
    assert forecast.dates.equals(panel.future_dates(HORIZON))


def test_quantiles_are_in_order_and_never_negative(strange: tuple[Panel, Fitted, Forecast]) -> None:
    _, _, forecast = strange
    levels = [forecast.quantile(q) for q in (0.05, 0.1, 0.5, 0.9, 0.95)]
    totals = [forecast.total(q=q) for q in (0.1, 0.5, 0.9)]
    for below, above in [*pairwise(levels), *pairwise(totals)]:
        assert (below <= above + 1e-9 * (1 + np.abs(above))).all()
    assert np.isfinite(np.stack(levels)).all()
    assert min(levels[0].min(), totals[0].min()) >= 0


def test_odd_series_are_forecast_and_only_they_fail(strange: tuple[Panel, Fitted, Forecast]) -> None:
    panel, fitted, forecast = strange
    assert forecast.ids == panel.ids
    assert (forecast.mean >= 0).all()
    row = {unique_id: number for number, unique_id in enumerate(panel.ids)}
    np.testing.assert_allclose(forecast.mean[row["zero"]], 0, atol=1.0)
    assert (forecast.mean[row["missing"]] <= 60).all()
    assert forecast.mean[row["spike"]].max() <= 15_000
    assert all(isinstance(failure, Failure) and failure.reason for failure in fitted.failures)
    assert {"S0", "S1"}.isdisjoint(failure.unique_id for failure in fitted.failures)


def test_a_constant_series_stays_about_constant(strange: tuple[Panel, Fitted, Forecast], name: str) -> None:
    panel, _, forecast = strange
    mean = forecast.mean[panel.ids.index("constant")]
    np.testing.assert_allclose(mean, 6.0, rtol=1.5 if name in GLOBAL else 0.35)


def test_a_longer_horizon_begins_as_a_shorter_one(ordinary: tuple[Panel, Fitted, Forecast], name: str) -> None:
    panel, fitted, forecast = ordinary
    if name in (*GLOBAL, "auto"):
        pytest.skip("learns a horizon at once")
    longer = ahead(fitted, panel, 60)
    np.testing.assert_allclose(longer.mean[:, :HORIZON], forecast.mean, rtol=1e-6)


def test_the_same_seed_gives_the_same_forecast(ordinary: tuple[Panel, Fitted, Forecast], name: str) -> None:
    panel, _, forecast = ordinary
    again = ahead(fit(name, panel), panel)
    np.testing.assert_array_equal(again.mean, forecast.mean)
    np.testing.assert_array_equal(again.quantile(0.9), forecast.quantile(0.9))


def test_what_happens_after_the_cutoff_changes_nothing(ordinary: tuple[Panel, Fitted, Forecast], name: str) -> None:
    panel, _, forecast = ordinary
    later = {unique_id: np.concatenate([y, 1e6 + np.arange(14.0)]) for unique_id, y in shop().items()}
    cut = panel_of(later).until(panel.last)
    np.testing.assert_array_equal(ahead(fit(name, cut), cut).mean, forecast.mean)


def test_twice_the_sales_is_twice_the_forecast(ordinary: tuple[Panel, Fitted, Forecast], name: str) -> None:
    _, _, forecast = ordinary
    double = panel_of({unique_id: 2 * y for unique_id, y in shop().items()})
    loose = 0.25 if name in NETWORKS else 0.02
    np.testing.assert_allclose(ahead(fit(name, double), double).mean, 2 * forecast.mean, rtol=loose)


def test_a_fitted_model_survives_a_file(ordinary: tuple[Panel, Fitted, Forecast]) -> None:
    panel, fitted, forecast = ordinary
    loaded = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(ahead(loaded, panel).mean, forecast.mean)


def test_fitting_changes_neither_spec_nor_panel(name: str) -> None:
    panel = panel_of(shop(3))
    spec, before, digest = small(name), small(name), panel.digest
    ahead(spec.fit(panel), panel)
    assert spec == before
    assert hash(spec) == hash(before)
    assert panel.digest == digest


def test_known_regressors_do_not_disturb(name: str) -> None:
    panel = panel_of(shop(3), known=True)
    forecast = ahead(fit(name, panel), panel)
    assert forecast.mean.shape == (3, HORIZON)
    assert np.isfinite(forecast.mean).all()


def test_residuals_are_of_the_past(strange: tuple[Panel, Fitted, Forecast]) -> None:
    panel, fitted, _ = strange
    if not isinstance(fitted, HasResiduals):
        pytest.skip("has no residuals")
    table = fitted.residuals()
    assert list(table.columns) == ["unique_id", "ds", "y", "fitted"]
    assert np.isfinite(table[["y", "fitted"]].to_numpy()).all()
    assert table["ds"].max() <= panel.last
    assert set(table["unique_id"]) <= set(panel.ids)


def test_coefficients_can_be_read(strange: tuple[Panel, Fitted, Forecast]) -> None:
    _, fitted, _ = strange
    if not isinstance(fitted, HasCoefficients):
        pytest.skip("has no coefficients")
    table = fitted.coefficients()
    assert list(table.columns) == ["unique_id", "term", "estimate", "std_error", "lower", "upper", "p_value"]
    assert np.isfinite(table["estimate"]).all()
    bounded = table.dropna()
    assert (bounded["lower"] <= bounded["estimate"] + 1e-12).all()
    assert not table.duplicated(["unique_id", "term"]).any()
