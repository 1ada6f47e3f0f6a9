"""Synthetic windows on the Model page: they can be switched on only where the test says so, and off at any time."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def page(gain: float, lower: float) -> None:
    import numpy as np

    from forecasting.models import make
    from forecasting.models.network.synthetic.quality import Quality
    from forecasting.workflow import SyntheticTried
    from ui import augmenting, models

    spec = models.chosen_spec("lstm", 28)
    augmenting._state("lstm", spec)
    quality = Quality(0.1, 1.05, 0.02, 0.01, 0.03, 0.02, 0.98, 0.9)
    windows = np.ones((3, 84))
    tried = SyntheticTried("vae", quality, windows, windows, 0.495, 0.5, gain, lower, 0.05)
    augmenting._result(tried, "lstm", augmenting.Asked(make("lstm", horizon=28), "vae", ("A",), 28))


@pytest.mark.parametrize(("gain", "lower", "offered"), [(0.02, 0.001, True), (0.02, -0.001, False), (0.005, 0.001, False)])
def test_they_can_be_switched_on_only_where_they_surely_help(gain: float, lower: float, offered: bool) -> None:
    app = AppTest.from_function(page, kwargs={"gain": gain, "lower": lower}, default_timeout=60)
    app.session_state["folded-synthetic-quality"] = True
    app.run()
    assert not app.exception
    assert ("use-synthetic" in [button.key for button in app.button]) == offered
    assert any(("can be switched on" if offered else "stay off") in str(part.proto) for part in app.get("html"))
    assert app.dataframe[0].value["Measure"].tolist()[0] == "Discriminative score"


def test_what_was_switched_on_is_switched_off_again() -> None:
    app = AppTest.from_function(page, kwargs={"gain": 0.02, "lower": 0.001}, default_timeout=60).run()
    app.button(key="use-synthetic").click().run()
    assert "use-synthetic" not in [button.key for button in app.button]
    app.button(key="synthetic-off").click().run()
    assert not app.exception
    assert "use-synthetic" in [button.key for button in app.button]
