"""Commas of numbers, and of sentences, in tables whose cells commas part."""

from forecasting.ingest import Table, main_table, read_tables


def _read(lines: list[str]) -> Table:
    return main_table(read_tables("\n".join(lines).encode(), "a.csv"))


def test_thousands_that_commas_part_are_put_together_and_it_is_said() -> None:
    rows = [(f"2024-01-{d:02d}", "A", f"{d},000", f"{d * 37:,}.50", "shop") for d in range(1, 29)]
    table = _read(["date,sku,units,revenue,channel", *map(",".join, rows)])
    assert table.cells.rows() == rows
    assert any("thousands" in note for note in table.notes)


def test_numbers_of_three_digits_in_columns_of_their_own_are_left_alone() -> None:
    rows = [(f"2024-01-{d:02d}", str(d), str(100 + d), str(200 + d)) for d in range(1, 29)]
    assert _read(["date,units,stock,price", *map(",".join, rows)]).cells.rows() == rows


def test_a_comma_of_a_name_has_a_blank_behind_it() -> None:
    rows = [(f"C{k}", ["Mug", "Bowl", "Vase"][k % 3], ["Acme Ltd", "Weaver, Inc.", "Bob & Sons"][k % 3]) for k in range(30)]
    assert _read(["code,name,supplier", *map(",".join, rows)]).cells.rows() == rows
