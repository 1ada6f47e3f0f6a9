"""Writes merchants' files of every platform, layout, language and encoding from one known truth."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import polars as pl
import xlsxwriter

START = dt.date(2024, 1, 1)
SKUS = {"00123": "Blue mug", "AB-7": "Green, large bowl", "X9": 'Shelf 12" oak'}
DAYS = 60


def truth(days: int = DAYS) -> dict[tuple[str, dt.date], int]:
    """Units of each SKU and day: every SKU sells every day of its life, so no rule of absent rows is needed."""
    return {
        (sku, START + dt.timedelta(days=d)): 1 + (7 * k + 3 * d + d * d) % 11 + (1200 if (k, d) == (1, 20) else 0)
        for k, sku in enumerate(SKUS)
        for d in range(days)
    }


@dataclass(frozen=True)
class Case:
    """A file and what the import must find in it."""

    label: str
    name: str
    data: bytes
    sums: dict[str, float]
    platform: str = ""
    freq: str = "D"
    rejects: int = 0
    returns: float = 0.0
    cell: tuple[str, str, float] | None = None
    extra: dict[str, str] = field(default_factory=dict)


def sums_of(units: dict[tuple[str, dt.date], int]) -> dict[str, float]:
    """Total units of each SKU."""
    out: dict[str, float] = {}
    for (sku, _), n in units.items():
        out[sku] = out.get(sku, 0) + n
    return out


def to_csv(rows: list[list[str]], delimiter: str = ",", end: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
    """Rows as delimited text."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


