# ruff: noqa: E501 - tables of words and files read best as they stand
"""What the import decides, asks, sums, and says."""

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.core.errors import InputError, MappingNeeded
from forecasting.core.panel import Panel
from forecasting.ingest import Mapping, import_files, propose_mapping, read_tables, write_panel_csv
from forecasting.ingest.cells.dates import parse_dates
from forecasting.ingest.cells.numbers import parse_number, parse_numbers
from tests.ingest.truth import DATES, HEADERS, NUMBERS, sums_of, tidy_rows, to_csv, to_xlsx, truth

pl = pytest.importorskip("polars")


def table(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def y_of(done, sku: str) -> list[float]:
    return done.panel.series(sku)["y"].tolist()


def test_day_and_month_order_is_decided_by_the_whole_column() -> None:
    assert parse_dates(pl.Series(["01/02/2024", "13/02/2024"])).order == "DMY"
    assert parse_dates(pl.Series(["01/02/2024", "02/13/2024"])).order == "MDY"


def test_cadence_decides_where_both_orders_fit() -> None:
    months = parse_dates(pl.Series([f"01/{m:02d}/{y}" for y in (2022, 2023) for m in range(1, 13)]))
    assert (months.order, months.ambiguous) == ("DMY", False)


def test_what_fits_both_ways_is_asked() -> None:
    data = table("date,sku,units", *(f"0{d}/0{m}/2024,A,{d}" for m, d in [(3, 2), (4, 3), (5, 4), (6, 5)]))
    mapping = propose_mapping(read_tables(data, "a.csv"))
    assert [q.key for q in mapping.questions] == ["date_order"]
    assert "day first" in mapping.questions[0].text
    done = import_files([("a.csv", data)], mapping=mapping.answered("date_order", "MDY"))
    assert done.panel.first == pd.Timestamp("2024-02-01")
    assert done.report.date_order == "MDY"
    assert not done.mapping.questions
    assert any("day first" in issue for issue in import_files([("a.csv", data)]).report.issues)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("￥1,234", 1234), ("(123)", -123), ("120-", -120), ("−5", -5), ("1.2万", 12000), ("1.5亿", 1.5e8), ("$38,000.00", 38000), ("8.33%", 0.0833),
        ("1,23,456", 123456), ("12 345", 12345), ("12\u202f345", 12345), ("１２", 12), ("--", None), ("abc", None), ("1-2", None), ("12 34", None), ("EUR 5", 5),
        ("1'234", 1234), ('="7"', 7), ("3件", 3), ("1e3", 1000),
    ],
)  # fmt: skip
def test_numbers(text: str, value: float | None) -> None:
    assert parse_number(text) == value


def test_the_decimal_sign_belongs_to_the_column() -> None:
    assert parse_numbers(pl.Series(["1.234", "2,5"])).values.to_list() == [1234.0, 2.5]
    assert parse_numbers(pl.Series(["1.234", "2.5"])).values.to_list() == [1.234, 2.5]
    assert parse_numbers(pl.Series(["1,234", "25"])).values.to_list() == [1234.0, 25.0]
    assert parse_numbers(pl.Series(["1,234"])).ambiguous


def test_ids_stay_text_and_destroyed_ones_are_refused() -> None:
    done = import_files(
        [("a.csv", table("date,sku,units", "2024-01-01,00123,1", "2024-01-02,6.02E+17,1", "2024-01-02,123456789012345678,2"))]
    )
    assert done.panel.ids == ("00123", "123456789012345678")
    assert "power of ten" in done.set_aside["reason"].item()


def test_absent_rows_of_sales_are_zero_and_explicit_blanks_are_missing() -> None:
    done = import_files(
        [
            (
                "a.csv",
                table(
                    "date,sku,units", "2024-01-01,A,1", "2024-01-01,B,2", "2024-01-02,B,1", "2024-01-03,A,", "2024-01-04,B,3"
                ),
            )
        ]
    )
    a = y_of(done, "A")
    assert a[:2] == [1.0, 0.0]
    assert np.isnan(a[2])
    assert a[3] == 0.0
    assert any("without a row sold 0" in issue for issue in done.report.issues)


