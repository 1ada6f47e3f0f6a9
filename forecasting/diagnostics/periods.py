"""After how many periods sales repeat: peaks of the periodogram that the ACF confirms."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.tsa.stattools import acf

from forecasting.core.frequency import grain, season_length
from forecasting.diagnostics.gaps import bridged, is_flat, too_few

LEAST = 16
_CHANCE = 0.01
_NORMAL = 2.576  # of a lag that was chosen among several
_NEAR = 0.06
_CYCLES = 2.4  # how often a period must have been seen
_SEASONS = {"h": (24, 168), "D": (7, 365), "B": (5, 261)}
_NAMES: dict[str, dict[float, str]] = {
    "h": {24: "day", 168: "week"},
    "D": {7: "week", 30.4: "month", 91.3: "quarter", 365.25: "year"},
    "B": {5: "week", 21.7: "month", 261: "year"},
    "W": {4.35: "month", 13: "quarter", 52.2: "year"},
    "MS": {3: "quarter", 12: "year"},
    "QS": {4: "year"},
}


@dataclass(frozen=True)
class Period:
    """One length that repeats: `length` in periods, its ACF, its share of the variance, and its name, if it has one."""

    length: int
    correlation: float
    share: float
    name: str


@dataclass(frozen=True, eq=False)
class Periods:
    """`spectrum`: rows `period, share`, the share of the variance in waves of this length; `found`, the strongest first."""

    spectrum: pd.DataFrame
    found: tuple[Period, ...]
    reading: str

    @property
    def lengths(self) -> tuple[int, ...] | None:
        """The lengths that repeat, the strongest first; None where there was nothing to look at."""
        return tuple(one.length for one in self.found) if len(self.spectrum) else None


def seasons_of(freq: str, length: int) -> tuple[int, ...]:
    """The seasons that a series of `length` periods can show, each of them seen more than twice, the shortest first.

    >>> seasons_of("D", 800), seasons_of("D", 100), seasons_of("h", 2_000), seasons_of("YS", 30)
    ((7, 365), (7,), (24, 168), ())
    """
    usual = _SEASONS.get(freq.split("-")[0], (season_length(freq),))
    return tuple(season for season in usual if season > 1 and length > 2 * season)


def find_periods(sales: pd.Series | np.ndarray, freq: str = "D") -> Periods:
    """The periods of a series: where its periodogram stands out from that of an AR(1), and its ACF has a hill.

    After Vlachos, Yu and Castelli (2005), On periodicity detection and structural periodic similarity.

    >>> find_periods(np.tile([1.0, 1, 1, 1, 2, 6, 4], 20)).reading
    'Sales repeat every 7 days (a week).'
    """
    values = bridged(sales).values
    empty = pd.DataFrame({"period": [], "share": []}, dtype=float)
    if len(values) < LEAST:
        return Periods(empty, (), f"{too_few(len(values), grain(freq).noun)} to look for a period.")
    if is_flat(values):
        return Periods(empty, (), "All values are equal, so nothing repeats.")
    rest = _detrended(values)
    if is_flat(np.round(rest, 9)):
        return Periods(empty, (), "After its trend nothing is left that could repeat.")
    share = _periodogram(rest)
    length = len(rest) / np.arange(1, len(share) + 1)
    found = _confirmed(rest, share, freq)
    return Periods(
        pd.DataFrame({"period": length, "share": share})[length <= len(rest) / 2], found, _read(found, freq, len(rest))
    )


def _detrended(values: np.ndarray) -> np.ndarray:
    """Without its line and its scale; single peaks are cut at four robust deviations, as they are part of every wave."""
    time = np.linspace(-1.0, 1.0, len(values))
    rest = values - np.polynomial.Polynomial.fit(time, values, 1)(time)
    spread = 1.4826 * np.median(np.abs(rest - np.median(rest)))
    if spread > 0:
        rest = np.clip(rest, np.median(rest) - 4 * spread, np.median(rest) + 4 * spread)
    return (rest - rest.mean()) / (np.abs(values).max() or 1.0)


def _periodogram(rest: np.ndarray) -> np.ndarray:
    """The share of the variance at the frequencies 1/n, 2/n, ..., which sums to 1."""
    power = np.abs(np.fft.rfft(rest)[1:]) ** 2
    if len(rest) % 2 == 0:
        power[-1] /= 2
    return power / power.sum()


def _confirmed(rest: np.ndarray, share: np.ndarray, freq: str) -> tuple[Period, ...]:
    count = len(rest)
    echo = np.asarray(acf(rest, nlags=int(count / _CYCLES) + 1, fft=True, adjusted=True))
    angle = 2 * np.pi * np.arange(1, len(share) + 1) / count
    memory = float(np.clip(echo[1], 0.0, 0.95))
    background = 1 / (1 + memory**2 - 2 * memory * np.cos(angle))
    known = np.array([bool(_name(freq, count / wave)) for wave in range(1, len(share) + 1)])
    limit = -np.log(np.where(known, _CHANCE, _CHANCE / len(share))) * background / background.sum()
    hills = {_hill(echo, count, int(wave)) for wave in np.flatnonzero(share > limit) + 1} - {0}
    band = _NORMAL * np.sqrt(count) / (count - np.arange(len(echo)))
    waves = {lag for lag in hills if echo[lag] > band[lag]}
    usual = {lag for lag in (_usual_hill(echo, length, band) for length in _NAMES.get(freq.split("-")[0], {})) if lag}
    lags = _distinct(sorted(waves | usual), waves, echo, freq)
    found = [Period(lag, float(echo[lag]), _share_of(share, count, lag), _name(freq, lag)) for lag in lags]
    return tuple(sorted(found, key=lambda one: -one.correlation))


def _usual_hill(echo: np.ndarray, length: float, band: np.ndarray) -> int:
    """The lag of a calendar's own period, if the ACF has a hill there that is high over the valley before it; else 0."""
    low, high = max(2, int(np.ceil(length * (1 - _NEAR)))), min(int(length * (1 + _NEAR)), len(echo) - 2)
    if high < low:
        return 0
    top = low + int(np.argmax(echo[low : high + 1]))
    hill = echo[top] > max(echo[top - 1], echo[top + 1], band[top])
    return top if hill and echo[top] - echo[top // 2 : top].min() > 2 * band[top] else 0


def _distinct(lags: list[int], waves: set[int], echo: np.ndarray, freq: str) -> list[int]:
    """Without multiples of a shorter period that say little more, and without parts of a longer one that say less.

    Lengths with a name stay where they have waves of their own in the periodogram, which a mere multiple has not.
    """
    named = {lag for lag in lags if _name(freq, lag)}
    kept: list[int] = []
    for lag in lags:
        more = 2 / np.sqrt(2 * len(echo)) if lag in named else 0.1
        own = lag in named and lag in waves
        if own or not any(_multiple(lag, one) and echo[lag] < echo[one] + more for one in kept):
            kept.append(lag)
    parts = {one for one in kept for longer in kept if _multiple(longer, one) and echo[one] < echo[longer] - 0.1}
    parts |= {one for one in kept for longer in kept if abs(longer / 2 - one) <= 0.5 and echo[one] < echo[longer]}
    return [lag for lag in kept if lag in named or lag not in parts]


def _hill(echo: np.ndarray, count: int, wave: int) -> int:
    """The lag near n/wave at which the ACF is highest, if that is a hill and not a slope; else 0."""
    low, high = round(count / (wave + 0.7)), round(count / max(wave - 0.7, 0.5))
    low, high = max(low, 2), min(high, len(echo) - 2)
    if high < low:
        return 0
    top = low + int(np.argmax(echo[low : high + 1]))
    return top if echo[top] > echo[top - 1] and echo[top] > echo[top + 1] else 0


def _multiple(lag: int, shorter: int) -> bool:
    return abs(lag / shorter - round(lag / shorter)) <= max(1.01 / shorter, 0.02)


def _share_of(share: np.ndarray, count: int, lag: int) -> float:
    """The share of a period with its harmonics."""
    waves = [round(count * number / lag) for number in range(1, lag // 2 + 1)]
    return float(min(1.0, sum(share[max(wave - 1, 0)] for wave in waves if wave <= len(share))))


def _name(freq: str, lag: float) -> str:
    names = _NAMES.get(freq.split("-")[0], {})
    return next((name for length, name in names.items() if abs(lag / length - 1) <= _NEAR), "")


def _read(found: tuple[Period, ...], freq: str, count: int) -> str:
    if not found:
        return f"Nothing repeats beyond chance.{_seldom(freq, count)}"
    noun = grain(freq).noun
    said = [f"every {one.length} {noun}s{f' (a {one.name})' if one.name else ''}" for one in found[:3]]
    return f"Sales repeat {said[0]}{', and ' + ' and '.join(said[1:]) if said[1:] else ''}.{_seldom(freq, count)}"


def _seldom(freq: str, count: int) -> str:
    """That a usual season may be there, but cannot be told yet, where the series is just long enough to show it.

    >>> _seldom("W-MON", 110), _seldom("W-MON", 104), _seldom("W-MON", 300)
    (' A year was seen only 2.1 times, too seldom to tell.', ' A year was seen only twice, too seldom to tell.', '')
    """
    usual = _SEASONS.get(freq.split("-")[0], (season_length(freq),))
    length = next((one for one in usual if max(one, 2) <= count < _CYCLES * one), 0)
    name = _name(freq, length) if length else ""
    times = round(count / length, 1) if name else 0.0
    often = "once" if times == 1 else "twice" if times == 2 else f"{times} times"
    return f" A {name} was seen only {often}, too seldom to tell." if name else ""
