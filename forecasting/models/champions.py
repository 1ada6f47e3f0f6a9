"""A model for each kind of demand: what a comparison has found best for smooth, erratic, intermittent and lumpy sellers."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from forecasting.core.errors import SpecInvalid
from forecasting.core.forecast import Errors, Forecast
from forecasting.core.model import Failure, Fitted, Model
from forecasting.core.panel import Panel
from forecasting.core.progress import part
from forecasting.features.demand import demand_class
from forecasting.models.arima import Arima
from forecasting.models.statistical import PerSeries


@dataclass(frozen=True)
class Champions:
    """`by_class` names the model of each demand class, `usual` that of the classes that are not named.

    Models that look at one series at a time are fitted to the SKUs of their class only; what learns from all SKUs together
    still learns from all. Two classes with the same model share one fit. The classes are those of the history it is fitted to.

    >>> from forecasting.models.naive import SeasonalNaive, WindowMean
    >>> sales = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=28), "y": [0.0, 0, 0, 7] * 7})
    >>> mix = Champions(SeasonalNaive(), (("intermittent", WindowMean()),))
    >>> mix.fit(Panel.build(sales)).forecast(2).mean.tolist()
    [[1.75, 1.75]]
    """

    name: ClassVar[str] = "champions"
    usual: Model
    by_class: tuple[tuple[str, Model], ...] = ()

    def __post_init__(self) -> None:
        for model in self.models:
            if isinstance(model, Champions):
                raise SpecInvalid("A model for each kind of demand cannot be made of such models; choose single models.")

    @property
    def models(self) -> tuple[Model, ...]:
        """The models in use, each once."""
        found: list[Model] = []
        for model in (self.usual, *(model for _, model in self.by_class)):
            if model not in found:
                found.append(model)
        return tuple(found)

    def fit(self, panel: Panel) -> "FittedChampions":
        """Fit each model to what it needs."""
        chosen = dict(self.by_class)
        wanted = [chosen.get(str(kind), self.usual) for kind in demand_class(panel.matrix())]
        models = [model for model in self.models if model in wanted]
        parts: list[Share] = []
        failures: list[Failure] = []
        for number, model in enumerate(models):
            rows = np.array([row for row, own in enumerate(wanted) if own == model])
            ids = tuple(panel.ids[row] for row in rows)
            alone = isinstance(model, PerSeries | Arima) and len(ids) < len(panel)
            with part(number / len(models), (number + 1) / len(models), f"{model.name}: "):
                fitted = model.fit(panel.select(ids) if alone else panel)
            parts.append(Share(rows, ids, ids if alone else panel.ids, fitted))
            failures.extend(failure for failure in fitted.failures if failure.unique_id in set(ids))
        return FittedChampions(panel, tuple(parts), tuple(failures))


@dataclass(frozen=True, eq=False)
class Share:
    """A fitted model with the SKUs (`rows` and `ids` of the panel) that it speaks for, among those that it has learnt from."""

    rows: np.ndarray
    ids: tuple[str, ...]
    learnt: tuple[str, ...]
    fitted: Fitted


@dataclass(frozen=True, eq=False)
class FittedChampions:
    """Each model, fitted, with the SKUs that it speaks for."""

    panel: Panel
    parts: tuple[Share, ...]
    failures: tuple[Failure, ...]

    def forecast(self, horizon: int, future: pd.DataFrame | None = None) -> Forecast:
        mean, flags = np.zeros((len(self.panel), horizon)), [""] * len(self.panel)
        errors = []
        for share in self.parts:
            ahead = future
            if future is not None and len(share.learnt) < len(self.panel):
                ahead = future[future["unique_id"].isin(set(share.learnt))]
            said = share.fitted.forecast(horizon, ahead).select(share.ids)
            mean[share.rows] = said.mean
            errors.append(said.errors)
            for row, flag in zip(share.rows, said.flags, strict=bool(said.flags)):
                flags[row] = flag
        return Forecast(
            model=Champions.name,
            cutoff=self.panel.last,
            ids=self.panel.ids,
            dates=self.panel.future_dates(horizon),
            mean=mean,
            errors=Divided(tuple(share.rows for share in self.parts), tuple(errors)),
            flags=tuple(flags),
        )


@dataclass(frozen=True, eq=False)
class Divided:
    """Errors of different kinds for different SKUs: `rows[k]` are the positions of those that `parts[k]` speaks of."""

    rows: tuple[np.ndarray, ...]
    parts: tuple[Errors, ...]

    def quantile(self, mean: np.ndarray, q: float) -> np.ndarray:
        result = np.empty(mean.shape)
        for rows, errors in zip(self.rows, self.parts, strict=True):
            result[rows] = errors.quantile(mean[rows], q)
        return result

    def total_quantile(self, mean: np.ndarray, steps: slice, q: float) -> np.ndarray:
        result = np.empty(len(mean))
        for rows, errors in zip(self.rows, self.parts, strict=True):
            result[rows] = errors.total_quantile(mean[rows], steps, q)
        return result

    def draw(self, mean: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
        result = np.empty((count, *mean.shape))
        for rows, errors in zip(self.rows, self.parts, strict=True):
            result[:, rows] = errors.draw(mean[rows], count, rng)
        return result

    def take(self, rows: np.ndarray) -> "Divided":
        places, parts = [], []
        for own, errors in zip(self.rows, self.parts, strict=True):
            position = {row: place for place, row in enumerate(own)}
            wanted = [(place, position[row]) for place, row in enumerate(rows) if row in position]
            if wanted:
                places.append(np.array([place for place, _ in wanted]))
                parts.append(errors.take(np.array([row for _, row in wanted])))
        return Divided(tuple(places), tuple(parts))
