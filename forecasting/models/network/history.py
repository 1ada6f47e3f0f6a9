"""A panel as the arrays that a network's windows are cut from."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from forecasting.core.panel import Panel
from forecasting.features.events import event_columns

MOST_LEVELS = 200
ENOUGH_YEARS = 2.5
_YEAR = {"h": 8_766, "D": 364, "B": 260, "W": 52, "MS": 12, "QS": 4}
_LONG = ("W", "MS", "QS", "YS")


@dataclass(frozen=True, eq=False)
class History:
    """Arrays of N SKUs over T periods of history and H periods ahead.

    `sales` (N, T) in units, 0 where nothing is known; `seen` (N, T) says where something is; `calendar` (T + H, C) describes
    the periods and `topics` (C,) names what each input is about, `known` (N, T + H, K) the planned regressors, `codes` (N, A)
    the attributes (0 = unknown).
    """

    sales: np.ndarray
    seen: np.ndarray
    calendar: np.ndarray
    topics: tuple[str, ...]
    known: np.ndarray
    codes: np.ndarray
    season: int
    year: int

    @property
    def periods(self) -> int:
        """Number of periods of history."""
        return self.sales.shape[1]

    @cached_property
    def sums(self) -> np.ndarray:
        """Units sold before each period, shape (N, T + 1)."""
        return _running(self.sales)

    @cached_property
    def counts(self) -> np.ndarray:
        """Periods seen before each period, shape (N, T + 1)."""
        return _running(self.seen)

    @cached_property
    def sold(self) -> np.ndarray:
        """Periods with a sale before each period, shape (N, T + 1)."""
        return _running(self.sales > 0)

    def mean(self, rows: np.ndarray, origins: np.ndarray, width: int | None = None) -> np.ndarray:
        """Mean units of the last `width` periods seen before each origin, of all of them when not given; 0 for none."""
        start = np.zeros_like(origins) if width is None else np.maximum(origins - width, 0)
        total = self.sums[rows, origins] - self.sums[rows, start]
        count = self.counts[rows, origins] - self.counts[rows, start]
        return total / np.maximum(count, 1.0)

    def shop_mean(self, origins: np.ndarray, width: int) -> np.ndarray:
        """Mean units of all SKUs over the last `width` periods before each origin; 0 for none."""
        start = np.maximum(origins - width, 0)
        total, count = self._shop
        return (total[origins] - total[start]) / np.maximum(count[origins] - count[start], 1.0)

    @cached_property
    def _shop(self) -> tuple[np.ndarray, np.ndarray]:
        return self.sums.sum(axis=0), self.counts.sum(axis=0)


def history_of(panel: Panel, horizon: int) -> History:
    """The arrays of a panel, with room for the planned regressors of the periods ahead (filled with 0 = as usual)."""
    sales = panel.matrix()
    seen = ~np.isnan(sales) & ~_sold_out(panel, sales)
    dates = pd.date_range(panel.first, periods=len(panel.calendar) + horizon, freq=panel.freq)
    year = _YEAR.get(panel.freq.split("-")[0], 0)
    calendar, topics = calendar_inputs(dates, panel.freq, years=len(panel.calendar) / year if year else 0.0)
    events = event_columns(panel.events, dates, panel.freq)
    return History(
        sales=np.where(seen, np.maximum(np.nan_to_num(sales), 0.0), 0.0),
        seen=seen,
        calendar=np.column_stack([calendar, *(column.values for column in events)]).astype("float32"),
        topics=(*topics, *(column.term for column in events)),
        known=np.pad(_planned(panel), ((0, 0), (0, horizon), (0, 0))),
        codes=_codes(panel.static),
        season=panel.season_length,
        year=year,
    )


def calendar_inputs(dates: pd.DatetimeIndex, freq: str, years: float) -> tuple[np.ndarray, tuple[str, ...]]:
    """What the calendar says of each period, shape (periods, inputs), between -1 and 1, and what each input is about.

    The season of the year is told only where it was seen several times: with one precedent the network learns single weeks
    by heart (measured: totals 30 % too low). Last year's sales, which it is given too, tell what one precedent can.

    >>> values, names = calendar_inputs(pd.date_range("2024-01-01", periods=2), "D", years=0.5)
    >>> values.shape, sorted(set(names))
    ((2, 9), ['day of month', 'weekday'])
    """
    head = freq.split("-")[0]
    hours = np.asarray(dates.hour) + np.asarray(dates.minute) / 60.0
    parts: list[tuple[str, np.ndarray]] = []
    if head not in _LONG:
        parts.append(("weekday", np.asarray(dates.dayofweek)[:, None] == np.arange(7)))
        parts.append(("day of month", _waves(np.asarray(dates.day) / 31.0, 1)))
    if head not in (*_LONG, "D", "B"):
        parts.append(("hour", _waves(hours / 24.0, 4)))
    if years > ENOUGH_YEARS:
        parts.append(("season", _waves((np.asarray(dates.dayofyear) - 1 + hours / 24.0) / 365.25, 4)))
    columns = [part.astype("float32") for _, part in parts]
    names = tuple(name for name, part in parts for _ in range(part.shape[1]))
    return np.concatenate([np.zeros((len(dates), 0), dtype="float32"), *columns], axis=1), names


def planned_future(panel_known: tuple[str, ...], usual: np.ndarray, future: pd.DataFrame, count: int) -> np.ndarray:
    """The planned regressors of the periods ahead as inputs, shape (N, H, K); `usual` (N, K) is what each SKU is used to."""
    values = [future[name].to_numpy(dtype=float).reshape(count, -1) for name in panel_known]
    return np.stack([_relative(column, usual[:, k]) for k, column in enumerate(values)], axis=2)


def usual_values(panel: Panel) -> np.ndarray:
    """Each SKU's median of every planned regressor, NaN for those that are flags or shares, shape (N, K)."""
    columns = [_usual(panel.matrix(name)) for name in panel.known]
    return np.stack(columns, axis=1) if columns else np.zeros((len(panel), 0))


