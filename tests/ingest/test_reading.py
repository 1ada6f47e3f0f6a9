# ruff: noqa: E501 - tables of words and files read best as they stand
"""What the reader does with workbooks of every kind, names that say a period, and files that mean harm."""

import datetime as dt
import io
import stat
import tarfile
import zipfile
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from forecasting.core.errors import InputError
from forecasting.ingest import import_files, read_tables
from forecasting.ingest.cells.dates import parse_dates
from forecasting.ingest.cells.numbers import parse_number
from tests.ingest.truth import to_xlsx

FILES = Path(__file__).parent / "files"
GOOD = b"date,sku,units\n2024-01-01,A,1\n2024-01-02,A,2\n"


@pytest.mark.parametrize("name", ["book.xls", "book.ods", "book.xlsm", "book1904.xls", "book1904.xlsx"])
def test_workbooks_of_every_kind_hold_the_same(name: str) -> None:
    data = (FILES / name).read_bytes()
    sales = next(table for table in read_tables(data, name) if table.sheet == "Data")
    assert sales.header == ("Date", "SKU", "Units", "Share", "Revenue", "Checked")
    assert sales.cells.row(0)[:5] == ("2024-01-01", "00123", "1", "0.125", "9.5")
    assert sales.cells.row(3)[5] == ""  # an error (#N/A) is no value
    done = import_files([(name, data)])
    assert done.panel.frame.groupby("unique_id")["y"].sum().to_dict() == {"00123": 55.0, "AB-7": 65.0}
    assert done.report.rows_set_aside == 2
    assert any("hidden" in issue for issue in done.report.issues)


MONTHS = [
    ("sales 2023.xlsx", ["Jan", "Feb", "Mar"], None),
    ("销售2023年.xlsx", ["一月", "二月", "三月"], None),
    ("销售 2023.xlsx", ["1月", "2月", "3月"], None),
    ("verkauf.xlsx", ["Januar", "Februar", "März"], "Verkäufe 2023"),
    ("ventes.xlsx", ["janv. 2023", "févr. 2023", "mars 2023"], None),
]


@pytest.mark.parametrize(("name", "sheets", "title"), MONTHS)
def test_one_sheet_a_month_takes_the_year_from_where_it_stands(name: str, sheets: list[str], title: str | None) -> None:
    above: list[list[object]] = [[title], [None]] if title else []
    book = {sheet: [*above, ["SKU", "Units"], ["A", 10 + k], ["B", 20]] for k, sheet in enumerate(sheets)}
    done = import_files([(name, to_xlsx(book))])
    assert done.panel.freq == "MS"
    series = done.panel.series("A")
    assert series["ds"].dt.strftime("%Y-%m").tolist() == ["2023-01", "2023-02", "2023-03"]
    assert series["y"].tolist() == [10.0, 11.0, 12.0]


def test_months_without_any_year_are_asked_for_in_one_sentence() -> None:
    book = {sheet: [["SKU", "Units"], ["A", 1]] for sheet in ("Jan", "Feb")}
    with pytest.raises(InputError, match="no year"):
        import_files([("sales.xlsx", to_xlsx(book))])
    across = b"SKU,Jan,Feb,Mar,Apr\nA,1,2,3,4\nB,1,2,3,4\n"
    with pytest.raises(InputError, match="no year"):
        import_files([("sales.csv", across)])
    assert import_files([("sales_2022.csv", across)]).panel.series("A")["y"].tolist() == [1.0, 2.0, 3.0, 4.0]


def test_a_column_of_months_takes_the_year_of_its_sheet() -> None:
    rows = [["Month", "SKU", "Units"], *([m, "A", k] for k, m in enumerate(["Jan", "Feb", "Mar"], 1))]
    done = import_files([("s.xlsx", to_xlsx({"2022": rows, "2023": rows}))])
    assert done.panel.frame.dropna()["y"].tolist() == [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]


def test_tables_side_by_side_are_told_apart_and_a_spacer_column_parts_nothing() -> None:
    days = range(1, 12)
    twice = [["date", "sku", "units", None, "date", "sku", "units"]]
    twice += [[dt.date(2024, 1, d), "A", d, None, dt.date(2024, 2, d), "A", d] for d in days]
    assert import_files([("a.xlsx", to_xlsx({"S": twice}))]).panel.frame["y"].sum() == 132
    beside = [["date", "sku", "units", None, "region", "manager"]]
    beside += [[dt.date(2024, 1, d), "A", d, None, *(["North", "Ann"] if d < 3 else [])] for d in days]
    assert [t.header for t in read_tables(to_xlsx({"S": beside}), "a.xlsx")] == [
        ("date", "sku", "units"),
        ("region", "manager"),
    ]
    spaced = [["date", "sku", "units", None, "price", "stock"], *([dt.date(2024, 1, d), "A", d, None, 2, 9] for d in days)]
    assert len(read_tables(to_xlsx({"S": spaced}), "a.xlsx")) == 1


def _linked_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("sales.csv")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def _tar(member: tarfile.TarInfo, content: bytes = b"") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def test_links_in_archives_are_refused_and_a_tar_of_a_table_is_read() -> None:
    link = tarfile.TarInfo("sales.csv")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    for data in (_linked_zip(), _tar(link)):
        with pytest.raises(InputError, match="link"):
            import_files([("a.zip", data)])
    assert import_files([("a.tar", _tar(tarfile.TarInfo("sales.csv"), GOOD))]).panel.frame["y"].sum() == 3
    with pytest.raises(InputError, match="outside"):
        import_files([("a.tar", _tar(tarfile.TarInfo("../sales.csv"), GOOD))])