def test_a_table_with_rows_of_zero_has_missing_rows_missing() -> None:
    rows = [f"2024-01-{d:02d},{s},{(d + k) % 3}" for d in range(1, 21) for k, s in enumerate("AB") if (d, s) != (9, "A")]
    done = import_files([("a.csv", table("date,sku,units", *rows))])
    assert np.isnan(y_of(done, "A")[8])


def test_a_few_rows_of_zero_do_not_say_that_zeros_are_stated() -> None:
    rows = [f"2024-01-{d:02d},{s},{1 + d % 4},0" for d in range(1, 29) for k, s in enumerate("ABC") if (d + k) % 3]
    back = [f"2024-01-{d:02d},A,0,2" for d in (3, 6, 9)]
    few = "2024-01-28,B,0,0"
    done = import_files([("a.csv", table("date,sku,units,returned_units", *rows, *back, few))])
    assert y_of(done, "C")[:4] == [3.0, 4.0, 0.0, 2.0]
    assert any("without a row sold 0" in issue for issue in done.report.issues)


def test_one_series_that_always_sells_has_a_missing_day_where_the_file_has_none() -> None:
    rows = [f"2024-01-{d:02d},{40 + d}" for d in range(1, 31) if d != 9]
    done = import_files([("kiosk.csv", table("date,sales", *rows))])
    assert done.panel.ids == ("kiosk",)
    assert np.isnan(y_of(done, "kiosk")[8])


def test_a_hole_in_the_file_is_missing_and_a_closed_weekday_is_zero() -> None:
    start = dt.date(2024, 1, 1)
    days = [start + dt.timedelta(days=d) for d in range(120)]
    rows = [f"{o}{k},{d},S{k},{1 + k}" for o, d in enumerate(days) for k in range(8) if d.weekday() != 5 and not 50 <= o < 54]
    done = import_files([("o.csv", table("order id,date,sku,qty", *rows))])
    series = done.panel.series("S1").set_index("ds")["y"]
    assert series["2024-01-06"] == 0.0
    assert series[[str(days[k]) for k in (50, 51, 52, 53) if days[k].weekday() != 5]].isna().all()
    text = " ".join(done.report.issues)
    assert "closed on Saturdays" in text
    assert "count as missing" in text


def test_the_hours_of_the_night_are_closed_and_a_hole_at_noon_is_missing() -> None:
    start = dt.datetime(2024, 1, 1)
    hours = [start + dt.timedelta(hours=h) for h in range(40 * 24)]
    hole = {dt.datetime(2024, 1, 20, h) for h in (11, 12, 13)}
    rows = [f"{at:%Y-%m-%d %H:%M},S{k},{1 + k}" for at in hours for k in range(4) if 7 <= at.hour < 19 and at not in hole]
    done = import_files([("till.csv", table("time,item,qty", *rows))])
    series = done.panel.series("S1").set_index("ds")["y"]
    assert done.panel.freq == "h"
    assert series["2024-01-20 03:00"] == 0.0
    assert series.index[series.isna()].tolist() == sorted(hole)
    assert "the shop is closed 19:00 to 7:00; those hours count as 0" in done.report.issues
    assert any("3 hours have no row of any SKU" in issue and "2024-01-20 11:00" in issue for issue in done.report.issues)


def test_after_the_last_sale_there_are_zeros() -> None:
    done = import_files([("o.csv", table("order,date,sku,qty", "1,2024-01-01,A,2", "2,2024-01-02,B,1", "3,2024-01-05,B,1"))])
    assert y_of(done, "A") == [2.0, 0.0, 0.0, 0.0, 0.0]


def test_returns_are_kept_apart_and_never_netted() -> None:
    done = import_files([("o.csv", table("order,date,sku,qty", "1,2024-01-01,A,5", "C1,2024-01-02,A,-2", "2,2024-01-03,A,1"))])
    assert y_of(done, "A") == [5.0, 0.0, 1.0]
    assert done.panel.series("A")["returns"].tolist() == [0.0, 2.0, 0.0]


