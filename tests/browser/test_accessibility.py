"""Every page, light and wide, dark and narrow: no serious finding of axe-core, nothing sideways, and all of it by keyboard."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

SERIOUS = ("serious", "critical")
STEPS = ("Portfolio", "SKU", "Calendar", "Diagnose", "Model", "Compare", "Forecast")
NARROW = ("Portfolio", "SKU", "Compare", "Forecast")


def findings(page) -> list[str]:
    """What axe-core finds serious or critical, each with the places."""
    page.wait_for_function(
        "() => !document.querySelector('[data-stale=true]')", timeout=120_000
    )  # what is on its way out is faded
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['id']}: {one['help']}, at {[node['target'] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in SERIOUS
    ]


def too_wide(page) -> bool:
    return page.get_by_test_id("stMain").evaluate("main => main.scrollWidth > main.clientWidth + 1")


def test_no_page_has_a_serious_finding(server, tab):
    screen = tab(server).open("/")
    assert findings(screen.page) == []
    screen.open("/?demo=grocery")
    assert findings(screen.page) == []
    for step in STEPS:
        screen.follow(step)
        assert (step, findings(screen.page)) == (step, [])
    screen.page.locator(".st-key-run-forecast button").click()
    screen.page.get_by_role("button", name="Download CSV", exact=True).wait_for(timeout=120_000)
    assert findings(screen.settle().page) == []


@pytest.mark.parametrize("step", NARROW)
def test_a_dark_page_on_a_narrow_screen_has_none_either_and_does_not_scroll_sideways(server, tab, step):
    screen = tab(server, width=400, scheme="dark").open(f"/{step.lower()}?demo=grocery")
    assert findings(screen.page) == []
    assert not too_wide(screen.page)


def test_the_keyboard_reaches_the_steps_and_opens_them(server, tab):
    screen = tab(server).open("/?demo=grocery")
    for _ in range(40):
        screen.page.keyboard.press("Tab")
        if screen.page.evaluate("document.activeElement.innerText").endswith("Portfolio"):
            break
    screen.page.keyboard.press("Enter")
    screen.page.wait_for_url("**/portfolio?**")
    assert screen.settle().title() == "Portfolio"
