"""Work survives a refresh and a restart, and only whoever has the link sees it."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from forecasting.core.panel import Panel
from forecasting.models import make
from forecasting.workflow import Clean, Cleaning, ForecastAll, Outlook, forecast_all
from ui import identity, outlooks, saving
from ui.keeping import Keeper, keeper, store
from ui.running import Slot
from ui.uploads import Source
from ui.workspace import Workspace

ROUTER = Path(__file__).parents[2] / "ui" / "router.py"


@pytest.fixture(scope="module")
def panel() -> Panel:
    days = pd.date_range("2025-01-01", periods=120)
    waves = {"A-1": 5 + np.arange(120.0) % 7, "B-2": 20 + np.arange(120.0) % 5}
    return Panel.build(pd.concat(pd.DataFrame({"unique_id": sku, "ds": days, "y": y}) for sku, y in waves.items()))


@pytest.fixture
def workspace(panel: Panel) -> Workspace:
    workspace = Workspace(panel=panel, source=Source("Spring", Path("nowhere"), ("spring.csv",)), sku="B-2", horizon=14)
    workspace.specs["linear"] = make("linear")
    return workspace


def opened(workspace: Workspace | None = None, **parameters: str) -> AppTest:
    app = AppTest.from_file(str(ROUTER), default_timeout=60)
    if workspace is not None:
        app.session_state["_workspace"] = workspace
    for key, value in parameters.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def saved(workspace: Workspace) -> str:
    opened(workspace)
    keeper().wait(workspace.token)
    return str(workspace.token)


def test_a_refresh_brings_everything_back(workspace, panel):
    outlook = forecast_all(ForecastAll(panel, (make("weekday_mean"),), 14))
    asked = outlooks.Asked("weekday_mean", panel.ids, 14, "")
    workspace.results[outlooks.JOB] = Slot(result=outlook, settings=asked, seconds=1.5)
    workspace.country = "DE"
    token = saved(workspace)
    back = opened(w=token).session_state["_workspace"]
    assert back is not workspace
    assert back.panel.digest == panel.digest
    assert (back.sku, back.horizon, back.country, back.name) == ("B-2", 14, "DE", "Spring")
    assert back.specs == workspace.specs
    here = back.results[outlooks.JOB]
    assert isinstance(here.result, Outlook)
    assert here.settings == asked
    np.testing.assert_array_equal(here.result.forecasts[0].mean, outlook.forecasts[0].mean)


def test_the_link_stands_in_the_address(workspace):
    app = opened(workspace)
    assert app.query_params["w"] == workspace.token


def test_cleaned_sales_keep_their_way_back(workspace, panel):
    clean = Clean(panel, Cleaning(), "DE")
    workspace.use(panel.select(panel.ids), clean, keep="")
    back = opened(w=saved(workspace)).session_state["_workspace"]
    assert back.cleaned.cleaning == clean.cleaning
    assert back.raw.digest == panel.digest


def test_a_job_that_was_at_work_begins_again(workspace, panel):
    request = ForecastAll(panel, (make("window_mean"),), 14)
    asked = outlooks.Asked("window_mean", panel.ids, 14, "")
    workspace.results[outlooks.JOB] = Slot(job="of a server that was killed", request=request, title="Forecasting", asked=asked)
    workspace.token = store().create(identity.owner(), "Spring")
    saving._write(workspace, workspace.token)
    keeper().wait(workspace.token)
    app = opened(w=workspace.token)
    app.switch_page("../pages/forecast.py")
    end = time.monotonic() + 60
    while time.monotonic() < end and not isinstance(app.session_state["_workspace"].results[outlooks.JOB].result, Outlook):
        time.sleep(0.5)
        app.run()
    assert isinstance(app.session_state["_workspace"].results[outlooks.JOB].result, Outlook)


def test_a_wrong_link_opens_nothing_and_says_so(workspace):
    token = saved(workspace)
    app = opened(w=token[:-1])
    assert app.session_state["_workspace"].panel is None
    assert "no saved work behind this link" in app.warning[0].value


def test_a_sample_that_was_only_looked_at_is_not_kept():
    app = opened(demo="grocery")
    assert "w" not in app.query_params


def test_only_what_has_changed_is_written_again(workspace, monkeypatch):
    token = saved(workspace)
    written: list[str] = []
    monkeypatch.setattr(Keeper, "keep", lambda _self, _token, name, _value: written.append(name))
    saving._write(workspace, token)
    assert written == []
    workspace.sku = "A-1"
    saving._write(workspace, token)
    assert written == ["choices"]


def test_sales_of_another_shop_begin_a_new_work(workspace, panel):
    token = saved(workspace)
    more = Panel.build(panel.frame.assign(ds=panel.frame["ds"] + pd.Timedelta(days=30)))
    workspace.set_panel(more, None, Source("Later", Path("nowhere"), ("later.csv",)))
    assert workspace.token == token
    other = Panel.build(panel.frame.assign(unique_id="other " + panel.frame["unique_id"]))
    workspace.set_panel(other, None, Source("Other", Path("nowhere"), ("other.csv",)))
    assert workspace.token is None
    assert store().load(token, "data").panel.digest == panel.digest


def test_the_dialog_shows_this_work_and_lists_the_others(workspace, monkeypatch):
    monkeypatch.setattr(identity, "owner", lambda: "somebody")
    token = saved(workspace)
    other = store().create("somebody", "Autumn *order*")
    app = opened(w=token)
    app.button(key="saved-work").click().run()
    assert not app.exception
    assert app.text_input[0].value == "Spring"
    assert token in app.code[0].value
    assert app.button(key=f"open-saved-{other}")
    assert any("Autumn \\*order\\*" in text.value for text in app.markdown)


def test_a_workspace_whose_database_is_gone_still_works(workspace, monkeypatch):
    from forecasting.core.errors import InputError
    from ui import keeping

    def broken():
        raise InputError("The disk is full.")

    monkeypatch.setattr(saving, "store", broken)
    app = opened(workspace)
    assert "Your work is not saved. The disk is full." in app.sidebar.warning[0].value
    assert keeping.store is not broken
