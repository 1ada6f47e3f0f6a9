# ruff: noqa: E501 - tables of words read best as they stand
"""Exports of shop systems: how each is recognised, what its columns mean, and which of its rows are no sales."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from forecasting.ingest.words.vocabulary import plain


@dataclass(frozen=True)
class Platform:
    """One kind of export.

    `needs` must all be among the headers; `roles` overrides the vocabulary for its headers; rows whose status holds one of
    `not_sold` are set aside, and so are those whose status is none of `only`, where that is given; `fill_down` columns stand
    only on an order's first row.
    """

    name: str
    needs: tuple[str, ...]
    roles: dict[str, str]
    layout: str = "orders"
    not_sold: tuple[str, ...] = ()
    fill_down: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    left_out: bool = field(default=False)


# fmt: off
PLATFORMS = (
    Platform(
        "Shopify orders",
        ("name", "lineitem quantity", "lineitem name"),
        {"name": "order", "created at": "date", "paid at": "ignore", "lineitem quantity": "units", "lineitem name": "name",
         "lineitem price": "price", "lineitem compare at price": "list_price", "lineitem sku": "sku", "cancelled at": "cancelled",
         "financial status": "status", "vendor": "brand", "subtotal": "ignore", "total": "ignore", "refunded amount": "refund",
         "discount amount": "ignore", "lineitem discount": "discount", "email": "customer", "id": "ignore", "fulfilled at": "ignore",
         "source": "channel", "currency": "currency", "location": "ignore", "fulfillment status": "fulfilled", "taxes": "ignore",
         "lineitem fulfillment status": "ignore", "shipping": "ignore", "discount code": "ignore", "notes": "ignore"},
        not_sold=("voided",),
        fill_down=("created at", "financial status", "cancelled at", "paid at", "source", "email"),
    ),
    Platform(
        "Shopify report",
        ("net quantity",),
        {"net quantity": "units", "ordered quantity": "units", "returned quantity": "returns", "day": "date", "variant sku": "sku",
         "product variant sku": "sku", "product title": "name", "net sales": "revenue", "gross sales": "ignore", "total sales": "ignore",
         "discounts": "discount", "returns": "ignore", "taxes": "ignore", "shipping": "ignore"},
        layout="long",
        left_out=True,
    ),
    Platform(
        "Shopify report",
        ("net items sold", "gross sales"),
        {"net items sold": "units", "day": "date", "variant sku": "sku", "product variant sku": "sku", "product title": "name",
         "net sales": "revenue", "gross sales": "ignore", "total sales": "ignore", "returns": "ignore", "discounts": "ignore"},
        layout="long",
        left_out=True,
    ),
    Platform(
        "Amazon Business Report",
        ("(child) asin", "units ordered"),
        {"(child) asin": "sku", "(parent) asin": "category", "sku": "sku", "title": "name", "units ordered": "units",
         "ordered product sales": "revenue", "sessions - total": "visitors", "page views - total": "page_views",
         "unit session percentage": "conversion", "total order items": "orders"},
        layout="long",
        left_out=True,
    ),
    Platform(
        "Amazon orders",
        ("amazon-order-id", "purchase-date"),
        {"amazon-order-id": "order", "purchase-date": "date", "sku": "sku", "asin": "ignore", "product-name": "name", "quantity": "units",
         "item-price": "revenue", "order-status": "status", "item-status": "ignore", "sales-channel": "channel", "merchant-order-id": "ignore",
         "last-updated-date": "ignore", "ship-country": "country", "item-promotion-discount": "discount", "currency": "currency"},
        not_sold=("cancelled", "canceled"),
    ),
    Platform(
        # One row for each part of a price: the goods themselves are on the row of the principal.
        "Amazon settlement",
        ("settlement-id", "amount-description", "quantity-purchased"),
        {"order-id": "order", "posted-date": "date", "posted-date-time": "ignore", "sku": "sku", "quantity-purchased": "units",
         "amount": "revenue", "amount-description": "status", "marketplace-name": "channel", "transaction-type": "ignore", "amount-type": "ignore",
         "currency": "currency", "merchant-order-id": "ignore", "order-item-code": "ignore", "merchant-order-item-id": "ignore",
         "settlement-start-date": "ignore", "settlement-end-date": "ignore", "deposit-date": "ignore", "total-amount": "ignore"},
        only=("principal",),
    ),
    Platform(
        "WooCommerce",
        ("items sold", "n. revenue"),
        {"items sold": "units", "n. revenue": "revenue", "n. revenue (formatted)": "ignore", "product title": "name", "sku": "sku",
         "order #": "order", "date": "date", "orders": "orders", "status": "status"},
        layout="long",
        left_out=True,
    ),
    Platform(
        "WooCommerce",
        ("items sold", "net sales"),
        {"items sold": "units", "net sales": "revenue", "product title": "name", "sku": "sku", "date": "date", "orders": "orders",
         "category": "category", "variations": "ignore", "status": "ignore", "stock": "stock"},
        layout="long",
        left_out=True,
    ),
    Platform(
        "Square items",
        ("item", "qty", "price point name"),
        {"date": "date", "time": "time", "time zone": "timezone", "category": "category", "item": "name", "qty": "units",
         "price point name": "variant", "sku": "sku", "gross sales": "revenue", "discounts": "discount", "net sales": "ignore", "tax": "tax",
         "transaction id": "order", "payment id": "ignore", "event type": "ignore", "location": "channel", "notes": "note", "modifiers applied": "ignore",
         "customer id": "customer", "customer name": "ignore", "count": "ignore", "unit": "uom", "device name": "ignore", "details": "ignore"},
    ),
    Platform(
        "eBay",
        ("sales record number", "item title"),
        {"sales record number": "order", "order number": "order", "item title": "name", "custom label": "sku", "item number": "ignore",
         "quantity": "units", "sold for": "price", "sale date": "date", "total price": "ignore", "paid on date": "ignore",
         "buyer username": "customer", "variation details": "variant", "ship to country": "country"},
    ),
    Platform(
        "eBay transactions",
        ("transaction creation date", "item title", "quantity"),
        {"transaction creation date": "date", "type": "status", "order number": "order", "legacy order id": "ignore", "item id": "ignore",
         "transaction id": "ignore", "item title": "name", "custom label": "sku", "quantity": "units", "item subtotal": "revenue",
         "buyer username": "customer", "net amount": "ignore", "payout currency": "currency", "description": "note"},
        only=("order", "refund"),
    ),
    Platform(
        "Toast items",
        ("menu item", "qty", "void?"),
        {"order date": "date", "sent date": "ignore", "order id": "order", "order #": "ignore", "location": "channel", "menu item": "name", "sku": "sku",
         "plu": "ignore", "item id": "ignore", "master id": "ignore", "item selection id": "line_id", "sales category": "category", "qty": "units",
         "net price": "revenue", "gross price": "ignore", "discount": "discount", "tax": "tax", "void?": "cancelled"},
    ),
    Platform(
        "Etsy",
        ("sale date", "item name", "quantity", "transaction id"),
        {"sale date": "date", "item name": "name", "quantity": "units", "price": "price", "sku": "sku", "listing id": "ignore",
         "transaction id": "line_id", "order id": "order", "buyer": "customer", "item total": "revenue", "date paid": "ignore",
         "discount amount": "discount", "variations": "variant", "coupon code": "ignore", "order shipping": "ignore", "date shipped": "ignore"},
    ),
    Platform(
        "Taobao/Tmall orders",
        ("订单编号", "订单状态"),
        {"订单编号": "order", "主订单编号": "order", "子订单编号": "line_id", "订单状态": "status", "商家编码": "sku", "外部系统编号": "sku", "宝贝标题": "name", "标题": "name",
         "宝贝数量": "units", "购买数量": "units", "宝贝总数量": "units", "价格": "price", "商品价格": "price", "买家实际支付金额": "revenue", "订单创建时间": "date",
         "订单付款时间": "ignore", "买家应付货款": "ignore", "店铺名称": "channel", "商品属性": "variant", "退款状态": "ignore", "买家会员名": "customer",
         "商品id": "ignore", "确认收货时间": "ignore", "宝贝种类": "ignore", "退款金额": "refund", "总金额": "ignore", "买家应付邮费": "ignore", "发货时间": "ignore"},
        not_sold=("交易关闭", "已关闭", "等待买家付款", "已取消", "未付款"),
    ),
    Platform(
        "生意参谋",
        ("商品id", "支付件数"),
        {"统计日期": "date", "日期": "date", "商品id": "sku", "商品名称": "name", "商品访客数": "visitors", "商品浏览量": "page_views", "加购件数": "add_to_cart",
         "商品加购件数": "add_to_cart", "支付件数": "units", "支付买家数": "buyers", "支付金额": "revenue", "支付转化率": "conversion", "商品支付转化率": "conversion",
         "成功退款金额": "refund", "货号": "ignore", "下单件数": "ignore", "下单金额": "ignore", "下单买家数": "ignore", "商品收藏人数": "ignore", "商品状态": "ignore"},
        layout="long",
        left_out=True,
    ),
    Platform(
        "JD 商智",
        ("成交商品件数",),
        {"时间": "date", "日期": "date", "sku": "sku", "商品id": "sku", "sku名称": "name", "商品名称": "name", "一级类目": "category", "二级类目": "ignore", "三级类目": "ignore",
         "成交金额": "revenue", "成交商品件数": "units", "商品访客数": "visitors", "商品浏览量": "page_views", "成交客户数": "buyers", "成交单量": "orders",
         "品牌": "brand", "访客数": "visitors", "浏览量": "page_views", "成交转化率": "conversion"},
        layout="long",
        left_out=True,
    ),
    Platform(
        "Pinduoduo orders",
        ("订单号", "商品数量(件)"),
        {"订单号": "order", "订单状态": "status", "商品数量(件)": "units", "商家编码-sku维度": "sku", "商家编码-商品维度": "ignore", "商品": "name", "商品规格": "variant",
         "商品总价(元)": "revenue", "商家实收金额(元)": "ignore", "用户实付金额(元)": "ignore", "订单成交时间": "date", "支付时间": "ignore", "商品id": "ignore", "样式id": "ignore",
         "售后状态": "ignore", "发货时间": "ignore", "确认收货时间": "ignore", "店铺优惠折扣(元)": "ignore"},
        not_sold=("已取消", "未付款", "交易关闭"),
    ),
    Platform(
        "Pinduoduo orders",
        ("订单号", "商品数量", "订单成交时间"),
        {"订单号": "order", "订单状态": "status", "商品数量": "units", "商家编码-sku维度": "sku", "商品": "name", "商品规格": "variant", "商品总价": "revenue",
         "订单成交时间": "date", "商品id": "ignore", "样式id": "ignore", "支付时间": "ignore"},
        not_sold=("已取消", "未付款", "交易关闭"),
    ),
    Platform(
        "ERP dump",
        ("posting date", "quantity", "movement type"),
        {"posting date": "date", "material": "sku", "article": "sku", "plant": "channel", "quantity": "units", "movement type": "status",
         "material description": "name", "base unit of measure": "uom", "uom": "uom", "document": "order", "material document": "order"},
    ),
    Platform(
        "ERP dump",
        ("物料编码", "过账日期"),
        {"物料编码": "sku", "过账日期": "date", "数量": "units", "仓库": "channel", "工厂": "channel", "移动类型": "status", "物料描述": "name", "单位": "uom", "物料凭证": "order"},
    ),
    Platform(
        "ERP dump",
        ("buchungsdatum", "menge", "bewegungsart"),
        {"buchungsdatum": "date", "material": "sku", "menge": "units", "werk": "channel", "bewegungsart": "status", "materialkurztext": "name", "materialbeleg": "order"},
    ),
)
# fmt: on


def recognise(header: Sequence[str]) -> Platform | None:
    """The platform whose marks the header carries; the one with more of its columns present, of several.

    >>> recognise(["Name", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem sku"]).name
    'Shopify orders'
    """
    names = {h.strip().lower() for h in header} | {plain(h) for h in header}
    names |= {n.replace("–", "-") for n in names} | {n.replace("_", " ") for n in names}
    found = [p for p in PLATFORMS if all(need in names for need in p.needs)]
    return max(found, key=lambda p: sum(column in names for column in p.roles), default=None)
