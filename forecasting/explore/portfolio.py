"""All SKUs of a shop side by side: what each weighs, how it sells, where it is heading, and which of them need a look."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core.panel import Panel
from forecasting.explore.portfolio_alerts import Facts, alerts_of
from forecasting.explore.portfolio_blocks import Blocks, Scale, blocks_of, reordered
from forecasting.explore.portfolio_check import Check, check
from forecasting.explore.portfolio_classes import abc_class, season_index, trend, xyz_class
from forecasting.explore.summary import NAMES, names

_LINE = 52


@dataclass(frozen=True, eq=False)
class Portfolio:
    """Every SKU of a panel, the most money first.

    `table` has one row for each SKU, index `unique_id`: `name`, `units` and `worth` of the last `window` blocks, `share` of the
    worth, `abc`, `xyz`, `demand`, `trend` (-1, 0, 1) with its `slope` (fraction over the stretch looked at), `latest` and
    `before` (units of the last horizon and of the one before), `year_ago` (NaN without a year of history), `change` (fraction),
    `forecast`, `low`, `high` (units of the next horizon by the baseline, 80 %), `off` (usual error of such a sum), `bias`
    (forecast minus sales over sales), `signal` (tracking signal) and `each` (worth of one unit). NaN is undefined.

    `units` and `worth` (SKUs, blocks) are the sales behind it, `starts` the first period of each block, `alerts` the columns
    of `portfolio_alerts.alerts_of`, `attributes` the texts that SKUs can be grouped by. `money` says whether worth is money or
    units, `seasonal` whether the season could be taken out before variation and trend were judged.
    """

    scale: Scale
    window: int
    money: bool
    seasonal: bool
    table: pd.DataFrame
    units: np.ndarray
    worth: np.ndarray
    starts: pd.DatetimeIndex
    alerts: pd.DataFrame
    attributes: pd.DataFrame

    def __len__(self) -> int:
        return len(self.table)

    def lines(self, rows: np.ndarray) -> np.ndarray:
        """The units of some SKUs in at most 52 blocks, for a small curve each; what is not known is drawn as nothing."""
        return np.nan_to_num(self.units[rows, -_LINE:])


def portfolio(panel: Panel) -> Portfolio:
    """Look at all SKUs at once; the whole calculation is in arrays and takes about a second for 30,000 SKUs.

    >>> days = pd.date_range("2024-01-01", periods=84)
    >>> sales = [pd.DataFrame({"unique_id": sku, "ds": days, "y": float(y)}) for sku, y in [("A", 1), ("B", 8), ("C", 1)]]
    >>> portfolio(Panel.build(pd.concat(sales))).table[["units", "share", "abc", "xyz", "forecast"]]
               units  share abc xyz  forecast
    unique_id
    B          672.0    0.8   A   X     224.0
    A           84.0    0.1   B   X      28.0
    C           84.0    0.1   B   X      28.0
    """
    blocks = blocks_of(panel)
    window = min(blocks.scale.season if blocks.scale.year else blocks.units.shape[1], blocks.units.shape[1])
    worth, units = np.nansum(blocks.worth[:, -window:], axis=1), np.nansum(blocks.units[:, -window:], axis=1)
    order = np.lexsort((np.arange(len(panel)), -units, -worth))
    blocks, worth, units = reordered(blocks, order), worth[order], units[order]
    index = season_index(blocks.units, blocks.scale)
    plain = blocks.units / index[: blocks.units.shape[1]]
    now = trend(plain, blocks.scale)
    moving = np.flatnonzero(now.direction)
    then = np.zeros(len(panel), dtype=int)
    then[moving] = trend(plain[moving], blocks.scale, ago=blocks.scale.horizon).direction
    checked = check(blocks, index)
    each = _each(blocks, worth, units)
    latest, before = last(blocks.units, blocks.scale.horizon), last(blocks.units, blocks.scale.horizon, 1)
    total = np.maximum(worth, 0.0).sum()
    table = pd.DataFrame(
        {
            "name": names(panel).to_numpy()[order],
            "units": units,
            "worth": worth,
            "share": np.maximum(worth, 0.0) / total if total > 0 else np.full(len(worth), np.nan),
            "abc": abc_class(worth),
            "xyz": xyz_class(plain[:, -window:]),
            "demand": blocks.demand,
            "trend": now.direction,
            "slope": now.change,
            "latest": latest,
            "before": before,
            "year_ago": _year_ago(blocks),
            "change": np.divide(latest, before, out=np.full(len(units), np.nan), where=before > 0) - 1,
            **_expected(checked),
            "each": each,
        },
        index=pd.Index(np.asarray(panel.ids, dtype=object)[order], name="unique_id"),
    )
    facts = Facts(blocks, checked, table["abc"].to_numpy(), now.direction, then, each, latest, before)
    return Portfolio(
        scale=blocks.scale,
        window=window,
        money=blocks.money,
        seasonal=bool((index != 1).any()),
        table=table,
        units=blocks.units.astype(np.float32),
        worth=blocks.worth.astype(np.float32),
        starts=blocks.starts,
        alerts=alerts_of(facts),
        attributes=panel.static.drop(columns=[name for name in NAMES if name in panel.static]).iloc[order],
    )


def _expected(checked: Check) -> dict[str, np.ndarray]:
    return {
        "forecast": checked.mean,
        "low": checked.low,
        "high": checked.high,
        "off": checked.off,
        "bias": checked.bias,
        "signal": checked.signal,
    }


def _each(blocks: Blocks, worth: np.ndarray, units: np.ndarray) -> np.ndarray:
    """What one unit is worth: in the window, else in all of history; 1 where there are no prices at all."""
    if not blocks.money:
        return np.ones(len(units))
    total, sold = np.nansum(blocks.worth, axis=1), np.nansum(blocks.units, axis=1)
    ever = np.divide(total, sold, out=np.zeros(len(sold)), where=sold > 0)
    return np.divide(worth, units, out=ever, where=units > 0)


def last(units: np.ndarray, count: int, back: int = 0) -> np.ndarray:
    """The sum of the last `count` blocks of each SKU, or of those `back` times as many blocks earlier."""
    end = units.shape[1] - back * count
    return np.nansum(units[:, max(0, end - count) : max(0, end)], axis=1)


def _year_ago(blocks: Blocks) -> np.ndarray:
    end = blocks.units.shape[1] - blocks.scale.season
    if not blocks.scale.year or end < blocks.scale.horizon:
        return np.full(len(blocks.units), np.nan)
    return np.nansum(blocks.units[:, end - blocks.scale.horizon : end], axis=1)
