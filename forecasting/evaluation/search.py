"""The loop of a search: settings are proposed, judged cutoff by cutoff, given up early where they do badly, and remembered.

Optuna proposes (Akiba et al. 2019; its tree-structured Parzen estimator, Bergstra et al. 2011) and is imported when a search
begins. Its study lives in memory only.
"""

import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from forecasting.core.errors import ShelfcastError
from forecasting.core.progress import part, report
from forecasting.evaluation.space import Dimension, grid_of

if TYPE_CHECKING:
    import optuna

DONE, PRUNED, REFUSED, STOPPED = "done", "given up", "not possible", "no time left"
_WARM_UP = 8  # trials before the search believes what it has seen
_REPEATS = 60  # proposals in a row that were tried before: then there is hardly anything left
_ENOUGH = 8
_DIGITS = 3

Loss = Callable[[tuple[Any, ...] | None, int], float]


class Limits(Protocol):
    """How a search proposes, and when it ends: the fields of `Tuning` that it needs."""

    @property
    def method(self) -> str: ...
    @property
    def metric(self) -> str: ...
    @property
    def seconds(self) -> float: ...
    @property
    def trials(self) -> int: ...
    @property
    def seed(self) -> int: ...


@dataclass(frozen=True)
class Trial:
    """Settings that were tried, their error at each cutoff up to which they were judged, and how it ended."""

    values: tuple[Any, ...]
    losses: tuple[float, ...]
    seconds: float
    state: str = DONE
    is_default: bool = False


@dataclass(frozen=True, eq=False)
class Found:
    """All trials, the default first; `importance` (`parameter, share`) is empty where too few were judged in full."""

    trials: tuple[Trial, ...]
    importance: pd.DataFrame
    ended: str


def search(loss: Loss, default: tuple[Any, ...], space: tuple[Dimension, ...], origins: int, limits: Limits) -> Found:
    """Try settings until the trials or the time are used up, or nothing is left to try.

    `loss(values, origin)` is the error of some settings at a cutoff, of the default for None. Cutoffs at which the default has
    none are passed over. Raises what `loss` raises for the default, and ShelfcastError when it is not defined anywhere.
    """
    run = _Run(loss, space, limits)
    run.try_default(default, origins)
    study = _study(limits)
    ended = run.go_on(study, _proposals(study, space, limits))
    return Found(tuple(run.trials), _importance(study, space, limits.seed), ended)


class _Run:
    """One search on its way."""

    def __init__(self, loss: Loss, space: tuple[Dimension, ...], limits: Limits) -> None:
        self.loss, self.space, self.limits = loss, space, limits
        self.trials: list[Trial] = []
        self.origins: list[int] = []
        self.tried: dict[tuple[Any, ...], Trial] = {}
        self.shown = 0.0
        self.began = time.monotonic()

    def try_default(self, values: tuple[Any, ...], origins: int) -> None:
        """The first trial: it sets the mark, and shows at which cutoffs there is anything to judge."""
        began, losses = time.monotonic(), []
        for origin in range(origins):
            with self._saying(f"the default, block {origin + 1} of {origins}"):
                losses.append(self.loss(None, origin))
        self.origins = [origin for origin, value in enumerate(losses) if np.isfinite(value)]
        if not self.origins:
            raise ShelfcastError("Nothing was sold in the blocks to search on, so no setting is better; choose another SKU.")
        known = tuple(losses[origin] for origin in self.origins)
        self._keep(Trial(values, known, time.monotonic() - began, is_default=True))

    def go_on(self, study: "optuna.Study", proposals: Iterator[tuple["optuna.Trial", tuple[Any, ...]]]) -> str:
        """Try what is proposed; the answer is why the search ended."""
        repeats = 0
        for asked, values in proposals:
            former = self.tried.get(values)
            trial = former or self._try(asked, values)
            _tell(study, asked, trial)
            repeats = repeats + 1 if former else 0
            if not former:
                self._keep(trial)
            if len(self.trials) > self.limits.trials:
                return f"all {self.limits.trials} trials are done"
            if self._late():
                return "the time was up"
            if repeats >= _REPEATS:
                break
        return "everything was tried"

    def _try(self, asked: "optuna.Trial", values: tuple[Any, ...]) -> Trial:
        began, losses, state = time.monotonic(), [], DONE
        for step, origin in enumerate(self.origins):
            if self._late():
                state = STOPPED
                break
            with self._saying(f"trial {len(self.trials)}, block {step + 1} of {len(self.origins)}{self._so_far()}"):
                try:
                    value = self.loss(values, origin)
                except (ShelfcastError, ValueError, ArithmeticError):
                    value = float("nan")
            if not np.isfinite(value):
                state = REFUSED
                break
            losses.append(value)
            asked.report(float(np.mean(losses)), step)
            if step + 1 < len(self.origins) and asked.should_prune():
                state = PRUNED
                break
        return Trial(values, tuple(losses), time.monotonic() - began, state)

    def _keep(self, trial: Trial) -> None:
        self.trials.append(trial)
        self.tried[trial.values] = trial

    def _late(self) -> bool:
        return time.monotonic() - self.began >= self.limits.seconds

    def _so_far(self) -> str:
        best = min(np.mean(trial.losses) for trial in self.trials if trial.state == DONE)
        first = np.mean(self.trials[0].losses)
        said = [f"{100 * value:.1f} %" if self.limits.metric == "wape" else f"{value:.3f}" for value in (best, first)]
        return f", best so far {said[0]} error (default {said[1]})"

    def _saying(self, doing: str) -> Any:
        """Report how far the search is; what the models report inside counts as standing there."""
        used = (time.monotonic() - self.began) / self.limits.seconds
        self.shown = min(max(self.shown, used, (len(self.trials) - 1) / self.limits.trials), 1.0)
        report(self.shown, doing)
        return part(self.shown, self.shown, f"{doing}: ")


