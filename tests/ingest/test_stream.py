"""A large order file summed piece by piece tells the same as the same file read as a whole."""

from __future__ import annotations

import csv
import datetime as dt
import random
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from forecasting.ingest import Import, import_files, importer
from forecasting.ingest.reading.coded import read_coded
from forecasting.ingest.reading.table import Table
from forecasting.ingest.sales import stream

HEAD = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country"


def orders(rows: int = 3000, seed: int = 1) -> list[str]:
    """Order lines with returns, postage, stock corrections, quoted names and prices of 0, in the order of their dates."""
    draw = random.Random(seed)
    lines, moment, number = [], dt.datetime(2023, 1, 2, 8), 500000
    while len(lines) < rows:
        moment += dt.timedelta(minutes=draw.randint(1, 90))
        number += 1
        for _ in range(draw.randint(1, 6)):
            code = draw.choice(["85048", "79323P", "22041", "POST", "M", "22139", "C2", "20725", "84879", "21754"])
            name = {"22041": '"RECORD FRAME 7"" SINGLE, BLACK"', "POST": "POSTAGE", "M": "Manual"}.get(code, f"ITEM {code} ")
            units = draw.choice([1, 2, 12, -3, 48, 6])
            price, customer = (0, "") if draw.random() < 0.03 else (draw.choice([2.95, 0.85, 6.1, 1.65]), "13085.0")
            when = f"{moment.month}/{moment.day}/{moment.year} {moment.hour}:{moment.minute:02d}"
            lines.append(f"{number},{code},{name},{units},{when},{price},{customer},United Kingdom")
    return lines


def both(
    lines: list[str], monkeypatch: pytest.MonkeyPatch, end: str = "\n", head: str = HEAD, **asked: str
) -> tuple[Import, Import, bool]:
    """The import piece by piece, the import as a whole, and whether the pieces were enough."""
    data = end.join([head, *lines]).encode() + end.encode()
    taken = []
    monkeypatch.setattr(stream, "STREAM_FROM", 0)
    monkeypatch.setattr(stream, "_PIECE", 1 << 14)
    monkeypatch.setattr(importer, "_finish_stream", _noted(importer._finish_stream, taken))
    pieces = import_files([("orders.csv", data)], **asked)
    monkeypatch.setattr(stream, "STREAM_FROM", 1 << 60)
    return pieces, import_files([("orders.csv", data)], **asked), bool(taken)


def _noted(finish, taken):
    def noting(*arguments):
        taken.append(True)
        return finish(*arguments)

    return noting


def same(one: Import, other: Import) -> None:
    assert one.panel.digest == other.panel.digest
    assert one.report == other.report
    assert one.set_aside.equals(other.set_aside)
    assert one.report.rows_read == one.report.rows_used + one.report.rows_set_aside


def changed(lines: list[str], place: int, cell: int, text: str) -> list[str]:
    cells = lines[place].split(",")
    assert '"' not in lines[place]
    return [*lines[:place], ",".join([*cells[:cell], text, *cells[cell + 1 :]]), *lines[place + 1 :]]


def plain_place(lines: list[str], start: int) -> int:
    return next(k for k in range(start, len(lines)) if ",85048," in lines[k])


@pytest.mark.parametrize("asked", [{}, {"freq": "W-MON"}, {"freq": "MS"}], ids=str)
def test_pieces_and_whole_agree(monkeypatch, asked):
    pieces, whole, taken = both(orders(), monkeypatch, **asked)
    same(pieces, whole)
    assert taken
    assert pieces.report.rows_set_aside > 300
    assert {"returns", "orders", "price_paid"} <= set(pieces.panel.columns)


