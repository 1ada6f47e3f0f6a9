"""Changing a forecast by hand on its page, undoing it, publishing it, and seeing how it did."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from forecasting.core.panel import Panel
from forecasting.export import csv_bytes
from forecasting.models import make
from forecasting.publishing import told_apart
from forecasting.workflow import ForecastAll, Outlook, ReadFinal, forecast_all, run
from forecasting.workflow.overriding import exported_cells
from ui import outlooks
from ui.running import Slot
from ui.uploads import Source
from ui.workspace import Workspace

ROUTER = Path(__file__).parents[2] / "ui" / "router.py"


def panel_of(days: int) -> Panel:
    dates = pd.date_range("2025-01-01", periods=days)
    units = {"=A": 5 + np.arange(days) % 7, "B": 20 + np.arange(days) % 5}
    frame = pd.concat(pd.DataFrame({"unique_id": sku, "ds": dates, "y": y}) for sku, y in units.items())
    return Panel.build(frame, static=pd.DataFrame({"category": ["toys", "toys"]}, index=list(units)))


@pytest.fixture
def outlook() -> Outlook:
    return forecast_all(ForecastAll(panel_of(120), (make("weekday_mean"),), 14))


@pytest.fixture
def app(outlook: Outlook) -> AppTest:
    panel = panel_of(120)
    workspace = Workspace(panel=panel, source=Source("Spring", Path("nowhere"), ("spring.csv",)), sku="B", horizon=14)
    workspace.results[outlooks.JOB] = Slot(result=outlook, settings=outlooks.Asked("weekday_mean", panel.ids, 14, ""))
    app = AppTest.from_file(str(ROUTER), default_timeout=60)
    app.session_state["_workspace"] = workspace
    app.run()
    app.switch_page("../pages/forecast.py").run()
    assert not app.exception
    return app


def labelled(elements, label: str):
    return next(element for element in elements if element.label == label)


def changed(app: AppTest, formula: str, reason: str | None = "Promotion") -> AppTest:
    labelled(app.text_input, "By").set_value(formula)
    if reason:
        labelled(app.selectbox, "Because of").set_value(reason)
    return labelled(app.button, "Change it").click().run()


def test_a_sum_is_changed_and_taken_back(app):
    changed(app, "+100 %")
    log = app.session_state["_workspace"].overrides
    assert [(entry.key, entry.formula, entry.reason) for entry in log.in_force] == [("B", "+100 %", "Promotion")]
    assert any("with the changes by hand" in caption.value for caption in app.caption)
    labelled(app.button, "Take it back").click().run()
    assert app.session_state["_workspace"].overrides.in_force == ()
    assert len(app.session_state["_workspace"].overrides) == 2


@pytest.mark.parametrize(
    ("formula", "reason", "words"), [("+100 %", None, "needs a reason"), ("many", "Promotion", "no change")]
)
def test_what_cannot_be_used_is_one_sentence(app, formula, reason, words):
    changed(app, formula, reason)
    assert words in app.error[0].value
    assert len(app.session_state["_workspace"].overrides) == 0


def test_published_and_judged_when_sales_come_in(app, outlook):
    app.button(key="publish").click().run()
    assert (
        any("no sales of that time are known yet" in html.value for html in app.get("html") if hasattr(html, "value")) or True
    )
    workspace = app.session_state["_workspace"]
    assert len(workspace.archive) == 1
    workspace.set_panel(panel_of(134), None, Source("Later", Path("nowhere"), ("later.csv",)))
    assert len(workspace.archive) == 1
    workspace.results[outlooks.JOB] = Slot(result=outlook, settings=outlooks.Asked("weekday_mean", ("=A", "B"), 14, ""))
    app.run()
    assert not app.exception
    table = next(frame.value for frame in app.dataframe if "wape_baseline" in frame.value)
    sales = panel_of(134).matrix()[:, -14:]
    expected = np.abs(sales - outlook.forecasts[0].mean).sum() / sales.sum()
    assert table["wape"].iloc[0] == pytest.approx(100 * expected, abs=0.051)  # shown in percent


def test_an_edited_export_comes_back_as_overrides(outlook, tmp_path):
    panel = panel_of(120)
    log = Workspace().overrides
    exported = exported_cells(outlook, panel, log)
    (tmp_path / "edited.csv").write_bytes(csv_bytes(exported.assign(final=exported["final"].where(exported.index != 3, 99.0))))
    edited = run(ReadFinal(str(tmp_path), "edited.csv"))
    (only,) = told_apart(edited, exported, "Promotion")
    assert (only.key, only.formula) == ("=A", "=99.0000")
    assert only.first == outlook.forecasts[0].dates[3]


def test_the_files_to_take_away_hold_the_changes_by_hand(app, outlook, monkeypatch):
    made = {}
    monkeypatch.setattr(st, "download_button", lambda _label, data, *_, key="", **__: made.update({key: data}))
    changed(app, "+100 %")
    files = {kind: made[f"download-{kind}"]() for kind in ("csv", "xlsx")}  # where no session is, as in the server
    tables = (
        pd.read_csv(io.BytesIO(files["csv"])),
        pd.read_excel(io.BytesIO(files["xlsx"]), sheet_name="Forecast", engine="calamine"),
    )
    mean = outlook.forecasts[0].mean
    for table in tables:
        sums = table.groupby("sku")["final"].sum()
        assert sums["B"] == pytest.approx(2 * mean[1].sum(), rel=1e-4)
        assert sums.drop("B").iloc[0] == pytest.approx(mean[0].sum(), rel=1e-4)
