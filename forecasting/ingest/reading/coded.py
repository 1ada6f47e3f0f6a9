"""Columns as codes into their distinct texts: what is said of a text is worked out once, not once a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter

import numpy as np
import polars as pl
import pyarrow as pa
from pyarrow import compute, csv

from forecasting.ingest.reading.encoding import is_utf8
from forecasting.ingest.reading.table import column_names

Look = Callable[[pl.Series], tuple[np.ndarray, np.ndarray]]
_BLOCK = 1 << 20
_LOOK = 1 << 20


@dataclass(frozen=True)
class Coded:
    """One column: its distinct `texts`, and for each row the place of its text among them."""

    texts: pl.Series
    codes: np.ndarray

    @property
    def cells(self) -> pl.Series:
        """The text of every row."""
        return self.texts.gather(self.codes)


def read_coded(piece: bytes | memoryview, delimiter: str, width: int, wanted: Sequence[int]) -> dict[int, Coded] | None:
    """The wanted columns of some lines, or None unless every line is one record of that many cells.

    >>> columns = read_coded(b'A,1\\nB,"2"\\nA,3', ",", 2, [0])
    >>> columns[0].cells.to_list() if columns else None
    ['A', 'B', 'A']
    """
    text = np.frombuffer(piece, dtype=np.uint8)
    seen = _seen(text)
    if seen is None or not is_utf8(piece) or not _quotes_hold(text, seen.quotes, delimiter):
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
    columns = {j: _coded(table.column(name)) for j, name in zip(wanted, chosen, strict=True)}
    # The parser takes a blank line as a row of blank cells.
    maybe_blank = all((column.texts == "").any() for column in columns.values())
    return None if maybe_blank and _has_blank_line(bytes(piece)) else columns


@dataclass(frozen=True)
class _Seen:
    """What the bytes of a piece show: how many lines end in it, and where quotes stand."""

    ends: int
    quotes: np.ndarray


def _seen(text: np.ndarray) -> _Seen | None:
    """Look at the bytes, a block at a time; None where there are none, or a NUL, or lines that end in two ways."""
    ends = returns = both = 0
    quotes = [np.zeros(0, dtype=np.int64)]
    for start in range(0, len(text), _LOOK):
        block = text[start : start + _LOOK]
        if not block.min():
            return None
        ends += int(np.count_nonzero(block == 10))
        quotes.append(np.flatnonzero(block == 34) + start)
        if (block == 13).any():
            marks = np.flatnonzero(block == 13) + start
            returns += len(marks)
            # A return that is the piece's last byte has lost its line feed to the cut between pieces.
            both += int(np.count_nonzero(text[np.minimum(marks + 1, len(text) - 1)] == 10)) + int(marks[-1] == len(text) - 1)
    alike = not returns or (returns == both and returns - ends in (0, 1))
    return _Seen(ends, np.concatenate(quotes)) if len(text) and alike else None


def _coded(column: pa.ChunkedArray) -> Coded:
    # The parser could do that as well, but block by block, with a dictionary for each.
    found = column.dictionary_encode()
    codes = [chunk.indices.to_numpy() for chunk in found.chunks]
    return Coded(pl.Series(found.chunk(0).dictionary, dtype=pl.String), codes[0] if len(codes) == 1 else np.concatenate(codes))


def coded(texts: pl.Series) -> Coded:
    """Some texts as codes into the distinct ones among them.

    >>> coded(pl.Series(["b", "a", "b"])).codes.tolist()
    [0, 1, 0]
    """
    found = compute.dictionary_encode(texts.to_arrow(compat_level=pl.CompatLevel.oldest()))
    return Coded(pl.Series(found.dictionary, dtype=pl.String), found.indices.to_numpy())


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
    odd = ~clock.str.slice(0, 3).str.contains(":", literal=True).fill_null(value=False)
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
