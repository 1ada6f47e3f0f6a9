"""Pivot tables in compact form, in which one column holds the days and the goods, one below the other."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from forecasting.ingest.cells.dates import parse_dates
from forecasting.ingest.cells.kinds import DATE, kind_of
from forecasting.ingest.meaning.columns import is_total_cell

_FEWEST = 2
_MOST_WORDS = 5_000
_PROBE = 400


@dataclass(frozen=True)
class Nested:
    """A column taken apart: the day and the goods of each row ("" where it has none), and the rows that only sum up others."""

    days: pl.Series
    goods: pl.Series
    sums: pl.Series


def nested(column: pl.Series) -> Nested | None:
    """The days and goods in one column; None where it does not hold both, each one of the outer kind above some of the other.

    Example:
        >>> found = nested(pl.Series(["Mug", "2024-01-01", "2024-01-02", "Bowl", "2024-01-01", "Total"]))
        >>> found.goods.to_list(), found.sums.to_list()
        (['Mug', 'Mug', 'Mug', 'Bowl', 'Bowl', ''], [True, False, False, True, False, False])
    """
    column = column.str.strip_chars()
    kinds = {kind_of(cell) for cell in column.head(_PROBE).unique().to_list()}
    if DATE not in kinds or len(kinds - {"blank"}) < _FEWEST or column.n_unique() > _MOST_WORDS:
        return None
    total = is_total_cell(column) | (column == "")
    dated = parse_dates(column).values.is_not_null()
    days = dated.filter(~total)
    outer = days[0]
    head = (dated == outer) & ~total
    below = head.shift(1, fill_value=False)
    if head.sum() < _FEWEST or (head & below).any() or head.sum() == len(days) or column.filter(head).n_unique() < _FEWEST:
        return None
    if head[-1]:  # nothing stands below it
        return None
    above = column.set(~head, None).forward_fill().fill_null("").set(total, "")
    inner = column.set(head | total, "")
    return Nested(above, inner, head) if outer else Nested(inner, above, head)
