"""The Diagnose page and the residual panel on series that have little or nothing to say."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from forecasting.core.panel import Panel
from forecasting.models.linear import Linear
from ui.uploads import Source

RNG = np.random.default_rng(0)
SERIES = {
    "constant": np.full(120, 7.0),
    "zeros": np.zeros(120),
    "gappy": np.where(RNG.random(120) < 0.3, np.nan, RNG.poisson(5, 120)),
    "negative": -RNG.poisson(5, 120).astype(float),
    "huge": 1e12 * RNG.gamma(2, size=120),
    "tiny": 1e-6 * RNG.gamma(2, size=120),
    "two": np.r_[np.full(118, np.nan), 3.0, 5.0],
}


def store() -> Panel:
    dates = pd.date_range("2024-01-01", periods=120)
    frames = [pd.DataFrame({"unique_id": name, "ds": dates, "y": y}) for name, y in SERIES.items()]
    return Panel.build(pd.concat(frames, ignore_index=True))


def waited(app: AppTest, done) -> AppTest:
    end = time.monotonic() + 120
    while not done(app) and time.monotonic() < end:
        time.sleep(0.3)
        app.run()
    assert not app.exception
    return app


@pytest.mark.slow
def test_every_odd_series_is_diagnosed(opened):
    app = opened("diagnose", demo="grocery")
    app.session_state["_workspace"].set_panel(store(), None, Source("odd", Path(), ()))
    for name in SERIES:
        app.session_state["_workspace"].select(sku=name)
        waited(app.run(), lambda app: any(one.value == "In short" for one in app.subheader))
        said = "\n".join(one.value for one in app.markdown)
        assert "- " in said
        assert "nan" not in said
        assert not app.error


@pytest.mark.slow
def test_a_pattern_left_over_changes_the_form(opened, rng):
    dates = pd.date_range("2024-01-01", periods=210)
    week = 50 + np.tile([0.0, 0, 0, 0, 5, 20, 9], 30) + rng.normal(size=210)
    app = opened("model", demo="grocery", model="linear")
    workspace = app.session_state["_workspace"]
    panel = Panel.build(pd.DataFrame({"unique_id": "A", "ds": dates, "y": week}))
    workspace.set_panel(panel, None, Source("weekly", Path(), ()))
    workspace.specs["linear"] = Linear(weekday="none", month="none", year_waves=0)
    app.run()
    next(button for button in app.button if button.label == "Fit Linear").click().run()
    label = "Give each weekday its own level"
    waited(app, lambda app: any(button.label == label for button in app.button))
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    assert app.session_state["_workspace"].specs["linear"].weekday == "dummies"
    assert any("Press Fit" in toast.value for toast in app.toast)
