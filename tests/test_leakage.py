"""Nothing that happens after a cutoff may reach a feature or a forecast: the test alters it all, and compares bit by bit."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from forecasting.core.model import Fitted
from forecasting.core.panel import Panel
from forecasting.evaluation.backtest import Backtest, Window
from forecasting.features.design import design
from forecasting.features.terms import Fourier, Terms
from forecasting.models import MODELS, make
from forecasting.models.linear import Ahead, Linear, Method

BACKTEST = Backtest(horizon=7, windows=3)
FAST = [name for name in MODELS if name not in ("lstm", "gru", "rnn", "cnn", "hybrid", "auto")]
RICH = Terms(trend="piecewise", month="waves", year_waves=2, fourier=(Fourier(30.4, 2),), country="CN")


def shop() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    days = pd.date_range("2024-01-01", periods=140)
    frames = []
    for number in range(3):
        promo = rng.integers(0, 2, len(days))
        sales = rng.poisson(8 + 6 * promo + 3 * (days.dayofweek > 4))
        price = 10 - promo + number
        frames.append(
            pd.DataFrame(
                {"unique_id": f"S{number}", "ds": days, "y": sales, "price": price, "promo": promo, "stock": sales % 3}
            )
        )
    return pd.concat(frames, ignore_index=True)


def panel(frame: pd.DataFrame) -> Panel:
    return Panel.build(frame, known=["price", "promo"])


def altered(frame: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DataFrame:
    """Another world after the cutoff: other sales and stock everywhere, the plan (price, promotion) as it was."""
    later = frame["ds"] > cutoff
    other = frame.copy()
    other.loc[later, "y"] = 1e6 - 3 * other.loc[later, "y"]
    other.loc[later, "stock"] = 99 - other.loc[later, "stock"]
    return other


def pairs() -> Iterator[tuple[Window, Window]]:
    """Each window of the backtest as it was, and in the world that is different after its cutoff."""
    for window in BACKTEST.split(panel(shop())):
        other = panel(altered(shop(), window.cutoff))
        yield window, next(twin for twin in BACKTEST.split(other) if twin.cutoff == window.cutoff)


def test_the_other_world_is_different_after_the_cutoff_and_only_there() -> None:
    for window, twin in pairs():
        assert window.train.digest == twin.train.digest
        pd.testing.assert_frame_equal(window.future, twin.future)
        assert (window.actual["y"] != twin.actual["y"]).all()


def test_no_feature_sees_the_future() -> None:
    for window, twin in pairs():
        one, two = (design(each.train, BACKTEST.horizon, each.future, RICH) for each in (window, twin))
        np.testing.assert_array_equal(one.history(), two.history())
        np.testing.assert_array_equal(one.future(), two.future())


@pytest.mark.parametrize("name", FAST)
def test_no_forecast_sees_the_future(name: str) -> None:
    for window, twin in pairs():
        one, two = (make(name).fit(each.train).forecast(BACKTEST.horizon, each.future) for each in (window, twin))
        np.testing.assert_array_equal(one.mean, two.mean)
        np.testing.assert_array_equal(one.quantile(0.9), two.quantile(0.9))


@pytest.mark.parametrize("ahead", ["recursive", "direct"])
@pytest.mark.parametrize("method", ["ridge", "lasso", "poisson"])
def test_past_sales_as_columns_are_of_the_past(method: Method, ahead: Ahead) -> None:
    spec = Linear(method=method, lags=(1, 7), rolling=(7, 28), ahead=ahead, category=True)
    for window, twin in pairs():
        one, two = (spec.fit(each.train).forecast(BACKTEST.horizon, each.future) for each in (window, twin))
        np.testing.assert_array_equal(one.mean, two.mean)
        np.testing.assert_array_equal(one.quantile(0.9), two.quantile(0.9))


@pytest.mark.parametrize("step", [1, 3, 7])
def test_no_column_of_a_period_holds_its_own_sales_or_later_ones(step: int) -> None:
    """Sales of one period are altered: only columns at least `step` periods later may change."""
    frame = shop()
    other = frame.copy()
    altered_at = other["ds"].unique()[70]
    other.loc[other["ds"] == altered_at, "y"] += 1e6
    spec = Linear(lags=(1, 2, 7), rolling=(7, 28))
    one, two = (spec.columns(panel(each), panel(each).matrix(), 0, None, step).frame() for each in (frame, other))
    changed = one.ne(two) & ~(one.isna() & two.isna())
    assert not changed.iloc[: 70 + step].any(axis=None)
    assert changed.iloc[70 + step :].any(axis=None)


@pytest.mark.parametrize("name", FAST)
def test_the_plan_of_another_period_is_not_the_plan(name: str) -> None:
    """A plan may change the forecast, but only of a model that says it uses regressors; a baseline must not move."""
    window, _ = next(pairs())
    fitted = make(name).fit(window.train)
    flipped = window.future.assign(promo=1 - window.future["promo"])
    moved = (fitted.forecast(7, window.future).mean != fitted.forecast(7, flipped).mean).any()
    assert not moved or name in ("linear", "arima", "boosting", "light_boosting")


@dataclass(frozen=True, eq=False)
class Cheat:
    """A model that peeks, to show that this test would notice."""

    name: ClassVar[str] = "cheat"
    world: pd.DataFrame

    def fit(self, train: Panel) -> Fitted:
        return make("window_mean").fit(panel(self.world).select(train.ids))


def test_a_model_that_peeks_is_noticed() -> None:
    window, _ = next(pairs())
    honest, cheat = shop(), altered(shop(), window.cutoff)
    forecasts = [Cheat(world).fit(window.train).forecast(7).mean for world in (honest, cheat)]
    assert (forecasts[0] != forecasts[1]).any()
