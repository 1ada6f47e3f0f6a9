"""The Calendar page: one country, a table of events that counts when its button is pressed, and models that know it."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from forecasting.workflow.calendars import HOLIDAY, Calendar, Entry


def workspace(app: AppTest):
    return app.session_state["_workspace"]


def said(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.subheader, *app.get("html")]
    return "\n".join(str(getattr(part, "value", None) or part.proto) for part in parts)


def test_without_data_it_says_what_to_do(opened):
    assert "There is no data yet" in said(opened("calendar"))


def test_nothing_is_known_to_the_models_before_it_is_used(opened):
    app = opened("calendar", demo="grocery")
    before = workspace(app).panel
    assert before.events == ()
    assert "Not in use yet" in said(app)
    app.button(key="use-calendar").click().run()
    assert not app.exception
    panel = workspace(app).panel
    assert panel.digest != before.digest
    assert {event.kind for event in panel.events} >= {HOLIDAY, "festival"}
    assert "Known to linear, ARIMA, boosting, networks and automatic" in said(app)
    app.button(key="drop-calendar").click().run()
    assert workspace(app).panel.digest == before.digest


def test_one_country_for_the_whole_app(opened):
    app = opened("calendar", demo="grocery")
    app.button(key="use-calendar").click().run()
    app.selectbox(key="country").set_value("CN").run()
    assert not app.exception
    assert workspace(app).country == workspace(app).calendar.country == "CN"
    assert "public holidays (China)" in said(app)
    assert any("双11" in entry.name for entry in workspace(app).calendar.festivals)
    app.switch_page("../pages/sku.py").run()
    assert app.selectbox(key="country").value == "CN"


@pytest.fixture
def fair() -> Entry:
    return Entry("Fair", pd.Timestamp("2017-05-04"), pd.Timestamp("2017-05-06"), repeats="same date")


def test_own_events_are_marked_listed_and_kept(opened, fair):
    app = opened("calendar", demo="grocery")
    workspace(app).use_calendar(Calendar("US", (), (fair,)))
    app.run()
    assert not app.exception
    assert "1 event of your own" in said(app)
    coming = next(frame.value for frame in app.dataframe if "kind" in frame.value)
    assert "your event" in set(coming["kind"])
    app.switch_page("../pages/sku.py").run()
    app.segmented_control[0].set_value("D").run()
    assert not app.exception
    assert '"event"' in app.get("plotly_chart")[0].proto.spec
