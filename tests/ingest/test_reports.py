# ruff: noqa: E501 - tables of words and files read best as they stand
"""Reports of accounting programs, shops and tills: titles above rows, order fields said once, returns, fees, net units."""

import polars as pl
import pytest

from forecasting.core.errors import MappingNeeded
from forecasting.ingest import Import, import_files
from forecasting.ingest.reading.reader import read_tables
from tests.ingest.truth import to_csv


def _read(text: str, name: str = "s.csv") -> Import:
    return import_files([(name, text.encode())])


def _sums(done: Import) -> dict[str, float]:
    return done.panel.frame.groupby("unique_id")["y"].sum().to_dict()


@pytest.mark.parametrize("total", ["Total for {}", "Total - {}", "{} Total"])
def test_titles_above_their_rows_name_the_sku(total: str) -> None:
    rows = [["", "Transaction date", "Transaction type", "Num", "Memo", "Quantity", "Amount"]]
    for sku in ("00417", "TX-9"):
        rows += [
            [sku, "", "", "", "", "", ""],
            ["", "01/05/2024", "Invoice", "7", "x", "2", "9"],
            ["", "01/05/2024", "Invoice", "8", "x", "1", "9"],
        ]
        rows += [["", "01/16/2024", "Credit Memo", "9", "x", "1", "9"], [total.format(sku), "", "", "", "", "4", "27"]]
    done = _read("Example Ltd\nSales by item\n\n" + to_csv(rows))
    assert _sums(done) == {"00417": 3, "TX-9": 3}
    assert done.panel.frame["returns"].sum() == 2
    reasons = done.set_aside["reason"].value_counts().to_dict()
    assert reasons == {"a heading of the rows below it, not a sale": 2, "a totals row, not a sale": 2}


def test_order_fields_on_the_first_line_of_an_order_hold_for_its_other_lines() -> None:
    lines = ["Order Reference,Order Date,Status,Order Lines/Product/Internal Reference,Order Lines/Quantity"]
    lines += ["S1,2024-01-05 09:00:00,Sales Order,A,2.0", ",,,B,3.0", "S2,2024-01-06 09:00:00,Cancelled,A,5.0", ",,,B,1.0"]
    done = _read("\n".join(lines))
    assert _sums(done) == {"A": 2, "B": 3}
    assert done.report.rows_set_aside == 2
    # One date that is missing beside its number is a missing value.
    lost = _read("order,date,sku,qty\n1,2024-01-01,A,1\n2,,A,2\n3,2024-01-03,A,3\n")
    assert (_sums(lost), lost.report.rows_set_aside) == ({"A": 4}, 1)


def test_net_units_are_made_gross_by_the_returns_beside_them() -> None:
    done = _read(
        "Day,Product title,Product variant SKU,Quantity ordered,Quantity returned,Net items sold,Gross sales\n2024-01-01,Mug,A,5,-2,3,50\n2024-01-02,Mug,A,0,-1,-1,0\n2024-01-03,Mug,A,4,0,4,40\n"
    )
    assert done.panel.frame["y"].tolist() == [5, 0, 4]
    assert done.panel.frame["returns"].tolist() == [2, 1, 0]


@pytest.mark.parametrize(
    ("status", "sold", "back"),
    [("Exchange return", 5, 2), ("Sales credit note", 5, 2), ("Storno", 5, 2), ("zwrot", 5, 2), ("返品", 5, 2), ("Anulowane", 5, 0), ("(删除)已取消", 5, 0), ("キャンセル", 5, 0)],
)  # fmt: skip
def test_a_row_that_came_back_or_was_called_off(status: str, sold: float, back: float) -> None:
    done = _read(f"Date,SKU,Type,Qty\n2024-01-01,A,Sale,3\n2024-01-02,A,Sale,2\n2024-01-02,A,{status},2\n")
    frame = done.panel.frame
    assert frame["y"].sum() == sold
    assert (frame["returns"].sum() if "returns" in frame else 0) == back


