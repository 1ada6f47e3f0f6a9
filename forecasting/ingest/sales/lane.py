"""The quick reading of order lines: plain rows become numbers, every other row is held back for the careful reading."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import polars as pl

from forecasting.ingest.cells.dates import far_apart, plain_day
from forecasting.ingest.cells.numbers import parse_numbers
from forecasting.ingest.mapping import Mapping
from forecasting.ingest.meaning.columns import Whole, clean_text, clean_words, decimal_hint, named_columns, totals_among
from forecasting.ingest.meaning.movements import is_movement, mostly_below_zero
from forecasting.ingest.reading.coded import Coded, Lexicon, Look, Words, coded, days_and_clocks, no_clock
from forecasting.ingest.reading.table import Table
from forecasting.ingest.sales.book import Book, paired, spelled_out
from forecasting.ingest.sales.checks import FALSE_WORDS, is_broken_code, platform_of, says_not_sold
from forecasting.ingest.sales.facts import NO_CODE
from forecasting.ingest.sales.grid import STATIC, period_start
from forecasting.ingest.sales.quantities import says_returned
from forecasting.ingest.sales.tally import Lines, Tally, datetimes
from forecasting.ingest.sales.unsold import Unsold

_READ = ("date", "sku", "name", "units", "price", "revenue", "tax", "cost", "customer", "order", "status", "cancelled")
_NOT_READ = frozenset(("ignore", "note", "country", "line_id", "fulfilled", "currency", "uom", "timezone", "period", "time"))
_AMOUNTS = ("price", "revenue", "tax", "cost")
_NO_CODE = ["", *NO_CODE]
_MOST = 1e12


@dataclass(frozen=True)
class Outcome:
    """What became of the rows of one piece: `lines` are to be added up, `held` are the places of those held back."""

    rows: int
    lines: Lines
    held: np.ndarray


def wanted_columns(table: Table, mapping: Mapping) -> tuple[int, ...] | None:
    """The columns that are read, or None when one plays a part that only the careful reading knows."""
    known = {*_READ, *_NOT_READ, *STATIC, "attribute"}
    singles = [j for role in (*_READ, *STATIC[1:]) if (j := mapping.index(role)) is not None]
    whole_days = not mapping.freq or mapping.freq[0] in "DWMQY"
    plain = all(c.role in known for c in mapping.columns) and mapping.date_order in ("DMY", "MDY", "YMD") and not mapping.chosen
    if not plain or not whole_days or mapping.index("sku") is None:
        return None
    return tuple(sorted({*singles, *named_columns(table, mapping, "attribute")}))


class Lane:
    """Reads the pieces of one file in their order; `refused` says why the file must be read as a whole after all."""

    def __init__(self, sample: Table, mapping: Mapping, freq: str, held: frozenset[str]) -> None:
        self.mapping, self._no_codes = mapping, held.union(_NO_CODE)
        self.refused = ""
        self.freq = freq
        self._hint = decimal_hint(sample, mapping)
        self._places = {role: j for role in (*_READ, *STATIC) if (j := mapping.index(role)) is not None}
        self._labels = {name: self._places[name] for name in STATIC if name in self._places}
        self._labels |= {f"a:{label}": j for j, label in named_columns(sample, mapping, "attribute").items()}
        self._words = {name: Words() for name in ("sku", *self._labels)}
        self._platform = platform_of(mapping, sample)
        self._signs = {role: self._sign(sample, role) for role in ("units", *_AMOUNTS) if role in self._places}
        self._lexicons = {role: Lexicon(look) for role, look in self._looks().items()}
        self._days, self._clock = Lexicon(self._day), Lexicon(no_clock)
        self._known_days: list[np.ndarray] = []
        self._unsold = Unsold(self._words["sku"], self._words.get("name"))
        self._books = {name: self._unsold.book if name == "name" else Book() for name in self._labels}
        self._back: list[np.ndarray] = []
        self._dated = True
        self._held: dict[str, list[np.ndarray]] = {name: [] for name in self._labels}
        self.rows = self._below = self._filled = 0
        self.tally = Tally()

    def _sign(self, sample: Table, role: str) -> str:
        """The decimal sign that the sample speaks for; `whole` looks at it again."""
        return parse_numbers(sample.column(self._places[role]), self.mapping.decimal or None, self._hint).decimal

    def _looks(self) -> dict[str, Look]:
        looks: dict[str, Look] = {"sku": self._codes, "status": _status_look(self._platform_says, self._refuse)}
        looks |= {role: self._numbers(role) for role in ("units", *_AMOUNTS) if role in self._places}
        looks |= {name: self._label(name) for name in self._labels}
        return looks

    def _platform_says(self, word: str) -> bool:
        return says_not_sold(word, self._platform) or says_returned(word)

    def _refuse(self, why: str) -> None:
        self.refused = self.refused or why

    def _codes(self, texts: pl.Series) -> tuple[np.ndarray, np.ndarray]:
        clean = clean_words(texts)
        words, odd = clean.to_list(), is_broken_code(clean).to_numpy()
        return self._words["sku"].number(words), odd | _among(words, self._no_codes) | _totals(texts)

    def _label(self, name: str) -> Look:
        def look(texts: pl.Series) -> tuple[np.ndarray, np.ndarray]:
            odd = _totals(texts) if name in ("name", "category", "channel") else np.zeros(len(texts), dtype=bool)
            return self._words[name].number(clean_words(texts).to_list()), odd

        return look

    def _numbers(self, role: str) -> Look:
        def look(texts: pl.Series) -> tuple[np.ndarray, np.ndarray]:
            found = parse_numbers(texts, self._signs[role])
            values, odd = found.values.to_numpy(), found.bad.to_numpy()
            if role == "units":
                odd = odd | ~(np.abs(values) <= _MOST)
            elif role == "price":
                odd = odd | (values < 0)
            return values, odd

        return look

    def _day(self, texts: pl.Series) -> tuple[np.ndarray, np.ndarray]:
        days = pl.Series("ds", [plain_day(text, self.mapping.date_order) for text in texts.to_list()], dtype=pl.Datetime("us"))
        moments = days.to_numpy()
        self._known_days.append(moments[~np.isnat(moments)])
        starts = pl.DataFrame(days).select(period_start(self.freq).cast(pl.Date).cast(pl.Int64).fill_null(0)).to_series()
        named = texts.filter(texts.str.contains(r"\pL"))  # "Total 5 March" can be read as a day
        return starts.to_numpy(), np.isnat(moments) | (_totals(texts) if len(named) else False)

    def read(self, columns: dict[int, Coded], first_line: int) -> Outcome:
        """The rows of the next piece as numbers; those that are not plain are held back."""
        by_role = {role: columns[j] for role, j in self._places.items()}
        odd = np.zeros(len(by_role["sku"].codes), dtype=bool)
        sku = self._lexicons["sku"].rows(by_role["sku"], odd)
        period, undated = self._periods(by_role["date"])
        odd |= undated
        units = self._lexicons["units"].rows(by_role["units"], odd)
        labels = {name: self._lexicons[name].rows(columns[j], odd) for name, j in self._labels.items()}
        self._below += int(np.count_nonzero(units < 0))
        self._filled += int(np.count_nonzero(units) - np.count_nonzero(np.isnan(units)))
        money = {role: self._lexicons[role].rows(by_role[role], odd) for role in _AMOUNTS if role in by_role}
        self._mark_cancelled(by_role, odd)
        if "customer" in by_role and "price" in money:
            _mark_gone(money["price"], by_role["customer"], odd)
        self._count_labels(sku, labels, first_line)
        odd |= self._unsold.refused[sku]
        none = np.zeros(0, dtype=np.int64)
        order, orders, ranks = self._orders(by_role["order"]) if "order" in by_role else (None, none, none)
        lines = Lines(
            plain=~odd,
            sku=sku,
            period=period,
            units=units,
            price=money.get("price"),
            amount=money.get("revenue"),
            order=order,
            orders=orders,
            ranks=ranks,
        )
        self.rows += len(odd)
        held = np.flatnonzero(odd)
        self._back.append(period[held])
        self._dated = self._dated and not undated.any()
        for name, values in labels.items():
            self._held[name].append(paired(sku[held], values[held]))
        return Outcome(len(odd), lines, held)

    def _periods(self, column: Coded) -> tuple[np.ndarray, np.ndarray]:
        """The period of each row, from its day alone, and which rows have none; the time of day must only be one."""
        days, clocks = days_and_clocks(column.texts)
        undated = np.zeros(len(days), dtype=bool)
        periods = self._days.rows(coded(days), undated)
        self._clock.rows(coded(clocks), undated)
        return periods[column.codes], undated[column.codes]

    @staticmethod
    def _orders(column: Coded) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The order of each row, numbered as they are met, the orders of the piece as sorted hashes, and their places there."""
        orders, ranks = np.unique(clean_words(column.texts).hash().to_numpy(), return_inverse=True)
        if len(orders) < len(ranks):  # two texts that are the same order
            return ranks[column.codes], orders, np.arange(len(orders))
        return column.codes, orders, ranks

    def _mark_cancelled(self, columns: dict[str, Coded], odd: np.ndarray) -> None:
        if "status" in columns:
            self._lexicons["status"].rows(columns["status"], odd)
        if "cancelled" in columns:
            column = columns["cancelled"]
            odd |= (~clean_words(column.texts).str.to_lowercase().is_in(list(FALSE_WORDS))).to_numpy()[column.codes]

    def _count_labels(self, sku: np.ndarray, labels: dict[str, np.ndarray], first_line: int) -> None:
        """Count what each SKU carries, whether its rows are plain or not."""
        self._unsold.add(sku, labels.get("name"), first_line)
        for name, values in labels.items():
            if name != "name":
                self._books[name].add(sku, values, first_line)

    def whole(self) -> Whole | None:
        """What the file as a whole has shown; None when it is not what was taken from the sample, or cannot be told yet."""
        days = pl.Series(np.concatenate(self._known_days))
        if self.refused or mostly_below_zero(self._below, self._filled) or far_apart(days):
            return None
        for role, sign in self._signs.items():
            found = parse_numbers(
                pl.Series(self._lexicons[role].texts, dtype=pl.String), self.mapping.decimal or None, self._hint
            )
            if found.ambiguous or found.decimal != sign:
                return None
        periods = datetimes(np.concatenate([np.zeros(0, np.int64), *self._back])) if self._dated else None
        return Whole({self._places[role]: sign for role, sign in self._signs.items()}, self._unsold.named(), periods)

    def late(self) -> frozenset[str]:
        """Codes that turned out to be no products after some of their rows had been added up."""
        suspects = self._unsold.suspects
        return self._unsold.late(suspects[self.tally.met(suspects)])

    def names(self) -> pl.DataFrame:
        """How often each SKU carries each value of each label, as `attribute_counts` gives it."""
        skus = self._words["sku"].all
        parts = [spelled_out(self._plain(name), name, skus, self._words[name].all) for name in self._labels]
        empty = pl.DataFrame(
            schema={"sku": pl.String, "attribute": pl.String, "value": pl.String, "n": pl.UInt32, "at": pl.UInt32}
        )
        return pl.concat([empty, *parts]).filter(pl.col("value") != "")

    def _plain(self, name: str) -> pl.DataFrame:
        """How often the plain rows carry each value of a label: all rows but those held back, which are counted when read."""
        held = pl.Series("pair", np.concatenate([np.zeros(0, dtype=np.int64), *self._held[name]])).value_counts(name="held")
        both = self._books[name].counts().join(held, on="pair", how="left")
        return both.with_columns(pl.col("n") - pl.col("held").fill_null(0)).filter(pl.col("n") > 0)

    def sums(self, others: pl.DataFrame) -> pl.DataFrame:
        """The sums of the plain rows and of the others that were held back, as `period_sums` gives them, in no order."""
        if others.height:
            self.tally.add_sums(others, self._words["sku"].number(others["sku"].to_list()))
        return self.tally.frame(self._words["sku"].all)

    def counts_again(self, frame: pl.DataFrame) -> bool:
        """Whether an order among these facts may have been counted for the same SKU and period among the plain rows."""
        if "order" not in frame.columns:
            return False
        known = {word: code for code, word in enumerate(self._words["sku"].all)}
        sold = frame.filter(pl.col("sold") > 0).with_columns(period_start(self.freq))
        codes = np.array([known.get(sku, -1) for sku in sold["sku"].to_list()], dtype=np.int64)
        days = sold["ds"].cast(pl.Date).cast(pl.Int64).to_numpy()
        return self.tally.holds(codes << 32 | days, sold["order"].hash().to_numpy())


def _among(words: list[str], some: Collection[str]) -> np.ndarray:
    """Which words are among some."""
    return np.array([word in some for word in words], dtype=bool)


def _totals(texts: pl.Series) -> np.ndarray:
    """Which of some distinct cells say that their row sums others up."""
    totals = totals_among(texts)
    return _among(texts.to_list(), totals) if totals else np.zeros(len(texts), dtype=bool)


def _mark_gone(price: np.ndarray, customer: Coded, odd: np.ndarray) -> None:
    """Lines without a price and without a customer."""
    free = np.flatnonzero(price == 0)
    nobody = clean_text(customer.at(free)) == ""
    odd[free[nobody.to_numpy()]] = True


def _status_look(not_sold: Callable[[str], bool], refuse: Callable[[str], None]) -> Look:
    def look(texts: pl.Series) -> tuple[np.ndarray, np.ndarray]:
        words = clean_words(texts).to_list()
        if any(word and is_movement(word) for word in words):
            refuse("the file lists stock movements")
        odd = np.array([bool(word) and not_sold(word) for word in words], dtype=bool)
        return np.zeros(len(words)), odd

    return look
