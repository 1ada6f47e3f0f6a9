"""The Panel: many series in one long frame, checked once, then trusted by everything downstream."""

import hashlib
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from forecasting.core.errors import PanelInvalid, SpecInvalid
from forecasting.core.event import Event
from forecasting.core.frequency import grain, infer_freq, normalise_freq, to_period_start

KEYS = ("unique_id", "ds", "y")
PRICES = ("price", "price_paid")


@dataclass(frozen=True, eq=False)
class Panel:
    """Sales of many SKUs on one regular calendar.

    Each series runs without a hole from its own first period to the last period of the panel; a period that is missing has the
    value NaN. `frame` shows it in the field's own grammar: `unique_id` (text), `ds` (start of the period, no time zone), `y`
    (units) and one float column for each regressor, sorted by `unique_id, ds`. `static` holds one row of attributes for each
    SKU (index `unique_id`, text values), `known` the regressors whose future the merchant plans (price, promotion); the others,
    such as stock or visitors, are only observed afterwards. `events` are days that are special for all SKUs, past and ahead:
    like a plan, they are known at every cutoff. Build it with `Panel.build`.

    It is kept compactly, because a server holds one for each session: `columns` has the values of all series one after the
    other (4 bytes a cell where that loses nothing), `indptr` says where each series begins.

    >>> sales = pd.DataFrame({"unique_id": "A", "ds": pd.to_datetime(["2024-01-01", "2024-01-03"]), "y": [5, 7]})
    >>> panel = Panel.build(sales, freq="D")
    >>> panel.frame["y"].tolist()
    [5.0, nan, 7.0]
    """

    ids: tuple[str, ...]
    calendar: pd.DatetimeIndex
    indptr: np.ndarray = field(repr=False)
    columns: dict[str, np.ndarray] = field(repr=False)
    freq: str
    season_length: int
    static: pd.DataFrame = field(repr=False)
    known: tuple[str, ...]
    events: tuple[Event, ...] = field(default=(), repr=False)

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
        ids, calendar, indptr, columns = _fill_grid(checked, alias)
        return cls(
            ids=ids,
            calendar=calendar,
            indptr=indptr,
            columns=columns,
            freq=alias,
            season_length=season_length or grain(alias).season_length,
            static=_aligned_static(static, ids),
            known=_known(known, tuple(columns)[1:]),
        )

    def __len__(self) -> int:
        return len(self.ids)

    def __getstate__(self) -> dict[str, Any]:
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}

    @property
    def frame(self) -> pd.DataFrame:
        """All rows, `unique_id, ds, y` and the regressors; kept only for as long as somebody holds it."""
        held: weakref.ref[pd.DataFrame] | None = self.__dict__.get("_frame")
        frame = held() if held is not None else None
        if frame is None:
            frame = self._rows_between(0, len(self))
            self.__dict__["_frame"] = weakref.ref(frame)
        return frame

    @property
    def regressors(self) -> tuple[str, ...]:
        """Names of the numeric columns beside the sales."""
        return tuple(self.columns)[1:]

    @property
    def priced(self) -> str | None:
        """The column that says what one unit sold for: the price as stated, else the one paid on average; None without."""
        return next((name for name in PRICES if name in self.columns), None)

    @property
    def first(self) -> pd.Timestamp:
        """The first period of any series."""
        return self.calendar[0]

    @property
    def last(self) -> pd.Timestamp:
        """The last period, the same for every series: the origin of a forecast from this panel."""
        return self.calendar[-1]

    @cached_property
    def lengths(self) -> np.ndarray:
        """Number of periods of each series, shape (SKUs,)."""
        return np.diff(self.indptr)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything in the panel: two panels with one digest give the same forecasts."""
        digest = hashlib.sha256(f"{self.freq}|{self.season_length}|{self.known}|{list(self.columns)}".encode())
        digest.update("\x1f".join(self.ids).encode())
        digest.update(self.indptr.astype("<i8").tobytes())
        digest.update(self.calendar.to_numpy().astype("<M8[ns]").tobytes())
        for cells in self.columns.values():
            values = cells.astype("<f8") + 0.0
            values[np.isnan(values)] = np.nan
            digest.update(values.tobytes())
        digest.update(self.static.to_csv().encode())
        if self.events:
            digest.update(repr(self.events).encode())
        return digest.hexdigest()

    def series(self, unique_id: str) -> pd.DataFrame:
        """The rows of one SKU. Raises PanelInvalid when the panel has no such SKU."""
        position = self._position(unique_id)
        return self._rows_between(position, position + 1)

    def select(self, ids: Sequence[str]) -> "Panel":
        """The panel of some SKUs, in the panel's own order. Raises PanelInvalid for an unknown one."""
        positions = np.unique([self._position(unique_id) for unique_id in ids])
        if not len(positions):
            raise PanelInvalid("No SKU is selected; choose at least one.")
        return self._kept(positions, len(self.calendar))

    def until(self, cutoff: pd.Timestamp) -> "Panel":
        """What was known at the cutoff: rows up to and including it; SKUs that start later are not in it.

        Raises PanelInvalid when nothing is left.
        """
        width = int(self.calendar.searchsorted(cutoff, side="right"))
        return self._kept(np.flatnonzero(self.lengths > len(self.calendar) - width), width)

    def after(self, cutoff: pd.Timestamp, periods: int) -> pd.DataFrame:
        """What came in the `periods` periods after a cutoff, of the SKUs that `until(cutoff)` has: rows as in `frame`.

        >>> sales = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=4), "y": [5, 7, 6, 8]})
        >>> Panel.build(sales).after(pd.Timestamp("2024-01-02"), 2)["y"].tolist()
        [6.0, 8.0]
        """
        width = int(self.calendar.searchsorted(cutoff, side="right"))
        ahead = self.calendar[width : width + periods]
        positions = np.flatnonzero(self.lengths > len(self.calendar) - width)
        first = self.indptr[positions + 1] - (len(self.calendar) - width)
        cells = (first[:, None] + np.arange(len(ahead))).ravel()
        keys = {
            "unique_id": np.repeat(np.asarray(self.ids, dtype=object)[positions], len(ahead)),
            "ds": np.tile(ahead.to_numpy(), len(positions)),
        }
        return pd.DataFrame(keys | {name: values[cells].astype("float64") for name, values in self.columns.items()})

    def recent(self, periods: int) -> "Panel":
        """Only the last periods of every series. Raises PanelInvalid when it is not at least one."""
        if periods < 1:
            raise PanelInvalid(f"{periods} periods of history are no panel; keep at least one.")
        lengths = np.minimum(self.lengths, periods)
        kept = np.arange(len(self.columns["y"])) >= np.repeat(self.indptr[1:] - lengths, self.lengths)
        return replace(
            self,
            calendar=self.calendar[-periods:],
            indptr=np.concatenate([[0], np.cumsum(lengths)]).astype(self.indptr.dtype),
            columns={name: cells[kept] for name, cells in self.columns.items()},
        )

    def without(self, regressors: Iterable[str]) -> "Panel":
        """The panel with some regressors left out."""
        gone = set(regressors) - {"y"}
        return replace(
            self,
            columns={name: cells for name, cells in self.columns.items() if name not in gone},
            known=tuple(name for name in self.known if name not in gone),
        )

    def knowing(self, regressors: Iterable[str]) -> "Panel":
        """The panel with further regressors that the merchant plans. Raises PanelInvalid for one that it does not have."""
        return replace(self, known=_known([*self.known, *regressors], self.regressors))

    @cached_property
    def listed(self) -> np.ndarray:
        """Which cells of `matrix` stand for a row of the frame: False before a series begins, shape (SKUs, periods)."""
        width = len(self.calendar)
        return np.arange(width) >= width - self.lengths[:, None]

    def matrix(self, column: str = "y") -> np.ndarray:
        """One column as an array (SKUs, periods of the calendar), NaN before a series begins."""
        values = np.full((len(self), len(self.calendar)), np.nan)
        values[self.listed] = self.columns[column]
        return values

    def rows(self, matrix: np.ndarray) -> np.ndarray:
        """The way back: the cells of an array (SKUs, periods) in the order of the frame's rows."""
        return matrix[self.listed]

    def future_dates(self, horizon: int) -> pd.DatetimeIndex:
        """The `horizon` periods after the last one. Raises SpecInvalid when they run out of the calendar."""
        try:
            return pd.date_range(self.last, periods=horizon + 1, freq=self.freq)[1:]
        except (pd.errors.OutOfBoundsDatetime, OverflowError):
            raise SpecInvalid(
                f"A horizon of {horizon:,} periods runs beyond the year 2262, where the calendar ends; choose a shorter one."
            ) from None

    def _position(self, unique_id: str) -> int:
        try:
            return self._positions[unique_id]
        except KeyError:
            raise PanelInvalid(f"The SKU '{unique_id}' is not among the {len(self):,} SKUs of this data.") from None

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {unique_id: position for position, unique_id in enumerate(self.ids)}

    def _rows_between(self, first: int, last: int) -> pd.DataFrame:
        """The rows of the series first to last (exclusive), numbered as in the whole frame."""
        lengths = self.lengths[first:last]
        start, stop = self.indptr[first], self.indptr[last]
        periods = np.arange(start, stop) - np.repeat(self.indptr[first:last] + lengths - len(self.calendar), lengths)
        keys = {
            "unique_id": np.repeat(np.asarray(self.ids[first:last], dtype=object), lengths),
            "ds": self.calendar.to_numpy()[periods],
        }
        cells = {name: values[start:stop].astype("float64") for name, values in self.columns.items()}
        return pd.DataFrame(keys | cells, index=pd.RangeIndex(start, stop))

    def _kept(self, positions: np.ndarray, width: int) -> "Panel":
        """The panel of some series, in the order given, over the first `width` periods of the calendar."""
        if not len(positions) or not width:
            raise PanelInvalid("No sales are left after this selection; choose a later date or other SKUs.")
        cut = len(self.calendar) - width
        lengths = self.lengths[positions] - cut
        starts = self.indptr[positions]
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        cells = np.arange(indptr[-1]) + np.repeat(starts - indptr[:-1], lengths)
        return replace(
            self,
            ids=tuple(self.ids[position] for position in positions),
            calendar=self.calendar[width - lengths.max() : width],
            indptr=indptr,
            columns={name: values[cells] for name, values in self.columns.items()},
            static=self.static.iloc[positions],
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


def _fill_grid(frame: pd.DataFrame, freq: str) -> tuple[tuple[str, ...], pd.DatetimeIndex, np.ndarray, dict[str, np.ndarray]]:
    codes, ids = pd.factorize(frame["unique_id"], sort=True)
    calendar = pd.date_range(frame["ds"].min(), frame["ds"].max(), freq=freq)
    periods = calendar.get_indexer(pd.DatetimeIndex(frame["ds"]))
    if (periods < 0).any():
        found = frame["ds"].iloc[int(np.argmax(periods < 0))]
        raise PanelInvalid(f"The date {found} is not on the grid of frequency {freq}; sum the rows to periods first.")
    first = np.full(len(ids), len(calendar))
    np.minimum.at(first, codes, periods)
    indptr = np.concatenate([[0], np.cumsum(len(calendar) - first)])
    cells = indptr[codes] + periods - first[codes]
    columns = {name: _filled(frame[name].to_numpy(), cells, int(indptr[-1])) for name in frame.columns[2:]}
    return tuple(ids), calendar, indptr, columns


def _filled(values: np.ndarray, cells: np.ndarray, size: int) -> np.ndarray:
    """The values in their cells, NaN elsewhere; in single precision where that is exact, as it is for units."""
    with np.errstate(over="ignore"):
        single = values.astype("float32")
    exact = bool(((single == values) | np.isnan(values)).all())
    filled = np.full(size, np.nan, dtype="float32" if exact else "float64")
    filled[cells] = single if exact else values
    return filled


def _aligned_static(static: pd.DataFrame | None, ids: Sequence[str]) -> pd.DataFrame:
    index = pd.Index(list(ids), name="unique_id", dtype="object")  # type: ignore[call-overload]
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