def test_codes_that_are_no_products_are_set_aside_with_reasons() -> None:
    rows = [
        "1,2024-01-01,POST,POSTAGE,1",
        "2,2024-01-01,M,Manual,1",
        "3,2024-01-01,22041,FRAME,2",
        "4,2024-01-01,BANK CHARGES,Bank Charges,1",
        "5,2024-01-02,M2,Mug,2",
    ]
    done = import_files([("o.csv", table("order,date,sku,name,qty", *rows))])
    assert done.panel.ids == ("22041", "M2")
    assert set(done.set_aside["reason"]) == {
        "not a product: postage",
        "not a product: manual entry",
        "not a product: bank charges",
    }
    assert done.set_aside["row"].tolist() == [2, 3, 5]


def test_the_same_file_twice_does_not_double_the_sales() -> None:
    data = to_csv(tidy_rows(HEADERS["en"], DATES["iso"], NUMBERS["plain"])).encode()
    once, twice = import_files([("a.csv", data)]), import_files([("a.csv", data), ("b.csv", data)])
    assert once.panel.digest == twice.panel.digest
    assert twice.report.rows_set_aside == once.report.rows_read


def test_overlapping_exports_meet_and_repeated_order_lines_stay() -> None:
    lines = [f"{o},2024-01-{1 + o:02d},A,2" for o in range(10)] + ["9,2024-01-10,A,2"]
    head = "order,date,sku,qty"
    done = import_files([("a.csv", table(head, *lines[:7])), ("b.csv", table(head, *lines[4:]))])
    assert y_of(done, "A") == [2.0] * 9 + [4.0]


def test_a_later_export_corrects_an_earlier_one_and_says_so() -> None:
    first = [f"2024-01-{d:02d},A,5" for d in range(1, 11)]
    second = [*first[5:9], "2024-01-10,A,7", "2024-01-11,A,5"]
    done = import_files([("a.csv", table("date,sku,units", *first)), ("b.csv", table("date,sku,units", *second))])
    assert y_of(done, "A") == [5.0] * 9 + [7.0, 5.0]
    assert any("later file" in issue for issue in done.report.issues)


def test_stores_are_summed_or_kept_apart_by_choice() -> None:
    data = table(
        "date,store,sku,units,price", "2024-01-01,N,A,1,2", "2024-01-01,S,A,3,4", "2024-01-02,N,A,2,2", "2024-01-02,S,A,2,4"
    )
    done = import_files([("a.csv", data)])
    assert y_of(done, "A") == [4.0, 4.0]
    assert done.panel.series("A")["price"].tolist() == [3.5, 3.0]
    assert done.panel.static.loc["A", "channel"] == "N, S"
    apart = import_files([("a.csv", data)], mapping=done.mapping.answered("channels", "split"))
    assert apart.panel.ids == ("A | N", "A | S")


def test_promotions_prices_and_stock_become_regressors() -> None:
    data = table("date,sku,units,price,promo,stock,temperature", "2024-01-01,A,1,2.5,yes,9,3.5", "2024-01-02,A,2,2.0,no,7,4")
    panel = import_files([("a.csv", data)]).panel
    assert panel.known == ("price", "promo")
    assert panel.series("A")[["price", "promo", "stock", "temperature"]].to_numpy().tolist() == [
        [2.5, 1, 9, 3.5],
        [2.0, 0, 7, 4],
    ]


def test_flags_a_merchant_plans_are_known_ahead_under_their_own_names() -> None:
    head = "date,sku,units,display,mailer,is_holiday,event_name,节假日,feature_count,temperature"
    data = table(
        head,
        "2024-01-01,A,1,0,1,TRUE,New Year,是,7,3.5",
        "2024-01-02,A,2,1,0,FALSE,,否,5,4",
        "2024-01-03,A,2,1,0,FALSE,,否,4,4",
    )
    panel = import_files([("a.csv", data)]).panel
    assert set(panel.known) == {"display", "mailer", "is_holiday", "event_name", "节假日"}
    assert panel.series("A")["event_name"].tolist() == [1.0, 0.0, 0.0]
    assert panel.series("A")["is_holiday"].tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize(("discount", "known"), [(0, ("price",)), (5, ("price", "discount"))])
