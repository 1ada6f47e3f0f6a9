"""The way from a panel to trained networks: what may be learnt from, what is held back, and how far off the answer is."""

from dataclasses import dataclass, replace

import numpy as np

from forecasting.core.forecast import Pooled
from forecasting.core.model import Failure
from forecasting.core.panel import Panel
from forecasting.core.progress import part
from forecasting.features.newcomers import tempered
from forecasting.models.network.architecture import Architecture, built
from forecasting.models.network.history import History, history_of
from forecasting.models.network.intervals import classes_of, pooled, spread_of
from forecasting.models.network.outputs import Answer, average, output_of
from forecasting.models.network.synthetic import NONE, Synthetic, synthesize
from forecasting.models.network.synthetic.windows import Real, real_windows
from forecasting.models.network.training import Batches, Block, Plan, Trained, Weights, predict, train
from forecasting.models.network.windows import Cutter, Inputs, usable

_WINDOWS = {"h": 168, "D": 56, "B": 40, "W": 26, "MS": 12, "QS": 8, "YS": 4}
FEW_SKUS, MOST_LEVEL = 20, 1.3
MOST_JUDGED = 16_000
_LONGEST_SEASON = 8  # periods that a series must have, unless its season is shorter


@dataclass(frozen=True, eq=False)
class Prepared:
    """A panel made ready: `now` holds the last window of every SKU, `alone` the SKUs that are too short for the network."""

    history: History
    cutter: Cutter
    training: Block
    validation: Block
    now: Inputs
    alone: np.ndarray
    failures: tuple[Failure, ...]

    def patch(self, wanted: int | None) -> int:
        """Periods for each step of the encoder: one season where the window holds four, if nothing else is asked for."""
        season = self.history.season
        usual = season if season <= 24 and self.cutter.window >= 4 * season else 1
        patch = min(wanted or usual, self.cutter.window)
        return patch if self.cutter.window % patch == 0 else 1

    def recent_mean(self) -> np.ndarray:
        """Mean units of each SKU's last window, newcomers drawn toward the usual, shape (N,)."""
        rows = np.arange(len(self.history.sales))
        means = self.history.mean(rows, np.full(len(rows), self.history.periods), self.cutter.window)
        return tempered(means, self.history.counts[:, -1])

    def fallback(self, trained: bool) -> np.ndarray:
        """Units a period of the SKUs that the network cannot answer for (all where none was trained), NaN for the others."""
        return np.where(self.alone | (not trained), self.recent_mean(), np.nan)

    def spread(self) -> np.ndarray:
        """The unit in which each SKU's errors are measured now, shape (N,)."""
        rows = np.arange(len(self.history.sales))
        return spread_of(self.history, rows, np.full(len(rows), self.history.periods), self.cutter.window)


def prepare(panel: Panel, horizon: int, window: int | None) -> Prepared:
    """Cut a panel into training windows, a later block to stop by, and the windows to forecast from."""
    history = history_of(panel, horizon)
    cutter = Cutter(window_of(panel, window), horizon)
    least = max(2, min(panel.season_length, _LONGEST_SEASON))
    training, validation = _blocks(history, horizon, least)
    alone = history.counts[:, -1] < least
    now = cutter.inputs(history, np.arange(len(panel)), np.full(len(panel), history.periods))
    return Prepared(history, cutter, training, validation, now, alone, _failures(panel, history, alone, least))


