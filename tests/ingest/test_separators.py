"""Lines that end with rare signs, and cells in typographic quotes."""

import pytest

from forecasting.ingest import main_table, read_tables
from forecasting.ingest.reading.quotes import plain_quotes

ROWS = [("date", "sku", "name"), *((f"2024-01-{d:02d}", "A", "Mug, blue") for d in range(1, 9))]


def _read(text: str) -> list[tuple[str, ...]]:
    table = main_table(read_tables(text.encode(), "a.csv"))
    return [table.header, *table.cells.rows()]


def _lines() -> list[str]:
    return [",".join(f'"{cell}"' for cell in row) for row in ROWS]


@pytest.mark.parametrize("end", ["\x85", "\u2028", "\u2029", "\x0b", "\x0c"])
def test_all_lines_end_with_a_rare_sign(end: str) -> None:
    assert _read(end.join(_lines())) == ROWS


@pytest.mark.parametrize("end", ["\x85", "\u2028", "\x0b"])
def test_one_line_ends_with_a_rare_sign(end: str) -> None:
    lines = _lines()
    assert _read("\n".join([*lines[:4], f"{lines[4]}{end}{lines[5]}", *lines[6:]])) == ROWS


def test_a_rare_sign_within_a_cell_stays() -> None:
    rows = [*ROWS[:4], ("2024-01-04", "A", "Mug\u2028blue"), *ROWS[5:]]
    assert _read("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)) == rows


def test_a_page_begins_with_a_form_feed() -> None:
    assert _read("\n".join(("\x0c" if k == 5 else "") + line for k, line in enumerate(_lines()))) == ROWS


@pytest.mark.parametrize("pair", ["“”", "„“", "«»", "``"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_all_cells_in_other_quotation_marks(pair: str, mark: str) -> None:
    assert _read("\n".join(mark.join(f"{pair[0]}{cell}{pair[1]}" for cell in row) for row in ROWS)) == ROWS


def test_words_in_quotation_marks_are_no_quoted_cells() -> None:
    text = "sku,said\nA,“fine”\nB,he said “no, thanks”\n"
    assert plain_quotes(text) == text
