"""Seconds that one SKU takes: from a choice on the Diagnose page to its drawn charts in a real browser, and the automatic
ARIMA of the same SKUs: `python -m benchmarks.one_sku`.

Best sellers and slow sellers of the gift shop, two years of days each. Needs Chromium and the development dependencies.
"""

import statistics
import time

from playwright.sync_api import Page
from threadpoolctl import threadpool_limits

from benchmarks.pages import browsing
from forecasting.core.panel import Panel
from forecasting.models import make
from forecasting.samples import FOLDER, SAMPLES
from forecasting.workflow import exploring
from forecasting.workflow.importing import read

SKUS = 10
DRAWN = """sku => !document.querySelector('.st-key-job') && !document.querySelector('[data-testid=stStatusWidget]')
    && [...document.querySelectorAll('[aria-label]')].some(
        each => each.getAttribute('aria-label').startsWith(`PACF of ${sku} `) && each.querySelector('.main-svg'))"""


def main() -> None:
    panel = read(*(FOLDER / name for name in SAMPLES["retail"].files)).panel
    ranked = list(exploring.summarise(panel).sort_values("units", ascending=False).index)
    skus = [str(ranked[place]) for place in range(0, len(ranked), len(ranked) // SKUS)][:SKUS]
    with browsing("app.py", {}) as (page, address, _pid):
        page.goto(f"{address}/diagnose?demo=retail")
        page.wait_for_selector(".js-plotly-plot .main-svg", timeout=120_000)
        page.wait_for_timeout(3_000)
        told("diagnosed", [diagnosed(page, sku) for sku in skus[1:]])
    told("automatic ARIMA", [searched(panel, sku) for sku in skus])


def diagnosed(page: Page, sku: str) -> float:
    """Choose a SKU and wait until its charts stand still."""
    picker = page.get_by_role("combobox", name="SKU")
    picker.fill(sku)
    page.wait_for_timeout(500)
    started = time.perf_counter()
    picker.press("Enter")
    page.wait_for_function(DRAWN, arg=sku, timeout=60_000)
    seconds = time.perf_counter() - started
    page.wait_for_timeout(500)
    return seconds


@threadpool_limits.wrap(limits=1)  # as in a worker
def searched(panel: Panel, sku: str) -> float:
    """The automatic search and its forecast."""
    started = time.perf_counter()
    make("auto_arima").fit(panel.select([sku])).forecast(28)
    return time.perf_counter() - started


def told(what: str, seconds: list[float]) -> None:
    print(f"{what:16} {statistics.median(seconds):5.2f} s median, {max(seconds):5.2f} s at most, {len(seconds)} SKUs")


if __name__ == "__main__":
    main()