def _study(limits: Limits) -> "optuna.Study":
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    if limits.method == "optuna":
        sampler: optuna.samplers.BaseSampler = optuna.samplers.TPESampler(seed=limits.seed, n_startup_trials=_WARM_UP)
        pruner: optuna.pruners.BasePruner = optuna.pruners.MedianPruner(n_startup_trials=_WARM_UP // 2)
    else:
        sampler, pruner = optuna.samplers.RandomSampler(seed=limits.seed), optuna.pruners.NopPruner()
    return optuna.create_study(direction="minimize", sampler=sampler, pruner=pruner)


def _proposals(
    study: "optuna.Study", space: tuple[Dimension, ...], limits: Limits
) -> Iterator[tuple["optuna.Trial", tuple[Any, ...]]]:
    """Trials of the study with the values that they stand for; a grid comes to an end."""
    if limits.method != "grid":
        while True:
            asked = study.ask()
            yield asked, tuple(_suggested(asked, dimension) for dimension in space)
    for values in grid_of(space, limits.trials, limits.seed):
        pairs = zip(space, values, strict=True)
        study.enqueue_trial({dimension.key: _coded(dimension, value) for dimension, value in pairs})
        asked = study.ask()
        for dimension in space:
            _suggested(asked, dimension)
        yield asked, values


def _suggested(asked: "optuna.Trial", dimension: Dimension) -> Any:
    search, name = dimension.search, dimension.key
    if search.first is None or search.last is None:
        if search.neutral:
            return search.options[asked.suggest_categorical(name, list(range(len(search.options))))]
        return search.options[asked.suggest_int(name, 0, len(search.options) - 1)]
    low, high = sorted((search.first, search.last))
    if search.whole:
        return asked.suggest_int(name, int(low), int(high), log=search.log)
    return float(f"{asked.suggest_float(name, low, high, log=search.log):.{_DIGITS}g}")


def _coded(dimension: Dimension, value: Any) -> Any:
    """A value as the study names it: options by their place."""
    return dimension.search.options.index(value) if dimension.search.options else value


def _tell(study: "optuna.Study", asked: "optuna.Trial", trial: Trial) -> None:
    from optuna.trial import TrialState

    if trial.state == DONE:
        study.tell(asked, float(np.mean(trial.losses)))
    elif trial.state == PRUNED:
        study.tell(asked, state=TrialState.PRUNED)
    else:
        study.tell(asked, state=TrialState.FAIL)


def _importance(study: "optuna.Study", space: tuple[Dimension, ...], seed: int) -> pd.DataFrame:
    """Shares by functional analysis of variance (Hutter, Hoos and Leyton-Brown 2014)."""
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances
    from optuna.trial import TrialState

    scores = {trial.value for trial in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))}
    if len(scores) < _ENOUGH:
        return pd.DataFrame({"parameter": pd.Series(dtype=object), "share": pd.Series(dtype=float)})
    labels = {dimension.key: dimension.label for dimension in space}
    with warnings.catch_warnings(action="ignore"):
        shares = get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=seed))
    return pd.DataFrame({"parameter": [labels[key] for key in shares], "share": list(shares.values())})
