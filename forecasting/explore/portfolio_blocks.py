"""The sales of all SKUs in blocks of whole weeks (or days, months, quarters), counted back from the last period.

Everything that is said of many SKUs at once is computed from these small matrices; the long columns of a panel are read once,
some hundred SKUs at a time.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecasting.core.frequency import grain
from forecasting.core.panel import Panel
from forecasting.explore.ahead import blocks, noun_of
from forecasting.features.demand import awake, demand_class

_CHUNK = 512
_FEWEST = 4
_SEASONS = {"h": 7, "D": 52, "B": 52, "W": 52, "MS": 12, "QS": 4, "YS": 1}


@dataclass(frozen=True)
class Scale:
    """How a panel is looked at: `size` periods make one block, called `noun`; `season` blocks make a year (a week, for hours).

    `horizon` is how many blocks ahead people plan.
    """

    size: int
    noun: str
    season: int
    horizon: int

    @property
    def year(self) -> bool:
        """Whether the season of the blocks is the year."""
        return self.season in (52, 12, 4)

    @property
    def level(self) -> int:
        """How many of the latest blocks tell the level of sales."""
        return {52: 8, 7: 7}.get(self.season, max(2, self.season // 4))

    @property
    def trend(self) -> int:
        """How many of the latest blocks tell where sales are heading."""
        return {52: 26, 12: 12, 7: 14}.get(self.season, 8)

    @property
    def quarter(self) -> int:
        """A quarter of a season in blocks, two at least."""
        return max(2, self.season // 4)


@dataclass(frozen=True, eq=False)
class Blocks:
    """What all SKUs sold in each block, and what else is needed of the single periods.

    `units`, `worth` (money where there are prices, else units), `price` and `cost` (means paid for one unit) are of shape
    (SKUs, blocks), NaN where nothing is known; `starts` (blocks,) are their first periods. `demand` is the class, `zeros` the
    share of periods without a sale between the first sale and the last, `silent` the periods since the last sale (NaN for a
    SKU that never sold), `stock` what is there at the end (NaN where nobody says), `peak` the most units of a period and
    `second` the next most, `since` the periods since the peak, all of shape (SKUs,). `money` says whether
    there are prices, `quiet` for how many periods the whole shop has sold nothing.
    """

    scale: Scale
    starts: pd.DatetimeIndex
    units: np.ndarray
    worth: np.ndarray
    price: np.ndarray
    cost: np.ndarray
    demand: np.ndarray
    zeros: np.ndarray
    silent: np.ndarray
    stock: np.ndarray
    peak: np.ndarray
    second: np.ndarray
    since: np.ndarray
    money: bool
    quiet: int


def scale_of(panel: Panel) -> Scale:
    """The blocks in which a panel is looked at; where the history is not four blocks long, its own periods.

    >>> sales = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=90), "y": 1.0})
    >>> scale_of(Panel.build(sales, freq="D")), scale_of(Panel.build(sales.head(9), freq="D")).noun
    (Scale(size=7, noun='week', season=52, horizon=4), 'day')
    """
    own = grain(panel.freq)
    size, name = next(iter(blocks(panel.freq).items()))
    if size > 1 and len(panel.calendar) // size < _FEWEST:
        return Scale(1, own.noun, own.season_length, max(1, min(own.horizon, len(panel.calendar) // 2)))
    season = _SEASONS.get(panel.freq.split("-")[0], own.season_length)
    whole = len(panel.calendar) // size
    return Scale(size, noun_of(name), season, max(1, min(own.horizon // size, whole // 2)))


def blocks_of(panel: Panel) -> Blocks:
    """Read a panel into blocks; a block in which most periods are missing is missing."""
    scale = scale_of(panel)
    count = len(panel.calendar) // scale.size
    starts = panel.calendar[len(panel.calendar) - count * scale.size :: scale.size]
    chunks = [_chunk(panel, rows, scale) for rows in np.array_split(np.arange(len(panel)), -(-len(panel) // _CHUNK))]
    joined = {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}
    silent = joined["silent"]
    quiet = int(np.nanmin(silent)) if np.isfinite(silent).any() else 0
    money = bool(np.isfinite(joined["price"]).any())
    joined["worth"] = joined["worth"] if money else joined["units"]
    return Blocks(scale=scale, starts=starts, money=money, quiet=quiet, **joined)


def reordered(found: Blocks, order: np.ndarray) -> Blocks:
    """The same with the SKUs in another order."""
    names = ("units", "worth", "price", "cost", "demand", "zeros", "silent", "stock", "peak", "second", "since")
    return replace(found, **{name: getattr(found, name)[order] for name in names})


def _chunk(panel: Panel, rows: np.ndarray, scale: Scale) -> dict[str, np.ndarray]:
    sales = _cells(panel, "y", rows)
    known = ~np.isnan(sales)
    plain = np.where(known, sales, 0.0)
    unlisted = np.maximum(sales.shape[1] // scale.size - panel.lengths[rows] // scale.size, 0)
    there = _enough(_summed(known, scale), scale)
    there &= np.arange(there.shape[1]) >= unlisted[:, None]
    units = np.where(there, _summed(plain, scale), np.nan)
    paid, price = _priced(panel, panel.priced, rows, plain, scale)
    _, cost = _priced(panel, "cost", rows, plain, scale)
    zeros, silent = _silence(plain, known)
    peak, second, since = _peaks(plain)
    return {
        "units": units,
        "worth": np.where(there, paid, np.nan) if panel.priced else units,
        "price": price,
        "cost": cost,
        "demand": demand_class(awake(sales, panel.calendar, panel.freq)),
        "zeros": zeros,
        "silent": silent,
        "peak": peak,
        "second": second,
        "since": since,
        "stock": panel.columns["stock"][panel.indptr[rows + 1] - 1].astype(float)
        if "stock" in panel.columns
        else np.full(len(rows), np.nan),
    }


def _cells(panel: Panel, column: str, rows: np.ndarray) -> np.ndarray:
    """Some neighbouring rows of `panel.matrix(column)`."""
    width = len(panel.calendar)
    cells = np.full((len(rows), width), np.nan)
    values = panel.columns[column][panel.indptr[rows[0]] : panel.indptr[rows[-1] + 1]]
    cells[np.arange(width) >= width - panel.lengths[rows][:, None]] = values
    return cells


def _summed(cells: np.ndarray, scale: Scale) -> np.ndarray:
    """Cells (SKUs, periods) summed to whole blocks that end with the last period."""
    if scale.size == 1:
        return cells.astype(float)
    first = cells.shape[1] % scale.size
    return cells[:, first:].reshape(len(cells), -1, scale.size).sum(axis=2, dtype=float)


def _enough(known: np.ndarray, scale: Scale) -> np.ndarray:
    """Where so many known periods (SKUs, blocks) make a block: most of them, or most of the SKU's usual ones.

    >>> _enough(np.array([[7, 3, 0], [2, 2, 0]]), Scale(7, "week", 52, 4)).tolist()
    [[True, False, False], [True, True, False]]
    """
    enough = known > (scale.size - 1) / 2
    seldom = ~enough.any(axis=1) & known.any(axis=1)
    if seldom.any():
        own = known[seldom]
        usual = np.nanmedian(np.where(own > 0, own, np.nan), axis=1)
        enough[seldom] = (own > 0) & (own >= usual[:, None] / 2)
    return enough


def _priced(
    panel: Panel, column: str | None, rows: np.ndarray, units: np.ndarray, scale: Scale
) -> tuple[np.ndarray, np.ndarray]:
    """What the units of each block are worth, and the mean for one; periods without a price take the SKU's mean."""
    if column is None or column not in panel.columns:
        nothing = np.full((len(rows), units.shape[1] // scale.size), np.nan)
        return nothing, nothing
    each = _cells(panel, column, rows)
    priced = np.where(np.isnan(each), 0.0, units)
    paid, sold = _summed(priced * np.where(np.isnan(each), 0.0, each), scale), _summed(priced, scale)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(priced.sum(axis=1) > 0, paid.sum(axis=1) / np.maximum(sold.sum(axis=1), 1e-300), 0.0)
        one = np.where(sold > 0, paid / sold, np.nan)
    return paid + (_summed(units, scale) - sold) * mean[:, None], one


def _peaks(units: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The most units of a period, the next most, and how many periods ago the most were sold.

    >>> [found.tolist() for found in _peaks(np.array([[3.0, 90.0, 4.0, 2.0]]))]
    [[90.0], [4.0], [2]]
    """
    row, width = np.arange(len(units)), units.shape[1]
    place = units.argmax(axis=1)
    peak = units[row, place].copy()
    units[row, place] = -np.inf
    second = np.maximum(units.max(axis=1), 0.0)
    units[row, place] = peak
    return peak, second, width - 1 - place


def _silence(units: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The share of periods without a sale between the first sale and the last, and how many periods ago the last one was."""
    sold = units > 0
    ever, width = sold.any(axis=1), units.shape[1]
    first, silent = sold.argmax(axis=1), sold[:, ::-1].argmax(axis=1)
    upto = np.concatenate([np.zeros((len(known), 1), dtype=np.int32), known.cumsum(axis=1, dtype=np.int32)], axis=1)
    row = np.arange(len(units))
    alive = upto[row, width - silent] - upto[row, first]
    share = np.where(ever, 1.0 - sold.sum(axis=1) / np.maximum(alive, 1), np.nan)
    return share, np.where(ever, silent, np.nan).astype(float)
