"""Tables as people make them in a spreadsheet program: outlines, subtotals, spans of days, tables side by side, hours."""

import datetime as dt

import pytest

from forecasting.core.errors import MappingNeeded
from forecasting.ingest import Import, import_files
from tests.ingest.truth import to_xlsx


def _read(text: str, name: str = "s.csv", encoding: str = "utf-8") -> Import:
    return import_files([(name, text.encode(encoding))])


def _sums(done: Import) -> dict[str, float]:
    return done.panel.frame.groupby("unique_id")["y"].sum().to_dict()


def test_a_key_on_the_first_of_its_rows_stands_for_those_below() -> None:
    days = [dt.date(2024, 1, d) for d in (1, 2, 3)]
    book = {
        "S": [
            ["SKU", "Date", "Units"],
            ["A", days[0], 1],
            [None, days[1], 2],
            [None, days[2], 3],
            ["B", days[0], 4],
            [None, days[1], 5],
        ]
    }
    done = import_files([("s.xlsx", to_xlsx(book))])
    assert _sums(done) == {"A": 6, "B": 9}
    assert any("outline" in issue for issue in done.report.issues)


def test_a_missing_date_is_no_outline() -> None:
    rows = [f"{'' if k % 3 == 0 and k else f'2024-01-{k + 1:02d}'},A,{k}" for k in range(20)]
    assert _read("date,sku,units\n" + "\n".join(rows)).report.rows_set_aside == 6


def test_totals_of_groups_count_nothing_twice() -> None:
    done = _read(
        "Category,SKU,Date,Units\nKitchen,M1,2024-01-01,3\n,,2024-01-02,4\n,M1 Total,,7\n,M2,2024-01-01,1\n,,2024-01-02,2\n"
        ",M2 Total,,3\nKitchen Total,,,10\nLiving,L1,2024-01-01,5\n,,2024-01-02,6\n,L1 Total,,11\nLiving Total,,,11\n"
        "Grand Total,,,21\n"
    )
    assert _sums(done) == {"M1": 7, "M2": 3, "L1": 11}
    assert done.panel.static["category"].to_dict() == {"M1": "Kitchen", "M2": "Kitchen", "L1": "Living"}


def test_categories_above_their_products_are_told_by_their_sums() -> None:
    done = _read(
        "Row Labels,2024-01-01,2024-01-02,2024-01-03,Grand Total\nKitchen,3,7,10,20\nM1,1,3,4,8\nM2,2,4,6,12\n"
        "Living,5,6,11,22\nL1,5,6,11,22\nGrand Total,8,13,21,42\n"
    )
    assert _sums(done) == {"M1": 8, "M2": 12, "L1": 22}
    assert done.report.rows_set_aside == 3


def test_a_pivot_that_names_each_category_once_gives_it_to_all_of_its_products() -> None:
    done = _read(
        "Category,Product,2024-01-01,2024-01-08,Grand Total\nDairy,Milk,3,4,7\n,Butter,1,2,3\nDairy Total,,4,6,10\n"
        "Drinks,Cola,5,6,11\n,Juice,1,1,2\nDrinks Total,,6,7,13\nGrand Total,,10,13,23\n"
    )
    assert _sums(done) == {"Milk": 7, "Butter": 3, "Cola": 11, "Juice": 2}
    assert done.panel.static["category"].to_dict() == {"Milk": "Dairy", "Butter": "Dairy", "Cola": "Drinks", "Juice": "Drinks"}
    said = done.set_aside[["column", "value"]].to_numpy().tolist()
    assert said == [["Category", "Dairy Total"], ["Category", "Drinks Total"], ["Category", "Grand Total"]]


def test_products_without_a_category_stay_without_one() -> None:
    rows = ["Dairy,Milk", ",Nails", "Dairy,Butter", ",Glue", "Drinks,Cola"]
    done = _read("Category,Product,2024-01-01,2024-01-08\n" + "".join(f"{row},3,4\n" for row in rows))
    assert done.panel.static["category"].to_dict()["Nails"] == ""


