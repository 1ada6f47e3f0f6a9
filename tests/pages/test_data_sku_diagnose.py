"""Data, SKU and Diagnose, empty and with the grocery store loaded."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from forecasting.samples import SAMPLES


def said(app: AppTest) -> str:
    return "\n".join([*(m.value for m in app.markdown), *(c.value for c in app.caption), *(s.value for s in app.subheader)])


def test_data_without_data_offers_the_upload_and_the_samples(opened):
    app = opened("data")
    assert app.title[0].value == "Your sales"
    assert "Your data stays on this server" in said(app)
    assert [button.label for button in app.button].count("Open") == len(SAMPLES)
    assert not app.metric


@pytest.mark.parametrize("page", ["sku", "diagnose"])
def test_pages_without_data_say_what_to_do_next(opened, page):
    app = opened(page)
    assert "There is no data yet" in said(app)
    assert "Go to the Data page" in [button.label for button in app.button]
    assert not app.selectbox


def test_empty_state_opens_a_sample_in_place(opened):
    app = opened("sku")
    next(button for button in app.button if "grocery" in button.label.lower()).click().run()
    assert not app.exception
    assert app.title[0].value == "SKU"
    assert len(app.metric) == 5


def test_data_with_a_sample_shows_its_numbers(opened):
    app = opened("data", demo="grocery")
    cards = {metric.label: metric.value for metric in app.metric}
    assert cards["SKUs"] == "300"
    assert cards["Dates"] == "365 days"


def test_sku_from_the_url_is_shown(opened):
    app = opened("sku", demo="grocery", sku="995242")
    picker = next(box for box in app.selectbox if box.label == "SKU")
    assert picker.value == "995242"
    assert dict(app.query_params)["sku"] in ("995242", ["995242"])


def test_sku_falls_back_to_the_best_seller(opened):
    app = opened("sku", demo="grocery", sku="no such thing")
    picker = next(box for box in app.selectbox if box.label == "SKU")
    assert picker.value == "1082185"


def test_sku_choice_survives_a_change_of_page(opened):
    app = opened("sku", demo="grocery")
    next(box for box in app.selectbox if box.label == "SKU").select("981760").run()
    app.switch_page("../pages/data.py").run()
    app.switch_page("../pages/sku.py").run()
    assert next(box for box in app.selectbox if box.label == "SKU").value == "981760"


def test_view_switch_draws_without_an_error(opened):
    app = opened("sku", demo="grocery")
    for view in ("D", "MS"):
        app.segmented_control[0].set_value(view).run()
        assert not app.exception


@pytest.mark.slow
def test_diagnose_names_orders_and_reads_each_chart(opened):
    app = opened("diagnose", demo="grocery")
    end = time.monotonic() + 120
    while not app.subheader and time.monotonic() < end:
        time.sleep(0.5)
        app.run()
    assert "What to try" in said(app)
    assert not app.segmented_control(key="diagnose-scale").set_value("log").run().exception
