"""Files as shop systems, marketplaces and ERP systems export them."""

from __future__ import annotations

import csv

from tests.ingest.truth import (
    SKUS,
    Case,
    order_lines,
    sums_of,
    to_csv,
    to_xlsx,
    truth,
)


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
        for o, s, d, n, _ in order_lines()
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
    for o, s, d, n, _ in order_lines():
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
        for o, s, d, n, _ in order_lines()
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
        for o, s, d, n, k in order_lines()
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
        for o, s, d, n, _ in order_lines()
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
        [SKUS[s], f"2401{o}", "已发货，待收货", f"{9.5 * n:.2f}", str(n), f"{d} 08:00:01", s, ""]
        for o, s, d, n, _ in order_lines()
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


def erp_list() -> Case:
    """A list printed by an ERP system: rules, bars, trailing minus, no movement but issues."""
    rule = "-" * 60
    lines = ["Stock movements", "", rule, "|Material|Plnt|Pstng Date|Quantity|Un|", rule]
    lines += [f"|{s} |1000|{d:%d.%m.%Y}|  {n}-|PC|" for (s, d), n in truth().items()]
    lines += ["|X9 |1000|05.01.2024|  500 |PC|", rule]
    return Case("erp-list", "mb51.txt", "\r\n".join(lines).encode(), sums_of(truth()), rejects=1)


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
    erp_list,
)