def test_daily_totals_between_the_rows_are_set_aside_as_totals() -> None:
    done = _read("Datum;Artikel;Menge\n01.03.2024;A;1,5\nTagessumme 01.03.2024;;1,5\n02.03.2024;A;2,5\nGesamtsumme;;4,0\n")
    assert _sums(done) == {"A": 4.0}
    assert set(done.set_aside["reason"]) == {"a totals row, not a sale"}
    assert not done.mapping.questions


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2024-01-01~2024-01-07", "2024-01-08~2024-01-14"),
        ("01/01/2024 - 07/01/2024", "08/01/2024 - 14/01/2024"),
        ("2024年1月1日至2024年1月7日", "2024年1月8日至2024年1月14日"),
        ("KW 01/2024", "KW 02/2024"),
        ("2024 CW 1", "2024 CW 2"),
    ],
)
def test_weeks_written_as_spans_or_by_number(first: str, second: str) -> None:
    panel = _read(f"week,sku,units\n{first},A,3\n{second},A,4\n{second},B,5\n").panel
    assert panel.freq == "W-MON"
    assert [f"{day:%F}" for day in panel.calendar] == ["2024-01-01", "2024-01-08"]


@pytest.mark.parametrize("hour", ["{}", "{:02d}:00", "{:02d}:00-{:02d}:59", "{}点"])
def test_a_column_of_hours_makes_an_hourly_table(hour: str) -> None:
    rows = [f"2024-01-{d:02d},{hour.format(h, h)},A,{h % 3}" for d in (1, 2, 3) for h in range(24)]
    panel = _read("Date,Hour,SKU,Qty\n" + "\n".join(rows)).panel
    assert panel.freq == "h"
    assert panel.frame["y"].tolist() == [float(h % 3) for _ in range(3) for h in range(24)]


def test_titled_tables_side_by_side_are_each_read() -> None:
    rows = ["Store North,,,,,Store South,,,", "Date,Hour,SKU,Units,,Date,Hour,SKU,Units"]
    rows += [f"2024-03-{d:02d},{h},A1,2,,2024-03-{d:02d},{h},B2,3" for d in (1, 2, 3) for h in range(9, 13)]
    done = _read("\n".join(rows))
    assert _sums(done) == {"A1": 24, "B2": 36}
    assert [table.sheet for table in done.tables] == ["Store North table 1", "Store South table 2"]


def test_numbered_columns_beside_dates_are_products() -> None:
    done = _read("Date,P1,P2,P3\n" + "\n".join(f"2024-01-{d:02d},{d},2,3" for d in range(1, 9)))
    assert _sums(done) == {"P1": 36, "P2": 16, "P3": 24}


def test_a_row_that_counts_below_a_full_header_is_a_row_of_values() -> None:
    done = _read("Store,SKU,2024-01-01,2024-01-02,2024-01-03\nN,A,1,2,3\nS,A,4,5,6\nN,B,1,1,1\n")
    assert _sums(done) == {"A": 21, "B": 3}


def test_units_are_taken_from_a_pivot_of_several_measures() -> None:
    head = [[None, None, "Jan 2024", None, "Feb 2024", None], ["SKU", "Name", "Units", "Revenue", "Units", "Revenue"]]
    done = import_files([("s.xlsx", to_xlsx({"S": [*head, ["A", "Cup", 1, 10, 2, 20], ["B", "Mug", 3, 30, 4, 40]]}))])
    assert _sums(done) == {"A": 3, "B": 7}
    assert [f"{month:%Y-%m}" for month in done.panel.calendar] == ["2024-01", "2024-02"]
    assert "each period has several measures; only the units are used" in done.report.issues


def test_points_that_may_part_thousands_are_said() -> None:
    done = _read("date,sku,units\n2024-01-01,A,1.234\n2024-01-02,A,2.345\n")
    assert any("three digits" in issue for issue in done.report.issues)


def test_periods_of_a_year_need_the_year() -> None:
    across = "SKU,P01,P02,P03\nA,1,2,3\nB,4,5,6\n"
    with pytest.raises(MappingNeeded, match="no year"):
        _read(across)
    assert [f"{month:%Y-%m}" for month in _read(across, "sales FY2023.csv").panel.calendar] == ["2023-01", "2023-02", "2023-03"]
    down = _read("SKU,Period,Units\nA,P01,1\nA,P02,2\nB,P03,5\n", "sales FY2023.csv")
    assert _sums(down) == {"A": 3, "B": 5}
    assert any("January" in issue for issue in down.report.issues)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("日付,商品コード,数量\n2024/01/01,A-1,5\n2024/01/02,A-1,6\n", "shift_jis"),
        ("Data sprzedaży;Produkt;Ilość\n01.02.2024;A;5\n02.02.2024;A;6\n", "cp1250"),
    ],
)
def test_headers_of_other_languages_keep_their_letters(text: str, encoding: str) -> None:
    assert _read(text, encoding=encoding).tables[0].header == tuple(text.split("\n")[0].replace(";", ",").split(","))


