"""Order lines added up by SKU and period, piece after piece: what is kept depends on the cells, not on the lines."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from forecasting.ingest.sales.grid import MONEY

_MERGE_FROM = 1 << 18
_LOW = (1 << 32) - 1


@dataclass(frozen=True)
class Lines:
    """Order lines of one piece as numbers: for each whether it is `plain` (the others do not count), the codes of its SKU and
    labels, its period (days since 1970), its units (below zero for a return), its price or its amount (NaN where unknown), and
    the place of its order in `orders`, which are sorted hashes.
    """

    first_line: int
    plain: np.ndarray
    sku: np.ndarray
    period: np.ndarray
    units: np.ndarray
    price: np.ndarray | None
    amount: np.ndarray | None
    order: np.ndarray | None
    orders: np.ndarray
    labels: dict[str, np.ndarray]

    def only_plain(self) -> tuple[Lines, np.ndarray]:
        """The plain lines alone, and their numbers in the file."""
        kept = np.flatnonzero(self.plain)
        plain = replace(
            self,
            plain=self.plain[kept],
            sku=self.sku[kept],
            period=self.period[kept],
            units=self.units[kept],
            price=None if self.price is None else self.price[kept],
            amount=None if self.amount is None else self.amount[kept],
            order=None if self.order is None else self.order[kept],
            labels={name: codes[kept] for name, codes in self.labels.items()},
        )
        return plain, kept + self.first_line


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
        lines, at = lines.only_plain()
        for name, book in self.books.items():
            book.add(lines.sku, lines.labels[name], at)
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

    def met(self) -> np.ndarray:
        """The codes of all SKUs that were met."""
        parts = [part for part in (*self._merged, self._last) if part is not None]
        return np.flatnonzero(np.bincount(np.concatenate([part.keys >> 32 for part in parts]))) if parts else np.zeros(0, int)

    def holds(self, keys: np.ndarray, orders: np.ndarray) -> bool:
        """Whether any cell was met, with any of the orders met, so that an order would be counted twice."""
        met = [part for part in (*self._merged, self._last) if part is not None]
        among = self._orders.among(orders)
        return bool(among.any()) and any(_isin(keys[among], part.keys).any() for part in met)

    def settle(self) -> None:
        """Add up the sums of all pieces, so that each cell stands once."""
        parts = [*self._merged, *([self._last] if self._last is not None else [])]
        self._merged, self._last = [_merge(parts)] if parts else [], None

    def frame(self, words: list[str]) -> pl.DataFrame:
        """The sums as `period_sums` gives them, one row a cell, sorted, `sku` as Enum; the tally is empty after."""
        self.settle()
        if not self._merged:
            return pl.DataFrame(schema={"sku": pl.String, "ds": pl.Datetime, "sold": pl.Float64, "returned": pl.Float64})
        sums = self._merged.pop()
        codes = sums.keys >> 32
        ids = sorted(words[code] for code in np.flatnonzero(np.bincount(codes)))
        rank = {word: place for place, word in enumerate(ids)}
        ranks = np.array([rank.get(word, 0) for word in words], dtype=np.int64)[codes]
        order = np.argsort(ranks, kind="stable")
        days = (sums.keys & _LOW)[order].astype("datetime64[D]").astype("datetime64[us]")
        coded = pl.Series("sku", ids, dtype=pl.Enum(ids)).gather(ranks[order])
        columns = {name: sums.columns.pop(name)[order] for name in list(sums.columns)}
        return pl.DataFrame({"sku": coded, "ds": days, **columns})


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
    if len(parts) == 1:
        return parts[0]
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
        pairs = _distinct(cell[sold] * len(lines.orders) + lines.order[sold])
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
            had = np.sort(_mixed(self._pairs[0][before], self._last[self._pairs[1][before]]))
            again[near] = _isin(_mixed(keys[near], orders[order[near]]), had)
        return again

    def among(self, orders: np.ndarray) -> np.ndarray:
        """Which orders were seen."""
        return _isin(orders, self._before) | _isin(orders, self._last)


def _united(ordered: np.ndarray, more: np.ndarray) -> np.ndarray:
    new = more[~_isin(more, ordered)]
    return np.insert(ordered, np.searchsorted(ordered, new), new)


def _mixed(keys: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """One hash of a cell and an order, for many."""
    return keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) ^ orders


class Book:
    """How often each SKU carries each value of one label, and on which line first."""

    def __init__(self) -> None:
        self._counts = pl.DataFrame(schema={"pair": pl.Int64, "n": pl.UInt32, "at": pl.Int64})

    def add(self, sku: np.ndarray, value: np.ndarray, line: np.ndarray) -> np.ndarray:
        """Add rows; returns the pairs (SKU and value in one number) that are new."""
        rows = pl.LazyFrame({"pair": sku << 32 | value, "at": line})
        found = rows.group_by("pair").agg(n=pl.len(), at=pl.col("at").min()).collect()
        new = found.join(self._counts, on="pair", how="anti")["pair"]
        both = pl.concat([self._counts, found])
        self._counts = both.group_by("pair").agg(pl.col("n").sum(), pl.col("at").min())
        return new.to_numpy()

    def frame(self, name: str, skus: list[str], values: list[str], only: np.ndarray | None = None) -> pl.DataFrame:
        """The counts as `attribute_counts` gives them: sku, attribute, value, n, at; of some SKUs, or of all."""
        counts = self._counts.with_columns(code=pl.col("pair") // (1 << 32))
        if only is not None:
            counts = counts.filter(pl.col("code").is_in(only))
        return counts.select(
            sku=pl.Series(skus, dtype=pl.String).gather(counts["code"]),
            attribute=pl.lit(name),
            value=pl.Series(values, dtype=pl.String).gather(counts["pair"] % (1 << 32)),
            n=pl.col("n"),
            at=pl.col("at").cast(pl.UInt32),
        )
