from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from utilsforecast import losses

from forecasting.core.errors import FitFailed, HistoryTooShort
from forecasting.core.panel import Panel
from forecasting.evaluation.backtest import Backtest
from forecasting.evaluation.evaluation import Evaluation, evaluate
from forecasting.models import make


@dataclass(frozen=True)
class Broken:
    name: ClassVar[str] = "broken"
    before: pd.Timestamp = pd.Timestamp.max

    def fit(self, panel: Panel):
        if panel.last < self.before:
            raise FitFailed("It cannot be fitted.")
        return make("window_mean").fit(panel)


@pytest.fixture(scope="module")
def panel() -> Panel:
    rng = np.random.default_rng(0)
    days = pd.date_range("2024-01-01", periods=120)
    frames = [
        pd.DataFrame({"unique_id": name, "ds": days, "y": rng.poisson(level, 120).astype(float), "price": price})
        for name, level, price in (("A", 20, 1.0), ("B", 5, 100.0), ("C", 0.3, 2.0))
    ]
    sales = pd.concat(frames, ignore_index=True)
    sales.loc[(sales["unique_id"] == "A") & (sales["ds"] == "2024-04-25"), "y"] = np.nan
    return Panel.build(sales, known=["price"])


@pytest.fixture(scope="module")
def result(panel) -> Evaluation:
    return evaluate(panel, [make("window_mean"), make("seasonal_naive")], Backtest(horizon=14, windows=3))


def test_every_sku_cutoff_period_and_model_has_one_row(result):
    assert len(result.forecasts) == 3 * 3 * 14 * 2
    assert not result.forecasts.duplicated(["unique_id", "cutoff", "ds", "model"]).any()
    assert result.models == ("window_mean", "seasonal_naive")


def test_missing_actuals_are_not_scored(result):
    assert len(result.rows) == len(result.forecasts) - 2
    assert result.summary()["n"].tolist() == [125, 125]


def test_metrics_of_each_series_agree_with_utilsforecast(result):
    wide = result.rows.pivot(index=["unique_id", "cutoff", "ds", "actual"], columns="model", values="mean").reset_index()
    wide = wide.rename(columns={"actual": "y"})
    scores = result.scores().pivot(index=["unique_id", "cutoff", "model"], columns="metric", values="value")
    models = list(result.models)
    for ours, theirs in {"mae": losses.mae, "rmse": losses.rmse, "wape": losses.nd, "mse": losses.mse}.items():
        expected = (
            theirs(wide, models).melt(["unique_id", "cutoff"], var_name="model").set_index(["unique_id", "cutoff", "model"])
        )
        pd.testing.assert_series_equal(scores[ours].sort_index(), expected["value"].sort_index(), check_names=False)


def test_scaled_errors_agree_with_utilsforecast(panel, result):
    last = result.rows["cutoff"].max()
    rows = result.rows[(result.rows["cutoff"] == last) & (result.rows["unique_id"] == "B")]
    wide = rows.pivot(index=["unique_id", "ds", "actual"], columns="model", values="mean").reset_index()
    wide = wide.rename(columns={"actual": "y"})
    train = panel.until(last).series("B")
    train = train[(train["y"] > 0).cummax()]
    scores = result.scores().set_index(["unique_id", "cutoff", "model", "metric"])["value"]
    for model in result.models:
        mase = losses.mase(wide, [model], seasonality=7, train_df=train)[model].iloc[0]
        rmsse = losses.rmsse(wide, [model], seasonality=1, train_df=train)[model].iloc[0]
        assert scores[("B", last, model, "mase")] == pytest.approx(mase)
        assert scores[("B", last, model, "rmsse")] == pytest.approx(rmsse)


def test_pooled_wape_and_bias_are_ratios_of_sums(result):
    rows = result.rows[result.rows["model"] == "window_mean"]
    row = result.summary().set_index("model").loc["window_mean"]
    assert row["wape"] == pytest.approx((rows["actual"] - rows["mean"]).abs().sum() / rows["actual"].sum())
    assert row["bias"] == pytest.approx((rows["mean"] - rows["actual"]).sum() / rows["actual"].sum())
    assert row["accuracy"] == pytest.approx(1 - row["wape"])
    assert row["fva"] > 0  # pure noise: the mean beats the naive


def test_worst_is_ordered_by_money(result):
    worst = result.worst("window_mean")
    assert worst["unique_id"].tolist()[0] == "B"  # A loses more units, B costs 100 times as much
    assert worst["money_lost"].is_monotonic_decreasing


def test_tables_by_class_horizon_and_sku(result):
    assert set(result.by_demand_class()["demand_class"]) == {"smooth", "intermittent"}
    assert result.by_horizon()["horizon"].tolist()[::2] == list(range(1, 15))
    naive = result.by_sku().query("model == 'seasonal_naive'")
    assert (naive["fva"].abs() < 1e-12).all()


def test_a_series_without_sales_has_no_percentages():
    sales = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=60), "y": 0.0})
    result = evaluate(Panel.build(sales), [make("seasonal_naive")], Backtest(horizon=7, windows=1))
    row = result.summary().iloc[0]
    assert np.isnan(row[["wape", "bias", "accuracy", "mase", "rmsse"]].astype(float)).all()
    assert row["bias_words"] == "—"
    assert row["mae"] == 0.0


def test_a_model_that_fails_at_one_cutoff_is_compared_at_the_others(panel):
    backtest = Backtest(horizon=14, windows=3)
    first, second, _ = backtest.cutoffs(panel)
    result = evaluate(panel, [Broken(before=second), make("seasonal_naive")], backtest)
    assert result.rows["cutoff"].nunique() == 2
    assert first not in set(result.rows["cutoff"])
    assert result.failures["reason"].tolist() == ["It cannot be fitted."]


def test_when_no_model_works_the_reason_is_raised(panel):
    with pytest.raises(FitFailed, match="cannot be fitted"):
        evaluate(panel, [Broken()], Backtest(horizon=14))
    with pytest.raises(HistoryTooShort, match="shorter horizon"):
        evaluate(panel, [make("window_mean")], Backtest(horizon=119))


def test_two_specs_of_one_family_are_told_apart(panel):
    result = evaluate(panel, [make("window_mean"), make("window_mean")], Backtest(horizon=14, windows=1))
    assert result.models == ("window_mean", "window_mean (2)")


def test_what_happens_after_the_cutoff_changes_no_forecast(panel):
    changed = panel.frame.copy()
    backtest = Backtest(horizon=14, windows=1)
    cutoff = backtest.cutoffs(panel)[0]
    changed.loc[changed["ds"] > cutoff, "y"] = 1e6
    before = evaluate(panel, [make("seasonal_naive")], backtest).forecasts
    after = evaluate(Panel.build(changed, known=["price"]), [make("seasonal_naive")], backtest).forecasts
    assert before["mean"].equals(after["mean"])
