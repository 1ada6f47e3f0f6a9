"""What is said of a model before it runs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.core.panel import Panel
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
    assert "unlikely to help" in models.cost("lstm", panel_of(100), ["S0"], 28)
    many = panel_of(*[300] * 10)
    assert "unlikely" not in models.cost("lstm", many, many.ids, 28)
    assert models.cost("linear", many, many.ids, 28) == ""
