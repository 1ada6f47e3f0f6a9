"""The quick reader takes only what it reads as the careful one does."""

import pytest

from forecasting.ingest import import_files
from forecasting.ingest.reading.fastcsv import odd_lines, read_fast
from forecasting.ingest.sales import stream

ROWS = "date,sku,units\r\n" + "".join(f"2024-01-{d:02d},A,{d}\r\n" for d in range(1, 20))


def test_a_return_within_a_line_is_left_to_the_careful_reader() -> None:
    torn = ROWS.replace("05,A,5\r\n", "05,A,5\r\t\n").encode()
    assert odd_lines(torn, ",", 3) is None
    assert read_fast(torn, "a.csv") is None


@pytest.mark.parametrize("tail", ["\r\n", "\n\n", "\r\n\r\n"])
def test_blank_lines_at_the_end_are_no_rows(tail: str) -> None:
    tables = read_fast((ROWS + tail).encode(), "a.csv")
    assert tables is not None
    assert tables[0].height == 19


def test_a_delimiter_at_the_end_of_each_line_makes_no_column() -> None:
    tables = read_fast(ROWS.replace("\r\n", ",\r\n").encode(), "a.csv")
    assert tables is not None
    assert (tables[0].header, tables[0].cells.width) == (("date", "sku", "units"), 3)


def test_a_row_that_begins_and_ends_as_the_header_is_a_row() -> None:
    lines = [*ROWS.splitlines(), *(f"2024-02-01,A{k},{k}" for k in range(700)), "date,unknown,units", "date,sku,units"]
    tables = read_fast("\n".join(lines).encode(), "a.csv")
    assert tables is not None
    assert (tables[0].height, tables[0].cells.row(-1)) == (720, ("date", "unknown", "units"))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_row_in_apostrophes_is_left_to_the_careful_reader(end: str) -> None:
    lines = ["2024-01-01,A,1", "'2024-01-02','A','2'", "2024-01-03,O'Neill,3'"]
    found = odd_lines(end.join(lines).encode(), ",", 3)
    assert found is not None
    assert found.tolist() == [1]


@pytest.mark.parametrize("mark", ["·", "§"])
def test_a_delimiter_of_two_bytes_is_left_to_the_careful_reader(mark: str) -> None:
    assert read_fast(ROWS.replace(",", mark).encode(), "a.csv") is None


@pytest.mark.parametrize("mark", ["\ufeff", "\x0c"])
def test_marks_at_the_beginning_of_a_line_are_left_to_the_careful_reader(mark: str) -> None:
    assert read_fast(ROWS.replace("2024-01-07", f"{mark}2024-01-07").encode(), "a.csv") is None


def test_cells_in_typographic_quotes_are_left_to_the_careful_reader() -> None:
    quoted = "\n".join(",".join(f"“{cell}”" for cell in line.split(",")) for line in ROWS.splitlines())
    assert read_fast(f"{quoted}\n".encode(), "a.csv") is None


def test_a_lone_return_above_the_header_moves_no_row() -> None:
    assert read_fast(f"\r{ROWS}".encode(), "a.csv") is None


def test_a_lone_return_above_the_header_loses_no_row_of_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "STREAM_FROM", 0)
    head = "\rInvoice,StockCode,Quantity,InvoiceDate,Price\n"
    rows = "".join(f"{500 + k},A{k % 3},2,{k % 12 + 1}/{k % 28 + 1}/2023 10:00,1.5\n" for k in range(600))
    assert import_files([("orders.csv", (head + rows).encode())]).report.rows_read == 600
