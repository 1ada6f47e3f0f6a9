"""The workspace: what hangs on the data goes with it, and the URL and the selection agree."""

from __future__ import annotations

import gc
import io

import pandas as pd
import pytest
import streamlit as st

from forecasting.core.panel import Panel
from forecasting.export import csv_bytes
from forecasting.models import make
from forecasting.workflow import Clean
from ui.intake import left_behind
from ui.uploads import Source
from ui.workspace import Workspace


@pytest.fixture
def url(monkeypatch) -> dict[str, str]:
    """Stands in for the address bar."""

    class Bar(dict):
        def from_dict(self, values):
            self.clear()
            self.update(values)

    bar = Bar()
    monkeypatch.setattr(st, "query_params", bar)
    return bar


def panel_of(*ids: str, freq: str = "D") -> Panel:
    dates = pd.date_range("2024-01-01", periods=60, freq=freq)
    return Panel.build(pd.concat(pd.DataFrame({"unique_id": i, "ds": dates, "y": 1.0}) for i in ids), freq=freq)


@pytest.fixture
def workspace(url) -> Workspace:
    workspace = Workspace()
    workspace.set_panel(panel_of("A", "B"), None, Source.of_sample("grocery"))
    return workspace


def test_new_data_clears_what_came_from_the_old(workspace):
    workspace.results["tryout"] = 1
    workspace.specs["linear"] = make("window_mean")
    workspace.select(sku="B")
    workspace.set_panel(panel_of("A", "C"), None, Source.of_sample("retail"))
    assert (workspace.results, workspace.specs, workspace.sku) == ({}, {}, None)
    assert workspace.country == "GB"


def test_the_same_data_keeps_what_came_from_it(workspace):
    workspace.results["tryout"] = 1
    workspace.set_panel(panel_of("A", "B"), None, Source.of_sample("grocery"))
    assert workspace.result("tryout", int) == 1
    assert workspace.result("tryout", str) is None


def test_horizon_follows_the_grain(workspace):
    assert workspace.horizon == 28
    workspace.set_panel(panel_of("A", freq="MS"), None, Source.of_sample("grocery"))
    assert workspace.horizon == 6


def test_a_short_history_is_not_asked_further_ahead_than_half_of_it(workspace):
    tiny = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=20), "y": 1.0})
    workspace.set_panel(Panel.build(tiny, freq="D"), None, Source.of_sample("grocery"))
    assert workspace.horizon == 10


def test_selection_stands_in_the_url(workspace, url):
    workspace.select(sku="B", horizon=14)
    assert (url["demo"], url["sku"], url["horizon"]) == ("grocery", "B", "14")


def test_a_link_opens_the_same_view(url):
    url.update(sku="B", horizon="7", model="window_mean")
    workspace = Workspace()
    workspace.read_url()
    assert (workspace.sku, workspace.horizon, workspace.model) == ("B", 7, "window_mean")


@pytest.mark.parametrize(
    ("key", "value"), [("horizon", "0"), ("horizon", "x"), ("horizon", "99999"), ("model", "magic"), ("sku", "Z")]
)
def test_nonsense_in_the_url_is_passed_over(workspace, url, key, value):
    before = (workspace.sku, workspace.horizon, workspace.model)
    url[key] = value
    workspace.read_url()
    assert (workspace.sku, workspace.horizon, workspace.model) == before


def test_a_click_that_overtakes_the_url_does_not_undo_the_choice(workspace, url):
    workspace.select(sku="A")
    late = dict(url)
    workspace.select(sku="B")
    url.from_dict(late)
    workspace.read_url()
    assert workspace.sku == "B"
    url.from_dict(workspace._address())
    workspace.read_url()
    url["sku"] = "A"  # the browser's back button, later
    workspace.read_url()
    assert workspace.sku == "A"


class File(io.BytesIO):
    def __init__(self, name: str, content: bytes) -> None:
        super().__init__(content)
        self.name = name


def test_uploads_live_on_disk_and_go_with_the_session():
    source = Source.of_files([File("../../etc/sales.csv", b"one"), File("sales.csv", b"two")])
    folder = source.folder
    assert [(folder / name).read_bytes() for name in source.names] == [b"one", b"two"]
    assert all((folder / name).resolve().is_relative_to(folder.resolve()) for name in source.names)
    assert source.title == "sales and 1 more"
    del source
    gc.collect()
    assert not folder.exists()


def test_rejects_are_safe_to_open_in_a_spreadsheet():
    rows = pd.DataFrame(
        {"file": ["x.csv"] * 2, "row": [3, 4], "value": ["=HYPERLINK(1)", "-"], "reason": ["no date", "no date"]}
    )
    text = csv_bytes(rows).decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert "x.csv,3," in text


def test_cleaned_sales_take_the_place_of_the_raw_ones_and_give_it_back(workspace):
    raw = workspace.panel
    workspace.results.update(tryout=1, cleaning=2)
    request = Clean(raw)
    workspace.use(panel_of("A", "B", freq="D"), request, keep="cleaning")
    assert (workspace.raw, workspace.results) == (raw, {"cleaning": 2})
    workspace.use(raw, None, keep="cleaning")
    assert (workspace.panel, workspace.raw, workspace.cleaned) == (raw, raw, None)
    workspace.use(raw, request, keep="cleaning")
    workspace.set_panel(panel_of("C"), None, Source.of_sample("retail"))
    assert workspace.raw is workspace.panel


def test_a_file_of_later_sales_alone_is_said_to_replace_those_before() -> None:
    days = pd.date_range("2024-01-01", periods=400)
    sales = pd.DataFrame({"unique_id": "A", "ds": days, "y": 1.0})
    before, rolling, month = (Panel.build(part) for part in (sales[:360], sales[20:380], sales[360:]))
    said = left_behind(before, month)
    assert said.startswith("These sales begin on 26 Dec 2024; those before are no longer in use.")
    assert left_behind(before, rolling) == left_behind(None, month) == left_behind(month, before) == ""
    assert left_behind(Panel.build(sales[:360].assign(unique_id="B")), month) == ""
