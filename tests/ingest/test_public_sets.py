"""Exports and published sets whose headings name no product, count in other words, or hold weeks and years of other kinds."""

import datetime as dt

import pytest

from forecasting.core.errors import MappingNeeded
from forecasting.ingest import Import, import_files
from tests.ingest.truth import to_xlsx

DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=d) for d in range(28)]


def _read(lines: list[str], name: str = "train.csv", encoding: str = "utf-8") -> Import:
    return import_files([(name, "\n".join(lines).encode(encoding))])


def _sums(done: Import) -> dict[str, float]:
    return done.panel.frame.groupby("unique_id")["y"].sum().to_dict()


def test_families_are_the_series_where_nothing_names_a_product_and_it_is_said() -> None:
    cells = [f"{d},{store},{family},2.5,0" for d in DAYS for store in (1, 2) for family in ("FOOD", "TOYS")]
    rows = [f"{k},{cell}" for k, cell in enumerate(cells)]
    done = _read(["id,date,store_nbr,family,sales,onpromotion", *rows])
    assert _sums(done) == {"FOOD": 140, "TOYS": 140}
    assert any("'family' is one series" in issue for issue in done.report.issues)


def test_stores_are_the_series_where_nothing_else_names_what_is_sold() -> None:
    rows = [f"{store},{d.isoweekday()},{d},{100 * store},1,0" for d in DAYS for store in (1, 2)]
    assert _sums(_read(["Store,DayOfWeek,Date,Sales,Open,Promo", *rows])) == {"1": 2800, "2": 5600}


def test_yes_and_no_are_no_products() -> None:
    rows = [f"{dept},{d},{dept}.5,{'TRUE' if d.day == 5 else 'FALSE'}" for d in DAYS for dept in (1, 7)]
    assert _sums(_read(["Dept,Date,Weekly_Sales,IsHoliday", *rows])) == {"1": 42, "7": 210}


def test_a_count_is_the_number_of_units_beside_other_numbers_by_the_hour() -> None:
    rows = [f"{d} {h:02d}:00:00,1,{h}.5,{h},{2 * h},{3 * h}" for d in DAYS for h in range(24)]
    done = _read(["datetime,season,temp,casual,registered,count", *rows])
    assert list(_sums(done).values()) == [3 * 276 * len(DAYS)]


def test_a_second_price_is_no_number_of_units() -> None:
    rows = [f"{k},{d},{k},A-1,Mug,12.5,13.5" for k, d in enumerate(DAYS)]
    done = _read(["orderItemId,createTime,orderNumber,sellerSku,itemName,paidPrice,unitPrice", *rows], "orders.csv")
    assert _sums(done) == {"A-1": 28}


def test_bottles_sold_are_units_and_the_number_of_a_store_is_no_store() -> None:
    head = "Invoice/Item Number,Date,Store Number,Store Name,Item Number,Item Description,Bottle Volume (ml)"
    rows = [f"I{k},{d:%m/%d/%Y},2633,Main,3001,Gin,750,$5.00,$7.50,2,$15.00,1.5" for k, d in enumerate(DAYS)]
    done = _read([head + ",State Bottle Cost,State Bottle Retail,Bottles Sold,Sale (Dollars),Volume Sold (Liters)", *rows])
    assert _sums(done) == {"3001": 56}


def test_weeks_in_six_digits_below_a_longer_heading_of_weeks() -> None:
    rows = [f"550101,12,{week},3" for week in (202448, 202449, 202450, 202451, 202452, 202501, 202502)]
    done = _read(["Item Nbr,Store Nbr,WM Week,POS Qty", *rows])
    assert (done.panel.freq, _sums(done), f"{done.panel.calendar[0]:%F}") == ("W-MON", {"550101": 21}, "2024-11-25")


