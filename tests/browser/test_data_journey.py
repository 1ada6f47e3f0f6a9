"""From a file to the first chart, through SKU and Diagnose, as a merchandiser clicks."""

from __future__ import annotations

import re

import pytest

MESSY = "Datum;Artikel;Menge\n" + "".join(
    f"{day:02d}.{month:02d}.2024;{sku};{(day * month) % 9 + weight}\n"
    for month in range(1, 7)
    for day in range(1, 29)
    for sku, weight in (("A-1", 3), ("B-2", 0))
)


def upload(screen, name: str, content: bytes):
    screen.page.set_input_files("input[type=file]", {"name": name, "mimeType": "application/octet-stream", "buffer": content})


def test_deep_link_on_a_fresh_server_opens_the_page_inside_the_app(fresh_server, tab):
    screen = tab(fresh_server).open("/sku?demo=grocery&sku=995242")
    assert screen.title() == "SKU"
    assert screen.page.get_by_test_id("stSidebarNav").get_by_text("Data", exact=True).count() == 1
    assert screen.chosen("SKU").startswith("995242")
    screen.wait_for_charts(3)


def test_selection_follows_from_page_to_page_and_stands_in_the_url(server, tab):
    screen = tab(server).open("/?demo=grocery")
    screen.follow("SKU")
    screen.page.get_by_role("combobox").first.fill("981760")
    screen.page.keyboard.press("Enter")
    screen.settle()
    assert "sku=981760" in screen.page.url
    screen.follow("Diagnose")
    assert "sku=981760" in screen.page.url
    screen.wait_for_charts(4)
    assert re.search(r"ARIMA\(", screen.text())


def test_upload_shows_the_first_chart_and_what_was_found(server, tab):
    screen = tab(server).open("/")
    upload(screen, "verkauf.csv", MESSY.encode("cp1252"))
    screen.page.wait_for_selector(".js-plotly-plot", timeout=120_000)
    screen.settle()
    assert "336 rows in = 336 used + 0 set aside" in screen.text()
    assert "Total sales · verkauf" in screen.text()
    assert "What each column means" in screen.text()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(200), "image", id="image"),
        pytest.param("nothing.csv", b"", "empty", id="empty"),
        pytest.param("no-dates.csv", b"name,colour\nlamp,red\nchair,blue\n", "date", id="no date column"),
        pytest.param("broken-dates.csv", b"date,sku,units\nsoon,A,1\nlater,B,2\n", "date", id="all dates broken"),
    ],
)
def test_wrong_file_gives_one_sentence_and_the_page_goes_on(server, tab, name, content, said):
    screen = tab(server).open("/")
    upload(screen, name, content)
    alert = screen.page.get_by_test_id("stAlert")
    alert.wait_for(timeout=120_000)
    assert said in alert.inner_text().lower()
    screen.settle()
    screen.page.locator(".st-key-open-grocery button").click()  # arrows of select boxes are called Open too
    screen.page.wait_for_selector(".js-plotly-plot", timeout=120_000)


def test_a_narrow_screen_has_no_sideways_scrolling(server, tab):
    screen = tab(server, width=400).open("/sku?demo=grocery")
    wide = screen.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= 400


def test_apply_takes_the_suggested_orders_to_the_model_page(server, tab):
    screen = tab(server).open("/diagnose?demo=grocery&sku=1082185")
    p, d, q = map(int, re.search(r"ARIMA\((\d), ?(\d), ?(\d)\)", screen.text()).groups())
    screen.page.get_by_role("button", name="Apply to Model").click()
    screen.page.wait_for_url("**/model?**")
    screen.settle()
    assert "model=arima" in screen.page.url
    boxes = [box.input_value() for box in screen.page.get_by_role("spinbutton").all()]
    shown = [int(text) for text in boxes if text.isdigit()]
    assert [p, d, q] in [shown[place : place + 3] for place in range(len(shown))]


def test_the_day_or_month_question_is_asked_and_its_answer_is_used(server, tab):
    rows = [f"{day:02d}/{month:02d}/2024,A,{day}" for month in range(1, 13) for day in range(1, 13)]
    screen = tab(server).open("/")
    upload(screen, "either.csv", "\n".join(["date,sku,units", *rows]).encode())
    screen.page.wait_for_selector(".js-plotly-plot", timeout=120_000)
    screen.settle()
    answer = screen.page.get_by_role("button", name="Month first (12/31)")
    answer.click()
    answer.wait_for(state="detached", timeout=120_000)
    assert "144 rows in = 144 used + 0 set aside" in screen.settle().text()
