"""Columns as codes into their distinct texts: what is said of a text is worked out once, not once a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from threading import Lock

import numpy as np
import polars as pl
import pyarrow as pa
from pyarrow import compute, csv

from forecasting.ingest.reading.encoding import is_utf8
from forecasting.ingest.reading.table import column_names

Look = Callable[[pl.Series], tuple[np.ndarray, np.ndarray]]
_BLOCK = 1 << 20
_LOOK = 4 << 20
_ASCII = 128


class Coded:
    """One column of some lines: its distinct `texts`, and for each row the place of its text among them, in `codes`.

    They are worked out when they are first asked for, outside the interpreter's lock, by the thread that asks first.
    """

    def __init__(self, cells: pa.ChunkedArray) -> None:
        self._cells = cells
        self._found = pl.Series([], dtype=pl.String), np.zeros(0, dtype=np.int32)
        self._lock = Lock()

    def encode(self) -> tuple[pl.Series, np.ndarray]:
        """The distinct texts and the codes; the cells themselves are given up for them."""
        with self._lock:
            if self._cells is not None:
                # The parser could do that as well, but slower, or block by block with a dictionary for each.
                found = self._cells.dictionary_encode().combine_chunks()
                self._found = pl.Series(found.dictionary, dtype=pl.String), found.indices.to_numpy()
                self._cells = None
            return self._found

    @property
    def texts(self) -> pl.Series:
        """The distinct texts, in the order in which they are met."""
        return self.encode()[0]

    @property
    def codes(self) -> np.ndarray:
        """For each row the place of its text in `texts`."""
        return self.encode()[1]

    @property
    def cells(self) -> pl.Series:
        """The text of every row."""
        cells = self._cells  # another thread may give them up
        return self.texts.gather(self.codes) if cells is None else pl.Series(cells, dtype=pl.String)

    def at(self, rows: np.ndarray) -> pl.Series:
        """The texts of some rows."""
        cells = self._cells
        return self.texts.gather(self.codes[rows]) if cells is None else pl.Series(cells.take(pa.array(rows)), dtype=pl.String)

    @property
    def any_blank(self) -> bool:
        """Whether some row has nothing in this column."""
        cells = self._cells
        return bool((self.texts == "").any() if cells is None else compute.min(compute.binary_length(cells)).as_py() == 0)


def read_coded(piece: bytes | memoryview, delimiter: str, width: int, wanted: Sequence[int]) -> dict[int, Coded] | None:
    """The wanted columns of some lines, or None unless every line is one record of that many cells.

    >>> columns = read_coded(b'A,1\\nB,"2"\\nA,3', ",", 2, [0])
    >>> columns[0].cells.to_list() if columns else None
    ['A', 'B', 'A']
    """
    text = np.frombuffer(piece, dtype=np.uint8)
    seen = _seen(text)
    if seen is None or not (text.max() < _ASCII or is_utf8(piece)) or not _quotes_hold(text, seen.quotes, delimiter):
        return None
    names = column_names(width)
    chosen = [names[j] for j in wanted]
    try:
        table = csv.read_csv(
            pa.BufferReader(pa.py_buffer(piece)),
            # A block must not end within a cell: the parser finds that out by itself.
            # Pieces are read ahead while others are worked on: two threads for one piece would only push the others aside.
            read_options=csv.ReadOptions(block_size=_BLOCK, column_names=names, use_threads=False),
            parse_options=csv.ParseOptions(
                delimiter=delimiter,
                quote_char='"' if len(seen.quotes) else False,
                ignore_empty_lines=False,
                newlines_in_values=False,
            ),
            convert_options=csv.ConvertOptions(
                check_utf8=False,
                include_columns=chosen,
                column_types=dict.fromkeys(chosen, pa.string()),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != seen.ends + 1:
        return None
    columns = {j: Coded(table.column(name)) for j, name in zip(wanted, chosen, strict=True)}
    # The parser takes a blank line as a row of blank cells.
    maybe_blank = all(column.any_blank for column in columns.values())
    return None if maybe_blank and _has_blank_line(bytes(piece)) else columns


@dataclass(frozen=True)
class _Seen:
    """What the bytes of a piece show: how many lines end in it, and where quotes stand."""

    ends: int
    quotes: np.ndarray


def _seen(text: np.ndarray) -> _Seen | None:
    """Look at the bytes, a block at a time; None where there are none, or a NUL, or lines that end in two ways."""
    ends, controls, quotes = 0, 0, [np.zeros(0, dtype=np.int64)]
    found = np.empty(min(_LOOK, len(text)), dtype=bool)
    # The blocks are large: between one short call and the next, another thread may take the interpreter's lock.
    for start in range(0, len(text), _LOOK):
        block = text[start : start + _LOOK]
        here = found[: len(block)]
        ends += int(np.count_nonzero(np.equal(block, 10, out=here)))
        controls += int(np.count_nonzero(np.less(block, 32, out=here)))
        quotes.append(np.flatnonzero(np.equal(block, 34, out=here)) + start)
    if not len(text) or (controls > ends and not _ends_alike(text, ends)):
        return None
    return _Seen(ends, np.concatenate(quotes))


def _ends_alike(text: np.ndarray, ends: int) -> bool:
    """Whether there is no NUL, and all lines end in the same way, with a line feed or with both."""
    returns = np.flatnonzero(text == 13)
    # A return that is the piece's last byte has lost its line feed to the cut between pieces.
    both = int(np.count_nonzero(text[np.minimum(returns + 1, len(text) - 1)] == 10)) + int(text[-1] == 13)
    alike = not len(returns) or (len(returns) == both and len(returns) - ends in (0, 1))
    return bool(text.min() > 0) and alike


def coded(texts: pl.Series) -> Coded:
    """Some texts as codes into the distinct ones among them.

    >>> coded(pl.Series(["b", "a", "b"])).codes.tolist()
    [0, 1, 0]
    """
    return Coded(pa.chunked_array([texts.to_arrow(compat_level=pl.CompatLevel.oldest())]))


def _has_blank_line(piece: bytes) -> bool:
    return b"\n\n" in piece or b"\n\r\n" in piece or piece.startswith((b"\n", b"\r")) or piece.endswith((b"\n", b"\n\r"))


def _quotes_hold(text: np.ndarray, marks: np.ndarray, delimiter: str) -> bool:
    """Whether quotes only open where a cell begins and close where it ends, or stand doubled between."""
    if len(marks) % 2:
        return False
    opening, closing = marks[0::2], marks[1::2]
    before = text[np.maximum(opening - 1, 0)]
    after = text[np.minimum(closing + 1, len(text) - 1)]
    own = ord(delimiter)
    opens = (opening == 0) | (before == own) | (before == 10) | (before == 34)
    closes = (closing == len(text) - 1) | (after == own) | (after == 10) | (after == 13) | (after == 34)
    return bool(opens.all() and closes.all())


class _Numbering(dict[str, int]):
    """Numbers texts as they come; `new` are those that came since it was emptied last."""

    def __init__(self) -> None:
        super().__init__()
        self.new: list[str] = []

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        self.new.append(text)
        return number


class Lexicon:
    """The distinct texts of one column through a whole file: each is looked at once, for its value and for being odd."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._places = _Numbering()
        self.values = np.zeros(0)
        self.odd = np.zeros(0, dtype=bool)

    @property
    def texts(self) -> list[str]:
        """All texts met so far."""
        return list(self._places)

    def places(self, texts: Sequence[str]) -> np.ndarray:
        """Where each text stands in `values` and `odd`."""
        # One call for all texts: with a call for each, the calls take longer than the look-ups.
        found = itemgetter(*texts)(self._places) if len(texts) > 1 else [self._places[text] for text in texts]
        places = np.array(found, dtype=np.int64)
        new = self._places.new
        if new:
            values, odd = self._look(pl.Series(new, dtype=pl.String))
            self.values = np.concatenate([self.values, values]) if len(self.values) else values
            self.odd = np.concatenate([self.odd, odd])
            new.clear()
        return places

    def rows(self, column: Coded, odd: np.ndarray) -> np.ndarray:
        """The value of each row; rows whose text is odd are marked in `odd`."""
        places = self.places(column.texts.to_list())
        marks = self.odd[places]
        if marks.any():
            odd |= marks[column.codes]
        return self.values[places][column.codes]