def to_xlsx(sheets: dict[str, list[list[object]]]) -> bytes:
    """Typed cells as an XLSX workbook; dates become real Excel dates."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                if cell is not None and cell != "":
                    sheet.write(i, j, cell)
    book.close()
    return out.getvalue()


Format = Callable[[float], str]
Day = Callable[[dt.date], str]

NUMBERS: dict[str, Format] = {
    "plain": lambda n: f"{n:g}",
    "english": lambda n: f"{n:,.0f}",
    "german": lambda n: f"{n:,.2f}".replace(",", "_").replace(".", ",").replace("_", "."),
    "french": lambda n: f"{n:,.2f}".replace(",", "\u202f").replace(".", ","),
    "swiss": lambda n: f"{n:,.0f}".replace(",", "'"),
    "chinese": lambda n: f"{n}件",
    "wrapped": lambda n: f'="{n}"',
}
DATES: dict[str, Day] = {
    "iso": lambda d: d.isoformat(),
    "dmy": lambda d: f"{d:%d/%m/%Y}",
    "mdy": lambda d: f"{d.month}/{d.day}/{d.year}",
    "dots": lambda d: f"{d:%d.%m.%Y}",
    "short": lambda d: f"{d:%d.%m.%y}",
    "chinese": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "compact": lambda d: f"{d:%Y%m%d}",
    "name": lambda d: f"{d:%b} {d.day}, {d.year}",
    "dayname": lambda d: f"{d:%d-%b-%Y}",
    "serial": lambda d: str((d - dt.date(1899, 12, 30)).days),
    "epoch": lambda d: str((d - dt.date(1970, 1, 1)).days * 86400 + 43200),
    "millis": lambda d: str((d - dt.date(1970, 1, 1)).days * 86_400_000),
    "stamp": lambda d: f"{d:%Y-%m-%d} 09:50:26 +0200",
    "ampm": lambda d: f"{d:%m/%d/%Y} 2:05 PM",
    "iso_t": lambda d: f"{d.isoformat()}T23:59:59Z",
    "slash": lambda d: f"{d:%Y/%m/%d}",
    "weekday": lambda d: f"{d:%a} {d:%d.%m.%Y}",
}
HEADERS = {
    "en": ["Date", "SKU", "Product name", "Units sold", "Unit price"],
    "en2": ["order_date", "item_id", "title", "qty", "price"],
    "de": ["Datum", "Artikelnummer", "Bezeichnung", "Menge", "Einzelpreis"],
    "fr": ["Date de vente", "Référence", "Désignation", "Quantité", "Prix unitaire"],
    "es": ["Fecha", "Código", "Descripción", "Cantidad", "Precio unitario"],
    "zh": ["日期", "商品编码", "商品名称", "销量", "单价"],
    "zh2": ["统计日期", "货号", "品名", "销售数量", "售价"],
}


def tidy_rows(header: list[str], day: Day, number: Format, days: int = DAYS) -> list[list[str]]:
    """A tidy table: one row a SKU and day."""
    price = NUMBERS["german"] if number in (NUMBERS["german"], NUMBERS["french"]) else (lambda n: f"{n:.2f}")
    return [header] + [[day(d), sku, SKUS[sku], number(n), price(9.5)] for (sku, d), n in truth(days).items()]


def tidy_cases() -> Iterator[Case]:
    """Tidy tables over languages, dates, numbers, delimiters and encodings."""
    sums = sums_of(truth())
    locales = [
        ("en", "iso", "plain", ",", "utf-8"),
        ("en", "mdy", "english", ",", "utf-8-sig"),
        ("en2", "dmy", "plain", "\t", "utf-16"),
        ("de", "dots", "german", ";", "cp1252"),
        ("de", "short", "german", ";", "utf-8"),
        ("fr", "dmy", "french", ";", "utf-8"),
        ("fr", "dmy", "german", ";", "cp1252"),
        ("es", "dmy", "german", ";", "latin-1"),
        ("zh", "chinese", "plain", ",", "gb18030"),
        ("zh2", "slash", "chinese", "\t", "utf-16-le"),
        ("zh", "iso", "wrapped", ",", "gbk"),
        ("zh", "iso", "plain", ",", "big5"),
        ("en", "compact", "plain", "|", "utf-8"),
        ("en", "name", "plain", ",", "utf-8"),
        ("en2", "dayname", "swiss", ";", "utf-8"),
        ("en", "serial", "plain", ",", "utf-8"),
        ("en2", "epoch", "plain", ",", "utf-8"),
        ("en2", "millis", "plain", ",", "utf-8"),
        ("en", "stamp", "plain", ",", "utf-8"),
        ("en", "ampm", "english", ",", "utf-8"),
        ("en", "iso_t", "plain", "~", "utf-8"),
        ("de", "weekday", "german", ";", "utf-8-sig"),
        ("zh2", "iso", "plain", ",", "utf-16-be"),
        ("es", "iso", "plain", "^", "utf-8"),
        ("fr", "dots", "french", "\t", "mac_roman"),
        ("zh", "iso", "plain", ",", "utf-8-sig"),
    ]
    for lang, day, number, delimiter, encoding in locales:
        rows = tidy_rows(HEADERS[lang], DATES[day], NUMBERS[number])
        text = to_csv(rows, delimiter)
        if encoding == "big5":
            text = text.translate(str.maketrans("编码称销单价", "編碼稱銷單價"))
        if encoding == "mac_roman":
            text = text.replace("\u202f", "\u00a0")
        yield Case(f"tidy-{lang}-{day}-{number}-{encoding}", "sales.csv", text.encode(encoding), sums)


def _orders() -> Iterator[tuple[int, str, dt.date, int, int]]:
    """Order lines that add up to the truth: (order number, SKU, day, units, line of the order)."""
    number = 1000
    for (sku, d), n in truth().items():
        for k, part in enumerate([n] if n < 4 else [n // 2, n - n // 2]):
            number += 1
            yield number, sku, d, part, k


def shopify_orders() -> Case:
    """Line items; the order's fields stand on its first row only; one order is voided."""
    header = [
        "Name",
        "Email",
        "Financial Status",
        "Paid at",
        "Fulfillment Status",
        "Currency",
        "Subtotal",
        "Total",
        "Created at",
        "Lineitem quantity",
        "Lineitem name",
        "Lineitem price",
        "Lineitem sku",
        "Cancelled at",
        "Refunded Amount",
        "Vendor",
    ]
    rows = [header]
    for (sku, d), n in truth().items():
        stamp = f"{d} 09:50:26 +0200"
        name = f"#{len(rows)}"
        rows.append(
            [
                name,
                "a@b.c",
                "paid",
                stamp,
                "fulfilled",
                "EUR",
                "9",
                "9",
                stamp,
                "1",
                SKUS[sku],
                "9.50",
                sku,
                "",
                "0.00",
                "House",
            ]
        )
        if n > 1:
            rows.append([name, "a@b.c", "", "", "", "", "", "", "", str(n - 1), SKUS[sku], "9.50", sku, "", "", "House"])
    rows.append(
        [
            "#v",
            "a@b.c",
            "voided",
            "",
            "",
            "EUR",
            "9",
            "9",
            "2024-01-05 09:50:26 +0200",
            "7",
            "Blue mug",
            "9.50",
            "00123",
            "",
            "",
            "House",
        ]
    )
    return Case(
        "shopify-orders", "orders_export_1.csv", to_csv(rows, end="\n").encode(), sums_of(truth()), "Shopify orders", rejects=1
    )


