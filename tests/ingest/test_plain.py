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
