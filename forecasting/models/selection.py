"""Which terms of a regression help on sales that came later: judged at several past cutoffs, not on what was learnt from."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecasting.core.errors import HistoryTooShort
from forecasting.core.frequency import grain
from forecasting.core.panel import Panel
from forecasting.features.design import Design
from forecasting.models.linear import Learnt, Linear

_SHUFFLES = 10
_LEAST = 12


@dataclass(frozen=True, eq=False)
class Selection:
    """The terms of one SKU's regression, the most helpful first.

    `table`: rows `term, correlation, information, importance, stability, helps`. Correlation is the strongest of the term's
    columns with the sales, in absolute value; information their mutual information in nats; importance the share by which the
    error on later periods grows when the term's values are shuffled; stability the share of cutoffs at which it grew at all.
    `use` is the spec without the terms that do not help.
    """

    unique_id: str
    table: pd.DataFrame
    use: Linear


def select_terms(panel: Panel, spec: Linear, unique_id: str, horizon: int, origins: int = 4, seed: int = 0) -> Selection:
    """Judge each term of the regression of one SKU at up to `origins` past cutoffs, `horizon` periods apart.

    A term helps when shuffling it (Breiman 2001) makes later forecasts worse on average, and at half of the cutoffs at least.
    Raises HistoryTooShort when no cutoff leaves enough to learn from.
    """
    alone = panel.select([unique_id])
    sales = alone.matrix()
    target = np.maximum(sales, 0.0) if spec.counts else sales
    plain = replace(spec, transform="none", category=False)
    made = plain.columns(alone, target, 0, None)
    length = target.shape[1]
    cutoffs = [length - horizon * (number + 1) for number in range(origins)]
    cutoffs = [cutoff for cutoff in cutoffs if cutoff > 0 and (~np.isnan(target[0, :cutoff])).sum() >= _LEAST]
    if not cutoffs:
        noun = grain(panel.freq).noun
        raise HistoryTooShort(
            f"'{unique_id}' has {length} {noun}s; to judge terms {horizon} {noun}s ahead it needs at least {_LEAST + horizon}."
        )
    grown = _grown(alone, plain, target, made, [slice(cutoff, cutoff + horizon) for cutoff in cutoffs], seed)
    terms, columns = np.asarray(made.terms, dtype=object), made.history()[0]
    known = ~np.isnan(target[0]) & ~np.isnan(columns).any(axis=1)
    table = pd.DataFrame(
        [(term, *_told(columns[known][:, terms == term], target[0, known]), *_judged(found)) for term, found in grown.items()],
        columns=["term", "correlation", "information", "importance", "stability"],
    )
    table["helps"] = (table["importance"] > 0) & (table["stability"] >= 0.5)
    table = table.sort_values("importance", ascending=False, ignore_index=True)
    idle = tuple(table.loc[~table["helps"], "term"])
    return Selection(unique_id, table, _without(spec, idle))


def _grown(
    panel: Panel, spec: Linear, target: np.ndarray, made: Design, windows: list[slice], seed: int
) -> dict[str, list[float]]:
    """By how much of itself the error of each window grows when a term is shuffled; windows without sales are passed over."""
    random, terms, columns = np.random.default_rng(seed), np.asarray(made.terms, dtype=object), np.nan_to_num(made.history()[0])
    grown: dict[str, list[float]] = {term: [] for term in dict.fromkeys(made.terms)}
    for window in windows:
        actual, rows = target[0, window], columns[window]
        if np.isnan(actual).all():
            continue
        seen = target.copy()
        seen[:, window.start :] = np.nan
        learnt = spec.learn(panel, seen, made)
        base = _error(spec, learnt, rows, actual)
        for term, found in grown.items():
            shuffled = [_shuffled(rows, terms == term, random) for _ in range(_SHUFFLES)]
            found.append(float(np.mean([_error(spec, learnt, each, actual) for each in shuffled])) / max(base, 1e-12) - 1.0)
    return grown


def _error(spec: Linear, learnt: Learnt, rows: np.ndarray, actual: np.ndarray) -> float:
    """The mean absolute error of what a fit of one SKU expects of these rows."""
    expected = spec.respond(learnt.solution.constant[0] + rows @ learnt.solution.weights[0])
    return float(np.nanmean(np.abs(actual - expected)))


def _shuffled(rows: np.ndarray, places: np.ndarray, random: np.random.Generator) -> np.ndarray:
    result = rows.copy()
    result[:, places] = rows[random.permutation(len(rows))][:, places]
    return result


def _told(columns: np.ndarray, sales: np.ndarray) -> tuple[float, float]:
    """The strongest correlation and mutual information of a term's columns with the sales."""
    from sklearn.feature_selection import mutual_info_regression

    moving = columns[:, columns.std(axis=0) > 0]
    if not moving.shape[1] or sales.std() == 0 or len(sales) < _LEAST:
        return 0.0, 0.0
    standard = (moving - moving.mean(axis=0)) / moving.std(axis=0)
    correlation = np.abs(standard.T @ (sales - sales.mean())) / (len(sales) * sales.std())
    return float(correlation.max()), float(mutual_info_regression(moving, sales, random_state=0).max())


def _judged(grown: list[float]) -> tuple[float, float]:
    return (float(np.mean(grown)), float(np.mean(np.asarray(grown) > 0))) if grown else (0.0, 0.0)


def _without(spec: Linear, idle: tuple[str, ...]) -> Linear:
    """Past sales are left out by their own settings, all other terms by name."""
    from forecasting.features.lags import LAGS, ROLLING

    kept = replace(spec, lags=() if LAGS in idle else spec.lags, rolling=() if ROLLING in idle else spec.rolling)
    names = [term for term in idle if term not in (LAGS, ROLLING)]
    return replace(kept, without=tuple(dict.fromkeys((*spec.without, *names))))
