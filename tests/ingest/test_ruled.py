"""Columns of fixed places."""

from forecasting.ingest import main_table, read_tables

NAMES = ["Mug, blue", "Oak shelf", "Tea towel, red and white"]


def test_columns_of_fixed_places_may_be_mostly_blank() -> None:
    rows = [(f"2024-01-{d:02d}", NAMES[d % 3], "gift" if d % 4 == 0 else "", str(d)) for d in range(1, 28)]
    table = [("day", "name", "kind", "qty"), *rows]
    text = "\n".join(f"{day:<11}{name:<26}{kind:<5}{qty:>3}" for day, name, kind, qty in table)
    found = main_table(read_tables(text.encode(), "a.txt"))
    assert [found.header, *found.cells.rows()] == table


def test_words_that_come_again_below_one_name_are_one_cell() -> None:
    rows = [(f"2024-01-{d:02d}", str(d % 7), "asked for express" if d % 3 == 0 else "") for d in range(1, 28)]
    text = "\n".join(f"{day:<11}{qty:<4}{said}".rstrip() for day, qty, said in [("day", "qty", "remark"), *rows])
    assert main_table(read_tables(text.encode(), "a.txt")).cells.rows() == rows
