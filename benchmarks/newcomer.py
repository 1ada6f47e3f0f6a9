"""The newcomer's path in a real browser: a messy spreadsheet of thousands of SKUs in, a forecast of all of them out.

    python benchmarks/newcomer.py [--skus 5000] [--days 730] [--model NAME] [--keep FILE]

Counts the clicks and takes the time, step by step, on a server that has just started; the clock starts when the file is dropped
and stops when the forecast lies on the disk. The shop is simulated: the gift shop's series drawn with replacement, written as a
merchant's system exports them. `--keep FILE` writes that spreadsheet and ends. The bar: 60 seconds and 5 clicks for 5,000 SKUs.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from forecasting import workflow  # noqa: E402 - the path comes first
from forecasting.core.panel import Panel  # noqa: E402
from scripts.screenshots import FLAGS, serving  # noqa: E402

LONG = 600_000
NEWLINE = b"\n"
HEAD = "Verkaufsbericht;;;;;;\nErstellt am 09.12.2011;;;;;;\n;;;;;;\n"
HEAD += "Datum;Artikelnummer;Artikelname;Warengruppe;Menge;Stückpreis;Umsatz\n"


def resampled(skus: int, days: int) -> Panel:
    """Series of the gift shop, drawn with replacement."""
    shop = workflow.open_sample("retail").without(["orders", "returns"])
    early = shop.until(shop.calendar[min(days, len(shop.calendar)) - 1])
    return early._kept(np.random.default_rng(0).integers(0, len(early), skus), len(early.calendar))


def spreadsheet(skus: int, days: int) -> bytes:
    """The shop as a German system exports it: a preamble, decimal commas, prices with a sign, returns, a total, cp1252."""
    panel = resampled(skus, days)
    rng = np.random.default_rng(1)
    units, price = panel.columns["y"], panel.columns["price"]
    sku = np.repeat(np.arange(skus), panel.lengths)
    periods = np.arange(len(units)) - np.repeat(panel.indptr[1:] - len(panel.calendar), panel.lengths)
    sold = np.flatnonzero(np.nan_to_num(units) > 0)
    level = rng.lognormal(0, 0.5, skus)[sku[sold]]
    cost = np.round(np.nan_to_num(price[sold], nan=2.5) * level + 0.01, 2)
    frame = pd.DataFrame(
        {
            "date": panel.calendar[periods[sold]].strftime("%d.%m.%Y"),
            "sku": [f"{number:06}" for number in sku[sold]],
            "name": [f"Artikel {number}" for number in sku[sold]],
            "group": [f"Gruppe {number % 14}" for number in sku[sold]],
            "units": units[sold].astype(int).astype(str),
            "price": [f"{value:,.2f} €".translate(str.maketrans(",.", ".,")) for value in cost],
            "worth": [f"{value:,.2f}".translate(str.maketrans(",.", ".,")) for value in cost * units[sold]],
        }
    ).sort_values("date", key=lambda dates: pd.to_datetime(dates, format="%d.%m.%Y"), kind="stable")
    back = frame.sample(len(frame) // 200, random_state=0)
    frame = pd.concat([frame, back.assign(units="-1", worth="-" + back["price"].str.removesuffix(" €"))])
    text = HEAD + frame.to_csv(sep=";", index=False, header=False, lineterminator="\n")
    return f"{text}Gesamt;;;;{int(units[sold].sum())};;\n".encode("cp1252")


class Walk:
    """A newcomer at the browser: counts clicks and says how long each step took."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.seconds = page, 0, 0.0

    def step(self, name: str, action: Callable[[], object], *, clicks: int = 1) -> None:
        """One thing the newcomer does, and how long it took until what follows could be seen."""
        started = time.perf_counter()
        action()
        took = time.perf_counter() - started
        self.clicks += clicks
        self.seconds += took
        print(f"{name:42} {took:6.1f} s", flush=True)

    def drop(self, file: Path) -> None:
        self.page.set_input_files("input[type=file]", str(file))
        self.page.wait_for_selector(".js-plotly-plot .main-svg", timeout=LONG)

    def to_forecast(self) -> None:
        self.page.get_by_test_id("stSidebarNav").get_by_text("Forecast", exact=True).click()
        self.button().wait_for(timeout=LONG)

    def forecast(self) -> None:
        self.button().click()
        self.page.get_by_role("button", name="Download CSV", exact=True).wait_for(timeout=LONG)

    def take_away(self) -> Path:
        with self.page.expect_download(timeout=LONG) as waiting:
            self.page.get_by_role("button", name="Download CSV", exact=True).click()
        return Path(waiting.value.path())

    def button(self):
        return self.page.locator(".st-key-run-forecast button")


def walk(address: str, file: Path, model: str) -> None:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True).new_page()
        page.goto(address + (f"/?model={model}" if model else ""))
        page.wait_for_selector("input[type=file]", state="attached", timeout=LONG)
        newcomer = Walk(page)
        newcomer.step("drop the spreadsheet, see the first chart", lambda: newcomer.drop(file))
        newcomer.step("to the Forecast page", newcomer.to_forecast)
        newcomer.step("forecast all SKUs", newcomer.forecast)
        found: list[Path] = []
        newcomer.step("download the forecast", lambda: found.append(newcomer.take_away()))
        rows = pd.read_csv(found[0], dtype={"sku": str}, usecols=["sku", "mean"])
        print(f"{rows['sku'].nunique():,} SKUs, {len(rows):,} rows, {found[0].stat().st_size / 1e6:.1f} MB")
        print(f"{newcomer.clicks} clicks, {newcomer.seconds:.1f} s")
        print(f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--skus", type=int, default=5_000)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--model", default="", help="the model to forecast with (default: the app's own choice)")
    parser.add_argument("--keep", type=Path, help="write the spreadsheet here and end")
    options = parser.parse_args()
    content = spreadsheet(options.skus, options.days)
    print(f"the spreadsheet: {len(content) / 1e6:.0f} MB, {content.count(NEWLINE):,} lines")
    if options.keep:
        options.keep.write_bytes(content)
        return
    with tempfile.TemporaryDirectory() as folder, serving() as address:
        file = Path(folder) / "verkauf.csv"
        file.write_bytes(content)
        walk(address, file, options.model)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{used.ru_utime + used.ru_stime:.1f} s of processor time in server, calculations and browser, their start included")


if __name__ == "__main__":
    main()
