"""The grain of a calendar: what one period is, how it repeats, and how far ahead people plan in it.

A frequency is a pandas offset alias. Every period is named by the timestamp on which it begins: a week of `W-MON` by its
Monday, a month of `MS` by its first day.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core.errors import PanelInvalid

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_DAY = 86_400
_SPELLINGS = {
    "W": "W-MON",
    "H": "h",
    "M": "MS",
    "ME": "MS",
    "Q": "QS",
    "QE": "QS",
    "Y": "YS",
    "YE": "YS",
    "A": "YS",
    "T": "min",
}


@dataclass(frozen=True)
class Grain:
    """What the rest of the house needs to know of a frequency."""

    noun: str
    season_length: int
    horizon: int


_GRAINS = {
    "h": Grain("hour", 24, 48),
    "D": Grain("day", 7, 28),
    "B": Grain("business day", 5, 20),
    "W": Grain("week", 52, 13),
    "MS": Grain("month", 12, 6),
    "QS": Grain("quarter", 4, 4),
    "YS": Grain("year", 1, 2),
}


def normalise_freq(freq: str) -> str:
    """The house's spelling of a pandas alias: `W` is `W-MON`, ends of months and quarters become their starts.

    Raises PanelInvalid when pandas does not know the alias.

    >>> normalise_freq("M"), normalise_freq("W"), normalise_freq("W-SUN")
    ('MS', 'W-MON', 'W-SUN')
    """
    head = freq.split("-")[0]
    alias = freq if head == "W" and "-" in freq else _SPELLINGS.get(head, head if head in _GRAINS else freq)
    try:
        pd.tseries.frequencies.to_offset(alias)
    except ValueError:
        raise PanelInvalid(f"The frequency '{freq}' is not known; use D, W, MS, QS, YS or h.") from None
    return alias


def grain(freq: str) -> Grain:
    """Noun, season length and default horizon of a frequency.

    >>> grain("W-SUN").noun, grain("D").season_length, grain("D").horizon
    ('week', 7, 28)
    """
    alias = normalise_freq(freq)
    known = _GRAINS.get(alias.split("-")[0])
    if known is not None:
        return known
    seconds = pd.Timedelta(alias if alias[0].isdigit() else f"1{alias}").total_seconds()
    per_day = max(1, round(_DAY / seconds))
    return Grain("period", per_day, 2 * per_day if per_day > 1 else 12)


def season_length(freq: str) -> int:
    """Periods after which the main pattern repeats: 7 for days, 52 for weeks, 12 for months, 24 for hours.

    >>> season_length("MS")
    12
    """
    return grain(freq).season_length


def infer_freq(dates: pd.Series | pd.DatetimeIndex) -> str:
    """The frequency on whose grid most of the given timestamps lie, judged by the commonest step between distinct ones.

    Shops close and rows go missing, so a single gap decides nothing. One timestamp alone is taken for a day.

    >>> infer_freq(pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01", "2024-05-01"]))
    'MS'
    >>> infer_freq(pd.to_datetime(["2024-01-07", "2024-01-14", "2024-01-28"]))
    'W-SUN'
    """
    distinct = pd.DatetimeIndex(dates).dropna().unique().sort_values()
    if len(distinct) < 2:
        return "D"
    seconds = np.diff(distinct.to_numpy().astype("datetime64[s]").astype("int64"))
    values, counts = np.unique(seconds, return_counts=True)
    step = int(values[counts.argmax()]) if counts.max() > 0.3 * len(seconds) else int(np.median(seconds))
    return _freq_of_step(step, distinct)


def _freq_of_step(step: int, distinct: pd.DatetimeIndex) -> str:
    if step < _DAY:
        return "h" if step >= 3_600 else f"{max(1, step // 60)}min"
    days = step / _DAY
    weekdays = np.bincount(distinct.dayofweek, minlength=7)
    if 6.5 <= days <= 7.5 and weekdays.max() >= 0.9 * len(distinct):
        return f"W-{WEEKDAYS[int(weekdays.argmax())]}"
    if 27 <= days <= 32:
        return "MS"
    if 85 <= days <= 95:
        return "QS"
    return "YS" if 360 <= days <= 370 else "D"


def to_period_start(dates: pd.Series, freq: str) -> pd.Series:
    """Each timestamp moved back to the start of its period; nothing moves forward, so nothing moves into the future.

    >>> to_period_start(pd.Series(pd.to_datetime(["2024-02-29", "2024-03-03"])), "W-MON").dt.strftime("%F").tolist()
    ['2024-02-26', '2024-02-26']
    """
    alias = normalise_freq(freq)
    head = alias.split("-")[0]
    if head == "W":
        anchor = WEEKDAYS.index(alias.split("-")[1])
        midnight = dates.dt.normalize()
        return midnight - pd.to_timedelta((midnight.dt.dayofweek - anchor) % 7, unit="D")
    if head in ("MS", "QS", "YS"):
        return dates.dt.to_period(head[0]).dt.start_time
    return dates.dt.floor("D" if head == "B" else alias)
