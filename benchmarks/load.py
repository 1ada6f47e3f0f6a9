"""Many merchandisers at once: upload, explore, fit, forecast, take away; then all of them leave.

    python benchmarks/load.py [--sessions 20] [--minutes 15] [--skus 150] [--ttl 60]

Each session speaks Streamlit's own protocol over its WebSocket, as a browser does, but draws nothing; one real Chromium walks
through the pages meanwhile and tells how long they take to be drawn. Reported: errors (anything on a page that is shown as an
error, any dropped connection), the pages' times, and the server's memory at the start, at its peak and after everybody has left
and been forgotten (`--ttl` seconds after the last one, as `server.disconnectedSessionTTL`). The bar for 20 sessions in 15
minutes: no error, 95 % of the page switches within a second, memory within 20 % of the start.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.async_api import async_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.pages import FLAGS, STEPS, STILL, memory, wait_for  # noqa: E402 - the path comes first

PORT = 8599
ADDRESS = f"127.0.0.1:{PORT}"
EXPLORED = ("portfolio", "sku", "calendar", "diagnose")
PATIENCE = 180.0
ERROR_FORMAT = 1  # of streamlit's Alert


@dataclass
class Report:
    """What came of it, gathered from all sessions."""

    switches: dict[str, list[float]] = field(default_factory=dict)
    drawn: dict[str, list[float]] = field(default_factory=dict)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    peak: float = 0.0

    def took(self, name: str, seconds: float) -> None:
        self.seconds.setdefault(name, []).append(seconds)
        self.done[name] += 1


def spreadsheet(skus: int, seed: int) -> bytes:
    """A year of sales of some SKUs, every shop another."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2024-01-01", periods=400)
    units = rng.poisson(rng.lognormal(1, 1, skus)[:, None] * (1 + 0.3 * np.sin(np.arange(400) * 2 * np.pi / 7)))
    frame = pd.DataFrame(units, index=[f"S{number:05}" for number in range(skus)], columns=days.strftime("%d.%m.%Y"))
    rows = frame.rename_axis("Artikel").reset_index().melt("Artikel", var_name="Datum", value_name="Menge")
    return rows[rows["Menge"] > 0].to_csv(sep=";", index=False).encode()


