"""What the quick reading of order lines keeps (sums by cell, labels by SKU) against plain dictionaries."""

from collections import Counter

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.ingest.sales import book as book_module
from forecasting.ingest.sales.book import Book
from forecasting.ingest.sales.checks import no_products
from forecasting.ingest.sales.tally import Lines, Tally
from forecasting.ingest.words.products import _TOTAL, is_total, may_be_no_product, may_be_total, not_a_product

WORDS = [f"SKU {k}" for k in range(6)]
ROWS = st.lists(st.tuples(st.integers(0, 5), st.integers(14_000, 14_012), st.integers(-3, 9)), max_size=40)


def lines(rows: list[tuple[int, int, int]]) -> Lines:
    sku, period, units = (np.array([row[k] for row in rows], dtype=np.int64) for k in range(3))
    none = np.zeros(0)
    return Lines(np.ones(len(rows), dtype=bool), sku, period, units.astype(np.float64), None, None, None, none, none)


@given(st.lists(ROWS, max_size=12))
@settings(max_examples=60, deadline=None)
def test_pieces_in_any_order_add_up_to_the_same_cells(pieces: list[list[tuple[int, int, int]]]) -> None:
    tally, expected = Tally(), Counter[tuple[str, int]]()
    for piece in pieces:
        assert tally.add(lines(piece))
        for sku, day, units in piece:
            expected[WORDS[sku], day] += max(units, 0)
    frame = tally.frame(WORDS).with_columns(day=pl.col("ds").dt.date().cast(pl.Int32))
    found = {(sku, day): sold for sku, day, sold in frame.select(pl.col("sku").cast(pl.String), "day", "sold").iter_rows()}
    assert found == dict(expected)
    assert frame.height == len(expected)


def test_cells_of_other_lines_are_added_to_those_met() -> None:
    tally = Tally()
    tally.add(lines([(0, 14_000, 2), (1, 14_000, 5)]))
    others = tally.frame(WORDS)
    tally.add(lines([(0, 14_000, 1)]))
    tally.add_sums(others, np.array([0, 1]))
    assert tally.frame(WORDS).sort("sku").select("sold").to_series().to_list() == [3.0, 5.0]


@pytest.mark.parametrize("merge_from", [0, 1 << 18])
@given(pieces=st.lists(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=30), max_size=6))
@settings(max_examples=60, deadline=None)
def test_a_book_counts_each_pair_and_knows_its_first_line(pieces: list[list[tuple[int, int]]], merge_from: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(book_module, "_MERGE_FROM", merge_from)
        _counts_as_a_dictionary(pieces)


def _counts_as_a_dictionary(pieces: list[list[tuple[int, int]]]) -> None:
    book, counts, at = Book(), Counter[int](), 0
    first: dict[int, int] = {}
    for piece in pieces:
        sku, value = (np.array([row[k] for row in piece], dtype=np.int64) for k in (0, 1))
        new = set(book.add(sku, value, at).tolist())
        pairs = [s << 32 | v for s, v in piece]
        assert new == set(pairs) - set(counts)
        for k, pair in enumerate(pairs):
            first.setdefault(pair, at + k)
        counts.update(pairs)
        at += len(piece)
    found = {pair: (n, line) for pair, n, line in book.counts().iter_rows()}
    assert found == {pair: (n, first[pair]) for pair, n in counts.items()}
    every = book.values_of(np.ones(len(book._usual), dtype=bool))
    assert {s << 32 | v: n for s, said in every.items() for v, n in said.items()} == dict(counts)


@given(st.from_regex(_TOTAL, fullmatch=True))
@settings(max_examples=150, deadline=None)
def test_the_sieve_lets_every_total_pass(text: str) -> None:
    assert is_total(text)
    assert may_be_total(pl.Series([text]))[0]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("POST", ""),
        (" dot ", ""),
        ("C2", "something"),
        ("M", "Manual"),
        ("gift_0001_20", ""),
        ("B", "Adjust bad debt"),
        ("运费", ""),
        ("x", "Trinkgeld"),
        ("TEST002", ""),
        ("S", "SAMPLES"),
        ("x", "Versandkosten"),
        ("x", "补差价专用"),
    ],
)
def test_the_sieve_lets_every_code_pass_that_is_no_product(code: str, name: str) -> None:
    assert not_a_product(code, name)
    assert may_be_no_product(pl.Series([code, name])).any()
    assert list(no_products(pl.DataFrame({"sku": [code, "22041"], "name": [name, "RECORD FRAME"]}))) == [code]
