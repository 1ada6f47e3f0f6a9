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


@pytest.mark.slow
def test_each_rule_is_undone_on_its_own_and_a_changed_form_says_so(opened):
    app = opened("data", demo="grocery")
    app.selectbox(key="clean-action").select("cap")
    app.toggle(key="clean-after").set_value(True).run()
    press(app, SHOW)
    done = cleaned(app)
    app.run()
    changed = list(done.rules.loc[done.rules["changed"], "rule"])
    assert len(changed) > 1
    assert not any("not yet run" in part.value for part in app.markdown)
    app.toggle(key="clean-past").set_value(True).run()
    assert any("not yet run" in part.value for part in app.markdown)

    press(app, USE)
    place = list(done.rules["rule"]).index(changed[0])
    app.button(key=f"undo-{place}").click().run()
    raw, used = workspace(app).raw, workspace(app)
    assert used.cleaned.undone == (changed[0],)
    assert used.panel.digest == done.without(raw, (changed[0],)).digest != done.panel.digest
    app.button(key=f"undo-{place}").click().run()
    assert workspace(app).panel.digest == done.panel.digest


def test_what_is_protected_follows_the_country_of_all_pages(opened):
    app = opened("data", demo="grocery")
    assert any("festivals of United States" in part.value for part in app.caption)
    app.selectbox(key="country").select("").run()
    assert any("Black Friday" in part.value for part in app.caption)
    assert workspace(app).country is None


@pytest.mark.slow
def test_an_unusual_day_becomes_an_event(opened):
    app = opened("data", demo="grocery")
    app.selectbox(key="clean-action").select("cap")
    press(app, SHOW)
    day = cleaned(app).unusual.iloc[0]
    app.run()
    app.text_input(key="event-name").input("Street fair").run()
    press(app, "Label as event")
    event = workspace(app).calendar.events[0]
    assert (event.name, event.start, event.end) == ("Street fair", day["first"], day["last"])
    assert any(one.name == "Street fair" for one in workspace(app).panel.events)
    assert day["first"] not in set(cleaned(app).unusual["first"])
