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
    "auto": Family("Automatic", "automatic:Auto", "The best mixture for each kind of SKU, found on past cutoffs."),
    "seasonal_naive": Family("Seasonal naive", "naive:SeasonalNaive", "The same period one season ago: the bar to beat."),
    "window_mean": Family("Window mean", "naive:WindowMean", "The mean of the latest sales; hard to beat on slow sellers."),
    "weekday_mean": Family("Seasonal mean", "naive:WeekdayMean", "The mean of the same period in the last four seasons."),
    "linear": Family("Linear", "linear:Linear", "Regression on trend, calendar, price and promotions: effects can be read."),
    "arima": Family("ARIMA", "arima:Arima", "Its own past, its surprises and its season, with price and promotions beside."),
    "auto_arima": Family("ARIMA, quick search", "auto_arima:AutoArima", "Orders found quickly, from the past alone."),
    "ets": Family("ETS", "smoothing:ETS", "Exponential smoothing with trend and season: the field's workhorse."),
    "theta": Family("Theta", "smoothing:Theta", "Half the long trend, half smoothing: won the M3 contest."),
    "ces": Family("CES", "smoothing:CES", "Complex exponential smoothing: level and season without a choice of parts."),
    "mstl": Family("MSTL", "smoothing:MSTL", "Several seasons at once, such as the hour of the day and of the week."),
    "croston": Family("Croston", "intermittent:Croston", "Rare sales: size over interval, each smoothed; a little high."),
    "croston_sba": Family("Croston (SBA)", "intermittent:CrostonSBA", "Croston's method with its upward bias taken off."),
    "tsb": Family("TSB", "intermittent:TSB", "Rare sales that may be dying out: falls towards zero."),
    "adida": Family("ADIDA", "intermittent:ADIDA", "Rare sales, summed to buckets and smoothed there."),
    "imapa": Family("IMAPA", "intermittent:IMAPA", "The mean of smoothing at several bucket sizes: strong on slow sellers."),
    "lstm": Family("LSTM", "lstm:Lstm", "One network over all SKUs with a long memory, all periods at once; takes minutes."),
    "gru": Family("GRU", "lstm:Gru", "As the LSTM with fewer weights: a little faster, seldom worse."),
    "rnn": Family("Simple RNN", "lstm:Rnn", "The plainest recurrent network: forgets quickly, but is quickly trained."),
    "cnn": Family("Dilated CNN", "lstm:Cnn", "A convolutional network over the past window, in place of a memory."),
    "hybrid": Family("Hybrid", "lstm:Hybrid", "Convolutions for short patterns, a memory over them, and a straight line."),
    "boosting": Family("Gradient boosting", "boosting:Boosting", "Trees that learn from all SKUs, plans and seasons at once."),
    "light_boosting": Family("Light boosting", "light_boosting:LightBoosting", "Such trees as well, grown by scikit-learn."),
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
