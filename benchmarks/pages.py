"""How fast and how large the app is in a real browser with the gift shop loaded: `python benchmarks/pages.py`.

Starts a server, opens the sample in a cold Chromium, then walks through all pages several times. Prints seconds from the
start of the server to its first answer, from the address to the first chart, from a click in the sidebar to the last change of
the page, and the memory of the server. Needs Chromium and the development dependencies.

`python benchmarks/pages.py --portfolio` measures the Portfolio page instead, on shops of 5,000 SKUs by 730 days and 30,000 by
365 whose series are drawn from the sample: seconds and bytes to a drawn page, the first time and later, and for a search.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
STEPS = {
    "Portfolio": "Portfolio",
    "SKU": "SKU",
    "Diagnose": "Diagnose",
    "Model": "Model",
    "Compare": "Compare",
    "Forecast": "Forecast",
    "Data": "Your sales",
}
ROUNDS = 6
STILL = "() => !document.querySelector('[data-testid=stStatusWidget], [data-testid=stSkeleton], .st-key-job')"
SHOPS = ((5_000, 730), (30_000, 365))
DRAWN = """() => document.querySelectorAll('[data-testid=stDataFrame] canvas').length >= 1
    && document.querySelectorAll('.js-plotly-plot .main-svg').length >= 2"""
WATCH = """() => {
    document.addEventListener('click', () => { window.clicked = window.changed = performance.now() }, true)
    const seen = one => !(one.target.closest ? one.target : one.target.parentElement)?.closest('canvas')
    const watched = {subtree: true, childList: true, attributes: true, characterData: true}
    new MutationObserver(all => { if (all.some(seen)) window.changed = performance.now() }).observe(document.body, watched)
}"""  # what is in a canvas is the table as a screen reader has it, written some time after it is drawn
QUIET = "() => window.clicked && performance.now() - window.changed > 400"
FEWER = "() => document.querySelector('[data-testid=stMain]').innerText.match(/, (?!100)[0-9.]+ % of the shop/)"


def main() -> None:
    if "--portfolio" in sys.argv:
        for skus, days in SHOPS:
            size = {"SHELFCAST_SKUS": str(skus), "SHELFCAST_DAYS": str(days)}
            print(f"{skus:,} SKUs by {days} days")
            with browsing("benchmarks/portfolio_app.py", size) as (page, address, pid):
                portfolio(page, address, pid)
        return
    with browsing("app.py", {}) as (page, address, pid):
        walk(page, f"{address}/?demo=retail", pid)


@contextmanager
def browsing(script: str, variables: dict[str, str]) -> Iterator[tuple[Page, str, int]]:
    """A tab of a cold browser, the address of a server of its own, and the server's process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = time.perf_counter()
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=os.environ | variables)
    try:
        wait_for(f"http://127.0.0.1:{port}/{'healthz' if script == 'app.py' else '_stcore/health'}")
        print(f"server ready            {time.perf_counter() - started:6.2f} s")
        with sync_playwright() as driver:
            path = shutil.which("chromium") or shutil.which("google-chrome")
            browser = driver.chromium.launch(executable_path=path, args=FLAGS)
            yield browser.new_page(viewport={"width": 1280, "height": 900}), f"http://127.0.0.1:{port}", server.pid
            browser.close()
    finally:
        server.terminate()
        server.wait(timeout=20)


def portfolio(page: Page, address: str, pid: int) -> None:
    """From a click in the sidebar to a Portfolio page whose table and charts are drawn, and what was sent for it."""
    sent = [0]
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: sent.__setitem__(0, sent[0] + len(data))))
    page.goto(address)
    page.wait_for_selector(".js-plotly-plot .main-svg", timeout=300_000)
    page.wait_for_function(STILL, timeout=300_000)
    page.wait_for_timeout(1_500)
    page.evaluate(WATCH)
    print(f"memory, shop loaded     {memory(pid):6.0f} MB")
    for attempt in ("first time", "second", "third"):
        sent[0], worked = 0, cpu(pid)
        seconds = switch(page, "Portfolio", "Portfolio", DRAWN)
        worked = cpu(pid) - worked
        print(
            f"Portfolio, {attempt:12} {seconds:6.2f} s, {worked:.2f} s of them the server's work, {sent[0] / 1e6:.2f} MB sent"
        )
        switch(page, "SKU", "SKU")
    switch(page, "Portfolio", "Portfolio", DRAWN)
    for text in ("lantern", "lantern red"):
        sent[0] = 0
        started = time.perf_counter()
        page.get_by_role("textbox", name="Search").fill(text)
        page.keyboard.press("Enter")
        page.wait_for_function(FEWER, timeout=60_000)
        print(f"search                  {time.perf_counter() - started:6.2f} s, {sent[0] / 1e6:.2f} MB sent")
        page.wait_for_timeout(500)
    print(f"memory, page seen       {memory(pid):6.0f} MB")
    print(f"load of the machine     {os.getloadavg()[0]:6.1f} on {os.cpu_count()} cores")


def walk(page: Page, address: str, pid: int) -> None:
    started = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(".js-plotly-plot .main-svg", timeout=120_000)
    print(f"first chart             {time.perf_counter() - started:6.2f} s")
    print(f"memory, sample loaded   {memory(pid):6.0f} MB")
    page.wait_for_timeout(10_000)  # a server that has just started still loads its first worker
    page.evaluate(WATCH)
    seconds: dict[str, list[float]] = {step: [] for step in STEPS}
    for _ in range(ROUNDS):
        for step, title in STEPS.items():
            seconds[step].append(switch(page, step, title))
    for step, found in seconds.items():
        print(f"to {step:20} {found[0]:6.2f} s the first time, {statistics.median(found[1:]):5.2f} s median after that")
    later = sorted(value for found in seconds.values() for value in found[1:])
    print(f"page switch             {statistics.median(later):6.2f} s median, {later[int(0.95 * len(later))]:5.2f} s p95")
    print(f"memory, all pages seen  {memory(pid):6.0f} MB")
    print(f"load of the machine     {os.getloadavg()[0]:6.1f} on {os.cpu_count()} cores")


def switch(page: Page, step: str, title: str, drawn: str = "() => true") -> float:
    """Seconds from a click to the last change that is seen of a page that is there, is drawn, and runs no more."""
    page.evaluate("() => { window.clicked = 0 }")
    page.get_by_test_id("stSidebarNav").get_by_text(step, exact=True).click()
    there = "title => document.querySelector('h1') && document.querySelector('h1').innerText === title"
    page.wait_for_function(there, arg=title, timeout=120_000)
    for condition in (drawn, STILL, QUIET):
        page.wait_for_function(condition, timeout=120_000)
    return float(page.evaluate("() => (window.changed - window.clicked) / 1000"))


def cpu(pid: int) -> float:
    """Processor seconds of a process so far: unlike the clock, they do not mind a busy machine. NaN where unknown."""
    with suppress(OSError):
        words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
    return float("nan")


def memory(pid: int, what: str = "VmRSS") -> float:
    """Memory of a process in MB, what it holds or (`VmHWM`) held at most; NaN where the system does not say."""
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
        return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(what)), float("nan"))
    return float("nan")


def wait_for(address: str) -> None:
    while True:
        try:
            urllib.request.urlopen(address, timeout=2)
            return
        except OSError:
            time.sleep(0.05)


if __name__ == "__main__":
    main()