def shopify_report() -> Case:
    """Daily report; a return is a negative day."""
    rows = [["day", "product_title", "variant_sku", "net_quantity", "gross_sales", "net_sales"]]
    rows += [[d.isoformat(), SKUS[s], s, str(n), "9.5", "9.5"] for (s, d), n in truth().items()]
    rows.append(["2024-02-15", "Blue mug", "00123", "-2", "-19", "-19"])
    return Case("shopify-report", "sales.csv", to_csv(rows).encode(), sums_of(truth()), "Shopify report", returns=2)


def amazon_report() -> Case:
    """One file a month has no date column; the date stands in the file's name."""
    rows = [
        [
            "(Parent) ASIN",
            "(Child) ASIN",
            "Title",
            "Sessions – Total",
            "Page Views – Total",
            "Units ordered",
            "Units ordered – B2B",
            "Unit Session Percentage",
            "Ordered Product Sales",
            "Total Order Items",
        ]
    ]
    rows += [
        ["P1", s, SKUS[s], "1,200", "2,400", f"{1000 + k:,}", "0", "8.33%", "$38,000.00", "900"] for k, s in enumerate(SKUS)
    ]
    sums = {s: 1000.0 + k for k, s in enumerate(SKUS)}
    rows.append(["Total", "", "", "3,600", "7,200", "3,003", "0", "8.33%", "$114,000.00", "2,700"])
    data = ("\ufeff" + to_csv(rows, quoting=csv.QUOTE_ALL)).encode()
    return Case("amazon-report", "BusinessReport-2024-03-05.csv", data, sums, "Amazon Business Report", rejects=1)


def amazon_orders() -> Case:
    """The all-orders report, tab separated, with a cancelled order."""
    rows = [
        [
            "amazon-order-id",
            "merchant-order-id",
            "purchase-date",
            "order-status",
            "sales-channel",
            "product-name",
            "sku",
            "asin",
            "quantity",
            "currency",
            "item-price",
        ]
    ]
    rows += [
        [f"204-{o}", "", f"{d}T10:00:00+00:00", "Shipped", "Amazon.de", SKUS[s], s, "B0", str(n), "EUR", f"{9.5 * n:.2f}"]
        for o, s, d, n, _ in _orders()
    ]
    rows.append(["204-0", "", "2024-01-07T10:00:00+00:00", "Cancelled", "Amazon.de", "Blue mug", "00123", "B0", "3", "EUR", ""])
    return Case(
        "amazon-orders", "orders.txt", to_csv(rows, "\t").encode("cp1252"), sums_of(truth()), "Amazon orders", rejects=1
    )


def woocommerce() -> Case:
    """Revenue twice, once formatted; a negative row is a refund."""
    rows = [["Date", "Product title", "SKU", "Items sold", "N. Revenue", "N. Revenue (formatted)", "Orders"]]
    rows += [[f"{d} 00:00:00", SKUS[s], s, str(n), f"{9.5 * n:.2f}", f"€{9.5 * n:,.2f}", "1"] for (s, d), n in truth().items()]
    rows.append(["2024-02-01 00:00:00", "Blue mug", "00123", "-1", "-9.50", "-€9.50", "1"])
    return Case("woocommerce", "wc.csv", to_csv(rows).encode(), sums_of(truth()), "WooCommerce", returns=1)


