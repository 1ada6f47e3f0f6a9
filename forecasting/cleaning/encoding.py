"""Words as numbers: one-hot up to 20 levels, ordinal beyond; a word that was not in the training data is "unknown"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

UNKNOWN = "unknown"
MAX_LEVELS = 20


@dataclass(frozen=True)
class OneHot:
    """A column of 0 and 1 for each of the most frequent levels, and one for every other word.

    >>> code = OneHot.fit(["a", "b", "a"])
    >>> code.transform(["b", "z"]).tolist(), code.inverse(code.transform(["b", "z"]))
    ([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], ['b', 'unknown'])
    """

    levels: tuple[str, ...]

    @classmethod
    def fit(cls, train: Sequence[str], max_levels: int = MAX_LEVELS) -> OneHot:
        """Learn the levels of the training data; the rarest beyond `max_levels` count as unknown."""
        words, counts = np.unique(np.asarray(train, dtype=str), return_counts=True)
        kept = sorted(words[np.lexsort((words, -counts))][:max_levels])
        return cls((*map(str, kept), UNKNOWN))

    def transform(self, values: Sequence[str]) -> np.ndarray:
        """Matrix (values, levels)."""
        return np.eye(len(self.levels))[_places(values, self.levels)]

    def inverse(self, codes: np.ndarray) -> list[str]:
        """The level of each row."""
        return [self.levels[k] for k in codes.argmax(axis=1)]


@dataclass(frozen=True)
class Ordinal:
    """The place of each word in the sorted levels; the last place is for unknown words.

    >>> code = Ordinal.fit(["b", "a"])
    >>> code.transform(["a", "b", "z"]).tolist(), code.inverse(np.array([0, 2]))
    ([0, 1, 2], ['a', 'unknown'])
    """

    levels: tuple[str, ...]

    @classmethod
    def fit(cls, train: Sequence[str]) -> Ordinal:
        """Learn the levels of the training data."""
        return cls((*sorted(set(map(str, train))), UNKNOWN))

    def transform(self, values: Sequence[str]) -> np.ndarray:
        """Whole numbers, one for each value."""
        return _places(values, self.levels)

    def inverse(self, codes: np.ndarray) -> list[str]:
        """The level of each code."""
        return [self.levels[k] for k in codes]


def _places(values: Sequence[str], levels: tuple[str, ...]) -> np.ndarray:
    place = {level: k for k, level in enumerate(levels)}
    return np.array([place.get(str(value), len(levels) - 1) for value in values], dtype=int)
