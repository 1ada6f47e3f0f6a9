"""Tuning: other settings of one model, tried on past cutoffs and judged on a last block of sales that no search has seen.

Of settings whose error does not differ by more than one standard error the simplest is chosen (Breiman, Friedman, Olshen and
Stone 1984), and where it does not beat the default on the last block, the default is kept.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecasting.core.errors import HistoryTooShort, SpecInvalid
from forecasting.core.frequency import grain
from forecasting.core.knob import check_knobs, knob
from forecasting.core.model import Model
from forecasting.core.panel import Panel
from forecasting.core.progress import part, report
from forecasting.evaluation.backtest import Backtest, Window
from forecasting.evaluation.metrics import scales
from forecasting.evaluation.search import DONE, Found, Trial, search
from forecasting.evaluation.space import Dimension, changed, complexity, quickened, space_of, told, values_of

METHODS = ("optuna", "random", "grid")
METRICS = ("wape", "rmsse")
_SEARCHING = 0.85  # of the whole work; the rest is the last block
_ALIKE = 0.005


@dataclass(frozen=True)
class Tuning:
    """Ask for better settings of a model, for forecasts `horizon` periods ahead.

    `space` holds the dimensions to search; None is all that the model's knobs offer. `origins` cutoffs are rehearsed, and the
    last `horizon` periods are never among them. The search ends after `seconds` or `trials`, whichever comes first; fitting the
    two finalists comes on top. On a panel of more than `skus` SKUs a sample, large and small ones alike, is searched.
    The same seed gives the same settings, as long as the trials end the search and not the time.

    >>> from forecasting.models import make
    >>> days = pd.date_range("2024-01-01", periods=84)
    >>> sales = Panel.build(pd.DataFrame({"unique_id": "A", "ds": days, "y": range(84)}))
    >>> tune(sales, Tuning(make("window_mean"), horizon=7, method="grid", trials=5)).use
    WindowMean(window=3)
    """

    model: Model
    horizon: int
    space: tuple[Dimension, ...] | None = None
    method: str = knob(
        "optuna",
        "Search",
        "Optuna learns from what it tried and gives up early on what does badly; random draws; grid goes through all.",
        choices=METHODS,
    )
    metric: str = knob(
        "wape",
        "Judged by",
        "WAPE: units off over units sold. RMSSE: better where many periods have no sales, as it does not reward forecasting 0.",
        choices=METRICS,
    )
    seconds: float = knob(60.0, "Seconds", "When the search ends at the latest.", low=1, high=86_400)
    trials: int = knob(100, "Trials", "How many settings are tried at most.", low=1, high=10_000)
    origins: int = knob(4, "Cut-offs", "On how many past blocks each setting is judged.", low=1, high=24)
    skus: int = knob(
        100, "SKUs", "At most so many SKUs are searched on, large and small ones.", low=1, high=5000, advanced=True
    )
    seed: int = knob(0, "Seed", "The same seed and trials give the same settings.", low=0, high=2_000_000, advanced=True)

    def __post_init__(self) -> None:
        check_knobs(self)
        if self.horizon < 1:
            raise SpecInvalid(f"The horizon of the tuning is {self.horizon}; it must be 1 or more.")


@dataclass(frozen=True, eq=False)
class Tuned:
    """What a search found.

    Attributes:
        default: the spec that was asked to be tuned.
        best: the spec with the smallest mean error over the cutoffs.
        chosen: the simplest spec that is no worse than the best by more than one standard error.
        trials: one row for each setting tried, the default first: `trial, state, score, std_error, behind, behind_error,
            complexity, best_so_far, seconds, settings`. `score` is the mean error over the cutoffs and `std_error` its own;
            `behind` is how much worse it is than the best one, with the standard error of that difference, cutoff by cutoff.
        values: rows `trial, parameter, value, number, score` of the trials that were judged at every cutoff; `number` is the
            value, or its place among the options.
        importance: rows `parameter, share`: how much of the differences in error each parameter explains; may be empty.
        best_trial, chosen_trial: their numbers.
        error, default_error: of the chosen and of the default settings on the last block, by `metric`.
        cutoff: the last period before that block.
        cutoffs: those that were rehearsed.
        skus: how many SKUs the search used.
        ended: why it ended.
    """

    default: Model
    best: Model
    chosen: Model
    trials: pd.DataFrame
    values: pd.DataFrame
    importance: pd.DataFrame
    best_trial: int
    chosen_trial: int
    error: float
    default_error: float
    metric: str
    horizon: int
    freq: str
    cutoff: pd.Timestamp
    cutoffs: tuple[pd.Timestamp, ...]
    skus: int
    ended: str

    @property
    def gain(self) -> float:
        """How much smaller the error of the chosen settings is on the last block, as a share of the default's."""
        if self.error == self.default_error:
            return 0.0
        return 1.0 - self.error / self.default_error if self.default_error > 0 else float("nan")

    @property
    def better(self) -> bool:
        """Whether the chosen settings beat the default on the last block."""
        return self.chosen != self.default and self.gain > 0

    @property
    def use(self) -> Model:
        """The settings to use: the chosen ones where they beat the default, else the default."""
        return self.chosen if self.better else self.default

    @property
    def verdict(self) -> str:
        """What came of it, in one sentence."""
        block = f"the last {self.horizon} {grain(self.freq).noun}s"
        if self.chosen == self.default:
            return "None of the settings tried is better than the default by more than chance: the default is kept."
        if np.isnan(self.gain):
            return f"Nothing can be compared on {block}, so the default is kept."
        if self.gain >= _ALIKE:
            return f"Tuning found {100 * self.gain:.0f} % less error than the default on {block}, which neither had seen."
        if self.better:
            return f"Tuned and default settings are equally good on {block}, which neither had seen."
        worse = f"{-100 * self.gain:.0f} % worse" if -self.gain >= _ALIKE else "no better"
        return f"On {block}, which neither had seen, the tuned settings were {worse} than the default: the default is kept."


