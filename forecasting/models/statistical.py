"""One series at a time: how the statistical families run over a Panel, and what they do where a series gives too little.

A family is a spec with a `path`: what it says about one clean series. Everything else (gaps, dead beginnings, short series,
many cores, failures) is here, once for all of them.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd

from forecasting.core.counts import Counts
from forecasting.core.errors import SpecInvalid
from forecasting.core.forecast import Errors, Forecast, Gaussian
from forecasting.core.frequency import grain
from forecasting.core.knob import check_knobs
from forecasting.core.model import Failure
from forecasting.core.panel import Panel
from forecasting.core.parallel import chunk_size, spread
from forecasting.core.progress import report
from forecasting.features.newcomers import tempered
from forecasting.models.described import Described

LONGEST = 1_500  # periods: the smoothing weights of anything older are nothing, its cost is not
SHORTEST = 4
MEMORY = 0.1
_CHUNK = 50
_WORTHWHILE = 2  # chunks for each process: starting one costs more than 100 quick series


@dataclass(frozen=True, eq=False)
class Path:
    """What a method says about one series: `mean` (horizon,) ahead, `fitted` (periods,) one step ahead in the past.

    `memory` is the share of a one-step shock that is still there later: one for all steps, or (horizon,), after 0, 1, 2 ... of
    them; the spread of the errors grows with it. `sigma` is the standard deviation of a one-step shock, that of
    the errors in the past where it is None. `told` is the fit as an analyst reads it, where the method says so much.
    """

    mean: np.ndarray
    fitted: np.ndarray
    memory: float | np.ndarray = MEMORY
    told: Described | None = None
    sigma: float | None = None

    @property
    def psi(self) -> np.ndarray:
        """Weights of the moving-average form, shape (horizon,)."""
        psi = np.broadcast_to(np.asarray(self.memory, dtype=float), self.mean.shape).copy()
        psi[:1] = 1.0
        return psi

    def times(self, level: float) -> "Path":
        """The same of a series that is larger by this factor, kept at zero at least."""
        return replace(
            self,
            mean=np.maximum(np.asarray(self.mean, dtype=float) * level, 0.0),
            fitted=np.asarray(self.fitted, dtype=float) * level,
            told=self.told.times(level) if self.told else None,
            sigma=None if self.sigma is None else self.sigma * level,
        )


@dataclass(frozen=True)
class PerSeries:
    """What a spec that looks at one series at a time derives from: it adds a name, its own knobs, and `path`.

    `season_length` and `horizon` are those of the panel when None; `jobs` is the number of cores.

    >>> @dataclass(frozen=True)
    ... class Last(PerSeries):
    ...     name: ClassVar[str] = "last"
    ...
    ...     def path(self, history: np.ndarray, season: int, horizon: int) -> Path:
    ...         return Path(np.full(horizon, history[-1]), np.concatenate([[np.nan], history[:-1]]))
    >>> sales = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=9), "y": [1.0, 2, 3] * 3})
    >>> Last().fit(Panel.build(sales)).forecast(2).mean.round(6).tolist()
    [[3.0, 3.0]]
    """

    name: ClassVar[str]
    counts: ClassVar[bool] = False  # whether whole units are spread as counts are
    least: ClassVar[int] = SHORTEST  # periods since the first sale below which their mean has to do
    season_length: int | None = None
    horizon: int | None = None
    jobs: int = 1

    def __post_init__(self) -> None:
        check_knobs(self)

    def fit(self, panel: Panel) -> "FittedSeries":
        """Run over every series of the panel; see `fit_each`."""
        return fit_each(self, panel)

    def path(self, history: np.ndarray, season: int, horizon: int) -> Path:
        """`history` has no gaps, begins with its first sale, has mean 1 and is not constant; `season` is 1 or fits twice."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it expects of a series.")


