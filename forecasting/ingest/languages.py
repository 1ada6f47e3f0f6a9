# ruff: noqa: E501 - tables of words read best as they stand
"""The words of `vocabulary` in further languages of Europe and Asia."""

from __future__ import annotations

# One line per role and language; the first words of a line are the strongest. Spelling is that of `vocabulary.plain`.
FURTHER_WORDS: dict[str, tuple[str, ...]] = {
    "date": (
        "data vendita|data di vendita|data ordine|data fattura|data documento|giorno|settimana|mese|trimestre|data emissione",
        "verkoopdatum|besteldatum|orderdatum|factuurdatum|dag|maand|kwartaal|boekdatum",
        "data sprzedaży|data zamówienia|data faktury|data wystawienia|data dokumentu|dzień|tydzień|miesiąc|kwartał",
        "data da venda|data de venda|data do pedido|data da compra|data emissão|data de emissão|data da fatura|mês",
        "dato|salgsdato|ordredato|fakturadato|försäljningsdatum|försäljningsdag|beställningsdatum|fakturadatum|vecka|uge|uke|månad|måned|kvartal|dag",
        "datum prodeje|datum objednávky|datum vystavení|den|týden|měsíc|čtvrtletí",
        "дата|дата продажи|дата заказа|дата документа|день|неделя|месяц|квартал",
        "tarih|satış tarihi|sipariş tarihi|fatura tarihi|gün|hafta|ay",
        "日付|売上日|売上日付|販売日|注文日|注文日時|受注日|購入日|取引日|出荷日|伝票日付|年月日|年月|週|曜日付",
        "วันที่|วันที่ทำการสั่งซื้อ|วันที่ขาย|ngày|ngày đặt hàng|ngày bán|tanggal|tanggal pesanan|waktu pesanan dibuat",
        "날짜|일자|판매일|판매일자|주문일|주문일자|주문일시|결제일|거래일자|년월|주차|월",
    ),
    "sku": (
        "codice articolo|codice prodotto|cod. articolo|cod articolo|cod. prodotto|codice|cod.|articolo|codice sku|riferimento",
        "artikelcode|artikelnr.|artikel code|productcode|productnummer|product nr",
        "sygnatura|kod produktu|kod towaru|kod|indeks|symbol|symbol towaru|numer artykułu|kod sku|kod kreskowy",
        "código do produto|codigo do produto|cód. produto|cod. produto|código do item|referência|código do artigo|sku do produto",
        "varenummer|varenr|varenr.|artnr|artikelnummer|artikelnr|produktnummer|produktnr|varekode|artikkelnummer",
        "kód|kód produktu|kód zboží|číslo produktu|číslo položky|ean kód",
        "артикул|код товара|код|номенклатура.код|штрихкод|код номенклатуры|sku товара",
        "ürün kodu|stok kodu|ürün no|barkod|malzeme kodu",
        "商品コード|品番|商品番号|商品管理番号|製品コード|jancode|janコード|商品id|商品no|型番|sku管理番号",
        "nomor referensi sku|kode produk|kode barang|mã sản phẩm|mã hàng|sku phân loại hàng|รหัสสินค้า|เลขอ้างอิง sku",
        "상품코드|상품번호|품목코드|제품코드|품번|바코드|옵션코드|판매자상품코드|상품 코드",
    ),
    "name": (
        "descrizione|descrizione articolo|nome prodotto|prodotto|denominazione|nome articolo",
        "omschrijving|artikelomschrijving|productnaam|artikelnaam|naam|productomschrijving",
        "nazwa|nazwa produktu|nazwa towaru|produkt nazwa|opis|towar|nazwa artykułu",
        "descrição|descricao|nome do produto|nome|descrição do produto|produto|designação",
        "benämning|beskrivning|produktnamn|varenavn|beskrivelse|produktnavn|varebeskrivelse|artikelnamn|varetekst",
        "název|název produktu|název zboží|popis|zboží",
        "наименование|название|товар|номенклатура|название товара|наименование товара",
        "ürün adı|ürün|stok adı|açıklama|malzeme adı",
        "商品名|品名|製品名|商品名称|アイテム名",
        "nama produk|nama barang|tên sản phẩm|tên hàng|ชื่อสินค้า",
        "상품명|품목명|제품명|품명|상품",
    ),
    "units": (
        "quantità|quantita|qtà|qta|q.tà|pezzi|pezzi venduti|quantità venduta|unità vendute|n. pezzi|vendite|pz venduti",
        "aantal|verkocht aantal|aantal verkocht|verkochte aantallen|aantal stuks|stuks|hoeveelheid|verkopen",
        "ilość|ilosc|sprzedana ilość|ilość sprzedana|liczba sztuk|sztuki|szt.|szt|sprzedaż ilościowa|ilość szt",
        "quantidade|qtd|qtde|qtd.|quantidade vendida|unidades vendidas|qtd vendida|vendas|peças vendidas",
        "antal|antall|antal sålda|sålda|sålt antal|solgt|antal solgt|solgte|antall solgt|stk|kvantitet|antal enheter|mängd",
        "množství|počet|počet kusů|prodáno|prodané množství|kusů|ks|prodané kusy",
        "количество|кол-во|кол во|продано|продано шт|шт|штук|количество продаж|продажи шт",
        "adet|miktar|satış adedi|satılan adet|satış miktarı",
        "数量|販売数|販売数量|売上数|売上数量|個数|注文数|注文数量|出荷数|受注数|点数|売上個数|販売個数|販売点数",
        "jumlah|jumlah terjual|kuantitas|số lượng|số lượng bán|จำนวน|จำนวนที่ขาย",
        "수량|판매수량|주문수량|판매량|구매수량|출고수량|개수",
    ),
    "revenue": (
        "totale|importo|fatturato|ricavo|ricavi|importo totale|totale riga|valore|imponibile",
        "omzet|bedrag|totaalbedrag|totaal|regeltotaal|netto omzet|bruto omzet|waarde",
        "wartość|wartość sprzedaży|kwota|przychód|obrót|wartość netto|wartość brutto|suma|razem",
        "valor|valor total|receita|faturamento|faturação|montante|valor da venda|valor líquido",
        "belopp|omsättning|summa|beløb|omsætning|omsetning|totalt|nettobelopp|salgsbeløb|i alt",
        "celkem|tržby|obrat|částka|hodnota|cena celkem",
        "сумма|выручка|итого|стоимость|оборот|сумма продажи",
        "tutar|ciro|toplam|toplam tutar|satış tutarı|gelir",
        "金額|売上|売上金額|売上高|販売金額|合計|合計金額|小計",
        "total harga produk|tổng giá bán|thành tiền|doanh thu|ยอดขาย|ยอดรวม",
        "금액|매출|매출액|판매금액|결제금액|합계|총액|주문금액",
    ),
    "price": (
        "prezzo|prezzo unitario|prezzo di vendita|prezzo vendita",
        "prijs|stukprijs|verkoopprijs|eenheidsprijs|prijs per stuk",
        "cena|cena jednostkowa|cena sprzedaży|cena netto|cena brutto",
        "preço|preco|preço unitário|preço de venda|valor unitário",
        "pris|styckpris|enhedspris|enhetspris|à-pris|á pris|salgspris|försäljningspris",
        "cena za kus|jednotková cena|prodejní cena",
        "цена|цена за единицу|цена продажи",
        "fiyat|birim fiyat|satış fiyatı",
        "単価|価格|販売価格|売価|販売単価",
        "harga|harga satuan|harga setelah diskon|giá|đơn giá|giá bán|ราคา|ราคาขาย",
        "단가|가격|판매가|판매단가|판매가격",
    ),
    "discount": ("sconto|korting|rabat|upust|desconto|sleva|скидка|indirim|割引|値引|値引額|할인|할인금액",),
    "promo": (
        "promozione|actie|promocja|promoção|kampanj|kampanje|kampagne|akce|акция|promosyon|キャンペーン|セール|販促|프로모션|행사",
    ),
    "stock": (
        "giacenza|scorte|disponibilità|voorraad|stan magazynowy|zapas|stan|estoque|saldo em estoque|lager|lagersaldo|lagerbeholdning|beholdning|zásoba|skladem|остаток|остатки|stok|mevcut stok|在庫|在庫数|재고|재고수량",
    ),
    "category": (
        "reparto|gruppo|categorie|groep|artikelgroep|kategoria|grupa|grupa towarowa|categoria|varugrupp|varegruppe|kategori|kategorie zboží|skupina|категория|группа|kategori adı|grup|カテゴリ|カテゴリー|部門|分類|카테고리|분류|대분류",
    ),
    "brand": (
        "marchio|fornitore|merk|leverancier|producent|dostawca|fabricante|fornecedor|märke|varumärke|leverantör|mærke|leverandør|značka|výrobce|dodavatel|бренд|поставщик|производитель|markası|tedarikçi|ブランド|メーカー|仕入先|브랜드|공급사|제조사",
    ),
    "channel": (
        "negozio|punto vendita|magazzino|canale|winkel|vestiging|filiaal|kanaal|magazijn|sklep|magazyn|kanał|loja|canal de venda|armazém|butik|butikk|affär|lagerställe|prodejna|sklad|магазин|склад|канал|mağaza|şube|depo|店舗|店舗名|倉庫|販売チャネル|매장|매장명|창고|판매처|쇼핑몰",
    ),
    "order": (
        "numero ordine|n. ordine|ordine|numero fattura|scontrino|ordernummer|bestelnummer|bonnummer|factuurnummer|numer zamówienia|nr zamówienia|nr dokumentu|numer faktury|paragon",
        "número do pedido|nº do pedido|nota fiscal|encomenda|ordrenummer|ordrenr|fakturanr|fakturanummer|kvittonummer|kvittering|číslo objednávky|objednávka|číslo faktury|номер заказа|заказ|чек|номер чека|sipariş no|sipariş numarası|fatura no|fiş no",
        "no. pesanan|nomor pesanan|mã đơn hàng|หมายเลขคำสั่งซื้อ",
        "注文番号|受注番号|伝票番号|注文id|取引番号|주문번호|주문 번호|전표번호|거래번호",
    ),
    "status": (
        "status pesanan|trạng thái đơn hàng|trạng thái|สถานะการสั่งซื้อ|สถานะ|取消区分|取引区分",
        "stato|stato ordine|statusorder|orderstatus|status zamówienia|status do pedido|situação|ordrestatus|stav|stav objednávky|статус|статус заказа|durum|sipariş durumu|注文ステータス|ステータス|状態|受注状態|주문상태|상태|주문 상태",
    ),
    "returns": (
        "resi|quantità resa|retouren aantal|retour|zwroty|devoluções|returer|returnerade|vratky|возвраты|возврат|iade|iadeler|返品|返品数|返品数量|반품|반품수량",
    ),
    "customer": (
        "klant|klantnummer|klient|nabywca|cliente nome|kunde nr|kundnummer|zákazník|клиент|покупатель|müşteri|顧客|顧客名|購入者|会員番号|고객|고객명|구매자|주문자",
    ),
    "year": ("anno|jaar|rok|år|год|yıl|年度|연도|년도",),
    "cost": (
        "costo unitario|kostprijs|inkoopprijs|cena zakupu|custo|custo unitário|inköpspris|kostpris|nákupní cena|себестоимость|закупочная цена|maliyet|原価|仕入単価|원가|매입가",
    ),
    "uom": ("u.m.|unità di misura|eenheid|j.m.|jm|jednostka|unidade|enhet|enhed|jednotka|ед.|единица|birim|単位|단위",),
    "tax": ("btw|ptu|podatek|imposto|moms|dph|ндс|kdv|消費税|税|부가세",),
    "note": (
        "nota|opmerking|opmerkingen|uwagi|observação|observações|anteckning|bemærkning|merknad|poznámka|примечание|комментарий|not|備考|メモ|비고|메모",
    ),
}
