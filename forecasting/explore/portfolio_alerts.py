"""What should not be overlooked: SKUs that left their range, stopped selling, lie in stock, or changed price or course."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.explore.portfolio_blocks import Blocks
from forecasting.explore.portfolio_check import Check

KINDS = ("stock-out", "outside", "odd", "drift", "rising", "falling", "price", "cost", "dead")
_SIGNAL = 4.0
_CHANCE = 0.001
_SHORTEST_RUN = 3
_JUMP, _UNUSUAL = 0.15, 3.0
_NEWS = 0.25
_SAME = 0.5  # a move that was half as large a year ago is the season's
_SMALL, _SMALL_OF_LEADING = 0.5, 0.2
_OFF = 0.25
_NEXT_TO_NOTHING = 0.25
_ODD, _SELDOM = 3.0, 12


@dataclass(frozen=True, eq=False)
class Facts:
    """What alerts are made from; all arrays of shape (SKUs,) but those of the blocks.

    `abc` is the class, `now` and `then` are the directions of today and of one horizon ago, `each` is what one unit is worth,
    `latest` and `before` are the units of the last horizon and of the one before it.
    """

    blocks: Blocks
    check: Check
    abc: np.ndarray
    now: np.ndarray
    then: np.ndarray
    each: np.ndarray
    latest: np.ndarray
    before: np.ndarray


def alerts_of(facts: Facts) -> pd.DataFrame:
    """All alerts, the most money first: `kind, row, stake, now, usual`.

    `kind` is one of KINDS, `row` the SKU's position, `stake` the money in question over the next horizon (units where there are
    no prices), `now` and `usual` the two numbers of its sentence. What is worth less than half of what an average SKU sells in
    a horizon is left out; for A and B items, less than a fifth.
    """
    found = [
        pd.DataFrame({"kind": kind, "row": np.flatnonzero(rows), "stake": stake[rows], "now": now[rows], "usual": usual[rows]})
        for kind, rows, stake, now, usual in _kinds(facts)
    ]
    table = pd.concat(found, ignore_index=True)
    latest = float((facts.latest * facts.each).sum()) / max(1, len(facts.each))
    leading = (facts.abc != "C")[table["row"].to_numpy()]
    table = table[table["stake"] >= np.where(leading, _SMALL_OF_LEADING, _SMALL) * latest]
    table = table.assign(kind=pd.Categorical(table["kind"], KINDS))
    return table.sort_values(["stake", "row", "kind"], ascending=[False, True, True], ignore_index=True)


Found = tuple[str, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _kinds(facts: Facts) -> Iterator[Found]:
    blocks, check, each = facts.blocks, facts.check, facts.each
    yield _stock_outs(facts)
    yield "outside", check.outside != 0, np.abs(check.missed) * each, check.sold, check.sold - check.missed
    yield _odd(facts)
    quarter = max(6, blocks.scale.quarter)
    sold = np.nansum(blocks.units[:, -quarter:], axis=1)
    biased = (np.abs(np.nan_to_num(check.signal)) > _SIGNAL) & (np.abs(check.drift) >= _OFF * sold)
    share = blocks.scale.horizon / quarter
    yield "drift", biased, np.abs(check.drift) * share * each, check.signal, check.drift
    yield from _turns(facts)
    yield _jump("price", blocks.price, facts)
    yield _jump("cost", blocks.cost, facts)
    yield _dead(facts)


def _stock_outs(facts: Facts) -> Found:
    """Out of stock at the end although it sells; without a stock column, a silence too long for chance.

    A silence of more than a quarter is taken for the end of a product, and one that it also kept a year ago for its season.
    """
    blocks, size = facts.blocks, facts.blocks.scale.size
    run = np.nan_to_num(blocks.silent, nan=np.inf) - blocks.quiet
    recent = run <= blocks.scale.quarter * size
    lost = np.where(np.isfinite(run), _level(blocks, run), 0.0)
    if np.isfinite(blocks.stock).any():
        rows = (blocks.stock <= 0) & recent
    else:
        with np.errstate(divide="ignore", invalid="ignore"):
            chance = np.where(blocks.zeros > 0, np.log(blocks.zeros) * run, np.where(run > 0, -np.inf, 0.0))
        rows = (run > _SHORTEST_RUN) & recent & (chance < np.log(_CHANCE)) & ~_quiet_a_year_ago(blocks, run, lost)
    return "stock-out", rows & (lost > 0), lost * blocks.scale.horizon * facts.each, np.where(recent, run, 0.0), lost


def _odd(facts: Facts) -> Found:
    """One period of the last quarter with more than three times the units of any other: a bulk order, or a slip of the pen.

    A SKU that has seldom sold before has no usual day to be measured by.
    """
    blocks = facts.blocks
    recent = blocks.since < blocks.scale.quarter * blocks.scale.size
    often = np.isfinite(blocks.units).sum(axis=1) * blocks.scale.size * (1 - np.nan_to_num(blocks.zeros, nan=1.0)) >= _SELDOM
    rows = recent & often & (blocks.second > 0) & (blocks.peak > _ODD * blocks.second)
    return "odd", rows, (blocks.peak - blocks.second) * facts.each, blocks.peak, blocks.second


def _level(blocks: Blocks, run: np.ndarray) -> np.ndarray:
    """Units a block in the blocks before the silence began."""
    count, reach = blocks.units.shape[1], blocks.scale.level
    gone = np.ceil(np.where(np.isfinite(run), run + blocks.quiet, 0) / blocks.scale.size).astype(int)
    columns = count - 1 - gone[:, None] - np.arange(reach)
    values = np.take_along_axis(blocks.units, np.maximum(columns, 0), axis=1)
    values = np.where(columns >= 0, values, np.nan)
    known = ~np.isnan(values)
    return np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)


def _quiet_a_year_ago(blocks: Blocks, run: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Whether a SKU sold next to nothing in the same blocks of the year before, when it was already listed."""
    count, season = blocks.units.shape[1], blocks.scale.season
    if not blocks.scale.year or count < season + 2:
        return np.zeros(len(run), dtype=bool)
    last = count - season
    length = np.clip(np.ceil(np.where(np.isfinite(run), run, 0) / blocks.scale.size), 1, last).astype(int)
    sums = np.concatenate([np.zeros((len(run), 1)), np.cumsum(np.nan_to_num(blocks.units), axis=1)], axis=1)
    sold = sums[:, last] - np.take_along_axis(sums, (last - length)[:, None], axis=1)[:, 0]
    return (sold <= _NEXT_TO_NOTHING * usual * length) & ~np.isnan(blocks.units[:, last - 1])


