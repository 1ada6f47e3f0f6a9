"""The Portfolio page in a real browser: a row opens its SKU by mouse and by keyboard, and a narrow screen has all of it."""

from __future__ import annotations

import re

import pytest

MARKER, CODE, NAME, ROW = 20, 70, 200, 35


def place_of(screen, row: int, left: int) -> tuple[float, float]:
    """Where a cell of the table of all SKUs is on the screen."""
    grid = screen.page.get_by_test_id("stDataFrame").first
    grid.locator("canvas").first.wait_for()
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    return box["x"] + left, box["y"] + ROW * (row + 1.5)


def opened_sku(screen) -> str:
    """The SKU whose page is opened next."""
    screen.page.wait_for_url(re.compile(r"/sku\?"), timeout=60_000)
    screen.settle()
    assert screen.title() == "SKU"
    return re.search(r"sku=([^&]+)", screen.page.url)[1]


@pytest.fixture
def screen(server, tab):
    return tab(server).open("/portfolio?demo=grocery")


def test_a_code_or_a_tick_opens_the_sku(screen):
    screen.page.mouse.click(*place_of(screen, 4, CODE))
    assert opened_sku(screen) == "995242"
    screen.follow("Portfolio")
    assert screen.title() == "Portfolio"
    screen.page.mouse.click(*place_of(screen, 1, MARKER))
    assert opened_sku(screen) == "1082185"


def test_the_keyboard_opens_the_sku(screen):
    screen.page.mouse.click(*place_of(screen, 3, NAME))
    screen.page.wait_for_timeout(500)  # a busy table takes its time to have the keys
    screen.page.keyboard.press("ArrowDown")
    screen.page.wait_for_timeout(500)
    screen.page.keyboard.press("Shift+Space")
    assert opened_sku(screen) == "995242"


def test_a_search_leaves_what_fits(screen):
    screen.page.get_by_role("textbox", name="Search").fill("bananas")
    screen.page.keyboard.press("Enter")
    screen.page.get_by_text(re.compile(r"^\d SKUs?, ")).wait_for(timeout=60_000)
    screen.settle()


def test_a_narrow_screen_has_no_sideways_scrolling(server, tab):
    narrow = tab(server, width=400).open("/portfolio?demo=grocery")
    assert narrow.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 400
