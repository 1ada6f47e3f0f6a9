"""One SKU, or the whole shop, over time: by day, week or month, with what was special about each period."""

import numpy as np
import pandas as pd

from forecasting.core.frequency import normalise_freq, to_period_start
from forecasting.core.panel import PRICES, Panel

VIEWS = {"D": "Daily", "W-MON": "Weekly", "MS": "Monthly"}
PROMOTIONS = ("promo", "promotion", "display", "mailer", "leaflet", "feature")
_DISCOUNT, _SHARE = 0.05, 0.5
_NAMES = {"h": "Hourly", "B": "Daily", "W": "Weekly", "QS": "Quarterly", "YS": "Yearly"}
_COARSER = {"h": ("D", "W-MON", "MS"), "D": ("W-MON", "MS"), "B": ("W-MON", "MS"), "W": ("MS",)}
_POINTS = 1_500


def views(freq: str) -> dict[str, str]:
    """The frequencies in which a panel can be looked at, with their names; its own comes first.

    >>> views("D"), views("MS")
    ({'D': 'Daily', 'W-MON': 'Weekly', 'MS': 'Monthly'}, {'MS': 'Monthly'})
    """
    head = freq.split("-")[0]
    own = {freq: _NAMES.get(head, VIEWS.get(freq, "All periods"))}
    return own | {alias: VIEWS[alias] for alias in _COARSER.get(head, ())}


def default_view(freq: str) -> str:
    """Weeks for daily data, days for hourly, else the panel's own periods.

    >>> default_view("D"), default_view("h"), default_view("MS")
    ('W-MON', 'D', 'MS')
    """
    return {"h": "D", "D": "W-MON", "B": "W-MON"}.get(freq.split("-")[0], freq)


def timeline(panel: Panel, unique_id: str, view: str) -> pd.DataFrame:
    """The history of one SKU in periods of `view`.

    Columns: `ds`, `y` (units; NaN where most of it is missing), `missing` and `stock_out` (how many of the panel's periods
    in it), `promotion` (which share of them had one), `price` (mean), `complete` (False for a first or last period that the
    data only covers in part).
    """
    series = panel.series(unique_id)
    return _grouped(_marked(series), panel, view)


def total(panel: Panel, view: str) -> pd.DataFrame:
    """The units of all SKUs together, in the columns of `timeline`."""
    width, units = len(panel.calendar), np.zeros(len(panel.calendar))
    known = np.zeros(width, dtype=bool)
    cells = panel.columns["y"]
    for begin, end in zip(panel.indptr[:-1], panel.indptr[1:], strict=True):
        values = cells[begin:end]
        units[width - (end - begin) :] += np.nan_to_num(values)
        known[width - (end - begin) :] |= ~np.isnan(values)
    frame = pd.DataFrame({"ds": panel.calendar, "y": np.where(known, units, np.nan)})
    return _grouped(_marked(frame), panel, view)


def thin(frame: pd.DataFrame, points: int = _POINTS) -> pd.DataFrame:
    """Not more rows than a screen shows, with every peak and trough of `y` kept.

    >>> len(thin(pd.DataFrame({"ds": range(100_000), "y": range(100_000)}), 1_000)) <= 1_002
    True
    """
    if len(frame) <= points:
        return frame
    bucket = np.arange(len(frame)) // -(-len(frame) // (points // 2))
    groups = frame.reset_index(drop=True)["y"].groupby(bucket)
    keep = pd.concat([groups.idxmin(), groups.idxmax()]).dropna()
    return frame.iloc[np.unique([0, *keep.astype(int), len(frame) - 1])]


def _marked(series: pd.DataFrame) -> pd.DataFrame:
    stock = series.get("stock", pd.Series(np.nan, index=series.index))
    return pd.DataFrame(
        {
            "ds": series["ds"],
            "y": series["y"],
            "missing": series["y"].isna(),
            "stock_out": stock <= 0,
            "promotion": promoted(series).astype(float),
            "price": next((series[name] for name in PRICES if name in series), pd.Series(np.nan, index=series.index)),
        }
    )


def promoted(series: pd.DataFrame) -> pd.Series:
    """Which rows had a discount of 5 % or more, or a flag, or a display or leaflet in half of the shops or more."""
    flags = [name for name in series.columns if name.lower() in PROMOTIONS]
    reduced = series.get("discount", pd.Series(0.0, index=series.index)) >= _DISCOUNT
    return reduced | (series[flags] >= _SHARE).any(axis=1)


def _grouped(marked: pd.DataFrame, panel: Panel, view: str) -> pd.DataFrame:
    if normalise_freq(view) == panel.freq:
        return marked.assign(complete=True).reset_index(drop=True)
    starts = to_period_start(marked["ds"], view)
    groups = marked.groupby(starts)
    frame = groups.agg({"missing": "sum", "stock_out": "sum", "promotion": "mean", "price": "mean"})
    listed = groups.size() - frame["missing"]
    usual = listed[listed > 0].median()  # a shop that is open half of the hours has whole days all the same
    known = (frame["missing"] <= groups.size() / 2) | (listed >= usual / 2)
    frame.insert(0, "y", groups["y"].sum(min_count=1).where(known))
    expected = pd.Series(panel.calendar).groupby(to_period_start(pd.Series(panel.calendar), view)).size()
    frame["complete"] = groups.size().to_numpy() >= expected.reindex(frame.index).to_numpy()
    frame["complete"] &= _covered(pd.DatetimeIndex(frame.index), panel, view)
    return frame.rename_axis("ds").reset_index()


def _covered(starts: pd.DatetimeIndex, panel: Panel, view: str) -> np.ndarray:
    """Whether the panel's calendar covers each period from its first to its last day."""
    after = panel.calendar[-1] + pd.tseries.frequencies.to_offset(panel.freq)
    ends = pd.DatetimeIndex([start + pd.tseries.frequencies.to_offset(view) for start in starts])
    return np.asarray((starts >= panel.calendar[0]) & (ends <= after))
