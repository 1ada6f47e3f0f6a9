"""Files as test corpora of messy CSVs hold them: alphabets, frames, rules of dashes, marks in odd places."""

import pytest

from forecasting.ingest import Table, main_table, read_tables

_RUSSIAN = "Дата;Артикул;Наименование;Количество\n01.03.2024;Т-1;Чашка синяя;3\n02.03.2024;Т-2;Чай зелёный;4\n"
_GREEK = "Ημερομηνία;Κωδικός;Περιγραφή;Ποσότητα\n01/03/2024;Α1;Κούπα μπλε;3\n02/03/2024;Α2;Τσάι πράσινο;4\n"
_THAI = "วันที่;รหัสสินค้า;ชื่อสินค้า;จำนวน\n2024-03-01;A1;แก้วน้ำ;3\n2024-03-02;A2;ชาเขียว;4\n"
_ARABIC = "التاريخ;رمز المنتج;اسم المنتج;الكمية\n2024-03-01;A1;كوب;3\n2024-03-02;A2;شاي;4\n"
_HEBREW = "תאריך;מקט;תיאור;כמות\n2024-03-01;A1;כוס כחולה;3\n2024-03-02;A2;תה ירוק;4\n"
_JAPANESE = "日付;商品コード;商品名;数量\n2024/03/01;A1;ソファ表;3\n2024/03/02;A2;能面;4\n"


def _rows(data: bytes | str, name: str = "a.csv") -> list[tuple[str, ...]]:
    table = _main(data, name)
    return [table.header, *table.cells.rows()]


def _main(data: bytes | str, name: str = "a.csv") -> Table:
    return main_table(read_tables(data if isinstance(data, bytes) else data.encode(), name))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((_RUSSIAN, encoding) for encoding in ("koi8_r", "cp866", "iso8859_5", "cp1251")),
        *((_GREEK, encoding) for encoding in ("cp1253", "cp737")),
        (_THAI, "cp874"),
        (_ARABIC, "cp1256"),
        (_HEBREW, "cp1255"),
        *((_JAPANESE, encoding) for encoding in ("euc_jp", "shift_jis")),
    ],
)
def test_alphabets_of_one_byte_and_of_two_are_read_by_their_words(text: str, encoding: str) -> None:
    assert _rows(text.encode(encoding)) == [tuple(line.split(";")) for line in text.splitlines()]


def test_western_capitals_are_no_syllables() -> None:
    text = "Größe;Menge\nMÜLLER ÄÖÜ;3\nGRÖSSE;4\n"
    assert _rows(text.encode("cp1252"))[1] == ("MÜLLER ÄÖÜ", "3")


def test_files_put_together_keep_no_byte_order_mark() -> None:
    part = "\ufeffdate,sku,qty\n2024-03-01,A,1\n2024-03-02,A,2\n"
    assert len(_rows(part + part.replace("2024-03", "2024-04"))) == 5


def test_a_second_table_may_have_a_title_between_the_gap_and_its_header() -> None:
    sales = "date,sku,qty\n2024-03-01,A,1\n2024-03-02,B,2\n2024-03-03,C,3\n"
    tables = read_tables((sales + "\n\nSuppliers\nsku,supplier\nA,Holz AG\nB,Mug Ltd\nC,Tea Co\n").encode(), "a.csv")
    assert [(t.header, t.height) for t in tables] == [(("date", "sku", "qty"), 3), (("sku", "supplier"), 3)]
    assert tables[1].preamble == ("Suppliers",)


def test_a_row_that_stands_in_quotes_as_a_whole_is_taken_apart() -> None:
    found = _rows('date,sku,name,qty\n2024-03-01,A,Mug,1\n"2024-03-02,B,Bowl,2"\n2024-03-03,C,Tin,3\n')
    assert found[2] == ("2024-03-02", "B", "Bowl", "2")