@dataclass(frozen=True, eq=False)
class FittedSeries:
    """Forecasts of every series up to a horizon; a longer one is computed when it is asked for.

    `mean` and the weights `psi` of the errors' moving-average form are (SKUs, horizon), `expected` of the past (SKUs, periods),
    `sigma` (SKUs,) is the size of one-step shocks, NaN where that of the past errors counts.
    """

    spec: PerSeries
    panel: Panel
    mean: np.ndarray
    expected: np.ndarray
    psi: np.ndarray
    sigma: np.ndarray
    failures: tuple[Failure, ...]
    told: tuple[Described | None, ...] = ()

    def forecast(self, horizon: int, future: pd.DataFrame | None = None) -> Forecast:  # noqa: ARG002 - the past is all it uses
        if horizon > self.mean.shape[1]:
            return replace(self.spec, horizon=horizon).fit(self.panel).forecast(horizon)
        reasons = {failure.unique_id: failure.reason for failure in self.failures}
        return Forecast(
            model=self.spec.name,
            cutoff=self.panel.last,
            ids=self.panel.ids,
            dates=self.panel.future_dates(horizon),
            mean=self.mean[:, :horizon],
            errors=self._errors(horizon),
            flags=tuple(reasons.get(unique_id, "") for unique_id in self.panel.ids),
        )

    def residuals(self) -> pd.DataFrame:
        rows = self.panel.frame[["unique_id", "ds", "y"]]
        return rows.assign(fitted=self.panel.rows(self.expected)).dropna().reset_index(drop=True)

    def summary(self, unique_id: str) -> str:
        told = dict(zip(self.panel.ids, self.told, strict=False)).get(unique_id)
        reasons = {failure.unique_id: failure.reason for failure in self.failures}
        if told is None:
            return f"{unique_id}: {reasons.get(unique_id, 'this fit has no parameters')}."
        return told.text(unique_id)

    def _errors(self, horizon: int) -> Errors:
        history = self.panel.matrix()
        if self.spec.counts and not np.nansum((history < 0) | (history != np.round(history)) & ~np.isnan(history)):
            return Counts.of(history, self.expected)
        return Gaussian(sigma=self._sigma(history), psi=self.psi[:, :horizon])

    def _sigma(self, history: np.ndarray) -> np.ndarray:
        squared = (history - self.expected) ** 2
        past = np.sqrt(np.nansum(squared, axis=1) / np.maximum((~np.isnan(squared)).sum(axis=1), 1))
        return np.where(np.isnan(self.sigma), past, self.sigma)


def fit_each(spec: PerSeries, panel: Panel) -> FittedSeries:
    """Run a spec over every series of the panel, on `spec.jobs` cores.

    A series with fewer periods since its first sale than the spec's `least`, four or more, or on which the method breaks down,
    gets the mean of its last season and a Failure. Raises SpecInvalid when the season length or horizon is below 1.
    """
    season = panel.season_length if spec.season_length is None else spec.season_length
    horizon = grain(panel.freq).horizon if spec.horizon is None else spec.horizon
    for what, value in (("season length", season), ("horizon", horizon)):
        if value < 1:
            raise SpecInvalid(f"The {what} is {value}; it must be 1 or more.")
    history = panel.matrix()
    paths, reasons = [], []
    for path, reason in _each(spec, history, season, horizon):
        paths.append(path)
        reasons.append(reason)
    failures = tuple(Failure(unique_id, reason) for unique_id, reason in zip(panel.ids, reasons, strict=True) if reason)
    mean, psi = np.stack([path.mean for path in paths]), np.stack([path.psi for path in paths])
    sigma = np.array([path.sigma for path in paths], dtype=float)  # None becomes NaN
    told = tuple(path.told for path in paths)
    expected = _aligned(paths, history.shape)
    return FittedSeries(spec, panel, mean * _restraint(mean, history), expected, psi, sigma, failures, told)


def one(spec: PerSeries, history: np.ndarray, season: int, horizon: int) -> tuple[Path, str]:
    """The path of one raw series (periods; NaN = missing), and the reason when a simpler method had to stand in.

    >>> from forecasting.models.intermittent import CrostonSBA
    >>> path, reason = one(CrostonSBA(), np.array([0.0, 0, 0]), season=7, horizon=2)
    >>> path.mean.tolist(), reason
    ([0.0, 0.0], '')
    """
    sold = np.flatnonzero(history > 0)
    series = filled(history[sold[0] :], season)[-LONGEST:] if len(sold) else np.zeros(1)
    level = np.abs(series).mean()  # the mean itself is below zero where more comes back than is sold
    if np.ptp(series) == 0 and (len(series) >= SHORTEST or level == 0):
        return _constant(series.mean(), len(series), horizon), ""
    if len(series) < spec.least:
        return _short(series, season, horizon), f"only {len(series)} periods since the first sale; their mean is used"
    cycle = season if len(series) > 2 * season else 1
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            path = spec.path(series / level, cycle, horizon)
    except Exception as error:  # noqa: BLE001 - libraries break down on odd series in ways nobody lists; the batch goes on
        return _short(series, season, horizon), f"{spec.name} broke down ({type(error).__name__}); the last mean is used"
    path = path.times(level)
    if not np.isfinite(path.mean).all() or path.mean.max() > 20 * series.max():
        return _short(series, season, horizon), f"{spec.name} ran away; the last mean is used"
    return replace(path, mean=np.minimum(path.mean, _fastest(series, cycle, horizon))), ""


