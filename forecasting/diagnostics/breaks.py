"""Where the level of a series jumps and stays: structural breaks of its mean."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core.number import number
from forecasting.diagnostics.gaps import bridged, is_flat, too_few

MOST = 5
_LEAST = 24
_NAUGHT = 1e-3  # of the highest level: what is left of nothing where a season is taken out
_FEWEST = 8
_CELLS = 600
_SHARE = 0.08  # of all periods that a level must last
_PEAK = 4.0


@dataclass(frozen=True, eq=False)
class Breaks:
    """`at` the positions of the first periods of new levels, `levels` (breaks + 1,) in units, `reading` in one sentence."""

    at: tuple[int, ...]
    levels: tuple[float, ...]
    reading: str


def find_breaks(
    sales: pd.Series | np.ndarray, seasonal: np.ndarray | None = None, *, season: int = 1, noun: str = "period"
) -> Breaks:
    """Breaks of the mean of a series (periods) less its `seasonal` part: least squares over all places, their number by BIC.

    BIC counts as many observations as there would be without the autocorrelation of the rest, so that slow waves are no
    breaks. Bai and Perron (2003); Yao (1988).

    >>> rng = np.random.default_rng(0)
    >>> find_breaks(np.r_[rng.normal(10, 1, 60), rng.normal(14, 1, 60)]).at
    (60,)
    """
    values = bridged(sales).values
    if len(values) < _LEAST or is_flat(values):
        why = "The level never changes." if len(values) >= _LEAST else f"{too_few(len(values), noun)} to look for breaks."
        return Breaks((), (float(values.mean()),) if len(values) else (), why)
    if np.count_nonzero(values != np.median(values)) < _FEWEST:
        return Breaks((), (float(values.mean()),), "Too few values differ from the usual one to look for breaks.")
    first = int(np.argmax(np.isfinite(np.asarray(sales, dtype="float64"))))
    level = values - (seasonal if seasonal is not None and len(seasonal) == len(values) else 0.0)
    width = -(-len(level) // _CELLS)
    cells = np.add.reduceat(_without_peaks(level), np.arange(0, len(level), width)) / width
    cells = cells[: len(level) // width]
    least = max(int(np.ceil(_SHARE * len(cells))), 6, min(2 * season // width, len(cells) // 4))
    places = [place * width for place in best_partition(cells, least)]
    levels = tuple(float(part.mean()) for part in np.split(level, places))
    return Breaks(tuple(first + place for place in places), levels, _read(levels, noun))


def best_partition(values: np.ndarray, least: int, most: int = MOST) -> list[int]:
    """The beginnings of the segments whose means fit best, as many as BIC allows; each lasts `least` values or more."""
    errors, ends = squared_errors(values, least, most)
    count = len(values)
    largest = int(np.isfinite(errors).sum()) - 1
    if errors[0] <= 0:
        return []
    rest = values - _means(values, _traced(ends, count, largest))
    memory = float(np.clip((rest[1:] @ rest[:-1]) / max(rest @ rest, 1e-300), 0.0, 0.9))
    effective = count * (1 - memory) / (1 + memory)
    usable = np.maximum(errors[: largest + 1], 1e-12 * errors[0])
    bic = effective * np.log(usable / count) + 2 * (np.arange(largest + 1) + 1) * np.log(effective)
    return _traced(ends, count, int(np.argmin(bic)))


def squared_errors(values: np.ndarray, least: int, most: int = MOST) -> tuple[np.ndarray, np.ndarray]:
    """The least sum of squares with 0, 1, ... breaks (infinite where they do not fit in), and where segments then begin.

    >>> squared_errors(np.r_[np.zeros(5), np.ones(5)], 2, 1)[0].tolist()
    [2.5, 0.0]
    """
    count = len(values)
    centred = values - values.mean()
    sums, squares = (np.concatenate([[0.0], np.cumsum(part)]) for part in (centred, centred**2))
    begin, end = np.meshgrid(np.arange(count + 1), np.arange(count + 1), indexing="ij")
    length = end - begin
    with np.errstate(divide="ignore", invalid="ignore"):
        cost = (squares[end] - squares[begin]) - (sums[end] - sums[begin]) ** 2 / length
    cost[length < least] = np.inf
    best = np.maximum(cost[0], 0.0)
    found, ends = [best[count]], np.zeros((most + 1, count + 1), dtype=int)
    for breaks in range(1, most + 1):
        total = best[:, None] + cost
        ends[breaks] = np.argmin(total, axis=0)
        best = total[ends[breaks], np.arange(count + 1)]
        found.append(best[count])
    return np.array(found), ends


def _traced(ends: np.ndarray, count: int, breaks: int) -> list[int]:
    places, end = [], count
    for left in range(breaks, 0, -1):
        end = int(ends[left, end])
        places.append(end)
    return places[::-1]


def _means(values: np.ndarray, places: list[int]) -> np.ndarray:
    return np.concatenate([np.full(len(part), part.mean()) for part in np.split(values, places)])


def _without_peaks(values: np.ndarray) -> np.ndarray:
    """Single peaks cut to what is usual around them, since they are no new level."""
    usual = pd.Series(values).rolling(min(len(values), 29), center=True, min_periods=1).median().to_numpy()
    spread = 1.4826 * np.median(np.abs(values - usual))
    return np.clip(values, usual - _PEAK * spread, usual + _PEAK * spread) if spread > 0 else values


def _read(levels: tuple[float, ...], noun: str) -> str:
    if len(levels) == 1:
        return "No lasting break in the level."
    before, after = (level if abs(level) > _NAUGHT * max(map(abs, levels)) else 0.0 for level in levels[-2:])
    moved = f"from {number(before)} to {number(after)} {'an' if noun == 'hour' else 'a'} {noun}"
    if len(levels) == 2:
        return f"The level broke once, {moved}."
    return f"The level broke {len(levels) - 1} times, the last time {moved}."