@pytest.mark.parametrize("head", ["1 W/E {:%m/%d/%y}", "Latest 1 Wk - W/E {:%m/%d/%y}", "1 Week Ending {:%m/%d/%y}"])
def test_periods_of_a_number_of_weeks_across(head: str) -> None:
    ends = [head.format(day) for day in DAYS if day.weekday() == 5]
    done = _read([f"Product,{','.join(ends)}", "Mug,1,2,3,4", "Bowl,5,6,7,8"])
    assert (_sums(done), f"{done.panel.calendar[0]:%F}") == ({"Mug": 10, "Bowl": 26}, "2024-01-06")


def test_days_in_the_digits_of_arabic_and_thai_years() -> None:
    digits = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    for day in (f"{DAYS[0]:%Y/%m/%d}".translate(digits), f"{DAYS[0].day}/{DAYS[0].month}/{DAYS[0].year + 543}"):
        done = _read(["date,sku,units", f"{day},A,{'3'.translate(digits)}", f"{day},B,2"])
        assert (_sums(done), f"{done.panel.calendar[0]:%F}") == ({"A": 3, "B": 2}, "2024-01-01")


def test_days_with_full_stops_come_from_where_commas_are_decimal() -> None:
    rows = [f"|{d:%d.%m.%Y}|M-1     |601|{d.day},000-|" for d in DAYS]
    done = _read(["|Buch.dat.|Material|BWA|Menge|", *rows], "list.txt")
    assert _sums(done) == {"M-1": 406}
    assert any("decimal comma" in issue for issue in done.report.issues)


def test_units_and_prices_of_each_sku_across_count_the_units_of_all_and_it_is_said() -> None:
    done = _read(["Date,A1 Units,A1 Price,B2 Units,B2 Price", *(f"{d},{d.day},2.5,1,3.5" for d in DAYS)])
    assert _sums(done) == {"A1": 406, "B2": 28}
    assert any("columns of its own" in issue for issue in done.report.issues)


def test_settings_above_a_header_are_no_level_of_it_and_may_name_the_day() -> None:
    settings = "View=[Manufacturing],Viewing Range=[13/1/24 - 19/1/24],Reporting Range=[Weekly],Program=[Retail]"
    done = _read([settings, "ASIN,Product Title,Ordered Revenue,Ordered Units", *(f"B0{k},Mug,$9.00,3" for k in range(1, 6))])
    assert (_sums(done), f"{done.panel.calendar[0]:%F}") == ({f"B0{k}": 3 for k in range(1, 6)}, "2024-01-13")


def test_weeks_with_units_and_money_across_count_the_units() -> None:
    weeks = [f"2024{week:02d}" for week in range(1, 6)]
    head = ",".join(["Item Nbr", *(f"{week} POS Qty" for week in weeks), *(f"{week} POS Sales" for week in weeks)])
    assert _sums(_read([head, "5500,1,2,3,4,5,9.9,9.9,9.9,9.9,9.9"])) == {"5500": 15}


def test_stores_are_the_series_of_periods_across_and_it_is_said() -> None:
    done = _read([f"Store,{','.join(map(str, DAYS))}", f"North{',1' * 28}", f"South{',2' * 28}"])
    assert _sums(done) == {"North": 28, "South": 56}
    assert any("'Store' is one series" in issue for issue in done.report.issues)


@pytest.mark.parametrize("day", ["01JAN24:00:00:00", "01JAN2024:10:30:00", "R6.1.1"])
def test_days_as_sas_and_japan_write_them(day: str) -> None:
    done = _read(["SKU,Date,QTY", f"A,{day},3", f"B,{day},4"])
    assert (_sums(done), f"{done.panel.calendar[0]:%F}") == ({"A": 3, "B": 4}, "2024-01-01")


def test_what_went_out_was_sold_and_a_balance_is_stock() -> None:
    rows = [f"{d},A,Mug,{'100' if d.day == 1 else ''},2,500" for d in DAYS]
    assert _sums(_read(["Movement Date,Item Code,Item,In,Out,Balance", *rows])) == {"A": 56}