def tune(panel: Panel, tuning: Tuning) -> Tuned:
    """Search for better settings, and judge them beside the default on the last block.

    Raises HistoryTooShort when there is no block to search on beside the last one, SpecInvalid when there is nothing to tune,
    and the error of the default where that cannot be fitted or nothing was sold.
    """
    season = panel.season_length
    space = space_of(tuning.model, season) if tuning.space is None else tuning.space
    if not space:
        raise SpecInvalid(f"The model '{tuning.model.name}' has no setting to tune; choose another model or other parameters.")
    known = panel.until(_last_cutoff(panel, tuning))
    windows = _windows(known.select(_sample(known, tuning.skus, tuning.seed)), tuning)
    quick = quickened(tuning.model, space)

    def loss(values: tuple[Any, ...] | None, origin: int) -> float:
        spec = quick if values is None else changed(quick, space, values, season)
        return error_at(spec, windows[origin], tuning.metric)

    with part(0.0, _SEARCHING):
        found = search(loss, values_of(tuning.model, space), space, len(windows), tuning)
    return _judged(panel, tuning, space, found, windows)


def error_at(model: Model, window: Window, metric: str) -> float:
    """WAPE or mean RMSSE over the SKUs of a model at one cutoff; NaN where it is not defined."""
    shape = len(window.train), -1
    actual = window.actual["y"].to_numpy().reshape(shape)
    forecast = model.fit(window.train).forecast(actual.shape[1], window.future)
    error = actual - forecast.mean
    known = ~np.isnan(error)
    if metric == "wape":
        units = np.nansum(actual)
        return float(np.abs(error[known]).sum() / units) if units > 0 else float("nan")
    _, scale = scales(window.train.matrix(), window.train.season_length)
    squared = np.where(known, error, 0.0) ** 2
    each = np.sqrt(squared.sum(axis=1) / np.maximum(known.sum(axis=1), 1) / scale)
    usable = known.any(axis=1) & ~np.isnan(each)
    return float(each[usable].mean()) if usable.any() else float("nan")


def choose(trials: tuple[Trial, ...], space: tuple[Dimension, ...]) -> tuple[int, int, pd.DataFrame]:
    """The best trial, the simplest one within a standard error of it, and the history (see `Tuned.trials`).

    The standard error is that of the difference to the best over the same cutoffs: a hard block is hard for all settings, and
    says nothing of which is better. What comes out worse than the default is never chosen, however simple it is.
    """
    losses = np.array([trial.losses if trial.state == DONE else (np.nan,) * len(trials[0].losses) for trial in trials])
    score = losses.mean(axis=1)
    best = int(np.nanargmin(score))
    behind, error = score - score[best], _std_error(losses - losses[best])
    costs = np.array([complexity(space, trial.values) for trial in trials])
    default = score[next(row for row, trial in enumerate(trials) if trial.is_default)]
    alike = np.flatnonzero((behind <= np.nan_to_num(error)) & (score <= default))
    chosen = int(min(alike, key=lambda row: (costs[row], score[row], row)))
    history = pd.DataFrame(
        {
            "trial": np.arange(len(trials)),
            "state": [trial.state for trial in trials],
            "score": score,
            "std_error": _std_error(losses),
            "behind": behind,
            "behind_error": error,
            "complexity": costs,
            "best_so_far": np.fmin.accumulate(score),
            "seconds": [trial.seconds for trial in trials],
            "settings": [_settings(space, trial.values) for trial in trials],
        }
    )
    return best, chosen, history


