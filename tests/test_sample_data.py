"""The sample files hold what their README and the recorded totals of the source say."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parent.parent
SAMPLE_DATA = ROOT / "sample_data"
TOTALS = json.loads((SAMPLE_DATA / "totals.json").read_text(encoding="utf-8"))
ORDER_FILES = sorted(SAMPLE_DATA.glob("online_retail_orders_*.zip"))


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(SAMPLE_DATA / name, dtype={"sku": str}, parse_dates=["date"])


@pytest.fixture(scope="module")
def daily() -> pd.DataFrame:
    return read("online_retail_daily.csv.gz")


@pytest.fixture(scope="module")
def grocery() -> pd.DataFrame:
    return read("grocery_store.csv.gz")


@pytest.fixture(scope="module")
def make_samples() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_samples", ROOT / "scripts" / "make_samples.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_all_samples_together_stay_small():
    assert sum(file.stat().st_size for file in SAMPLE_DATA.iterdir() if file.is_file()) < 12e6


def test_the_shops_daily_table_sums_to_its_source(daily):
    expected = TOTALS["online_retail_daily.csv.gz"]
    assert daily["units"].sum() == expected["units"]
    assert daily["returned_units"].sum() == expected["returned_units"]
    assert daily["orders"].sum() == expected["orders"]
    assert daily["sku"].nunique() == expected["skus"]
    assert daily.loc[daily["units"] > 0, "date"].nunique() == expected["days"]
    # Prices are rounded to four digits, so revenue comes back to within a few pounds.
    assert (daily["units"] * daily["price"]).sum() == pytest.approx(expected["revenue"], abs=5)


def test_the_shops_daily_table_is_tidy(daily):
    assert list(daily) == ["date", "sku", "description", "units", "price", "orders", "returned_units"]
    assert not daily.duplicated(["sku", "date"]).any()
    assert daily["description"].notna().all()
    assert daily.groupby("sku")["description"].nunique().max() == 1
    assert (daily["price"].isna() == (daily["units"] == 0)).all()
    assert (daily["units"] + daily["returned_units"] > 0).all()


def test_the_nine_days_of_both_exports_are_counted_once(daily):
    # In the source as it stands, these days weigh twice and 6 December would be the best day by far.
    assert daily.loc[daily["date"] == "2010-12-06", "units"].sum() < 25_000


def test_the_shop_is_closed_on_saturdays_but_one(daily):
    open_days = pd.DatetimeIndex(daily.loc[daily["units"] > 0, "date"].unique())
    assert [str(day.date()) for day in open_days[open_days.day_name() == "Saturday"]] == ["2009-12-05"]


@pytest.mark.parametrize("file", ORDER_FILES, ids=lambda file: file.stem)
def test_order_lines_are_complete(file):
    orders = pd.read_csv(file, dtype=str, keep_default_na=False)
    assert len(orders) == TOTALS[file.name]["lines"]
    assert orders["Quantity"].astype(int).sum() == TOTALS[file.name]["units"]


def test_the_two_order_exports_overlap_line_for_line():
    first, second = (pd.read_csv(file, dtype=str, keep_default_na=False) for file in ORDER_FILES)
    common = sorted(set(first["Invoice"]) & set(second["Invoice"]))
    in_first, in_second = (sorted(orders[orders["Invoice"].isin(common)].itertuples(index=False)) for orders in (first, second))
    assert len(in_first) == 22_523
    assert in_first == in_second


def test_the_grocery_table_sums_to_its_source(grocery):
    expected = TOTALS["grocery_store.csv.gz"]
    assert grocery["units"].sum() == expected["units"]
    assert grocery["sku"].nunique() == expected["skus"]
    assert len(grocery) == expected["rows"]


def test_the_grocery_table_knows_every_regressor_on_every_open_day(grocery):
    assert list(grocery) == ["date", "sku", "units", "price", "discount", "display", "mailer", "category", "description"]
    assert grocery.notna().all().all()
    assert (grocery["price"] > 0).all()
    assert grocery[["discount", "display"]].stack().between(0, 1).all()
    assert set(grocery["mailer"]) == {0, 1}
    open_days = pd.date_range("2017-01-01", "2017-12-31").drop("2017-12-25")
    assert sorted(grocery["date"].unique()) == list(open_days)
    for _, rows in grocery.groupby("sku"):
        assert list(rows["date"]) == list(open_days[open_days >= rows["date"].iloc[0]])


def test_only_products_count_as_products(make_samples):
    products = ["85123A", "85123a", "22423", "DCGS0058", "SP1002"]
    others = ["POST", "M", "D", "DOT", "gift_0001_20", "TEST001", "ADJUST", "PADS", "22016", "23444"]
    orders = pd.DataFrame(
        {
            "Invoice": "489434",
            "StockCode": [*products, *others],
            "Description": "  A  NAME. ",
            "Quantity": "1",
            "Price": "1.5",
            "moment": pd.Timestamp("2010-01-04 09:00"),
        }
    )
    lines = make_samples.product_lines(orders)
    assert list(lines["sku"]) == ["85123A", "85123A", "22423", "DCGS0058", "SP1002"]
    assert set(lines["description"]) == {"A NAME"}


def test_stock_corrections_are_neither_sales_nor_returns(make_samples):
    lines = pd.DataFrame(
        {
            "date": pd.Timestamp("2010-01-04"),
            "sku": "22423",
            "description": ["CAKESTAND", "CAKESTAND", "CAKESTAND", "damaged", "found"],
            "invoice": ["1", "2", "C3", "4", "5"],
            "units": [2, 6, -1, -50, 70],
            "price": [12.75, 10.95, 12.75, 0.0, 0.0],
        }
    )
    [row] = make_samples.daily_sales(lines).to_dict("records")
    assert (row["units"], row["orders"], row["returned_units"]) == (8, 2, 1)
    assert row["price"] == pytest.approx((2 * 12.75 + 6 * 10.95) / 8)


def test_a_missing_source_is_one_sentence(make_samples, tmp_path):
    pd.DataFrame({"InvoiceDate": ["12/1/2009 7:45"]}).to_csv(tmp_path / "half.csv", index=False)
    with pytest.raises(SystemExit, match="expected two exports"):
        make_samples.main(["--online-retail", str(tmp_path / "half.csv"), "--output", str(tmp_path)])
