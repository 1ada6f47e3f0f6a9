"""The automatic forecast of many SKUs: rehearse on past cutoffs, mix what worked for each kind of SKU, say what was done."""

from dataclasses import dataclass, replace
from typing import ClassVar, get_args

import numpy as np
import pandas as pd

from forecasting.core.errors import HistoryTooShort, ShelfcastError
from forecasting.core.forecast import Errors, Forecast, Gaussian
from forecasting.core.frequency import grain
from forecasting.core.knob import check_knobs, knob
from forecasting.core.model import Failure, Fitted, Model
from forecasting.core.panel import Panel
from forecasting.core.progress import part, report
from forecasting.evaluation.backtest import Backtest, Window
from forecasting.evaluation.combination import Rehearsal, score, select
from forecasting.evaluation.intervals import Conformal, Habits, calibrate
from forecasting.evaluation.metrics import scales
from forecasting.features.lookback import Lookback
from forecasting.models.boosting import Boosting
from forecasting.models.candidates import BASELINES, EFFORTS, ROUTES, Profile, members, prior, routes

_FEW = 10  # SKUs


@dataclass(frozen=True)
class Auto:
    """A mixture of models for each kind of SKU, with intervals from errors that were really made.

    Members from all families forecast some past cutoffs; for each demand class, and for new SKUs, those that lower the error
    are mixed. Dead SKUs get zero, and short ones what their history bears. A longer horizon than `horizon` is fitted anew.
    """

    name: ClassVar[str] = "auto"
    profile: Profile = knob("fast", "Effort", "How much is tried: fast, balanced or best.", choices=get_args(Profile))
    horizon: int | None = None
    seed: int = 0
    jobs: int = 1

    def __post_init__(self) -> None:
        check_knobs(self)

    def fit(self, panel: Panel) -> "FittedAuto":
        """Rehearse, choose the mixtures, and fit what they need to all of the history."""
        horizon = grain(panel.freq).horizon if self.horizon is None else self.horizon
        models = members(self.profile, horizon, self.seed, self.jobs)
        with part(0.0, 0.6, "Rehearsing: "):
            past = rehearse(panel, models, horizon, EFFORTS[self.profile].cutoffs, EFFORTS[self.profile].skus, self.seed)
        mixture = mix(panel, models, past)
        with part(0.6, 1.0, "Fitting: "):
            fitted, failures = _fit_members(panel, models, mixture)
        return FittedAuto(replace(self, horizon=horizon), panel, mixture, fitted, failures)


@dataclass(frozen=True, eq=False)
class Past:
    """A rehearsal, and what intervals need of it: the route and the habits of each row."""

    rehearsal: Rehearsal
    route: np.ndarray
    habits: Habits


@dataclass(frozen=True, eq=False)
class Mixture:
    """For each route: weights of the members, and pooled errors; for each SKU its route.

    `bounds` and `paths` are those of `Conformal`; they are empty when the history allowed no rehearsal. `against` (routes,) is
    the loss of the mixture over that of the best baseline on the rehearsed cutoffs, NaN where unknown.
    """

    members: tuple[str, ...]
    route: np.ndarray
    weights: np.ndarray
    bounds: np.ndarray
    paths: np.ndarray
    against: np.ndarray


