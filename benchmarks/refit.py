"""Seconds from a changed ARIMA order to a drawn chart, two years of one SKU, in a real browser: `python -m benchmarks.refit`.

Starts a server with the gift shop, then changes the order on the Model page several times and waits for the new sentence and
chart. Needs Chromium and the development dependencies.
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time

from playwright.sync_api import Page, sync_playwright

from benchmarks.pages import FLAGS, ROOT, wait_for

ORDERS = ((1, 0, 1), (2, 0, 1), (1, 1, 1), (3, 0, 0), (2, 1, 2), (0, 1, 1))
SKU = "85123A"


def main() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        with sync_playwright() as driver:
            path = shutil.which("chromium") or shutil.which("google-chrome")
            browser = driver.chromium.launch(executable_path=path, args=FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 1600})
            page.goto(f"http://127.0.0.1:{port}/model?demo=retail&sku={SKU}&model=arima&horizon=28")
            report([refit(page, order) for order in ORDERS])
            browser.close()
    finally:
        server.terminate()
        server.wait(timeout=20)


def refit(page: Page, order: tuple[int, int, int]) -> float:
    """Set the order, press the button, and wait until the chart of this order is drawn."""
    button = page.get_by_role("button", name="Fit ARIMA", exact=True)
    button.wait_for(timeout=60_000)
    for box, value in zip(page.get_by_role("spinbutton").all()[1:4], order, strict=False):
        box.fill(str(value))
        box.press("Tab")
    page.wait_for_timeout(1_000)
    before = page.locator(".js-plotly-plot").count() and page.locator(".js-plotly-plot").first.inner_html()
    started = time.perf_counter()
    button.click()
    page.wait_for_function(
        "before => { const plot = document.querySelector('.js-plotly-plot'); return plot && plot.innerHTML !== before"
        " && plot.querySelector('.scatterlayer') && !document.querySelector('.st-key-job'); }",
        arg=before or "",
        timeout=60_000,
    )
    return time.perf_counter() - started


def report(seconds: list[float]) -> None:
    for order, found in zip(ORDERS, seconds, strict=True):
        print(f"ARIMA{order}  {found:5.2f} s")
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"median after the first  {statistics.median(seconds[1:]):5.2f} s, {load}")


if __name__ == "__main__":
    main()
