"""Order lines added up by SKU and period, piece after piece: what is kept depends on the cells, not on the lines."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from forecasting.ingest.sales.book import isin_sorted
from forecasting.ingest.sales.grid import MONEY

_MOST_NEAR = 4
_LOW = (1 << 32) - 1
_DAY = 24 * 3600 * 1_000_000  # microseconds


@dataclass(frozen=True)
class Lines:
    """Order lines of one piece as numbers: for each whether it is `plain` (the others do not count), the code of its SKU, its
    period (days since 1970), its units (below zero for a return), its price or its amount (NaN where unknown), and the place of
    its order in `ranks`, the places in `orders` (sorted hashes) of the orders as they are met.
    """

    plain: np.ndarray
    sku: np.ndarray
    period: np.ndarray
    units: np.ndarray
    price: np.ndarray | None
    amount: np.ndarray | None
    order: np.ndarray | None
    orders: np.ndarray
    ranks: np.ndarray

    def only_plain(self) -> Lines:
        """The plain lines alone."""
        kept = np.flatnonzero(self.plain)
        return replace(
            self,
            plain=self.plain[kept],
            sku=self.sku[kept],
            period=self.period[kept],
            units=self.units[kept],
            price=None if self.price is None else self.price[kept],
            amount=None if self.amount is None else self.amount[kept],
            order=None if self.order is None else self.order[kept],
        )


class _Part:
    """Sums of some cells: `keys` (SKU code and period in one number, sorted) and a column for each sum."""

    def __init__(self, keys: np.ndarray, columns: dict[str, np.ndarray]) -> None:
        self.keys, self.columns = keys, columns
        days = keys & _LOW
        self.first, self.last = int(days.min()), int(days.max())

    def near(self, other: _Part) -> bool:
        """Whether the two have cells of the same days, so that some may be the same."""
        return self.first <= other.last and other.first <= self.last

    def take(self, keys: np.ndarray, columns: dict[str, np.ndarray]) -> np.ndarray:
        """Add to the own cells what is given for them; returns which of the given cells are not among them."""
        days = keys & _LOW
        near = np.flatnonzero((days >= self.first) & (days <= self.last))
        places = np.minimum(np.searchsorted(self.keys, keys[near]), len(self.keys) - 1)
        same = self.keys[places] == keys[near]
        places, shared = places[same], near[same]
        for name, values in columns.items():
            self.columns[name][places] += values[shared]
        rest = np.ones(len(keys), dtype=bool)
        rest[shared] = False
        return rest


class Tally:
    """The sums of all pieces, each cell in one part only, and which orders were seen.

    A file in the order of its days makes parts that share the day at most on which one piece ends and the next begins.
    """

    def __init__(self) -> None:
        self._parts: list[_Part] = []
        self._last: _Part | None = None
        self._orders = _SeenOrders()

    def add(self, lines: Lines) -> bool:
        """Add the lines of the next piece; False when an order may be counted twice, because it is scattered over the file."""
        lines = lines.only_plain()
        if not len(lines.sku):
            return True
        keys, cell = _cells(lines.sku, lines.period)
        columns = _summed(lines, cell, len(keys))
        if lines.order is not None:
            counted = self._orders.count(lines, keys, cell, [part.keys for part in self._parts if part is not self._last])
            if counted is None:
                return False
            columns["orders"] = counted
        self._keep(keys, columns)
        return True

    def add_sums(self, sums: pl.DataFrame, sku: np.ndarray) -> None:
        """Add sums of other lines, as `period_sums` gives them; `sku` are the codes of their SKUs."""
        keys = sku << 32 | sums["ds"].cast(pl.Date).cast(pl.Int64).to_numpy()
        order = np.argsort(keys)
        self._keep(keys[order], {name: sums[name].to_numpy()[order] for name in sums.columns if name not in ("sku", "ds")})

    def _keep(self, keys: np.ndarray, columns: dict[str, np.ndarray]) -> None:
        new = _Part(keys, columns)
        near = [part for part in self._parts if part.near(new)]
        if len(near) > _MOST_NEAR:  # a file in another order: with ever more parts, each piece would take longer than the last
            self._parts = [part for part in self._parts if not part.near(new)]
            near = [_merged(near)]
            self._parts.extend(near)
        for part in near:
            rest = part.take(keys, columns)
            keys, columns = keys[rest], {name: values[rest] for name, values in columns.items()}
        self._last = _Part(keys, columns) if len(keys) else None
        self._parts += [self._last] if self._last is not None else []

    def met(self, codes: np.ndarray) -> np.ndarray:
        """Which of some SKUs, by their codes, were met."""
        found = np.zeros(len(codes), dtype=bool)
        for part in self._parts:
            found |= np.searchsorted(part.keys, codes << 32) < np.searchsorted(part.keys, (codes + 1) << 32)
        return found

    def holds(self, keys: np.ndarray, orders: np.ndarray) -> bool:
        """Whether any cell was met, with any of the orders met, so that an order would be counted twice."""
        among = self._orders.among(orders)
        return bool(among.any()) and any(isin_sorted(keys[among], part.keys).any() for part in self._parts)

    def frame(self, words: list[str]) -> pl.DataFrame:
        """The sums as `period_sums` gives them, one row a cell, `sku` as Enum of the sorted names; the tally is empty after."""
        if not self._parts:
            return pl.DataFrame(schema={"sku": pl.String, "ds": pl.Datetime, "sold": pl.Float64, "returned": pl.Float64})
        parts, self._parts, self._last = self._parts, [], None
        keys = np.concatenate([part.keys for part in parts])
        codes = keys >> 32
        ids = sorted(words[code] for code in np.flatnonzero(np.bincount(codes)))
        place = {word: k for k, word in enumerate(ids)}
        places = np.array([place.get(word, 0) for word in words], dtype=np.uint32)
        sku = pl.Series("sku", ids, dtype=pl.Enum(ids)).gather(pl.Series(places[codes]))
        days = datetimes(keys & _LOW)
        columns = {
            name: pl.concat([pl.Series(name, part.columns.pop(name)) for part in parts], rechunk=False)
            for name in list(parts[0].columns)
        }
        return pl.DataFrame({"sku": sku, "ds": days, **columns})


def datetimes(days: np.ndarray) -> np.ndarray:
    """Days since 1970 as moments."""
    return (days * _DAY).view("datetime64[us]")


def _cells(sku: np.ndarray, period: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The cells that some lines fall on, as sorted keys, and the place of each line's cell among them."""
    low = int(period.min())
    span = int(period.max()) - low + 1
    flat = sku * span + (period - low)
    size = (int(sku.max()) + 1) * span
    if size > max(1 << 16, 16 * len(sku)):
        present, cell = np.unique(flat, return_inverse=True)
    else:
        met = np.zeros(size, dtype=bool)
        met[flat] = True
        present = np.flatnonzero(met)
        place = np.empty(size, dtype=np.int32)
        place[present] = np.arange(len(present), dtype=np.int32)
        cell = place[flat].astype(np.int64)
    return (present // span) << 32 | (present % span + low), cell


def _summed(lines: Lines, cell: np.ndarray, cells: int) -> dict[str, np.ndarray]:
    """Units sold and returned, units with a price, and the money paid for them in whole millionths."""
    sold = np.maximum(lines.units, 0.0)
    back = np.flatnonzero(lines.units < 0)
    returned = np.bincount(cell[back], -lines.units[back], cells).astype(np.float64)  # of nothing, it counts in whole numbers
    columns = {"sold": np.bincount(cell, sold, cells), "returned": returned}
    known = lines.price if lines.price is not None else lines.amount
    if known is None:
        return columns
    money = sold * known if lines.price is not None else np.where(sold > 0, known, 0.0)
    paid = np.floor(money * MONEY + 0.5)
    unknown = np.isnan(known)
    if unknown.any():
        sold, paid = np.where(unknown, 0.0, sold), np.where(unknown, 0.0, paid)
        columns["priced"] = np.bincount(cell, sold, cells)
    else:
        columns["priced"] = columns["sold"].copy()
    columns["paid"] = np.bincount(cell, paid, cells)
    return columns


def _merged(parts: list[_Part]) -> _Part:
    """The cells of several parts that share none, in one."""
    keys = np.concatenate([part.keys for part in parts])
    order = np.argsort(keys, kind="stable")  # a merge sort, of parts that are in order
    columns = {name: np.concatenate([part.columns.pop(name) for part in parts])[order] for name in list(parts[0].columns)}
    return _Part(keys[order], columns)


def _distinct(values: np.ndarray) -> np.ndarray:
    """The distinct values, sorted."""
    values = np.sort(values, kind="stable")  # a merge sort, of values that are mostly in order
    first = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return values[first]


class _SeenOrders:
    """Counts orders by cell. An order's lines stand together as a rule: it can reach over the end of one piece."""

    def __init__(self) -> None:
        self._before = np.zeros(0, dtype=np.uint64)
        self._last = np.zeros(0, dtype=np.uint64)
        self._pairs = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))

    def count(self, lines: Lines, keys: np.ndarray, cell: np.ndarray, earlier: list[np.ndarray]) -> np.ndarray | None:
        """How many orders each cell has that it did not have before; None when that cannot be told.

        `earlier` are the cells of all pieces but the one before.
        """
        assert lines.order is not None  # noqa: S101 - for the type checker
        sold = lines.units > 0
        met, places = np.divmod(_distinct(lines.order[sold].astype(np.int64) * len(keys) + cell[sold]), len(keys))
        order = lines.ranks[met]
        far = isin_sorted(lines.orders, self._before)[order]
        if far.any() and any(isin_sorted(keys[places[far]], cells).any() for cells in earlier):
            return None
        again = self._again(keys[places], order, lines.orders)
        self._before = _united(self._before, self._last)
        self._last, self._pairs = lines.orders, (keys[places], order)
        return np.bincount(places[~again], minlength=len(keys)).astype(np.float64)

    def _again(self, keys: np.ndarray, order: np.ndarray, orders: np.ndarray) -> np.ndarray:
        """Which pairs of cell and order the piece before had."""
        again = np.zeros(len(keys), dtype=bool)
        near = np.flatnonzero(isin_sorted(orders, self._last)[order])
        if len(near):
            before = np.flatnonzero(isin_sorted(self._last, orders)[self._pairs[1]])
            had = np.sort(_mixed(self._pairs[0][before], self._last[self._pairs[1][before]]))
            again[near] = isin_sorted(_mixed(keys[near], orders[order[near]]), had)
        return again

    def among(self, orders: np.ndarray) -> np.ndarray:
        """Which orders were seen."""
        return isin_sorted(orders, self._before) | isin_sorted(orders, self._last)


def _united(ordered: np.ndarray, more: np.ndarray) -> np.ndarray:
    new = more[~isin_sorted(more, ordered)]
    return np.insert(ordered, np.searchsorted(ordered, new), new)


def _mixed(keys: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """One hash of a cell and an order, for many."""
    return keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) ^ orders