def square() -> Case:
    """Items without a SKU are known by name and price point; a negative quantity is a refund."""
    rows = [
        [
            "Date",
            "Time",
            "Time Zone",
            "Category",
            "Item",
            "Qty",
            "Price Point Name",
            "SKU",
            "Gross Sales",
            "Discounts",
            "Net Sales",
            "Tax",
            "Transaction ID",
        ]
    ]
    for o, s, d, n, _ in _orders():
        rows.append(
            [
                f"{d:%m/%d/%y}",
                "10:20:30",
                "Eastern Time (US & Canada)",
                "Home",
                SKUS[s],
                f"{n}.0",
                "Regular",
                "" if s == "X9" else s,
                f"${9.5 * n:,.2f}",
                "$0.00",
                f"${9.5 * n:,.2f}",
                "$0.00",
                f"T{o}",
            ]
        )
    rows.append(
        [
            "02/10/24",
            "10:20:30",
            "Eastern Time (US & Canada)",
            "Home",
            "Blue mug",
            "-1.0",
            "Regular",
            "00123",
            "-$9.50",
            "$0.00",
            "-$9.50",
            "$0.00",
            "T1",
        ]
    )
    sums = {SKUS[s] if s == "X9" else s: v for s, v in sums_of(truth()).items()}
    return Case("square", "items.csv", to_csv(rows).encode(), sums, "Square items", returns=1)


def ebay() -> Case:
    """A blank first line, then orders, then a count of records."""
    rows = [
        [
            "Sales Record Number",
            "Order Number",
            "Buyer Username",
            "Item Number",
            "Item Title",
            "Custom Label",
            "Quantity",
            "Sold For",
            "Total Price",
            "Sale Date",
        ]
    ]
    rows += [
        [str(o), f"12-{o}", "bob", "33", SKUS[s], s, str(n), "£9.50", f"£{9.5 * n:,.2f}", f"{d:%d-%b-%y}"]
        for o, s, d, n, _ in _orders()
    ]
    text = "\r\n" + to_csv(rows, quoting=csv.QUOTE_ALL) + f"\r\n{len(rows) - 1},record(s) downloaded\r\nSeller ID : shop\r\n"
    return Case("ebay", "ebay.csv", text.encode(), sums_of(truth()), "eBay")


def etsy() -> Case:
    """Sold order items with two-digit years."""
    rows = [
        [
            "Sale Date",
            "Item Name",
            "Buyer",
            "Quantity",
            "Price",
            "Coupon Code",
            "Item Total",
            "Currency",
            "Transaction ID",
            "Listing ID",
            "Variations",
            "Order ID",
            "SKU",
        ]
    ]
    rows += [
        [f"{d:%m/%d/%y}", SKUS[s], "ann", str(n), "9.50", "", f"{9.5 * n:.2f}", "USD", f"{o}{k}", "77", "", str(o), s]
        for o, s, d, n, k in _orders()
    ]
    return Case("etsy", "EtsySoldOrderItems2024.csv", to_csv(rows).encode(), sums_of(truth()), "Etsy")


def taobao() -> Case:
    """GBK, wrapped order numbers, one order closed."""
    rows = [
        [
            "订单编号",
            "买家会员名",
            "订单状态",
            "宝贝标题",
            "宝贝数量",
            "价格",
            "买家实际支付金额",
            "订单创建时间",
            "商家编码",
            "店铺名称",
        ]
    ]
    rows += [
        [
            f'="20240{o}000111222333"',
            "买家甲",
            "交易成功",
            SKUS[s],
            str(n),
            "9.50",
            f"{9.5 * n:.2f}",
            f"{d} 12:01:02",
            f'="{s}"',
            "旗舰店",
        ]
        for o, s, d, n, _ in _orders()
    ]
    rows.append(['="1"', "买家乙", "交易关闭", "Blue mug", "9", "9.50", "0.00", "2024-01-03 01:01:01", '="00123"', "旗舰店"])
    return Case("taobao", "ExportOrderList.csv", to_csv(rows).encode("gbk"), sums_of(truth()), "Taobao/Tmall orders", rejects=1)


def sycm() -> Case:
    """A preamble above the header, figures with thousands signs."""
    rows: list[list[object]] = [
        ["商品排行"],
        ["统计时间:2024-01-01~2024-02-29"],
        [None],
        [
            "统计日期",
            "商品ID",
            "商品名称",
            "商品访客数",
            "商品浏览量",
            "加购件数",
            "支付件数",
            "支付买家数",
            "支付金额",
            "支付转化率",
            "成功退款金额",
        ],
    ]
    rows += [
        [d.isoformat(), s, SKUS[s], "1,234", "3,456", "12", f"{n:,}", "3", "1.2万", "8.33%", "-"]
        for (s, d), n in truth().items()
    ]
    return Case("sycm", "商品排行.xlsx", to_xlsx({"商品": rows}), sums_of(truth()), "生意参谋")