def test_discounts_are_asked_for_ahead_only_where_there_ever_was_one(discount: int, known: tuple[str, ...]) -> None:
    rows = [f"2024-01-{d:02d},A,{d},2.5,{discount * (d == 3)}" for d in range(1, 9)]
    panel = import_files([("a.csv", table("date,sku,units,price,discount", *rows))]).panel
    assert panel.known == known
    assert panel.series("A")["discount"].sum() == discount


def test_an_exported_panel_summed_to_weeks_keeps_its_columns(tmp_path) -> None:
    rows = [f"2024-01-{d:02d},A,Mug,{d},2.5,{d % 2},{90 - d},Cups" for d in range(1, 22)]
    panel = import_files([("a.csv", table("date,sku,name,units,price,promo,stock,category", *rows))]).panel
    write_panel_csv(panel, tmp_path / "p.csv")
    weeks = import_files([("p.csv", (tmp_path / "p.csv").read_bytes())], freq="W-MON").panel
    assert weeks.static.loc["A"].tolist() == ["Mug", "Cups"]
    assert weeks.regressors == panel.regressors
    assert y_of(import_files([("p.csv", (tmp_path / "p.csv").read_bytes())], freq="W-MON"), "A") == [28.0, 77.0, 126.0]


def test_order_lines_with_discounts_come_back_with_their_digest(tmp_path) -> None:
    data = table("order,date,sku,qty,discount,total", "1,2024-01-01,A,2,0.5,7", "2,2024-01-03,A,1,0,4")
    panel = import_files([("o.csv", data)]).panel
    assert panel.known == ()
    write_panel_csv(panel, tmp_path / "p.csv")
    assert import_files([("p.csv", (tmp_path / "p.csv").read_bytes())]).panel.digest == panel.digest


def test_a_historical_series_is_read_and_a_systems_zero_date_is_not() -> None:
    old = [f"{1949 + m // 12}-{1 + m % 12:02d},{112 + m}" for m in range(24)]
    assert import_files([("air.csv", table("Month,Passengers", *old))]).panel.first == pd.Timestamp("1949-01-01")
    done = import_files([("a.csv", table("date,sku,units", "1970-01-01,A,9", "2024-01-01,A,1", "2024-01-02,A,2"))])
    assert done.panel.first == pd.Timestamp("2024-01-01")
    assert done.report.rows_set_aside == 1


def test_dots_that_group_are_told_by_the_rest_of_a_continental_file() -> None:
    rows = [f"{d:02d}.01.2024;4711;{n};2,50" for d, n in enumerate(["1.150", "850", "12", "1.000"], 1)]
    assert y_of(import_files([("a.csv", table("Datum;Artikelnummer;Menge;Preis", *rows))]), "4711") == [
        1150.0,
        850.0,
        12.0,
        1000.0,
    ]


def test_a_second_code_stays_text() -> None:
    data = table("date,asin,sku,units", "2024-01-01,B01,00123,1", "2024-01-02,B01,00123,2")
    panel = import_files([("a.csv", data)]).panel
    assert "00123" in (*panel.ids, *panel.static.loc[panel.ids[0]])


def test_rows_repeated_in_every_cell_are_said() -> None:
    done = import_files([("a.csv", table("date,sku,units", "2024-01-01,A,1", "2024-01-02,A,2", "2024-01-02,A,2"))])
    assert y_of(done, "A") == [1.0, 4.0]
    assert any(issue.startswith("1 row repeats") for issue in done.report.issues)


def test_a_workbook_with_a_password_is_said_to_be_locked() -> None:
    data = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    with pytest.raises(InputError, match="locked with a password"):
        import_files([("a.xlsx", data)])


def test_a_profile_is_saved_and_applied() -> None:
    data = table("when,what,how many,how much", "2024-01-01,A,1,9", "2024-01-02,A,2,8")
    mapping = propose_mapping(read_tables(data, "a.csv")).with_role("how many", "ignore").with_role("how much", "units")
    again = Mapping.from_json(mapping.to_json())
    assert y_of(import_files([("a.csv", data)], mapping=again), "A") == [9.0, 8.0]
    with pytest.raises(MappingNeeded, match="JSON"):
        Mapping.from_json("{}")