def test_a_type_beside_a_status_tells_returns_too() -> None:
    done = _read(
        "*InvoiceNumber,*InvoiceDate,InventoryItemCode,*Quantity,*UnitAmount,Type,Status\nI1,2024-01-05,A,3.0000,9,Sales invoice,Paid\nC1,2024-01-16,A,2.0000,9,Sales credit note,Paid\n"
    )
    assert (_sums(done), done.panel.frame["returns"].sum()) == ({"A": 3}, 2)


def test_each_part_of_a_price_is_no_sale_of_its_own() -> None:
    rows = [
        [
            "settlement-id",
            "transaction-type",
            "order-id",
            "amount-type",
            "amount-description",
            "amount",
            "posted-date",
            "sku",
            "quantity-purchased",
        ]
    ]
    rows += [
        ["1", "Order", str(k), "ItemPrice", part, "9", f"2024-01-{k:02d}", "A", "2"]
        for k in (1, 2, 3)
        for part in ("Principal", "Tax", "Commission")
    ]
    done = _read(to_csv(rows, "\t"), "settlement.txt")
    assert (done.report.platform, _sums(done), done.report.rows_set_aside) == ("Amazon settlement", {"A": 6}, 6)


def test_transactions_without_goods_are_set_aside_and_dishes_are_known_by_name() -> None:
    rows = [
        [
            "Transaction creation date",
            "Type",
            "Order number",
            "Item ID",
            "Item title",
            "Custom label",
            "Quantity",
            "Description",
        ]
    ]
    rows += [
        ["5 Jan 2024", "Order", "1", "77", "Mug", "A", "2", "--"],
        ["6 Jan 2024", "Other fee", "1", "77", "Mug", "A", "1", "Ad"],
        ["6 Jan 2024", "Order", "2", "77", "Mug", "--", "1", "--"],
    ]
    done = _read(to_csv(rows))
    assert (done.report.platform, _sums(done), done.report.rows_set_aside) == ("eBay transactions", {"A": 2, "Mug": 1}, 1)
    rows = [
        ["Order Id", "Order Date", "Item Id", "SKU", "Menu Item", "Qty", "Void?"],
        ["1", "1/9/24 1:35 PM", "7", "", "Soup", "2.0", "false"],
        ["1", "1/19/24 1:35 PM", "7", "", "Soup", "1.0", "true"],
    ]
    done = _read(to_csv(rows))
    assert (done.report.platform, _sums(done)) == ("Toast items", {"Soup": 2})


def test_a_date_may_be_headed_by_whose_it_is() -> None:
    done = _read("Customer Shipment Date,Merchant SKU,FNSKU,Quantity\n2024-01-05,A,X1,2\n2024-01-06,A,X1,3\n")
    assert _sums(done) == {"A": 5}


def test_codes_that_became_numbers_lose_their_points() -> None:
    done = _read("Date,SKU,Units\n2024-01-01,1001.0,2.0\n2024-01-02,1002.0,3.0\n")
    assert _sums(done) == {"1001": 2, "1002": 3}
    assert any("'.0'" in issue for issue in done.report.issues)
    assert _sums(_read("Date,SKU,Units\n2024-01-01,1001.0,2\n2024-01-02,AB,3\n")) == {"1001.0": 2, "AB": 3}


@pytest.mark.parametrize(
    "form",
    [
        "Qty {m} 2024|Value {m} 2024",
        "2024-{n:02d}_qty|2024-{n:02d}_revenue",
        "{m}-24 Actual|{m}-24 Budget",
        "Units sold {m}-24",
    ],
)
def test_measures_across_are_not_added_to_each_other(form: str) -> None:
    months = [("Jan", 1), ("Feb", 2), ("Mar", 3)]
    head = [part.format(m=m, n=n) for part in form.split("|") for m, n in months]
    done = _read(
        to_csv(
            [
                ["SKU", *head],
                ["A", "1", "2", "3", "10", "20", "30"][: 1 + len(head)],
                ["B", "4", "5", "6", "40", "50", "60"][: 1 + len(head)],
            ]
        )
    )
    assert (done.panel.freq, _sums(done)) == ("MS", {"A": 6, "B": 15})
    assert any("several measures" in issue for issue in done.report.issues) == ("|" in form)


