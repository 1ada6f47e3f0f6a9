"""A newcomer's path: from a messy spreadsheet to a forecast of all SKUs on the disk, in five clicks at most.

How long it takes on 5,000 SKUs is measured by `python benchmarks/newcomer.py`; here the clicks are counted on fewer.
"""

from __future__ import annotations

import pandas as pd

from benchmarks.newcomer import Walk, spreadsheet


def test_a_messy_spreadsheet_becomes_an_exported_forecast_in_five_clicks(server, tab, tmp_path):
    file = tmp_path / "verkauf.csv"
    file.write_bytes(spreadsheet(skus=40, days=400))
    screen = tab(server).open("/")
    newcomer = Walk(screen.page)
    newcomer.step("drop", lambda: newcomer.drop(file))
    assert "40" in screen.page.locator(".st-key-kpis").inner_text()
    newcomer.step("to the forecast", newcomer.to_forecast)
    newcomer.step("forecast", newcomer.forecast)
    found: list = []
    newcomer.step("download", lambda: found.append(newcomer.take_away()))
    table = pd.read_csv(found[0], dtype={"sku": str})
    assert table["sku"].nunique() == 40
    assert len(table) == 40 * 28
    assert table["mean"].notna().all()
    assert newcomer.clicks <= 5
