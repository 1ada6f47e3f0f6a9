"""A regression laid open: contributions that add up, leverage and inflation as statsmodels has them, terms that help later."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.stats.outliers_influence import OLSInfluence, variance_inflation_factor

from forecasting.core.errors import HistoryTooShort, SpecInvalid
from forecasting.core.model import future_grid
from forecasting.core.panel import Panel
from forecasting.models.linear import Linear
from forecasting.models.regression import lay_open
from forecasting.models.selection import select_terms


@pytest.fixture(scope="module")
def shop() -> Panel:
    rng = np.random.default_rng(7)
    days = 300
    frames = []
    for number in range(2):
        price, noise = rng.choice([8.0, 9.0, 10.0], days), rng.normal(size=days)
        sales = 40 + 12 * (np.arange(days) % 7 == 5) - 60 * np.log(price / 9) + rng.normal(0, 3, days)
        dates = pd.date_range("2024-01-01", periods=days)
        frame = pd.DataFrame({"unique_id": f"S{number}", "ds": dates, "y": sales, "price": price, "noise": noise})
        frames.append(frame.iloc[30 * number :])
    return Panel.build(pd.concat(frames), known=["price", "noise"])


def plan(panel: Panel, price: float = 9.0) -> pd.DataFrame:
    return future_grid(panel, 14).assign(price=price, noise=0.0)


@pytest.mark.parametrize(
    "spec",
    [
        Linear(),
        Linear(transform="log"),
        Linear(transform="box-cox"),
        Linear(method="poisson"),
        Linear(method="lasso"),
        Linear(lags=(1, 7), rolling=(7,)),
        Linear(lags=(1, 7), ahead="direct"),
        Linear(trend="linear", carry=False),
    ],
)
def test_contributions_add_up_to_the_forecast(shop: Panel, spec: Linear) -> None:
    fitted = spec.fit(shop)
    opened = lay_open(fitted, "S1", 14, plan(shop, 8.0))
    added = opened.contributions.groupby("ds")["units"].sum().to_numpy()
    np.testing.assert_allclose(added, fitted.forecast(14, plan(shop, 8.0)).mean[1], rtol=1e-9)
    shares = opened.contributions.pivot(index="ds", columns="term", values="units")
    assert (shares["price"] > 1).all()
    assert np.isfinite(shares.to_numpy()).all()


def test_leverage_and_inflation_are_those_of_statsmodels(shop: Panel) -> None:
    fitted = Linear(method="least squares", year_waves=0, trend="linear").fit(shop)
    opened = lay_open(fitted, "S1", 14, plan(shop))
    past = opened.design.iloc[30:-14]
    columns = past.drop(columns=["ds", "leverage"]).to_numpy(dtype=float)
    exog = sm.add_constant(columns)
    reference = OLSInfluence(sm.OLS(shop.matrix()[1, 30:], exog).fit()).hat_matrix_diag
    np.testing.assert_allclose(past["leverage"], reference, rtol=1e-8)
    factors = [variance_inflation_factor(exog, place + 1) for place in range(columns.shape[1])]
    np.testing.assert_allclose(opened.columns["vif"], factors, rtol=1e-6)


def test_a_price_that_was_never_asked_is_noticed(shop: Panel) -> None:
    fitted = Linear(year_waves=0).fit(shop)
    assert len(lay_open(fitted, "S0", 14, plan(shop, 30.0)).beyond) == 14
    assert len(lay_open(fitted, "S0", 14, plan(shop, 9.0)).beyond) == 0


def test_a_sku_that_fell_back_says_so() -> None:
    short = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=2), "y": [3.0, 5.0]})
    opened = lay_open(Linear().fit(Panel.build(short)), "A", 3)
    assert opened.contributions["term"].unique().tolist() == ["window mean"]
    with pytest.raises(SpecInvalid, match="not fitted to 'B'"):
        lay_open(Linear().fit(Panel.build(short)), "B", 3)


@pytest.mark.parametrize("method", ["ridge", "poisson"])
def test_terms_that_help_later_are_kept_and_idle_ones_are_not(shop: Panel, method: str) -> None:
    spec = Linear(year_waves=0, trend="linear", method=method)
    found = select_terms(shop, spec, "S0", 28)
    table = found.table.set_index("term")
    assert table.loc["price", "helps"]
    assert table.loc["weekday", "helps"]
    assert table.loc["price", "importance"] > 10 * abs(table.loc["noise", "importance"])
    assert table.loc["price", "correlation"] > 0.5
    assert table.loc["price", "information"] > table.loc["noise", "information"]
    assert "price" not in found.use.without
    assert set(found.use.without) == set(table.index[~table["helps"]])
    assert found.use.fit(shop).forecast(14, plan(shop)).mean.min() > 0


def test_what_is_left_out_stays_out_and_lags_are_left_out_by_their_own_setting(shop: Panel) -> None:
    spec = Linear(year_waves=0, lags=(3,), without=("noise",))
    found = select_terms(shop, spec, "S0", 28)
    assert "noise" in found.use.without
    assert "lags" not in found.use.without
    assert found.use == replace(found.use)


def test_too_little_history_is_said() -> None:
    short = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=20), "y": np.arange(20.0)})
    with pytest.raises(HistoryTooShort, match="needs at least"):
        select_terms(Panel.build(short), Linear(), "A", 14)
