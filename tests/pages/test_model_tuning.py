"""Tuning on the Model page: asked for in a form, followed, plotted, told in a sentence, and carried to the form."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from forecasting.workflow import Tuned
from ui.running import Slot

SKU = "995242"


def workspace(app: AppTest):
    return app.session_state["_workspace"]


def said(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.subheader, *app.error, *app.get("html")]
    return "\n".join(str(getattr(part, "value", None) or part.proto) for part in parts)


def finished(app: AppTest, seconds: float = 120, of: str = "tuning") -> Slot:
    """Run the page until the search, or another job, has ended, as the browser does."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        slot = workspace(app).results.get(of)
        if isinstance(slot, Slot) and slot.job is None and (slot.result is not None or slot.error):
            app.run()
            assert not app.exception
            return slot
        time.sleep(0.3)
        app.run()
    raise AssertionError("the search never ended")


def test_ranges_come_from_the_knobs_and_can_be_changed(opened):
    app = opened("model", unfold=("tune-window_mean",), demo="grocery", sku=SKU, model="window_mean", horizon="14")
    assert app.multiselect(key="tune-what-window_mean").value == ["window"]
    ends = [app.number_input(key=f"tune-window_mean-window-{end}").value for end in ("from", "to")]
    assert ends == [3, 200]
    app.multiselect(key="tune-what-window_mean").set_value([]).run()
    assert app.button(key="run-tuning").disabled
    assert "Choose at least one setting" in said(app)


def test_a_model_without_settings_says_so(opened):
    app = opened("model", unfold=("tune-ces",), demo="grocery", sku=SKU, model="ces")
    assert "CES has no settings that are worth a search" in said(app)
    assert "run-tuning" not in [button.key for button in app.button]


@pytest.mark.slow
def test_a_search_ends_in_a_sentence_and_its_winner_goes_to_the_form(opened):
    app = opened("model", unfold=("tune-window_mean",), demo="grocery", sku=SKU, model="window_mean", horizon="14")
    app.selectbox(key="tune-method").select("grid")
    app.number_input(key="tune-window_mean-window-from").set_value(7)
    app.number_input(key="tune-window_mean-window-to").set_value(9).run()
    app.button(key="run-tuning").click().run()
    slot = finished(app)
    found = slot.result
    assert isinstance(found, Tuned), slot.error
    assert found.trials["settings"].tolist()[0] == "Window automatic"
    assert {text.split()[-1] for text in found.trials["settings"][1:]} <= {"7", "8", "9"}
    assert found.verdict in said(app)
    cards = {metric.label: metric.value for metric in app.metric}
    assert cards["Settings tried"] == str(len(found.trials) - 1)
    assert len(app.get("plotly_chart")) >= 1
    if found.better:
        app.button(key="use-tuned").click().run()
        assert workspace(app).specs["window_mean"] == found.use
        assert not app.exception
        assert "use-tuned" not in [button.key for button in app.button]
    else:
        assert "use-tuned" not in [button.key for button in app.button]


@pytest.mark.slow
def test_what_was_tuned_and_what_was_fitted_stand_on_one_page(opened):
    app = opened("model", unfold=("tune-window_mean",), demo="grocery", sku=SKU, model="window_mean", horizon="14")
    app.button(key="run-window_mean").click().run()
    finished(app, of="model")
    app.selectbox(key="tune-method").select("grid")
    app.number_input(key="tune-window_mean-window-from").set_value(7)
    app.number_input(key="tune-window_mean-window-to").set_value(8).run()
    app.button(key="run-tuning").click().run()
    finished(app)
    cards = [card.label for card in app.metric]
    assert "Error, tuned" in cards
    assert "Error against naive" in cards
