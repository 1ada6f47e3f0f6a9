"""Real windows, slightly changed: noise, another size, time that runs faster for a while."""

import numpy as np

from forecasting.models.network.synthetic.windows import Made, Real

NOISE, SIZE, STRETCH = 0.1, 0.15, (0.5, 2.0)
_PART = 0.2


def warped(real: Real, count: int, seed: int) -> Made:
    """Jitter, scaling and window warping, one after the other (Um et al. 2017; Le Guennec, Malinowski and Tavenard 2016)."""
    random = np.random.default_rng(seed)
    lent = random.integers(0, len(real.paths), count)
    places = np.stack([warped_places(real.paths.shape[1], real.season, random) for _ in lent])
    paths = np.take_along_axis(real.paths[lent], places, axis=1)
    return Made(scaled(jittered(paths, random), random), lent, places)


def jittered(paths: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Each sale up or down a little, by a factor whose mean is 1; a day without a sale stays one."""
    return paths * random.lognormal(-(NOISE**2) / 2, NOISE, paths.shape)


def scaled(paths: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The whole window larger or smaller, by a factor whose mean is 1."""
    return paths * random.lognormal(-(SIZE**2) / 2, SIZE, (len(paths), 1))


def warped_places(periods: int, season: int, random: np.random.Generator) -> np.ndarray:
    """Which period of a window is put where: a stretch of whole seasons is run through at half or double speed, and the rest
    closes up, so that the length is kept; shape (periods,).

    In whole seasons, because a week in which Monday falls on a Wednesday is no week of this shop.
    """
    weeks = periods // season
    if weeks < 5:
        return np.arange(periods)
    width = max(2, int(weeks * _PART))
    first = int(random.integers(0, weeks - width + 1))
    speed = random.choice(STRETCH)
    inside = first + np.arange(0, width, speed)
    order = np.concatenate([np.arange(first), inside, np.arange(first + width, weeks)])
    places = np.linspace(0, len(order) - 1, weeks)
    chosen = np.round(order[np.round(places).astype(int)]).astype(int).clip(0, weeks - 1)
    start = periods - weeks * season
    return np.concatenate([np.arange(start), (start + season * chosen[:, None] + np.arange(season)).ravel()])
