"""Pooled split-conformal intervals: errors that were really made on held-out periods, shared by SKUs that sell alike.

Each error is divided by its SKU's own scale and pooled by group, so that an interval is wide where the SKU is erratic, and
right on average even where a single SKU has too little history to tell. Periods without a sale are a matter of their own
(a hurdle): their share is the SKU's, and only the sizes of sales are pooled. Whole error paths are kept, for totals.
Vovk, Gammerman and Shafer (2005); Papadopoulos et al. (2002) for the normalisation.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecasting.core.errors import SpecInvalid

_PATHS = 400
_POWER = 0.7
_SLACK = 0.03  # of the share outside: counts are coarse, and too wide is the lesser evil
FEWEST = 30  # rows that may speak for themselves
_SCORES = 10  # held-out forecasts below which the pool is filled up with normal errors
_NORMAL = 1.25  # standard deviation of normal errors whose mean size is 1
_ALIKE = 0.01  # what errors of different SKUs at one cutoff have in common at the least
_FAR = 5.0  # times the usual error: what is further out counts as that
_LEVELS = np.array([0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99, 0.995])
_TENTH = 4  # position of the level 0.1


@dataclass(frozen=True, eq=False)
class Habits:
    """How each SKU usually sells (all of shape (SKUs,)): mean `level`, usual error `scale` (units), and share `zero` of periods
    without a sale.
    """

    level: np.ndarray
    scale: np.ndarray
    zero: np.ndarray

    def take(self, rows: np.ndarray) -> "Habits":
        """The habits of some SKUs."""
        return Habits(self.level[rows], self.scale[rows], self.zero[rows])

    @classmethod
    def joined(cls, parts: Sequence["Habits"]) -> "Habits":
        """The habits of all, one after the other."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("level", "scale", "zero")))

    def spread(self, mean: np.ndarray) -> np.ndarray:
        """The error to expect of each period, shape (SKUs, horizon): it grows with the sales expected, but more slowly.

        A promotion or a season that triples sales doubles the error (power 0.7, between the square root of pure counts and
        proportion).

        >>> Habits(np.array([10.0]), np.array([2.0]), np.zeros(1)).spread(np.array([[10.0, 30.0]])).round(1).tolist()
        [[2.0, 4.3]]
        """
        return self.scale[:, None] * self._ratio(mean) ** _POWER

    def silent(self, mean: np.ndarray) -> np.ndarray:
        """Probability of no sale in each period, shape (SKUs, horizon): the usual share, to the power of the sales expected.

        As for random arrivals, where the probability of none is exp(-rate).
        """
        return np.minimum(self.zero[:, None] ** self._ratio(mean), 0.98)

    def _ratio(self, mean: np.ndarray) -> np.ndarray:
        level = self.level[:, None]
        return np.clip(np.divide(mean, level, out=np.ones_like(mean), where=level > 0), 0.02, 5.0)