@dataclass(frozen=True, eq=False)
class FittedAuto:
    """The members that are in use, fitted to all of the history, and how they are mixed."""

    spec: Auto
    panel: Panel
    mixture: Mixture
    fitted: tuple[tuple[int, tuple[str, ...], Fitted], ...]
    failures: tuple[Failure, ...]

    def forecast(self, horizon: int, future: pd.DataFrame | None = None) -> Forecast:
        if horizon > (self.spec.horizon or horizon):
            return replace(self.spec, horizon=horizon).fit(self.panel).forecast(horizon, future)
        lookback = Lookback.of(self.panel.without(self.panel.regressors), horizon, None)
        mean = self._mean(horizon, future)
        dead, constant = _dead(lookback), lookback.constant()
        mean[constant] = lookback.level(lookback.periods - 1)[constant, None]
        mean[dead] = 0.0
        return Forecast(
            model=self.spec.name,
            cutoff=self.panel.last,
            ids=self.panel.ids,
            dates=self.panel.future_dates(horizon),
            mean=mean,
            errors=self._errors(lookback, dead, horizon),
            flags=tuple(self._flag(sku, dead=bool(gone)) for sku, gone in enumerate(dead)),
        )

    @property
    def reasons(self) -> tuple[str, ...]:
        """For each SKU, one sentence: its kind, what its forecast is made of, and how that did in the rehearsal."""
        sentences = [self._sentence(route) for route in range(len(ROUTES))]
        return tuple(sentences[route] for route in self.mixture.route)

    def summary(self, unique_id: str) -> str:
        """What the forecast of a SKU is made of."""
        return self.reasons[self.panel.ids.index(unique_id)]

    def _mean(self, horizon: int, future: pd.DataFrame | None) -> np.ndarray:
        mean = np.zeros((len(self.panel), horizon))
        total = np.zeros(len(self.panel))
        position = {unique_id: row for row, unique_id in enumerate(self.panel.ids)}
        for member, ids, fitted in self.fitted:
            rows = np.array([position[unique_id] for unique_id in ids])
            weight = self.mixture.weights[self.mixture.route[rows], member]
            ahead = future[future["unique_id"].isin(set(ids))] if future is not None and len(ids) < len(self.panel) else future
            mean[rows] += weight[:, None] * fitted.forecast(horizon, ahead).mean
            total[rows] += weight
        return mean / np.maximum(total, 1e-12)[:, None]

    def _errors(self, lookback: Lookback, dead: np.ndarray, horizon: int) -> Errors:
        habits = habits_at(lookback, lookback.periods - 1, horizon)
        habits = replace(habits, scale=np.where(dead, 0.0, habits.scale), zero=np.where(dead, 1.0, habits.zero))
        if not self.mixture.bounds.size:
            psi = np.full((len(dead), horizon), 0.2)
            psi[:, 0] = 1.0
            return Gaussian(sigma=habits.scale, psi=psi)
        return Conformal(habits, self.mixture.route, self.mixture.bounds, self.mixture.paths)

    def _flag(self, sku: int, *, dead: bool) -> str:
        if dead:
            return "no sale for a long time: zero is forecast"
        if ROUTES[self.mixture.route[sku]] == "new":
            return "new: hardly any history, so it borrows from the others"
        if self.mixture.against[self.mixture.route[sku]] >= 1.0:
            return "nothing beats the baseline: the baseline is used"
        return ""

    def _sentence(self, route: int) -> str:
        shares = sorted(zip(self.mixture.weights[route], self.mixture.members, strict=True), reverse=True)
        recipe = ", ".join(f"{share:.0%} {name}" for share, name in shares if share > 0)
        against, kind = self.mixture.against[route], ROUTES[route].capitalize()
        if np.isnan(against):
            return f"{kind} demand: {recipe}; the history is too short to test it."
        if against >= 1.0:
            return f"{kind} demand: {recipe}, because nothing did better on past cutoffs."
        return f"{kind} demand: {recipe}; {1 - against:.0%} less error than the best baseline on past cutoffs."


