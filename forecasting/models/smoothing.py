"""Exponential smoothing and its relatives: ETS, Theta, CES, and several seasons at once (MSTL). Made by statsforecast."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, get_args

import numpy as np

from forecasting.core.knob import among, knob
from forecasting.models.described import Described
from forecasting.models.statistical import MEMORY, Path, PerSeries

LONGEST_SEASON = 24  # statsforecast's state-space models have no states for more; longer seasons are taken off first
# A time of the season is quiet below this share of the mean, and steady up to so many times its usual share: an odd Sunday,
# as a share of weekdays that sell five times as much, moved their level fourfold.
_QUIET, _STEADY = 0.3, 2.5
_SEASONS = {"N": "no", "S": "a simple", "P": "a partial", "F": "a full"}
_LETTERS = {"auto": "Z", "none": "N", "additive": "A", "multiplicative": "M", "damped": "A"}
Part = Literal["auto", "none", "additive", "multiplicative"]
Trend = Literal["auto", "none", "additive", "damped"]
Variant = Literal["auto", "STM", "OTM", "DSTM", "DOTM"]
Decomposition = Literal["auto", "additive", "multiplicative"]


@dataclass(frozen=True)
class ETS(PerSeries):
    """Exponential smoothing with error, trend and season; what is left on `auto` is chosen by AICc.

    A history too short for the form asked for is smoothed without its season, then without its trend.

    Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential Smoothing.

    >>> import pandas as pd
    >>> from forecasting.core.panel import Panel
    >>> days = pd.date_range("2024-01-01", periods=56)
    >>> sales = pd.DataFrame({"unique_id": "A", "ds": days, "y": [1.0, 2, 3, 4, 5, 6, 9] * 8})
    >>> ETS().fit(Panel.build(sales)).forecast(7).mean.round(1).tolist()
    [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 9.0]]
    """

    name: ClassVar[str] = "ets"
    least: ClassVar[int] = 7  # statsforecast asks for four periods more than a level and its weight are
    error: Part = knob(
        "auto", "Error", "How the noise enters: added, or in proportion to the level.", choices=get_args(Part),
        search=among("auto", "additive", "multiplicative", neutral=True),
    )  # fmt: skip
    trend: Trend = knob(
        "auto", "Trend", "None, a straight one, or one that levels off ahead.", choices=get_args(Trend),
        search=among("none", "damped", "additive", "auto"),
    )  # fmt: skip
    season: Part = knob(
        "auto", "Season", "None, the same amount or the same share in each season.", choices=get_args(Part),
        search=among("none", "additive", "multiplicative", "auto"),
    )  # fmt: skip

    def path(self, history: np.ndarray, season: int, horizon: int) -> Path:
        from statsforecast.models import AutoETS

        damped = {"auto": None, "damped": True}.get(self.trend, False)
        letters = _LETTERS[self.error] + _LETTERS[self.trend]
        if season > LONGEST_SEASON:
            return deseasoned(history, season, horizon, AutoETS(model=f"{letters}N", damped=damped))
        seasonal = self.season if season > 1 else "none"
        try:
            model = AutoETS(season, model=letters + _LETTERS[seasonal], damped=damped).fit(history)
        except NotImplementedError:  # "tiny datasets": fewer periods than four more than there are parameters
            if seasonal == self.trend == "none":
                raise
            simpler = replace(self, season="none") if seasonal != "none" else replace(self, trend="none")
            return simpler.path(history, season, horizon)
        told, found = _ets(model.model_), model.model_
        mean = model.predict(horizon)["mean"]
        size = float(np.mean(mean)) if told.relative else 1.0  # errors in proportion to the level are told in shares of it
        return Path(mean, found["fitted"], shocks_kept(found["par"], season, horizon), told, told.sigma * abs(size))


@dataclass(frozen=True)
class Theta(PerSeries):
    """The Theta method: half the long trend, half exponential smoothing, on deseasonalised sales.

    `model` is STM (standard), OTM (optimised), DSTM, DOTM (dynamic), or auto for the best in sample. Assimakopoulos and
    Nikolopoulos (2000); Fiorucci, Pellegrini, Louzada, Petropoulos and Koehler (2016).
    """

    name: ClassVar[str] = "theta"
    model: Variant = knob(
        "auto",
        "Variant",
        "Standard, optimised, or their dynamic forms; automatic takes the best fit.",
        choices=get_args(Variant),
        search=among("STM", "OTM", "DSTM", "DOTM", "auto"),
    )
    decomposition: Decomposition = knob(
        "auto", "Season", "The same amount or the same share in each season.", choices=get_args(Decomposition),
        search=among("additive", "multiplicative", "auto", neutral=True),
    )  # fmt: skip

    def path(self, history: np.ndarray, season: int, horizon: int) -> Path:
        from statsforecast.models import AutoTheta

        kind = None if self.model == "auto" else self.model
        if season > LONGEST_SEASON:
            return deseasoned(history, season, horizon, AutoTheta(1, model=kind))
        unit = noise(history, season)
        model = AutoTheta(season, decomposition_type=self._decomposition(history, season), model=kind).fit(history / unit)
        found = model.model_
        fitted = _settled(unit * found["fitted"], history)
        told = Described(
            f"{found['modeltype']} of Theta",
            (("alpha", float(found["par"]["alpha"]), float("nan")), ("theta", float(found["par"]["theta"]), float("nan"))),
            sigma=float(np.nanstd(history - fitted)),
        )
        return Path(unit * model.predict(horizon)["mean"], fitted, _share(found["par"]["alpha"]), told)

    def _decomposition(self, history: np.ndarray, season: int) -> str:
        if self.decomposition != "auto":
            return self.decomposition
        return "multiplicative" if history.min() > 0 and shares_hold(history, season) else "additive"


@dataclass(frozen=True)
class CES(PerSeries):
    """Complex exponential smoothing: level and season without a choice of components. Svetunkov, Kourentzes and Ord (2022)."""

    name: ClassVar[str] = "ces"
    least: ClassVar[int] = 5

    def path(self, history: np.ndarray, season: int, horizon: int) -> Path:
        from statsforecast.models import AutoCES

        if season > LONGEST_SEASON:
            return deseasoned(history, season, horizon, AutoCES(1))
        model = AutoCES(season).fit(history)
        return Path(model.predict(horizon)["mean"], model.model_["fitted"], MEMORY, _ces(model.model_))


@dataclass(frozen=True)
class MSTL(PerSeries):
    """Several seasons at once (an hour of the day and of the week), each taken off by Loess, the rest by ETS.

    `season_lengths`: when not given, the panel's season, and a week beside it for hours. Bandara, Hyndman and Bergmeir (2021).
    """

    name: ClassVar[str] = "mstl"
    season_lengths: tuple[int, ...] = knob(
        (), "Season lengths", "Periods of each season, with commas: 7, 364 for the week and the year."
    )

    def path(self, history: np.ndarray, season: int, horizon: int) -> Path:
        from statsforecast.models import AutoETS

        wanted = self.season_lengths or ((season, 7 * season) if season == LONGEST_SEASON else (season,))
        lengths = [length for length in wanted if length > 1 and 2 * length < len(history)]
        if not lengths:
            return ETS().path(history, 1, horizon)
        return deseasoned(history, lengths, horizon, AutoETS(model="ZZN"))


def shares_hold(history: np.ndarray, season: int) -> bool:
    """Whether each time of the season has a share of sales to speak of, or a small one that is much the same each time.

    >>> weeks = np.tile([9.0, 9, 9, 0.5], 6)
    >>> shares_hold(weeks, season=4), shares_hold(np.append(weeks[:-1], 5.0), season=4)
    (True, False)
    """
    seasons = history[len(history) % season :].reshape(-1, season)
    shares = seasons / seasons.mean(axis=1, keepdims=True)  # a trend is no unsteadiness
    usual = shares.mean(axis=0)
    return bool((shares.max(axis=0) <= _STEADY * usual)[usual < _QUIET].all())


def noise(history: np.ndarray, season: int) -> float:
    """About the standard deviation of what neither trend nor season explain, at least a thousandth of the mean size.

    The unit in which Theta is fitted: its search for the smoothing weights ends at an absolute change of the squared error, so
    that in units of the level it would stop at its starting values on any smooth series (2 to 3 % of the MASE on M3's months).

    >>> round(noise(np.array([10.0, 20, 10, 22, 10, 20, 10, 22]), season=2), 2)
    0.98
    """
    changes = np.diff(history[season:] - history[:-season])
    return float(max(np.std(changes) / 2, 1e-3 * np.abs(history).mean()))


def deseasoned(history: np.ndarray, season: int | list[int], horizon: int, rest: Any) -> Path:
    """The seasons taken off by Loess and carried on as they were last, the rest forecast by a statsforecast model.

    Smooth curves are worked out at every few points and drawn straight between, as in R's stl, at half the cost.
    """
    from statsforecast.models import MSTL as Library  # noqa: N811 - the method's own name

    longest = max(season) if isinstance(season, list) else season
    jumps = {"trend_jump": max(1, longest // 10), "low_pass_jump": max(1, longest // 10)}
    model = Library(season, trend_forecaster=rest, stl_kwargs=jumps).fit(history)
    return Path(model.predict(horizon)["mean"], model.predict_in_sample()["fitted"])


def shocks_kept(parameters: np.ndarray, season: int, horizon: int) -> np.ndarray:
    """How much of a one-step shock an ETS still carries after 0, 1, 2, ... steps, shape (horizon,).

    `parameters` begin with alpha, beta, gamma and phi, NaN where it has none. FPP3, section 8.7: the variance of models with
    additive parts, which is close for those that multiply.

    >>> shocks_kept(np.array([0.5, 0.1, np.nan, np.nan]), season=1, horizon=4).round(3).tolist()
    [1.0, 0.6, 0.7, 0.8]
    """
    alpha, beta, gamma, phi = (float(value) for value in parameters[:4])
    steps = np.arange(horizon)
    damping = 1.0 if np.isnan(phi) else phi
    grown = np.concatenate([[0.0], np.cumsum(damping ** steps[1:])])
    kept = alpha + np.nan_to_num(beta) * grown + np.nan_to_num(gamma) * ((steps > 0) & (steps % season == 0))
    return np.where(steps == 0, 1.0, kept)


def _ets(fit: dict[str, Any]) -> Described:
    """Form, smoothing weights and criteria of an ETS; `par` begins with alpha, beta, gamma and phi, NaN where it has none."""
    weights = zip(("alpha", "beta", "gamma", "phi"), fit["par"], strict=False)
    return Described(
        form=str(fit["method"]),
        parameters=tuple((name, float(value), float("nan")) for name, value in weights if np.isfinite(value)),
        sigma=float(np.sqrt(fit["sigma2"])),
        log_likelihood=float(fit["loglik"]),
        count=round((fit["aic"] + 2 * fit["loglik"]) / 2),
        observed=len(fit["residuals"]),
        relative=fit["components"][0] == "M",
    )


def _ces(fit: dict[str, Any]) -> Described:
    return Described(
        form=f"CES ({_SEASONS.get(fit['seasontype'], 'its own kind of')} season)",
        parameters=tuple((name, float(value), float("nan")) for name, value in fit["par"].items()),
        sigma=float(np.sqrt(fit["sigma2"])),
        log_likelihood=float(fit["loglik"]),
        count=round((fit["aic"] + 2 * fit["loglik"]) / 2),
        observed=int(fit["n"]),
    )


def _settled(fitted: np.ndarray, history: np.ndarray) -> np.ndarray:
    """Fitted values without those of the first two periods that start far off, such as -16,672 where 59 to 218 are sold.

    >>> _settled(np.array([-900.0, 2.5, 3.5]), np.array([1.0, 2.0, 4.0])).tolist()
    [nan, 2.5, 3.5]
    """
    started = np.arange(len(history)) >= 2
    return np.where(started | (np.abs(history - fitted) <= np.ptp(history)), fitted, np.nan)


def _share(alpha: float) -> float:
    return float(min(max(alpha, 0.0), 1.0))
