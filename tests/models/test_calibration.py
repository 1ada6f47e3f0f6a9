import numpy as np
import pandas as pd
import pytest

from forecasting.core.panel import Panel
from forecasting.features.lookback import Lookback
from forecasting.models.boosting import Boosting
from forecasting.models.calibration import held_out

HORIZON = 7


def shop(periods: int, skus: int = 60, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.poisson(rng.lognormal(2.5, 0.5, (skus, 1)) * np.ones(periods)).astype(float)


def panel_of(sales: np.ndarray) -> Panel:
    dates = pd.date_range("2023-01-02", periods=sales.shape[1])
    return Panel.build(
        pd.concat([pd.DataFrame({"unique_id": f"S{row:03}", "ds": dates, "y": y}) for row, y in enumerate(sales)])
    )


def mean_so_far(train: Panel, horizon: int, future: pd.DataFrame) -> np.ndarray:
    assert len(future) == len(train) * horizon
    return np.repeat(train.matrix().mean(axis=1, keepdims=True), horizon, axis=1)


def test_held_out_errors_cover_what_comes():
    sales = shop(120 + HORIZON)
    panel = panel_of(sales[:, :120])
    pools = held_out(mean_so_far, panel, HORIZON, seed=0)
    assert pools is not None
    mean = mean_so_far(panel, HORIZON, pd.DataFrame(index=range(len(panel) * HORIZON)))
    errors = pools.errors(panel, Lookback.of(panel, HORIZON, None))
    inside = (sales[:, 120:] >= errors.quantile(mean, 0.1)) & (sales[:, 120:] <= errors.quantile(mean, 0.9))
    assert 0.75 < inside.mean() < 0.90


def test_too_short_a_history_has_no_pools():
    assert held_out(mean_so_far, panel_of(shop(2)), HORIZON, seed=0) is None


def test_boosting_is_judged_by_what_it_did_not_learn():
    sales = shop(150 + HORIZON, seed=1)
    forecast = Boosting(rounds=300, leaf_rows=1, rows=5_000, horizon=HORIZON).fit(panel_of(sales[:, :150])).forecast(HORIZON)
    inside = (sales[:, 150:] >= forecast.quantile(0.1)) & (sales[:, 150:] <= forecast.quantile(0.9))
    assert 0.73 < inside.mean() < 0.90


@pytest.mark.parametrize("categories", [["a", "b"] * 10, ["a"] * 20])
def test_trees_speak_only_of_the_groups_they_know(categories):
    panel = panel_of(shop(60, 20))
    fitted = Boosting(rounds=5, horizon=3, calibrated=False).fit(
        Panel.build(panel.frame, static=pd.DataFrame({"category": ["a", "b"] * 10}, index=list(panel.ids)))
    )
    other = Panel.build(panel.frame, static=pd.DataFrame({"category": categories}, index=list(panel.ids)))
    assert fitted.speaks_of(other) == (len(set(categories)) == 2)
