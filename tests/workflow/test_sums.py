"""Categories and the total agree with the SKUs, in Python, on the command line and in the files; a plan is set beside none."""

import io

import numpy as np
import pandas as pd
import pytest

from forecasting import exchange
from forecasting.core.panel import Panel
from forecasting.export import forecast_xlsx
from forecasting.models import make
from forecasting.workflow import ForecastAll, Sums, Tree, carried_on, forecast_all, forecast_frame, sums_frame
from forecasting.workflow.outlooks import by_group, plan_effect


@pytest.fixture(scope="module")
def panel() -> Panel:
    days, rng = pd.date_range("2024-01-01", periods=120), np.random.default_rng(0)
    promo = rng.binomial(1, 0.15, (6, 120)).astype(float)
    rows = [
        pd.DataFrame({"unique_id": f"S{k}", "ds": days, "y": rng.poisson((2 + k) * (1 + promo[k])), "promo": promo[k]})
        for k in range(6)
    ]
    static = pd.DataFrame({"category": list("aabbbc")}, index=[f"S{k}" for k in range(6)])
    return Panel.build(pd.concat(rows), static=static, known=["promo"])


@pytest.mark.parametrize("way", ["bottom-up", "mint"])
def test_sums_agree_with_the_skus_in_every_period(panel: Panel, way: str, tmp_path) -> None:
    specs = (make("linear"), make("weekday_mean"))
    outlook = forecast_all(ForecastAll(panel, specs, 14, carried_on(panel, 14), Sums(way)))
    for forecast, total, groups in zip(outlook.forecasts, outlook.totals, outlook.groups, strict=True):
        np.testing.assert_allclose(total.mean[0], forecast.mean.sum(axis=0), atol=1e-6)
        np.testing.assert_allclose(groups.mean.sum(axis=0), total.mean[0], atol=1e-6)
        assert groups.ids == ("a", "b", "c")
        assert (groups.total(q=0.1) < groups.total()).all()
    assert by_group(outlook, panel)["units"].sum() == pytest.approx(outlook.forecasts[0].mean.sum())
    assert any("moved the sum" in note for note in outlook.notes) == (way == "mint")
    exchange.save(outlook, tmp_path / "outlook")
    assert exchange.load(tmp_path / "outlook").sums == Sums(way)


def test_files_add_up_exactly_in_whole_units_too(panel: Panel) -> None:
    outlook = forecast_all(ForecastAll(panel, (make("linear"), make("window_mean")), 14))
    for whole in (None, Tree.of(panel).hierarchy):
        rows = forecast_frame(outlook, panel, whole=whole)
        sums = sums_frame(outlook, rows, Tree.of(panel).hierarchy)
        keys = ["model", "date"]
        skus = rows.groupby(keys)["mean"].sum()
        for level in ("total", "category"):
            together = sums[sums["level"] == level].groupby(keys)["mean"].sum()
            assert (together - skus).abs().max() <= 1e-6
        assert whole is None or (rows["mean"] == rows["mean"].round()).all()
    book = pd.read_excel(io.BytesIO(forecast_xlsx(outlook, panel)), sheet_name=None, engine="calamine")
    assert list(book) == ["Forecast", "Sums", "Settings"]
    assert book["Sums"].query("level == 'total'")["mean"].sum() == pytest.approx(book["Forecast"]["final"].sum(), abs=1e-6)


def test_data_without_categories_has_only_the_total(panel: Panel) -> None:
    bare = Panel.build(panel.frame)
    outlook = forecast_all(ForecastAll(bare, (make("window_mean"),), 7))
    assert outlook.groups == ()
    assert by_group(outlook, bare).empty
    assert set(sums_frame(outlook, forecast_frame(outlook, bare), Tree.of(bare).hierarchy)["level"]) == {"total"}


@pytest.mark.parametrize("way", ["bottom-up", "mint"])
def test_what_a_promotion_brings_is_set_beside_none(panel: Panel, way: str) -> None:
    usual = carried_on(panel, 7)
    plan = usual.assign(promo=(usual["sku"] == "S5").astype(float))
    outlook = forecast_all(ForecastAll(panel, (make("linear"),), 7, plan, Sums(way), beside=usual))
    effect = plan_effect(outlook, panel)
    assert effect["sku"].tolist() == ["S5"]
    assert effect["difference"][0] > 0.3 * effect["usual"][0]


def test_without_a_plan_to_compare_with_there_is_no_effect(panel: Panel) -> None:
    outlook = forecast_all(ForecastAll(panel, (make("linear"),), 7, carried_on(panel, 7)))
    assert outlook.usual is None
    assert plan_effect(outlook, panel).empty
