"""Windows cut for generators, and the generators by name."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import numpy as np

from forecasting.core.progress import report
from forecasting.models.network.history import History
from forecasting.models.network.windows import Cutter, Inputs, scale_of

MOST = 4_000  # real windows that a generator learns from
FEWEST = 64
LARGEST = 50.0  # sales over scale: a SKU that had slept may wake to thousands of times its scale, and drown all other windows
NONE = "none"


@dataclass(frozen=True, eq=False)
class Real:
    """Windows that were sold: `paths` (P, window + horizon) are sales over `scale` (P,), `season` the periods of a season.

    `pairs` (P, 2) are their SKUs and origins. All begin in the same phase of the season, so that weekdays stand under each
    other, and none reaches into the later block.
    """

    paths: np.ndarray
    scale: np.ndarray
    pairs: np.ndarray
    season: int

    def take(self, rows: np.ndarray) -> "Real":
        """Some of the windows."""
        return Real(self.paths[rows], self.scale[rows], self.pairs[rows], self.season)


@dataclass(frozen=True, eq=False)
class Made:
    """Windows of a generator: `paths` (S, window + horizon) over scale, and `lent` (S,), the real window that lends each its
    SKU, calendar, plan and scale.

    `places` (S, window + horizon) are the periods of the lender whose calendar and plan each period takes; None for its own.
    A sale that has moved takes its promotion with it, or the network would learn that promotions do nothing.
    """

    paths: np.ndarray
    lent: np.ndarray
    places: np.ndarray | None = None

    def synthetic(self, real: Real) -> "Synthetic":
        """The windows as a network learns from them."""
        places = np.broadcast_to(np.arange(self.paths.shape[1]), self.paths.shape) if self.places is None else self.places
        return Synthetic(np.clip(self.paths, 0.0, LARGEST), real.pairs[self.lent], places)


Generator = Callable[[Real, int, int], Made]
GENERATORS = {
    "warp": ("Jitter, scale and warp", "warps:warped"),
    "bootstrap": ("Moving-block bootstrap", "bootstrap:resampled"),
    "vae": ("Variational autoencoder", "vae:decoded"),
    "wgan": ("Wasserstein GAN", "wgan:imagined"),
}


def generator(name: str) -> Generator:
    """`generate(real, count, seed)` -> so many windows."""
    module, function = GENERATORS[name][1].split(":")
    return getattr(import_module(f"forecasting.models.network.synthetic.{module}"), function)


@dataclass(frozen=True, eq=False)
class Synthetic:
    """Windows that nobody sold: `paths` (S, window + horizon) over scale, the (SKU, origin) that lends the rest (S, 2), and the
    periods of it whose calendar and plan each period takes, `places` (S, window + horizon).
    """

    paths: np.ndarray
    pairs: np.ndarray
    places: np.ndarray

    def inputs(self, history: History, cutter: Cutter, rows: np.ndarray) -> tuple[Inputs, np.ndarray]:
        """The inputs of some of the windows with their own past, and their targets over scale (B, horizon)."""
        skus, origins = self.pairs[rows].T
        times = origins[:, None] - cutter.window + self.places[rows]
        told = np.concatenate([history.calendar[times], history.known[skus[:, None], times]], axis=2)
        past, ahead = np.split(self.paths[rows], [cutter.window], axis=1)
        return cutter.with_past(cutter.inputs(history, skus, origins), past, told, history.season), ahead


def real_windows(history: History, cutter: Cutter, pairs: np.ndarray, seed: int) -> Real:
    """At most MOST windows with a whole past and a whole future, among those that may be learnt from (`pairs`)."""
    length = cutter.window + cutter.horizon
    last = pairs[:, 1].max(initial=0)
    season = max(1, history.season)
    whole = (pairs[:, 1] >= cutter.window) & (pairs[:, 1] + cutter.horizon <= last + 1)
    kept = pairs[whole & ((pairs[:, 1] - last) % season == 0)]
    kept = kept[np.random.default_rng(seed).permutation(len(kept))[: 2 * MOST]]
    scale = scale_of(history, kept[:, 0], kept[:, 1], cutter.window)
    times = kept[:, 1][:, None] + np.arange(-cutter.window, cutter.horizon)
    usable = (scale > 0) & history.seen[kept[:, 0][:, None], times].all(axis=1)
    kept, scale, times = kept[usable][:MOST], scale[usable][:MOST], times[usable][:MOST]
    paths = history.sales[kept[:, 0][:, None], times] / np.where(scale > 0, scale, 1.0)[:, None]
    return Real(np.minimum(paths.reshape(-1, length), LARGEST), scale, kept, season)


def synthesize(name: str, real: Real, count: int, seed: int) -> Synthetic | None:
    """`count` windows by a generator; None where there are too few real ones to learn from."""
    if len(real.paths) < FEWEST:
        return None
    report(0.0, "making synthetic windows")
    return generator(name)(real, count, seed).synthetic(real)