class Visitor:
    """One session: sends what a browser sends, and keeps what a browser would show."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket, self.session = socket, ""
        self.pages: dict[str, str] = {}
        self.page = ""
        self.elements: dict[tuple[int, ...], object] = {}
        self.repeated: dict[str, float] = {}
        self.runs, self.running, self.answers = 0, False, {}
        self.finished = asyncio.Condition()

    async def listen(self) -> None:
        """Take in what the server sends, until the connection is closed."""
        async for data in self.socket:
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.running = True
                self.session = message.new_session.initialize.session_id or self.session
                if not message.metadata.run.fragment_ids:
                    self.elements, self.repeated = {}, {}
            elif kind == "navigation":
                self.pages = {page.url_pathname or "data": page.page_script_hash for page in message.navigation.app_pages}
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                self.elements[tuple(message.metadata.delta_path)] = message.delta.new_element
            elif kind == "auto_rerun":
                self.repeated[message.auto_rerun.fragment_id] = message.auto_rerun.interval
            elif kind == "file_urls_response":
                self.answers["files"] = message.file_urls_response
            elif kind == "backend_operation_response":
                self.answers["file"] = message.backend_operation_response
            await self._note(kind)

    async def _note(self, kind: str | None) -> None:
        async with self.finished:
            if kind == "script_finished":
                self.runs, self.running = self.runs + 1, False
            self.finished.notify_all()

    async def until(self, happened) -> None:
        """Wait until something can be seen."""
        async with self.finished:
            await asyncio.wait_for(self.finished.wait_for(happened), PATIENCE)

    async def rerun(self, page: str | None = None, *, fragment: str = "", **states: object) -> float:
        """Have the script run with what was pressed; the seconds until it has ended."""
        message, before, started = BackMsg(), self.runs, time.perf_counter()
        self.page = page or self.page
        message.rerun_script.page_script_hash = self.pages.get(self.page, "")
        message.rerun_script.fragment_id = fragment
        for name, state in states.items():
            widget = message.rerun_script.widget_states.widgets.add(id=name)
            if state is True:
                widget.trigger_value = True
            else:
                widget.file_uploader_state_value.CopyFrom(state)
        await self.socket.send(message.SerializeToString())
        await self.until(lambda: self.runs > before)
        return time.perf_counter() - started

    def find(self, kind: str, label: str = ""):
        """The first element of a kind whose label begins like this."""
        found = (getattr(one, kind) for one in self.elements.values() if one.WhichOneof("type") == kind)
        return next((one for one in found if one.label.startswith(label)), None)

    def seen(self) -> str:
        """What the page shows instead, for whoever has to find out why."""
        texts = [one.progress.text for one in self.elements.values() if one.WhichOneof("type") == "progress"]
        kinds = Counter(one.WhichOneof("type") for one in self.elements.values())
        return f"{texts} among {dict(kinds)}, {len(self.repeated)} parts that renew themselves, running: {self.running}"

    def wrong(self) -> list[str]:
        """Errors that are on the page."""
        alerts = (one.alert for one in self.elements.values() if one.WhichOneof("type") == "alert")
        bodies = [alert.body for alert in alerts if alert.format == ERROR_FORMAT]
        return bodies + ["a traceback" for one in self.elements.values() if one.WhichOneof("type") == "exception"]

    async def until_shown(self, kind: str, label: str) -> None:
        """Let the page follow its job, as a browser does, until something is there."""
        end = time.perf_counter() + PATIENCE
        while self.find(kind, label) is None and not self.wrong():
            if time.perf_counter() > end:
                raise TimeoutError(f"{label} never came; there is {self.seen()}")
            await asyncio.sleep(max([0.25, *self.repeated.values()][:2]))
            for fragment in list(self.repeated):
                await self.rerun(fragment=fragment)
        await self.until(lambda: not self.running)

    async def upload(self, name: str, content: bytes) -> None:
        """Drop a file into the box of the Data page."""
        box = self.find("file_uploader")
        message = BackMsg()
        message.file_urls_request.request_id, message.file_urls_request.session_id = "r", self.session
        message.file_urls_request.file_names.append(name)
        self.answers.pop("files", None)
        await self.socket.send(message.SerializeToString())
        await self.until(lambda: "files" in self.answers)
        urls = self.answers["files"].file_urls[0]
        await asyncio.to_thread(put, urls.upload_url, name, content)
        state = box_state(urls, name, len(content))
        await self.rerun(**{box.id: state})

    async def download(self) -> int:
        """Take away the forecast; how many bytes it has."""
        button = self.find("download_button", "Download CSV")
        message = BackMsg()
        asked = message.backend_operation_request
        asked.request_id, asked.session_id, asked.deferred_file.file_id = "d", self.session, button.deferred_file_id
        self.answers.pop("file", None)
        await self.socket.send(message.SerializeToString())
        await self.until(lambda: "file" in self.answers)
        url = self.answers["file"].deferred_file.url
        return len(await asyncio.to_thread(lambda: urllib.request.urlopen(f"http://{ADDRESS}{url}").read()))


def box_state(urls, name: str, size: int):
    """What the upload box holds after a file was sent."""
    message = BackMsg()
    state = message.rerun_script.widget_states.widgets.add().file_uploader_state_value
    state.uploaded_file_info.add(name=name, size=size, file_id=urls.file_id).file_urls.CopyFrom(urls)
    return state


def put(url: str, name: str, content: bytes) -> None:
    """Send a file as a form, with the token against forged requests that the server has given out."""
    with urllib.request.urlopen(f"http://{ADDRESS}/_stcore/health") as answer:
        cookies = [part.split(";")[0] for part in answer.headers.get_all("Set-Cookie") or []]
    token = next((cookie.partition("=")[2] for cookie in cookies if cookie.startswith("_streamlit_xsrf")), "")
    edge = "----shelfcast"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    body = head + content + f"\r\n--{edge}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={edge}", "X-Xsrftoken": token, "Cookie": "; ".join(cookies)}
    request = urllib.request.Request(f"http://{ADDRESS}{url}", body, headers, method="PUT")
    urllib.request.urlopen(request).close()


async def visit(report: Report, content: bytes, rng: random.Random) -> None:
    """One merchandiser's quarter of an hour, from the file to the forecast."""
    stream, page = f"ws://{ADDRESS}/_stcore/stream", f"http://{ADDRESS}"
    async with connect(stream, subprotocols=["streamlit", "none", "none"], max_size=None, origin=page) as socket:
        visitor = Visitor(socket)
        ear = asyncio.create_task(visitor.listen())
        try:
            await _work(visitor, report, content, rng)
        finally:
            ear.cancel()


async def _work(visitor: Visitor, report: Report, content: bytes, rng: random.Random) -> None:
    await visitor.rerun("data")
    started = time.perf_counter()
    await visitor.upload("sales.csv", content)
    await visitor.until_shown("button", "See how each SKU sells")
    report.took("upload", time.perf_counter() - started)
    for page in EXPLORED:
        await _switch(visitor, report, page, rng)
    for page, button, shown, name in (
        ("model", "Fit ", ("button", "Compare it with other models"), "fit"),
        ("forecast", "Forecast ", ("download_button", "Download CSV"), "forecast"),
    ):
        await _switch(visitor, report, page, rng)
        started = time.perf_counter()
        await visitor.rerun(**{visitor.find("button", button).id: True})
        await visitor.until_shown(*shown)
        _check(visitor, report, page)
        report.took(name, time.perf_counter() - started)
    if await visitor.download() < 1000:
        report.errors["the forecast file is empty"] += 1
    for page in (*EXPLORED, "forecast"):
        await _switch(visitor, report, page, rng)


