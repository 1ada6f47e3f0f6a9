import numpy as np
import pandas as pd
import pytest

from forecasting.core.errors import HistoryTooShort, SpecInvalid
from forecasting.core.panel import Panel
from forecasting.evaluation.backtest import Backtest


def panel(days: int = 100) -> Panel:
    sales = pd.DataFrame(
        {"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=days), "y": np.arange(days), "promo": 0.0, "stock": 5.0}
    )
    late = sales.tail(12).assign(unique_id="late")
    return Panel.build(pd.concat([sales, late]), known=["promo"])


def test_windows_share_the_calendar_and_end_with_the_data():
    cutoffs = Backtest(horizon=7, windows=3).cutoffs(panel())
    assert [str(cutoff.date()) for cutoff in cutoffs] == ["2024-03-19", "2024-03-26", "2024-04-02"]


def test_the_training_data_end_at_the_cutoff_and_the_actuals_begin_after_it():
    for window in Backtest(horizon=7, windows=3).split(panel()):
        assert window.train.frame["ds"].max() == window.cutoff
        assert window.actual["ds"].min() > window.cutoff
        assert len(window.actual) == len(window.future) == 7 * len(window.train)


def test_only_planned_regressors_reach_the_future():
    window = next(Backtest(horizon=7, windows=1).split(panel()))
    assert list(window.future.columns) == ["unique_id", "ds", "promo"]
    assert window.train.ids == ("A", "late")


def test_a_sku_that_starts_after_the_cutoff_is_not_in_the_window():
    window = next(Backtest(horizon=7, windows=2).split(panel()))
    assert window.train.ids == ("A",)


def test_fewer_windows_where_the_history_is_short():
    assert len(Backtest(horizon=14, windows=9).cutoffs(panel(60))) == 3


def test_no_window_at_all_is_said_in_one_sentence():
    with pytest.raises(HistoryTooShort, match="needs at least 42"):
        Backtest(horizon=28).cutoffs(panel(30))


@pytest.mark.parametrize("arguments", [{"horizon": 0}, {"horizon": 3, "windows": 0}, {"horizon": 3, "step": -1}])
def test_refuses_senseless_numbers(arguments):
    with pytest.raises(SpecInvalid, match="must be 1 or more"):
        Backtest(**arguments)


def test_a_sliding_window_learns_from_the_last_periods_only():
    days = pd.date_range("2024-01-01", periods=40)
    late = pd.DataFrame({"unique_id": "B", "ds": days[-12:], "y": 2.0})
    panel = Panel.build(pd.concat([pd.DataFrame({"unique_id": "A", "ds": days, "y": np.arange(40.0)}), late]))
    first, last = Backtest(horizon=5, windows=2, memory=10).split(panel)
    assert first.train.ids == ("A", "B")
    assert first.train.matrix()[0].tolist() == list(np.arange(20.0, 30))
    assert last.train.lengths.tolist() == [10, 7]
    assert last.train.series("B")["ds"].tolist() == list(days[28:35])
    assert last.train.last == days[34]
    with pytest.raises(SpecInvalid, match="memory"):
        Backtest(horizon=5, memory=0)
