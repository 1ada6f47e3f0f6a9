"""Windows: the past that the network reads, what is planned for each period ahead, and what was sold then."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from forecasting.models.network.history import History

SMALL = 0.05  # of a SKU's own mean so far: what keeps a window without sales from dividing by zero
LONG = 0.2  # part of the mean so far in the scale: a SKU that has slept for a window is not taken for one of no size
SPANS = (7, 28, 91, 364)


@dataclass(frozen=True, eq=False)
class Inputs:
    """What the network is given for B windows: float32 and int32 arrays, and the scale (B,) in units they are divided by."""

    past: np.ndarray
    future: np.ndarray
    summary: np.ndarray
    sku: np.ndarray
    codes: np.ndarray
    scale: np.ndarray

    def arrays(self) -> list[np.ndarray]:
        """The arrays in the order in which the network takes them."""
        return [self.past, self.future, self.summary, self.sku, self.codes]

    def take(self, rows: np.ndarray) -> "Inputs":
        """Some of the windows."""
        past, future, summary, sku, codes = (array[rows] for array in self.arrays())
        return Inputs(past, future, summary, sku, codes, self.scale[rows])


@dataclass(frozen=True)
class Cutter:
    """Cuts windows of `window` periods and the `horizon` periods after them out of a history."""

    window: int
    horizon: int

    def inputs(self, history: History, rows: np.ndarray, origins: np.ndarray) -> Inputs:
        """The inputs of the windows of SKUs `rows` that end before the periods `origins`; nothing later is read."""
        scale = scale_of(history, rows, origins, self.window)
        divisor = np.where(scale > 0, scale, 1.0)[:, None]
        times = origins[:, None] + np.arange(-self.window, 0)
        inside = np.maximum(times, 0)
        seen = history.seen[rows[:, None], inside] & (times >= 0)
        ratio = np.where(seen, history.sales[rows[:, None], inside], 0.0) / divisor
        past = [np.log1p(ratio)[..., None], seen[..., None], history.calendar[inside], history.known[rows[:, None], inside]]
        ahead = origins[:, None] + np.arange(self.horizon)
        future = [
            history.calendar[ahead],
            history.known[rows[:, None], ahead],
            np.broadcast_to(np.linspace(0, 1, self.horizon)[:, None], (*ahead.shape, 1)),
            self._profile(ratio, seen, history.season)[..., None],
            _last_year(history, rows, ahead, origins),
        ]
        return Inputs(
            past=np.concatenate(past, axis=2, dtype="float32", casting="unsafe"),
            future=np.concatenate(future, axis=2, dtype="float32", casting="unsafe"),
            summary=_summary(history, rows, origins, divisor[:, 0]).astype("float32"),
            sku=rows.astype("int32"),
            codes=history.codes[rows].astype("int32"),
            scale=scale,
        )

    def with_past(self, inputs: Inputs, past: np.ndarray, told: np.ndarray, season: int) -> Inputs:
        """The same windows with other sales in the past, over scale, (B, window), all of which count as seen.

        `told` (B, window + horizon, C + K) is what the calendar and the plan say of each period.
        """
        changed, future = inputs.past.copy(), inputs.future.copy()
        changed[:, :, 0], changed[:, :, 1], changed[:, :, 2:] = np.log1p(past), 1.0, told[:, : self.window]
        future[:, :, : told.shape[2]] = told[:, self.window :]
        future[:, :, -4] = self._profile(past, np.ones(past.shape, dtype=bool), season)
        return replace(inputs, past=changed, future=future)

    def targets(self, history: History, rows: np.ndarray, origins: np.ndarray, end: int) -> tuple[np.ndarray, np.ndarray]:
        """Units sold in the periods ahead and which of them were seen before the period `end`, both (B, horizon)."""
        times = origins[:, None] + np.arange(self.horizon)
        inside = np.minimum(times, history.periods - 1)
        seen = history.seen[rows[:, None], inside] & (times < end)
        return np.where(seen, history.sales[rows[:, None], inside], 0.0), seen

    def _profile(self, ratio: np.ndarray, seen: np.ndarray, season: int) -> np.ndarray:
        """The window's mean of the same period of the season (of the same weekday) for each period ahead."""
        if self.window % season:
            return np.zeros((len(ratio), self.horizon))
        shape = (len(ratio), self.window // season, season)
        means = ratio.reshape(shape).sum(axis=1) / np.maximum(seen.reshape(shape).sum(axis=1), 1)
        return np.log1p(means)[:, np.arange(self.horizon) % season]


def scale_of(history: History, rows: np.ndarray, origins: np.ndarray, window: int) -> np.ndarray:
    """What a window is divided by: its mean, with a part of the SKU's mean so far, in units; 0 before the first sale."""
    return (history.mean(rows, origins, window) + LONG * history.mean(rows, origins)) / (1 + LONG)


def usable(history: History, origins: np.ndarray, end: int, least: int) -> np.ndarray:
    """Windows of these origins that may be learnt from, as (SKU, origin) pairs, SKU by SKU: `least` periods and a sale before
    it, a target seen after it and before the period `end`.
    """
    before = history.counts[:, origins]
    enough = (before >= least) & (history.sums[:, origins] > 0)
    rows, places = np.nonzero(enough & (history.counts[:, [end]] > before))
    return np.column_stack([rows, origins[places]])


def _summary(history: History, rows: np.ndarray, origins: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """How the last weeks, months and the year compare with the window, how often it sells, how large it is among its peers."""
    so_far = history.mean(rows, origins)
    spans = [np.log((history.mean(rows, origins, span) + SMALL * so_far + 1e-9 * scale) / scale) for span in SPANS]
    start = np.maximum(origins - 56, 0)
    seen = np.maximum(history.counts[rows, origins] - history.counts[rows, start], 1)
    often = (history.sold[rows, origins] - history.sold[rows, start]) / seen
    peers = history.shop_mean(origins, history.periods)
    size = np.log((so_far + 1e-9 * scale) / np.maximum(peers, 1e-9 * scale))
    age = np.minimum(history.counts[rows, origins] / 56, 1.0)
    return np.clip(np.stack([*spans, often, size / 3, age], axis=1), -5, 5)


def _last_year(history: History, rows: np.ndarray, ahead: np.ndarray, origins: np.ndarray) -> np.ndarray:
    """The same week a year ago beside the month before it, as logarithms: of the SKU, of the shop, and whether it is known."""
    width = max(1, min(history.season, 7))
    stop, base = ahead - history.year + (width + 1) // 2, origins[:, None] - history.year
    known = (history.year > 0) & (stop <= origins[:, None]) & (stop >= width) & (base > 0)
    stop, base = np.clip(stop, width, history.periods), np.clip(base, 0, None)

    def rise(mean: Callable[[np.ndarray, int], np.ndarray], floor: np.ndarray) -> np.ndarray:
        after, before = mean(stop, width) + floor, mean(base, 4 * width) + floor
        usable_here = known & (after > 0) & (before > 0)
        return np.log(np.where(usable_here, after, 1.0) / np.where(usable_here, before, 1.0))

    own = rise(lambda end, wide: history.mean(rows[:, None], end, wide), SMALL * history.mean(rows, origins)[:, None])
    shop = rise(history.shop_mean, np.zeros(1))
    return np.stack([np.clip(own, -2, 2), np.clip(shop, -2, 2), known], axis=2)
