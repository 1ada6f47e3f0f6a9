"""The files that leave the house: exact sums, text that stays text, nothing that a spreadsheet would run."""

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from python_calamine import load_workbook

from forecasting import __version__
from forecasting.core.model import Failure
from forecasting.core.panel import Panel
from forecasting.export import csv_bytes, forecast_csv, forecast_frame, forecast_xlsx, settings_of
from forecasting.models import make
from forecasting.workflow import ForecastAll, Outlook, forecast_all, write_panel

COLUMNS = ["sku", "name", "date", "horizon", "origin", "model", "mean", "p10", "p50", "p90", "baseline", "flags"]


@pytest.fixture(scope="module")
def panel() -> Panel:
    days = pd.date_range("2024-01-01", periods=60)
    rng = np.random.default_rng(7)
    sales = pd.concat(pd.DataFrame({"unique_id": sku, "ds": days, "y": rng.poisson(9, 60)}) for sku in ("007", "=SUM(A1)", "B"))
    names = pd.DataFrame({"name": ["Lantern, red", "@evil", "-20 % mug"]}, index=["007", "=SUM(A1)", "B"])
    return Panel.build(sales, static=names)


@pytest.fixture(scope="module")
def outlook(panel: Panel) -> Outlook:
    return forecast_all(ForecastAll(panel, (make("weekday_mean"), make("window_mean")), horizon=14))


def read(data: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(data), encoding="utf-8-sig", dtype={"sku": str}, parse_dates=["date"], keep_default_na=False)


def test_the_frame_has_the_columns_that_scripts_rely_on(outlook: Outlook, panel: Panel) -> None:
    frame = forecast_frame(outlook, panel)
    assert list(frame.columns) == COLUMNS
    assert len(frame) == 2 * 3 * 14
    assert frame["model"].unique().tolist() == ["weekday_mean", "window_mean"]


def test_levels_add_their_bounds(outlook: Outlook, panel: Panel) -> None:
    frame = forecast_frame(outlook, panel, levels=(95, 50))
    assert list(frame.columns)[9:15] == ["p90", "lo-95", "hi-95", "lo-50", "hi-50", "baseline"]
    assert (frame["lo-95"] <= frame["p10"]).all()
    assert (frame["hi-95"] >= frame["p90"]).all()


def test_the_sums_of_the_file_are_those_of_the_forecast(outlook: Outlook, panel: Panel) -> None:
    frame = read(forecast_csv(outlook, panel))
    for forecast in outlook.forecasts:
        rows = frame[frame["model"] == forecast.model]
        assert rows["mean"].sum() == pytest.approx(forecast.mean.sum(), abs=1e-2)
    assert frame["baseline"].sum() == pytest.approx(2 * outlook.baseline.mean.sum(), abs=1e-2)


def test_reading_the_csv_gives_the_frame_back(outlook: Outlook, panel: Panel) -> None:
    frame = forecast_frame(outlook, panel)
    back = read(forecast_csv(outlook, panel))
    np.testing.assert_array_equal(back[["mean", "p10", "p50", "p90"]], frame[["mean", "p10", "p50", "p90"]])
    assert (back["date"] == frame["date"]).all()
    assert list(back.columns) == [*COLUMNS[:-2], "final", *COLUMNS[-2:], "cut-off", "version"]
    assert set(back["version"]) == {__version__}


def test_a_spreadsheet_runs_nothing_and_keeps_leading_zeros(outlook: Outlook, panel: Panel) -> None:
    data = forecast_csv(outlook, panel)
    assert data.startswith(b"\xef\xbb\xbf")
    back = read(data)
    assert set(back["sku"]) == {"007", "'=SUM(A1)", "B"}
    assert set(back["name"]) == {"Lantern, red", "'@evil", "'-20 % mug"}


def test_negative_numbers_stay_numbers() -> None:
    assert csv_bytes(pd.DataFrame({"change": [-3.5], "text": ["-3.5"]})).decode("utf-8-sig") == "change,text\r\n-3.5,'-3.5\r\n"


def test_the_workbook_holds_text_as_text_and_sums_as_the_csv(outlook: Outlook, panel: Panel) -> None:
    book = load_workbook(io.BytesIO(forecast_xlsx(outlook, panel)))
    rows = book.get_sheet_by_name("Forecast").to_python()
    table = pd.DataFrame(rows[1:], columns=rows[0])
    assert set(table["sku"]) == {"007", "=SUM(A1)", "B"}
    assert table["mean"].sum() == pytest.approx(read(forecast_csv(outlook, panel))["mean"].sum(), abs=1e-9)
    settings = dict(book.get_sheet_by_name("Settings").to_python()[1:])
    assert settings["cut-off"] == "2024-02-29"


def test_a_fallback_is_told_in_the_flags(outlook: Outlook, panel: Panel) -> None:
    failed = Outlook(outlook.forecasts, outlook.baseline, (Failure("B", "too short: window mean used"),), ())
    frame = forecast_frame(failed, panel)
    assert set(frame.loc[frame["sku"] == "B", "flags"]) == {"too short: window mean used"}
    assert set(frame.loc[frame["sku"] != "B", "flags"]) == {""}


def test_settings_name_every_parameter(outlook: Outlook) -> None:
    settings = settings_of(outlook, (make("weekday_mean"), make("window_mean")), source="shop.csv")
    assert settings.specs == ("WeekdayMean(seasons=4)", "WindowMean(window=None)")
    assert (settings.horizon, settings.skus) == (14, 3)


def test_the_script_makes_the_same_file_again(panel: Panel, tmp_path: Path) -> None:
    write_panel(panel, tmp_path / "shop.csv")
    chosen = panel.select(["007", "B"])
    specs = (make("weekday_mean"), make("window_mean"))
    outlook = forecast_all(ForecastAll(chosen, specs, horizon=14))
    script = settings_of(outlook, specs, source="shop.csv", ids=chosen.ids).script()
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path, env=environment)
    again, first = read((tmp_path / "forecast.csv").read_bytes()), read(forecast_csv(outlook, chosen))
    pd.testing.assert_frame_equal(again.drop(columns="name"), first.drop(columns="name"))


def test_the_script_of_a_plan_in_no_file_and_of_a_calendar_runs(tmp_path: Path) -> None:
    from forecasting.workflow import calendars, carried_on

    days = pd.date_range("2023-01-01", periods=500)
    sales = pd.DataFrame({"unique_id": "007", "ds": days, "price": np.where(np.arange(500) % 30 < 5, 8.0, 10.0)})
    plain = Panel.build(sales.assign(y=30.0 - sales["price"] + (days.day == 4) * 9), known=["price"])
    write_panel(plain, tmp_path / "shop.csv")
    calendar = calendars.Calendar(events=(calendars.Entry("Fair", days[3], days[3], repeats="same date"),))
    shop, specs = calendars.with_calendar(plain, calendar), (make("linear"),)
    outlook = forecast_all(ForecastAll(shop, specs, horizon=7, plan=carried_on(shop, 7)))
    script = settings_of(
        outlook, specs, data=f"calendars.with_calendar(workflow.read('shop.csv').panel, {calendar!r})",
        plan="As now, no promotion", planned="workflow.carried_on(panel, 7)",
        imports=("from pandas import Timestamp", "from forecasting.workflow import calendars",
                 "from forecasting.workflow.calendars import Calendar, Entry"),
    ).script()  # fmt: skip
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path, env=environment)
    again, first = read((tmp_path / "forecast.csv").read_bytes()), read(forecast_csv(outlook, shop))
    pd.testing.assert_frame_equal(again.drop(columns="name"), first.drop(columns="name"))