def _turns(facts: Facts) -> Iterator[Found]:
    """A trend that was not there one horizon ago, shows in the latest sales too, and is not what the SKU does every year."""
    change = facts.latest - facts.before
    usual = _moved_a_year_ago(facts.blocks)
    moved = (np.abs(change) >= _NEWS * np.maximum(facts.before, 1e-12)) & (change * usual < _SAME * change**2)
    stake = np.abs(change) * facts.each
    for kind, way in (("rising", 1), ("falling", -1)):
        rows = (facts.now == way) & (facts.then != way) & (np.sign(change) == way) & moved
        yield kind, rows, stake, facts.latest, facts.before


def _moved_a_year_ago(blocks: Blocks) -> np.ndarray:
    """Units of the horizon that ended a year ago less those of the one before it; 0 where either is not known."""
    ahead, end = blocks.scale.horizon, blocks.units.shape[1] - blocks.scale.season
    if not blocks.scale.year or end < 2 * ahead:
        return np.zeros(len(blocks.units))
    then = blocks.units[:, end - 2 * ahead : end]
    return np.nan_to_num(then[:, ahead:].sum(axis=1) - then[:, :ahead].sum(axis=1))


def _jump(kind: str, price: np.ndarray, facts: Facts) -> Found:
    """A mean price of the latest blocks that differs by 15 % and by three times its usual spread from the half year before."""
    horizon = facts.blocks.scale.horizon
    recent, past = price[:, -horizon:], price[:, -(horizon + 26) : -horizon]
    with np.errstate(divide="ignore", invalid="ignore"):
        now, logs = np.exp(_median(np.log(recent))), np.log(past)
        usual = np.exp(_median(logs))
        spread = 1.4826 * _median(np.abs(logs - np.log(usual)[:, None]))
        move = np.abs(np.log(now / usual))
    known = (~np.isnan(past)).sum(axis=1) >= 4
    rows = known & (move > np.log1p(_JUMP)) & (move > _UNUSUAL * spread)
    return kind, rows, np.nan_to_num(np.abs(now - usual)) * facts.latest, now, usual


def _median(values: np.ndarray) -> np.ndarray:
    """The median of each row, what is not finite left out; NaN where nothing is known."""
    if not values.shape[1]:
        return np.full(len(values), np.nan)
    ordered = np.sort(np.where(np.isfinite(values), values, np.nan), axis=1)
    count = (~np.isnan(ordered)).sum(axis=1)
    row = np.arange(len(values))
    return (ordered[row, np.maximum(count - 1, 0) // 2] + ordered[row, np.minimum(count // 2, values.shape[1] - 1)]) / 2


def _dead(facts: Facts) -> Found:
    """Stock, but no sale for a quarter or longer, and for thrice as long as it usually takes."""
    blocks = facts.blocks
    run = np.where(np.isnan(blocks.silent), np.isfinite(blocks.units).sum(axis=1) * blocks.scale.size, blocks.silent)
    usual = 1.0 / np.maximum(1.0 - np.nan_to_num(blocks.zeros), 1e-3)
    rows = (np.nan_to_num(blocks.stock) > 0) & (run >= blocks.scale.quarter * blocks.scale.size) & (run >= 3 * usual)
    cost = _median(blocks.cost)
    worth = np.where(np.isnan(cost), facts.each, cost)
    return "dead", rows, np.nan_to_num(blocks.stock) * worth, np.nan_to_num(blocks.stock), run


def flags_of(alerts: pd.DataFrame, skus: int) -> tuple[np.ndarray, np.ndarray]:
    """For each SKU the kind of its weightiest alert ("" without one) and how many it has."""
    kind = np.full(skus, "", dtype=object)
    first = alerts.drop_duplicates("row")
    kind[first["row"].to_numpy()] = first["kind"].astype(object).to_numpy()
    return kind, np.bincount(alerts["row"].to_numpy(), minlength=skus)
