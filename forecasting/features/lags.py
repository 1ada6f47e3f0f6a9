"""What a SKU sold before, as columns of a regression: every value was known `step` periods before the period it explains."""

from dataclasses import replace

import numpy as np
import pandas as pd

from forecasting.core.panel import Panel
from forecasting.features.columns import Column
from forecasting.features.design import Design
from forecasting.features.terms import periods_per_year

LAGS, ROLLING, GROUP = "lags", "rolling mean", "category"
_SPARE = 10  # periods beyond the longest lag that a SKU must have
_QUIET = 0.05


def with_lags(made: Design, target: np.ndarray, lags: tuple[int, ...], windows: tuple[int, ...], step: int = 1) -> Design:
    """The design with past values of `target` (SKUs, periods; NaN is missing) and their rolling means as columns of each SKU.

    Lag k of a period lies k periods before it, or the next multiple of k that is not less than `step`; a mean over a window
    ends `step` periods before. So a forecast `step` ahead knows all of them. A missing value is as the last known one; what is
    not known at the end of the history is NaN.

    >>> from forecasting.features.design import design
    >>> from forecasting.features.terms import Terms
    >>> sales = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=4), "y": [1.0, 2, 3, 4]})
    >>> made = design(Panel.build(sales), 2, None, Terms(trend="none", weekday="none", year_waves=0))
    >>> with_lags(made, np.array([[1.0, 2, 3, 4]]), (1,), (2,)).frame().to_numpy().T.tolist()
    [[nan, 1.0, 2.0, 3.0, 4.0, nan], [nan, nan, 1.5, 2.5, 3.5, nan]]
    """
    horizon = len(made.dates) - made.periods
    known = _carried(target)
    columns = [Column(lag_name(lag), LAGS, lag + _SPARE, _moved(known, lag * -(-step // lag), horizon)) for lag in lags]
    columns += [
        Column(window_name(window), ROLLING, window + _SPARE, _moved(_means(known, window), step, horizon))
        for window in windows
    ]
    return _joined(made, columns)


def with_category(made: Design, panel: Panel, category: str = "category") -> Design:
    """The design with the level of each SKU's category a year ago against its mean over the year before that.

    A category repeats its season; a SKU too young to have one borrows it here. The logarithm of the ratio; 0 where there is no
    such past, or the attribute is missing.
    """
    year = round(periods_per_year(panel.freq))
    if category not in panel.static.columns or len(panel.calendar) <= year:
        return made
    codes, levels = pd.factorize(panel.static[category])
    sales = np.nan_to_num(panel.matrix())
    total = np.stack([sales[codes == code].sum(axis=0) for code in range(len(levels))])
    usual = pd.DataFrame(total.T).rolling(year, min_periods=max(2, year // 4)).mean().to_numpy().T
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log((total + _QUIET * usual) / (usual * (1 + _QUIET)))
    ratio = np.nan_to_num(np.clip(ratio, -3, 3), nan=0.0)
    horizon = len(made.dates) - made.periods
    lag = year * max(1, -(-horizon // year))
    values = np.nan_to_num(_moved(ratio, lag, horizon))[codes]
    values[codes < 0] = 0.0
    return _joined(made, [Column("category a year ago", GROUP, 2 * _SPARE, values)])


def lag_name(lag: int) -> str:
    """What the column of a lag is called."""
    return f"sales {lag} before"


def window_name(window: int) -> str:
    """What the column of a rolling mean is called."""
    return f"mean of the last {window}"


def _joined(made: Design, columns: list[Column]) -> Design:
    if not columns:
        return made
    own = np.concatenate([made.own, *(column.values[:, :, None] for column in columns)], axis=2)
    return replace(made, columns=(*made.columns, *columns), own=own)


def _moved(values: np.ndarray, lag: int, horizon: int) -> np.ndarray:
    """Each value `lag` periods later, on a calendar that is `horizon` periods longer."""
    result = np.full((len(values), values.shape[1] + horizon), np.nan)
    end = min(result.shape[1], values.shape[1] + lag)
    result[:, lag:end] = values[:, : end - lag] if end > lag else values[:, :0]
    return result


def _means(values: np.ndarray, window: int) -> np.ndarray:
    return pd.DataFrame(values.T).rolling(window).mean().to_numpy().T


def _carried(values: np.ndarray) -> np.ndarray:
    return pd.DataFrame(values.T).ffill().to_numpy().T