def rehearse(panel: Panel, models: tuple[Model, ...], horizon: int, cutoffs: int, skus: int, seed: int) -> Past | None:
    """What the members would have said at past cutoffs; None when the history is too short for even one.

    Few SKUs are rehearsed at more cutoffs, many only on a sample of them; what learns from all SKUs still learns from all.
    """
    calendar = len(panel.calendar)
    reach = max(1, min(horizon, calendar // 4))
    wanted = int(np.clip(cutoffs * _FEW * 4 // max(len(panel), 1), cutoffs, 6))
    try:
        windows = list(Backtest(reach, wanted, step=max(1, reach if wanted <= cutoffs else reach // 2)).split(panel))
    except HistoryTooShort:
        return None
    rng = np.random.default_rng(seed)
    parts = []
    for number, window in enumerate(windows):
        with part(number / len(windows), (number + 1) / len(windows)):
            parts.append(_at(window, models, reach, number, skus, rng))
    return _joined([past for past in parts if past is not None], tuple(model.name for model in models))


def _at(
    window: Window, models: tuple[Model, ...], horizon: int, number: int, skus: int, rng: np.random.Generator
) -> Past | None:
    train = window.train
    lookback = Lookback.of(train.without(train.regressors), horizon, None)
    alive = np.flatnonzero((lookback.level(lookback.periods - 1) > 0) & ~_dead(lookback))
    if not len(alive):
        return None
    rows = np.sort(rng.choice(alive, min(skus, len(alive)), replace=False))
    ids = [train.ids[row] for row in rows]
    some = train.select(ids)
    ahead = window.future[window.future["unique_id"].isin(set(ids))]
    means = []
    for done, model in enumerate(models):
        with part(done / len(models), (done + 1) / len(models), f"{model.name} at {window.cutoff:%Y-%m-%d}: "):
            report(0.0, "fitting")
            means.append(_said(model, train, some, ahead, window.future, rows, horizon))
    mase, rmsse = scales(some.matrix(), some.season_length)
    actual = window.actual["y"].to_numpy(dtype=float).reshape(len(train), horizon)[rows]
    past = Rehearsal((), np.stack(means), actual, np.full(len(rows), number), rows, mase, rmsse)
    return Past(past, routes(some), habits_at(lookback, lookback.periods - 1, horizon).take(rows))


def _said(
    model: Model, train: Panel, some: Panel, ahead: pd.DataFrame, future: pd.DataFrame, rows: np.ndarray, horizon: int
) -> np.ndarray:
    """A member's mean for the sampled SKUs; NaN when it cannot forecast at this cutoff."""
    try:
        if isinstance(model, Boosting):
            return replace(model, horizon=horizon).fit(train).forecast(horizon, future).mean[rows]
        return model.fit(some).forecast(horizon, ahead).mean
    except ShelfcastError:
        return np.full((len(rows), horizon), np.nan)


def _joined(parts: list[Past], names: tuple[str, ...]) -> Past | None:
    if not parts:
        return None
    several = [past.rehearsal for past in parts]
    rehearsal = Rehearsal(
        names,
        np.concatenate([past.forecasts for past in several], axis=1),
        np.concatenate([past.actual for past in several]),
        np.concatenate([past.origin for past in several]),
        np.concatenate([past.sku for past in several]),
        np.concatenate([past.mase_scale for past in several]),
        np.concatenate([past.rmsse_scale for past in several]),
    )
    habits = Habits(
        np.concatenate([past.habits.level for past in parts]),
        np.concatenate([past.habits.scale for past in parts]),
        np.concatenate([past.habits.zero for past in parts]),
    )
    return Past(rehearsal, np.concatenate([past.route for past in parts]), habits)


def mix(panel: Panel, models: tuple[Model, ...], past: Past | None) -> Mixture:
    """Weights and pooled errors of each route."""
    names = tuple(model.name for model in models)
    alone = len(panel) < _FEW
    planned = bool(panel.known)
    priors = np.stack([prior(route, names, alone=alone, planned=planned) for route in range(len(ROUTES))])
    if past is None:
        weights = priors / priors.sum(axis=1, keepdims=True)
        return Mixture(names, routes(panel), weights, np.empty(0), np.empty(0), np.full(len(ROUTES), np.nan))
    weights, against = [], []
    combined = np.zeros(past.rehearsal.actual.shape)
    for route, start in enumerate(priors):
        rows = np.flatnonzero(past.route == route)
        chosen, ratio = _recipe(past.rehearsal.take(rows), start)
        combined[rows] = past.rehearsal.take(rows).combined(chosen)
        weights.append(chosen)
        against.append(ratio)
    bounds, paths = calibrate(past.rehearsal.actual, combined, past.habits, past.route, len(ROUTES), 0)
    return Mixture(names, routes(panel), np.stack(weights), bounds, paths, np.array(against))


def _recipe(rehearsal: Rehearsal, start: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights, and the loss over that of the best baseline; members that could not forecast are left out."""
    able = ~np.isnan(rehearsal.forecasts).any(axis=(1, 2))
    start = np.where(able, start, 0.0)
    if not len(rehearsal) or not start.any():
        start = start if start.any() else np.array([float(name == "window_mean") for name in rehearsal.members])
        return start / start.sum(), np.nan
    usable = replace(rehearsal, forecasts=np.where(able[:, None, None], rehearsal.forecasts, 1e9))
    weights = select(usable, start)
    combined = usable.combined(np.where(able, weights, 0.0))
    against, best = _against_baselines(usable, combined)
    # A handful of series proves little: the fewer there are, the clearer the baseline has to win.
    lost = against >= 1.0 + 0.5 / np.sqrt(len(rehearsal))
    return (best, 1.0) if lost else (weights, min(against, 0.999))


def _against_baselines(rehearsal: Rehearsal, forecast: np.ndarray) -> tuple[float, np.ndarray]:
    """The loss of a forecast over that of the best baseline, and that baseline as weights."""
    positions = [rehearsal.members.index(name) for name in BASELINES]
    own = rehearsal.loss(forecast)
    ratios = [score(own, rehearsal.loss(rehearsal.forecasts[position])) for position in positions]
    weights = np.zeros(len(rehearsal.members))
    weights[positions[int(np.argmax(ratios))]] = 1.0
    return float(max(ratios)), weights


def _fit_members(
    panel: Panel, models: tuple[Model, ...], mixture: Mixture
) -> tuple[tuple[tuple[int, tuple[str, ...], Fitted], ...], tuple[Failure, ...]]:
    """Each member that has a weight, fitted to the SKUs that need it (boosting: to all)."""
    fitted: list[tuple[int, tuple[str, ...], Fitted]] = []
    failures: list[Failure] = []
    needed = mixture.weights[mixture.route].T > 0
    for number, (model, rows) in enumerate(zip(models, needed, strict=True)):
        if not rows.any():
            continue
        everyone = isinstance(model, Boosting) or rows.all()
        ids = panel.ids if everyone else tuple(panel.ids[row] for row in np.flatnonzero(rows))
        with part(number / len(models), (number + 1) / len(models), f"{model.name}: "):
            one = model.fit(panel if everyone else panel.select(ids))
        fitted.append((number, ids, one))
        failures.extend(one.failures)
    return tuple(fitted), tuple({failure.unique_id: failure for failure in failures}.values())


def habits_at(lookback: Lookback, origin: int, horizon: int) -> Habits:
    """How each SKU usually sells, as known at an origin."""
    return Habits(lookback.level(origin), error_scale(lookback, origin, horizon), lookback.silent_share(origin))


def error_scale(lookback: Lookback, origin: int, horizon: int) -> np.ndarray:
    """How far a plain forecast of each SKU was off at earlier origins, in units, shape (SKUs,).

    The mean absolute error over the last months, drawn towards what SKUs of the same size usually have.
    """
    count, total = np.zeros(len(lookback.sales)), np.zeros(len(lookback.sales))
    skus = np.arange(len(lookback.sales))
    for back in range(1, 9):
        end = origin - back * max(1, horizon // 2)
        if end < 1:
            break
        level = lookback.level(end)
        for step in range(1, min(horizon, origin - end) + 1, max(1, horizon // 7)):
            steps = np.full(len(skus), step)
            error = np.abs(lookback.sales[:, end + step] - lookback.base(end, skus, steps) * level)
            known = ~np.isnan(error) & (level > 0)
            total += np.where(known, error, 0.0)
            count += known
    return _shrunk(total, count, lookback.level(origin))


def _shrunk(total: np.ndarray, count: np.ndarray, level: np.ndarray) -> np.ndarray:
    """The mean error of each SKU, with the weight of eight errors of a SKU of its size (error = a x level to the power b)."""
    learnt = (count >= 8) & (total > 0) & (level > 0)
    if learnt.sum() >= 5:
        size, error = np.log(level[learnt]), np.log(total[learnt] / count[learnt])
        spread = np.var(size)
        slope = np.clip(np.mean((size - size.mean()) * (error - error.mean())) / spread, 0.3, 1.0) if spread > 1e-9 else 1.0
        usual = np.exp(error.mean() + slope * (np.log(np.maximum(level, 1e-12)) - size.mean()))
    else:
        usual = 0.5 * level
    return np.where(level > 0, (total + 8 * usual) / (count + 8), 0.0)


def _dead(lookback: Lookback) -> np.ndarray:
    """SKUs that have not sold for twice as long as their longest pause before, and not for two long windows, shape (SKUs,)."""
    quiet, longest = lookback.silence()
    return quiet > np.maximum(2 * longest, 2 * lookback.windows[2])
