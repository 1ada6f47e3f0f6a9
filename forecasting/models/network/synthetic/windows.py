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


Generator = Callable[[Real, int, int], tuple[np.ndarray, np.ndarray]]
GENERATORS = {
    "warp": ("Jitter, scale and warp", "warps:warped"),
    "bootstrap": ("Moving-block bootstrap", "bootstrap:resampled"),
    "vae": ("Variational autoencoder", "vae:decoded"),
    "wgan": ("Wasserstein GAN", "wgan:imagined"),
}


def generator(name: str) -> Generator:
    """`generate(real, count, seed)` -> paths (count, window + horizon) over scale, and the real window that lends each its SKU,
    calendar, plan and scale (count,).
    """
    module, function = GENERATORS[name][1].split(":")
    return getattr(import_module(f"forecasting.models.network.synthetic.{module}"), function)


@dataclass(frozen=True, eq=False)
class Synthetic:
    """Windows that nobody sold: `paths` (S, window + horizon) over scale, and the (SKU, origin) that lends the rest (S, 2)."""

    paths: np.ndarray
    pairs: np.ndarray

    def inputs(self, history: History, cutter: Cutter, rows: np.ndarray) -> tuple[Inputs, np.ndarray]:
        """The inputs of some of the windows with their own past, and their targets over scale (B, horizon)."""
        lent = cutter.inputs(history, *self.pairs[rows].T)
        past, ahead = np.split(self.paths[rows], [cutter.window], axis=1)
        return cutter.with_past(lent, past, history.season), ahead


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
    return Real(paths.reshape(-1, length), scale, kept, season)


def synthesize(name: str, real: Real, count: int, seed: int) -> Synthetic | None:
    """`count` windows by a generator; None where there are too few real ones to learn from."""
    if len(real.paths) < FEWEST:
        return None
    report(0.0, "making synthetic windows")
    paths, lent = generator(name)(real, count, seed)
    return Synthetic(np.clip(paths, 0.0, 50.0), real.pairs[lent])