def filled(series: np.ndarray, season: int) -> np.ndarray:
    """A series without gaps: a missing period becomes the mean of its neighbours one season before and after.

    Where those are missing too, it is drawn on the line between the nearest known ones; at the end the last one is carried on.

    >>> filled(np.array([1.0, 5.0, np.nan, 5.0, 3.0, 5.0]), season=2).tolist()
    [1.0, 5.0, 2.0, 5.0, 3.0, 5.0]
    """
    gaps = np.isnan(series)
    if not gaps.any():
        return series
    padded = np.concatenate([np.full(season, np.nan), series, np.full(season, np.nan)])
    beside = np.stack([padded[: len(series)], padded[2 * season :]])
    known = ~np.isnan(beside)
    seasonal = np.divide(
        np.where(known, beside, 0).sum(axis=0), known.sum(axis=0), out=series.copy(), where=gaps & known.any(axis=0)
    )
    holes = np.isnan(seasonal)
    index = np.arange(len(series))
    return np.where(holes, np.interp(index, index[~holes], seasonal[~holes]), seasonal)


def _each(spec: PerSeries, history: np.ndarray, season: int, horizon: int) -> Iterator[tuple[Path, str]]:
    size = chunk_size(_CHUNK, len(history))
    chunks = [history[start : start + size] for start in range(0, len(history), size)]
    done = 0
    for told in spread(_Work(spec, season, horizon), chunks, spec.jobs, worthwhile=_WORTHWHILE):
        done += len(told.reasons)
        report(done / len(history), f"{done:,} of {len(history):,} SKUs")
        yield from told.each()


@dataclass(frozen=True)
class _Work:
    """What is done with a chunk of series (series, periods)."""

    spec: PerSeries
    season: int
    horizon: int

    def __call__(self, history: np.ndarray) -> "Told":
        return Told.of([one(self.spec, series, self.season, self.horizon) for series in history])


@dataclass(frozen=True, eq=False)
class Told:
    """The paths of a chunk of series, laid together: `fitted` holds them one after the other, `lengths` how long each is."""

    mean: np.ndarray
    fitted: np.ndarray
    lengths: np.ndarray
    psi: np.ndarray
    sigma: np.ndarray
    reasons: tuple[str, ...]
    described: tuple[Described | None, ...]

    @classmethod
    def of(cls, pairs: list[tuple[Path, str]]) -> "Told":
        paths = [path for path, _ in pairs]
        return cls(
            np.stack([path.mean for path in paths]),
            np.concatenate([path.fitted for path in paths]),
            np.array([len(path.fitted) for path in paths]),
            np.stack([path.psi for path in paths]),
            np.array([path.sigma for path in paths], dtype=float),
            tuple(reason for _, reason in pairs),
            tuple(path.told for path in paths),
        )

    def each(self) -> Iterator[tuple[Path, str]]:
        """The path of each series, and the reason when a simpler method had to stand in."""
        fitted = np.split(self.fitted, np.cumsum(self.lengths)[:-1])
        for number, (mean, known, reason) in enumerate(zip(self.mean, fitted, self.reasons, strict=True)):
            sigma = None if np.isnan(self.sigma[number]) else float(self.sigma[number])
            yield Path(mean, known, self.psi[number], self.described[number], sigma), reason


def _restraint(mean: np.ndarray, history: np.ndarray) -> np.ndarray:
    """What the forecast of each SKU is multiplied by: less than 1 where a newcomer starts high, shape (SKUs, 1)."""
    level = mean.mean(axis=1)
    periods = (np.maximum.accumulate(history > 0, axis=1) & ~np.isnan(history)).sum(axis=1)
    return np.divide(tempered(level, periods), level, out=np.ones_like(level), where=level > 0)[:, None]


def _fastest(series: np.ndarray, season: int, horizon: int) -> np.ndarray:
    """The most that is believed of each step ahead: growth twice as fast as in all of the history, shape (horizon,).

    From a few rising periods some methods learn to multiply: twelve months that rise by 15 became 1,780 after two years, where
    a straight line gives 570.

    >>> _fastest(np.array([1.0, 2.0, 3.0, 4.0]), season=1, horizon=2).tolist()
    [7.0, 8.5]
    """
    ahead = np.arange(1, horizon + 1) + season
    return np.asarray(series.max() + 2 * np.ptp(series) * ahead / len(series))


def _constant(level: float, length: int, horizon: int) -> Path:
    return Path(np.full(horizon, level), np.full(length, level))


def _short(series: np.ndarray, season: int, horizon: int) -> Path:
    """The mean of the last season, with the spread around it; a single period errs by as much as it sold itself."""
    recent = series[-max(season, SHORTEST) :]
    level, count = max(recent.mean(), 0.0), len(recent)
    sigma = float(np.std(recent, ddof=1) * np.sqrt(1 + 1 / count)) if count > 1 else level
    return Path(np.full(horizon, level), np.full(len(series), np.nan), sigma=sigma)


def _aligned(paths: list[Path], shape: tuple[int, int]) -> np.ndarray:
    """What was expected of every period, at the end of which all series meet, shape (SKUs, periods)."""
    expected = np.full(shape, np.nan)
    for row, path in zip(expected, paths, strict=True):
        row[len(row) - len(path.fitted) :] = path.fitted
    return expected
