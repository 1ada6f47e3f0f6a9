"""Moving-block bootstrap: what a window sold beyond its own level and week is drawn again in blocks."""

import numpy as np

from forecasting.models.network.synthetic.windows import Made, Real

_BLOCKS = 2  # seasons that a block is long
_LEAST = 0.05


def resampled(real: Real, count: int, seed: int) -> Made:
    """Windows with their own level and week, and blocks of their own surprises in another order.

    Künsch (1989), Annals of Statistics 17; for forecasting Bergmeir, Hyndman and Benítez (2016). Surprises are ratios to level
    and week, so that no sale falls below zero.
    """
    random = np.random.default_rng(seed)
    lent = random.integers(0, len(real.paths), count)
    paths = real.paths[lent]
    usual = usual_week(paths, real.season)
    surprise = paths / usual
    places = blocks(paths.shape, _BLOCKS * real.season, real.season, random)
    drawn = np.take_along_axis(surprise, places, axis=1)
    drawn = drawn * surprise.mean(axis=1, keepdims=True) / np.maximum(drawn.mean(axis=1, keepdims=True), 1e-9)
    return Made(usual * drawn, lent, places)


def usual_week(paths: np.ndarray, season: int) -> np.ndarray:
    """The smoothed level of each period times the week's shape, never 0, shape as `paths`."""
    width = 4 * season
    padded = np.pad(paths, ((0, 0), (width // 2, width - width // 2 - 1)), mode="edge")
    sums = np.cumsum(np.pad(padded, ((0, 0), (1, 0))), axis=1)
    level = (sums[:, width:] - sums[:, :-width]) / width + _LEAST
    phase = np.arange(paths.shape[1]) % season
    shape = np.stack([(paths / level)[:, phase == day].mean(axis=1) for day in range(season)], axis=1)
    shape = (shape + _LEAST) / (shape.mean(axis=1, keepdims=True) + _LEAST)
    return level * shape[:, phase]


def blocks(shape: tuple[int, int], length: int, season: int, random: np.random.Generator) -> np.ndarray:
    """Places to draw from: blocks of `length` that begin in the phase in which they are put, shape as given."""
    count, periods = shape
    starts = np.arange(0, periods, length)
    choices = max(1, (periods - length) // season + 1)
    origin = season * random.integers(0, choices, (count, len(starts)))
    phase = starts % season
    places = (origin + phase)[:, :, None] + np.arange(length)
    return np.minimum(places.reshape(count, -1)[:, :periods], periods - 1)
