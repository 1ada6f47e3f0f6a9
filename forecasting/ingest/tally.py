"""Order lines added up by SKU and period, piece after piece: what is kept depends on the cells, not on the lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import polars as pl

from forecasting.ingest.grid import MONEY

_MERGE_FROM = 1 << 18
_LOW = (1 << 32) - 1


@dataclass(frozen=True)
class Lines:
    """Order lines of one piece as numbers: for each its line, the codes of its SKU and labels, its period (days since 1970),
    its units (below zero for a return), its price or its amount (NaN where unknown), and the place of its order in `orders`,
    which are sorted hashes.
    """

    line: np.ndarray
    sku: np.ndarray
    period: np.ndarray
    units: np.ndarray
    price: np.ndarray | None
    amount: np.ndarray | None
    order: np.ndarray | None
    orders: np.ndarray
    labels: dict[str, np.ndarray]


@dataclass(frozen=True)
class _Sums:
    """Sums of one or several pieces: `keys` (SKU code and period in one number, sorted) and a column for each sum."""

    keys: np.ndarray
    columns: dict[str, np.ndarray]


class Tally:
    """The sums of all pieces, how often each SKU carried each label, and which orders were seen."""

    def __init__(self, labels: tuple[str, ...]) -> None:
        self.books = {name: Book() for name in labels}
        self._merged: list[_Sums] = []
        self._last: _Sums | None = None
        self._orders = _SeenOrders()

    def add(self, lines: Lines) -> bool:
        """Add the lines of the next piece; False when an order may be counted twice, because it is scattered over the file."""
        for name, book in self.books.items():
            book.add(lines.sku, lines.labels[name], lines.line)
        if not len(lines.sku):
            return True
        keys, cell = _cells(lines.sku, lines.period)
        columns = _summed(lines, cell, len(keys))
        if lines.order is not None:
            counted = self._orders.count(lines, keys, cell, self._merged)
            if counted is None:
                return False
            columns["orders"] = counted
        self._keep(_Sums(keys, columns))
        return True

    def _keep(self, sums: _Sums) -> None:
        if self._last is not None:
            self._merged.append(self._last)
        self._last = sums
        waiting = sum(len(part.keys) for part in self._merged[1:])
        if len(self._merged) > 1 and waiting > max(_MERGE_FROM, len(self._merged[0].keys)):
            self._merged = [_merge(self._merged)]

    def add_sums(self, sums: pl.DataFrame, sku: np.ndarray) -> None:
        """Add sums of other lines, as `period_sums` gives them; `sku` are the codes of their SKUs."""
        keys = sku << 32 | sums["ds"].cast(pl.Date).cast(pl.Int64).to_numpy()
        order = np.argsort(keys)
        columns = {name: sums[name].to_numpy()[order] for name in sums.columns if name not in ("sku", "ds")}
        self._keep(_Sums(keys[order], columns))

    def holds(self, keys: np.ndarray, orders: np.ndarray) -> bool:
        """Whether any cell was met, with any of the orders met, so that an order would be counted twice."""
        met = [part for part in (*self._merged, self._last) if part is not None]
        among = self._orders.among(orders)
        return bool(among.any()) and any(_isin(keys[among], part.keys).any() for part in met)

    def frame(self, words: list[str]) -> pl.DataFrame:
        """The sums as `period_sums` gives them, one row a cell, sorted, `sku` as Enum; the tally is empty after."""
        parts = [*self._merged, *([self._last] if self._last is not None else [])]
        self._merged, self._last = [], None
        if not parts:
            return pl.DataFrame(schema={"sku": pl.String, "ds": pl.Datetime, "sold": pl.Float64, "returned": pl.Float64})
        met = np.flatnonzero(np.bincount(np.concatenate([part.keys >> 32 for part in parts]), minlength=len(words)))
        ids = sorted(words[code] for code in met)
        rank = {word: place for place, word in enumerate(ids)}
        ranks = np.array([rank.get(word, 0) for word in words], dtype=np.int64)
        parts = [_Sums(ranks[part.keys >> 32] << 32 | part.keys & _LOW, part.columns) for part in parts]
        sums = _merge(parts)
        parts.clear()
        days = (sums.keys & _LOW).astype("datetime64[D]").astype("datetime64[us]")
        coded = pl.Series("sku", ids, dtype=pl.Enum(ids)).gather(sums.keys >> 32)
        return pl.DataFrame({"sku": coded, "ds": days, **sums.columns})


def _cells(sku: np.ndarray, period: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The cells that some lines fall on, as sorted keys, and the place of each line's cell among them."""
    low = int(period.min())
    span = int(period.max()) - low + 1
    flat = sku * span + (period - low)
    size = (int(sku.max()) + 1) * span
    if size > max(1 << 16, 16 * len(sku)):
        present, cell = np.unique(flat, return_inverse=True)
    else:
        present = np.flatnonzero(np.bincount(flat, minlength=size))
        place = np.empty(size, dtype=np.int64)
        place[present] = np.arange(len(present))
        cell = place[flat]
    return (present // span) << 32 | (present % span + low), cell


def _summed(lines: Lines, cell: np.ndarray, cells: int) -> dict[str, np.ndarray]:
    """Units sold and returned, units with a price, and the money paid for them in whole millionths."""
    sold = np.maximum(lines.units, 0.0)
    back = lines.units < 0
    columns = {
        "sold": np.bincount(cell, sold, cells),
        "returned": np.bincount(cell[back], -lines.units[back], cells),
    }
    known = lines.price if lines.price is not None else lines.amount
    if known is None:
        return columns
    money = sold * known if lines.price is not None else np.where(sold > 0, known, np.nan)
    paid = np.floor(money * MONEY + 0.5)
    columns["priced"] = np.bincount(cell, np.where(np.isnan(known), 0.0, sold), cells)
    columns["paid"] = np.bincount(cell, np.nan_to_num(paid), cells)
    return columns


def _merge(parts: list[_Sums]) -> _Sums:
    """One row for each cell; whole numbers add up to the same sum in any order."""
    keys = np.concatenate([part.keys for part in parts])
    # The keys of each part, or at least of each SKU in it, are in order: a merge sort takes a fifth of the time.
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    columns = {}
    for name in list(parts[0].columns):
        stacked = np.concatenate([part.columns.pop(name) for part in parts])
        columns[name] = np.add.reduceat(stacked[order], starts)
    return _Sums(keys[starts], columns)


def _distinct(values: np.ndarray) -> np.ndarray:
    """The distinct values, sorted; numpy's own way takes a hundred times as long."""
    ordered = np.sort(values)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered


def _isin(values: np.ndarray, ordered: np.ndarray) -> np.ndarray:
    """Which values are among sorted ones."""
    if not len(ordered):
        return np.zeros(len(values), dtype=bool)
    places = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return ordered[places] == values


class _SeenOrders:
    """Counts orders by cell. An order's lines stand together as a rule: it can reach over the end of one piece."""

    def __init__(self) -> None:
        self._before = np.zeros(0, dtype=np.uint64)
        self._last = np.zeros(0, dtype=np.uint64)
        self._pairs = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))

    def count(self, lines: Lines, keys: np.ndarray, cell: np.ndarray, earlier: list[_Sums]) -> np.ndarray | None:
        """How many orders each cell has that it did not have before; None when that cannot be told.

        `earlier` are the sums of all pieces but the one before.
        """
        assert lines.order is not None  # noqa: S101 - for the type checker
        sold = lines.units > 0
        pairs = pd.unique(cell[sold] * len(lines.orders) + lines.order[sold])
        places, order = np.divmod(pairs, len(lines.orders))
        far = _isin(lines.orders, self._before)[order]
        if far.any() and any(_isin(keys[places[far]], part.keys).any() for part in earlier):
            return None
        again = self._again(keys[places], order, lines.orders)
        self._before = _united(self._before, self._last)
        self._last, self._pairs = lines.orders, (keys[places], order)
        return np.bincount(places[~again], minlength=len(keys)).astype(np.float64)

    def _again(self, keys: np.ndarray, order: np.ndarray, orders: np.ndarray) -> np.ndarray:
        """Which pairs of cell and order the piece before had."""
        again = np.zeros(len(keys), dtype=bool)
        near = np.flatnonzero(_isin(orders, self._last)[order])
        if len(near):
            before = np.flatnonzero(_isin(self._last, orders)[self._pairs[1]])
            had = set(zip(self._pairs[0][before].tolist(), self._last[self._pairs[1][before]].tolist(), strict=True))
            again[near] = [pair in had for pair in zip(keys[near].tolist(), orders[order[near]].tolist(), strict=True)]
        return again

    def among(self, orders: np.ndarray) -> np.ndarray:
        """Which orders were seen."""
        return _isin(orders, self._before) | _isin(orders, self._last)


