"""Real windows, slightly changed: noise, another size, time that runs faster for a while."""

import numpy as np

from forecasting.models.network.synthetic.windows import Real

NOISE, SIZE, STRETCH = 0.1, 0.15, (0.5, 2.0)
_PART = 0.2


def warped(real: Real, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Jitter, scaling and window warping, one after the other (Um et al. 2017; Le Guennec, Malinowski and Tavenard 2016)."""
    random = np.random.default_rng(seed)
    lent = random.integers(0, len(real.paths), count)
    paths = np.stack([window_warp(path, real.season, random) for path in real.paths[lent]])
    return scaled(jittered(paths, random), random), lent


def jittered(paths: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Each sale up or down a little, by a factor whose mean is 1; a day without a sale stays one."""
    return paths * random.lognormal(-(NOISE**2) / 2, NOISE, paths.shape)


def scaled(paths: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The whole window larger or smaller, by a factor whose mean is 1."""
    return paths * random.lognormal(-(SIZE**2) / 2, SIZE, (len(paths), 1))


def window_warp(path: np.ndarray, season: int, random: np.random.Generator) -> np.ndarray:
    """A stretch of whole seasons is run through at half or double speed; the rest closes up, so that the length is kept.

    In whole seasons, because a week in which Monday falls on a Wednesday is no week of this shop.
    """
    weeks = len(path) // season
    if weeks < 5:
        return path
    rows = path[len(path) - weeks * season :].reshape(weeks, season)
    width = max(2, int(weeks * _PART))
    first = int(random.integers(0, weeks - width + 1))
    speed = random.choice(STRETCH)
    inside = first + np.arange(0, width, speed)
    order = np.concatenate([np.arange(first), inside, np.arange(first + width, weeks)])
    places = np.linspace(0, len(order) - 1, weeks)
    changed = rows[np.round(order[np.round(places).astype(int)]).astype(int).clip(0, weeks - 1)]
    return np.concatenate([path[: len(path) - weeks * season], changed.ravel()])
