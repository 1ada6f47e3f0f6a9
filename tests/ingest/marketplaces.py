# ruff: noqa: E501 - tables of words and files read best as they stand
"""Orders as marketplaces and tills of many countries export them: the merchant's own code beside the platform's numbers."""

from __future__ import annotations

from collections.abc import Iterator

from tests.ingest.truth import SKUS, Case, sums_of, to_csv, truth

_DAYS = 20
_MONTHS = ("enero", "febrero")

# Label: the headings, a line of an order, and what the status of one that was called off says. A line without {n} is one unit.
_MARKETPLACES = {
    "shopee": ("Order ID,Order Status,Return / Refund Status,Order Creation Date,Parent SKU Reference No.,Product Name,SKU Reference No.,Variation Name,Deal Price,Quantity,Returned quantity", "A{i},{status},,{d} 10:22,P,{name},{sku},Blue,9.50,{n},0", "Cancelled by buyer"),
    "lazada": ("orderItemId,lazadaId,sellerSku,lazadaSku,wareHouse,createTime,orderNumber,customerName,paidPrice,unitPrice,shippingFee,itemName,variation,status", "90{i},1,{sku},L{k},dropshipping,{d:%d %b %Y} 10:22,7{i},Ann,9.5,12.0,0,{name},,{status}", "canceled"),
    "mercado-libre": ("# de venta,Fecha de venta,Estado,Unidades,Ingresos por productos (MXN),SKU,# de publicación,Título de la publicación", "2{i},{d.day} de {month} de {d.year} 10:22 hs.,{status},{n},9.5,{sku},MLM{k},{name}", "Cancelaste la venta"),
    "allegro": ("Numer zamówienia,Data zakupu,Tytuł oferty,ID oferty,Sygnatura,Liczba sztuk,Cena,Status", "a{i},{d:%d.%m.%Y} 10:22,{name},12{k},{sku},{n},9.50,{status}", "Anulowane"),
    "zalando": ("Order number,Zalando article number,Merchant article number,EAN,Order created at,Item status,Item price", "1{i},ZA{k},{sku},40123456789{k}0,{d}T10:22:00+01:00,{status},9.50", "CANCELLED"),
    "otto": ("Bestellnummer,Positions-ID,Bestelldatum,Artikelnummer,SKU,Artikelbezeichnung,Preis,Status", "b{i},p{i},{d:%d.%m.%Y},M0{k},{sku},{name},9.50,{status}", "Storniert"),
    "bol": ("Bestelnummer,Besteldatum,EAN,Referentie,Titel,Aantal,Prijs,Orderstatus", "{i},{d:%d-%m-%Y},871234567890{k},{sku},{name},{n},9.50,{status}", "Geannuleerd"),
    "cdiscount": ("N° de commande,Date de la commande,Référence vendeur,Référence Cdiscount,Libellé produit,Quantité,Prix unitaire TTC,Etat de la commande", "C{i},{d:%d/%m/%Y} 10:22:00,{sku},AUC{k},{name},{n},9.50,{status}", "Annulée"),
    "rakuten": ("注文番号,注文日時,ステータス,商品ID,商品名,単価,個数,商品管理番号", "3-{i},{d} 10:22:00,{status},10{k},{name},950,{n},{sku}", "キャンセル"),
    "coupang": ("주문번호,주문일,등록상품명,노출상품ID,옵션ID,업체상품코드,구매수(수량),옵션판매가(판매단가),주문상태", "7{i},{d} 10:22:00,{name},6{k}11,8{k}22,{sku},{n},9500,{status}", "취소완료"),
    "naver": ("상품주문번호,주문번호,주문상태,결제일,상품번호,상품명,옵션정보,수량,상품가격,옵션관리코드,판매자 상품코드", "2{i},1{i},{status},{d} 10:22:33,50{k}77,{name},색상,{n},9500,{sku},SET-1", "취소완료"),
    "naver-without-options": ("상품주문번호,주문번호,주문상태,결제일,상품번호,상품명,옵션정보,수량,상품가격,옵션관리코드,판매자 상품코드", "2{i},1{i},{status},{d} 10:22:33,50{k}77,{name},,{n},9500,,{sku}", "취소완료"),
    "ozon": ("Номер заказа,Принят в обработку,Статус,Наименование товара,Ozon ID,Артикул,Количество", "1-{i},{d} 10:22:00,{status},{name},55{k},{sku},{n}", "Отменён"),
    "trendyol": ("Sipariş Numarası,Sipariş Tarihi,Barkod,Stok Kodu,Ürün Adı,Adet,Birim Fiyatı,Sipariş Statüsü", "{i},{d:%d.%m.%Y} 10:22,869{k},{sku},{name},{n},9.50,{status}", "İptal Edildi"),
    "noon": ("partner_id,country_code,order_nr,item_nr,sku,partner_sku,title,status,order_timestamp,offer_price", "9,AE,N{i},N{i}-1,N5{k}A,{sku},{name},{status},{d} 10:22:00,35.00", "Cancelled"),
    "kaufland": ("Order number,Order date,Id item,Offer EAN,Seller SKU,Title,Status,Price", "M{i},{d:%d.%m.%Y},3{i},400{k},{sku},{name},{status},9.50", "cancelled"),
    "takealot": ("Order ID,Order Date,Product Title,TSIN,SKU,Warehouse,Qty,Gross Sales,Success Fee,Order Status", "{i},{d:%d %b %Y},{name},7{k}11,{sku},CPT,{n},R 9.50,-R 1.10,{status}", "Cancelled by Takealot"),
    "tiktok": ("Order ID,Order Status,SKU ID,Seller SKU,Product Name,Quantity,Sku Quantity of return,SKU Subtotal After Discount,Created Time", "5{i},{status},17{k}0000,{sku},{name},{n},0,9.5 USD,{d:%m/%d/%Y} 10:22:33 AM\t", "Canceled"),
    "clover": ("Line Item Date,Order ID,Item ID,Item Name,Item SKU,Per Unit Quantity,Item Revenue,Order Status", "{d:%d-%b-%Y} 10:22 AM EST,O{i},I{k},{name},{sku},{n},9.50,{status}", "Payment declined"),
    "shopware": ("ordernumber,ordertime,status,articleordernumber,name,quantity,price", "2{i},{d} 10:22:00,{status},{sku},{name},{n},9.5", "Cancelled (open)"),
    "walmart": ("PO#,Order#,Order Date,Item Description,Status,Qty,SKU,UPC,Item Cost", "10{i},20{i},{d},{name},{status},{n},{sku},00012345678{k},9.50", "Order cancelled"),
}  # fmt: skip


def marketplaces() -> Iterator[Case]:
    """A file of each marketplace, with one order that was called off."""
    for label, (heads, line, called_off) in _MARKETPLACES.items():
        rows = [heads.split(",")]
        for i, ((sku, d), n) in enumerate(truth(_DAYS).items()):
            known = {"d": d, "month": _MONTHS[d.month - 1], "sku": sku, "k": list(SKUS).index(sku), "name": SKUS[sku]}
            pieces = 1 if "{n}" in line else n
            rows += [_cells(line, known | {"i": 1000 + i, "n": n, "status": "completed"})] * pieces
        rows.append(_cells(line, known | {"i": 99, "n": 7, "status": called_off}))
        data = to_csv(rows).encode()
        yield Case(f"marketplace-{label}", "orders.csv", data, sums_of(truth(_DAYS)), rejects=1)


def _cells(line: str, values: dict[str, object]) -> list[str]:
    return [cell.format(**values) for cell in line.split(",")]
