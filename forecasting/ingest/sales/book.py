"""How often each SKU carries each name, category, ...: what most of its lines say is what it is called."""

from __future__ import annotations

import numpy as np
import polars as pl

_BITS = 32
_MERGE_FROM = 1 << 18
_NONE = -1


class Book:
    """How often each SKU carries each value of one label, and on which line first; SKUs and values are codes.

    >>> book = Book()
    >>> [codes.tolist() for codes in parted(book.add(np.array([0, 0, 1]), np.array([5, 6, 5]), 2))]
    [[0, 1, 0], [5, 5, 6]]
    >>> book.counts().rows()
    [(5, 1, 2), (4294967301, 1, 4), (6, 1, 3)]
    """

    def __init__(self) -> None:
        self._usual = np.zeros(0, dtype=np.int64)
        self._n = np.zeros(0, dtype=np.int64)
        self._at = np.zeros(0, dtype=np.int64)
        self._others: list[pl.DataFrame] = []
        self._known = np.zeros(0, dtype=np.int64)

    def add(self, sku: np.ndarray, value: np.ndarray, first_line: int) -> np.ndarray:
        """Add the rows that come next in the file; returns the pairs (SKU and value in one number) that are new.

        Most SKUs have one value all through: the first one of each is counted without grouping.
        """
        if not len(sku):
            return np.zeros(0, dtype=np.int64)
        new = self._met_first(sku, value, first_line)
        usual = self._usual[sku] == value
        self._n += np.bincount(sku[usual], minlength=len(self._n))
        rest = np.flatnonzero(~usual)
        if not len(rest):
            return new
        return np.concatenate([new, self._add_others(paired(sku[rest], value[rest]), rest + first_line)])

    def _met_first(self, sku: np.ndarray, value: np.ndarray, first_line: int) -> np.ndarray:
        """Note the first value of each SKU that had none."""
        more = np.zeros(max(0, int(sku.max()) + 1 - len(self._usual)), dtype=np.int64)
        self._usual, self._n, self._at = (
            np.concatenate([kept, more + start]) for kept, start in ((self._usual, _NONE), (self._n, 0), (self._at, _NONE))
        )
        rows = np.flatnonzero(self._usual[sku] == _NONE)[::-1]  # of several rows of one SKU, the first is written last
        self._usual[sku[rows]] = value[rows]
        self._at[sku[rows]] = rows + first_line
        met = np.flatnonzero(self._at >= first_line)
        return paired(met, self._usual[met])

    def _add_others(self, pairs: np.ndarray, lines: np.ndarray) -> np.ndarray:
        found = pl.DataFrame({"pair": pairs, "at": lines}).group_by("pair").agg(n=pl.len(), at=pl.col("at").min())
        self._others.append(found)
        if sum(part.height for part in self._others) > max(_MERGE_FROM, 2 * len(self._known)):
            self._others = [_added_up(self._others)]
        met = found["pair"].to_numpy()
        new = met[~isin_sorted(met, self._known)]
        self._known = np.sort(np.concatenate([self._known, new]))
        return new

    def counts(self) -> pl.DataFrame:
        """All pairs, how often each was met (`n`), and on which line first (`at`)."""
        met = np.flatnonzero(self._usual != _NONE)
        usual = pl.DataFrame({"pair": paired(met, self._usual[met]), "n": self._n[met], "at": self._at[met]})
        return _added_up([usual.cast({"n": pl.UInt32}), *self._others])

    def values_of(self, skus: np.ndarray) -> dict[int, dict[int, int]]:
        """How often each of some SKUs, marked in `skus`, was met with each value."""
        met = np.flatnonzero(skus & (self._usual != _NONE))
        usual, n = self._usual[met].tolist(), self._n[met].tolist()
        found = {sku: {usual[k]: n[k]} for k, sku in enumerate(met.tolist())}
        for part in self._others:
            codes, values = parted(part["pair"].to_numpy())
            wanted = np.flatnonzero(skus[codes])
            for sku, value, times in zip(
                *(each[wanted].tolist() for each in (codes, values, part["n"].to_numpy())), strict=True
            ):
                found[sku][value] = found[sku].get(value, 0) + times
        return found


def _added_up(parts: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(parts).group_by("pair", maintain_order=True).agg(pl.col("n").sum(), pl.col("at").min())


def isin_sorted(values: np.ndarray, ordered: np.ndarray) -> np.ndarray:
    """Which values are among sorted ones.

    >>> isin_sorted(np.array([3, 4]), np.array([1, 4])).tolist()
    [False, True]
    """
    if not len(ordered):
        return np.zeros(len(values), dtype=bool)
    places = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return ordered[places] == values


def paired(sku: np.ndarray, value: np.ndarray) -> np.ndarray:
    """SKU and value in one number each.

    >>> paired(np.array([1]), np.array([2])).tolist()
    [4294967298]
    """
    return sku.astype(np.int64) << _BITS | value


def parted(pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """SKU and value of each pair.

    >>> [codes.tolist() for codes in parted(paired(np.array([1]), np.array([2])))]
    [[1], [2]]
    """
    return pairs >> _BITS, pairs & ((1 << _BITS) - 1)


def spelled_out(counts: pl.DataFrame, name: str, skus: list[str], values: list[str]) -> pl.DataFrame:
    """The counts of one label in words, as `attribute_counts` gives them: sku, attribute, value, n, at."""
    codes, said = parted(counts["pair"].to_numpy())
    return counts.select(
        sku=pl.Series(skus, dtype=pl.String).gather(codes),
        attribute=pl.lit(name),
        value=pl.Series(values, dtype=pl.String).gather(said),
        n=pl.col("n"),
        at=pl.col("at").cast(pl.UInt32),
    )
