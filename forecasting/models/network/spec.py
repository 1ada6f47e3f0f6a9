"""The parameters of a network."""

from dataclasses import dataclass
from typing import ClassVar

from forecasting.core.knob import among, between, check_knobs, knob
from forecasting.core.panel import Panel
from forecasting.core.progress import report
from forecasting.models.network.architecture import Architecture
from forecasting.models.network.fitted import FittedNetwork, origin_of
from forecasting.models.network.fitting import Prepared, judge, prepare, train_members
from forecasting.models.network.outputs import OUTPUTS, output_of
from forecasting.models.network.synthetic import GENERATORS, NONE
from forecasting.models.network.training import Plan
from forecasting.models.network.warm import carried_over

AGAIN = 3  # a network that learns on needs a third of the epochs


@dataclass(frozen=True)
class Network:
    """One network over all SKUs that answers for all periods ahead at once; its subclasses choose the encoder."""

    name: ClassVar[str]
    cell: ClassVar[str]
    horizon: int = knob(28, "Horizon", "How many periods ahead it learns to answer for, all at once.", low=1, high=730)
    window: int | None = knob(
        None,
        "Window",
        "How many past periods it reads; by default 56 days, 26 weeks, 12 months or 168 hours.",
        low=2,
        high=1000,
    )
    units: int = knob(
        48, "Units", "Width of the layers: more can learn finer patterns, and takes longer.", low=2, high=512,
        search=between(16, 96, log=True),
    )  # fmt: skip
    layers: int = knob(
        1, "Layers", "How many layers lie on each other; one is nearly always enough.", low=1, high=4, search=between(1, 2)
    )
    dropout: float = knob(
        0.1, "Dropout", "Share of the inner state hidden at random in training, against learning by heart.", low=0, high=0.9,
        search=between(0.4, 0.0),
    )  # fmt: skip
    epochs: int = knob(
        12, "Epochs", "At most so many passes over the training windows; it stops when it no longer improves.",
        low=1, high=1000, quick=4,
    )  # fmt: skip
    windows: int = knob(
        16_000,
        "Windows",
        "Training windows drawn for each epoch: bounds the time, however many SKUs there are.",
        low=64,
        high=2_000_000,
        quick=4_000,
    )
    loss: str = knob(
        "poisson", "Loss", "What it learns by; all aim at the mean, so that totals are right. Negative binomial and quantile "
        "also learn how far off each period may be.", choices=tuple(OUTPUTS), search=among(*OUTPUTS, neutral=True),
    )  # fmt: skip
    members: int = knob(
        3,
        "Networks",
        "How many networks, from different seeds, are averaged: steadier, and as many times slower.",
        low=1,
        high=20,
        quick=1,
    )
    patch: int | None = knob(
        None,
        "Patch",
        "How many periods it reads in one step; by default a week of days or a day of hours: as accurate, and faster.",
        low=1,
        high=168,
        advanced=True,
    )
    batch_size: int = knob(256, "Batch size", "Windows for each step of learning.", low=8, high=8192, advanced=True)
    learning_rate: float = knob(
        0.003, "Learning rate", "Size of the steps of learning.", low=1e-6, high=1.0, advanced=True,
        search=between(0.001, 0.01, log=True, neutral=True),
    )  # fmt: skip
    patience: int = knob(
        4, "Patience", "Epochs without improvement on the later block before it stops.", low=1, high=1000, advanced=True
    )
    seed: int = knob(0, "Seed", "The same seed gives the same forecast.", low=0, high=2_000_000, advanced=True)
    augment: str = knob(
        NONE, "Synthetic windows", "Learn also from windows made to look like the shop's; only where a test says so.",
        choices=(NONE, *GENERATORS), advanced=True,
    )  # fmt: skip

    def __post_init__(self) -> None:
        check_knobs(self)

    def fit(self, panel: Panel) -> FittedNetwork:
        return self._fit(panel, self.epochs, None)

    def fit_again(self, panel: Panel, former: FittedNetwork) -> FittedNetwork:
        """Learn on from a former fit when rows were appended: a third of the epochs, from its weights where they fit.

        SKUs keep what was learnt of them, new ones begin as average ones. With other parameters it is as a first fit.
        """
        return self._fit(panel, max(1, self.epochs // AGAIN), former)

    def _fit(self, panel: Panel, epochs: int, former: FittedNetwork | None) -> FittedNetwork:
        report(0.0, "preparing")
        prepared = prepare(panel, self.horizon, self.window)
        shape = self._shape(prepared)
        starts = carried_over(shape, former.shape, former.members, former.origin.ids, panel.ids) if former else ()
        plan = self._plan(epochs if starts else self.epochs)
        trained = train_members(prepared, shape, plan, self.members, starts)
        judged = judge(prepared, shape, self.loss, trained)
        return FittedNetwork(
            name=self.name,
            origin=origin_of(panel, prepared),
            shape=shape,
            loss=self.loss,
            members=tuple(member.weights for member in trained),
            inputs=prepared.now,
            fallback=prepared.fallback(bool(trained)),
            level=judged.level,
            errors=judged.errors,
            epochs=trained[0].epochs if trained else (),
            failures=prepared.failures,
        )

    def _shape(self, prepared: Prepared) -> Architecture:
        return Architecture(
            cell=self.cell,
            units=self.units,
            layers=self.layers,
            dropout=self.dropout,
            window=prepared.cutter.window,
            patch=prepared.patch(self.patch),
            horizon=self.horizon,
            past=prepared.now.past.shape[2],
            future=prepared.now.future.shape[2],
            summary=prepared.now.summary.shape[1],
            skus=len(prepared.alone),
            levels=tuple(int(count) + 1 for count in prepared.history.codes.max(axis=0, initial=0)),
            seed=self.seed,
            outputs=output_of(self.loss).count,
        )

    def _plan(self, epochs: int) -> Plan:
        return Plan(
            epochs, self.batch_size, self.learning_rate, self.patience, self.loss, self.windows, self.seed, self.augment
        )