@pytest.mark.parametrize(
    "head",
    [
        "Dátum;Cikkszám;Megnevezés;Mennyiség;Egységár",
        "Data vânzării;Cod produs;Denumire;Cantitate;Preț unitar",
        "Päivämäärä;Tuotekoodi;Tuote;Määrä;Hinta",
        "Fecha;Cód.;Artículo;Uds.;P.V.P.",
    ],
)
@pytest.mark.parametrize("unit", ["db", "buc", "kpl", "kg"])
def test_units_in_three_more_languages(head: str, unit: str) -> None:
    assert _sums(_read([head, *(f"{d:%d.%m.%Y};M-1;Mug;2 {unit};9,50" for d in DAYS)])) == {"M-1": 56}


def test_deleted_orders_are_no_sales() -> None:
    head = "订单号,商品ID,商品名称,订购数量,下单时间,京东价,订单状态"
    rows = [f"{k},10001,杯子,2,{d} 10:00:00,9.5,完成" for k, d in enumerate(DAYS)]
    done = _read([head, *rows, "99,10001,杯子,50,2024-01-28 10:00:00,9.5,(删除)等待付款确认"])
    assert (_sums(done), done.report.rows_set_aside) == ({"10001": 56}, 1)


def test_units_beside_sales_of_each_sku_under_its_name() -> None:
    done = _read([",Blue mug,,Red mug,", "Date,Units,Sales,Units,Sales", *(f"{d},{d.day},{d.day * 2.5},1,3.5" for d in DAYS)])
    assert _sums(done) == {"Blue mug": 406, "Red mug": 28}


def test_a_text_that_was_opened_as_one_column_of_a_workbook() -> None:
    rows = [["date,sku,name,units"], *([f'{d},A-1,"Mug, blue",2'] for d in DAYS)]
    done = import_files([("sales.xlsx", to_xlsx({"S": rows}))])
    assert (_sums(done), done.tables[0].cells.row(0)[2]) == ({"A-1": 56}, "Mug, blue")
    assert any("one cell" in note for note in done.tables[0].notes)


def test_days_that_are_numbered_down_a_column_are_laid_on_the_calendar_and_it_is_said() -> None:
    done = _read(["item_id,store_id,d,sales", *(f"FOODS_1,CA_1,d_{k},2" for k in range(1, 29))])
    assert (done.panel.freq, len(done.panel.calendar), _sums(done)) == ("D", 28, {"FOODS_1": 56})
    assert any("carry no dates" in issue for issue in done.report.issues)


def test_sales_in_money_beside_other_measures_are_those_of_the_row() -> None:
    rows = [f"{store},{d:%d-%m-%Y},{store}643690.5,0,42.31,2.572,211.1" for store in (1, 2) for d in DAYS[::7]]
    done = _read(["Store,Date,Weekly_Sales,Holiday_Flag,Temperature,Fuel_Price,CPI", *rows])
    assert _sums(done) == {"1": 4 * 1643690.5, "2": 4 * 2643690.5}
    done = _read(["Date,Sales,Temperature,CPI", *(f"{d},10.5,{d.day}.3,2.25" for d in DAYS)])
    assert list(_sums(done).values()) == [10.5 * len(DAYS)]


def test_sales_that_add_up_the_products_across_are_none_of_them() -> None:
    rows = [f"{d},{d.day}.5,{2 * d.day}.25,{3 * d.day}.75" for d in DAYS]
    assert set(_sums(_read(["Date,Mugs,Bowls,Sales", *rows]))) == {"Mugs", "Bowls"}


def test_names_of_weekdays_and_months_are_no_products() -> None:
    rows = [f"{d},2.5,3.5,{d.year},{d.month},248,{d:%A}" for d in DAYS]
    assert _sums(_read(["datum,M01AB,N02BE,Year,Month,Hour,Weekday Name", *rows])) == {"M01AB": 70, "N02BE": 98}


def test_codes_that_look_like_periods_are_products() -> None:
    rows = [f"{d},P{k:02d},2" for d in DAYS for k in (1, 2, 3)]
    assert _sums(_read(["Date,Product_Code,Qty", *rows])) == {"P01": 56, "P02": 56, "P03": 56}


