"""What stands above, between and below the rows of a table."""

import pytest

from forecasting.ingest import Table, main_table, read_tables

TYPED = ["day,sku,units,price", *(f"2024-01-{d:02d},A,{d},{d}.50" for d in range(1, 20))]
WORDS = ["code,name,colour,supplier", *(f"C{k:02d},Mug {k},{'blue' if k % 2 else 'green'},Acme" for k in range(1, 20))]


def _read(lines: list[str]) -> Table:
    return main_table(read_tables("\n".join(lines).encode(), "a.csv"))


@pytest.mark.parametrize("lines", [TYPED, WORDS])
@pytest.mark.parametrize("comment", ["! checked by Bob", "*** page 2 ***"])
def test_comments_between_the_rows(lines: list[str], comment: str) -> None:
    table = _read([*lines[:9], comment, *lines[9:]])
    assert (table.height, table.preamble) == (19, (comment,))


def test_a_code_without_anything_beside_it_is_a_row() -> None:
    assert _read([*WORDS, "C20"]).cells.row(-1) == ("C20", "", "", "")


def test_a_sentence_below_a_gap_is_no_row_of_words() -> None:
    table = _read([*WORDS, "", "Note: prices incl. VAT, all shops, see terms"])
    assert (table.height, len(table.footer)) == (19, 1)


def test_names_and_values_below_a_gap_are_no_rows() -> None:
    lines = [line.replace("day,sku", "order,day").replace(",A,", f",2024-05-{k + 1:02d},") for k, line in enumerate(TYPED)]
    lines = [lines[0], *(f"{5000 + k}{line[10:]}" for k, line in enumerate(lines[1:]))]
    table = _read([*lines, "", "Printed,2024-05-01", "By,Bob"])
    assert (table.height, len(table.footer)) == (19, 2)


@pytest.mark.parametrize("mark", [",", ";", "|", "\t"])
def test_a_sheets_empty_first_column_is_no_column(mark: str) -> None:
    table = _read([mark + line.replace(",", mark) for line in TYPED])
    assert (table.header, table.cells.row(0)) == (("day", "sku", "units", "price"), ("2024-01-01", "A", "1", "1.50"))