def test_weeks_across_take_the_year_that_is_named() -> None:
    weeks = "Artikel;KW01;KW02;KW14\nA;1;2;3\nB;4;5;6\n"
    assert [f"{w:%F}" for w in _read(weeks, "Absatz 2024.csv").panel.calendar[[0, 1, -1]]] == [
        "2024-01-01",
        "2024-01-08",
        "2024-04-01",
    ]
    over = _read("Artikel;2024;;\n;KW 1;KW 2;KW 3\nA;1;2;3\nB;4;5;6\n").panel
    assert (over.freq, f"{over.calendar[0]:%F}") == ("W-MON", "2024-01-01")


def test_bytes_in_a_parquet_file_are_text(tmp_path) -> None:
    frame = pl.DataFrame({"date": ["2024-01-01", "2024-01-02"], "sku": [b"00417", b"B"], "units": [1, 2]})
    frame.write_parquet(tmp_path / "a.parquet")
    assert read_tables((tmp_path / "a.parquet").read_bytes(), "a.parquet")[0].column(1).to_list() == ["00417", "B"]


def test_a_stock_ledger_with_words_of_its_own_is_read_by_its_signs() -> None:
    rows = [
        ["Posting Date", "Entry Type", "Document No.", "Item No.", "Quantity"],
        *([f"{d:02d}/01/2024", "Sale", f"S{d}", "A", "-2"] for d in range(1, 15)),
    ]
    for other in ("Positive Adjmt.", "Kit assembled"):
        done = _read(to_csv([*rows, ["15/01/2024", other, "P1", "A", "500"]]))
        assert (_sums(done), done.report.rows_set_aside) == ({"A": 28}, 1)


def test_columns_that_count_what_was_cancelled_cancel_only_whole_rows() -> None:
    done = _read(
        "Order #,Purchase Date,SKU,Qty Ordered,Qty Canceled\n1,2024-01-05,A,2.0000,0.0000\n2,2024-01-06,A,3.0000,3.0000\n3,2024-01-17,A,4.0000,1.0000\n"
    )
    assert (_sums(done), done.report.rows_set_aside) == ({"A": 6}, 1)


def test_offers_are_no_sales() -> None:
    done = _read(
        "Datum;Belegart;Artikelnr.;Menge\n05.01.2024;Rechnung;A;2\n06.01.2024;Angebot;A;7\n17.01.2024;Gutschrift;A;1\n"
    )
    assert (_sums(done), done.panel.frame["returns"].sum(), done.report.rows_set_aside) == ({"A": 2}, 1, 1)


@pytest.mark.parametrize("other", ["Units LY", "Units Vorjahr", "Budget units", "Forecast units"])
def test_what_was_sold_last_year_or_is_planned_was_not_sold(other: str) -> None:
    done = _read(f"Date,SKU,{other},Units TY\n" + "".join(f"2024-01-{d:02d},A,9,{d}\n" for d in range(1, 6)))
    assert _sums(done) == {"A": 15}


def test_days_without_a_year_take_the_one_that_is_named() -> None:
    done = _read("Datum;Artikel;Menge\n" + "".join(f"{d:02d}.01.;A;{d}\n" for d in range(1, 6)), "Umsatz 2024.csv")
    assert (f"{done.panel.calendar[0]:%F}", _sums(done)) == ("2024-01-01", {"A": 15})


def test_codes_that_differ_in_capitals_only_are_said() -> None:
    done = _read("Date,SKU,Units\n2024-01-01,TX-9,2\n2024-01-02,tx-9,3\n2024-01-02,B,1\n")
    assert _sums(done) == {"TX-9": 2, "tx-9": 3, "B": 1}
    assert any("spelled alike" in issue and "'TX-9', 'tx-9'" in issue for issue in done.report.issues)


