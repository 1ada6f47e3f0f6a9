"""What is said of a model before it runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from forecasting.core.panel import Panel
from forecasting.models import make
from ui import models


def panel_of(*lengths: int) -> Panel:
    ends = pd.Timestamp("2025-06-30")
    tables = [
        pd.DataFrame({"unique_id": f"S{k}", "ds": pd.date_range(end=ends, periods=n), "y": np.arange(n) % 5.0})
        for k, n in enumerate(lengths)
    ]
    return Panel.build(pd.concat(tables))


def test_windows_are_counted_over_the_chosen_skus():
    panel = panel_of(100, 30, 60)
    assert models.windows(panel, panel.ids, 28) == 100 - 56 + 1 + 60 - 56 + 1
    assert models.windows(panel, ["S1"], 28) == 0


def test_a_network_on_little_history_is_advised_against():
    network = make("lstm", horizon=28)
    assert "unlikely to help" in models.cost(network, panel_of(100), ["S0"])
    many = panel_of(*[300] * 10)
    assert "unlikely" not in models.cost(network, many, many.ids)
    assert models.cost(make("linear"), many, many.ids) == ""


def test_the_estimate_follows_the_settings():
    small, large = make("lstm", horizon=28), replace(make("lstm", horizon=28), members=6, units=96)
    assert models.training_seconds(large, 20_000) > 2 * models.training_seconds(small, 20_000)
    assert models.training_seconds(small, 10**6) == models.training_seconds(small, 10**7)
    many = panel_of(*[300] * 10)
    assert "Trains 6 networks on 10 SKUs" in models.cost(large, many, many.ids)


def test_longer_histories_are_foretold_to_take_longer():
    short, long = panel_of(100, 100), panel_of(2_000, 2_000)
    assert models.seconds_of(["auto"], long, long.ids) > 3 * models.seconds_of(["auto"], short, short.ids)
    assert models.seconds_of(["auto"], long, long.ids[:1]) < models.seconds_of(["auto"], long, long.ids)