def test_endless_lines_and_far_cells_are_refused_in_a_sentence() -> None:
    with pytest.raises(InputError, match="characters long"):
        read_tables(b"date,sku\n" + b"a " * (3 << 20), "a.csv")
    with pytest.raises(InputError, match="cells"):
        read_tables(b"a~b\n1~2\n" * 50 + b"~".join([b"1"] * 30_000), "a.csv")
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write(0, 0, "date")
    sheet.write(60_000, 16_383, "far")
    book.close()
    with pytest.raises(InputError, match="far from any table"):
        read_tables(out.getvalue(), "a.xlsx")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-01-05 24:00", "2024-01-06"), ("2024/1/5 下午 3:05", "2024-01-05"), ("2024年第1季度", "2024-01-01"), ("2. Quartal 2024", "2024-04-01"),
        ("T3 2024", "2024-07-01"), ("Q1 2024", "2024-01-01"), ("12 Sept 2024", "2024-09-12"), ("15 août 2024", "2024-08-15"),
        ("3 de marzo de 2024", "2024-03-03"), ("KW 7/2024", "2024-02-12"), ("2024-01-05T10:00:00+08:00", "2024-01-05"),
        ("KW 7/24", "2024-02-12"), ("24W07", "2024-02-12"), ("M02 2024", "2024-02-01"), ("2024-M2", "2024-02-01"),
    ],
)  # fmt: skip
def test_dates_of_many_makes(text: str, day: str) -> None:
    assert parse_dates(pl.Series([text])).values.dt.to_string("%F").to_list() == [day]


def test_the_year_one_is_no_date_and_endless_numbers_are_none() -> None:
    assert parse_dates(pl.Series(["0001-01-01", "2024-01-01"])).values.is_null().to_list() == [True, False]
    assert parse_number("1e400") is None
    assert parse_number("5,-", ",") == 5.0
    assert parse_number("1.5k") == 1500.0


def test_order_lines_are_days_however_few_and_quarters_are_read_either_way() -> None:
    orders = "order,date,sku,qty\n" + "".join(f"{m},2024-{m:02d}-01,A,2\n" for m in range(1, 13))
    assert import_files([("o.csv", orders.encode())]).panel.freq == "D"
    quarters = "quarter,sku,units\n" + "".join(f"Q{1 + q % 4} {2020 + q // 4},A,{q}\n" for q in range(8))
    assert import_files([("q.csv", quarters.encode())]).panel.freq == "QS"
    across = b"sku,Q1 2023,Q2 2023,Q3 2023,Q4 2023\nA,1,2,3,4\nB,1,2,3,4\n"
    done = import_files([("w.csv", across)])
    assert (done.panel.freq, done.panel.series("A")["y"].tolist()) == ("QS", [1.0, 2.0, 3.0, 4.0])


def test_codes_keep_the_zeros_that_their_number_format_shows_in_ods() -> None:
    cell = '<table:table-cell office:value-type="float" office:value="{}"{}><text:p>{}</text:p></table:table-cell>'
    word = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = [word.format("SKU") + word.format("Units")]
    rows += [cell.format(42 + k, ' table:style-name="ce1"', f"{42 + k:05d}") + cell.format(k, "", k) for k in range(3)]
    empty = '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    body = empty + "".join(f"<table:table-row>{'<table:table-cell/>' + row}</table:table-row>" for row in rows)
    names = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text", "style"))
    style = '<number:number-style xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" style:name="N1">'
    style += '<number:number number:decimal-places="0" number:min-integer-digits="5"/></number:number-style>'
    content = (
        f'<office:document-content {names} office:version="1.2"><office:automatic-styles>{style}</office:automatic-styles>'
        f'<office:body><office:spreadsheet><table:table table:name="S">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("content.xml", content)
        book.writestr("META-INF/manifest.xml", "<manifest/>")
    table = read_tables(out.getvalue(), "codes.ods")[0]
    assert table.column(0).to_list() == ["00042", "00043", "00044"]
    assert table.column(1).to_list() == ["0", "1", "2"]


def test_codes_keep_the_zeros_that_their_number_format_shows() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet, code, money = (
            book.add_worksheet("A & B"),
            book.add_format({"num_format": "00000"}),
            book.add_format({"num_format": "0.00"}),
        )
        sheet.write_row(2, 1, ["SKU", "Units", "Price"])
        for k in range(4):
            sheet.write(3 + k, 1, 42 + k, code)
            sheet.write(3 + k, 2, 7 + k)
            sheet.write(3 + k, 3, 2.5, money)
    table = read_tables(out.getvalue(), "codes.xlsx")[0]
    assert table.column(0).to_list() == ["00042", "00043", "00044", "00045"]
    assert table.column(1).to_list() == ["7", "8", "9", "10"]
    assert table.column(2).to_list() == ["2.5"] * 4


def test_rows_that_a_filter_hides_are_read_and_it_is_said() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("S")
        for k, row in enumerate(
            [["Date", "SKU", "Units"], ["2024-01-01", "A", 1], ["2024-01-02", "A", 2], ["2024-01-03", "B", 3]]
        ):
            sheet.write_row(k, 0, row)
        sheet.set_row(2, None, None, {"hidden": True})
    table = read_tables(out.getvalue(), "s.xlsx")[0]
    assert (table.height, table.notes) == (3, ("1 rows of the sheet 'S' are hidden, as by a filter; they are read too",))
