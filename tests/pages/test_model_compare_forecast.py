"""Model, Compare and Forecast, empty and with the grocery store loaded, up to the result on the screen."""

from __future__ import annotations

import io
import time

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from forecasting.export import forecast_csv
from forecasting.store.content import pack, unpack
from forecasting.workflow import Outlook, Standings, Tryout
from ui.outlooks import Asked
from ui.running import Slot
from ui.saving import Result

PAGES = {"model": "run-linear", "compare": "run-compare", "forecast": "run-forecast"}
SKU = "995242"


def said(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.subheader, *app.info, *app.error, *app.get("html")]
    return "\n".join(str(getattr(part, "value", None) or part.proto) for part in parts)


def finished(app: AppTest, name: str, seconds: float = 120) -> Slot:
    """Run the page until the job of a slot has ended, as the browser does."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        slot = app.session_state["_workspace"].results.get(name)
        if isinstance(slot, Slot) and slot.job is None and (slot.result is not None or slot.error):
            app.run()
            assert not app.exception
            return slot
        time.sleep(0.3)
        app.run()
    raise AssertionError(f"{name} never ended")


@pytest.mark.parametrize("page", PAGES)
def test_pages_without_data_say_what_to_do_next(opened, page):
    app = opened(page)
    assert "There is no data yet" in said(app)
    assert "Go to the Data page" in [button.label for button in app.button]


@pytest.mark.parametrize(("page", "key"), PAGES.items())
def test_nothing_is_computed_before_the_button_is_pressed(opened, page, key):
    app = opened(page, demo="grocery", sku=SKU, model="linear", horizon="14")
    assert app.button(key=key).label
    results = app.session_state["_workspace"].results
    assert all(slot.job is None and slot.result is None for slot in results.values() if isinstance(slot, Slot))


def test_a_regression_is_laid_open_and_idle_terms_can_be_left_out(opened):
    app = opened("model", unfold=("terms", "design", "contributions"), demo="grocery", sku=SKU, model="linear", horizon="14")
    app.button(key="run-linear").click().run()
    slot = finished(app, "model")
    assert isinstance(slot.result, Tryout), slot.error
    text = said(app)
    assert "What each term adds to the forecast" in text
    assert "The usual level a day is" in text
    columns = {name for table in app.dataframe for name in table.value.columns}
    assert {"importance", "stability", "vif", "leverage", "usual level"} <= columns
    app.button(key="use-selection").click().run()
    assert not app.exception
    wanted = app.session_state["_workspace"].specs["linear"]
    assert wanted.without == slot.result.fit.insides.selection.use.without
    assert wanted.without


def test_a_model_is_tried_and_judged_in_plain_words(opened):
    app = opened("model", demo="grocery", sku=SKU, model="linear", horizon="14")
    app.button(key="run-linear").click().run()
    slot = finished(app, "model")
    assert isinstance(slot.result, Tryout), slot.error
    assert "Usually off by" in said(app)
    cards = {metric.label: metric.value for metric in app.metric}
    assert set(cards) == {"Off by, day by day", "Direction", "Error against naive", "In 80 % range"}
    assert "What the model leaves unexplained" in said(app)
    assert len(app.get("plotly_chart")) >= 5
    assert not app.exception


def test_another_model_in_the_url_shows_its_own_form(opened):
    app = opened("model", demo="grocery", sku=SKU, model="ets")
    assert app.button(key="run-ets").label == "Fit ETS"
    assert "Nothing is fitted before" in said(app)


def test_a_network_says_what_it_costs_and_learns_from_many(opened):
    app = opened("model", unfold=("synthetic",), demo="grocery", sku=SKU, model="lstm")
    assert "Trains 3 networks on 200 SKUs" in said(app)
    assert app.button(key="run-synthetic").label == "Test"
    assert "They stay off unless a test" in said(app)


def test_models_are_compared_on_the_same_cutoffs(opened):
    app = opened("compare", unfold=("chance",), demo="grocery", sku=SKU, horizon="14")
    app.multiselect(key="contest-models").set_value(["linear", "weekday_mean"])
    app.number_input(key="contest-count").set_value(10)
    app.number_input(key="contest-windows").set_value(2).run()
    app.button(key="run-compare").click().run()
    slot = finished(app, "compare")
    assert isinstance(slot.result, Standings), slot.error
    assert slot.result.skus == 10
    assert "is closest" in said(app) or "Nothing beats" in said(app)
    boards = [frame.value for frame in app.dataframe if "wape" in frame.value and "model" in frame.value]
    assert {"Linear", "Seasonal mean", "Window mean", "Seasonal naive"} == set(boards[0]["model"])
    assert "Where most is lost" in said(app)
    assert slot.result.may_be_chance() is None or "chance" in said(app)
    told = next(frame.value for frame in app.dataframe if "chance" in frame.value)
    assert len(told) == 3


def test_the_best_of_each_kind_is_taken_to_the_forecast(opened):
    app = opened("compare", demo="grocery", sku=SKU, horizon="14")
    app.multiselect(key="contest-models").set_value(["weekday_mean"])
    app.number_input(key="contest-count").set_value(12)
    app.number_input(key="contest-windows").set_value(1).run()
    app.button(key="run-compare").click().run()
    standings = finished(app, "compare").result
    app.segmented_control(key="champion-for").set_value("Each kind of demand").run()
    app.button(key="use-champion").click().run()
    assert not app.exception
    workspace = app.session_state["_workspace"]
    spec = workspace.specs["champions"]
    assert {kind: model.name for kind, model in spec.by_class} == standings.champions
    app.switch_page("../pages/forecast.py").run()
    assert app.selectbox(key="outlook-model").value == "champions"
    app.button(key="run-forecast").click().run()
    outlook = finished(app, "forecast").result
    assert isinstance(outlook, Outlook)
    assert outlook.forecasts[0].model == "champions"
    assert "As chosen on Compare" in said(app)


def test_the_best_of_one_sku_is_forecast_for_that_sku(opened):
    app = opened("compare", demo="grocery", sku=SKU, horizon="14")
    app.multiselect(key="contest-models").set_value(["weekday_mean"])
    app.segmented_control(key="contest-scope").set_value("This SKU")
    app.number_input(key="contest-windows").set_value(2).run()
    app.button(key="run-compare").click().run()
    standings = finished(app, "compare").result
    app.segmented_control(key="champion-for").set_value("This SKU").run()
    app.button(key="use-champion").click().run()
    app.switch_page("../pages/forecast.py").run()
    app.run()
    assert app.selectbox(key="outlook-model").value == standings.champion_of(SKU)
    assert app.multiselect(key="outlook-skus").value == [SKU]
    assert app.button(key="run-forecast").label == "Forecast 1 SKU"


def test_the_forecast_on_screen_is_the_forecast_in_the_file(opened):
    app = opened("forecast", demo="grocery", sku=SKU, model="weekday_mean", horizon="14")
    app.button(key="run-forecast").click().run()
    slot = finished(app, "forecast")
    outlook = slot.result
    assert isinstance(outlook, Outlook), slot.error
    panel = app.session_state["_workspace"].panel
    file = pd.read_csv(io.BytesIO(forecast_csv(outlook, panel)), encoding="utf-8-sig", dtype={"sku": str})
    cards = {metric.label: metric.value for metric in app.metric}
    assert "Next 14 days" in cards, cards
    assert cards["Next 14 days"] == f"{round(file['mean'].sum()):,} units"
    table = next(frame.value for frame in app.dataframe if {"units", "sku"} <= set(frame.value))
    sums = file.groupby("sku")["mean"].sum()
    assert (table.set_index("sku")["units"] - sums).abs().max() <= 0.51  # shown as whole units
    groups = next(frame.value for frame in app.dataframe if {"units", "group"} <= set(frame.value))
    assert groups["units"].sum() == pytest.approx(sums.sum(), abs=0.5 * len(groups))  # shown as whole units
    assert f"300 SKUs, together {cards['Next 14 days']}" in said(app)


def test_a_changed_setting_says_that_it_was_not_run(opened):
    app = opened("forecast", demo="grocery", sku=SKU, model="window_mean", horizon="14")
    app.button(key="run-forecast").click().run()
    finished(app, "forecast")
    assert "Settings changed, not yet run" not in said(app)
    app.selectbox(key="outlook-model").set_value("weekday_mean").run()
    assert "Settings changed, not yet run" in said(app)


def test_a_plan_is_read_as_soon_as_it_is_dropped(opened):
    app = opened("forecast", demo="grocery", sku=SKU, model="linear", horizon="14")
    app.segmented_control(key="plan-how").set_value("Upload a plan").run()
    plan = f"sku,date,price\n{SKU},{app.session_state['_workspace'].panel.future_dates(1)[0]:%Y-%m-%d},1.5\n"
    app.file_uploader(key="plan-file-0").upload("plan.csv", plan.encode(), "text/csv").run()
    read = finished(app, "plan")
    assert read.result.rows["price"].tolist() == [1.5]
    assert unpack(pack(Result(read.result, read.settings, read.seconds))).settings == "plan.csv"  # it is saved with the work
    assert "plan.csv: 1 row" in [box.value for box in app.success]


@pytest.mark.parametrize(("plan", "chosen"), [("plan.csv", "Upload a plan"), ("Leave out", "Leave out")])
def test_the_plan_of_a_forecast_that_was_opened_again_stays_chosen(opened, plan, chosen):
    app = opened("model", demo="grocery", sku=SKU, horizon="14")
    workspace = app.session_state["_workspace"]
    workspace.results["forecast"] = Slot(settings=Asked("linear", workspace.panel.ids, 14, plan))
    app.switch_page("../pages/forecast.py").run()
    assert app.segmented_control(key="plan-how").value == chosen


def test_a_history_that_is_too_short_is_one_sentence(opened):
    app = opened("compare", demo="grocery", sku=SKU, horizon="182")
    app.multiselect(key="contest-models").set_value(["weekday_mean"])
    app.number_input(key="contest-count").set_value(3)
    app.number_input(key="contest-windows").set_value(1).run()
    app.button(key="run-compare").click().run()
    slot = finished(app, "compare")
    assert slot.result is not None or "Choose a shorter horizon" in slot.error
    assert not app.exception
