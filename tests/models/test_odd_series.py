"""Series on which models stumble, at every frequency: each forecast is finite, not negative, and in the size of its series."""

import numpy as np
import pandas as pd
import pytest

from forecasting.core.panel import Panel
from forecasting.models import make
from forecasting.models.arima import Arima
from forecasting.models.linear import Linear

NAMES = ("linear", "ets", "theta", "ces", "mstl", "croston", "croston_sba", "tsb", "adida", "imapa")
LENGTHS = {"h": 200, "D": 120, "W-SUN": 110, "MS": 40, "QS": 24, "YS": 12}
HORIZON = 6


def odd(length: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    usual = rng.poisson(20, length).astype(float)
    gappy = usual.copy()
    gappy[rng.integers(1, length - 1, length // 3)] = np.nan
    return {
        "constant": np.full(length, 7.0),
        "zero": np.zeros(length),
        "two": np.r_[np.full(length - 2, np.nan), 3.0, 9.0],
        "gappy": gappy,
        "negative": usual - 25.0,
        "huge": 1e12 * usual,
        "tiny": 1e-9 * usual,
        "usual": usual,
    }


def panel_of(freq: str) -> Panel:
    length = LENGTHS[freq]
    dates = pd.date_range("2010-01-01", periods=length, freq=freq)
    frames = [pd.DataFrame({"unique_id": name, "ds": dates, "y": y}) for name, y in odd(length).items()]
    return Panel.build(pd.concat(frames).dropna(), freq=freq)


def check(forecast_of: object, freq: str) -> None:
    panel = panel_of(freq)
    forecast = forecast_of.fit(panel).forecast(HORIZON)  # type: ignore[attr-defined]
    mean = dict(zip(panel.ids, forecast.mean, strict=True))
    assert np.isfinite(forecast.mean).all()
    assert np.isfinite(forecast.quantile(0.9)).all()
    np.testing.assert_allclose(mean["constant"], 7.0, rtol=0.05)
    np.testing.assert_allclose(mean["zero"], 0.0, atol=1e-6)
    assert 0 <= mean["two"].max() <= 27
    assert mean["negative"].max() <= 20
    assert 5 < mean["gappy"].mean() < 40
    np.testing.assert_allclose(mean["huge"], 1e12 * mean["usual"], rtol=0.05)
    assert mean["tiny"].max() < 1e-7


@pytest.mark.parametrize("freq", LENGTHS)
@pytest.mark.parametrize("name", NAMES)
def test_odd_series_at_every_frequency(name: str, freq: str) -> None:
    check(make(name, horizon=HORIZON), freq)


@pytest.mark.parametrize("freq", ["D", "MS", "YS"])
@pytest.mark.parametrize("method", ["lasso", "poisson", "tweedie"])
def test_odd_series_in_the_linear_family(method: str, freq: str) -> None:
    check(Linear(method=method), freq)  # type: ignore[arg-type]


@pytest.mark.parametrize("transform", ["none", "log", "box-cox"])
@pytest.mark.parametrize("freq", ["D", "MS", "YS"])
def test_odd_series_with_a_fixed_arima(transform: str, freq: str) -> None:
    check(Arima(order=(1, 0, 0), transform=transform, year_waves=0), freq)