def test_half_years_are_added_up_to_years_and_it_is_said() -> None:
    for head in ("H1 2022;H2 2022;H1 2023", "S1 2022;S2 2022;S1 2023", "1. Halbjahr 2022;2. Halbjahr 2022;1. Halbjahr 2023"):
        done = _read(f"SKU;{head}\nA;10;20;30\nB;1;2;3\n")
        assert (done.panel.freq, _sums(done)) == ("YS", {"A": 60, "B": 6})
        assert any("half-years" in issue for issue in done.report.issues)
    assert _sums(_read("货号,2022上半年,2022下半年,2023上半年\nA,10,20,30\n")) == {"A": 60}


@pytest.mark.parametrize("head", ["1. Quartal 2023;2. Quartal 2023;3. Quartal 2023", "T1 2023;T2 2023;T3 2023"])
def test_quarters_across_by_their_names(head: str) -> None:
    done = _read(f"Artikel;{head}\nA;1;2;3\nB;2;2;2\n")
    assert (done.panel.freq, _sums(done)) == ("QS", {"A": 6, "B": 6})


def test_months_down_and_years_across_make_one_calendar() -> None:
    alone = _read("Month,2021,2022,2023\nJan,1,2,3\nFeb,4,5,6\nMar,7,8,9\nTotal,12,15,18\n", "shop.csv").panel
    assert (alone.freq, alone.ids, alone.calendar[1].month) == ("MS", ("shop",), 2)
    assert alone.frame["y"].sum() == 45
    keyed = _read("SKU,Monat,2021,2022\nA,1,1,2\nA,2,3,4\nB,1,5,6\nB,2,7,8\n")
    assert (keyed.panel.freq, _sums(keyed)) == ("MS", {"A": 10, "B": 26})


def test_a_month_begun_has_its_days_across() -> None:
    book = {name: [["Artikel", *range(1, 11)], *([sku, *[k] * 10] for sku in "XY")] for k, name in ((1, "Jan"), (2, "Feb"))}
    panel = import_files([("Absatz 2023.xlsx", to_xlsx(book))]).panel
    assert (panel.freq, panel.frame["y"].sum(), f"{panel.calendar[-1]:%F}") == ("D", 60, "2023-02-10")


def test_dates_across_without_their_format() -> None:
    rows = [["SKU", 45292, 45293, 45294], ["A", 1, 2, 3], ["B", 4, 5, 6]]
    assert f"{import_files([('s.xlsx', to_xlsx({'S': rows}))]).panel.calendar[0]:%F}" == "2024-01-01"


def test_sales_beside_units_are_money() -> None:
    across = _read("SKU,2024-01-01 Units,2024-01-01 Sales,2024-01-02 Units,2024-01-02 Sales\nA,1,10,2,20\nB,3,30,4,40\n")
    assert _sums(across) == {"A": 3, "B": 7}
    down = _read("WM Week,Item Nbr,POS Qty,POS Sales\n202401,17,100,250.00\n202402,17,90,225.00\n202413,17,95,240.00\n")
    assert (down.panel.freq, _sums(down), f"{down.panel.calendar[-1]:%F}") == ("W-MON", {"17": 285}, "2024-03-25")


@pytest.mark.parametrize(
    ("text", "sums"),
    [
        (
            "Belegdatum;Art.-Nr.;Bezeichnung;VK-Menge\n01.03.2024;004711;Tasse;1.200,00\n02.03.2024;004711;Tasse;12,00\n",
            {"004711": 1212},
        ),
        (
            "Fecha del pedido;Estado;Código producto;Unidades\n05/01/2024;Completado;E1;2\n13/01/2024;Cancelado;E1;5\n",
            {"E1": 2},
        ),
        (
            "Référence;Date commande;Référence produit;Quantité;État\nX1;2024-01-05;T1;2;Livré\nX2;2024-01-06;T1;1;Annulé\n",
            {"T1": 2},
        ),
        (
            "Receipt,Business date,PLU,Qty,Void\n1,05/01/2024,0042,2,N\n1,05/01/2024,0043,1,Y\n2,25/01/2024,0042,1,N\n",
            {"0042": 3},
        ),
        ("Semana;Artículo;Unidades\n2024-S01;X;4\n2024-S02;X;5\n", {"X": 9}),
        ("ts,item_id,n\n1704103200,A,1\n1704189600,A,2\n1704276000,B,1\n", {"A": 3, "B": 1}),
        (
            "选购商品,商品数量,商品ID,商家编码,订单提交时间,订单状态\n杯,2,35,S1,2024-01-03 10:00:01,已完成\n"
            "杯,1,35,S2,2024-01-04 11:00:01,已发货\n",
            {"S1": 2, "S2": 1},
        ),
    ],
    ids=["german-till", "spanish-orders", "french-orders", "voided-receipts", "spanish-weeks", "epochs", "chinese-orders"],
)
def test_exports_of_other_systems(text: str, sums: dict[str, float]) -> None:
    assert _sums(_read(text)) == sums