def test_words_that_no_heading_names_are_the_series_and_it_is_said() -> None:
    done = _read(["Date,Segment,Sold", *(f"{d},{s},2" for d in DAYS for s in ("Home", "Office"))])
    assert _sums(done) == {"Home": 56, "Office": 56}
    assert any("no heading names the products; each value of 'Segment'" in issue for issue in done.report.issues)


def test_who_bought_is_no_product_and_crosses_the_categories() -> None:
    head = "Transaction ID,Date,Customer ID,{},Age,Product Category,Quantity,Price per Unit,Total Amount"
    rows = [f"{2 * k + j},{d},C{k}{j},{'MF'[(k + j) % 2]},34,{'AB'[j]}x,3,50,150" for k, d in enumerate(DAYS) for j in (0, 1)]
    for who in ("Gender", "Membership"):
        done = _read([head.format(who), *rows])
        assert _sums(done) == {"Ax": 84, "Bx": 84}
        assert any("'Product Category' is one series" in issue for issue in done.report.issues)


def test_years_from_nought_leave_the_day_to_a_column_of_dates() -> None:
    rows = [f"{k},{d},1,0,1,{k},{2 * k},{3 * k}" for k, d in enumerate(DAYS)]
    done = _read(["instant,dteday,season,yr,mnth,casual,registered,cnt", *rows])
    assert done.report.freq == "D"
    assert list(_sums(done).values()) == [3 * 378]
    rows = [f"2023,{m},A,{m},2022-05-01" for m in range(1, 13)]
    assert _read(["Year,Month,SKU,Units,Launched", *rows]).report.freq == "MS"


def test_places_on_the_globe_are_no_units() -> None:
    with pytest.raises(MappingNeeded):
        _read(["Date/Time,Lat,Lon,Base", *(f"{d},40.7,-73.9,B0" for d in DAYS)])


def test_the_quantity_of_a_whole_order_is_not_that_of_its_lines() -> None:
    head = "Order ID,Order Date,Order Status,Product SKU,Product Name,Product Quantity,Product Unit Price,Total Quantity"
    rows = [f"{k},{d},Completed,S{j},Thing,{j + 1},5,3" for k, d in enumerate(DAYS) for j in (0, 1)]
    assert _sums(_read([head, *rows])) == {"S0": 28, "S1": 56}
    rows = [f"{k},{d},A,{k},1,{k + 1}" for k, d in enumerate(DAYS)]
    assert _sums(_read(["Order ID,Order Date,SKU,Online Qty,Store Qty,Total Qty", *rows])) == {"A": 406}


def test_fields_of_an_order_stand_on_one_of_its_lines_beside_its_number_on_all() -> None:
    rows = [
        f"{k},{d if j == 0 else ''},{'paid' if k else 'cancelled' if j == 0 else ''},S{j},2,5"
        for k, d in enumerate(DAYS)
        for j in (0, 1)
    ]
    done = _read(["Order ID,Created at,Financial Status,Item,Qty,Price", *rows, "99,,paid,S0,2,5"])
    assert _sums(done) == {"S0": 54, "S1": 54}
    assert done.report.rows_set_aside == 3


def test_pieces_behind_a_comma_in_a_heading() -> None:
    rows = [f"Кружка,wb-1,{d:%d.%m.%Y},9,900,{d.day},44" for d in DAYS]
    head = "Наименование;Артикул продавца;Дата;Заказано, шт.;Сумма заказов;Выкупили, шт.;Текущий остаток, шт."
    assert _sums(_read([head, *(row.replace(",", ";") for row in rows)])) == {"wb-1": 406}


@pytest.mark.parametrize("word", ["Итого", "Toplam", "Celkem", "Yhteensä", "YTD", "Ø"])
def test_what_stands_behind_the_periods_sums_them_up_and_is_no_code(word: str) -> None:
    rows = [f"{name},{n},{n + 1},{n + 2},{3 * n + 3}" for name, n in (("Mug", 5), ("Bowl", 8))]
    assert _sums(_read([f"Name,Jan-24,Feb-24,Mar-24,{word}", *rows])) == {"Mug": 18, "Bowl": 27}