def _std_error(losses: np.ndarray) -> np.ndarray:
    """Of the mean over cutoffs, shape (trials,); NaN where there is only one."""
    count = losses.shape[1]
    return losses.std(axis=1, ddof=1) / np.sqrt(count) if count > 1 else np.full(len(losses), np.nan)


def _settings(space: tuple[Dimension, ...], values: tuple[Any, ...]) -> str:
    return ", ".join(f"{dimension.label} {told(value)}" for dimension, value in zip(space, values, strict=True))


def _last_cutoff(panel: Panel, tuning: Tuning) -> pd.Timestamp:
    least = max(2, min(2 * panel.season_length, tuning.horizon)) + 2 * tuning.horizon
    periods = len(panel.calendar)
    if periods < least:
        raise HistoryTooShort(
            f"The data has {periods} {grain(panel.freq).noun}s; tuning {tuning.horizon} ahead needs at least {least}, "
            "for one block to search on and a last one to judge on. Choose a shorter horizon or add history."
        )
    return panel.calendar[periods - tuning.horizon - 1]


def _windows(panel: Panel, tuning: Tuning) -> tuple[Window, ...]:
    return tuple(Backtest(tuning.horizon, windows=tuning.origins).split(panel))


def _sample(panel: Panel, most: int, seed: int) -> list[str]:
    """One SKU of each of `most` strata of equal size, from the best sellers to the slowest."""
    if len(panel) <= most:
        return list(panel.ids)
    order = np.argsort(-np.nansum(panel.matrix(), axis=1), kind="stable")
    random = np.random.default_rng(seed)
    return [panel.ids[int(random.choice(stratum))] for stratum in np.array_split(order, most)]


def _judged(panel: Panel, tuning: Tuning, space: tuple[Dimension, ...], found: Found, windows: tuple[Window, ...]) -> Tuned:
    best, chosen, history = choose(found.trials, space)
    specs = [_spec(tuning, space, found.trials[row], panel.season_length) for row in (best, chosen)]
    (last,) = Backtest(tuning.horizon, windows=1).split(panel)
    with part(_SEARCHING, (1 + _SEARCHING) / 2, "The default on the last block: "):
        report(0.0, "fitting")
        default_error = error_at(tuning.model, last, tuning.metric)
    with part((1 + _SEARCHING) / 2, 1.0, "The tuned settings on the last block: "):
        report(0.0, "fitting")
        error = default_error if specs[1] == tuning.model else error_at(specs[1], last, tuning.metric)
    report(1.0, "done")
    return Tuned(
        default=tuning.model,
        best=specs[0],
        chosen=specs[1],
        trials=history,
        values=_values(space, found.trials, history),
        importance=found.importance,
        best_trial=best,
        chosen_trial=chosen,
        error=error,
        default_error=default_error,
        metric=tuning.metric,
        horizon=tuning.horizon,
        freq=panel.freq,
        cutoff=last.cutoff,
        cutoffs=tuple(window.cutoff for window in windows),
        skus=len(windows[-1].train),
        ended=found.ended,
    )


def _spec(tuning: Tuning, space: tuple[Dimension, ...], trial: Trial, season: int) -> Model:
    """The settings of a trial with the effort of the default; the first trial is the default itself."""
    return tuning.model if trial.is_default else changed(tuning.model, space, trial.values, season)


def _values(space: tuple[Dimension, ...], trials: tuple[Trial, ...], history: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (number, dimension.label, told(value), _number(dimension, value), score)
        for number, (trial, score) in enumerate(zip(trials, history["score"], strict=True))
        if trial.state == DONE
        for dimension, value in zip(space, trial.values, strict=True)
    ]
    return pd.DataFrame(rows, columns=["trial", "parameter", "value", "number", "score"])


def _number(dimension: Dimension, value: Any) -> float:
    """Where a value stands on an axis; NaN where it is left to be suggested."""
    options = dimension.search.options
    if options:
        return float(options.index(value)) if value in options else float("nan")
    return float("nan") if value is None else float(value)