def test_several_sheets_and_a_cover() -> None:
    rows = [["date", "sku", "units"], ["2024-01-01", "A", 3]]
    done = import_files(
        [("b.xlsx", to_xlsx({"About": [["Report"], ["by", "Bob"]], "Jan": rows, "Feb": [rows[0], ["2024-02-01", "A", 4]]}))],
        freq="MS",
    )
    assert y_of(done, "A") == [3.0, 4.0]


def test_rows_of_tables_that_are_not_imported_are_counted_and_set_aside() -> None:
    sales = [["date", "sku", "units"], *([f"2024-01-{d:02d}", "A", d] for d in range(1, 8))]
    pivot = [["SKU", "2024-01-01", "2024-01-02", "2024-01-03"], ["A", 1, 2, 3]]
    stock = [["sku", "colour"], ["A", "red"], ["B", "blue"]]
    done = import_files([("b.xlsx", to_xlsx({"Sales": sales, "Pivot": pivot, "Colours": stock}))])
    assert (done.report.rows_read, done.report.rows_used, done.report.rows_set_aside) == (10, 7, 3)
    assert done.set_aside["sheet"].value_counts().to_dict() == {"Colours": 2, "Pivot": 1}
    assert done.set_aside.query("sheet == 'Colours'")["reason"].str.contains("holds no sales").all()
    assert done.set_aside.query("sheet == 'Pivot'")["value"].item() == "A | 1 | 2 | 3"


def test_two_files_of_one_name_are_counted_apart() -> None:
    first = table("date,sku,units", "2024-01-01,A,1", "soon,A,1")
    second = table("date,sku,units", "2024-01-02,A,1", "later,A,1")
    report = import_files([("sales.csv", first), ("sales.csv", second)]).report
    assert (report.rows_read, report.rows_used, report.rows_set_aside) == (4, 2, 2)


def test_the_report_has_exactly_its_keys() -> None:
    done = import_files([("a.csv", table("date,sku,units", "2024-01-01,A,1", "bad,A,1"))])
    assert list(json.loads(done.report.to_json())) == [
        "platform", "encoding", "delimiter", "layout", "mapping", "date_order", "freq", "rows_read", "rows_used", "rows_set_aside", "issues",
    ]  # fmt: skip
    assert done.set_aside.columns.tolist() == ["file", "sheet", "row", "column", "value", "reason"]
    assert done.set_aside.iloc[0][["row", "column", "value"]].tolist() == [3, "date", "bad"]


def test_a_future_regressor_without_units_is_no_sale_but_stays() -> None:
    data = table("date,sku,units,price", "2024-01-01,A,1,2", "2024-01-02,A,,2", "2024-01-03,A,2,2")
    assert np.isnan(y_of(import_files([("a.csv", data)]), "A")[1])


def test_nothing_usable_says_where_and_why() -> None:
    with pytest.raises(InputError, match="line 2"):
        import_files([("a.csv", table("date,sku,units", "x,A,1", "y,A,2"))])


@pytest.mark.parametrize("freq", ["W-MON", "W-SUN", "MS", "D"])
def test_freq_asked_for_sums_to_it(freq: str) -> None:
    data = to_csv(tidy_rows(HEADERS["en"], DATES["iso"], NUMBERS["plain"])).encode()
    done = import_files([("a.csv", data)], freq=freq)
    assert done.panel.freq == freq
    assert done.panel.frame.groupby("unique_id")["y"].sum().to_dict() == sums_of(truth())


names = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=6).filter(
    lambda s: s.strip() == s and s not in ("nan",)
)


@st.composite
def panels(draw: st.DrawFn) -> Panel:
    ids = draw(st.lists(names.map(lambda s: "S" + s), min_size=1, max_size=3, unique=True))
    length = draw(st.integers(9, 20))
    freq = draw(st.sampled_from(["D", "W-MON", "W-SUN", "MS"]))
    dates = pd.date_range("2023-01-02", periods=length, freq=freq)
    units = st.one_of(st.integers(0, 999).map(float), st.floats(0, 1e5, allow_nan=False), st.just(float("nan")))
    frames = [
        pd.DataFrame(
            {
                "unique_id": i,
                "ds": dates,
                "y": draw(st.lists(units, min_size=length, max_size=length)),
                "price": draw(st.floats(0.01, 99)),
                "stock": 1.5,
            }
        )
        for i in ids
    ]
    static = pd.DataFrame({"name": [draw(names) for _ in ids], "category": "007"}, index=ids)
    return Panel.build(pd.concat(frames), freq=freq, static=static, known=["price"])


