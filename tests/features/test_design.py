import numpy as np
import pandas as pd
import pytest

from forecasting.calendar.events import Event
from forecasting.core.errors import InputError
from forecasting.core.model import future_grid
from forecasting.core.panel import Panel
from forecasting.features.design import design
from forecasting.features.terms import Fourier, Terms

PLAIN = Terms(trend="none", weekday="none", year_waves=0)


def shop(days: int = 40, freq: str = "D") -> Panel:
    dates = pd.date_range("2024-01-01", periods=days, freq=freq)
    rng = np.random.default_rng(1)
    frames = [
        pd.DataFrame(
            {
                "unique_id": name,
                "ds": dates,
                "y": rng.poisson(5, days),
                "price": rng.choice([8.0, 10.0], days),
                "promo": rng.integers(0, 2, days),
                "stock": rng.integers(0, 3, days),
            }
        )
        for name in ("A", "B")
    ]
    return Panel.build(pd.concat(frames), known=["price", "promo"])


def plan(panel: Panel, horizon: int) -> pd.DataFrame:
    return future_grid(panel, horizon).assign(price=9.0, promo=1.0)


def test_history_does_not_depend_on_the_horizon_or_the_plan() -> None:
    panel = shop(800)
    terms = Terms(trend="piecewise", month="dummies", country="CN", fourier=(Fourier(30, 2),))
    alone = design(panel, 0, None, terms)
    ahead = design(panel, 28, plan(panel, 28).assign(price=1e6), terms)
    assert alone.names == ahead.names
    np.testing.assert_array_equal(alone.history(), ahead.history())
    assert ahead.future().shape == (2, 28, len(ahead.names))


def test_values_after_the_cutoff_change_no_feature() -> None:
    panel = shop(100)
    cutoff = panel.calendar[59]
    frame = panel.frame.copy()
    frame.loc[frame["ds"] > cutoff, ["y", "price", "promo", "stock"]] += 7
    changed = Panel.build(frame, known=panel.known)
    terms = Terms(trend="piecewise", country="GB")
    np.testing.assert_array_equal(
        design(panel.until(cutoff), 0, None, terms).history(), design(changed.until(cutoff), 0, None, terms).history()
    )


def test_price_is_a_log_ratio_to_the_usual_price_and_flags_stay() -> None:
    panel = shop()
    made = design(panel, 3, plan(panel, 3), PLAIN)
    assert made.names == ("log price ratio", "promo", "out of stock")
    usual = panel.series("B")["price"].median()
    np.testing.assert_allclose(made.history()[1, :, 0], np.log(panel.series("B")["price"] / usual))
    np.testing.assert_allclose(made.future()[1, :, 0], np.log(9 / usual))
    np.testing.assert_array_equal(made.history()[0, :, 2], panel.series("A")["stock"] <= 0)
    np.testing.assert_array_equal(made.future()[:, :, 2], 0)


def test_a_planned_stock_out_reaches_the_future() -> None:
    panel = Panel.build(shop().frame[["unique_id", "ds", "y", "stock"]], known=["stock"])
    future = future_grid(panel, 2).assign(stock=[1, 0, 1, 1])
    assert design(panel, 2, future, PLAIN).future()[:, :, 0].tolist() == [[0, 1], [0, 0]]


@pytest.mark.parametrize("freq", ["h", "D", "B", "W-SUN", "MS", "QS", "YS", "15min"])
def test_every_frequency_has_a_design_of_finite_numbers(freq: str) -> None:
    panel = shop(60, freq)
    made = design(panel, 5, plan(panel, 5), Terms())
    assert np.isfinite(made.history()).all()
    assert np.isfinite(made.future()).all()
    assert len(set(made.names)) == len(made.names)


def test_the_first_weekday_is_the_reference_and_each_day_has_one_level() -> None:
    made = design(
        shop(), 7, plan(shop(), 7), Terms(trend="none", weekday="dummies", year_waves=0, regressors=False, stock=False)
    )
    assert made.names == ("Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    assert made.future()[0].sum() == 6


def test_a_damped_trend_is_straight_in_the_past_and_levels_off_ahead() -> None:
    made = design(
        shop(), 3, plan(shop(), 3), Terms(trend="damped", damping=0.5, weekday="none", year_waves=0, regressors=False)
    )
    assert made.history()[0, :, 0].tolist() == list(range(1, 41))
    assert made.future()[0, :, 0].tolist() == [41, 41.5, 41.75]


def test_events_of_the_merchant_get_a_column_each() -> None:
    events = (Event("Fair", pd.Timestamp("2024-01-05"), pd.Timestamp("2024-01-06")),)
    events += (Event("Fair", pd.Timestamp("2024-02-10"), pd.Timestamp("2024-02-10")),)
    made = design(
        shop(), 3, None, Terms(trend="none", weekday="none", year_waves=0, regressors=False, stock=False, events=events)
    )
    assert made.frame()["Fair"].sum() == 3
    assert made.future()[0, :, 0].tolist() == [1, 0, 0]


def test_a_missing_plan_is_asked_for() -> None:
    with pytest.raises(InputError, match="'price', but no plan"):
        design(shop(), 3, None, Terms())
    with pytest.raises(InputError, match="5 rows; 2 SKUs x 3 periods ahead need 6"):
        design(shop(), 3, plan(shop(), 3).iloc[:5], Terms())