def test_a_table_on_its_side_is_refused_in_one_sentence() -> None:
    with pytest.raises(MappingNeeded, match="on its side"):
        _read("Date,2024-01-01,2024-01-01,2024-01-02,2024-01-02\nSKU,A,B,A,B\nUnits,1,2,3,4\n")


def test_a_way_to_pay_is_no_return() -> None:
    done = _read("Order ID,Order Date,SKU,Type,Qty\n1,2024-01-05,A,Credit,2\n2,2024-01-16,A,Cash,3\n")
    assert _sums(done) == {"A": 5}


def test_a_mark_for_nothing_cancels_nothing() -> None:
    done = _read(
        "Order,Order date,SKU,Qty,Cancelled at\n1,2024-01-05,A,2,N/A\n2,2024-01-16,A,3,2024-01-17\n3,2024-01-16,A,1,--\n"
    )
    assert (_sums(done), done.report.rows_set_aside) == ({"A": 3}, 1)


def test_sizes_across_are_added_up_by_their_total() -> None:
    rows = "".join(f"2024-01-{d:02d},T1,{d},1,2,0,{d + 3}\n" for d in range(1, 10))
    assert _sums(_read(f"Date,Style,S,M,L,XL,Total\n{rows}")) == {"T1": 72}


def test_numbers_that_come_again_are_those_of_the_goods() -> None:
    done = _read("data;antal;pris;nr\n" + "".join(f"2024-01-{d:02d};{k};9,5;{k}\n" for d in range(1, 9) for k in (417, 12)))
    assert _sums(done) == {"417": 8 * 417, "12": 96}


def test_what_was_planned_is_told_from_what_was_sold_row_by_row() -> None:
    rows = "".join(f"A,2024-0{m}-01,{what},{n}\n" for m in (1, 2, 3) for what, n in (("Actual", m), ("Forecast", 9)))
    down = _read(f"SKU,Date,Version,Qty\n{rows}")
    across = _read("SKU,Type,2024-01,2024-02,2024-03\nA,Ist,1,2,3\nA,Plan,9,9,9\nB,Ist,4,5,6\nB,Plan,9,9,9\n")
    assert (_sums(down), down.report.rows_set_aside) == ({"A": 6}, 3)
    assert (_sums(across), across.report.rows_set_aside) == ({"A": 6, "B": 15}, 2)


@pytest.mark.parametrize("measure", ["Stock", "Price"])
def test_what_lies_on_the_shelf_across_is_no_sale(measure: str) -> None:
    with pytest.raises(MappingNeeded, match=f"holds the {measure.lower()} of each period across, and no units sold"):
        _read(f"SKU,{measure} Jan 2024,{measure} Feb 2024,{measure} Mar 2024\nA,5,6,7\nB,5,6,7\n")


def test_amounts_across_are_said_to_be_forecast() -> None:
    done = _read("SKU,Revenue Jan 2024,Revenue Feb 2024,Revenue Mar 2024\nA,5,6,7\nB,5,6,7\n")
    assert (_sums(done), any("no column of units" in issue for issue in done.report.issues)) == ({"A": 18, "B": 18}, True)


def test_pieces_and_cases_are_said_to_be_added_up() -> None:
    done = _read("Date,SKU,Qty,UoM\n2024-01-01,A,2,EA\n2024-01-02,A,3,ea\n2024-01-03,A,1,CS\n")
    assert any("several units of measure (EA, CS)" in issue for issue in done.report.issues)
    assert not any(
        "units of measure" in i for i in _read("Date,SKU,Qty,UoM\n2024-01-01,A,2,EA\n2024-01-02,A,3,ea\n").report.issues
    )


@pytest.mark.parametrize("cell", ["A1 x2; B{k} x1", "2 x Mug {k}, 1 x Bowl"])
def test_cells_that_list_products_are_said_to_be_no_sku(cell: str) -> None:
    done = _read("Order,Date,Items,Qty\n" + "".join(f'{k},2024-01-{k:02d},"{cell.format(k=k % 3)}",3\n' for k in range(1, 9)))
    assert any("list several products" in issue for issue in done.report.issues)


