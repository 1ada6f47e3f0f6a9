"""A model for each kind of demand: every SKU has the numbers of its own model."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting import exchange
from forecasting.core.errors import SpecInvalid
from forecasting.core.panel import Panel
from forecasting.features.demand import demand_class
from forecasting.models import make
from forecasting.models.champions import Champions
from forecasting.workflow import ForecastAll, Outlook, forecast_all


@pytest.fixture(scope="module")
def panel() -> Panel:
    rng = np.random.default_rng(6)
    days = pd.date_range("2024-01-01", periods=140)
    smooth = [rng.poisson(30, 140) for _ in range(3)]
    rare = [rng.poisson(4, 140) * (rng.random(140) < 0.3) for _ in range(3)]
    return Panel.build(
        pd.concat(pd.DataFrame({"unique_id": f"S{i}", "ds": days, "y": y}) for i, y in enumerate([*smooth, *rare]))
    )


MIX = Champions(make("window_mean"), (("smooth", make("ets", horizon=7)), ("intermittent", make("croston_sba", horizon=7))))


def test_each_sku_is_forecast_by_the_model_of_its_class(panel: Panel) -> None:
    kinds = demand_class(panel.matrix())
    assert {"smooth"} < set(kinds)
    forecast = MIX.fit(panel).forecast(7)
    chosen = dict(MIX.by_class)
    for sku, kind in zip(panel.ids, kinds, strict=True):
        alone = chosen.get(kind, MIX.usual).fit(panel).forecast(7)
        own = alone.select([sku])
        mixed = forecast.select([sku])
        assert np.array_equal(mixed.mean, own.mean)
        assert np.array_equal(mixed.quantile(0.9), own.quantile(0.9))
        assert np.array_equal(mixed.total(q=0.9), own.total(q=0.9))


def test_some_skus_in_another_order_keep_their_errors(panel: Panel) -> None:
    forecast = MIX.fit(panel).forecast(7)
    some = forecast.select(["S5", "S0", "S3"])
    assert np.array_equal(some.quantile(0.1), forecast.quantile(0.1)[[5, 0, 3]])


def test_it_crosses_a_process_as_files(panel: Panel, tmp_path: Path) -> None:
    request = ForecastAll(panel, (MIX,), 7)
    exchange.save(request, tmp_path / "request")
    again = exchange.load(tmp_path / "request")
    assert again.specs == (MIX,)
    outlook = forecast_all(again)
    exchange.save(outlook, tmp_path / "result")
    result = exchange.load(tmp_path / "result")
    assert isinstance(result, Outlook)
    assert np.array_equal(result.forecasts[0].quantile(0.9), outlook.forecasts[0].quantile(0.9))


def test_what_learns_from_all_skus_gets_all_of_them(panel: Panel) -> None:
    mix = Champions(make("window_mean"), (("smooth", make("boosting", horizon=7)),))
    boosting = make("boosting", horizon=7).fit(panel).forecast(7)
    smooth = np.flatnonzero(demand_class(panel.matrix()) == "smooth")
    assert np.array_equal(mix.fit(panel).forecast(7).mean[smooth], boosting.mean[smooth])


def test_it_is_made_of_single_models() -> None:
    with pytest.raises(SpecInvalid, match="choose single models"):
        Champions(MIX)