async def _switch(visitor: Visitor, report: Report, page: str, rng: random.Random) -> None:
    await asyncio.sleep(rng.uniform(1.0, 6.0))
    report.switches.setdefault(page, []).append(await visitor.rerun(page))
    _check(visitor, report, page)


def _check(visitor: Visitor, report: Report, page: str) -> None:
    for sentence in visitor.wrong():
        report.errors[f"{page}: {sentence}"] += 1


async def session(report: Report, number: int, skus: int, until: float) -> None:
    """Visits, one after the other, until the time is up."""
    rng = random.Random(number)
    await asyncio.sleep(rng.uniform(0, 15))
    for round_ in itertools.count():
        if time.perf_counter() > until:
            return
        try:
            await visit(report, spreadsheet(skus, 1000 * number + round_), rng)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is counted, and the others go on
            report.errors[f"{type(error).__name__}: {error}"] += 1


async def witness(report: Report, until: float) -> None:
    """A real browser among them, on the sample store: how long its pages take to be drawn."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(1000 * PATIENCE)
        await page.goto(f"http://{ADDRESS}/?demo=grocery")
        await page.wait_for_selector(".js-plotly-plot .main-svg", timeout=120_000)
        there = "title => document.querySelector('h1') && document.querySelector('h1').innerText === title"
        while time.perf_counter() < until:
            for step, title in STEPS.items():
                await page.wait_for_timeout(3000)
                started = time.perf_counter()
                await page.get_by_test_id("stSidebarNav").get_by_text(step, exact=True).click()
                await page.wait_for_function(there, arg=title, timeout=120_000)
                await page.wait_for_function(STILL, timeout=120_000)
                report.drawn.setdefault(step.lower(), []).append(time.perf_counter() - started)
        await browser.close()


async def watch(report: Report, pid: int) -> None:
    """Note the server's largest size."""
    while True:
        report.peak = max(report.peak, memory(pid))
        await asyncio.sleep(1.0)


async def drive(report: Report, options: argparse.Namespace, pid: int) -> None:
    until = time.perf_counter() + 60 * options.minutes
    watcher = asyncio.create_task(watch(report, pid))
    visits = [session(report, number, options.skus, until) for number in range(options.sessions)]
    for ending in await asyncio.gather(witness(report, until), *visits, return_exceptions=True):
        if isinstance(ending, Exception):
            report.errors[f"{type(ending).__name__}: {ending}"] += 1
    watcher.cancel()


def serve(ttl: int) -> subprocess.Popen[bytes]:
    """The app in a process of its own."""
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(PORT)]
    command += ["--server.disconnectedSessionTTL", str(ttl)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=os.environ | {"PYTHONWARNINGS": "ignore"})


def tell(report: Report, start: float, after: float) -> None:
    for name, seconds in report.seconds.items():
        print(f"{name:24} {statistics.median(seconds):6.1f} s median, {max(seconds):6.1f} s at most, {len(seconds)} times")
    for name, pages in (("page switch, served", report.switches), ("page switch, drawn", report.drawn)):
        for page, seconds in {"": [one for several in pages.values() for one in several], **pages}.items():
            if len(seconds) > 1:
                rank = statistics.quantiles(seconds, n=20)[-1]
                what = f"  {page}" if page else name
                print(f"{what:24} {statistics.median(seconds):6.2f} s median, {rank:6.2f} s p95, {len(seconds)} times")
    change = f"{after:.0f} after they left ({after / start - 1:+.0%})"
    print(f"memory of the server     {start:6.0f} MB at the start, {report.peak:.0f} at the peak, {change}")
    print(f"load of the machine      {os.getloadavg()[0]:6.1f} on {os.cpu_count()} cores")
    print(f"errors                   {sum(report.errors.values()):6}")
    for sentence, count in report.errors.most_common(12):
        print(f"  {count} x {sentence[:200]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--skus", type=int, default=150)
    parser.add_argument("--ttl", type=int, default=60, help="seconds after which the server forgets who has left")
    options = parser.parse_args()
    server, report = serve(options.ttl), Report()
    try:
        wait_for(f"http://{ADDRESS}/healthz")
        asyncio.run(visit(Report(), spreadsheet(options.skus, 0), random.Random(0)))  # every library is loaded
        asyncio.run(witness(Report(), time.perf_counter() + 1))  # and the sample, which stays for everybody
        time.sleep(options.ttl + 30)
        start = memory(server.pid)
        asyncio.run(drive(report, options, server.pid))
        time.sleep(options.ttl + 60)
        tell(report, start, memory(server.pid))
    finally:
        server.terminate()
        server.wait(timeout=20)


if __name__ == "__main__":
    main()
