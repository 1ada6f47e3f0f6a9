"""The list of calculations leads from any page to what has been found."""

from __future__ import annotations


def test_the_list_leads_to_a_result_from_another_page(server, tab):
    screen = tab(server).open("/forecast?demo=grocery&model=linear")
    screen.page.locator(".st-key-run-forecast button").click()
    screen.page.get_by_role("button", name="Download CSV", exact=True).wait_for(timeout=120_000)
    screen.follow("SKU")
    screen.page.locator(".st-key-calculations button").click()
    found = screen.page.get_by_role("dialog")
    found.get_by_text("Forecasting 300 SKUs with Linear").wait_for(timeout=120_000)
    found.get_by_role("button", name="Show").click()
    screen.page.get_by_role("button", name="Download CSV", exact=True).wait_for(timeout=120_000)
    assert screen.settle().title() == "Forecast"