@dataclass(frozen=True, eq=False)
class Conformal:
    """Errors pooled by group, for one period (`bounds`) and for whole stretches (`paths`).

    `group` (SKUs,) says which pool a SKU draws from. `bounds` (groups, horizon, quantiles) are quantiles at `_LEVELS` of the
    errors of periods with sales, `paths` (groups, samples, horizon) whole errors, both in units of the expected error.
    """

    habits: Habits
    group: np.ndarray
    bounds: np.ndarray
    paths: np.ndarray

    def quantile(self, mean: np.ndarray, q: float) -> np.ndarray:
        """Units that are not exceeded with probability q; with many empty periods see `_central`.

        The mean lies between the 10 and 90 % quantiles wherever a sale is likely enough for the latter to be one.
        """
        silent = self.habits.silent(mean)
        level = _central(q, silent)
        units = self._units(mean, silent, level)
        if q <= _LEVELS[_TENTH]:
            return np.minimum(units, mean)
        return np.where(level > silent, np.maximum(units, mean), units) if q >= _LEVELS[-1 - _TENTH] else units

    def total_quantile(self, mean: np.ndarray, steps: slice, q: float) -> np.ndarray:
        """Only the sum is kept from falling below zero: single periods below it even out, as the errors they stand for did.

        Cut off period by period, the totals of slow sellers came out too high: of 100 sums over 28 days 18 lay below the 10 %
        quantile, 9 without.
        """
        result = np.empty(len(mean))
        paths = self.paths[:, :, np.arange(mean.shape[1])[steps] % self.paths.shape[2]]
        spreads, sums = self.habits.spread(mean)[:, steps], mean[:, steps].sum(axis=1)
        for group in np.unique(self.group):
            rows = np.flatnonzero(self.group == group)
            result[rows] = sums[rows] + np.quantile(spreads[rows] @ paths[group].T, q, axis=1)
        return np.maximum(result, 0.0)

    def draw(self, mean: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
        """Each period is spread as `bounds` say, and periods are ranked as those of an error path are among all of its pool.

        The Schaake shuffle: Clark et al. (2004), Journal of Hydrometeorology 5, 243-262.
        """
        silent, ranks = self.habits.silent(mean), _ranks(self.paths)
        steps = np.arange(mean.shape[1]) % ranks.shape[2]
        result = np.empty((count, *mean.shape))
        for path in result:
            drawn = ranks[self.group, rng.integers(0, ranks.shape[1], len(mean))][:, steps]
            path[:] = self._units(mean, silent, drawn + rng.random(mean.shape) / ranks.shape[1])
        return result

    def _units(self, mean: np.ndarray, silent: np.ndarray, level: np.ndarray) -> np.ndarray:
        """Units that are not exceeded with the probability `level` of each cell, shape (SKUs, horizon)."""
        among_sales = (level - silent) / (1.0 - silent)
        steps = np.minimum(np.arange(mean.shape[1]), self.bounds.shape[1] - 1)
        error = _between(self.bounds[:, steps], self.group, np.clip(among_sales, 0.0, 1.0))
        units = (mean + self.habits.spread(mean) * error) / (1.0 - silent)
        return np.where(among_sales > 0, np.maximum(units, 0.0), 0.0)

    def take(self, rows: np.ndarray) -> "Conformal":
        return replace(self, habits=self.habits.take(rows), group=self.group[rows])


def calibrate(
    actual: np.ndarray,
    mean: np.ndarray,
    habits: Habits,
    group: np.ndarray,
    groups: int,
    seed: int,
    origin: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """`bounds` and `paths` of `Conformal` from held-out forecasts (rows, horizon), the habits and the groups of their rows.

    A group with fewer than 30 rows draws from all rows. `origin` (rows,) numbers the cutoffs: quantiles are taken further out
    the fewer cutoffs there are and the more their rows err alike, as `_corrected` says. Where all rows are fewer than 30, they
    say little about which way forecasts err: each counts with both signs, the more so the fewer there are. Raises SpecInvalid
    when there is no row at all.
    """
    usable = (habits.scale > 0) & ~np.isnan(actual).all(axis=1)
    if not usable.any():
        raise SpecInvalid("There are no held-out forecasts to calibrate intervals with.")
    actual, mean, habits, group, origin = actual[usable], mean[usable], habits.take(usable), group[usable], origin[usable]
    spread, silent = habits.spread(mean), habits.silent(mean)
    sizes = np.where(actual > 0, (actual * (1.0 - silent) - mean) / spread, np.nan)
    errors = (actual - mean) / spread
    rng = np.random.default_rng(seed)
    bounds, paths = [], []
    for number in range(groups):
        rows = np.flatnonzero(group == number)
        rows = rows if len(rows) >= FEWEST else np.arange(len(group))
        levels = _corrected(_LEVELS, errors[rows], origin[rows])
        believed = min(len(rows) / FEWEST, 1.0)
        limit = _FAR if believed < 1.0 else np.inf  # a scale read off two or three periods can be next to nothing
        size, error = np.clip(sizes[rows], -limit, limit), np.nan_to_num(np.clip(errors[rows], -limit, limit))
        bounds.append(_bounds(size, levels))
        if believed < 1.0:
            either = _bounds(_either_way(size), _corrected(_LEVELS, errors[rows], origin[rows], signs=2))
            bounds[-1] = believed * bounds[-1] + (1.0 - believed) * either
        drawn = error[rng.choice(len(rows), _PATHS, replace=len(rows) < _PATHS)]
        paths.append(_evened(_widened(drawn, error, levels), believed))
    return np.stack(bounds), np.stack(paths)


def _corrected(levels: np.ndarray, errors: np.ndarray, origin: np.ndarray, signs: int = 1) -> np.ndarray:
    """Levels of quantiles that hold what they say for a new row, not only for the rows they are taken from.

    The further out of two. The split-conformal correction is (1 + 1/n) times the level away from the median; Student's t with
    n degrees of freedom says how much further a new cutoff may lie when the errors of one cutoff have something in common. Here
    n is the number of independent rows that would say as much (Kish 1965, Survey Sampling), so that thousands of SKUs at two
    cutoffs are not taken for certainty. On 38 sets 80 % intervals covered 80.4 % on average, after 78.9 % by the first alone.
    Of errors that count with both `signs` it is the share between two levels that is corrected, not that up to one of them.
    """
    from scipy import stats

    rows, cutoffs = len(errors), len(np.unique(origin))
    if signs == 2:  # what the pool is filled up with says half as much as what was seen
        rows, cutoffs = rows + max(_SCORES - rows, 0) // 2, cutoffs + max(_SCORES - rows, 0) // 2
    outer = np.maximum(levels, 1 - levels)
    below = (signs - 1) * (1 - outer)  # what may lie beyond the other end
    inside = np.minimum((outer - below) * (1 + 1 / _independent(rows, cutoffs, _ALIKE)), 1.0)
    conformal = inside + (signs - 1) * (1 - inside) / 2
    count = max(_independent(rows, cutoffs, _in_common(errors, origin)), 2.0)
    student = stats.norm.cdf(stats.t.ppf(outer, count) * np.sqrt(1 + 1 / count))
    outer = np.maximum(conformal, student)
    return np.where(levels == 0.5, 0.5, np.where(levels > 0.5, outer, 1 - outer))


def _independent(rows: int, cutoffs: int, alike: float) -> float:
    """How many independent rows say as much as these, which have a share of their variance in common at each cutoff."""
    return rows / (1 + (rows / cutoffs - 1) * alike)


def _in_common(errors: np.ndarray, origin: np.ndarray) -> float:
    """The share of the mean square of errors (rows, horizon; NaN = not known) that the rows of one cutoff have in common.

    The intraclass correlation of a step, from how far the mean of n rows strays from zero: the square of it is 1/n of the mean
    square when they have nothing in common. At least half a percent, at most 90 %.

    >>> noise = np.random.default_rng(0).normal(size=(200, 5))
    >>> origin = np.repeat(np.arange(10), 20)
    >>> alike = noise + np.random.default_rng(1).normal(size=(10, 5))[origin]
    >>> round(_in_common(noise, origin), 2), bool(0.3 < _in_common(alike, origin) < 0.7)
    (0.01, True)
    """
    errors = np.clip(errors, -_FAR, _FAR)
    size = float(np.nanmean(errors**2))
    found: list[float] = []
    for number in np.unique(origin):
        rows = errors[origin == number]
        count = (~np.isnan(rows)).sum(axis=0)
        several = count > 1
        strayed = (np.nansum(rows, axis=0)[several] / count[several]) ** 2
        found.extend((count[several] * strayed / size - 1) / (count[several] - 1) if size > 0 else [])
    return float(np.clip(np.mean(found), 0.005, 0.9)) if found else 0.005


def _widened(paths: np.ndarray, errors: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Whole errors, multiplied by what the correction adds to the 80 % interval of single periods."""
    usual, corrected = (np.diff(np.quantile(errors, of[[_TENTH, -1 - _TENTH]]))[0] for of in (_LEVELS, levels))
    return paths * (corrected / usual if usual > 0 else 1.0)


def _bounds(error: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Quantiles of the errors (rows, horizon; NaN = no sale) at each step, its neighbours pooled, shape (horizon, levels)."""
    horizon = error.shape[1]
    reach = max(1, horizon // 8)
    everything = error[~np.isnan(error)]
    result = np.zeros((horizon, len(levels)))
    for step in range(horizon):
        near = error[:, max(0, step - reach) : step + reach + 1]
        near = near[~np.isnan(near)]
        pool = near if len(near) >= FEWEST else everything
        if len(pool):
            result[step] = np.quantile(pool, levels)
    return result


def _either_way(error: np.ndarray) -> np.ndarray:
    """Errors (rows, horizon) with both signs: one cutoff, or a few in a rise, would else move the interval off the forecast.

    Fewer than ten rows are filled up with normal errors, as large on average as theirs and one of the usual size.
    """
    each = np.abs(error[~np.isnan(error)])
    size = (len(error) * each.mean() + 1.0) / (len(error) + 1) if len(each) else 1.0
    normal = size * _normal_errors(2 * max(_SCORES - len(error), 0))
    return np.concatenate([error, -error, np.repeat(normal[:, None], error.shape[1], axis=1)])


def _normal_errors(count: int) -> np.ndarray:
    """Errors of mean size 1, spread evenly over the normal distribution.

    >>> _normal_errors(4).round(2).tolist()
    [-1.44, -0.4, 0.4, 1.44]
    """
    from scipy import stats

    return _NORMAL * stats.norm.ppf((np.arange(count) + 0.5) / max(count, 1))


def _evened(paths: np.ndarray, believed: float) -> np.ndarray:
    """Error paths (samples, horizon), of which the share that is not `believed` counts with either sign."""
    turned = np.arange(len(paths)) % 2 < 1
    turned &= np.arange(len(paths)) < (1.0 - believed) * len(paths)
    return np.where(turned[:, None], -paths, paths)


def _ranks(paths: np.ndarray) -> np.ndarray:
    """The share of paths of a group (groups, samples, horizon) that lie below each one at each step."""
    return np.asarray(np.argsort(np.argsort(paths, axis=1, kind="stable"), axis=1) / paths.shape[1])


def _central(q: float, silent: np.ndarray) -> np.ndarray:
    """The probability that the quantile q has to reach, so that the interval from 1 - q to q covers little more than it says.

    Where periods without a sale are likelier than 1 - q, the interval begins at zero and nothing lies below it; its upper end
    is then lowered, from 90 to 82 % for the 80 % interval.
    """
    if q <= 0.5:
        return np.full_like(silent, q)
    inside = 2 * q - 1
    return np.where(silent >= 1 - q, max(inside + _SLACK * (1 - inside), 0.5), q)


def _between(bounds: np.ndarray, group: np.ndarray, level: np.ndarray) -> np.ndarray:
    """The pooled error at each cell's own level (SKUs, horizon), on the line between the quantiles kept."""
    right = np.clip(np.searchsorted(_LEVELS, level), 1, len(_LEVELS) - 1)
    share = np.clip((level - _LEVELS[right - 1]) / (_LEVELS[right] - _LEVELS[right - 1]), 0.0, 1.0)
    rows, steps = group[:, None], np.arange(level.shape[1])[None, :]
    return (1 - share) * bounds[rows, steps, right - 1] + share * bounds[rows, steps, right]
