"""The main journey in a real browser: a file in, models fitted and compared, a forecast out that equals the screen."""

from __future__ import annotations

import io
import math
import re
import time

import pandas as pd
import pytest

LONG = 240_000


def shop() -> bytes:
    """A year of three products as a shop writes them: codes with leading zeros, a name like a formula."""
    days = pd.date_range("2023-01-01", periods=380)
    rows = ["date;sku;name;units"]
    for number, (sku, name) in enumerate([("00123", "Lamp"), ("00777", "=Chair"), ("A-9", "Rug")]):
        for place, day in enumerate(days):
            units = 12 + 5 * number + 6 * math.sin(2 * math.pi * place / 7 + number) + (place * 37 % 11)
            rows.append(f"{day:%Y-%m-%d};{sku};{name};{round(units)}")
    return "\n".join(rows).encode()


def press(screen, name: str) -> None:
    screen.page.get_by_role("button", name=name, exact=True).click()


def plots(screen, count: int) -> None:
    """Wait until so many charts are drawn."""
    drawn = "count => document.querySelectorAll('.js-plotly-plot').length >= count"
    screen.page.wait_for_function(drawn, arg=count, timeout=LONG)


def fitted(screen, group: str, title: str, member: str | None = None) -> str:
    """Choose a family, fit it, and wait for its verdict."""
    screen.page.get_by_test_id("stMain").get_by_role("radio", name=group, exact=True).click()
    button = screen.page.get_by_role("button", name=f"Fit {title}", exact=True)
    button.wait_for(timeout=LONG)
    screen.settle()
    if member is None:
        screen.page.get_by_text("Nothing is fitted before").wait_for(timeout=LONG)
    button.click()
    screen.page.get_by_role("button", name="Compare it with other models").wait_for(timeout=LONG)
    screen.settle()
    return screen.text()


@pytest.mark.slow
def test_from_a_file_to_a_forecast_that_equals_the_screen(server, tab):
    screen = tab(server).open("/")
    file = {"name": "shop.csv", "mimeType": "text/csv", "buffer": shop()}
    screen.page.set_input_files("input[type=file]", file)
    screen.page.wait_for_selector(".js-plotly-plot", timeout=LONG)
    screen.settle()

    screen.follow("Diagnose")
    plots(screen, 4)

    screen.follow("Model")
    assert "off by" in fitted(screen, "Linear", "Linear")
    assert "Coefficients with 95 % intervals" in screen.text()
    assert "What the model leaves unexplained" in screen.text()
    assert "off by" in fitted(screen, "ARIMA", "ARIMA")
    assert "off by" in fitted(screen, "Smoothing", "ETS")
    assert "How the network learnt" in fitted(screen, "Networks", "LSTM")

    screen.follow("Compare")
    press(screen, "Compare")
    screen.page.get_by_role("heading", name="Leaderboard").wait_for(timeout=LONG)
    screen.settle()
    assert re.search(r"is closest: off by \d+ % of sales|Nothing beats the seasonal naive", screen.text())
    plots(screen, 3)

    screen.follow("Forecast")
    press(screen, "Forecast 3 SKUs")
    screen.page.get_by_text("3 SKUs, together").wait_for(timeout=LONG)
    screen.settle()
    shown = screen.text()
    with screen.page.expect_download(timeout=LONG) as waiting:
        press(screen, "Download CSV")
    data = waiting.value.path().read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(io.BytesIO(data), encoding="utf-8-sig", dtype={"sku": str})
    assert set(table["sku"]) == {"00123", "00777", "A-9"}
    assert len(table) == 3 * 28
    assert f"{round(table['mean'].sum()):,} units" in shown
    assert f"3 SKUs, together {round(table['mean'].sum()):,} units." in shown
    assert (table["p10"] <= table["p90"]).all()


def test_long_work_is_cancelled_within_a_second_and_survives_a_change_of_page(server, tab):
    screen = tab(server).open("/compare?demo=grocery")
    screen.page.get_by_role("radio", name="All SKUs", exact=True).click()
    screen.settle()
    press(screen, "Compare")
    card = screen.page.locator(".st-key-job")
    card.wait_for(timeout=LONG)
    screen.page.get_by_test_id("stSidebarNav").get_by_text("SKU", exact=True).click()
    screen.page.wait_for_url("**/sku?**")
    screen.page.get_by_role("heading", name="Sales over time").wait_for(timeout=LONG)
    screen.page.get_by_test_id("stSidebarNav").get_by_text("Compare", exact=True).click()
    card.wait_for(timeout=LONG)
    started = time.monotonic()
    press(screen, "Cancel")
    card.wait_for(state="detached", timeout=LONG)
    assert time.monotonic() - started < 10  # that the process is gone within one second is measured in test_jobs
    assert screen.page.get_by_role("heading", name="Leaderboard").count() == 0
    screen.settle()


@pytest.mark.parametrize("page", ["model", "compare", "forecast"])
def test_a_narrow_screen_has_no_sideways_scrolling(server, tab, page):
    screen = tab(server, width=400).open(f"/{page}?demo=grocery")
    assert screen.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 400
