"""A trained network as plain arrays: it can be stored, sent and read again without a live Keras object."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecasting.core.errors import InputError
from forecasting.core.forecast import Forecast, Pooled
from forecasting.core.model import Failure
from forecasting.models.network.architecture import Architecture, built
from forecasting.models.network.contributions import Topics, mean_contributions
from forecasting.models.network.history import planned_future
from forecasting.models.network.training import Epoch, Weights, predict
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


@dataclass(frozen=True, eq=False)
class FittedNetwork:
    """The weights of each member, and the last window of every SKU.

    `level` is what all answers are multiplied by, after the later block; `fallback` (SKUs,) holds units for each period of
    SKUs that the network cannot answer for, NaN for the others.
    """

    name: str
    origin: Origin
    shape: Architecture
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
        mean = np.where(np.isnan(self.fallback)[:, None], self._answer(horizon, future), self.fallback[:, None])
        return Forecast(
            model=self.name,
            cutoff=self.origin.cutoff,
            ids=self.origin.ids,
            dates=self.origin.dates(horizon),
            mean=np.maximum(np.nan_to_num(mean), 0.0)[:, steps],
            errors=replace(self.errors, paths=self.errors.paths[:, :, steps]),
        )

    def loss_curve(self) -> pd.DataFrame:
        return pd.DataFrame(
            [(epoch.epoch, epoch.training, epoch.validation) for epoch in self.epochs],
            columns=["epoch", "training", "validation"],
        )

    def contributions(self, future: pd.DataFrame | None = None) -> pd.DataFrame:
        """What moved each SKU's total over the horizon: rows `unique_id, topic, units` that add up to the total.

        "usual level" is what the SKU would sell in ordinary periods; the other topics are what is added to it or taken away.
        SKUs that fell back have none.
        """
        if not self.members:
            return pd.DataFrame({"unique_id": [], "topic": [], "units": []})
        inputs = self._with_plan(self.shape.horizon, future)
        profile = "weekday" if "weekday" in self.origin.topics else "season"
        topics, units = mean_contributions(
            self.shape, self.members, inputs, Topics(self.origin.topics, self.origin.known, profile)
        )
        rows = np.flatnonzero(np.isnan(self.fallback))
        return pd.DataFrame(
            {
                "unique_id": np.repeat(np.asarray(self.origin.ids, dtype=object)[rows], len(topics)),
                "topic": np.tile(np.asarray(topics, dtype=object), len(rows)),
                "units": self.level * units[rows].ravel(),
            }
        )

    def _answer(self, horizon: int, future: pd.DataFrame | None) -> np.ndarray:
        """The mean of all members over the horizon of the spec; without a member, everything has fallen back."""
        if not self.members:
            return np.zeros((len(self.origin.ids), self.shape.horizon))
        inputs = self._with_plan(horizon, future)
        model, answers = built(self.shape), []
        for weights in self.members:
            model.set_weights(list(weights))
            answers.append(predict(model, inputs))
        return self.level * np.mean(answers, axis=0)

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
