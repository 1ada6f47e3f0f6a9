from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor

from forecasting.core.model import future_grid
from forecasting.core.panel import Panel
from forecasting.models.grove import Grove
from forecasting.models.light_boosting import LightBoosting
from forecasting.workflow.insides import insides_of

QUICK = LightBoosting(rounds=60, rows=20_000, horizon=7)


def shop(skus: int = 20, days: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    dates = pd.date_range("2023-01-02", periods=days)
    frames = []
    for number in range(skus):
        promo = (rng.random(days) < 0.15).astype(float)
        rate = (2 + number) * (1 + 0.5 * (dates.dayofweek >= 5)) * (1 + 1.5 * promo)
        frames.append(pd.DataFrame({"unique_id": f"S{number:02}", "ds": dates, "y": rng.poisson(rate) * 1.0, "promo": promo}))
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def panel() -> Panel:
    return Panel.build(shop(), known=["promo"])


@pytest.fixture(scope="module")
def fitted(panel):
    return QUICK.fit(panel)


@pytest.fixture(scope="module")
def grown():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(2_000, 4))
    rows[rng.random(rows.shape) < 0.1] = np.nan
    known = np.nan_to_num(rows)
    sales = rng.poisson(np.exp(known[:, 0] + known[:, 1] * (known[:, 2] > 0)))
    return HistGradientBoostingRegressor(loss="poisson", max_iter=10, early_stopping=False).fit(rows, sales), rows


def test_a_grove_says_what_the_library_says(grown):
    model, rows = grown
    np.testing.assert_allclose(np.exp(Grove.of(model).say(rows)), model.predict(rows), rtol=1e-9)


def expected(grove: Grove, node: int, row: np.ndarray, known: set[int]) -> float:
    """What a tree says when only some features are known: the others send the row both ways."""
    left, right = grove.left[node], grove.right[node]
    if left < 0:
        return grove.value[node]
    feature = grove.feature[node]
    if feature in known:
        goes_left = grove.missing_left[node] if np.isnan(row[feature]) else row[feature] <= grove.threshold[node]
        return expected(grove, left if goes_left else right, row, known)
    both = grove.cover[left] * expected(grove, left, row, known) + grove.cover[right] * expected(grove, right, row, known)
    return both / grove.cover[node]


def test_shares_are_shapley_values(grown):
    model, rows = grown
    grove, row = Grove.of(model), rows[7]
    wanted = np.zeros(5)
    for size in range(4):
        weight = factorial(size) * factorial(3 - size) / factorial(4)
        for known in combinations(range(4), size):
            for feature in set(range(4)) - set(known):
                for root in grove.roots:
                    more = expected(grove, root, row, {*known, feature}) - expected(grove, root, row, set(known))
                    wanted[feature] += weight * more
    wanted[-1] = grove.start + sum(expected(grove, root, row, set()) for root in grove.roots)
    np.testing.assert_allclose(grove.shares(rows[[7]])[0], wanted, rtol=1e-9)
    np.testing.assert_allclose(grove.shares(rows[:50]).sum(axis=1), grove.say(rows[:50]), rtol=1e-9)


def test_gain_names_what_matters(grown):
    gain = Grove.of(grown[0]).gain(4)
    assert gain.sum() == pytest.approx(1.0)
    assert gain.argmax() == 0
    assert gain.argmin() == 3


def test_a_planned_promotion_sells_more(panel, fitted):
    grid = future_grid(panel, 7)
    without, promoted = (fitted.forecast(7, grid.assign(promo=value)).mean.mean() for value in (0.0, 1.0))
    assert promoted > 1.6 * without
    assert fitted.importance()["gain"].sum() == pytest.approx(1.0)


def test_contributions_add_up_to_the_forecast(panel, fitted):
    plan = future_grid(panel, 7).assign(promo=1.0)
    rows = fitted.contributions(7, plan, ["S03"])
    mean = fitted.forecast(7, plan).select(["S03"]).mean[0]
    np.testing.assert_allclose(rows.groupby("ds")["units"].sum().to_numpy(), mean, rtol=1e-6)
    topics = insides_of(fitted, panel, "S03", 7, plan).topics.set_index("topic")["units"]
    assert topics["promo"] == topics.drop("usual level").max()


@pytest.mark.parametrize("values", [np.full(40, 5.0), np.r_[np.full(20, 5.0), np.zeros(20)]])
def test_skus_from_which_little_can_be_learnt_get_an_answer(values):
    days = pd.date_range("2023-01-02", periods=40)
    sales = pd.concat([pd.DataFrame({"unique_id": f"S{k}", "ds": days, "y": values}) for k in range(4)])
    mean = QUICK.fit(Panel.build(sales)).forecast(7).mean
    assert np.isfinite(mean).all()
    if values[-1] == 5.0:
        np.testing.assert_allclose(mean, 5.0, rtol=1e-6)
