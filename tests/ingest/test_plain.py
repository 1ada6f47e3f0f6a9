# ruff: noqa: E501 - tables of words and files read best as they stand
"""Ordinary files stay as they are: a word in a heading of another sense names no role; marks of quantities are read."""

import datetime as dt

import pytest

from forecasting.ingest import Import, import_files

DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=k) for k in range(28)]


def _read(text: str) -> Import:
    return import_files([("s.csv", text.encode())])


def _sums(done: Import) -> dict[str, float]:
    return done.panel.frame.groupby("unique_id")["y"].sum().to_dict()


@pytest.mark.parametrize(
    "heading",
    ["returns_rate", "last year", "competitor_price", "promo_price", "weather_index", "lead_time", "safety stock"],
)
def test_a_known_word_in_a_heading_of_another_sense_makes_a_regressor(heading: str) -> None:
    done = _read(f"date,sku,units,{heading}\n" + "".join(f"{d},A,2,{d.day}.5\n" for d in DAYS))
    assert done.panel.frame[heading.replace(" ", "_")].tolist() == [d.day + 0.5 for d in DAYS]
    assert (done.report.rows_used, done.panel.frame["y"].sum()) == (28, 56)


@pytest.mark.parametrize(
    ("cell", "read"),
    [("x{}", 1), ("{}x", 1), ("{} ×", 1), ("{} Nos", 1), ("{}*", 1), ("{}¹", 1), ("{} DR", 1), ("{} CR", -1), ("{}CR", -1)],
)
def test_marks_of_quantities(cell: str, read: int) -> None:
    done = _read("Date,SKU,Qty\n" + "".join(f"{d},A,{cell.format(k) if k % 3 == 1 else k}\n" for k, d in enumerate(DAYS)))
    marked = sum(k for k in range(28) if k % 3 == 1)
    assert done.report.rows_set_aside == 0
    assert done.panel.frame["y"].sum() == sum(range(28)) - (marked if read < 0 else 0)
    assert (done.panel.frame["returns"].sum() if "returns" in done.panel.frame else 0) == (marked if read < 0 else 0)


def test_codes_across_are_a_header_and_no_first_row() -> None:
    done = _read("Date,1001,1002,1003\n" + "".join(f"{d},{d.day},2,3\n" for d in DAYS))
    assert done.panel.frame.groupby("unique_id")["y"].sum().to_dict() == {"1001": 406, "1002": 56, "1003": 84}


def test_what_holds_gift_cards_is_a_product() -> None:
    rows = "".join(f"{d},{name},2\n" for d in DAYS for name in ("Gift card holder", "Gift card 50", "Mug"))
    done = _read(f"date,product,units\n{rows}")
    assert (set(done.panel.ids), done.report.rows_set_aside) == ({"Gift card holder", "Mug"}, 28)


def test_the_status_of_an_invoice_is_no_invoice() -> None:
    done = _read(
        "Invoice Number,Invoice Date,SKU,Line Item Quantity,Invoice Status\n1,2024-01-05,A,2,Paid\n2,2024-01-16,A,3,Voided\n"
    )
    assert (done.panel.frame["y"].sum(), done.report.rows_set_aside) == (2, 1)


def test_a_sku_is_finer_than_a_product() -> None:
    done = _read("Order ID,Order Date,Product ID,Product SKU,Qty\n" + "".join(f"{d.day},{d},7,T-{d.day % 2},2\n" for d in DAYS))
    assert set(done.panel.ids) == {"T-0", "T-1"}


def test_codes_under_product_and_names_under_description() -> None:
    done = _read(
        "order,date,product,description,quantity\n" + "".join(f"{d.day},{d},TX-{d.day % 2},Oak shelf,2\n" for d in DAYS)
    )
    assert set(done.panel.ids) == {"TX-0", "TX-1"}


