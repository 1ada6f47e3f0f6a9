"""Windows: the past that the network reads, what is planned for each period ahead, and what was sold then."""

from dataclasses import dataclass

import numpy as np

from forecasting.models.network.history import History

SMALL = 0.05  # of a SKU's own mean so far: what keeps a window without sales from dividing by zero
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
    """What a window is divided by: its mean and a small part of the SKU's mean so far, in units; 0 before the first sale."""
    return history.mean(rows, origins, window) + SMALL * history.mean(rows, origins)


def usable(history: History, end: int, least: int) -> np.ndarray:
    """Windows that may be learnt from, as (SKU, origin) pairs: `least` periods and a sale before it, a target seen after it."""
    origins = np.arange(end)
    enough = (history.counts[:, :end] >= least) & (history.sums[:, :end] > 0)
    return np.argwhere(enough & (history.counts[:, end][:, None] > history.counts[:, origins]))


def _summary(history: History, rows: np.ndarray, origins: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """How the last weeks, months and the year compare with the window, how often it sells, how large it is among its peers."""
    so_far = history.mean(rows, origins)
    spans = [np.log((history.mean(rows, origins, span) + SMALL * so_far + 1e-9 * scale) / scale) for span in SPANS]
    start = np.maximum(origins - 56, 0)
    seen = np.maximum(history.counts[rows, origins] - history.counts[rows, start], 1)
    often = (history.sold[rows, origins] - history.sold[rows, start]) / seen
    peers = history.sums[:, origins].sum(axis=0) / np.maximum(history.counts[:, origins].sum(axis=0), 1)
    size = np.log((so_far + 1e-9 * scale) / np.maximum(peers, 1e-9 * scale))
    age = np.minimum(history.counts[rows, origins] / 364, 1.0)
    return np.clip(np.stack([*spans, often, size / 3, age], axis=1), -5, 5)


def _last_year(history: History, rows: np.ndarray, ahead: np.ndarray, origins: np.ndarray) -> np.ndarray:
    """What the same weeks did a year ago, beside the weeks before them: log ratio and whether it is known, (B, H, 2)."""
    width = max(1, min(history.season, 7))
    last = ahead - history.year + (width + 1) // 2
    known = (history.year > 0) & (last <= origins[:, None]) & (last - width >= 0)
    stop = np.clip(last, 0, history.periods)
    start = np.clip(stop - width, 0, None)
    sold = history.sums[rows[:, None], stop] - history.sums[rows[:, None], start]
    count = history.counts[rows[:, None], stop] - history.counts[rows[:, None], start]
    base = history.mean(rows, np.clip(origins - history.year, 0, None), 4 * width)[:, None]
    known &= (count > 0) & (base > 0)
    floor = SMALL * history.mean(rows, origins)[:, None]
    ratio = np.log(np.where(known, (sold / np.maximum(count, 1) + floor) / (base + floor + (floor <= 0)), 1.0) + 1e-9)
    return np.stack([np.clip(ratio, -2, 2), known], axis=2)
