"""The parameters of a network, and the way from a panel to a trained one."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from forecasting.core.forecast import Pooled
from forecasting.core.knob import check_knobs, knob
from forecasting.core.model import Failure
from forecasting.core.panel import Panel
from forecasting.core.progress import part, report
from forecasting.models.network.architecture import Architecture, build
from forecasting.models.network.fitted import FittedNetwork, Origin
from forecasting.models.network.history import History, history_of, usual_values
from forecasting.models.network.intervals import classes_of, pooled, spread_of
from forecasting.models.network.losses import LOSSES
from forecasting.models.network.training import Batches, Block, Plan, Trained, predict, train
from forecasting.models.network.windows import Cutter, usable

_WINDOWS = {"h": 168, "D": 56, "B": 40, "W": 26, "MS": 12, "QS": 8, "YS": 4}


@dataclass(frozen=True)
class Network:
    """One network over all SKUs that answers for all periods ahead at once; its subclasses choose the encoder."""

    name: ClassVar[str]
    cell: ClassVar[str]
    horizon: int = knob(28, "Horizon", "How many periods ahead the network learns to answer for, all at once.", low=1, high=730)
    window: int | None = knob(
        None,
        "Window",
        "How many past periods it reads; by default 56 days, 26 weeks, 12 months or 168 hours.",
        low=2,
        high=1000,
    )
    units: int = knob(48, "Units", "Width of the layers: more can learn finer patterns, and takes longer.", low=2, high=512)
    layers: int = knob(1, "Layers", "How many recurrent layers lie on each other; one is nearly always enough.", low=1, high=4)
    dropout: float = knob(
        0.1, "Dropout", "Share of the inner state hidden at random in training, against learning by heart.", low=0, high=0.9
    )
    epochs: int = knob(
        20, "Epochs", "At most so many passes over the training windows; it stops when it no longer improves.", low=1, high=1000
    )
    batch_size: int = knob(256, "Batch size", "Windows for each step of learning.", low=8, high=8192, advanced=True)
    learning_rate: float = knob(0.003, "Learning rate", "Size of the steps of learning.", low=1e-6, high=1.0, advanced=True)
    patience: int = knob(4, "Patience", "Epochs without improvement on the later block before it stops.", low=1, high=1000)
    loss: str = knob(
        "poisson", "Loss", "What is minimised; all of them aim at the mean, so that totals are right.", choices=LOSSES
    )
    windows: int = knob(
        16_000,
        "Windows",
        "Training windows drawn for each epoch: this bounds the time, however many SKUs there are.",
        low=64,
        high=2_000_000,
    )
    members: int = knob(1, "Networks", "How many networks, from different seeds, are averaged.", low=1, high=20, advanced=True)
    seed: int = knob(0, "Seed", "The same seed gives the same forecast.", low=0, high=2_000_000, advanced=True)

    def __post_init__(self) -> None:
        check_knobs(self)

    def fit(self, panel: Panel) -> FittedNetwork:
        report(0.0, "preparing")
        history = history_of(panel, self.horizon)
        cutter = Cutter(self._width(panel), self.horizon)
        least = max(2, min(panel.season_length, 8))
        alone = history.counts[:, -1] < least
        rows, now = np.arange(len(panel)), np.full(len(panel), history.periods)
        inputs = cutter.inputs(history, rows, now)
        shape = self._shape(history, cutter, inputs.past.shape[2], inputs.future.shape[2], inputs.summary.shape[1])
        training, validation = _blocks(history, self.horizon, least)
        trained = self._train(shape, Batches(history, cutter, self._batch(training)), training, validation)
        fallback = np.where(alone | (not trained), history.mean(rows, now, cutter.window), np.nan)
        return FittedNetwork(
            name=self.name,
            origin=_origin(panel, history),
            shape=shape,
            members=tuple(member.weights for member in trained),
            inputs=inputs,
            fallback=fallback,
            errors=self._errors(shape, history, cutter, trained, validation),
            epochs=trained[0].epochs if trained else (),
            failures=_failures(panel, history, alone, least),
        )

    def _width(self, panel: Panel) -> int:
        """The window, no longer than half of the history, in whole seasons where at least one fits."""
        head, season = panel.freq.split("-")[0], panel.season_length
        width = self.window or _WINDOWS.get(head, 4 * season)
        width = max(2, min(width, len(panel.calendar) // 2))
        return width - width % season if width >= season else width

    def _shape(self, history: History, cutter: Cutter, past: int, future: int, summary: int) -> Architecture:
        return Architecture(
            cell=self.cell,
            units=self.units,
            layers=self.layers,
            dropout=self.dropout,
            window=cutter.window,
            horizon=self.horizon,
            past=past,
            future=future,
            summary=summary,
            skus=len(history.sales),
            levels=tuple(int(count) + 1 for count in history.codes.max(axis=0, initial=0)),
            seed=self.seed,
        )

    def _batch(self, training: Block) -> int:
        return min(self.batch_size, max(8, len(training.pairs)))

    def _plan(self, seed: int) -> Plan:
        return Plan(self.epochs, self.batch_size, self.learning_rate, self.patience, self.loss, self.windows, seed)

    def _train(self, shape: Architecture, batches: Batches, training: Block, validation: Block) -> list[Trained]:
        if not len(training.pairs):
            return []
        trained = []
        for number in range(self.members):
            with part(number / self.members, (number + 1) / self.members):
                trained.append(train(shape, self._plan(self.seed + number), batches, training, validation))
        return trained

    def _errors(
        self, shape: Architecture, history: History, cutter: Cutter, trained: list[Trained], validation: Block
    ) -> Pooled:
        own = classes_of(history)
        spread = spread_of(history, np.arange(len(own)), np.full(len(own), history.periods), cutter.window)
        rows, origins = validation.pairs.T
        if not trained or not len(rows):
            return pooled(np.zeros((0, self.horizon)), np.zeros(0, dtype=int), spread, own, self.seed)
        model = build(shape)
        inputs = cutter.inputs(history, rows, origins)
        answers = []
        for member in trained:
            model.set_weights(list(member.weights))
            answers.append(predict(model, inputs))
        sales, seen = cutter.targets(history, rows, origins, validation.end)
        errors = (
            np.where(seen, sales - np.mean(answers, axis=0), np.nan) / spread_of(history, rows, origins, cutter.window)[:, None]
        )
        return pooled(errors, own[rows], spread, own, self.seed)


def _blocks(history: History, horizon: int, least: int) -> tuple[Block, Block]:
    """Training windows, and the later block of time whose sales no training window has seen."""
    periods = history.periods
    length = min(2 * horizon, periods // 8)
    length = length if length >= horizon else max(1, min(horizon, periods // 4))
    first, last = periods - length, periods - min(horizon, length)
    training = usable(history, first, least)
    pairs = usable(history, periods, least)
    starts = np.arange(last, first - 1, -min(history.season, 7))
    return Block(training, first), Block(pairs[np.isin(pairs[:, 1], starts)], periods)


def _origin(panel: Panel, history: History) -> Origin:
    return Origin(
        panel.ids, panel.last, panel.freq, panel.season_length, panel.known, usual_values(panel), history.calendar.shape[1]
    )


def _failures(panel: Panel, history: History, alone: np.ndarray, least: int) -> tuple[Failure, ...]:
    reason = "It has {:.0f} periods with data and the network needs {}; the mean of its last periods is used instead."
    return tuple(Failure(panel.ids[row], reason.format(history.counts[row, -1], least)) for row in np.flatnonzero(alone))
