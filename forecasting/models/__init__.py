"""Every model the house has, by the name that the command line and the pages use.

A new model costs one file and one line here; `tests/test_every_model.py` then runs it through the contract.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from importlib import import_module

from forecasting.core.errors import SpecInvalid
from forecasting.core.model import Model


@dataclass(frozen=True)
class Family:
    """One entry of MODELS: `module:Class` is imported when it is first needed, because some of them are heavy."""

    title: str
    where: str
    sentence: str

    def spec(self) -> Callable[..., Model]:
        """The class of the spec."""
        module, name = self.where.split(":")
        return getattr(import_module(f"forecasting.models.{module}"), name)


MODELS: dict[str, Family] = {
    "seasonal_naive": Family("Seasonal naive", "naive:SeasonalNaive", "The same period one season ago: the bar to beat."),
    "window_mean": Family("Window mean", "naive:WindowMean", "The mean of the last weeks; hard to beat on slow sellers."),
    "weekday_mean": Family("Weekday mean", "naive:WeekdayMean", "The mean of the same period in the last four seasons."),
}
BASELINES = ("seasonal_naive", "window_mean", "weekday_mean")


def make(name: str, *, horizon: int | None = None, seed: int | None = None, jobs: int | None = None) -> Model:
    """The spec of a model with its defaults; `horizon`, `seed` and `jobs` are set where the model has such a parameter.

    Raises SpecInvalid for an unknown name.

    >>> make("window_mean")
    WindowMean(window=None)
    """
    if name not in MODELS:
        raise SpecInvalid(f"There is no model '{name}'; choose one of {', '.join(MODELS)}.")
    spec = MODELS[name].spec()()
    wanted = {"horizon": horizon, "seed": seed, "jobs": jobs}
    own = {field.name for field in fields(spec)}  # type: ignore[arg-type]
    return replace(spec, **{key: value for key, value in wanted.items() if key in own and value is not None})  # type: ignore[type-var]