def test_the_first_control_character_parts_cells_as_in_hive() -> None:
    lines = [["date", "sku", "qty"], *([f"2024-03-{day:02d}", "A", str(day)] for day in range(1, 9))]
    assert _rows("\n".join("\x01".join(line) for line in lines) + "\n") == [tuple(line) for line in lines]


def test_one_column_of_amounts_with_decimal_commas() -> None:
    assert _rows("Umsatz\n0,5\n1,5\n22,75\n") == [("Umsatz",), ("0,5",), ("1,5",), ("22,75",)]


def test_the_frame_drawn_around_a_table_is_no_column() -> None:
    rule = "+------------+-----+-----+\n"
    body = "| date       | sku | qty |\n", "| 2024-03-01 | A   |   1 |\n| 2024-03-02 | B   |   2 |\n"
    assert _rows(rule + body[0] + rule + body[1] + rule) == [
        ("date", "sku", "qty"),
        ("2024-03-01", "A", "1"),
        ("2024-03-02", "B", "2"),
    ]


def test_a_rule_of_dashes_under_the_header_marks_the_columns() -> None:
    text = "SALE_DATE  NAME       QTY\n---------- ------- ------\n2024-03-01 Oak one     3\n2024-03-02 Tin         4\n"
    found = _main(text + "\n2 rows selected.\n")
    assert [found.header, *found.cells.rows()] == [
        ("SALE_DATE", "NAME", "QTY"),
        ("2024-03-01", "Oak one", "3"),
        ("2024-03-02", "Tin", "4"),
    ]
    assert found.lines.to_list() == [3, 4]


def test_rows_that_count_below_two_levels_of_a_header_are_values() -> None:
    for top in (",2023,,2024,", ",Units,,Revenue,"):
        found = _rows(f"{top}\nSKU,Q1,Q2,Q1,Q2\nA,1,2,3,4\nB,5,6,7,8\nC,1,1,1,1\n")
        assert (found[0][0], found[1]) == ("SKU", ("A", "1", "2", "3", "4"))


def test_a_sign_that_doubled_parts_the_cells_may_stand_in_them_alone() -> None:
    lines = [["date", "sku", "name", "qty"], *([f"2024-03-{day:02d}", "A", "Oak|shelf", str(day)] for day in range(1, 9))]
    assert _rows("\n".join("||".join(line) for line in lines) + "\n") == [tuple(line) for line in lines]


def test_a_file_cut_off_in_a_character_keeps_its_last_cell() -> None:
    found = _main("date\tsku\tqty\n2024-03-01\tA\t1\n2024-03-02\tA\t2\n".encode("utf-16")[:-1])
    assert found.cells.row(1) == ("2024-03-02", "A", "2")
    assert any("middle of a character" in note for note in found.notes)


def test_long_terms_of_use_are_not_the_table() -> None:
    terms = "".join(f"Term {k}, which nobody reads\n" for k in range(40))
    rows = "".join(f"2024-03-{day:02d},A,1\n" for day in range(1, 21))
    table = _main(terms + "\ndate,sku,qty\n" + rows)
    assert (table.header, table.height) == (("date", "sku", "qty"), 20)


def test_columns_that_a_gap_through_all_lines_parts() -> None:
    body = "".join(f"2024-03-{day:02d} S-{day:03d} {day:>5}\n" for day in range(1, 9))
    assert _rows("date       sku     qty\n" + body)[1:3] == [("2024-03-01", "S-001", "1"), ("2024-03-02", "S-002", "2")]


def test_a_sentence_with_commas_below_the_table_is_no_row() -> None:
    body = "".join(f"2024-03-{day:02d},S-1,Mug,{day},2.50\n" for day in range(1, 9))
    table = _main("date,sku,name,qty,price\n" + body + "Note: prices in EUR, tax incl., see terms\n")
    assert (table.height, len(table.footer)) == (8, 1)