@pytest.mark.parametrize(
    "status",
    ["Cancelled by customer", "CANCELED - out of stock", "Payment failed", "On hold - unpaid", "Test order", "Deleted"],
)
def test_orders_that_came_to_nothing(status: str) -> None:
    done = _read(f"Order,Date,SKU,Qty,Status\n1,2024-01-05,A,2,Complete\n2,2024-01-06,A,7,{status}\n3,2024-01-17,A,3,Shipped\n")
    assert (_sums(done), done.report.rows_set_aside) == ({"A": 5}, 1)


def test_test_products_are_no_products() -> None:
    done = _read(
        "Order,Date,SKU,Name,Qty\n1,2024-01-05,A,Mug,2\n2,2024-01-06,TEST-SKU,Test product,7\n3,2024-01-17,X,TEST ORDER,7\n"
        "4,2024-01-17,KIT,Test kit for water,3\n"
    )
    assert (_sums(done), done.report.rows_set_aside) == ({"A": 2, "KIT": 3}, 2)


def test_shipments_of_a_warehouse_are_sales_and_what_comes_back_is_returned() -> None:
    rows = "".join(f"01/{d:02d}/2024,X,B0,A,Shipments,-2\n" for d in range(13, 20))
    others = "".join(f"01/20/2024,X,B0,A,{what}\n" for what in ("CustomerReturns,3", "Receipts,500", "WhseTransfers,-40"))
    done = _read(f"Date,FNSKU,ASIN,MSKU,Event Type,Quantity\n{rows}{others}")
    assert (_sums(done), done.panel.frame["returns"].sum(), done.report.rows_set_aside) == ({"A": 14}, 3, 2)


def test_returned_documents_of_a_russian_marketplace() -> None:
    done = _read(
        "Код номенклатуры;Артикул поставщика;Тип документа;Дата продажи;Кол-во\n77;A;Продажа;2024-01-05;2\n77;A;Возврат;2024-01-16;1\n"
    )
    assert (_sums(done), done.panel.frame["returns"].sum()) == ({"A": 2}, 1)


def test_a_key_that_a_pivot_calls_blank_is_none() -> None:
    done = _read("Row Labels,2024-01-01,2024-01-02,2024-01-03\nA,1,2,3\n(blank),1,,\nGrand Total,2,2,3\n")
    assert (_sums(done), done.report.rows_set_aside) == ({"A": 6}, 2)


@pytest.mark.parametrize(
    ("heading", "usual", "back"),
    [("Is Return", "No", "Yes"), ("Refunded?", "0", "1"), ("returned", "FALSE", "TRUE"), ("Type", "S", "R"), ("Type", "SALE", "RTN"), ("Status", "DELIVERED", "RTO_COMPLETE")],
)  # fmt: skip
def test_rows_that_came_back_by_a_flag_or_a_letter(heading: str, usual: str, back: str) -> None:
    done = _read(f"Date,SKU,Qty,{heading}\n2024-01-01,A,3,{usual}\n2024-01-02,A,2,{usual}\n2024-01-02,A,1,{back}\n")
    assert (_sums(done), done.panel.frame["returns"].sum()) == ({"A": 5}, 1)


def test_refunded_units_are_returns() -> None:
    done = _read("Order,Date,SKU,Qty,Refunded Qty\n1,2024-01-01,A,3,0\n2,2024-01-02,A,2,1\n")
    assert (_sums(done), done.panel.frame["returns"].sum()) == ({"A": 5}, 1)


def test_headings_of_data_models_and_measures_by_name() -> None:
    assert _sums(_read("Sales[Date],Sales[SKU],[Sum of Units]\n2024-01-01,A,3\n2024-01-02,B,4\n")) == {"A": 3, "B": 4}
    rows = "".join(f"2024-01-{d:02d},A,{what},{n}\n" for d in (1, 2, 3) for what, n in (("Quantity", d), ("Sales", 9.5)))
    assert _sums(_read(f"Day of Date,Sku,Measure Names,Measure Values\n{rows}")) == {"A": 6}


