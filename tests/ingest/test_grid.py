"""Sums of sales lines to the grid of a panel."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.ingest import import_files, write_panel_csv
from forecasting.ingest.sales import grid


def sales() -> bytes:
    """Many SKUs, several rows on a day, and columns that some SKUs leave empty."""
    rng = np.random.default_rng(3)
    dates = pd.date_range("2024-01-01", periods=30).strftime("%Y-%m-%d")
    rows = pd.DataFrame({"date": rng.choice(dates, 2000), "sku": rng.integers(0, 40, 2000).astype(str)})
    rows["units"] = rng.integers(0, 9, 2000)
    rows["price"] = np.where(rng.random(2000) < 0.9, rng.uniform(1, 9, 2000).round(2), np.nan)
    rows["stock"] = np.where(rows["sku"].astype(int) < 20, rng.integers(0, 50, 2000), np.nan)
    rows["promo"] = rng.integers(0, 2, 2000)
    return rows.sort_values("date").to_csv(index=False).encode()


@pytest.mark.parametrize("rows", [1, 150, 1999])
def test_sums_are_the_same_however_many_skus_are_grouped_at_once(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    at_once = import_files([("sales.csv", sales())])
    monkeypatch.setattr(grid, "GROUPED_ROWS", rows)
    in_parts = import_files([("sales.csv", sales())])
    assert in_parts.panel.digest == at_once.panel.digest
    assert in_parts.report.issues == at_once.report.issues


def test_what_one_table_measures_and_another_describes_has_two_names(tmp_path: Path) -> None:
    measured = "date,sku,units,shelf\n" + "".join(f"2024-01-{d:02d},A,{d},{d}.5\n" for d in range(1, 20))
    described = "Date,SKU,Units,Shelf,Note\n" + "".join(f"2024-01-{d:02d},B,{d},top {d % 2},x\n" for d in range(1, 20))
    done = import_files([("a.csv", measured.encode()), ("b.csv", described.encode())])
    assert ("shelf" in done.panel.frame.columns, list(done.panel.static.columns)) == (True, ["shelf_2"])
    write_panel_csv(done.panel, tmp_path / "panel.csv")
    assert "shelf,shelf_2" in (tmp_path / "panel.csv").read_text("utf-8").splitlines()[0]


def test_a_value_too_large_for_single_precision_is_kept_in_double() -> None:
    rows = "".join(f"2024-01-{d:02d},A,{d},{'9' * 40 if d == 7 else d}\n" for d in range(1, 20))
    frame = import_files([("a.csv", ("date,sku,units,grams\n" + rows).encode())]).panel.frame
    assert frame["grams"].max() == pytest.approx(1e40)


def kiosk(weeks: int, stated: bool) -> bytes:
    """A row for each hour from 9 to 18 o'clock and each of two SKUs, some of them of nothing where zeros are `stated`."""
    times = pd.date_range("2024-01-01", periods=24 * 7 * weeks, freq="h")
    times = times[(times.hour >= 9) & (times.hour < 19)]
    units = np.arange(len(times)) % 5 + (0 if stated else 1)
    rows = pd.concat([pd.DataFrame({"time": times, "sku": sku, "units": units}) for sku in "AB"])
    return rows.to_csv(index=False).encode()


@pytest.mark.parametrize("stated", [True, False])
@pytest.mark.parametrize("weeks", [2, 5])
def test_nothing_is_sold_at_hours_when_the_shop_is_closed(weeks: int, stated: bool) -> None:
    done = import_files([("kiosk.csv", kiosk(weeks, stated))])
    sales = done.panel.series("A").set_index("ds")["y"]
    assert done.panel.freq == "h"
    assert (sales["2024-01-02 00:00":"2024-01-02 08:00"] == 0).all()  # type: ignore[misc]
    assert not sales.isna().any()
    assert "the shop is closed 19:00 to 9:00; those hours count as 0" in done.report.issues


def test_a_closed_weekday_is_zero_where_zeros_are_stated_too_unless_missing_is_asked_for() -> None:
    dates = pd.date_range("2024-01-01", periods=63)
    dates = dates[dates.dayofweek < 6]
    rows = pd.concat([pd.DataFrame({"date": dates, "sku": sku, "units": np.arange(len(dates)) % 4}) for sku in "AB"])
    first = import_files([("shop.csv", rows.to_csv(index=False).encode())])
    assert first.panel.series("A").set_index("ds")["y"]["2024-01-07"] == 0
    assert "the shop is closed on Sundays; those days count as 0" in first.report.issues
    mapping = dataclasses.replace(first.mapping, absent="missing")
    asked = import_files([("shop.csv", rows.to_csv(index=False).encode())], mapping=mapping)
    assert np.isnan(asked.panel.series("A").set_index("ds")["y"]["2024-01-07"])


@pytest.mark.filterwarnings("error")
def test_less_than_a_day_of_hours_is_read_without_a_warning() -> None:
    rows = "".join(f"2024-01-01 {hour:02d}:00,A,{hour}\n" for hour in (9, 10, 12, 13, 15))
    assert import_files([("till.csv", f"time,sku,units\n{rows}".encode())]).panel.freq == "h"
