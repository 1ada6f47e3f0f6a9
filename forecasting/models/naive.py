"""The baselines every other model has to beat: seasonal naive, window mean, seasonal mean."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from forecasting.core.forecast import Forecast, Gaussian
from forecasting.core.frequency import grain
from forecasting.core.knob import between, check_knobs, knob
from forecasting.core.model import Failure
from forecasting.core.panel import Panel
from forecasting.features.newcomers import tempered


@dataclass(frozen=True)
class SeasonalNaive:
    """The same period one season ago: last Monday for Monday, last January for January.

    A missing period takes the value of the season before it. Hyndman and Athanasopoulos, Forecasting: Principles and Practice,
    3rd ed., section 5.2.

    >>> sales = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=14), "y": range(14)})
    >>> SeasonalNaive().fit(Panel.build(sales)).forecast(3).mean.tolist()
    [[7.0, 8.0, 9.0]]
    """

    name: ClassVar[str] = "seasonal_naive"
    season_length: int | None = knob(
        None, "Season length", "Periods until the pattern repeats: 7 for days, 12 for months.", low=1, high=8784
    )

    def __post_init__(self) -> None:
        check_knobs(self)

    def fit(self, panel: Panel) -> "FittedCycle":
        season = self.season_length or panel.season_length
        seasons = _by_season(panel.matrix(), season)
        filled = _carried_forward(seasons)
        previous = np.concatenate([np.full_like(filled[:, :1], np.nan), filled[:, :-1]], axis=1)
        cycle = _completed(filled[:, -1])
        return FittedCycle(self.name, panel, cycle=cycle, expected=_by_period(previous, panel), memory=1.0)


@dataclass(frozen=True)
class WindowMean:
    """The mean of the last `window` periods for every period ahead (28 days, 13 weeks or 6 months when not given).

    A SKU that was only just listed is drawn toward the shop's usual level, see `features.newcomers`.
    """

    name: ClassVar[str] = "window_mean"
    window: int | None = knob(
        None, "Window", "How many of the last periods are averaged.", low=1, high=1000, search=between(200, 3, log=True)
    )

    def __post_init__(self) -> None:
        check_knobs(self)

    def fit(self, panel: Panel) -> "FittedCycle":
        window = self.window or grain(panel.freq).horizon
        history = pd.DataFrame(panel.matrix().T)
        means = history.rolling(window, min_periods=1).mean().ffill()
        level = tempered(means.to_numpy()[-1], history.notna().sum().to_numpy())
        return FittedCycle(self.name, panel, level[:, None], means.shift().to_numpy().T, memory=1.0 / window)


@dataclass(frozen=True)
class WeekdayMean:
    """The mean of the same period over the last `seasons` seasons: of the last four Mondays for Monday."""

    name: ClassVar[str] = "weekday_mean"
    seasons: int = knob(
        4, "Seasons", "How many of the last seasons are averaged.", low=1, high=52, search=between(26, 1, log=True)
    )

    def __post_init__(self) -> None:
        check_knobs(self)

    def fit(self, panel: Panel) -> "FittedCycle":
        seasons = _by_season(panel.matrix(), panel.season_length).transpose(1, 0, 2)
        history = pd.DataFrame(seasons.reshape(len(seasons), -1))
        means = history.rolling(self.seasons, min_periods=1).mean().ffill()
        expected = means.shift().to_numpy().reshape(seasons.shape).transpose(1, 0, 2)
        cycle = _completed(means.to_numpy().reshape(seasons.shape)[-1])
        return FittedCycle(self.name, panel, cycle, _by_period(expected, panel), memory=1.0 / self.seasons)


@dataclass(frozen=True, eq=False)
class FittedCycle:
    """One cycle of values, repeated into the future.

    `cycle` (SKUs, season) starts right after the cutoff, `expected` (SKUs, periods) is what the same rule said one step ahead
    in the past, `memory` how much of each shock stays in the level.
    """

    name: str
    panel: Panel
    cycle: np.ndarray
    expected: np.ndarray
    memory: float
    failures: tuple[Failure, ...] = ()

    def forecast(self, horizon: int, future: pd.DataFrame | None = None) -> Forecast:  # noqa: ARG002 - the past is all it uses
        season = self.cycle.shape[1]
        mean = np.nan_to_num(self.cycle)[:, np.arange(horizon) % season]
        psi = np.zeros((len(self.panel), horizon))
        psi[:, season::season] = self.memory
        psi[:, 0] = 1.0
        return Forecast(
            model=self.name,
            cutoff=self.panel.last,
            ids=self.panel.ids,
            dates=self.panel.future_dates(horizon),
            mean=np.maximum(mean, 0.0),
            errors=Gaussian(sigma=self._sigma(), psi=psi),
        )

    def residuals(self) -> pd.DataFrame:
        rows = self.panel.frame[["unique_id", "ds", "y"]]
        return rows.assign(fitted=self.panel.rows(self.expected)).dropna().reset_index(drop=True)

    def _sigma(self) -> np.ndarray:
        """Root mean square of the errors made so far; where there were none, as much as is expected itself."""
        squared = (self.panel.matrix() - self.expected) ** 2
        count = (~np.isnan(squared)).sum(axis=1)
        unknown = np.abs(np.nan_to_num(self.cycle)).mean(axis=1)
        return np.where(count > 0, np.sqrt(np.nansum(squared, axis=1) / np.maximum(count, 1)), unknown)


def _by_season(history: np.ndarray, season: int) -> np.ndarray:
    """(SKUs, periods) -> (SKUs, seasons, season), padded with NaN in front so that the last season is whole."""
    count, width = history.shape
    padding = np.full((count, -width % season), np.nan)
    return np.concatenate([padding, history], axis=1).reshape(count, -1, season)


def _by_period(seasons: np.ndarray, panel: Panel) -> np.ndarray:
    return seasons.reshape(len(panel), -1)[:, -len(panel.calendar) :]


def _completed(cycle: np.ndarray) -> np.ndarray:
    """A history shorter than a season leaves periods unknown; they take the mean of the known ones, not zero."""
    known = ~np.isnan(cycle)
    mean = np.where(known, cycle, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.where(known, cycle, mean[:, None])


def _carried_forward(seasons: np.ndarray) -> np.ndarray:
    """Each missing value replaced by the one a season earlier."""
    steps = np.where(np.isnan(seasons), 0, np.arange(seasons.shape[1])[None, :, None])
    return np.take_along_axis(seasons, np.maximum.accumulate(steps, axis=1), axis=1)