def jd() -> Case:
    """The first data row is the total."""
    rows = [["时间", "SKU", "SKU名称", "一级类目", "成交金额", "成交商品件数", "商品访客数", "商品浏览量"]]
    rows.append(["汇总", "-", "-", "-", "99", str(sum(truth().values())), "1", "1"])
    rows += [[d.isoformat(), s, SKUS[s], "家居", f"{9.5 * n:.2f}", str(n), "10", "30"] for (s, d), n in truth().items()]
    return Case("jd", "jd.csv", to_csv(rows).encode("gb18030"), sums_of(truth()), "JD 商智", rejects=1)


def pinduoduo() -> Case:
    """Units in brackets in the headers; an unpaid order."""
    rows = [["商品", "订单号", "订单状态", "商品总价(元)", "商品数量(件)", "订单成交时间", "商家编码-SKU维度", "商品规格"]]
    rows += [
        [SKUS[s], f"2401{o}", "已发货，待收货", f"{9.5 * n:.2f}", str(n), f"{d} 08:00:01", s, ""] for o, s, d, n, _ in _orders()
    ]
    rows.append(["Blue mug", "1", "已取消", "9.5", "4", "2024-01-09 08:00:00", "00123", ""])
    return Case("pinduoduo", "orders.csv", to_csv(rows).encode("utf-8-sig"), sums_of(truth()), "Pinduoduo orders", rejects=1)


def erp_german() -> Case:
    """Goods issues leave the stock: trailing minus; a receipt is no sale; a reversal comes back."""
    rows = [["Buchungsdatum", "Material", "Materialkurztext", "Werk", "Bewegungsart", "Menge", "ME"]]
    rows += [
        [f"{d:%d.%m.%Y}", s, SKUS[s], "1000", "601", f"{n:,}".replace(",", ".") + ",000-", "ST"]
        for (s, d), n in truth().items()
    ]
    rows.append(["05.01.2024", "00123", "Blue mug", "1000", "101", "500,000", "ST"])
    rows.append(["06.01.2024", "00123", "Blue mug", "1000", "602", "2,000", "ST"])
    return Case(
        "erp-german", "MB51.txt", to_csv(rows, "\t").encode("cp1252"), sums_of(truth()), "ERP dump", rejects=1, returns=2
    )


def erp_chinese() -> Case:
    """Issues with a minus, purchases set aside."""
    rows = [["物料编码", "物料描述", "仓库", "过账日期", "移动类型", "数量", "单位"]]
    rows += [[s, SKUS[s], "一号仓", f"{d:%Y/%m/%d}", "销售出库", f"-{n}", "件"] for (s, d), n in truth().items()]
    rows.append(["00123", "Blue mug", "一号仓", "2024/01/05", "采购入库", "500", "件"])
    return Case("erp-chinese", "库存.csv", to_csv(rows).encode("gbk"), sums_of(truth()), "ERP dump", rejects=1)


PLATFORM_CASES = (
    shopify_orders,
    shopify_report,
    amazon_report,
    amazon_orders,
    woocommerce,
    square,
    ebay,
    etsy,
    taobao,
    sycm,
    jd,
    pinduoduo,
    erp_german,
    erp_chinese,
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


def erp_list() -> Case:
    """A list printed by an ERP system: rules, bars, trailing minus, no movement but issues."""
    rule = "-" * 60
    lines = ["Stock movements", "", rule, "|Material|Plnt|Pstng Date|Quantity|Un|", rule]
    lines += [f"|{s} |1000|{d:%d.%m.%Y}|  {n}-|PC|" for (s, d), n in truth().items()]
    lines += ["|X9 |1000|05.01.2024|  500 |PC|", rule]
    return Case("erp-list", "mb51.txt", "\r\n".join(lines).encode(), sums_of(truth()), rejects=1)


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


def all_cases() -> list[Case]:
    """Every golden file."""
    return [
        *tidy_cases(),
        *(make() for make in PLATFORM_CASES),
        *pivots(),
        *workbook_pivots(),
        erp_list(),
        *grains(),
        *containers(),
    ]