def _planned(panel: Panel) -> np.ndarray:
    usual = usual_values(panel)
    columns = [_relative(panel.matrix(name), usual[:, k]) for k, name in enumerate(panel.known)]
    return np.stack(columns, axis=2) if columns else np.zeros((len(panel), len(panel.calendar), 0))


def _usual(values: np.ndarray) -> np.ndarray:
    observed = values[~np.isnan(values)]
    if not len(observed) or (observed.min() >= 0 and observed.max() <= 1):
        return np.full(len(values), np.nan)
    return np.nan_to_num(pd.DataFrame(values.T).median().to_numpy())


def _relative(values: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """A price as the logarithm of its ratio to the usual one; a flag or a share as it stands; unknown as 0."""
    level = np.where(usual > 0, usual, 1.0)[:, None]
    ratio = np.log(np.clip(values / level, 0.05, 20.0))
    return np.nan_to_num(np.where(np.isnan(usual)[:, None], np.clip(values, -5, 5), ratio))


def _sold_out(panel: Panel, sales: np.ndarray) -> np.ndarray:
    """Nothing was sold because nothing was there: such a day says nothing of demand."""
    if "stock" not in panel.regressors:
        return np.zeros(sales.shape, dtype=bool)
    return (panel.matrix("stock") <= 0) & (np.nan_to_num(sales) <= 0)


def _codes(static: pd.DataFrame) -> np.ndarray:
    """Attributes that several SKUs share, as numbers; names and descriptions are left out."""
    shared = [name for name in static.columns if 1 < static[name].nunique() <= min(MOST_LEVELS, len(static) // 2)]
    columns = [pd.factorize(static[name], sort=True)[0] + 1 for name in shared]
    return np.stack(columns, axis=1) if columns else np.zeros((len(static), 0), dtype=int)


def _running(values: np.ndarray) -> np.ndarray:
    return np.pad(np.cumsum(values, axis=1, dtype=float), ((0, 0), (1, 0)))


def _waves(turns: np.ndarray, order: int) -> np.ndarray:
    angles = 2 * np.pi * turns[:, None] * np.arange(1, order + 1)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
