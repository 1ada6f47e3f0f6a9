"""Rows that are written otherwise than the rest of their file."""

import pytest

from forecasting.ingest import main_table, read_tables

HEADER = ["date", "sku", "name", "units", "revenue"]
ROWS = [[f"2024-01-{d:02d}", f"A{d % 3}", f"Mug {d}", f"{d},000", f"{d},120.50"] for d in range(1, 28)]


def _line(cells: list[str]) -> str:
    return ",".join(f'"{cell}"' if "," in cell else cell for cell in cells)


def _quoted(mark: str, opening: str, closing: str) -> str:
    return mark.join(f"{opening}{{}}{closing}" for _ in HEADER)


@pytest.mark.parametrize("place", [0, 13, 26])
@pytest.mark.parametrize(
    "pattern",
    [
        "{};{};{};{};{}",
        "{}; {}; {}; {}; {}",
        "{}|{}|{}|{}|{}",
        "{}:{}:{}:{}:{}",
        '{} {} "{}" {} {}',
        '{} , {} , {} , "{}" , "{}"',
        _quoted(";", '"', '"'),
        _quoted(",", "'", "'"),
        _quoted(",", "`", "`"),
        _quoted(",", "“", "”"),
        _quoted(",", "«", "»"),
    ],
)
def test_one_row_with_other_delimiters_or_quotes(pattern: str, place: int) -> None:
    lines = [_line(HEADER), *map(_line, ROWS)]
    lines[place + 1] = pattern.format(*ROWS[place])
    table = main_table(read_tables("\n".join(lines).encode(), "a.csv"))
    assert [list(table.header), *map(list, table.cells.rows())] == [HEADER, *ROWS]


def test_a_row_in_quotes_that_were_doubled() -> None:
    lines = [*(f"2024-01-{d:02d},A{d % 3},{d}" for d in range(1, 20))]
    lines[9] = '""2024-01-10"",""A1"",""10""'
    table = main_table(read_tables(("date,sku,units\n" + "\n".join(lines)).encode(), "a.csv"))
    assert table.cells.row(9) == ("2024-01-10", "A1", "10")


def test_a_title_with_a_colon_is_no_row() -> None:
    text = "SKU: 00417\nDate,Units\n" + "".join(f"2024-01-{d:02d},{d}\n" for d in range(1, 9))
    table = main_table(read_tables(text.encode(), "a.csv"))
    assert (table.header, table.preamble) == (("Date", "Units"), ("SKU: 00417",))


@pytest.mark.parametrize("place", [0, 13, 26])
def test_a_line_break_in_a_bare_cell_parts_no_row(place: int) -> None:
    rows = [(f"2024-01-{d:02d}", f"A{d % 3}", "oak shelf", str(d), "shop") for d in range(1, 28)]
    lines = ["date,sku,name,units,channel", *map(",".join, rows)]
    lines[place + 1] = lines[place + 1].replace("oak shelf", "oak\nshelf")
    rows[place] = (*rows[place][:2], "oak\nshelf", *rows[place][3:])
    assert main_table(read_tables("\n".join(lines).encode(), "a.csv")).cells.rows() == rows


def test_two_rows_without_their_last_cells_are_two_rows() -> None:
    lines = [f"2024-01-{d:02d},A,{d},,x" for d in range(1, 28)]
    lines[9:11] = ["2024-01-10,A,10", "2024-01-11,A,11"]
    table = main_table(read_tables(("date,sku,units,note,by\n" + "\n".join(lines)).encode(), "a.csv"))
    assert (table.height, table.cells.row(10)) == (27, ("2024-01-11", "A", "11", "", ""))
