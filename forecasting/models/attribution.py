"""What moved a forecast of trees: their contributions on the log scale, grouped into topics and turned into units."""

import numpy as np

from forecasting.features.lookback import RECENT, Lookback

REACH = 3.0  # on the log scale: trees bend the plain forecast by a factor of 20 at most
LEVEL = "usual level"
_LEAST = 0.05  # more returns than sales on a weekday is no factor; the plain forecast has a floor as well


def topics_of(lookback: Lookback) -> tuple[str, ...]:
    """Every topic once, the usual level first."""
    return tuple(dict.fromkeys((LEVEL, RECENT, *lookback.topics)))


def attributed(lookback: Lookback, skus: np.ndarray, steps: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Units that each topic adds to each forecast, shape (rows, topics); they sum to the forecast.

    `shares` (rows, features + 1) are contributions on the log scale, the last column what the trees say on average. To them
    comes the plain forecast: its season, and the rest, recent sales. A topic's units are its share times the logarithmic mean
    of forecast f and usual level u, `(f - u) / (ln f - ln u)`, so that nothing is left over: the additive LMDI method (Ang
    2004, Energy Policy 32, 1131-1139).
    """
    origin, topics = lookback.periods - 1, topics_of(lookback)
    bend = shares.sum(axis=1)
    shares = shares * np.divide(np.clip(bend, -REACH, REACH), bend, out=np.ones_like(bend), where=np.abs(bend) > REACH)[:, None]
    logs = np.zeros((len(shares), len(topics)))
    for topic, column in zip(lookback.topics, shares.T[:-1], strict=True):
        logs[:, topics.index(topic)] += column
    season = np.log(np.maximum(lookback.shape(origin, skus, steps), _LEAST))
    logs[:, topics.index(lookback.season_topic)] += season
    logs[:, topics.index(RECENT)] += np.log(lookback.base(origin, skus, steps)) - season
    level = lookback.level(origin)[skus] * np.exp(shares[:, -1])
    units = logs * (level * _mean_growth(logs.sum(axis=1)))[:, None]
    units[:, 0] = level
    return units


def _mean_growth(total: np.ndarray) -> np.ndarray:
    """The logarithmic mean of 1 and e to the power `total`.

    >>> _mean_growth(np.array([0.0, np.log(2.0)])).round(4).tolist()
    [1.0, 1.4427]
    """
    return np.divide(np.expm1(total), total, out=np.ones_like(total), where=total != 0)
