"""Forecasts and what happened, summed to blocks of periods that are counted from the cutoff: whole weeks, whatever the weekday.

A calendar week would be cut in two by the cutoff and look like a dip; a block never is. The quantile of a block is the
quantile of its sum, not the sum of quantiles.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from forecasting.core.forecast import Forecast
from forecasting.core.panel import Panel

_BLOCKS = {"h": {24: "Daily", 1: "Hourly"}, "D": {7: "Weekly", 1: "Daily"}, "B": {5: "Weekly", 1: "Daily"}}
_NOUNS = {"Daily": "day", "Weekly": "week", "Hourly": "hour", "All periods": "period"}


def blocks(freq: str) -> dict[int, str]:
    """The block sizes in which a panel can be looked at, with their names; the usual one comes first.

    >>> blocks("D"), blocks("MS")
    ({7: 'Weekly', 1: 'Daily'}, {1: 'Monthly'})
    """
    head = freq.split("-")[0]
    return _BLOCKS.get(head) or {
        1: {"W": "Weekly", "MS": "Monthly", "QS": "Quarterly", "YS": "Yearly"}.get(head, "All periods")
    }


def noun_of(name: str) -> str:
    """What one block is called.

    >>> noun_of("Weekly"), noun_of("Monthly")
    ('week', 'month')
    """
    return _NOUNS.get(name) or {"Monthly": "month", "Quarterly": "quarter", "Yearly": "year"}[name]


def past(panel: Panel, unique_id: str | None, size: int) -> pd.DataFrame:
    """Units of one SKU, or of all together, in blocks that end with the last period: rows `ds` (first period), `y`."""
    units = _units(panel, unique_id)
    first = len(units) % size
    return pd.DataFrame({"ds": panel.calendar[first::size], "y": _sums(units[first:].reshape(-1, size))})


def ahead(forecast: Forecast, size: int) -> pd.DataFrame:
    """One forecast in whole blocks from its cutoff on: rows `unique_id, ds, mean, p10, p90`."""
    step = size if forecast.horizon >= size else 1
    starts = range(0, forecast.horizon - step + 1, step)
    columns = {"mean": None, "p10": 0.1, "p90": 0.9}
    sums = {name: np.stack([forecast.total(k, k + step, q) for k in starts], axis=1) for name, q in columns.items()}
    ids = np.repeat(np.asarray(forecast.ids, dtype=object), len(starts))
    dates = np.tile(forecast.dates.to_numpy()[list(starts)], len(forecast.ids))
    return pd.DataFrame({"unique_id": ids, "ds": dates} | {name: values.ravel() for name, values in sums.items()})


def beside(forecasts: Sequence[Forecast], panel: Panel, unique_id: str, size: int) -> pd.DataFrame:
    """What several models said of one SKU at several cutoffs, beside what happened.

    Rows `model, cutoff, ds, actual, mean, p10, p90`; `actual` is NaN where the sales are missing.
    """
    units = _units(panel, unique_id)
    tables = []
    for forecast in forecasts:
        if unique_id in forecast.ids:
            table = ahead(forecast.select([unique_id]), size)
            begin = panel.calendar.get_indexer(pd.DatetimeIndex(table["ds"]))
            step = forecast.horizon // max(1, len(table)) if forecast.horizon < size else size
            table.insert(0, "actual", [_sums(units[None, start : start + step])[0] for start in begin])
            tables.append(table.assign(model=forecast.model, cutoff=forecast.cutoff))
    columns = ["model", "cutoff", "ds", "actual", "mean", "p10", "p90"]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)


def blocks_of_totals(totals: pd.DataFrame, size: int) -> pd.DataFrame:
    """Totals of several models and cutoffs (`model, cutoff, ds, actual, mean`) in whole blocks from each cutoff on."""
    rows = totals.sort_values(["model", "cutoff", "ds"], kind="stable")
    place = rows.groupby(["model", "cutoff"], sort=False).cumcount()
    length = rows.groupby(["model", "cutoff"], sort=False)["ds"].transform("size")
    step = size if length.min() >= size else 1
    whole = rows[place < length // step * step].assign(block=place // step)
    groups = whole.groupby(["model", "cutoff", "block"], sort=False)
    return groups.agg(ds=("ds", "first"), actual=("actual", "sum"), mean=("mean", "sum")).reset_index().drop(columns="block")


def usual_error(forecasts: Sequence[Forecast], panel: Panel, size: int) -> float:
    """Mean absolute error of a block of one SKU, in units, over all SKUs and cutoffs; NaN when nothing can be compared.

    Periods without a figure, such as hours in which nobody counted, are compared with nothing.
    """
    errors = [_block_errors(forecast, panel, size) for forecast in forecasts]
    known = np.concatenate(errors)[~np.isnan(np.concatenate(errors))] if errors else np.array([])
    return float(np.abs(known).mean()) if len(known) else float("nan")


def _block_errors(forecast: Forecast, panel: Panel, size: int) -> np.ndarray:
    step = size if forecast.horizon >= size else 1
    whole = forecast.horizon // step * step
    begin = int(panel.calendar.get_indexer(forecast.dates[:1])[0])
    actual = np.stack([_units(panel, unique_id)[begin : begin + whole] for unique_id in forecast.ids])
    return _sums((actual - forecast.mean[:, :whole]).reshape(-1, step))


def _units(panel: Panel, unique_id: str | None) -> np.ndarray:
    """Units in every period of the panel's calendar, NaN before a series begins."""
    if unique_id is not None:
        own = panel.series(unique_id)["y"].to_numpy(dtype=float)
        return np.concatenate([np.full(len(panel.calendar) - len(own), np.nan), own])
    units, width = np.zeros(len(panel.calendar)), len(panel.calendar)
    for begin, end in zip(panel.indptr[:-1], panel.indptr[1:], strict=True):
        units[width - (end - begin) :] += np.nan_to_num(panel.columns["y"][begin:end])
    return units


def _sums(parts: np.ndarray) -> np.ndarray:
    """Sum of each row; NaN where nothing of it is known."""
    known = ~np.isnan(parts)
    return np.where(known.any(axis=1), np.where(known, parts, 0.0).sum(axis=1), np.nan)