def test_decimal_commas_between_commas_are_put_together_and_it_is_said() -> None:
    body = "".join(f"2024-03-{day:02d},S-1,{day},{day},{day + 40}\n" for day in range(10, 18))
    table = _main("date,sku,qty,price\n" + body)
    assert table.cells.row(0) == ("2024-03-10", "S-1", "10", "10,50")
    assert any("decimal" in note for note in table.notes)
    index = "".join(f"{k},2024-03-1{k},S-1,1{k},12\n" for k in range(8))
    assert _main("date,sku,qty,price\n" + index).width == 5


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_declared_separator_counts_whatever_ends_its_line(end: str) -> None:
    assert _rows(end.join(["sep=^", "date^sku^qty", "2024-03-01^A^1", "2024-03-02^B^2"]))[0] == ("date", "sku", "qty")


def test_a_sign_that_only_stands_twice_parts_the_cells_as_a_pair() -> None:
    rows = ["id||name||place||price", '1000||"Rug 5"""||Oak shelf||62,01', '1003||Tea||"Rug 5"""||4,90']
    assert _rows("\r".join(rows))[1] == ("1000", 'Rug 5"', "Oak shelf", "62,01")


@pytest.mark.parametrize("end", ["\x1e", "\x1e\n", "\x1e\r\n"])
@pytest.mark.parametrize("mark", ["\x1f", ","])
def test_records_end_with_the_separator_of_records(mark: str, end: str) -> None:
    lines = [["date", "sku", "note"], ["2024-01-01", "A", "x"], ["2024-01-02", "B", '"two\nlines"']]
    table = read_tables(end.join(map(mark.join, lines)).encode() + end.encode(), "a.txt")[0]
    assert (table.header, table.cells.rows()) == (
        ("date", "sku", "note"),
        [("2024-01-01", "A", "x"), ("2024-01-02", "B", "two\nlines")],
    )


def test_semicolons_that_stand_twice_part_the_cells_of_every_line() -> None:
    text = "Datum;;Artikel;;Farbe;;Menge\n" + "".join(f"{d:02d}.01.2024;;A{d % 2};;;;{d}\n" for d in range(1, 9))
    table = read_tables(text.encode(), "a.csv")[0]
    assert (table.delimiter, table.header, table.cells.row(0)) == (
        ";;",
        ("Datum", "Artikel", "Farbe", "Menge"),
        ("01.01.2024", "A1", "", "1"),
    )


def test_tabs_that_keep_numbers_from_being_rounded_part_nothing() -> None:
    text = "Date\t,SKU\t,Units\t\n" + "".join(f"2024-01-{d:02d}\t,A{d % 2}\t,{d}\t\n" for d in range(1, 9))
    assert read_tables(text.encode(), "a.csv")[0].delimiter == ","


@pytest.mark.parametrize("rest", ["red,A{k}", "{d},{e},{f}"])
def test_a_first_line_that_begins_as_all_others_is_no_header(rest: str) -> None:
    lines = [f"Kitchen,{rest.format(k=d % 3, d=d, e=d + 1, f=d + 2)}" for d in range(1, 12)]
    table = read_tables("\n".join(lines).encode(), "a.csv")[0]
    assert (table.has_header, table.height) == (False, 11)


def test_a_sum_right_below_the_header_is_no_part_of_it() -> None:
    text = "Date,SKU,Units\nTotal,All,36\n" + "".join(f"2024-01-{d:02d},A,{d}\n" for d in range(1, 9))
    table = read_tables(text.encode(), "a.csv")[0]
    assert (table.header, table.height) == (("Date", "SKU", "Units"), 9)


def test_a_delimiter_inside_quotes_parts_nothing() -> None:
    text = "Date,Product,Units\n" + "".join(f'2024-01-{d:02d},"Mug; A{d % 2}",{d}\n' for d in range(1, 9))
    table = read_tables(text.encode(), "a.csv")[0]
    assert (table.delimiter, table.cells.row(0)) == (",", ("2024-01-01", "Mug; A1", "1"))