@pytest.mark.parametrize("place", [0, 1500, -1], ids=["first", "middle", "last"])
@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (3, "abc"), (3, ""), (3, "1e3"), (3, " 7 "), (3, '"1,5"'), (3, "0x12"), (3, "inf"), (3, "9999999999999"),
        (4, "never"), (4, ""), (4, "13/13/2023 8:00"), (4, "5 Mar 2023"), (4, "3/5/2033 8:00"), (4, "1/1/1970 0:00"),
        (4, "3/5/2023 25:00"), (4, "3/5/23"), (5, "-1"), (5, "n/a"), (5, "£2.95"), (5, ""), (1, ""), (1, "-"), (1, "Total"),
        (1, "2.3E+12"), (1, "'85048"), (2, "Discount"), (2, ""), (0, " 500001 "), (6, " "),
    ],
)  # fmt: skip
def test_one_odd_cell_is_read_as_in_the_whole_file(monkeypatch, place, cell, text):
    lines = orders(1500)
    at = (
        plain_place(lines, min(place, len(lines) - 200))
        if place >= 0
        else max(k for k in range(len(lines)) if ",85048," in lines[k])
    )
    pieces, whole, _ = both(changed(lines, at, cell, text), monkeypatch)
    same(pieces, whole)


@pytest.mark.parametrize(
    "flaw",
    [
        lambda lines: [*lines[:900], "", *lines[900:]],
        lambda lines: [*lines, "Total,,,12345,,,,"],
        lambda lines: [*lines, '500000,85048,"two\nlines",1,3/5/2023 8:00,2.95,13085.0,United Kingdom'],
        lambda lines: [*lines, "500000,85048,short,1"],
        lambda lines: [*lines, '500000,85048,a "stray" quote,1,3/5/2023 8:00,2.95,13085.0,United Kingdom'],
        lambda lines: [*lines[:900], HEAD, *lines[900:]],
        lambda lines: sorted(lines, key=lambda line: line.split(",")[1]),
        lambda lines: random.Random(3).sample(lines, len(lines)),
        lambda lines: [line for line in lines for _ in range(2)],
    ],
    ids=["blank-line", "footer", "line-break", "short-row", "stray-quote", "header-again", "by-sku", "shuffled", "twice"],
)  # fmt: skip
def test_flawed_and_reordered_files_agree(monkeypatch, flaw):
    same(*both(flaw(orders(1500)), monkeypatch)[:2])


def test_names_of_the_whole_file_decide_what_is_no_product(monkeypatch):
    lines = orders(3000)
    late = [line.replace("ITEM 22139 ", "Discount") if k > 200 else line for k, line in enumerate(lines)]
    pieces, whole, taken = both(late, monkeypatch)
    same(pieces, whole)
    assert taken
    assert "22139" not in pieces.panel.ids


def test_decimal_commas_and_semicolons(monkeypatch):
    rows = [line for line in orders() if '"' not in line]
    pieces, whole, taken = both(
        [line.replace(",", ";").replace(".", ",") for line in rows], monkeypatch, head=HEAD.replace(",", ";")
    )
    same(pieces, whole)
    assert taken
    assert pieces.report.delimiter == ";"


def test_windows_lines_and_a_path(monkeypatch, tmp_path: Path):
    pieces, whole, taken = both(orders(), monkeypatch, end="\r\n")
    same(pieces, whole)
    assert taken
    monkeypatch.setattr(stream, "STREAM_FROM", 0)
    (tmp_path / "orders.csv").write_text("\n".join([HEAD, *orders()]), encoding="utf-8")
    same(import_files([("orders.csv", tmp_path / "orders.csv")]), whole)


@pytest.mark.parametrize(
    "piece",
    [
        b"a,b\nc",
        b"a,b\n\nc,d",
        b'a,"b\nc",d',
        b'a,b"\n"c,d',
        b'a,"b"c\nd,e',
        b"a,b\rc,d\ne,f",
        b"a,\x00\nc,d",
        b"a,\xff\nc,d",
        b"",
    ],
)
def test_lines_that_break_a_rule_are_not_read_quickly(piece):
    assert read_coded(piece, ",", 2, [0, 1]) is None