@given(panel=panels())
@settings(max_examples=40, deadline=None)
def test_an_exported_panel_comes_back_with_its_digest(panel: Panel, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("panel") / "PANEL.csv"
    write_panel_csv(panel, path)
    assert import_files([("PANEL.csv", path.read_bytes())]).panel.digest == panel.digest


@pytest.mark.parametrize("name", ["='", "'='", "'a'", "=\"'"])
def test_a_name_with_apostrophes_comes_back(name: str, tmp_path: Path) -> None:
    sales = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=3), "y": [1.0, 2.0, 3.0]})
    panel = Panel.build(sales, static=pd.DataFrame({"name": [name]}, index=["A"]))
    write_panel_csv(panel, tmp_path / "p.csv")
    assert import_files([("p.csv", tmp_path / "p.csv")]).panel.digest == panel.digest


def test_an_imported_panel_comes_back_with_its_digest(tmp_path) -> None:
    rows = [
        "1,2024-01-01,A,Mug,2,3.5",
        "2,2024-01-02,=B,Bowl,1,9",
        "C3,2024-01-04,A,Mug,-1,3.5",
        "4,2024-01-05,00123,Vase,4,1.25",
    ]
    panel = import_files([("o.csv", table("order,date,sku,name,qty,price", *rows))]).panel
    write_panel_csv(panel, tmp_path / "p.csv")
    assert import_files([("p.csv", (tmp_path / "p.csv").read_bytes())]).panel.digest == panel.digest


@given(
    units=st.lists(st.integers(0, 5000), min_size=12, max_size=30),
    day=st.sampled_from(sorted(set(DATES) - {"ampm"})),
    number=st.sampled_from(sorted(NUMBERS)),
    header=st.sampled_from(sorted(HEADERS)),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
)
@settings(max_examples=60, deadline=None)
def test_any_locale_comes_back_cell_for_cell(
    units: list[int], day: str, number: str, header: str, delimiter: str, encoding: str
) -> None:
    start = dt.date(2024, 1, 5)
    days = [start + dt.timedelta(days=d) for d in range(len(units))]
    rows = [HEADERS[header]] + [
        [DATES[day](d), "A-1", "Mug", NUMBERS[number](n), "1"] for d, n in zip(days, units, strict=True)
    ]
    text = to_csv(rows, delimiter)
    if encoding == "gb18030" and not header.startswith("zh"):
        return  # nobody writes French in a Chinese encoding
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError:
        return
    done = import_files([("x.csv", data)])
    series = done.panel.series("A-1")
    found = dict(zip(series["ds"].dt.date, series["y"], strict=True))
    assert {d: found.get(d) for d in days if found.get(d) is not None} == {
        d: float(n) for d, n in zip(days, units, strict=True) if found.get(d) is not None
    }
    assert done.report.rows_used == len(units)


def test_one_series_called_total_is_a_series_as_long_as_nothing_else_is_there():
    alone = b"date,sku,units\n2024-01-01,Total,5\n2024-02-01,Total,6\n2024-03-01,Total,7\n"
    done = import_files([("sales.csv", alone)])
    assert done.panel.ids == ("Total",)
    assert any("one series of its own" in issue for issue in done.report.issues)
    done = import_files([("sales.csv", alone + b"2024-03-01,Mug,7\n2024-02-01,Mug,6\n")])
    assert done.panel.ids == ("Mug",)


@pytest.mark.parametrize("header", ["date,sku,units", "unique_id,ds,y"])
def test_units_that_are_blank_throughout_are_refused_in_one_sentence(header):
    rows = ["2024-01-01,A,", "2024-02-01,A,", "2024-03-01,A,"] if header[0] == "d" else ["A,2024-01-01,", "A,2024-02-01,"]
    with pytest.raises(InputError, match="No row states how many units were sold"):
        import_files([("sales.csv", "\n".join([header, *rows]).encode())])
