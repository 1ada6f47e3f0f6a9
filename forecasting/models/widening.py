"""Ranges that hold: normal errors are made larger, and longer lasting, where past cut-offs show that they have to be.

A regression judges its errors by the periods it has learnt from. A trend that bends, or a level that moves for good, only shows
ahead of a cut-off; on a few dozen quarters, four of five sales then fall outside of ranges meant to hold four of five.
"""

from dataclasses import dataclass, replace
from itertools import product
from typing import TypeVar

import numpy as np

from forecasting.core.errors import ShelfcastError
from forecasting.core.forecast import Gaussian
from forecasting.core.frequency import grain
from forecasting.core.model import Model
from forecasting.core.panel import Panel
from forecasting.evaluation.backtest import Backtest, Window
from forecasting.models.powers import Bent

_SIZES = (0.7, 0.85, 1.0, 1.2, 1.5, 1.9, 2.4)
_LASTING = (0.0, 0.05, 0.1, 0.2, 0.35, 0.6, 1.0)
_SKUS = 200  # drawn at random: more would only cost time
_PATHS, _MOST = 60, 4  # so many forecasts of a SKU are asked for, from at most so many cut-offs
_LEAST = 12  # periods below which cut-offs leave too little to learn from
_FEW, _LONG = 10, 300  # SKUs, periods: the errors of a long fit say more than a handful of forecasts, and somebody waits
_CAUTION = 0.5  # how much the score must gain before one forecast is believed; one in the root of their number
_LEVELS = (0.1, 0.9)


Normal = Gaussian | Bent
N = TypeVar("N", bound=Normal)


@dataclass(frozen=True)
class Widening:
    """What is done to normal errors: shocks `size` times as large, of which the share `lasting` stays for good.

    >>> errors = Gaussian(sigma=np.array([1.0]), psi=np.array([[1.0, 0.0, 0.0]]))
    >>> wide = Widening(size=1.5, lasting=0.2).of(errors)
    >>> wide.sigma.tolist(), wide.psi.tolist()
    ([1.5], [[1.0, 0.2, 0.2]])
    """

    size: float = 1.0
    lasting: float = 0.0

    def of(self, errors: N) -> N:
        """The errors as they should be expected."""
        psi = errors.psi + self.lasting * (1.0 - errors.psi)
        return replace(errors, sigma=self.size * errors.sigma, psi=psi)


@dataclass(frozen=True, eq=False)
class _Past:
    """Forecasts from one past cut-off, and what came: `mean` and `actual` (SKUs, periods), NaN where nothing is known.

    `unit` (SKUs,) is what a SKU's losses are divided by.
    """

    mean: np.ndarray
    errors: Normal
    actual: np.ndarray
    unit: np.ndarray

    def score(self, widening: Widening) -> np.ndarray:
        """Pinball loss of the single periods, and of their sum where that costs no simulation."""
        errors = widening.of(self.errors)
        whole = ~np.isnan(self.actual).any(axis=1) & isinstance(errors, Gaussian)
        periods = sums = 0.0
        for q in _LEVELS:
            periods += np.nanmean(_pinball((self.actual - errors.quantile(self.mean, q)) / self.unit[:, None], q))
            if whole.any():
                total = errors.total_quantile(self.mean, slice(0, self.mean.shape[1]), q)
                sums += _pinball(((self.actual.sum(axis=1) - total) / self.unit)[whole], q).mean()
        return np.array([periods, sums])


def widened(spec: Model, panel: Panel, seed: int = 0) -> Widening:
    """What makes the ranges of a spec with normal errors fit best at some past cut-offs of a panel; nothing without a past.

    Judged by the pinball loss of the 10 and 90 % points (Gneiting and Raftery 2007) of single periods and of their sum, over
    up to 200 SKUs; the fewer forecasts there are to judge by, the more it must gain. A few SKUs with a long history keep what
    the errors of their fit say.
    """
    periods = len(panel.calendar)
    if periods < _LEAST or (len(panel) < _FEW and periods > _LONG):
        return Widening()
    if len(panel) > _SKUS:
        panel = panel.select([panel.ids[row] for row in np.sort(np.random.default_rng(seed).permutation(len(panel))[:_SKUS])])
    windows = min(max(-(-_PATHS // len(panel)), 2), _MOST)
    reach = max(1, min(grain(panel.freq).horizon, periods // 4))
    try:
        past = [_forecast(spec, window, reach) for window in Backtest(reach, windows).split(panel)]
    except ShelfcastError:
        return Widening()
    past = [each for each in past if len(each.mean)]
    count = sum(len(each.mean) for each in past)
    if not count:
        return Widening()
    weights = np.array([len(each.mean) for each in past]) / count
    tried = [Widening(size, lasting) for size, lasting in product(_SIZES, _LASTING)]
    scores = np.array([weights @ [each.score(widening) for each in past] for widening in tried])
    usual = scores[tried.index(Widening())]
    caution = _CAUTION / np.sqrt(count)
    distance = np.array([abs(np.log(widening.size)) + widening.lasting for widening in tried])
    relative = np.divide(scores, usual, out=np.ones_like(scores), where=usual > 0).mean(axis=1)
    return tried[int(np.argmin(relative + caution * distance))]


def _forecast(spec: Model, window: Window, reach: int) -> _Past:
    """What was said at a cut-off, of the SKUs of which something came."""
    said = spec.fit(window.train).forecast(reach, window.future)
    actual = window.actual["y"].to_numpy(dtype=float).reshape(said.mean.shape)
    unit = (said.quantile(_LEVELS[1]) - said.quantile(_LEVELS[0])).mean(axis=1)
    rows = np.flatnonzero((unit > 0) & ~np.isnan(actual).all(axis=1))
    errors = said.errors.take(rows)
    assert isinstance(errors, Gaussian | Bent)  # noqa: S101 - for the type checker
    return _Past(said.mean[rows], errors, actual[rows], unit[rows])


def _pinball(off: np.ndarray, q: float) -> np.ndarray:
    return np.maximum(q * off, (q - 1) * off)
