"""Pivot tables, grains and containers: what people make in a spreadsheet program."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import zipfile
from collections.abc import Iterator

import polars as pl

from tests.ingest.truth import (
    DATES,
    DAYS,
    HEADERS,
    NUMBERS,
    SKUS,
    START,
    Case,
    sums_of,
    tidy_rows,
    to_csv,
    to_xlsx,
    truth,
)


def pivots() -> Iterator[Case]:
    """SKUs down and dates across, and the reverse, with totals and merged headers."""
    units, days = truth(), [START + dt.timedelta(days=d) for d in range(DAYS)]
    sums = sums_of(units)
    across = [["SKU", "Name", *(d.isoformat() for d in days), "Grand Total"]]
    across += [[s, SKUS[s], *(str(units[s, d]) for d in days), str(int(sums[s]))] for s in SKUS]
    across.append(["Total", "", *(str(sum(units[s, d] for s in SKUS)) for d in days), str(sum(units.values()))])
    yield Case("pivot-across-csv", "pivot.csv", to_csv(across).encode(), sums, rejects=1)
    typed: list[list[object]] = [["Sales by day"], [None], ["SKU", "Name", *days, "Grand Total"]]
    typed += [[s, SKUS[s], *(units[s, d] for d in days), sums[s]] for s in SKUS]
    typed.append(["合计", None, *(sum(units[s, d] for s in SKUS) for d in days), sum(units.values())])
    yield Case("pivot-across-xlsx", "pivot.xlsx", to_xlsx({"Pivot": typed}), sums, rejects=1)
    down = [["Date", *SKUS, "Total"]] + [
        [f"{d:%d/%m/%Y}", *(str(units[s, d]) for s in SKUS), str(sum(units[s, d] for s in SKUS))] for d in days
    ]
    yield Case("pivot-down", "pivot.csv", to_csv(down, ";").encode(), sums)
    months = [f"{dt.date(2023, m, 1):%b}-23" for m in range(1, 13)]
    monthly = [["Article", *months]] + [[s, *(str(10 * k + m) for m in range(1, 13))] for k, s in enumerate(SKUS)]
    yield Case(
        "pivot-months",
        "m.csv",
        to_csv(monthly).encode(),
        {s: 120.0 * k + 78 for k, s in enumerate(SKUS)},
        freq="MS",
        cell=("AB-7", "2023-03-01", 13),
    )
    levels: list[list[object]] = [
        ["SKU", "2023", None, None, "2024", None, None],
        [None, "Oct", "Nov", "Dec", "Jan", "Feb", "Mar"],
    ]
    levels += [[s, *(k + m for m in range(6))] for k, s in enumerate(SKUS)]
    yield Case(
        "pivot-two-levels",
        "l.xlsx",
        to_xlsx({"S": levels}),
        {s: 6.0 * k + 15 for k, s in enumerate(SKUS)},
        freq="MS",
        cell=("X9", "2024-01-01", 5),
    )
    counted = [["id", *(f"d_{d}" for d in range(1, 31))]] + [
        [s, *(str(k + d) for d in range(1, 31))] for k, s in enumerate(SKUS)
    ]
    yield Case("pivot-counted", "m5.csv", to_csv(counted).encode(), {s: 30.0 * k + 465 for k, s in enumerate(SKUS)})


def workbook_pivots() -> Iterator[Case]:
    """Pivot tables as a spreadsheet program lays them out, and sheets of one month with its days across."""
    sums, days = sums_of(truth()), sorted({d for _, d in truth()})
    for label, total in (("english", "Grand Total"), ("chinese", "合计")):
        rows: list[list[object]] = [["Sum of Units", "Column Labels"], ["Row Labels", *days, total]]
        for sku in SKUS:
            units = [truth()[sku, d] for d in days]
            rows.append([sku, *units, sum(units)])
        rows.append([total, *(sum(truth()[s, d] for s in SKUS) for d in days), sum(truth().values())])
        yield Case(f"pivot-excel-{label}", "pivot.xlsx", to_xlsx({"Pivot": rows}), sums, rejects=1)
    names = {sku: f"SKU-{k}" for k, sku in enumerate(SKUS)}
    down: list[list[object]] = [["Row Labels", *names.values(), "Gesamtergebnis"]]
    down += [[d, *(truth()[s, d] for s in SKUS), sum(truth()[s, d] for s in SKUS)] for d in days]
    yield Case("pivot-excel-down", "pivot.xlsx", to_xlsx({"Pivot": down}), {names[s]: n for s, n in sums.items()})
    sheets: dict[str, list[list[object]]] = {}
    for month in (1, 2):
        inside = [d for d in days if d.month == month]
        sheets[f"{inside[0]:%B %Y}"] = [["SKU", *(d.day for d in inside), "Total"]] + [
            [s, *(truth()[s, d] for d in inside), sum(truth()[s, d] for d in inside)] for s in SKUS
        ]
    yield Case("days-across-months", "sales.xlsx", to_xlsx(sheets), sums)


def grains() -> Iterator[Case]:
    """Weekly, monthly and hourly tables."""
    weeks = [dt.date(2023, 1, 2) + dt.timedelta(weeks=w) for w in range(40)]
    iso = [["week", "sku", "units"]] + [
        [f"{w.isocalendar()[0]}-W{w.isocalendar()[1]:02d}", s, str(k + 1)] for k, s in enumerate(SKUS) for w in weeks
    ]
    yield Case(
        "weekly-iso",
        "w.csv",
        to_csv(iso).encode(),
        {s: 40.0 * (k + 1) for k, s in enumerate(SKUS)},
        freq="W-MON",
        cell=("00123", "2023-01-02", 1),
    )
    sunday = [["week ending", "sku", "units"]] + [[(w - dt.timedelta(days=1)).isoformat(), s, "2"] for s in SKUS for w in weeks]
    yield Case("weekly-sunday", "w.csv", to_csv(sunday).encode(), dict.fromkeys(SKUS, 80.0), freq="W-SUN")
    months = [f"{y}-{m:02d}" for y in (2022, 2023) for m in range(1, 13)]
    yield Case(
        "monthly",
        "m.csv",
        to_csv([["month", "sku", "units"]] + [[m, s, "3"] for s in SKUS for m in months]).encode(),
        dict.fromkeys(SKUS, 72.0),
        freq="MS",
    )
    german = [["Monat", "Artikel", "Absatz"]] + [
        [f"{name} {y}", s, "3"]
        for s in SKUS
        for y in (2022, 2023)
        for name in ("Januar", "Februar", "März", "April", "Mai", "Juni")
    ]
    yield Case("monthly-german", "m.csv", to_csv(german, ";").encode("cp1252"), dict.fromkeys(SKUS, 36.0), freq="MS")
    parts = [["Year", "Month", "SKU", "Units"]] + [
        [str(y), str(m), s, "3"] for s in SKUS for y in (2022, 2023) for m in range(1, 13)
    ]
    yield Case("year-and-month", "m.csv", to_csv(parts).encode(), dict.fromkeys(SKUS, 72.0), freq="MS")
    hours = [["timestamp", "sku", "units"]] + [
        [f"2024-03-{1 + h // 24:02d} {h % 24:02d}:00", s, "1"] for s in SKUS for h in range(240)
    ]
    yield Case("hourly", "h.csv", to_csv(hours).encode(), dict.fromkeys(SKUS, 240.0), freq="h")


def containers() -> Iterator[Case]:
    """The same table in every container."""
    sums, rows = sums_of(truth()), tidy_rows(HEADERS["en"], DATES["iso"], NUMBERS["plain"])
    text = to_csv(rows).encode()
    yield Case("gzip", "sales.csv.gz", gzip.compress(text), sums)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "Exported by the shop.")
        archive.writestr("data/sales.csv", text)
    yield Case("zip", "sales.zip", packed.getvalue(), sums)
    frame = pl.DataFrame({"date": [d for _, d in truth()], "sku": [s for s, _ in truth()], "units": list(truth().values())})
    parquet = io.BytesIO()
    frame.write_parquet(parquet)
    yield Case("parquet", "sales.parquet", parquet.getvalue(), sums)
    cells = "".join(
        "<tr>" + "".join(f"<td>{c.replace('&', '&amp;').replace('<', '&lt;')}</td>" for c in row) + "</tr>" for row in rows
    )
    html = (
        f"<html><head><meta charset='utf-8'></head><body><table><tr><td colspan=5>Report</td></tr>{cells}</table></body></html>"
    )
    yield Case("html-as-xls", "sales.xls", html.encode(), sums)
    typed: list[list[object]] = [list(rows[0])] + [[d, s, SKUS[s], n, 9.5] for (s, d), n in truth().items()]
    yield Case("xlsx", "sales.xlsx", to_xlsx({"Sales": typed}), sums)
    cover: list[list[object]] = [["Sales report"], ["Made for", "ACME"], ["Contact", "bob@acme.example"]]
    yield Case("xlsx-cover", "sales.xlsx", to_xlsx({"Cover": cover, "Data": typed}), sums, rejects=1)
    january = [typed[0]] + [r for r in typed[1:] if r[0].month == 1]  # type: ignore[attr-defined]
    february = [typed[0]] + [r for r in typed[1:] if r[0].month == 2]  # type: ignore[attr-defined]
    yield Case("xlsx-months", "sales.xlsx", to_xlsx({"Jan": january, "Feb": february}), sums)
