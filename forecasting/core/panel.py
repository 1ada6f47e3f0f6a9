"""The Panel: many series in one long frame, checked once, then trusted by everything downstream."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from forecasting.core.errors import PanelInvalid
from forecasting.core.frequency import grain, infer_freq, normalise_freq, to_period_start

KEYS = ("unique_id", "ds", "y")


@dataclass(frozen=True, eq=False)
class Panel:
    """Sales of many SKUs on one regular calendar.

    `frame` has the columns `unique_id` (text), `ds` (start of the period, no time zone), `y` (units) and one float column for
    each regressor, sorted by `unique_id, ds`. Each series runs without a hole from its own first period to the last period of
    the panel; a period that is missing is a row whose `y` is NaN. `static` holds one row of attributes for each SKU (index
    `unique_id`, text values), `known` the regressors whose future the merchant plans (price, promotion); the others, such as
    stock or visitors, are only observed afterwards. Build it with `Panel.build`.

    >>> sales = pd.DataFrame({"unique_id": "A", "ds": pd.to_datetime(["2024-01-01", "2024-01-03"]), "y": [5, 7]})
    >>> panel = Panel.build(sales, freq="D")
    >>> panel.frame["y"].tolist()
    [5.0, nan, 7.0]
    """

    frame: pd.DataFrame
    freq: str
    season_length: int
    static: pd.DataFrame
    known: tuple[str, ...]
    indptr: np.ndarray = field(repr=False)

    @classmethod
    def build(
        cls,
        frame: pd.DataFrame,
        *,
        freq: str | None = None,
        season_length: int | None = None,
        static: pd.DataFrame | None = None,
        known: Iterable[str] = (),
    ) -> "Panel":
        """Check a long frame, sort it and lay it on its regular grid.

        `frame`: `unique_id, ds, y`, then regressors. Raises PanelInvalid when a column is missing, a key occurs twice, a date
        lies off the grid, or a value is infinite.
        """
        checked = _checked_columns(frame)
        alias = normalise_freq(freq) if freq else infer_freq(checked["ds"])
        checked["ds"] = _on_grid(checked, alias)
        _refuse_duplicates(checked)
        filled, indptr = _fill_grid(checked, alias)
        regressors = tuple(filled.columns[3:])
        return cls(
            frame=filled,
            freq=alias,
            season_length=season_length or grain(alias).season_length,
            static=_aligned_static(static, filled["unique_id"].to_numpy()[indptr[:-1]]),
            known=_known(known, regressors),
            indptr=indptr,
        )

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The SKUs, in the order of the frame."""
        return tuple(self.frame["unique_id"].to_numpy()[self.indptr[:-1]])

    @property
    def regressors(self) -> tuple[str, ...]:
        """Names of the numeric columns beside the sales."""
        return tuple(self.frame.columns[3:])

    @cached_property
    def first(self) -> pd.Timestamp:
        """The first period of any series."""
        return self.frame["ds"].min()

    @cached_property
    def last(self) -> pd.Timestamp:
        """The last period, the same for every series: the origin of a forecast from this panel."""
        return self.frame["ds"].iloc[self.indptr[1] - 1]

    @cached_property
    def calendar(self) -> pd.DatetimeIndex:
        """Every period from the first to the last."""
        return pd.date_range(self.first, self.last, freq=self.freq)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything in the panel: two panels with one digest give the same forecasts."""
        digest = hashlib.sha256(f"{self.freq}|{self.season_length}|{self.known}|{list(self.frame.columns)}".encode())
        digest.update("\x1f".join(self.ids).encode())
        digest.update(self.indptr.astype("<i8").tobytes())
        digest.update(self.frame["ds"].to_numpy().astype("<M8[ns]").tobytes())
        for name in self.frame.columns[2:]:
            values = self.frame[name].to_numpy() + 0.0
            values[np.isnan(values)] = np.nan
            digest.update(values.astype("<f8").tobytes())
        digest.update(self.static.to_csv().encode())
        return digest.hexdigest()

    def series(self, unique_id: str) -> pd.DataFrame:
        """The rows of one SKU. Raises PanelInvalid when the panel has no such SKU."""
        position = self._position(unique_id)
        return self.frame.iloc[self.indptr[position] : self.indptr[position + 1]]

    def select(self, ids: Sequence[str]) -> "Panel":
        """The panel of some SKUs, in the panel's own order. Raises PanelInvalid for an unknown one."""
        positions = np.unique([self._position(unique_id) for unique_id in ids])
        if not len(positions):
            raise PanelInvalid("No SKU is selected; choose at least one.")
        keep = np.zeros(len(self), dtype=bool)
        keep[positions] = True
        return self._kept(np.repeat(keep, np.diff(self.indptr)), keep)

    def until(self, cutoff: pd.Timestamp) -> "Panel":
        """What was known at the cutoff: rows up to and including it; SKUs that start later are not in it.

        Raises PanelInvalid when nothing is left.
        """
        rows = (self.frame["ds"] <= cutoff).to_numpy()
        return self._kept(rows, np.add.reduceat(rows, self.indptr[:-1]) > 0)

    def without(self, regressors: Iterable[str]) -> "Panel":
        """The panel with some regressors left out."""
        gone = [name for name in regressors if name in self.regressors]
        return replace(self, frame=self.frame.drop(columns=gone), known=tuple(name for name in self.known if name not in gone))

    @cached_property
    def listed(self) -> np.ndarray:
        """Which cells of `matrix` stand for a row of the frame: False before a series begins, shape (SKUs, periods)."""
        width = len(self.calendar)
        return np.arange(width) >= width - np.diff(self.indptr)[:, None]

    def matrix(self, column: str = "y") -> np.ndarray:
        """One column as an array (SKUs, periods of the calendar), NaN before a series begins."""
        values = np.full(self.listed.shape, np.nan)
        values[self.listed] = self.frame[column].to_numpy()
        return values

    def rows(self, matrix: np.ndarray) -> np.ndarray:
        """The way back: the cells of an array (SKUs, periods) in the order of the frame's rows."""
        return matrix[self.listed]

    def future_dates(self, horizon: int) -> pd.DatetimeIndex:
        """The `horizon` periods after the last one."""
        return pd.date_range(self.last, periods=horizon + 1, freq=self.freq)[1:]

    def _position(self, unique_id: str) -> int:
        try:
            return self._positions[unique_id]
        except KeyError:
            raise PanelInvalid(f"The SKU '{unique_id}' is not among the {len(self):,} SKUs of this data.") from None

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {unique_id: position for position, unique_id in enumerate(self.ids)}

    def _kept(self, rows: np.ndarray, series: np.ndarray) -> "Panel":
        if not rows.any():
            raise PanelInvalid("No sales are left after this selection; choose a later date or other SKUs.")
        lengths = np.add.reduceat(rows, self.indptr[:-1])[series]
        return replace(
            self,
            frame=self.frame[rows].reset_index(drop=True),
            static=self.static[series],
            indptr=np.concatenate([[0], np.cumsum(lengths)]),
        )


