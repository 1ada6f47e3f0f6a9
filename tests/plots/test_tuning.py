"""A search is drawn whatever came of it: many trials, the default alone, numbers and names."""

from __future__ import annotations

import pandas as pd
import pytest

from forecasting.core.panel import Panel
from forecasting.evaluation.tuning import Tuned, Tuning, tune
from forecasting.models import make
from forecasting.plots import tuning as plots
from forecasting.plots.theme import DARK


def found(name: str, trials: int) -> Tuned:
    days = pd.date_range("2024-01-01", periods=84)
    sales = Panel.build(pd.DataFrame({"unique_id": "A", "ds": days, "y": [float(day % 7 + day // 20) for day in range(84)]}))
    return tune(sales, Tuning(make(name), horizon=7, trials=trials, origins=2))


@pytest.mark.parametrize(("name", "trials"), [("window_mean", 12), ("window_mean", 1), ("linear", 12)])
def test_every_search_can_be_drawn(name: str, trials: int) -> None:
    tuned = found(name, trials)
    figure = plots.history(tuned.trials, tuned.chosen_trial, DARK, metric=tuned.metric)
    assert [trace.name for trace in figure.data] == ["one trial", "best so far", "default", "chosen"]
    assert list(figure.data[2].x) == [0]
    assert list(figure.data[3].x) == [tuned.chosen_trial]
    names = list(dict.fromkeys(tuned.values["parameter"]))
    assert plots.parameters(tuned.values, names, tuned.chosen_trial, DARK).to_json()


def test_a_number_is_drawn_as_one_and_a_name_as_a_name() -> None:
    values = pd.DataFrame(
        [(0, "Ridge", "automatic", float("nan"), 0.5), (1, "Ridge", "0.01", 0.01, 0.4), (2, "Ridge", "30", 30.0, 0.6),
         (1, "Trend", "none", 0.0, 0.4), (2, "Trend", "linear", 1.0, 0.6)],
        columns=["trial", "parameter", "value", "number", "score"],
    )  # fmt: skip
    figure = plots.parameters(values, ["Ridge", "Trend"], chosen=1)
    assert figure.layout.xaxis.type == "log"
    assert figure.layout.xaxis2.type == "category"
    assert list(figure.layout.xaxis2.categoryarray) == ["none", "linear"]
