"""The Model page offers to go on from the last network when later sales of the same shop come in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from forecasting.core.panel import Panel
from forecasting.models.lstm import Lstm
from forecasting.models.network.fitted import FittedNetwork
from forecasting.workflow import Evaluation, Fit, Tryout
from ui import learning_on
from ui.running import Slot
from ui.uploads import Source
from ui.workspace import Workspace

TINY = Lstm(horizon=7, window=14, units=4, epochs=1, batch_size=32, windows=64, members=1)


def shop(days: int, *names: str) -> Panel:
    dates = pd.date_range("2024-01-01", periods=days)
    values = 5.0 + np.arange(days) % 7
    return Panel.build(pd.concat(pd.DataFrame({"unique_id": name, "ds": dates, "y": values}) for name in names or ("A", "B")))


@pytest.fixture(scope="module")
def network() -> FittedNetwork:
    return TINY.fit(shop(60))


@pytest.fixture
def workspace(network, monkeypatch) -> Workspace:
    """The Model page has fitted a network."""
    monkeypatch.setattr(st, "query_params", type("Bar", (dict,), {"from_dict": dict.update})())
    workspace = Workspace()
    workspace.set_panel(shop(60), None, Source.of_sample("grocery"))
    fit = Fit(TINY, network.forecast(7), None, None, None, None, (), 1.0, network=network)
    workspace.results["model"] = Slot(result=Tryout(fit, Evaluation(*[pd.DataFrame()] * 3, {})))
    return workspace


def test_the_network_stays_when_later_sales_of_the_shop_come_in(workspace, network) -> None:
    workspace.set_panel(shop(75), None, Source.of_sample("grocery"))
    assert workspace.network is network
    assert workspace.results == {}
    workspace.set_panel(shop(75, "X", "Y"), None, Source.of_sample("retail"))
    assert workspace.network is None


@pytest.mark.parametrize(("days", "share"), [(67, 1 / 3), (66, 2 / 3)])
def test_what_it_saves(network, days, share) -> None:
    assert learning_on.share(network, shop(days), 7) == pytest.approx(share)
    assert learning_on.share(None, shop(days), 7) == 1


def page(name: str) -> None:
    from ui import learning_on
    from ui.workspace import current

    wanted = learning_on.control(current().panel, name, 7)
    assert wanted is None or wanted is current().network


@pytest.mark.parametrize(("days", "name", "offered"), [(64, "lstm", True), (60, "lstm", False), (64, "gru", False)])
def test_it_is_offered_where_there_is_something_to_go_on_from(network, days, name, offered) -> None:
    app = AppTest.from_function(page, kwargs={"name": name}, default_timeout=60)
    app.session_state["_workspace"] = Workspace(panel=shop(days), network=network)
    app.run()
    assert not app.exception
    assert [toggle.label for toggle in app.toggle] == (["Go on from the last fit"] if offered else [])
    if offered:
        assert "learnt up to 29 Feb 2024; 4 days came in since" in app.caption[0].value
        app.toggle[0].set_value(False).run()
        assert not app.exception