def _checked_columns(frame: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in KEYS if name not in frame.columns]
    if missing:
        raise PanelInvalid(f"The frame has no column {', '.join(missing)}; it needs unique_id, ds and y.")
    if frame.empty:
        raise PanelInvalid("There are no sales rows; at least one row with a SKU, a date and a number is needed.")
    regressors = [name for name in frame.columns if name not in KEYS]
    checked = frame[[*KEYS, *regressors]].copy()
    checked["unique_id"] = checked["unique_id"].astype(str).astype(object)
    checked["ds"] = pd.to_datetime(checked["ds"]).astype("datetime64[ns]")
    if checked["ds"].isna().any():
        raise PanelInvalid(f"{int(checked['ds'].isna().sum()):,} rows have no date; remove them or give them one.")
    for name in ["y", *regressors]:
        checked[name] = pd.to_numeric(checked[name]).astype("float64")
        if np.isinf(checked[name].to_numpy()).any():
            raise PanelInvalid(f"The column '{name}' holds infinite numbers; replace them by a number or leave them empty.")
    return checked


def _on_grid(frame: pd.DataFrame, freq: str) -> pd.Series:
    starts = to_period_start(frame["ds"], freq)
    off = starts != frame["ds"]
    if off.any() and freq.split("-")[0] not in ("MS", "QS", "YS"):
        found = frame["ds"][off].iloc[0]
        raise PanelInvalid(f"The date {found} is not the start of a period of frequency {freq}; sum the rows to periods first.")
    return starts


def _refuse_duplicates(frame: pd.DataFrame) -> None:
    twice = frame.duplicated(["unique_id", "ds"])
    if twice.any():
        row = frame[twice].iloc[0]
        raise PanelInvalid(
            f"SKU '{row['unique_id']}' has more than one row for {row['ds']:%Y-%m-%d} ({int(twice.sum()):,} such rows in all); "
            "sum or remove them first."
        )


def _fill_grid(frame: pd.DataFrame, freq: str) -> tuple[pd.DataFrame, np.ndarray]:
    codes, ids = pd.factorize(frame["unique_id"], sort=True)
    calendar = pd.date_range(frame["ds"].min(), frame["ds"].max(), freq=freq)
    periods = calendar.get_indexer(pd.DatetimeIndex(frame["ds"]))
    if (periods < 0).any():
        found = frame["ds"].iloc[int(np.argmax(periods < 0))]
        raise PanelInvalid(f"The date {found} is not on the grid of frequency {freq}; sum the rows to periods first.")
    first = np.full(len(ids), len(calendar))
    np.minimum.at(first, codes, periods)
    indptr = np.concatenate([[0], np.cumsum(len(calendar) - first)])
    rows = indptr[codes] + periods - first[codes]
    positions = np.arange(indptr[-1]) - np.repeat(indptr[:-1] - first, np.diff(indptr))
    filled = {"unique_id": np.repeat(np.asarray(ids, dtype=object), np.diff(indptr)), "ds": calendar.to_numpy()[positions]}
    for name in frame.columns[2:]:
        column = np.full(indptr[-1], np.nan)
        column[rows] = frame[name].to_numpy()
        filled[name] = column
    return pd.DataFrame(filled), indptr


def _aligned_static(static: pd.DataFrame | None, ids: np.ndarray) -> pd.DataFrame:
    index = pd.Index(ids, name="unique_id")
    if static is None:
        return pd.DataFrame(index=index)
    if static.index.has_duplicates:
        raise PanelInvalid("The attributes have more than one row for a SKU; keep one row for each.")
    aligned = static.set_axis(static.index.astype(str)).reindex(index)
    return aligned.astype(object).where(aligned.notna(), "").astype(str).rename_axis(index="unique_id")


def _known(known: Iterable[str], regressors: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(known))
    strangers = [name for name in names if name not in regressors]
    if strangers:
        raise PanelInvalid(f"'{strangers[0]}' is said to be known ahead but is no column of the data: {', '.join(regressors)}.")
    return names
