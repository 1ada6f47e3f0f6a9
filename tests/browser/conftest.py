"""A real Chromium on a real server: what every browser test shares.

Every page closes with two checks: no request left this machine, and no traceback was on the screen.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api")
ROOT = Path(__file__).parents[2]
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OURS = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
PATIENCE = 120_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


class Screen:
    """One tab of the browser, with the waits that Streamlit needs."""

    def __init__(self, page, address: str) -> None:
        self.page, self.address, self.outside = page, address, []
        page.on("request", lambda request: request.url.startswith(OURS) or self.outside.append(request.url))

    def open(self, path: str) -> Screen:
        """Go to a page by its address and wait until it is drawn."""
        self.page.goto(self.address + path)
        return self.settle()

    def settle(self) -> Screen:
        """Wait until the script has run, no job is running and every chart has been drawn."""
        self.page.wait_for_selector("h1", timeout=PATIENCE)
        busy = "[data-testid=stStatusWidget], .st-key-job, [data-testid=stSkeleton]"
        quiet_since = time.monotonic()
        end = quiet_since + PATIENCE / 1000
        while time.monotonic() < end and time.monotonic() - quiet_since < 0.6:
            if self.page.locator(busy).count():
                quiet_since = time.monotonic()
            self.page.wait_for_timeout(100)
        return self

    def follow(self, step: str) -> Screen:
        """Click a step in the sidebar."""
        self.page.get_by_test_id("stSidebarNav").get_by_text(step, exact=True).click()
        self.page.wait_for_url(f"**/{step.lower()}?**" if step != "Data" else "**/?**", timeout=PATIENCE)
        return self.settle()

    def title(self) -> str:
        """The page's title."""
        return self.page.locator("h1").first.inner_text()

    def text(self) -> str:
        """All that is written on the page."""
        return self.page.get_by_test_id("stMain").inner_text()

    def chosen(self, label: str) -> str:
        """What a select box shows."""
        return self.page.get_by_test_id("stSelectbox").filter(has_text=label).get_by_role("combobox").first.input_value()

    def charts(self) -> int:
        """How many charts are drawn."""
        return self.page.locator(".js-plotly-plot .main-svg").count() and self.page.locator(".js-plotly-plot").count()

    def wait_for_charts(self, count: int) -> None:
        """Wait until this many charts are drawn."""
        drawn = "count => document.querySelectorAll('.js-plotly-plot .main-svg').length >= count"
        self.page.wait_for_function(drawn, arg=count, timeout=PATIENCE)


@contextmanager
def serving(port: int = 0) -> Iterator[tuple[str, subprocess.Popen]]:
    """A server of its own, on a fresh port unless one is given; its address and its process."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=os.environ | {"PYTHONWARNINGS": "ignore"})
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, server)
        yield address, server
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(address: str, server: subprocess.Popen) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.2)
    raise RuntimeError("the server did not start")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A server for all tests of the session."""
    with serving() as (address, _):
        yield address


@pytest.fixture
def fresh_server() -> Iterator[str]:
    """A server that nobody has used yet."""
    with serving() as (address, _):
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    """The browser; tests are skipped where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium):
    """Open tabs on a server: `tab(address)` gives a Screen; at the end each is checked."""
    screens: list[Screen] = []

    def new(address: str, width: int = 1280, scheme: str = "light") -> Screen:
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, accept_downloads=True)
        screens.append(Screen(context.new_page(), address))
        return screens[-1]

    yield new
    for screen in screens:
        assert not screen.outside, f"requests left this machine: {screen.outside}"
        assert not screen.page.get_by_test_id("stException").count(), "a traceback was on the screen"
        screen.page.context.close()
