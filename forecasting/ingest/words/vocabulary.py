# ruff: noqa: E501 - tables of words and files read best as they stand
"""The words merchants head their columns with, and the role each one names: in five languages here, in others in `languages`."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from forecasting.ingest.words.languages import FURTHER_WORDS

DATE, TIME, YEAR, MONTH, WEEK, DAY = "date", "time", "year", "month", "week", "day"
SKU, NAME, UNITS, REVENUE, PRICE = "sku", "name", "units", "revenue", "price"
RETURNS, ORDER, STATUS, CHANNEL, CATEGORY = "returns", "order", "status", "channel", "category"

# One line per role; the first words are the strongest. Spelling is that of `plain`.
_WORDS: dict[str, str] = {
    "date": "date|ds|day|datum|fecha|jour|日期|统计日期|时间|sales date|sale date|order date|transaction date|invoice date|invoicedate|"
    "posting date|date of sale|created at|create date|business date|report date|sold date|purchase date|purchase-date|order time|"
    "bestelldatum|verkaufsdatum|rechnungsdatum|buchungsdatum|belegdatum|auftragsdatum|verkaufstag|tag|"
    "date de vente|date de commande|date commande|date vente|date facture|fecha de venta|fecha venta|fecha de pedido|fecha pedido|"
    "fecha de factura|dia|销售日期|订单日期|下单时间|下单日期|订单创建时间|付款时间|订单付款时间|支付时间|订单付款日期|成交时间|交易时间|过账日期|凭证日期|创建时间|"
    "统计时间|日|周|月份|月|month|week|period|periode|période|periodo|timestamp|datetime|date time|日期时间|出库日期|发货时间|订单成交时间|"
    "order creation date|order created|paid at|sale time|calendar day|calendar date|week ending|week start|week of|week commencing|woche|"
    "kalenderwoche|semana|semaine|monat|mes|mois|year month|yearmonth|sale day|trading day|invoice_date|created|date sold|交易日期|"
    "交易创建时间|开票日期|业务日期|单据日期|制单日期|销售时间|dt|data|fecha de compra|date d'achat|transaktionsdatum|jour de vente|quarter|quartal|trimestre|季度|ts|half|half year|halbjahr|semestre|半年|shipment date|customer shipment date|transaction creation date|posted-date|posted date|payment date|shipping date|ship date|document date|date de facture|fecha de emisión|jahr/monat|kw|wk|order placed|date/time|dates|days|weeks|months|quarters",
    "time": "time|uhrzeit|hora|heure|time of day|hour|hr|hour of day|stunde|时段|小时|钟点",
    "year": "year|yr|jahr|année|annee|año|ano|年|年份|fiscal year|calendar year|years|fiscal yr|fy",
    "sku": "sku|unique id|商家编码|référence produit|référence article|reference produit|product reference|sku reference no|sku reference|item id|item code|itemcode|product id|productid|product code|stock code|stockcode|article|article no|"
    "article number|article code|artikelnummer|artikelnr|artikel nr|artikel-nr|artikel|art nr|artnr|art.-nr|material|material number|"
    "materialnummer|product sku|variant sku|lineitem sku|seller sku|merchant sku|asin|(child) asin|child asin|parent asin|(parent) asin|"
    "item number|item no|item|item sku|custom label|custom label (sku)|part number|part no|upc|ean|barcode|gtin|style|model number|"
    "référence|reference|ref|réf|code article|code produit|réf produit|article id|id produit|código|codigo|código de producto|código producto|codigo producto|cód. producto|cód. artículo|referencia|"
    "id producto|producto id|código artículo|商品id|商品编码|商品编号|货号|sku编码|sku编号|sku id|skuid|规格编码|物料编码|物料号|物料|"
    "商品代码|产品编码|产品编号|产品id|款号|条码|商品条码|宝贝id|外部系统编号|样式id|商品sku|产品代码|存货编码|series|series id|product_id|"
    "item_id|articleordernumber|sku code|sku number|sku no|variant id|listing id|item_nbr|plu|nan|prod id|prod code|商品货号|sku货号|商品规格编码|pid|inventory item code|item number/sku|merchant sku|货品编号|货品编码|货品代码|编号|编码|商品编码(sku)|code art|code art.|réf article|ref article|code sku|prod. code|product number|style code|item ref|cód|cod|cod. artículo|custom sku|internal reference|product/internal reference|external id|own sku|seller code|vendor sku|vendor code|dpci|tcin|msku|merchant sku|seller sku",
    "name": "name|product name|product|product title|title|item name|description|product description|lineitem name|item title|"
    "bezeichnung|artikelbezeichnung|produkt|produktname|artikelname|beschreibung|produit|nom du produit|désignation|designation|libellé|libelle|"
    "nom|nom produit|descripción|descripcion|producto|nombre|nombre del producto|artículo|articulo|商品名称|商品名|商品标题|宝贝标题|产品名称|品名|名称|"
    "sku名称|商品|物料描述|货品名称|产品|标题|item description|material description|listing|title name|prod name|宝贝名称|存货名称|variant title|product variant title|particulars",
    "variant": "price point name|variant|variation|variations|lineitem variant|规格|商品属性|规格名称|商品规格|销售属性|style name|color|colour|size|颜色|尺码",
    "units": "units|qty|quantity|y|sales|unit sales|sales units|units sold|units ordered|sold|quantity sold|qty sold|sales qty|"
    "sales quantity|demand|item quantity|lineitem quantity|order quantity|ordered quantity|items sold|net items sold|net quantity|"
    "quantity purchased|quantity ordered|number of units|pieces|sold units|volume|quantity-purchased|"
    "menge|anzahl|stück|stueck|stk|stückzahl|verkaufte menge|verkaufte stück|absatz|verkaufsmenge|verkäufe|abverkauf|"
    "quantité|quantite|qté|qte|quantité vendue|quantite vendue|unités|unites|ventes|unités vendues|nombre|"
    "cantidad|unidades|unidades vendidas|ventas|cantidad vendida|cant|uds|"
    "数量|销量|销售数量|件数|支付件数|成交商品件数|商品数量|购买数量|宝贝数量|订购数量|销售件数|成交件数|成交数量|出库数量|发货数量|商品数量(件)|销售量|"
    "下单件数|宝贝总数量|购买件数|商品销量|支付商品件数|销量(件)|主数量|实发数量|net units sold|ordered units|shipped units|quantity shipped|unit_sales|cnt|sales count|verkaufte einheiten|einheiten|qty. sold|qty. ordered|item qty|qte vendue|uds. vendidas|pz|sales (units)|unit volume|units shipped|sold qty|net qty|net units|total units|total qty|total quantity|quantity (- refund)|actual|actuals|ty|this year|actual sales|ist|istmenge|shipped|dispatched|qty out",
    "revenue": "revenue|sales amount|amount|net sales|gross sales|total sales|turnover|ordered product sales|item total|total|subtotal|line total|"
    "sales value|sales revenue|n. revenue|n revenue|gmv|value|net revenue|gross revenue|item subtotal|order total|total price|sales ($)|"
    "umsatz|betrag|nettoumsatz|bruttoumsatz|gesamtpreis|gesamtbetrag|chiffre d'affaires|chiffre d affaires|ca|montant|montant total|ca ht|ca ttc|"
    "importe|ingresos|monto|total venta|facturación|facturacion|支付金额|成交金额|销售额|金额|实付金额|买家实付金额|总金额|销售金额|实收金额|商品总价|"
    "买家实际支付金额|订单金额|应付货款|sales eur|sales usd|sales gbp|商家实收金额(元)|商品总价(元)|用户实付金额(元)|价税合计|item price total|买家应付货款|dollar sales|sales in eur|line amount|item subtotal|product sales|revenu|net amount|gross amount|montant ttc|montant ht|umsatz netto|umsatz brutto|importe total|ext price|extended price|money",
    "price": "price|unit price|unitprice|selling price|sale price|item price|lineitem price|price per unit|actual price|price paid|"
    "net price|avg price|average price|preis|einzelpreis|stückpreis|verkaufspreis|vk|vk preis|vk-preis|nettopreis|prix|prix unitaire|prix de vente|pu|"
    "precio|precio unitario|precio de venta|pvp|价格|单价|售价|销售单价|成交价|商品单价|商品价格|销售价|unit cost price|sell price|sell_price|含税单价|sold for|unit price eur|pu ht|p.u.|p.u. ht|prix ht|prix ttc|prix de vente ht|vk netto|vk brutto|vk-preis netto|unit amount|rate|item cost|价格(元)|京东价|p.v.p.|price each|sales price",
    "list_price": "list price|regular price|compare at price|lineitem compare at price|rrp|msrp|base price|original price|normal price|uvp|listenpreis|"
    "prix public|prix catalogue|precio de lista|precio regular|原价|吊牌价|市场价|标价|shelf price",
    "discount": "discount|discounts|discount amount|discount rate|lineitem discount|retail discount|rabatt|nachlass|remise|descuento|折扣|优惠|优惠金额|折扣率|"
    "店铺优惠|平台优惠|retail disc|discount percent|markdown|商家优惠金额(元)|店铺优惠折扣(元)",
    "promo": "promo|promotion|on promotion|onpromotion|promo flag|is promo|promotion flag|promoted|on sale|aktion|angebot|werbung|promotions|"
    "en promotion|promoción|promocion|oferta|促销|活动|是否促销|促销标记|大促|promo active|is promotion|special",
    "stock": "stock|inventory|stock on hand|on hand|stock level|inventory level|available|available stock|closing stock|ending inventory|qty on hand|"
    "soh|bestand|lagerbestand|stock disponible|existencias|inventario|库存|库存数量|库存量|可用库存|期末库存|可售库存|on_hand|stock qty|available quantity|closing balance|balance",
    "category": "category|product category|product type|product_type|department|dept|product group|family|class|lineitem category|commodity|"
    "kategorie|warengruppe|produktgruppe|sortiment|catégorie|categorie|famille|rayon|categoría|categoria|familia|departamento|"
    "类目|品类|分类|商品类目|类别|商品分类|一级类目|二级类目|三级类目|产品分类|大类|中类|小类|category name|sub category|subcategory|sub-category|叶子类目|存货分类",
    "brand": "brand|vendor|lineitem vendor|supplier|manufacturer|marke|hersteller|lieferant|marque|fournisseur|marca|proveedor|品牌|供应商|product vendor|brand name",
    "channel": "channel|sales channel|store|store id|store nbr|store name|shop|outlet|location|marketplace|source|site|branch|warehouse|plant|plnt|werk|"
    "filiale|markt|laden|kanal|verkaufskanal|werk|lager|standort|magasin|boutique|canal|point de vente|tienda|sucursal|almacén|almacen|"
    "店铺|门店|渠道|仓库|店铺名称|门店名称|工厂|销售渠道|平台|门店编号|发货仓库|pos location name|store_nbr|region|fulfillment channel|state",
    "country": "country|land|pays|país|pais|国家|ship country|shipping country|billing country|收货国家",
    "customer": "customer|customer id|customerid|client|kunde|kundennummer|cliente|客户|买家|买家会员名|buyer|buyer username|email|customer name|会员|user id|买家昵称|customer no|member number|member no|member id|household key|visitor id",
    "order": "order|order id|order no|order number|orderid|invoice|invoice no|invoiceno|invoice number|transaction|transaction id|receipt|receipt id|"
    "basket id|basket|sales record number|amazon-order-id|amazon order id|order-id|sale id|ticket|payment id|"
    "bestellnummer|auftragsnummer|auftrag|bestellung|rechnung|rechnungsnummer|rechnungsnr|belegnummer|beleg|bon|bonnummer|n° commande|numéro de commande|"
    "numero de commande|commande|facture|n° facture|pedido|número de pedido|numero de pedido|nº pedido|factura|"
    "订单编号|订单号|主订单编号|子订单编号|订单id|交易编号|单号|凭证编号|物料凭证|交易号|order name|父订单编号|document number|发票号|order reference|order ref|order name|sales order|document|document no|doc no|check number|voucher no|voucher number",
    "line_id": "line|line id|line no|line item|position|pos|row|row id|index|no|nr|lfd nr|序号|行号|行项目|order item id|order-item-id|id|idx|lineitem id",
    "status": "status|order status|financial status|item status|订单状态|交易状态|状态|auftragsstatus|bestellstatus|statut|état|etat|estado|payment status|state of order|event type|"
    "transaction type|type|order-status|售后状态|退款状态|movement type|mvt|mvmt type|bwa|bewegungsart|移动类型|sale type|业务类型|vorgang|vorgangsart|belegart|umsatzart|buchungsart|transaktionsart|type de mouvement|type de document|tipo|tipo de movimiento|document type|doc type|order state|order type name|record type|receipt type|line type|reason for credit entry",
    "cancelled": "cancelled at|canceled at|cancelled|canceled|storniert|annulé|cancelado|取消时间|cancellation date|is cancelled|void|voided|is void|is voided|anulado|作废|是否作废|是否取消",
    "fulfilled": "fulfillment status|lineitem fulfillment status|shipping status|发货状态|物流状态",
    "returns": "returns|returned|is return|is returned|return flag|refunded qty|refund qty|qty refunded|quantity refunded|return qty|returns qty|return quantity|return units|units return|ret qty|退货数|退货量|returned units|return quantity|returned quantity|refunded quantity|units returned|units refunded|qty returned|returned qty|"
    "retouren|rücksendungen|retourmenge|retours|devoluciones|退货|退货数量|退款件数|成功退款件数|售后件数|items refunded|quantity returned",
    "refund": "refund|refunds|refunded amount|refund amount|refunded|成功退款金额|退款金额|买家退款金额|erstattung|remboursement|reembolso",
    "visitors": "visitors|sessions|sessions - total|sessions total|unique visitors|商品访客数|访客数|访客|besucher|visiteurs|visitas|traffic|uv",
    "page_views": "page views|pageviews|page views - total|page views total|views|impressions|商品浏览量|浏览量|seitenaufrufe|pages vues|pv",
    "add_to_cart": "加购件数|商品加购件数|加购人数|add to cart|adds to cart|加购数",
    "buyers": "支付买家数|buyers|number of buyers|成交客户数|支付人数|成交人数",
    "conversion": "支付转化率|conversion|conversion rate|unit session percentage|成交转化率|商品支付转化率",
    "orders": "orders|order count|number of orders|transactions|bestellungen|commandes|pedidos|订单数|支付订单数|成交单量|total order items|订单量|num_orders",
    "cost": "cost|unit cost|cogs|einkaufspreis|ek|coût|costo|coste|成本|进价|成本价|cost price",
    "tax": "tax|taxes|vat|mwst|tva|iva|税|税额|税率|shipping|versand|运费|邮费|买家应付邮费|lineitem taxable|gst",
    "currency": "currency|währung|devise|moneda|币种|货币",
    "uom": "uom|un|bun|unit|unit of measure|einheit|mengeneinheit|me|unité|unidad|单位|计量单位|基本单位",
    "timezone": "time zone|timezone|zeitzone",
    "note": "note|notes|comment|comments|bemerkung|kommentar|commentaire|remarque|comentario|notas|备注|买家留言|说明|remark|url|image",
}
_TRADITIONAL = str.maketrans(
    "編碼稱銷單價數時間類庫訂號貨訪覽頁買賣區倉門業務統計產條圖狀態際實應發規屬標題項賬過憑證內優惠動檔總額稅運費備註廣",
    "编码称销单价数时间类库订号货访览页买卖区仓门业务统计产条图状态际实应发规属标题项账过凭证内优惠动档总额税运费备注广",
)
_KINDS = {
    "date": "date",
    "units": "number",
    "revenue": "number",
    "price": "number",
    "stock": "number",
    "discount": "number",
    "list_price": "number",
    "returns": "number",
    "visitors": "number",
    "name": "text",
    "category": "text",
    "note": "text",
    "customer": "text",
}


_COLUMN_OF = re.compile(r"(?:'[^']+'|\w+)?\[([^\]]+)\]")  # "Sales[Date]" and "[Sum of Units]", as data models write columns
_OWN = re.compile(
    r"\b(?:merchant|seller|partner|own|custom|msku|vendeur|vendedor|händler)\b|商家|卖家|自有|판매자|업체|자체|옵션관리|поставщика|продавца"
)
_LONG = 8
# Words that make another thing of a known one: a competitor's price is not ours, a lead time no time of day.
_OTHER_SENSE = re.compile(
    r"\b(?:competit\w+|rivals?|weather|lead|exchange|last|previous|prior|(?:promo(?:tion(?:al)?)?|special) price|safety|reorder)\b"
    r"|\w\W+index$|\bconcurrent\w*|\bcompetencia|wettbewerb|竞品|竞争|对手"
)
_OF_LINE = re.compile(r"^line ?items? (?=\w)")
# A rate of returns counts no units.
_SHARE = re.compile(r"\b(?:rate|ratio|share|percent|percentage|pct|quote|taux|tasa)\b|%|率|占比")
_PAID = re.compile(r"^rate|\b(?:unit|item|net|basic|selling|sales?) rate\b")  # of interest or growth is no price
_COUNTED = frozenset(["units", "returns", "orders", "visitors", "stock", "buyers", "page_views"])
# Chinese, Japanese, Korean and Thai headers are written without spaces between their words.
_UNSPACED = re.compile(r"[\u0e01-\u0e5b\u3041-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")
_IN_PIECES = re.compile(r"\s*,\s*(?:шт|штук|pcs|stk|stück|szt|ks|uds|pz)$")  # "Заказано, шт."
# What a pivot table writes before the name of the column that it adds up.
_SUM_OF = re.compile(r"(?:sum of|summe von|somme de|suma de|somma di|som van|soma de|求和项[:：]?)\s*(?=\S)")


def plain(header: str) -> str:
    """A header without what varies: width, case, underscores, line breaks, units in brackets at the end.

    >>> plain("  Sales_Qty (pcs) "), plain("Units Ordered – B2B")
    ('sales qty', 'units ordered - b2b')
    """
    text = unicodedata.normalize("NFKC", header).replace("\u2013", "-").replace("\u2014", "-").replace("\u2019", "'")
    if not text.islower():
        text = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", text).lower()
    text = text if text.isascii() else text.translate(_TRADITIONAL)
    text = re.sub(r"[_\s\u200b\ufeff*#]+", " ", text).strip(" .:;,?\"'")
    text = _SUM_OF.sub("", text, count=1) if _SUM_OF.match(text) else text
    if "," in text:
        text = _IN_PIECES.sub("", text) or text
    if not text.endswith((")", "]")):
        return text.strip() or text
    return re.sub(r"\s*[(\[](?!parent|child|formatted)[^()\[\]]{0,14}[)\]]$", "", text).strip() or text


@lru_cache(maxsize=1)
def _index() -> dict[str, tuple[str, float]]:
    """Plain word -> (role, strength); the earlier a word stands in its line, the stronger it is."""
    found: dict[str, tuple[str, float]] = {}
    lines = [*_WORDS.items(), *((role, words) for role, lines in FURTHER_WORDS.items() for words in lines)]
    for role, words in lines:
        for rank, word in enumerate(words.split("|")):
            strength = 1.0 - 0.2 * min(1.0, rank / 40)
            for form in {plain(word), word}:
                found.setdefault(form, (role, strength))
                if form.isascii() and form.count(" ") == 1 and len(form) > _LONG:
                    found.setdefault(form.replace(" ", ""), (role, strength))  # "ordernumber"
    return found


@lru_cache(maxsize=4096)
def role_of(header: str) -> tuple[str, float] | None:
    """The role a header names and how surely, from 0 to 1; None for an unknown word.

    >>> role_of("Artikelnummer")[0], role_of("支付件数")[0], role_of("Fecha de venta")[0], role_of("zzz")
    ('sku', 'units', 'date', None)
    """
    text = plain(header)
    index = _index()
    if (inside := _COLUMN_OF.fullmatch(header.strip())) and plain(inside.group(1)) in index:
        return index[plain(inside.group(1))]
    for form in (text, header.strip().lower(), text.replace("-", " "), text.replace(" ", ""), text.replace(".", "").strip()):
        if form in index:
            return index[form]
    return _by_words(text, index)


def is_own_code(header: str) -> bool:
    """Whether a heading says that a code is the merchant's own, and not a marketplace's.

    >>> is_own_code("Seller SKU"), is_own_code("판매자 상품코드"), is_own_code("ASIN")
    (True, True, False)
    """
    return bool(_OWN.search(plain(header)))


def names_role(header: str) -> bool:
    """Whether a header as a whole is a known word.

    >>> names_role("Menge"), names_role("Ürün Adı"), names_role("Ürün Adý")
    (True, True, False)
    """
    return plain(header) in _index()


def _by_words(text: str, index: dict[str, tuple[str, float]]) -> tuple[str, float] | None:
    """A longer header that holds a known one: the longest known part, counted for less."""
    if not text or len(text) > 60 or _OTHER_SENSE.search(text):
        return None
    if text.endswith(" status"):
        # "Invoice status" is no invoice; "promo status" says whether there is one.
        of = index.get(text.removesuffix(" status"), ("",))[0]
        found = {"order": "status", "line_id": "status", "promo": "promo"}.get(of)
        if found:
            return found, 0.6
    text = _OF_LINE.sub("", text)
    if text in index:
        return index[text][0], 0.65 * index[text][1]
    if _UNSPACED.search(text):
        parts = [w for w in index if len(w) >= 2 and w in text and _UNSPACED.search(w)]
    else:
        words = text.replace("-", " ").replace("/", " ").split()
        spans = {" ".join(words[a:b]) for a in range(len(words)) for b in range(a + 1, min(len(words), a + 4) + 1)}
        parts = [w for w in spans if w in index and len(w) > 2]
    if not parts:
        return None
    best = max(parts, key=lambda w: (len(w), index[w][1]))
    role, strength = index[best]
    if (role in _COUNTED and _SHARE.search(text)) or (best == "rate" and not _PAID.search(text)):
        return None
    whole = role == "units" and text.endswith(" sold")  # "bottles sold" says it all
    return role, 0.65 * strength * (1.0 if whole else min(1.0, 0.5 + len(best) / len(text)))


def expected_kind(header: str) -> str | None:
    """The kind of cell under a header, as far as its word tells.

    >>> expected_kind("Price"), expected_kind("Comments")
    ('number', 'text')
    """
    found = role_of(header)
    return _KINDS.get(found[0]) if found else None
