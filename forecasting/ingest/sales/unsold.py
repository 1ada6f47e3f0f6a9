"""Codes that are no products (postage, fees, ...), told while a large file is read by what each is called most often."""

from __future__ import annotations

import numpy as np
import polars as pl

from forecasting.ingest.reading.coded import Words
from forecasting.ingest.sales.book import Book, parted
from forecasting.ingest.sales.checks import told_no_products
from forecasting.ingest.words.products import may_be_no_product


class Unsold:
    """Keeps an eye on the names of each code: `refused` are the codes (as numbers in `skus`) that are no products so far."""

    def __init__(self, skus: Words, names: Words | None) -> None:
        self.skus, self.book = skus, Book()
        self.names = Words([""]) if names is None else names
        self.refused = np.zeros(0, dtype=bool)
        self._suspect = np.zeros(0, dtype=bool)
        self._hints = (np.zeros(0, dtype=bool), np.zeros(0, dtype=bool))

    def add(self, sku: np.ndarray, name: np.ndarray | None, first_line: int) -> None:
        """Count the names of the rows that come next, and look at each new pair of code and name."""
        pairs = self.book.add(sku, name if name is not None else np.zeros(len(sku), dtype=np.int64), first_line)
        new = np.zeros(len(self.skus) - len(self._suspect), dtype=bool)
        self._suspect, self.refused = (np.concatenate([flags, new]) for flags in (self._suspect, self.refused))
        found = told_no_products(self._in_words(self._hinted(pairs)))
        codes = self.skus.number(found)
        if not self._suspect[codes].all():
            self._suspect[codes] = True
            self.refused[:] = False
            self.refused[self.skus.number(self._told())] = True

    def _hinted(self, pairs: np.ndarray) -> np.ndarray:
        """The pairs in which the code or the name may be that of no product; each word is looked at once."""
        skus, names = self._hints = (_more_hints(self._hints[0], self.skus), _more_hints(self._hints[1], self.names))
        codes, values = parted(pairs)
        return pairs[skus[codes] | names[values]]

    def _in_words(self, pairs: np.ndarray) -> list[tuple[str, str]]:
        skus, names = self.skus.all, self.names.all
        return [(skus[sku], names[name]) for sku, name in zip(*parted(pairs), strict=True)]

    def _told(self) -> dict[str, str]:
        return told_no_products(self._most_said())

    def _most_said(self) -> list[tuple[str, str]]:
        """The codes that may be no products, and what most of their rows call them, as `most_said` tells it."""
        skus, names = self.skus.all, self.names.all
        counts = self.book.values_of(self._suspect)
        best = {sku: max((names[name] != "", n, names[name]) for name, n in said.items()) for sku, said in counts.items()}
        return [(skus[sku], name) for sku, (_, _, name) in best.items()]

    def named(self) -> pl.DataFrame:
        """What the codes that may be no products are called most often, as sku and name."""
        return pl.DataFrame(self._most_said(), schema={"sku": pl.String, "name": pl.String}, orient="row")

    @property
    def suspects(self) -> np.ndarray:
        """The numbers of the codes that may be no products."""
        return np.flatnonzero(self._suspect)

    def late(self, added: np.ndarray) -> frozenset[str]:
        """Which of the suspects that were added up turned out to be no products."""
        codes = self.skus.all
        return frozenset({codes[k] for k in added} & self._told().keys())


def _more_hints(hints: np.ndarray, words: Words) -> np.ndarray:
    """For each word, whether it may be the code or the name of no product; those of earlier words are known."""
    new = pl.Series(words.since(len(hints)), dtype=pl.String)
    return np.concatenate([hints, may_be_no_product(new).to_numpy()]) if len(new) else hints
