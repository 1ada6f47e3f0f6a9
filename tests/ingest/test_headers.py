"""Where the body of a table begins, and headers of any length."""

import time

from forecasting.ingest import read_tables
from forecasting.ingest.meaning.propose import propose_for
from forecasting.ingest.reading.headers import find_body
from forecasting.ingest.reading.tokens import Row

KINDS = ["date", "text", "number"]
BODY = [Row(k, (f"2024-01-{k:02d}", "A", str(k))) for k in range(2, 9)]


def test_a_first_row_with_delimiters_behind_it_is_a_row() -> None:
    first = Row(2, (*BODY[0].cells, "", "", ""))
    assert find_body([Row(1, ("date", "sku", "units")), first, *BODY[1:]], 3, KINDS) == (1, [Row(1, ("date", "sku", "units"))])


def test_control_characters_beside_digits_are_no_days_of_a_month() -> None:
    rows = [Row(1, ("sku", "units", "x")), Row(2, ("\x1e0", "3", "4")), *BODY]
    assert find_body(rows, 3, KINDS) == (1, rows[:1])


def test_a_very_long_header_is_understood_at_once() -> None:
    text = "".join(f"2024-{k % 12 + 1:02d} Units " for k in range(4000))
    table = read_tables(f"sku,{text}\nA,1\nB,2\n".encode(), "a.csv")[0]
    started = time.perf_counter()
    propose_for(table)
    assert time.perf_counter() - started < 2