@pytest.mark.parametrize("outer", ["products", "days"])
def test_a_pivot_with_days_and_products_in_one_column(outer: str) -> None:
    rows = ["Row Labels,Sum of Units"]
    if outer == "products":
        rows += [f"{sku},{3 * k}\n" + "\n".join(f"2024-01-{d:02d},{k}" for d in (1, 2, 3)) for k, sku in ((1, "A1"), (2, "B2"))]
    else:
        rows += [f"{d:02d}/01/2024,3\nA1,1\nB2,2" for d in (13, 14, 15)]
    done = _read("\n".join([*rows, "Grand Total,9"]))
    assert (done.panel.freq, _sums(done)) == ("D", {"A1": 3, "B2": 6})
    assert done.report.rows_set_aside == (3 if outer == "products" else 4)
    assert any("below each other" in issue for issue in done.report.issues)


def test_a_sheet_that_sums_up_the_others_counts_nothing_twice() -> None:
    days = [dt.date(2024, 1, d) for d in (1, 2, 3)]
    head = ["SKU", "Date", "Units"]
    north = [["A", d, 1] for d in days] + [["B", d, 2] for d in days]
    south = [["A", d, 4] for d in days] + [["B", d, 5] for d in days]
    both = [["A", d, 5] for d in days] + [["B", d, 7] for d in days]
    for name, sheets in {
        "stores": {"North": north, "South": south, "All stores": both},
        "months": {"Daily": both, "Monthly": [["A", days[0], 15], ["B", days[0], 21]]},
    }.items():
        done = import_files([(f"{name}.xlsx", to_xlsx({sheet: [head, *rows] for sheet, rows in sheets.items()}))])
        assert _sums(done) == {"A": 15, "B": 21}
        assert any("sums up the other tables" in issue for issue in done.report.issues)


def test_sheets_that_are_called_something_else_are_no_sales() -> None:
    days = [dt.date(2024, 1, d) for d in (1, 2, 3)]
    sold = [["Date", "SKU", "Qty"], *([d, "A", 2] for d in days), *([d, "B", 1] for d in days)]
    other = [["Date", "SKU", "Qty"], *([d, "A", 7] for d in days), [days[0], "B", 50]]
    for name, back in (("Budget 2024", 0), ("Sales forecast", 0), ("Purchases", 0), ("采购", 0), ("Retouren", 71)):
        done = import_files([("s.xlsx", to_xlsx({"Sales": sold, name: other}))])
        frame = done.panel.frame
        assert (_sums(done), frame["returns"].sum() if "returns" in frame else 0) == ({"A": 6, "B": 3}, back)
        assert any(f"'{name}', is called" in issue for issue in done.report.issues)
    assert _sums(import_files([("s.xlsx", to_xlsx({"Budget": sold}))])) == {"A": 6, "B": 3}


def test_days_that_stand_once_above_their_totals() -> None:
    rows = [["Date", "SKU", "Units"]]
    for d in (1, 2, 3):
        rows += [[f"2024-01-0{d}", "A", "1"], ["", "B", "2"], ["Total", "", "3"]]
    done = _read("\n".join(map(",".join, rows)))
    assert (_sums(done), done.report.rows_set_aside) == ({"A": 3, "B": 6}, 3)


def test_weeks_above_their_first_days() -> None:
    head = [["SKU", "W1", "W2", "W3"], [None, *(dt.date(2024, 1, d) for d in (1, 8, 15))]]
    done = import_files([("s.xlsx", to_xlsx({"S": [*head, *([sku, 1, 2, 3] for sku in "ABC")]}))])
    assert (_sums(done), f"{done.panel.calendar[0]:%F}") == (dict.fromkeys("ABC", 6), "2024-01-01")
