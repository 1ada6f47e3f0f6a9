"""A panel as the arrays that a network's windows are cut from."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from forecasting.core.panel import Panel

MOST_LEVELS = 200
_YEAR = {"h": 8_766, "D": 364, "B": 260, "W": 52, "MS": 12, "QS": 4}
_LONG = ("W", "MS", "QS", "YS")


@dataclass(frozen=True, eq=False)
class History:
    """Arrays of N SKUs over T periods of history and H periods ahead.

    `sales` (N, T) in units, 0 where nothing is known; `seen` (N, T) says where something is; `calendar` (T + H, C) describes
    the periods, `known` (N, T + H, K) the planned regressors, `codes` (N, A) the attributes (0 = unknown).
    """

    sales: np.ndarray
    seen: np.ndarray
    calendar: np.ndarray
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


def history_of(panel: Panel, horizon: int) -> History:
    """The arrays of a panel, with room for the planned regressors of the periods ahead (filled with 0 = as usual)."""
    sales = panel.matrix()
    seen = ~np.isnan(sales) & ~_sold_out(panel, sales)
    dates = pd.date_range(panel.first, periods=len(panel.calendar) + horizon, freq=panel.freq)
    head = panel.freq.split("-")[0]
    return History(
        sales=np.where(seen, np.maximum(np.nan_to_num(sales), 0.0), 0.0),
        seen=seen,
        calendar=calendar_inputs(dates, panel.freq, years=len(panel.calendar) / _YEAR.get(head, np.inf)),
        known=np.pad(_planned(panel), ((0, 0), (0, horizon), (0, 0))),
        codes=_codes(panel.static),
        season=panel.season_length,
        year=_YEAR.get(head, 0),
    )


def calendar_inputs(dates: pd.DatetimeIndex, freq: str, years: float) -> np.ndarray:
    """What the calendar says of each period, shape (periods, inputs), every input between -1 and 1.

    The season of the year is told only where more than a year was seen: before that it would be a trend in disguise.

    >>> calendar_inputs(pd.date_range("2024-01-01", periods=2), "D", years=0.5).shape
    (2, 9)
    """
    head = freq.split("-")[0]
    hours = np.asarray(dates.hour) + np.asarray(dates.minute) / 60.0
    parts: list[np.ndarray] = []
    if head not in _LONG:
        parts += [np.asarray(dates.dayofweek)[:, None] == np.arange(7), *_waves(np.asarray(dates.day) / 31.0, 1)]
    if head not in (*_LONG, "D", "B"):
        parts += _waves(hours / 24.0, 4)
    if years > 1.0:
        parts += _waves((np.asarray(dates.dayofyear) - 1 + hours / 24.0) / 365.25, 4)
    columns = [part.reshape(len(dates), -1).astype("float32") for part in parts]
    return np.concatenate([np.zeros((len(dates), 0), dtype="float32"), *columns], axis=1)


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


def _waves(turns: np.ndarray, order: int) -> list[np.ndarray]:
    angles = 2 * np.pi * turns[:, None] * np.arange(1, order + 1)
    return [np.sin(angles), np.cos(angles)]