def test_a_table_is_written_as_the_csv_module_writes_it(tmp_path: Path):
    draw = random.Random(1)
    marks = ["a", '"', ",", "\n", " ", "'", "é", "", "="]
    for extra in ([], ["\r"]):
        rows = [["".join(draw.choices([*marks, *extra], k=draw.randint(0, 4))) for _ in range(3)] for _ in range(200)]
        frame = pl.DataFrame(rows, schema=["c0", "c1", "c2"], orient="row")
        for header in (("h,1", 'b"', ""), ("h", "SKU\r", "")):
            Table("t.csv", "", header, frame, pl.Series(range(200))).write_csv(str(tmp_path / "t.csv"))
            with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
                assert list(csv.reader(file)) == [list(header), *rows]


def _one_order_in_three_lines(k: int) -> str:
    return f"{k},2024-01-{1 + k // 100 % 28:02d},A,2" if k % 3 == 0 else ",,B,1"


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("order,date,sku,qty", _one_order_in_three_lines),
        ("order,date,sku,qty,type,status", lambda k: f"{k},2024-01-{1 + k % 28:02d},A,2,{'Return' if k % 9 else 'Sale'},Paid"),
        ("order,date,sku,qty", lambda k: f"{k},2024-01-{1 + k % 28:02d},{1000 + k % 7}.0,2.0"),
        ("order,date,sku,qty,status", lambda k: f"{k},2024-01-{1 + k % 28:02d},A,2,{'Storno' if k % 9 == 0 else 'Sale'}"),
        ("order,date,sku,metric,value", lambda k: f"{k},2024-01-{1 + k % 28:02d},A,{'Units' if k % 2 else 'Revenue'},{k % 5}"),
        ("order,date,sku,qty ordered,qty cancelled", lambda k: f"{k},2024-01-{1 + k % 28:02d},A,2,{2 if k % 9 == 0 else 0}"),
        ("order,date,sku,net quantity,returned quantity", lambda k: f"{k},2024-01-{1 + k % 28:02d},A,{1 - k % 3},{k % 3}"),
        ("order,date,sku,qty,is return", lambda k: f"{k},2024-01-{1 + k % 28:02d},A,2,{'yes' if k % 9 == 0 else 'no'}"),
        ("order,date,sku,qty,type", lambda k: f"{k},2024-01-{1 + k % 28:02d},A,2,{'R' if k % 9 == 0 else 'S'}"),
        ("order,date,sku,qty,uom", lambda k: f"{k},2024-01-{1 + k % 28:02d},A,2,{'CS' if k % 9 == 0 else 'EA'}"),
        ("order,date,seller sku,variant sku,qty", lambda k: f"{k},2024-01-{1 + k % 28:02d},P{k % 3},{'V' if k % 2 else ''},2"),
    ],
    ids=[
        "outline", "type beside status", "codes with points", "returns", "measures", "cancelled units", "net units",
        "flags", "letters", "units of measure", "variants",
    ],
)  # fmt: skip
def test_what_only_a_whole_file_tells_is_read_so(monkeypatch, head, line):
    pieces, whole, _ = both([line(k) for k in range(3000)], monkeypatch, head=head)
    same(pieces, whole)


def test_a_large_file_without_names_and_without_a_flaw(monkeypatch):
    pieces, whole, _ = both(
        [f"{k},2024-01-{1 + k % 28:02d},P{k % 3},2" for k in range(3000)], monkeypatch, head="order,date,sku,qty"
    )
    same(pieces, whole)


def test_a_column_says_the_same_before_its_codes_are_worked_out_and_after():
    columns = read_coded(b"A,1\nB,\nA,\xc3\xbc", ",", 2, [0, 1])
    assert columns is not None
    rows = np.array([2, 0])
    for column, blank in ((columns[0], False), (columns[1], True)):
        before = column.cells.to_list(), column.at(rows).to_list(), column.any_blank
        assert column.texts.gather(column.codes).to_list() == before[0]
        assert (column.cells.to_list(), column.at(rows).to_list(), column.any_blank) == before
        assert before[2] == blank
    assert columns[1].cells.to_list() == ["1", "", "ü"]
