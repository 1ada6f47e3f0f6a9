"""How much of which model: weights found on rolling origins, never far from a plain mean of different families."""

from dataclasses import dataclass

import numpy as np

_PER_STEP = 25  # series x cutoffs that it takes to move the weights by one step
_MOST = 8


@dataclass(frozen=True, eq=False)
class Rehearsal:
    """What the members said at past cutoffs, and what happened.

    `forecasts` (members, rows, horizon) and `actual` (rows, horizon; NaN = not known) in units; a row is one SKU at one cutoff.
    `origin` (rows,) numbers the cutoffs, `sku` (rows,) the SKUs; `mase_scale, rmsse_scale` (rows,) come from `metrics.scales`.
    """

    members: tuple[str, ...]
    forecasts: np.ndarray
    actual: np.ndarray
    origin: np.ndarray
    sku: np.ndarray
    mase_scale: np.ndarray
    rmsse_scale: np.ndarray

    def take(self, rows: np.ndarray) -> "Rehearsal":
        """Some of the rows."""
        return Rehearsal(
            self.members,
            self.forecasts[:, rows],
            self.actual[rows],
            self.origin[rows],
            self.sku[rows],
            self.mase_scale[rows],
            self.rmsse_scale[rows],
        )

    def __len__(self) -> int:
        return len(self.actual)

    def loss(self, forecast: np.ndarray) -> np.ndarray:
        """WAPE, MASE, RMSSE and absolute bias of a forecast (rows, horizon), each the mean over cutoffs, shape (4,)."""
        losses = [self._loss(forecast, self.origin == origin) for origin in np.unique(self.origin)]
        return _mean(np.array(losses))

    def combined(self, weights: np.ndarray) -> np.ndarray:
        """The weighted mean of the members, shape (rows, horizon)."""
        used = weights > 0  # a member that could not forecast is NaN, and has no weight
        return np.tensordot(weights[used], self.forecasts[used], axes=1)

    def _loss(self, forecast: np.ndarray, rows: np.ndarray) -> np.ndarray:
        error = self.actual[rows] - forecast[rows]
        known = ~np.isnan(error)
        absolute = np.where(known, np.abs(error), 0.0)
        units = np.nansum(self.actual[rows])
        count = np.maximum(known.sum(axis=1), 1)
        squared = np.where(known, error, 0.0) ** 2
        mase = absolute.sum(axis=1) / count / self.mase_scale[rows]
        rmsse = np.sqrt(squared.sum(axis=1) / count / self.rmsse_scale[rows])
        wape, bias = (absolute.sum() / units, abs(np.nansum(error)) / units) if units > 0 else (np.nan, np.nan)
        return np.array([wape, _mean(mase), _mean(rmsse), bias])


def select(rehearsal: Rehearsal, prior: np.ndarray) -> np.ndarray:
    """Weights (members,) that sum to 1: the prior's members, to which others are added as long as the backtest improves.

    `prior` (members,) holds how often each member is in the mixture at the start. Each step adds the member, with repetition,
    that lowers the loss most; the more series and cutoffs, the more steps. Caruana, Niculescu-Mizil, Crew and Ksikes (2004),
    Ensemble selection from libraries of models.
    """
    counts = prior.astype(float)
    total = np.tensordot(counts, rehearsal.forecasts, axes=1)
    reference = rehearsal.loss(total / counts.sum())
    best = score(reference, reference)
    for _ in range(min(_MOST, len(rehearsal) // _PER_STEP)):
        trials = [score(rehearsal.loss((total + each) / (counts.sum() + 1)), reference) for each in rehearsal.forecasts]
        winner = int(np.argmin(trials))
        if trials[winner] > best:
            break
        best = trials[winner]
        counts[winner] += 1
        total += rehearsal.forecasts[winner]
    return counts / counts.sum()


def level_correction(rehearsal: Rehearsal, forecast: np.ndarray) -> float:
    """A factor for forecasts that were too low, or too high, at every cutoff; half of what the mildest cutoff asks for.

    >>> one = np.ones((4, 3))
    >>> past = Rehearsal(("a",), one[None], 1.2 * one, np.array([0, 0, 1, 1]), np.arange(4), np.ones(4), np.ones(4))
    >>> round(level_correction(past, one), 3)
    1.095
    """
    ratios = []
    for origin in np.unique(rehearsal.origin):
        rows = rehearsal.origin == origin
        known = ~np.isnan(rehearsal.actual[rows])
        ratios.append(np.log(max(rehearsal.actual[rows][known].sum(), 1e-9) / max(forecast[rows][known].sum(), 1e-9)))
    if len(ratios) < 2 or len(set(np.sign(ratios))) > 1:
        return 1.0
    mildest = min(ratios, key=abs)
    return float(np.exp(np.clip(0.5 * mildest, -0.1, 0.1)))


def score(loss: np.ndarray, reference: np.ndarray) -> float:
    """One number: the mean of WAPE, MASE and RMSSE over those of a reference, as far as defined; the bias counts as it is."""
    ratios = loss[:3] / np.maximum(reference[:3], 1e-9)
    known = ratios[np.isfinite(ratios)]
    return float((known.mean() if len(known) else 1.0) + 0.25 * np.nan_to_num(loss[3]))


def _mean(values: np.ndarray) -> np.ndarray:
    """Mean over the first axis of what is known; NaN where nothing is."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    return np.where(count > 0, np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)
