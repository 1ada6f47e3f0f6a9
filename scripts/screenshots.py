"""Takes the pictures in `docs/screenshots`: every page, light and dark, 1280 pixels wide, on the sample stores.

    python scripts/screenshots.py [PAGE ...]

Needs Chromium and the development dependencies. Look at each picture before you commit it.
"""

from __future__ import annotations

import io
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "screenshots"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
WIDTH, TALLEST = 1280, 2600
BUSY = "[data-testid=stStatusWidget], .st-key-job, [data-testid=stSkeleton]"
PATIENCE = 600.0
LARGEST = 290_000


@dataclass(frozen=True)
class Shot:
    """One picture: where it is taken, the button that is pressed first, and what is there once its work is done."""

    address: str
    press: str = ""
    then: str = ""


SHOTS = {
    "start": Shot("/"),
    "data": Shot("/?demo=retail"),
    "portfolio": Shot("/portfolio?demo=grocery"),
    "sku": Shot("/sku?demo=grocery&sku=995242"),
    "diagnose": Shot("/diagnose?demo=grocery&sku=1082185"),
    "model": Shot("/model?demo=grocery&sku=1082185&model=linear", "Fit", "Compare it with other models"),
    "compare": Shot("/compare?demo=grocery&sku=1082185", "Compare", "Leaderboard"),
    "forecast": Shot("/forecast?demo=grocery&sku=1082185&model=linear", "Forecast", "Download CSV"),
}


@contextmanager
def serving() -> Iterator[str]:
    """The app on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)], cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=2)
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


def settle(page: Page) -> None:
    """Wait until nothing has been running for a second."""
    page.wait_for_selector("h1", timeout=120_000)
    end, quiet_since = time.monotonic() + PATIENCE, time.monotonic()
    while time.monotonic() < end and time.monotonic() - quiet_since < 1.2:
        if page.locator(BUSY).count():
            quiet_since = time.monotonic()
        page.wait_for_timeout(100)


def take(browser: Browser, address: str, name: str, scheme: str) -> Path:
    """Take one picture, as tall as the page."""
    shot = SHOTS[name]
    page = browser.new_context(viewport={"width": WIDTH, "height": 900}, color_scheme=scheme).new_page()
    page.goto(address + shot.address)
    settle(page)
    if shot.press:
        page.get_by_test_id("stMain").get_by_role("button", name=shot.press).last.click()
        page.get_by_test_id("stMain").get_by_text(shot.then).first.wait_for(timeout=1000 * PATIENCE)
        settle(page)
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": WIDTH, "height": max(760, min(TALLEST, height))})
    settle(page)
    path = FOLDER / f"{name}-{scheme}.png"
    page.mouse.move(1, 1)
    page.evaluate("document.activeElement && document.activeElement.blur()")
    page.wait_for_timeout(400)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.save(path, optimize=True)
    if path.stat().st_size > LARGEST:
        picture.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    page.context.close()
    return path


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with serving() as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        for name in sys.argv[1:] or SHOTS:
            for scheme in ("light", "dark"):
                path = take(browser, address, name, scheme)
                print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
