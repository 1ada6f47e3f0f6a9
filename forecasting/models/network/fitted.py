"""A trained network as plain arrays: it can be stored, sent and read again without a live Keras object."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecasting.core.errors import InputError
from forecasting.core.forecast import Forecast, Pooled
from forecasting.core.model import Failure
from forecasting.core.panel import Panel
from forecasting.models.network.architecture import Architecture
from forecasting.models.network.contributions import Topics, mean_contributions
from forecasting.models.network.fitting import Prepared, mean_answer, prepare
from forecasting.models.network.history import planned_future, usual_values
from forecasting.models.network.intervals import classes_of
from forecasting.models.network.outputs import Answer
from forecasting.models.network.training import Epoch, Weights
from forecasting.models.network.warm import carried_over
from forecasting.models.network.windows import Inputs


@dataclass(frozen=True, eq=False)
class Origin:
    """Where a forecast starts: the SKUs, the cutoff, the grain, what each SKU is used to of the planned regressors (N, K),
    and what each calendar input is about.
    """

    ids: tuple[str, ...]
    cutoff: pd.Timestamp
    freq: str
    season: int
    known: tuple[str, ...]
    usual: np.ndarray
    topics: tuple[str, ...]

    def dates(self, horizon: int) -> pd.DatetimeIndex:
        """The periods after the cutoff."""
        return pd.date_range(self.cutoff, periods=horizon + 1, freq=self.freq)[1:]


def origin_of(panel: Panel, prepared: Prepared) -> Origin:
    """The end of a panel."""
    usual = usual_values(panel)
    return Origin(panel.ids, panel.last, panel.freq, panel.season_length, panel.known, usual, prepared.history.topics)


@dataclass(frozen=True, eq=False)
class FittedNetwork:
    """The weights of each member, and the last window of every SKU.

    `loss` names what they learnt by, and so what they answer with; `level` is what all answers are multiplied by, after the
    later block; `fallback` (SKUs,) holds units for each period of SKUs that the network cannot answer for, NaN for the others.
    """

    name: str
    origin: Origin
    shape: Architecture
    loss: str
    members: tuple[Weights, ...]
    inputs: Inputs
    fallback: np.ndarray
    level: float
    errors: Pooled
    epochs: tuple[Epoch, ...]
    failures: tuple[Failure, ...] = ()

    def forecast(self, horizon: int, future: pd.DataFrame | None = None) -> Forecast:
        """Units of the periods ahead; beyond the horizon of the spec its last season is repeated.

        Raises InputError when the network was trained with planned regressors and `future` does not hold them.
        """
        steps = _steps(horizon, self.shape.horizon, self.origin.season)
        answer, alone = self._answer(horizon, future), ~np.isnan(self.fallback)[:, None]
        mean = np.where(alone, self.fallback[:, None], answer.mean)
        errors = replace(self.errors, paths=self.errors.paths[:, :, steps])
        if answer.spread is not None:
            errors = replace(errors, scale=np.where(alone, self.errors.scale[:, None], answer.spread)[:, steps])
        return Forecast(
            model=self.name,
            cutoff=self.origin.cutoff,
            ids=self.origin.ids,
            dates=self.origin.dates(horizon),
            mean=np.maximum(np.nan_to_num(mean), 0.0)[:, steps],
            errors=errors,
        )

    def append(self, panel: Panel) -> "FittedNetwork":
        """The same network after `panel`, which has gone on: what was learnt stays, only the latest sales are read.

        Raises InputError when the panel is of another kind than what was learnt from.
        """
        prepared = prepare(panel, self.shape.horizon, self.shape.window)
        skus = replace(self.shape, skus=len(panel))
        fits = prepared.cutter.window == self.shape.window and prepared.now.past.shape[2] == self.shape.past
        members = carried_over(skus, self.shape, self.members, self.origin.ids, panel.ids)
        if panel.freq != self.origin.freq or panel.known != self.origin.known or not fits or len(members) < len(self.members):
            raise InputError(
                f"The network has learnt from {len(self.origin.ids)} SKUs by '{self.origin.freq}' with other inputs or far "
                "fewer or more SKUs; fit it again on this data."
            )
        return replace(
            self,
            origin=origin_of(panel, prepared),
            shape=skus,
            members=members,
            inputs=prepared.now,
            fallback=prepared.fallback(bool(members)),
            errors=replace(self.errors, scale=prepared.spread(), group=classes_of(prepared.history)),
            failures=prepared.failures,
        )

    def loss_curve(self) -> pd.DataFrame:
        return pd.DataFrame(
            [(epoch.epoch, epoch.training, epoch.validation) for epoch in self.epochs],
            columns=["epoch", "training", "validation"],
        )

    def contributions(self, future: pd.DataFrame | None = None, ids: Sequence[str] | None = None) -> pd.DataFrame:
        """What moved each SKU's total over the horizon: rows `unique_id, topic, units` that add up to the total.

        "usual level" is what the SKU would sell in ordinary periods; the other topics are what is added to it or taken away.
        Only of the SKUs `ids` where they are given; SKUs that fell back have none.
        """
        wanted = set(self.origin.ids if ids is None else ids)
        rows = np.flatnonzero(np.isnan(self.fallback) & [unique_id in wanted for unique_id in self.origin.ids])
        if not self.members or not len(rows):
            return pd.DataFrame({"unique_id": [], "topic": [], "units": []})
        inputs = self._with_plan(self.shape.horizon, future).take(rows)
        profile = "weekday" if "weekday" in self.origin.topics else "season"
        topics, units = mean_contributions(
            self.shape, self.members, inputs, Topics(self.origin.topics, self.origin.known, profile)
        )
        return pd.DataFrame(
            {
                "unique_id": np.repeat(np.asarray(self.origin.ids, dtype=object)[rows], len(topics)),
                "topic": np.tile(np.asarray(topics, dtype=object), len(rows)),
                "units": self.level * units.ravel(),
            }
        )

    def _answer(self, horizon: int, future: pd.DataFrame | None) -> Answer:
        """The mean of all members over the horizon of the spec; without a member, everything has fallen back."""
        if not self.members:
            return Answer(np.zeros((len(self.origin.ids), self.shape.horizon)))
        return mean_answer(self.shape, self.loss, self.members, self._with_plan(horizon, future)).times(self.level)

    def _with_plan(self, horizon: int, future: pd.DataFrame | None) -> Inputs:
        known = self.origin.known
        if not known:
            return self.inputs
        missing = [name for name in known if future is None or name not in future.columns]
        if missing or future is None:
            raise InputError(
                f"The network was trained with '{missing[0]}'; hand in its planned values for every SKU and period."
            )
        planned = planned_future(known, self.origin.usual, future, len(self.origin.ids))
        steps = min(horizon, self.shape.horizon)
        filled, first = self.inputs.future.copy(), len(self.origin.topics)
        filled[:, :steps, first : first + len(known)] = planned[:, :steps]
        return replace(self.inputs, future=filled)


def _steps(horizon: int, trained: int, season: int) -> np.ndarray:
    """Which of the trained steps answers for each period ahead: its own, then those of the last season over and over.

    >>> _steps(6, trained=4, season=2).tolist()
    [0, 1, 2, 3, 2, 3]
    """
    steps = np.arange(horizon)
    cycle = min(season, trained)
    return np.where(steps < trained, steps, trained - cycle + (steps - trained) % cycle)