@pytest.mark.parametrize(
    ("heads", "called_off"),
    [
        ("No. Pesanan,Waktu Pesanan Dibuat,Nomor Referensi SKU,Jumlah,Status Pesanan", "Batal"),
        ("Mã đơn hàng,Ngày đặt hàng,SKU phân loại hàng,Số lượng,Trạng Thái Đơn Hàng", "Đã hủy"),
        ("หมายเลขคำสั่งซื้อ,วันที่ทำการสั่งซื้อ,เลขอ้างอิง SKU,จำนวน,สถานะการสั่งซื้อ", "ยกเลิกแล้ว"),
        ("# de venta,Fecha de venta,SKU,Unidades,Estado", "Cancelaste la venta"),
        ("N.º de venda,Data da venda,SKU,Unidades,Estado", "Venda cancelada"),
        ("取引ID,取引日時,商品コード,数量,取消区分", "取消"),
    ],
)
def test_orders_of_further_marketplaces(heads: str, called_off: str) -> None:
    rows = "".join(f"{d.day},{d} 10:00,A,2,{called_off if d.day == 9 else '-'}\n" for d in DAYS)
    done = _read(f"{heads}\n{rows}")
    assert (done.panel.frame["y"].sum(), done.report.rows_set_aside) == (54, 1)


def test_a_few_lines_without_a_header_name_their_skus() -> None:
    assert _sums(_read("TX-9,2024-01-05,3\n00417,2024-01-06,4\n")) == {"TX-9": 3, "00417": 4}


def test_years_of_two_digits_beside_their_months() -> None:
    done = _read("Month,Year,SKU,Units\nJan,24,A,3\nFeb,24,A,4\n")
    assert (done.panel.freq, f"{done.panel.calendar[0]:%F}", _sums(done)) == ("MS", "2024-01-01", {"A": 7})


@pytest.mark.parametrize(
    ("text", "sums"),
    [
        ("Date,Store,SKU,Units\n2024-01-01,All Saints,Average Joe,1\n2024-01-02,Global Foods,Test-Kit,2\n", {"Average Joe": 1, "Test-Kit": 2}),
        ("Date,SKU,Version,Qty\n2024-01-01,A,v1,1\n2024-01-02,B,v2,2\n", {"A": 1, "B": 2}),
        ("Date,SKU,Category,Units\n2024-01-01,A,Budget,1\n2024-01-02,B,Premium,2\n", {"A": 1, "B": 2}),
        ("Date,EAN,Artikelnummer,Units\n2024-01-01,4012,TX-1,1\n2024-01-02,4013,TX-2,2\n", {"TX-1": 1, "TX-2": 2}),
        ("Date,EAN,Units\n2024-01-01,4012345678901,1\n2024-01-02,4012345678902,2\n", {"4012345678901": 1, "4012345678902": 2}),
        ("Date,Merchant ID,SKU,Units\n2024-01-01,M1,A,1\n2024-01-02,M1,B,2\n", {"A": 1, "B": 2}),
        ("Date,Product SKU,Variant SKU,Units\n2024-01-01,P,A,1\n2024-01-02,P,B,2\n", {"A": 1, "B": 2}),
        ("Date,1-1,1-2,1-3,1-4,1-5,1-6,1-7\n" + "".join(f"{d},1,2,3,4,5,6,7\n" for d in DAYS), {f"1-{k}": 28 * k for k in range(1, 8)}),
        ("SKU,Jan 22,Jan 23,Jan 24\nA,1,2,3\nB,4,5,6\n", {"A": 6, "B": 15}),
        ("SKU,2024-W01,2024-W02,2024-W03,Jan 2024\nA,1,2,3,6\nB,4,5,6,15\n", {"A": 6, "B": 15}),
        ('Date,Product,Qty\n2024-01-01,"Frame 20 x 30 cm, oak",1\n2024-01-02,"Frame 20 x 30 cm, oak",2\n', {"Frame 20 x 30 cm, oak": 3}),
        ("SKU,Jan 2024\nA,1\nB,2\n", {"A": 1, "B": 2}),
    ],
    ids=["words", "versions", "budget-range", "ean-beside", "ean-alone", "merchant-id", "variants", "codes", "years", "weeks", "sizes", "one-month"],
)  # fmt: skip
def test_tables_that_look_like_something_else_are_what_they_say(text: str, sums: dict[str, float]) -> None:
    assert _sums(_read(text)) == sums
