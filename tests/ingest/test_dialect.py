"""Delimiters, found from the lines."""

import pytest

from forecasting.ingest.reading.dialect import sniff

WORDS = ["Mug", "Oak shelf", "Tea, green", ""]


@pytest.mark.parametrize("mark", ["|||", "<|>", "~^~", "%%", "--", "=>", "‖", "→", "·", " | ", "\t|\t"])
def test_any_sign_that_stands_equally_often_on_each_line(mark: str) -> None:
    lines = [
        ["date", "time", "name", "price"],
        *([f"2024-01-{d:02d}", f"{d}:30", WORDS[d % 4], f"{d},50"] for d in range(1, 28)),
    ]
    found = sniff("\n".join(map(mark.join, lines)))
    assert (found.dialect.delimiter.strip(" \t"), found.width) == (mark.strip(" \t"), 4)


def test_a_comma_with_a_blank_parts_cells_that_hold_commas() -> None:
    text = "date, sku, units, revenue\n" + "".join(f"2024-01-{d:02d}, A{d % 2}, {d},000, {d},250.75\n" for d in range(1, 28))
    assert (sniff(text).dialect.delimiter, sniff(text).width) == (", ", 4)


def test_addresses_of_the_web_part_nothing() -> None:
    text = "day;link\n" + "".join(f"2024-01-{d:02d};https://shop.example/p/{d}?ref=a&v=1\n" for d in range(1, 28))
    assert sniff(text).dialect.delimiter == ";"
