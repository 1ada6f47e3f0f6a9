"""The design of a regression: one call makes history and future together, from the past alone."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core.errors import InputError
from forecasting.core.panel import Panel
from forecasting.features.columns import Column, Timeline, calendar_columns
from forecasting.features.terms import Terms

STOCK = "stock"


@dataclass(frozen=True, eq=False)
class Design:
    """The columns of a regression (without the constant) for every SKU, over history and horizon.

    `shared` (periods + horizon, shared columns) is the same for all SKUs, `own` (SKUs, periods + horizon, own columns) is not;
    `columns` names all of them, shared ones first. The first `periods` rows are history.
    """

    columns: tuple[Column, ...]
    dates: pd.DatetimeIndex
    periods: int
    shared: np.ndarray
    own: np.ndarray

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each column."""
        return tuple(column.name for column in self.columns)

    @property
    def terms(self) -> tuple[str, ...]:
        """The term that each column belongs to."""
        return tuple(column.term for column in self.columns)

    def history(self, rows: slice = slice(None)) -> np.ndarray:
        """The design of the past of some SKUs, shape (SKUs, periods, columns)."""
        return self._block(rows, slice(0, self.periods))

    def future(self, rows: slice = slice(None)) -> np.ndarray:
        """The design of the horizon of some SKUs, shape (SKUs, horizon, columns)."""
        return self._block(rows, slice(self.periods, None))

    def frame(self, row: int = 0) -> pd.DataFrame:
        """The visible design matrix of one SKU: a row for each period, past and future, a column for each name."""
        values = self._block(slice(row, row + 1), slice(None))[0]
        return pd.DataFrame(values, columns=list(self.names), index=self.dates.rename("ds"))

    def _block(self, rows: slice, periods: slice) -> np.ndarray:
        own = self.own[rows, periods]
        shared = np.broadcast_to(self.shared[periods], (len(own), *self.shared[periods].shape))
        return np.concatenate([shared, own], axis=2)


def design(panel: Panel, horizon: int, future: pd.DataFrame | None, terms: Terms, usual: Panel | None = None) -> Design:
    """History and future of every term, made together.

    `future` holds the planned values of `panel.known` in the rows of `future_grid`; it may be None when the horizon is 0 or
    nothing is known ahead. Prices become the logarithm of their ratio to the SKU's own median (that in
    `usual`, where given: a panel of the same SKUs), stock becomes "out of stock".
    Raises InputError when `future` lacks a regressor or has the wrong number of rows.

    >>> sales = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=3), "y": 1.0})
    >>> design(Panel.build(sales), 2, None, Terms(trend="linear", weekday="none", year_waves=0)).frame()["trend"].tolist()
    [1.0, 2.0, 3.0, 4.0, 5.0]
    """
    dates = pd.DatetimeIndex(panel.calendar.append(panel.future_dates(horizon)))
    time = Timeline(dates, len(panel.calendar), panel.freq, panel.season_length)
    said = terms.for_freq(panel.freq).beside(panel.events)
    shared = tuple(column for column in calendar_columns(time, said) if column.term not in terms.without)
    own = tuple(
        column for column in _regressors(panel, horizon, future, terms, usual or panel) if column.term not in terms.without
    )
    return Design(
        columns=(*shared, *own),
        dates=dates,
        periods=time.periods,
        shared=np.stack([column.values for column in shared], axis=1) if shared else np.empty((len(dates), 0)),
        own=np.stack([column.values for column in own], axis=2) if own else np.empty((len(panel), len(dates), 0)),
    )


def affordable(made: Design, lengths: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Which columns each SKU can learn, shape (SKUs, columns): its history covers them, and two periods stand behind each.

    `lengths` (SKUs,) counts the periods since a SKU's first, `observed` those with sales data. Whole terms are given up, the
    last ones first.
    """
    covered = lengths[:, None] >= np.array([column.needs for column in made.columns], dtype=int)
    result = np.zeros_like(covered)
    spent = np.ones(len(lengths))
    terms = np.asarray(made.terms, dtype=object)
    for term in dict.fromkeys(made.terms):
        columns = covered & (terms == term)
        cost = columns.sum(axis=1)
        pays = 2 * (spent + cost) <= observed
        result |= columns & pays[:, None]
        spent += np.where(pays, cost, 0)
    return result


def _regressors(panel: Panel, horizon: int, future: pd.DataFrame | None, terms: Terms, usual: Panel) -> tuple[Column, ...]:
    names = [name for name in panel.known if name != STOCK] if terms.regressors else []
    columns = [_regressor(name, _past_and_future(panel, horizon, future, name), usual.matrix(name)) for name in names]
    if terms.stock and STOCK in panel.regressors:
        columns.append(Column("out of stock", STOCK, 0, _out_of_stock(panel, horizon, future)))
    return tuple(columns)


def _past_and_future(panel: Panel, horizon: int, future: pd.DataFrame | None, name: str) -> np.ndarray:
    past = panel.matrix(name)
    if not horizon:
        return past
    if future is None or name not in future.columns:
        raise InputError(
            f"The model was fitted with '{name}', but no plan for '{name}' was given; add it to the plan, or fit without it."
        )
    if len(future) != len(panel) * horizon:
        raise InputError(
            f"The plan has {len(future):,} rows; {len(panel):,} SKUs x {horizon} periods ahead need {len(panel) * horizon:,}."
        )
    return np.concatenate([past, future[name].to_numpy(dtype="float64").reshape(len(panel), horizon)], axis=1)


def _regressor(name: str, values: np.ndarray, usual: np.ndarray) -> Column:
    """A price as its log ratio to the SKU's usual one, since customers answer to relative changes; others as given."""
    if "price" in name.lower():
        return Column(f"log {name} ratio", name, 0, _log_ratio(values, usual))
    return Column(name, name, 0, np.nan_to_num(_carried(values)))


def _log_ratio(price: np.ndarray, usual: np.ndarray) -> np.ndarray:
    positive = np.where(price > 0, price, np.nan)
    median = pd.DataFrame(np.where(usual > 0, usual, np.nan).T).median().to_numpy()[:, None]
    return np.nan_to_num(np.log(_carried(positive)) - np.log(median))


def _out_of_stock(panel: Panel, horizon: int, future: pd.DataFrame | None) -> np.ndarray:
    """1 where nothing was left; the future is in stock unless stock is planned."""
    if STOCK in panel.known and horizon:
        stock = _past_and_future(panel, horizon, future, STOCK)
    else:
        stock = np.concatenate([panel.matrix(STOCK), np.full((len(panel), horizon), np.nan)], axis=1)
    return (stock <= 0).astype("float64")


def _carried(values: np.ndarray) -> np.ndarray:
    """A missing value stays as it was before."""
    return pd.DataFrame(values.T).ffill().to_numpy().T