def window_of(panel: Panel, wanted: int | None) -> int:
    """Periods that the network reads: no more than half of the history, in whole seasons where at least one fits."""
    season = panel.season_length
    width = wanted or _WINDOWS.get(panel.freq.split("-")[0], 4 * season)
    width = max(2, min(width, len(panel.calendar) // 2))
    return width - width % season if width >= season else width


def train_members(
    prepared: Prepared, shape: Architecture, plan: Plan, count: int, starts: tuple[Weights, ...] = ()
) -> tuple[Trained, ...]:
    """Train `count` networks from one seed after the other; each begins from its start where there is one."""
    if not len(prepared.training.pairs):
        return ()
    batches = replace(_batches(prepared, plan), synthetic=synthetic_of(prepared, plan))
    trained = []
    for number in range(count):
        own = replace(shape, seed=shape.seed + number), replace(plan, seed=plan.seed + number)
        start = starts[number] if number < len(starts) else ()
        with part(number / count, (number + 1) / count, f"network {number + 1} of {count}, " if count > 1 else ""):
            trained.append(train(*own, batches, prepared.training, prepared.validation, start))
    return tuple(trained)


def synthetic_of(prepared: Prepared, plan: Plan) -> Synthetic | None:
    """Synthetic windows made after those that may be learnt from; the later block has no part in them."""
    if plan.augment == NONE:
        return None
    return synthesize(plan.augment, real_of(prepared, plan.seed), max(1_000, plan.windows // 2), plan.seed)


def real_of(prepared: Prepared, seed: int) -> Real:
    """Whole windows of the training block, for a generator."""
    return real_windows(prepared.history, prepared.cutter, prepared.training.pairs, seed)


@dataclass(frozen=True, eq=False)
class Judged:
    """What the later block says of the networks: the `level` to multiply their answer by, and the errors that are left."""

    level: float
    errors: Pooled


def judge(prepared: Prepared, shape: Architecture, loss: str, trained: tuple[Trained, ...]) -> Judged:
    """Compare the networks with the later block; errors are in units of the spread of each period, pooled by class of demand.

    The spread is what the network foresees where its output tells, else that of the SKU's last window.
    """
    history, width = prepared.history, prepared.cutter.window
    own = classes_of(history)
    spread = prepared.spread()
    rows, origins = _some(prepared.validation.pairs, shape.seed).T
    if not trained or not len(rows):
        return Judged(1.0, pooled(np.zeros((0, shape.horizon)), np.zeros(0, dtype=int), spread, own, shape.seed))
    weights = tuple(member.weights for member in trained)
    answer = mean_answer(shape, loss, weights, prepared.cutter.inputs(history, rows, origins))
    sales, seen = prepared.cutter.targets(history, rows, origins, prepared.validation.end)
    level = level_of(sales.sum(), answer.mean[seen].sum(), len(np.unique(rows)))
    usual = spread_of(history, rows, origins, width)[:, None] if answer.spread is None else level * answer.spread
    errors = np.where(seen, sales - level * answer.mean, np.nan) / usual
    return Judged(level, pooled(errors, own[rows], spread, own, shape.seed))


def _some(pairs: np.ndarray, seed: int) -> np.ndarray:
    """As many windows as are enough to judge by, so that the time and memory of it end to grow with the SKUs."""
    if len(pairs) <= MOST_JUDGED:
        return pairs
    return pairs[np.sort(np.random.default_rng(seed).choice(len(pairs), MOST_JUDGED, replace=False))]


def level_of(sold: float, expected: float, skus: int) -> float:
    """By how much all SKUs sell more lately than the network expected; held back, the more so the fewer SKUs say it.

    A shop that grows beyond what it ever did is seen first in the later block, which the network has not learnt from. So is
    what it learnt by heart: where sales are wild its sum is right on the days that it has seen and too low on later ones.

    >>> level_of(sold=120.0, expected=100.0, skus=1000)
    1.19...
    >>> level_of(sold=120.0, expected=100.0, skus=2)
    1.01...
    """
    if sold <= 0 or expected <= 0:
        return 1.0
    trust = skus / (skus + FEW_SKUS)
    return float(np.clip((sold / expected) ** trust, 1 / MOST_LEVEL, MOST_LEVEL))


def mean_answer(shape: Architecture, loss: str, members: tuple[Weights, ...], inputs: Inputs) -> Answer:
    """The mean of what all networks answer."""
    model, answers = built(shape), []
    for weights in members:
        model.set_weights(list(weights))
        answers.append(predict(model, output_of(loss), inputs))
    return average(answers)


def _batches(prepared: Prepared, plan: Plan) -> Batches:
    size = min(plan.batch_size, max(8, len(prepared.training.pairs)))
    return Batches(prepared.history, prepared.cutter, size, output_of(plan.loss).weight)


def _blocks(history: History, horizon: int, least: int) -> tuple[Block, Block]:
    """Training windows, and the later block of time whose sales no training window has seen."""
    periods = history.periods
    length = min(2 * horizon, periods // 8)
    length = length if length >= horizon else max(1, min(horizon, periods // 4))
    first, last = periods - length, periods - min(horizon, length)
    starts = np.arange(last, first - 1, -min(history.season, 7))[::-1]
    training = usable(history, np.arange(first), first, least)
    return Block(training, first), Block(usable(history, starts, periods, least), periods)


def _failures(panel: Panel, history: History, alone: np.ndarray, least: int) -> tuple[Failure, ...]:
    reason = "It has {:.0f} periods with data and the network needs {}; the mean of its last periods is used instead."
    return tuple(Failure(panel.ids[row], reason.format(history.counts[row, -1], least)) for row in np.flatnonzero(alone))