class Words:
    """Words numbered in the order in which they are met.

    >>> words = Words()
    >>> words.number(["b", "a", "b"]).tolist(), words.all
    ([0, 1, 0], ['b', 'a'])
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._numbers = {word: number for number, word in enumerate(words)}

    def __len__(self) -> int:
        return len(self._numbers)

    def number(self, words: Iterable[str]) -> np.ndarray:
        """The number of each word."""
        numbers = self._numbers
        return np.array([numbers.setdefault(word, len(numbers)) for word in words], dtype=np.int64)

    @property
    def all(self) -> list[str]:
        """The words in the order of their numbers."""
        return list(self._numbers)

    def since(self, number: int) -> list[str]:
        """The words from a number on."""
        return list(islice(self._numbers, number, None))


_MOMENT = re.compile(r"(.+?)(?:[ T]+(\d{1,2}:\d{2}.*))?", re.DOTALL)
_CLOCK = re.compile(
    r"(?:(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?|(?:0?[1-9]|1[0-2]):[0-5]\d(?::[0-5]\d)?\s*[AaPp]\.?[Mm]\.?)"
    r"(?:\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?"
)


def no_clock(texts: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """A look at times of day: nothing and 23:59 are none the worse for it, anything else is odd.

    >>> no_clock(pl.Series(["", "7:45", "25:00"]))[1].tolist()
    [False, False, True]
    """
    odd = [bool(text) and _CLOCK.fullmatch(text) is None for text in texts.to_list()]
    return np.zeros(len(odd)), np.array(odd, dtype=bool)


def days_and_clocks(texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Moments taken apart, as they are written; the rare ones that one blank does not part are looked at one by one.

    >>> [part.to_list() for part in days_and_clocks(pl.Series(["12/1/2009 7:45", "2009-12-01T07:45:00Z"]))]
    [['12/1/2009', '2009-12-01'], ['7:45', '07:45:00Z']]
    """
    parts = texts.str.splitn(" ", 2).struct.unnest()
    day, clock = parts.to_series(0), parts.to_series(1)
    timed = clock.str.contains("^.{0,2}:")
    odd = ~(timed.fill_null(value=False) if timed.null_count() else timed)
    if odd.any():
        apart = [day_and_clock(text) for text in texts.filter(odd).to_list()]
        day = day.scatter(odd.arg_true(), [each[0] for each in apart])
        clock = clock.scatter(odd.arg_true(), [each[1] for each in apart])
    return day, clock


def day_and_clock(text: str) -> tuple[str, str]:
    """A moment taken apart, as it is written.

    >>> day_and_clock("12/1/2009 7:45"), day_and_clock("2009-12-01T07:45:00Z"), day_and_clock("1 Dec 2009")
    (('12/1/2009', '7:45'), ('2009-12-01', '07:45:00Z'), ('1 Dec 2009', ''))
    """
    day, _, clock = text.partition(" ")
    if ":" in clock[:3]:
        return day, clock
    match = _MOMENT.fullmatch(text)
    return (match.group(1), match.group(2) or "") if match else (text, "")
