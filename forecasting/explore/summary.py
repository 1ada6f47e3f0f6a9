"""All SKUs side by side: how much each sells, whether it grows, what it weighs in the shop, and how its demand behaves."""

import numpy as np
import pandas as pd

from forecasting.core.frequency import grain
from forecasting.core.panel import Panel
from forecasting.features.demand import awake, demand_class

_BLOCK = 512
NAMES = ("name", "description", "title")


def summarise(panel: Panel) -> pd.DataFrame:
    """One row for each SKU, index `unique_id`, best sellers first.

    `name` (text), `units` (whole history), `recent` and `previous` (units of the last horizon of this grain, and of the one
    before), `change` (fraction; NaN where nothing sold before), `price` (mean per unit sold; NaN without prices), `share` (of
    revenue where there are prices, else of units), `first_sale`, `last_sale` (NaT for a SKU that never sold), `demand` (class).

    >>> sales = pd.DataFrame({"unique_id": ["A"] * 4 + ["B"] * 4, "y": [1, 1, 2, 2, 0, 9, 0, 0.0]})
    >>> sales["ds"] = [*pd.date_range("2024-01-01", periods=4), *pd.date_range("2024-01-01", periods=4)]
    >>> summarise(Panel.build(sales, freq="D"))[["units", "share"]]
               units  share
    unique_id
    B            9.0    0.6
    A            6.0    0.4
    """
    recent = recent_periods(panel)
    blocks = [_block(panel, rows, recent) for rows in np.array_split(np.arange(len(panel)), -(-len(panel) // _BLOCK))]
    table = pd.concat(blocks).set_axis(pd.Index(panel.ids, name="unique_id"))
    table.insert(0, "name", names(panel).to_numpy())
    worth = table.pop("worth")
    table["share"] = worth / worth.sum() if worth.sum() > 0 else np.nan
    return table.sort_values("units", ascending=False, kind="stable")


def names(panel: Panel) -> pd.Series:
    """What each SKU is called, "" where the data does not say; index `unique_id`."""
    column = next((name for name in NAMES if name in panel.static), None)
    return pd.Series("", index=panel.static.index) if column is None else panel.static[column]


def recent_periods(panel: Panel) -> int:
    """How many periods `recent` and `previous` of the summary cover."""
    return min(grain(panel.freq).horizon, max(1, len(panel.calendar) // 2))


def _block(panel: Panel, rows: np.ndarray, recent: int) -> pd.DataFrame:
    sales = _cells(panel, "y", rows)
    revenue, priced = _revenue(panel, sales, rows)
    last, before = np.nansum(sales[:, -recent:], axis=1), np.nansum(sales[:, -2 * recent : -recent], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return pd.DataFrame(
            {
                "units": np.nansum(sales, axis=1),
                "recent": last,
                "previous": before,
                "change": np.where(before > 0, last / before - 1, np.nan),
                "price": np.where(priced > 0, revenue / priced, np.nan),
                "worth": revenue if panel.priced else np.nansum(sales, axis=1),
                "first_sale": _date(panel.calendar, sales > 0, first=True),
                "last_sale": _date(panel.calendar, sales > 0, first=False),
                "demand": demand_class(awake(sales, panel.calendar, panel.freq)),
            }
        )


def _revenue(panel: Panel, sales: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if panel.priced is None:
        return np.zeros(len(rows)), np.zeros(len(rows))
    revenue = sales * _cells(panel, panel.priced, rows)
    return np.nansum(revenue, axis=1), np.where(np.isnan(revenue), 0.0, sales).sum(axis=1)


def _cells(panel: Panel, column: str, rows: np.ndarray) -> np.ndarray:
    """A block of `panel.matrix(column)`, so that a large panel needs little memory at a time."""
    width = len(panel.calendar)
    lengths = panel.lengths[rows]
    cells = np.full((len(rows), width), np.nan)
    values = panel.columns[column][panel.indptr[rows[0]] : panel.indptr[rows[-1] + 1]]
    cells[np.arange(width) >= width - lengths[:, None]] = values
    return cells


def _date(calendar: pd.DatetimeIndex, sold: np.ndarray, *, first: bool) -> np.ndarray:
    position = sold.argmax(axis=1) if first else sold.shape[1] - 1 - sold[:, ::-1].argmax(axis=1)
    return np.where(sold.any(axis=1), calendar.to_numpy()[position], np.datetime64("NaT"))
