"""What can be said at an origin about a period some steps ahead: levels, last seasons, last year, calendar, plans.

History and future come out of one object, and every number is built from periods up to the origin (or from what was planned),
so a training row and a forecast row cannot differ in kind. All units are divided by the SKU's own level at the origin.
"""

import re
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from forecasting.core.panel import Panel
from forecasting.features.events import EventColumn, event_columns
from forecasting.features.newcomers import tempered

WINDOWS = {
    "h": (24, 72, 168, 672),
    "D": (7, 28, 91, 364),
    "B": (5, 20, 65, 260),
    "W": (4, 8, 13, 26, 52),
    "MS": (2, 3, 6, 12, 24),
    "QS": (2, 4, 8, 12),
    "YS": (2, 3, 5, 8),
}
YEARS = {"D": 364, "B": 260, "W": 52, "MS": 12, "QS": 4, "h": 168}
RECENT, OTHERS, KIND, AHEAD = "recent sales", "sales of other SKUs", "age and kind of SKU", "how far ahead"
_REACH = {"D": 3, "B": 2, "W": 1}  # the same day of last year is one noisy day; the week around it is a level
_SEASONS = 4
_FLOOR = 0.05
_LEVELS = 500


@dataclass(frozen=True, eq=False)
class Lookback:
    """The sales of many SKUs, summed up so that any window before any origin costs one subtraction.

    `sales` (SKUs, periods) is NaN before the first sale and where missing; `plans` (regressors, SKUs, periods + horizon) are
    the known regressors; `dates` covers history and horizon, and so do the values of the `events`; `groups` (attributes, SKUs)
    numbers each attribute's levels.
    """

    sales: np.ndarray
    plans: np.ndarray
    dates: pd.DatetimeIndex
    freq: str
    season: int
    groups: np.ndarray
    regressors: tuple[str, ...]
    attributes: tuple[str, ...]
    events: tuple[EventColumn, ...] = ()

    @classmethod
    def of(cls, panel: Panel, horizon: int, future: pd.DataFrame | None) -> "Lookback":
        """Lay out a panel and the plan for the `horizon` periods after it (rows of `future_grid`; None: nothing is planned)."""
        history = panel.matrix()
        started = np.maximum.accumulate(history > 0, axis=1)
        names = panel.known if future is not None or horizon == 0 else ()
        attributes = grouping(panel)
        codes = [pd.factorize(panel.static[name], sort=True)[0] for name in attributes]
        plans = [_planned(panel, name, horizon, future) for name in names]
        dates = pd.DatetimeIndex(panel.calendar.append(panel.future_dates(horizon)))
        return cls(
            sales=np.where(started, history, np.nan).astype(np.float32),
            plans=np.stack(plans) if plans else np.empty((0, *history.shape), dtype=np.float32),
            dates=dates,
            freq=panel.freq.split("-")[0],
            season=panel.season_length,
            groups=np.stack(codes) if codes else np.empty((0, len(panel)), dtype=int),
            regressors=names,
            attributes=attributes,
            events=event_columns(panel.events, dates, panel.freq),
        )

    def carried_on(self, sales: np.ndarray) -> "Lookback":
        """The same with the next periods (SKUs, periods) of the horizon taken as sold; what never sold stays unlisted."""
        listed = ~np.isnan(self.sales).all(axis=1, keepdims=True)
        return replace(self, sales=np.hstack([self.sales, np.where(listed, sales, np.nan).astype(np.float32)]))

    @property
    def periods(self) -> int:
        """Number of periods of history."""
        return self.sales.shape[1]

    @property
    def windows(self) -> tuple[int, ...]:
        """Lengths over which levels are taken."""
        return WINDOWS.get(self.freq, (self.season, 2 * self.season, 4 * self.season, 8 * self.season))

    @property
    def year(self) -> int:
        """Periods after which the longer pattern repeats; 0 where there is none."""
        return YEARS.get(self.freq, 0) if self.season > 1 else 0

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The features, in the order of the columns of `rows`."""
        levels = [f"{kind}_{window}" for window in self.windows for kind in ("mean", "deviation", "selling")]
        plans = [f"{kind}_{name}" for name in _plain(self.regressors) for kind in ("plan", "against_usual", "recent")]
        return (
            *("step", "age", "since_sale", "last", "size"),
            *levels,
            *("season_last", "season_mean", "year_ago", "year_growth", "shop_year_growth", "shop_trend", "base"),
            *("phase", "weekday", "day", "week", "month"),
            *(f"event_{name}" for name in _plain(tuple(column.name for column in self.events))),
            *plans,
            *(f"group_{name}" for name in _plain(self.attributes)),
            *(f"trend_{name}" for name in _plain(self.attributes)),
        )

    @property
    def season_topic(self) -> str:
        """What a merchandiser calls the pattern that comes back."""
        return "weekday and season" if self.freq in ("D", "B", "h") else "season"

    @cached_property
    def topics(self) -> tuple[str, ...]:
        """What each feature is about, in the order of `names`; a plan is about its regressor, an event about its term."""
        season, others = self.season_topic, OTHERS if len(self.sales) > 1 else RECENT
        return (
            *(AHEAD, KIND, RECENT, RECENT, KIND),
            *(RECENT,) * (3 * len(self.windows)),
            *(season, season, season, season, season, others, RECENT),
            *(season,) * 5,
            *(column.term for column in self.events),
            *(name for name in self.regressors for _ in range(3)),
            *(KIND,) * len(self.attributes),
            *(others,) * len(self.attributes),
        )

    def level(self, origin: int) -> np.ndarray:
        """The scale of each SKU at an origin, in units: mostly its recent mean, shape (SKUs,); 0 before its first sale."""
        recent, longer = self._mean(origin, self.windows[1]), self._mean(origin, self.periods)
        level = np.nan_to_num(np.where(np.isnan(recent), longer, 0.8 * recent + 0.2 * longer))
        level = np.maximum(level, 0.0)  # more returns than sales is no level to build on
        return tempered(level, self._counts[:, origin + 1])

    def base(self, origin: int, skus: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """A plain forecast in units of `level`: recent means, shaped by the last seasons, never 0; shape (rows,)."""
        level = self.level(origin)[skus]
        recent = np.stack([self._mean(origin, window)[skus] for window in self.windows[:3]])
        plain = np.nan_to_num(_ratio(np.where(np.isnan(recent), level, recent).mean(axis=0), level))
        return np.maximum(plain * self.shape(origin, skus, steps), _FLOOR)

    def shape(self, origin: int, skus: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """The same periods of the last seasons over all of their periods, drawn towards 1; shape (rows,)."""
        seasonal = self._seasonal(origin, skus, steps)
        overall = self._mean(origin, _SEASONS * self.season)[skus]
        usable = (seasonal[2] >= 2) & (overall > 0)
        shape = np.divide(seasonal[1], overall, out=np.ones_like(overall), where=usable)
        return np.where(usable, (seasonal[2] * shape + 1.0) / (seasonal[2] + 1.0), 1.0)

    def rows(self, origin: int, skus: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """The features of some SKUs and steps ahead (1 = the period after the origin), shape (rows, features)."""
        level = self.level(origin)[skus]
        seasonal = self._seasonal(origin, skus, steps)
        parts = [
            steps,
            self._age(origin)[skus],
            self._since_sale(origin)[skus],
            self.sales[skus, origin] / level,
            self._size(origin)[skus],
            *(column[skus] / (level if by_level else 1.0) for column, by_level in self._levels(origin)),
            seasonal[0] / level,
            seasonal[1] / level,
            self._last_year(origin, skus, steps) / level,
            *self.growth(origin, skus, steps),
            self._shop_trend(origin, np.zeros(len(self.sales), dtype=int))[skus],
            self.base(origin, skus, steps),
            *self._calendar(origin + steps),
            *(column.values[origin + steps] for column in self.events),
            *self._plan(origin, skus, steps),
            *(codes[skus] for codes in self.groups),
            *(self._shop_trend(origin, codes)[skus] for codes in self.groups),
        ]
        return np.stack([np.asarray(part, dtype=np.float32) for part in parts], axis=1)

    @cached_property
    def _known(self) -> np.ndarray:
        return ~np.isnan(self.sales)

    @cached_property
    def _counts(self) -> np.ndarray:
        return _running(self._known)

    @cached_property
    def _sums(self) -> np.ndarray:
        return _running(np.nan_to_num(self.sales))

    @cached_property
    def _squares(self) -> np.ndarray:
        return _running(np.nan_to_num(self.sales).astype(float) ** 2)

    @cached_property
    def _selling(self) -> np.ndarray:
        return _running(np.nan_to_num(self.sales) > 0)

    @cached_property
    def _last_sale(self) -> np.ndarray:
        period = np.arange(self.periods, dtype=np.int32)
        return np.maximum.accumulate(np.where(np.nan_to_num(self.sales) > 0, period, np.int32(-1)), axis=1)

    def _between(self, running: np.ndarray, origin: int, window: int) -> np.ndarray:
        return running[:, origin + 1] - running[:, max(origin + 1 - window, 0)]

    def _mean(self, origin: int, window: int) -> np.ndarray:
        count = self._between(self._counts, origin, window)
        return _ratio(self._between(self._sums, origin, window), count)

    def _age(self, origin: int) -> np.ndarray:
        return np.log1p(self._counts[:, origin + 1])

    def _since_sale(self, origin: int) -> np.ndarray:
        return np.log1p(origin - self._last_sale[:, origin])

    def _size(self, origin: int) -> np.ndarray:
        """How big a seller the SKU is beside the others, so that units of measure do not matter."""
        level = self.level(origin)
        sold = level > 0
        typical = np.exp(np.log(level[sold]).mean()) if sold.any() else 1.0
        return np.log(np.where(sold, level, typical) / typical)

    def _levels(self, origin: int) -> list[tuple[np.ndarray, bool]]:
        """Mean, deviation and share of selling periods of each window, and whether the column is in units."""
        columns: list[tuple[np.ndarray, bool]] = []
        for window in self.windows:
            count = self._between(self._counts, origin, window)
            mean = _ratio(self._between(self._sums, origin, window), count)
            square = _ratio(self._between(self._squares, origin, window), count)
            selling = _ratio(self._between(self._selling, origin, window), count)
            columns += [(mean, True), (np.sqrt(np.maximum(square - mean**2, 0.0)), True), (selling, False)]
        return columns

    def _seasonal(self, origin: int, skus: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """Last, mean and number of the same periods of the last seasons, shape (3, rows)."""
        first = origin - self.season + 1 + (steps - 1) % self.season
        periods = first - self.season * np.arange(_SEASONS)[:, None]
        values = np.where(periods >= 0, self.sales[skus, np.maximum(periods, 0)], np.nan)
        count = (~np.isnan(values)).sum(axis=0)
        return np.stack([values[0], _ratio(np.nansum(values, axis=0), count), count])

    def growth(self, origin: int, skus: np.ndarray, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How sales a year ago moved from the weeks before the origin to the target: the SKU's own, and the whole shop's.

        NaN where a year ago lies before the history; shape (rows,) each.
        """
        if not self.year:
            return np.full(len(skus), np.nan), np.full(len(skus), np.nan)
        first, last = self._a_year_before(origin, steps)
        end = np.full_like(steps, origin - self.year)
        start = end - self.windows[1] + 1
        own = _ratio(self._window(skus, first, last, origin), self._window(skus, start, end, origin))
        shop = _ratio(self._shop_window(first, last, origin), self._shop_window(start, end, origin))
        return np.clip(own, 0.0, 10.0), np.clip(shop, 0.0, 10.0)

    def deviation(self, origin: int) -> np.ndarray:
        """Standard deviation of each SKU's sales in the last long window, in units, shape (SKUs,)."""
        count = np.maximum(self._between(self._counts, origin, self.windows[2]), 1)
        mean = self._between(self._sums, origin, self.windows[2]) / count
        return np.sqrt(np.maximum(self._between(self._squares, origin, self.windows[2]) / count - mean**2, 0.0))

    def constant(self) -> np.ndarray:
        """SKUs that sold the same in every period of at least four, shape (SKUs,)."""
        known = ~np.isnan(self.sales)
        lowest = np.where(known, self.sales, np.inf).min(axis=1)
        highest = np.where(known, self.sales, -np.inf).max(axis=1)
        return (known.sum(axis=1) >= 4) & (lowest == highest)

    def silent_share(self, origin: int) -> np.ndarray:
        """Share of the periods of the last long window in which nothing was sold, shape (SKUs,); 0 where nothing is known."""
        selling = self._between(self._selling, origin, self.windows[2])
        count = self._between(self._counts, origin, self.windows[2])
        return 1.0 - np.divide(selling, count, out=np.ones(len(count)), where=count > 0)

    def silence(self) -> tuple[np.ndarray, np.ndarray]:
        """Periods since the last sale, and the longest pause before, shape (SKUs,) each; 0 for what never sold."""
        sale = self._last_sale
        pause = np.arange(self.periods) - sale
        pause[sale < 0] = 0
        quiet = pause[:, -1]
        before = np.where(np.arange(self.periods) < sale[:, -1:], pause, 0)
        return quiet, before.max(axis=1)

    def _last_year(self, origin: int, skus: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """Sales around the same period a year ago, in units."""
        if not self.year:
            return np.full(len(skus), np.nan)
        return self._window(skus, *self._a_year_before(origin, steps), origin)

    def _a_year_before(self, origin: int, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        reach = _REACH.get(self.freq, 0)
        target = origin + steps - self.year * (1 + (steps - 1) // self.year)
        return target - reach, target + reach

    def _window(self, skus: np.ndarray, first: np.ndarray, last: np.ndarray, origin: int) -> np.ndarray:
        """Mean sales from first to last (both counted), as far as they lie in the past; NaN where nothing does."""
        start, end = np.clip(first, 0, origin + 1), np.clip(last + 1, 0, origin + 1)
        return _ratio(self._sums[skus, end] - self._sums[skus, start], self._counts[skus, end] - self._counts[skus, start])

    @cached_property
    def _totals(self) -> tuple[np.ndarray, np.ndarray]:
        return self._sums.sum(axis=0), self._counts.sum(axis=0)

    def _shop_window(self, first: np.ndarray, last: np.ndarray, origin: int) -> np.ndarray:
        start, end = np.clip(first, 0, origin + 1), np.clip(last + 1, 0, origin + 1)
        sums, _ = self._totals
        return _ratio(sums[end] - sums[start], (end - start).astype(float))

    def _shop_trend(self, origin: int, codes: np.ndarray) -> np.ndarray:
        """Sales of a SKU's group in the shortest window over those in the next one, shape (SKUs,)."""
        short, long = self.windows[0], self.windows[1]
        recent = np.bincount(codes, self._between(self._sums, origin, short)) / short
        usual = np.bincount(codes, self._between(self._sums, origin, long)) / min(long, origin + 1)
        return _ratio(recent, usual)[codes]

    def _calendar(self, periods: np.ndarray) -> list[np.ndarray]:
        dates = self.dates
        week = (dates.dayofyear.to_numpy() - 1) // 7
        columns = [
            dates.hour if self.freq == "h" else np.arange(len(dates)) % self.season,
            dates.dayofweek,
            dates.day,
            week,
            dates.month,
        ]
        return [np.asarray(column)[periods] for column in columns]

    @cached_property
    def _plan_sums(self) -> tuple[np.ndarray, np.ndarray]:
        past = self.plans[:, :, : self.periods]
        return _running(np.nan_to_num(past)), _running(~np.isnan(past))

    def _plan(self, origin: int, skus: np.ndarray, steps: np.ndarray) -> list[np.ndarray]:
        """Each planned value, its distance from what is usual for the SKU, and the level of the last weeks."""
        columns = []
        for number in range(len(self.regressors)):
            sums, counts = self._plan_sums[0][number], self._plan_sums[1][number]
            usual = _ratio(sums[:, origin + 1], counts[:, origin + 1])[skus]
            recent = _ratio(self._between(sums, origin, self.windows[1]), self._between(counts, origin, self.windows[1]))[skus]
            value = self.plans[number][skus, origin + steps]
            columns += [value, _relative(value, usual), _relative(recent, usual)]
        return columns


def grouping(panel: Panel) -> tuple[str, ...]:
    """The attributes that put SKUs together."""
    return tuple(name for name in panel.static.columns if _groups_skus(panel.static[name]))


def _groups_skus(attribute: pd.Series) -> bool:
    """Whether an attribute puts SKUs together; a name that each SKU has for itself does not."""
    return 1 < attribute.nunique() <= min(_LEVELS, max(len(attribute) // 3, 2))


def _plain(names: tuple[str, ...]) -> list[str]:
    """Names that LightGBM's file format can hold, still different from each other."""
    return [f"{re.sub(r'[^A-Za-z0-9]+', '_', name)}_{number}" for number, name in enumerate(names)]


def _planned(panel: Panel, name: str, horizon: int, future: pd.DataFrame | None) -> np.ndarray:
    past = panel.matrix(name)
    ahead = future[name].to_numpy(dtype=float).reshape(len(panel), horizon) if future is not None else np.empty((len(panel), 0))
    return np.concatenate([past, ahead], axis=1).astype(np.float32)


def _running(values: np.ndarray) -> np.ndarray:
    """Running sums with a zero in front, so that a window is a difference of two; of flags, in half the room of units."""
    sums = np.zeros((*values.shape[:-1], values.shape[-1] + 1), dtype=np.int32 if values.dtype == bool else float)
    np.cumsum(values, axis=-1, out=sums[..., 1:])
    return sums


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.divide(above, below, out=np.full(np.broadcast(above, below).shape, np.nan), where=np.asarray(below) > 0)


def _relative(value: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """A ratio where that has a meaning (prices), a difference where the usual value is zero (flags)."""
    return np.where(usual > 0, value / np.where(usual > 0, usual, 1.0), value - usual)
