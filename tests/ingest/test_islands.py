"""Large files with a few broken lines are read as the careful reader reads them, line for line."""

import random

import pytest

from forecasting.ingest.reading.encoding import decode
from forecasting.ingest.reading.text import _read_quickly, tables_from_text

LINES = 1200


def _rows(rng: random.Random) -> list[str]:
    names = ["Mug", '"Table, round"', '"Frame 10"" oak"', "Rug"]
    return [
        f"2024-{1 + k // 100:02d}-{1 + k % 28:02d},SKU-{k % 7:03d},{rng.choice(names)},{k % 30},{rng.randrange(900) / 10}"
        for k in range(LINES)
    ]


FLAWS = {
    "never closed": lambda row: row.replace(",SKU", ',"SKU', 1),
    "blank line": lambda row: row + "\n",
    "newline in a cell": lambda row: row.replace("SKU-", '"SKU\n', 1).replace(",", '",', 2).replace('",', ",", 1),
    "one cell more": lambda row: row + ",extra",
    "last cell missing": lambda row: row.rsplit(",", 1)[0],
    "delimiter missing": lambda row: row.replace(",SKU", "SKU", 1),
    "other delimiter": lambda row: row.replace(",", ";"),
    "comment": lambda row: row + "\n# checked by Bob",
    "blank cells": lambda row: row + "\n,,,,",
    "header again": lambda row: row + "\ndate,sku,name,units,price",
}


def _file(seed: int, flaws: list[str]) -> str:
    rng = random.Random(seed)
    rows = _rows(rng)
    for name in flaws:
        k = rng.randrange(LINES)
        rows[k] = FLAWS[name](rows[k])
    return "date,sku,name,units,price\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize("flaw", FLAWS)
def test_one_flaw_is_read_as_with_care(flaw: str) -> None:
    _same(_file(3, [flaw]))


@pytest.mark.parametrize("seed", range(6))
def test_many_flaws_are_read_as_with_care(seed: int) -> None:
    _same(_file(seed, random.Random(seed).choices(list(FLAWS), k=8)) + ("\nSource: the till\n" if seed % 2 else ""))


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_other_encodings_are_read_quickly_too(encoding: str) -> None:
    data = _file(1, ["never closed"]).replace("Rug", "书架").encode(encoding)
    quick = _read_quickly(decode(data), "x.csv")
    assert quick is not None
    assert quick[0].encoding == decode(data).encoding
    assert "书架" in quick[0].column(2)


def _same(text: str) -> None:
    careful = tables_from_text(text, "x.csv", "utf-8")
    quick = _read_quickly(decode(text.encode()), "x.csv")
    assert quick is not None
    assert [len(quick), quick[0].header, quick[0].footer] == [len(careful), careful[0].header, careful[0].footer]
    assert quick[0].cells.equals(careful[0].cells)
    assert quick[0].lines.equals(careful[0].lines)
    assert set(quick[0].notes) == set(careful[0].notes)