@pytest.mark.parametrize(
    "word", ["Итого", "Totaal", "Summa", "Összesen", "Razem", "Toplam", "総計", "합계", "Tổng cộng", "I alt"]
)
def test_totals_in_further_languages(word: str) -> None:
    done = _read(["Product,Date,Units", *(f"A,{d},2" for d in DAYS), f"{word},,56"])
    assert _sums(done) == {"A": 56}
    assert done.report.rows_set_aside == 1


def test_settings_like_values_above_the_names_of_the_columns() -> None:
    head = "Belegdatum;Belegnr;Artikelnr;Artikelbezeichnung;Menge;Umsatz netto"
    rows = [f"{d:%d%m%Y};{k};005;Stuhl;2,00;12,50" for k, d in enumerate(DAYS)]
    assert _sums(_read(["EXTF;700;21;Artikelumsatz;1;20240205;;RE", head, *rows])) == {"005": 56}


@pytest.mark.parametrize("head", ["Metric", ""])
def test_words_that_name_measures_are_no_codes_of_a_pivot(head: str) -> None:
    rows = [
        f"{name},{what},{n * k},{2 * k},{3 * k}"
        for name, n in (("Mug", 7), ("Bowl", 4))
        for what, k in (("Units", 1), ("Sales", 10))
    ]
    done = _read([f"Product,{head},Jan 2024,Feb 2024,Mar 2024", *rows])
    assert _sums(done) == {"Mug": 12, "Bowl": 9}
    assert done.report.rows_set_aside == 2


@pytest.mark.parametrize("head", ["W/E {:%m/%d/%y} Units", "Week ending {:%Y-%m-%d} Units", "Units W/E {:%m/%d/%y}"])
def test_weeks_by_their_ends_across_beside_their_measure(head: str) -> None:
    ends = [head.format(day) for day in DAYS if day.weekday() == 5]
    done = _read([f"Product,{','.join(ends)}", "Mug,1,2,3,4", "Bowl,5,6,7,8"])
    assert (_sums(done), f"{done.panel.calendar[0]:%F}") == ({"Mug": 10, "Bowl": 26}, "2024-01-06")


def test_weeks_by_their_ends_down_below_another_heading() -> None:
    rows = [f"Total US,Bar,{{}} {d:%m-%d-%y},00-1,3,4.5" for d in DAYS[6::7]]
    head = "Geography,Product,Time,UPC,Unit Sales,Dollar Sales"
    assert _sums(_read([head, *(row.format("Week Ending") for row in rows)])) == {"00-1": 12}
    for several in ("4 Weeks Ending", "52 W/E", "4 wks ending"):
        with pytest.raises(MappingNeeded):  # weeks that overlap
            _read([head, *(row.format(several) for row in rows)])
    done = _read([head, *(row.format("1 Week Ending") for row in rows), rows[-1].format("Latest 4 Weeks Ending")])
    assert (_sums(done), done.report.rows_set_aside) == ({"00-1": 12}, 1)


def test_a_log_of_moments_notes_one_piece_a_row_and_it_is_said() -> None:
    rows = [f"{d} 1{j}:05,{name},Ann,{j}" for d in DAYS for j, name in enumerate(("Tea", "Cake", "Tea"))]
    done = _read(["Time sold,Item,Seller,Table no", *rows])
    assert _sums(done) == {"Tea": 56, "Cake": 28}
    assert any("every order line counts as one unit" in issue for issue in done.report.issues)
    with pytest.raises(MappingNeeded):  # a list of prices or of promotions
        _read(["Date,Item", *(f"{d},{name}" for d in DAYS for name in ("Tea", "Cake"))])


def test_order_lines_with_a_name_alone_are_one_piece_each() -> None:
    rows = [f"{k}{j},{d},{name},3.5" for k, d in enumerate(DAYS) for j, name in enumerate(("Tea", "Cake"))]
    assert _sums(_read(["Order ID,Date,Product Name,Price", *rows])) == {"Tea": 28, "Cake": 28}