def test_explanations_below_the_names_are_no_part_of_them() -> None:
    done = _read(
        "Order ID,Seller SKU,Quantity,Created Time\nPlatform unique order ID.,SKU set by the seller.,SKU sold quantity.,Order created time.\n"
        "1,A,2,01/13/2024 10:22\n2,A,3,01/24/2024 10:22\n"
    )
    assert (_sums(done), done.report.rows_set_aside, "Order ID" in done.report.mapping) == ({"A": 5}, 1, True)


@pytest.mark.parametrize(
    "heads",
    ["Units (last year),Units (this year)", "YTD Units,Units", "Free Qty,Billed Qty", "Ventas,Uds", "Avg daily units,Units", "Qty (previous period),Qty"],
)  # fmt: skip
def test_of_two_columns_of_units_the_one_that_was_sold_then(heads: str) -> None:
    assert _sums(_read(f"Date,SKU,{heads}\n" + "".join(f"2024-01-{d:02d},A,{9 * d},{d}\n" for d in range(1, 6)))) == {"A": 15}


def test_columns_that_are_called_alike_are_said() -> None:
    done = _read("Date,SKU,Qty (case),Qty (each)\n" + "".join(f"2024-01-{d:02d},A,{d},{12 * d}\n" for d in range(1, 6)))
    assert any("'Qty (case)' was taken as the units sold, and not 'Qty (each)'" in issue for issue in done.report.issues)


@pytest.mark.parametrize("heading", ["Cumulative units", "YTD Units", "累计销量"])
def test_running_totals_are_refused(heading: str) -> None:
    with pytest.raises(MappingNeeded, match=f"holds running totals in '{heading}'"):
        _read(f"Date,SKU,{heading}\n2024-01-01,A,3\n2024-01-02,A,7\n2024-01-03,A,8\n")


@pytest.mark.parametrize(
    ("heading", "total"), [("Store", "All"), ("Channel", "All channels"), ("Country", "Total"), ("门店", "合计")]
)
def test_the_sum_over_all_stores_is_no_store(heading: str, total: str) -> None:
    rows = "".join(f"2024-01-0{d},{place},A,{n}\n" for d in (1, 2, 3) for place, n in (("DE", d), ("FR", 1), (total, d + 1)))
    done = _read(f"Date,{heading},SKU,Units\n{rows}")
    assert (_sums(done), done.report.rows_set_aside) == ({"A": 9}, 3)


def test_averages_and_growth_below_a_table_are_no_products() -> None:
    done = _read(
        "SKU,Jan 2024,Feb 2024,Mar 2024,Avg,Max,Growth %\nA,1,2,3,2,3,9%\nTotal,1,2,3,,,\nAverage,1,2,3,,,\nvs LY,9%,8%,7%,,,\n"
    )
    assert (_sums(done), done.report.rows_set_aside) == ({"A": 6}, 3)


def test_purchases_and_transfers_beside_invoices_are_no_sales() -> None:
    kinds = [("Invoice", 2), ("Invoice", 3), ("Purchase order", 500), ("Transfer", 60), ("Quote", 70), ("Credit note", 1)]
    done = _read("Date,Doc type,SKU,Qty\n" + "".join(f"2024-01-{13 + k},{kind},A,{n}\n" for k, (kind, n) in enumerate(kinds)))
    assert (_sums(done), done.panel.frame["returns"].sum(), done.report.rows_set_aside) == ({"A": 5}, 1, 3)


def test_goods_without_variants_are_known_by_the_code_of_the_product() -> None:
    done = _read(
        "주문번호,주문상태,결제일,상품번호,수량,옵션관리코드,판매자 상품코드\n1,배송완료,2024-01-05,50,2,RED,MUG\n2,배송완료,2024-01-16,50,3,BLUE,MUG\n3,배송완료,2024-01-16,51,1,,BOWL\n"
    )
    assert _sums(done) == {"RED": 2, "BLUE": 3, "BOWL": 1}
    assert any("'판매자 상품코드' stands for it" in issue for issue in done.report.issues)