def _united(ordered: np.ndarray, more: np.ndarray) -> np.ndarray:
    new = more[~_isin(more, ordered)]
    return np.insert(ordered, np.searchsorted(ordered, new), new)


class Book:
    """How often each SKU carries each value of one label, and on which line first; most SKUs carry one value."""

    def __init__(self) -> None:
        self._usual = np.zeros(0, dtype=np.int64)
        self._n = np.zeros(0, dtype=np.int64)
        self._at = np.zeros(0, dtype=np.int64)
        self._others: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def add(self, sku: np.ndarray, value: np.ndarray, line: np.ndarray) -> np.ndarray:
        """Add rows; returns the pairs (SKU and value in one number) that may be new."""
        if not len(sku):
            return np.zeros(0, dtype=np.int64)
        self._grow(int(sku.max()) + 1)
        unset = np.flatnonzero(self._usual[sku] < 0)[::-1]
        met = sku[unset]
        self._usual[met], self._at[met] = value[unset], line[unset]
        same = self._usual[sku] == value
        self._n += np.bincount(sku[same], minlength=len(self._n))
        new = _distinct(met)
        pairs = new << 32 | self._usual[new]
        if same.all():
            return pairs
        other = ~same
        keys, first, n = np.unique(sku[other] << 32 | value[other], return_index=True, return_counts=True)
        self._others.append((keys, n, line[other][first]))
        if sum(len(part[0]) for part in self._others[1:]) > max(_MERGE_FROM, len(self._others[0][0])):
            self._others = [self._merged()]
        return np.concatenate([pairs, keys])

    def _grow(self, size: int) -> None:
        more = size - len(self._usual)
        if more > 0:
            self._usual = np.concatenate([self._usual, np.full(more, -1)])
            self._n = np.concatenate([self._n, np.zeros(more, dtype=np.int64)])
            self._at = np.concatenate([self._at, np.zeros(more, dtype=np.int64)])

    def _merged(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        keys, n, at = (np.concatenate(parts) for parts in zip(*self._others, strict=True))
        pairs, first, place = np.unique(keys, return_index=True, return_inverse=True)
        return pairs, np.bincount(place, n).astype(np.int64), at[first]

    def frame(self, name: str, skus: list[str], values: list[str], only: np.ndarray | None = None) -> pl.DataFrame:
        """The counts as `attribute_counts` gives them: sku, attribute, value, n, at; of some SKUs, or of all."""
        used = np.flatnonzero(self._n)
        parts = [(used << 32 | self._usual[used], self._n[used], self._at[used]), *([self._merged()] if self._others else [])]
        keys, n, at = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        if only is not None:
            kept = np.isin(keys >> 32, only)
            keys, n, at = keys[kept], n[kept], at[kept]
        return pl.DataFrame(
            {
                "sku": pl.Series(skus, dtype=pl.String).gather(keys >> 32),
                "attribute": pl.Series([name], dtype=pl.String).new_from_index(0, len(keys)),
                "value": pl.Series(values, dtype=pl.String).gather(keys & _LOW),
                "n": pl.Series(n, dtype=pl.UInt32),
                "at": pl.Series(at, dtype=pl.UInt32),
            }
        )
