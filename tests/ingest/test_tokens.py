"""Text and dialect -> rows of cells."""

import pytest

from forecasting.ingest.reading.tokens import Dialect, tokenize


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("a\\,b,c", ("a,b", "c")),
        ("a,b\\", ("a", "b\\")),
        ("note\\", ("note\\",)),
        ("a,b\\\\", ("a", "b\\")),
    ],
)
def test_an_escape_sign_at_the_end_of_a_line_loses_nothing(line: str, cells: tuple[str, ...]) -> None:
    assert [row.cells for row in tokenize(f"{line}\n1,2", Dialect(escape="\\"), 2)] == [cells, ("1", "2")]


def test_a_line_of_quoted_cells_between_other_delimiters_keeps_its_quotes() -> None:
    assert tokenize('"a";"";"b"\n"1","2","3"', Dialect(), 3)[0].cells == ('"a";"";"b"',)