def test_members_who_bought_without_a_quantity_bought_one_piece_a_row() -> None:
    rows = [f"{1800 + k},{d:%d-%m-%Y},{name}" for k, d in enumerate(DAYS) for name in ("milk", "milk", "bread")]
    assert _sums(_read(["Member_number,Date,itemDescription", *rows])) == {"milk": 56, "bread": 28}


def test_what_visitors_looked_at_is_not_sold() -> None:
    rows = [f"{d} 10:0{k}:00 UTC,{what},58,runail,2.6,{k}" for d in DAYS for k, what in enumerate(("view", "cart", "purchase"))]
    done = _read(["event_time,event_type,product_id,brand,price,user_id", *rows])
    assert _sums(done) == {"58": 28}
    assert done.report.rows_set_aside == 56
    assert set(done.set_aside["reason"]) == {"looked at or put into a cart, not bought"}


def test_weeks_beyond_those_of_a_year_are_counted_on_and_orders_stand_for_units_and_both_are_said() -> None:
    rows = [f"{week}{k},{week},55,188{k},136.8,{k + 2}" for week in range(1, 146) for k in (0, 1)]
    for name in ("train.csv", "meals 2024.csv"):
        done = _read(["id,week,center_id,meal_id,checkout_price,num_orders", *rows], name)
        assert (_sums(done), done.panel.freq, len(done.panel.calendar)) == ({"1880": 290, "1881": 435}, "W-MON", 145)
        assert any("carry no dates" in issue for issue in done.report.issues)
        assert any("the numbers of orders in 'num_orders'" in issue for issue in done.report.issues)
    with pytest.raises(MappingNeeded):
        _read(["id,week,center_id,meal_id,checkout_price,num_orders", *rows[:60]])


def test_the_name_of_an_index_below_the_names_of_columns_as_data_frames_write_it() -> None:
    rows = [f"{d},1,2,2.5,3.5" for d in DAYS]
    done = _read([",units,units,price,price", "sku,A-1,B-2,A-1,B-2", "date,,,,", *rows])
    assert _sums(done) == {"A-1": 28, "B-2": 56}


@pytest.mark.parametrize("form", ["{:%a} {:%m/%d}", "{:%a}, {:%d.%m.}", "{:%a} {:%d %b}", "{:%A} {:%b %d}", "{:%a} {:%d-%b}"])
def test_days_behind_their_weekdays_take_the_year_that_the_file_names(form: str) -> None:
    days = [form.format(d, d) for d in DAYS[:14]]
    cells = [f"Item;{';'.join(days)}", "Mug;" + ";".join("12" * 7), "Bowl;" + ";".join("35" * 7)]
    done = _read(cells, "sales 2024.csv")
    assert (_sums(done), done.panel.freq, f"{done.panel.calendar[0]:%F}") == ({"Mug": 21, "Bowl": 56}, "D", "2024-01-01")
    done = _read(["Day;Item;Sold", *(f"{day};Mug;2" for day in days)], "sales 2024.csv")
    assert (_sums(done), f"{done.panel.calendar[-1]:%F}") == ({"Mug": 28}, "2024-01-14")
    with pytest.raises(MappingNeeded, match="year"):
        _read(cells)


def test_months_above_the_first_days_of_their_weeks() -> None:
    weeks = [dt.date(2024, 1, 1) + dt.timedelta(weeks=k) for k in range(8)]
    months = ["", "", weeks[0], "", "", "", dt.date(2024, 2, 1), "", "", ""]
    rows = [[f"S{k}", f"Item {k}", *range(k, k + 8)] for k in range(4)]
    done = import_files([("plan.xlsx", to_xlsx({"P": [months, ["SKU", "Name", *weeks], *rows]}))])
    assert _sums(done) == {"S0": 28, "S1": 36, "S2": 44, "S3": 52}
    assert done.panel.freq == "W-MON"
