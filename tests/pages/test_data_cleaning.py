"""Cleaning on the Data page: ask, look, use, and go back."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from forecasting.workflow import Cleaned
from ui.running import Slot

USE, BACK, SHOW = "Use the cleaned sales", "Back to the raw sales", "Show what would change"


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def workspace(app: AppTest):
    return app.session_state["_workspace"]


def cleaned(app: AppTest, seconds: float = 120) -> Cleaned:
    """Wait for the job, as the browser does."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        slot = workspace(app).results.get("cleaning")
        if isinstance(slot, Slot) and slot.job is None and isinstance(slot.result, Cleaned):
            return slot.result
        time.sleep(0.3)
        app.run()
    raise AssertionError("the cleaning never ended")


def test_cleaning_waits_closed_below_the_chart(opened):
    app = opened("data", demo="grocery")
    part = next(part for part in app.expander if part.label == "Clean the data")
    assert not part.proto.expanded
    app.selectbox(key="clean-fill").select("linear").run()
    assert SHOW in labels(app)
    assert USE not in labels(app)


@pytest.mark.slow
def test_clean_look_use_and_go_back(opened):
    app = opened("data", demo="grocery")
    raw = workspace(app).panel
    app.selectbox(key="clean-action").select("cap")
    press(app, SHOW)
    done = cleaned(app)
    app.run()
    assert workspace(app).panel is raw
    assert any("would change" in part.value for part in app.subheader)
    assert app.selectbox(key="cleaned-sku").value == done.skus["unique_id"].iloc[0]

    press(app, USE)
    assert workspace(app).panel.digest == done.panel.digest
    assert workspace(app).raw is raw
    assert any("cleaned" in part.value for part in app.sidebar.markdown)
    assert USE not in labels(app)

    app.switch_page("../pages/sku.py").run()
    app.switch_page("../pages/data.py").run()
    press(app, BACK)
    assert workspace(app).panel is raw
    assert not any("cleaned" in part.value for part in app.sidebar.markdown)
    assert USE in labels(app)
