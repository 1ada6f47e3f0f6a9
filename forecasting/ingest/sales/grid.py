"""Sales facts -> the regular grid of a Panel: grain, sums, and what an absent row means."""

from __future__ import annotations

import datetime as dt
from itertools import count

import numpy as np
import pandas as pd
import polars as pl

from forecasting.core.errors import PanelInvalid
from forecasting.core.frequency import infer_freq, normalise_freq, season_length
from forecasting.core.panel import Panel
from forecasting.ingest.meaning.columns import AMOUNTS
from forecasting.ingest.meaning.known import known_ahead
from forecasting.ingest.sales.gaps import closed_times, gaps

STATIC = ("name", "category", "brand", "channel")
MAX_CELLS = 60_000_000
GROUPED_ROWS = 2_000_000
MONEY = 1e6  # money is added up in whole millionths, which sum to the same total in any order
_ZERO_WHERE_ABSENT = frozenset(("y", "returns", *AMOUNTS))
_FOUR_WEEKS = 28


def choose_freq(frame: pl.DataFrame, layout: str, grain: str, asked: str | None) -> str:
    """The grain asked for, else the one the texts name, else the one the dates lie on; order lines are summed to days."""
    if asked:
        return normalise_freq(asked)
    if grain in ("month", "quarter", "half", "year"):
        return {"month": "MS", "quarter": "QS", "half": "YS", "year": "YS"}[grain]
    if grain == "week":
        return "W-MON"
    if layout == "orders":
        return "D"  # few orders may lie a month apart by chance; each still is of a day
    moments = frame["ds"].unique()
    timed = (moments.dt.time() != dt.time(0)).any()
    if timed and not _hourly(frame, moments, layout):
        moments = moments.dt.truncate("1d").unique()
    days = pd.DatetimeIndex(moments.sort().to_numpy())
    return infer_freq(pd.Series(days))


def say_if_four_weeks(frame: pl.DataFrame, freq: str, issues: list[str]) -> None:
    """Dates four weeks apart are added up to months, one of which gets two of them."""
    if freq != "MS":
        return
    steps = frame["ds"].dt.date().unique().sort().diff().dt.total_days().drop_nulls()
    if len(steps) > 1 and (steps % _FOUR_WEEKS == 0).all():
        issues.append(
            "the dates are four weeks apart and are added up to months, some of which get two of them: "
            "export the sales by day or by week if you can"
        )


def _hourly(frame: pl.DataFrame, moments: pl.Series, layout: str) -> bool:
    """Readings on full hours, several a day for each SKU, and never twice: an hourly table, not order times."""
    odd = int((moments.dt.minute() != 0).sum())
    if layout == "orders" or odd > 0.02 * len(moments) or moments.dt.hour().n_unique() < 4:
        return False
    per_day = frame.group_by("sku", pl.col("ds").dt.truncate("1d")).agg(n=pl.len(), distinct=pl.col("ds").n_unique())
    often = frame.height >= 3 * per_day.height
    return often and per_day.filter(pl.col("n") == pl.col("distinct")).height > 0.95 * per_day.height


def period_start(freq: str) -> pl.Expr:
    """Expression that moves `ds` back to the start of its period, as `forecasting.core.frequency.to_period_start` does."""
    head, _, anchor = freq.partition("-")
    if head == "W":
        shift = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN").index(anchor or "MON")
        return pl.col("ds").dt.offset_by(f"-{shift}d").dt.truncate("1w").dt.offset_by(f"{shift}d")
    every = {"D": "1d", "B": "1d", "MS": "1mo", "QS": "1q", "YS": "1y", "h": "1h"}.get(head)
    return pl.col("ds").dt.truncate(every or (freq.replace("min", "m") if freq[:1].isdigit() else "1m"))


def sum_to_periods(frame: pl.DataFrame, freq: str, layout: str) -> pl.DataFrame:
    """One row per SKU and period: units, returns and amounts summed, prices weighted by units, stock as last seen."""
    # Codes group several times faster than text. Grouping takes many times the room of the rows: so many SKUs at a time.
    ids = frame["sku"].unique().sort()
    frame = frame.with_columns(pl.col("sku").cast(pl.Enum(ids)))
    number = pl.col("sku").to_physical()
    stride = max(1, len(ids) * GROUPED_ROWS // frame.height)
    parts = (number.is_between(first, first + stride, closed="left") for first in range(0, len(ids), stride))
    return pl.concat([_summed(frame.filter(part), freq, layout) for part in parts])


def _summed(frame: pl.DataFrame, freq: str, layout: str) -> pl.DataFrame:
    """The sums of some SKUs, sorted by SKU and period."""
    # Plain sums are faster than sums with a condition.
    frame, prices = _with_paid(frame.with_columns(period_start(freq)))
    sums = ["sold", *(r for r in AMOUNTS if r in frame.columns and r not in ("tax", "cost", "revenue"))]
    totals: list[pl.Expr] = [pl.col(name).sum() for name in [*sums, "returned", *prices]]
    totals += [pl.col(name).count().alias(f"n:{name}") for name in sums if frame[name].null_count()]
    totals += [
        _level(name) for name in frame.columns if name in ("list_price", "discount", "conversion") or name.startswith("x:")
    ]
    if "promo" in frame.columns:
        totals.append(pl.col("promo").max())
    if "stock" in frame.columns:
        totals.append(_sum("stock") if "channel" in frame.columns else pl.col("stock").last())
    if "price" in frame.columns and layout != "orders":
        totals.append(pl.col("price").mean())
    summed = frame.group_by("sku", "ds").agg(totals)
    if "order" in frame.columns and "orders" not in frame.columns:
        counted = (
            frame.lazy()
            .filter(pl.col("sold") > 0)
            .select("sku", "ds", pl.col("order").hash())
            .unique()
            .group_by("sku", "ds")
            .agg(orders=pl.len().cast(pl.Float64))
        )
        summed = summed.join(counted.collect(), on=["sku", "ds"], how="left").with_columns(pl.col("orders").fill_null(0.0))
    return _named(summed, sums).sort("sku", "ds")


def period_sums(frame: pl.DataFrame, freq: str) -> pl.DataFrame:
    """Order lines summed to SKUs and periods, with the parts of averages, so that sums of several pieces can be added up."""
    frame, prices = _with_paid(frame.with_columns(period_start(freq)))
    totals = frame.group_by("sku", "ds").agg(pl.col("sold", "returned", *prices).sum())
    if "order" in frame.columns:
        lines = frame.lazy().filter(pl.col("sold") > 0).select("sku", "ds", pl.col("order").hash()).unique()
        counted = lines.group_by("sku", "ds").agg(orders=pl.len().cast(pl.Float64)).collect()
        totals = totals.join(counted, on=["sku", "ds"], how="left").with_columns(pl.col("orders").fill_null(0.0))
    return totals


def add_up(sums: pl.DataFrame, had: str, freq: str) -> pl.DataFrame:
    """Sums as `period_sums` makes them for periods of `had`, one row for each SKU and period, summed to those of `freq`."""
    moved = sums.select(period_start(freq)).to_series() if freq != had else None
    if moved is not None and (moved != sums["ds"]).any():
        sums = sums.with_columns(moved).group_by("sku", "ds").agg(pl.exclude("sku", "ds").sum())
    return _named(sums, [])


def named_apart(facts: pl.DataFrame) -> pl.DataFrame:
    """The facts of several tables, where what one describes in words and another measures under the same name has two names.

    >>> named_apart(pl.DataFrame({"a:shelf": ["top"], "x:shelf": [1.5], "a:shelf_2": ["low"]})).columns
    ['a:shelf_3', 'x:shelf', 'a:shelf_2']
    """
    taken = {name.partition(":")[2] for name in facts.columns if name[:2] in ("a:", "x:")}
    changed: dict[str, str] = {}
    for name in facts.columns:
        if name.startswith("a:") and f"x:{name[2:]}" in facts.columns:
            free = next(other for k in count(2) if (other := f"{name[2:]}_{k}") not in taken)
            changed[name] = f"a:{free}"
            taken.add(free)
    return facts.rename(changed)


def attribute_counts(frame: pl.DataFrame) -> pl.DataFrame:
    """How often each SKU carries each value of each attribute: sku, attribute, value, n, at (the first line)."""
    parts = [
        pl.DataFrame(schema={"sku": pl.String, "attribute": pl.String, "value": pl.String, "n": pl.UInt32, "at": pl.UInt32})
    ]
    for name in frame.columns:
        if name in STATIC or name.startswith("a:"):
            counted = (
                frame.lazy()
                .group_by("sku", pl.col(name).alias("value"))
                .agg(n=pl.len().cast(pl.UInt32), at=pl.col("line").first())
            )
            kept = counted.filter(pl.col("value") != "").select("sku", pl.lit(name).alias("attribute"), "value", "n", "at")
            parts.append(kept.collect())
    return pl.concat(parts)


def _with_paid(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Units that have a price or an amount, and the money paid for them in whole millionths."""
    sold = pl.col("sold").clip(lower_bound=0)
    known = next((name for name in ("price", "revenue") if name in frame.columns), None)
    if known is None:
        return frame, []
    money = sold * pl.col("price") if known == "price" else pl.when(pl.col("sold") > 0).then(pl.col("revenue"))
    priced = pl.when(pl.col(known).is_not_null()).then(sold)
    return frame.with_columns(priced=priced, paid=(money * MONEY + 0.5).floor()), ["priced", "paid"]


def _named(summed: pl.DataFrame, sums: list[str]) -> pl.DataFrame:
    """Order lines: the price paid on average. Tables: the price as stated, weighted by units where rows were summed."""
    blank = [pl.when(pl.col(f"n:{name}") > 0).then(pl.col(name)).alias(name) for name in sums if f"n:{name}" in summed.columns]
    summed = summed.with_columns(blank)
    if "paid" in summed.columns:
        average = pl.when(pl.col("priced") > 0).then(pl.col("paid") / (pl.col("priced") * MONEY))
        price = average.otherwise(pl.col("price")).alias("price") if "price" in summed.columns else average.alias("price_paid")
        summed = summed.with_columns(price)
    return summed.select(
        "sku",
        "ds",
        pl.col("sold").alias("y"),
        pl.col("returned").alias("returns"),
        pl.exclude("sku", "ds", "sold", "returned", "priced", "paid", "^n:.*$"),
    )


def _sum(name: str) -> pl.Expr:
    """A sum that stays missing where every part is."""
    return pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum())


def _level(name: str) -> pl.Expr:
    return pl.col(name).mean().alias(name.removeprefix("x:"))


def absent_rule(summed: pl.DataFrame, layout: str, left_out: bool, asked: str) -> tuple[bool, str]:
    """Whether a listed SKU without a row sold nothing, and the sentence that says which rule was used."""
    if layout == "panel":
        return False, ""
    if asked in ("zero", "missing"):
        return asked == "zero", f"a SKU without a row counts as {'0' if asked == 'zero' else 'missing'}, as chosen"
    if layout == "wide":
        return False, "a blank cell counts as missing, not as 0"
    if layout == "orders" or left_out:
        return True, "a listed SKU without a row sold 0: the file holds sales only; it counts as listed from its first row on"
    stated, absent = _empty_cells(summed)
    if stated > absent or summed.height < 2:
        return False, (
            f"a SKU without a row counts as missing: the table states sales of 0 by rows of their own "
            f"({stated:,} rows of 0, {absent:,} without a row)"
        )
    few = (
        f"only {stated:,} of its {stated + absent:,} periods without sales have a row"
        if stated
        else "the table has no rows of 0"
    )
    return True, f"a listed SKU without a row sold 0: {few}, so they were left out; it counts as listed from its first row on"


def _empty_cells(summed: pl.DataFrame) -> tuple[int, int]:
    """Between each SKU's first and last row: how many of its periods have a row of 0, and how many have none.

    A row of 0 with a return is there for the return; periods without a row of any SKU tell nothing.
    """
    nothing = (pl.col("y") == 0) & (pl.col("returns").fill_null(0) == 0 if "returns" in summed.columns else pl.lit(value=True))
    spans = summed.group_by("sku").agg(first=pl.col("ds").min(), last=pl.col("ds").max(), rows=pl.len(), stated=nothing.sum())
    days = summed["ds"].unique().sort().to_numpy()
    periods = np.searchsorted(days, spans["last"].to_numpy()) - np.searchsorted(days, spans["first"].to_numpy()) + 1
    return int(spans["stated"].sum()), int(periods.sum() - spans["rows"].sum())


def build_panel(
    summed: pl.DataFrame, freq: str, zero: bool, static: pd.DataFrame, issues: list[str], *, closing: bool = True
) -> Panel:
    """Lay the sums, one row for each SKU and period, on the calendar; adds a sentence for gaps and closing times.

    When the shop is regularly closed it sells 0, whatever else a SKU without a row means, unless `closing` is false.

    Only `sku` and `ds` are left of `summed`: each column is given up once it is laid out, so that memory never holds all twice.
    """
    days = summed["ds"].to_numpy()
    calendar = pd.date_range(days.min(), days.max(), freq=freq)
    ids, periods = skus_of(summed), _places_of(days, calendar)
    first, indptr, place = _cells_of(summed["sku"].to_physical().to_numpy(), periods, len(ids), len(calendar))
    units = summed["y"].cast(pl.Float64).fill_null(0.0).to_numpy()
    closed = closed_times(periods, calendar, freq, issues) if closing else np.zeros(len(calendar), dtype=bool)
    gap = gaps(periods, units, closed, calendar, freq, issues)
    holes = _repeated(gap, first, indptr) if zero and gap.any() else None
    shut = _repeated(closed, first, indptr) if not zero and closed.any() else None
    del units, periods
    columns = {
        name: _laid_out(
            summed.drop_in_place(name),
            place,
            int(indptr[-1]),
            zero and name in _ZERO_WHERE_ABSENT,
            holes,
            shut if name in _ZERO_WHERE_ABSENT else None,
        )
        for name in summed.columns[2:]
    }
    return Panel(
        ids=tuple(ids),
        calendar=calendar,
        indptr=indptr,
        columns=columns,
        freq=freq,
        season_length=season_length(freq),
        static=static,
        known=known_ahead(columns),
    )


def skus_of(summed: pl.DataFrame) -> list[str]:
    """The SKUs of some sums, in the order of their names: the words of their Enum, each of which has a row."""
    kind = summed["sku"].dtype
    return kind.categories.to_list() if isinstance(kind, pl.Enum) else []


def _cells_of(codes: np.ndarray, periods: np.ndarray, skus: int, length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The first period of each SKU, where its series begins among all cells, and the cell of each row."""
    first = _first_of_each(codes, periods, skus)
    lengths = length - first
    if lengths.sum() > MAX_CELLS:
        raise PanelInvalid(
            f"{skus:,} SKUs over {length:,} periods make {lengths.sum():,} cells; at most {MAX_CELLS:,} fit: "
            "choose a coarser grain or fewer SKUs."
        )
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    place = (indptr[:-1] - first)[codes]
    place += periods
    return first, indptr, place


def _first_of_each(codes: np.ndarray, periods: np.ndarray, count: int) -> np.ndarray:
    """The first period of each code; rows of one code mostly stand together."""
    starts = np.flatnonzero(np.concatenate([[True], codes[1:] != codes[:-1]]))
    first = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(first, codes[starts], np.minimum.reduceat(periods, starts))
    return first


def _places_of(days: np.ndarray, calendar: pd.DatetimeIndex) -> np.ndarray:
    """The place of each day in the calendar, looked up once for each distinct day unless every day has one."""
    if calendar.freqstr == "D":
        return (days.astype("datetime64[D]") - days.min().astype("datetime64[D]")).astype(np.int32)
    codes, distinct = pd.factorize(days)
    return calendar.get_indexer(pd.DatetimeIndex(distinct)).astype(np.int32)[codes]


def _laid_out(
    values: pl.Series, place: np.ndarray, size: int, zero: bool, holes: np.ndarray | None, shut: np.ndarray | None
) -> np.ndarray:
    """The values in their cells, 0 or NaN elsewhere; in single precision where that is exact, as the Panel keeps them."""
    found = values.cast(pl.Float64).to_numpy()
    with np.errstate(over="ignore"):  # what is too large for it is not exact
        single = found.astype(np.float32)
    exact = bool(((single == found) | np.isnan(found)).all())
    kind = np.float32 if exact else np.float64
    cells = np.zeros(size, dtype=kind) if zero else np.full(size, np.nan, dtype=kind)
    if zero and holes is not None:
        cells[holes] = np.nan
    if shut is not None:
        cells[shut] = 0.0
    cells[place] = single if exact else found
    return cells


def _repeated(gap: np.ndarray, first: np.ndarray, indptr: np.ndarray) -> np.ndarray:
    """The cells of all series that fall on the gaps of the calendar."""
    missing = np.flatnonzero(gap)
    cells = indptr[:-1, None] + missing[None, :] - first[:, None]
    return cells[missing[None, :] >= first[:, None]]


def static_of(counts: pl.DataFrame, ids: list[str]) -> pd.DataFrame:
    """Attributes of each SKU: the value most rows have; several channels are named together."""
    found: dict[str, list[str]] = {}
    for name in counts["attribute"].unique(maintain_order=True).to_list():
        rows = counts.filter(pl.col("attribute") == name).group_by("sku", "value").agg(pl.col("n").sum(), pl.col("at").min())
        if name == "channel":
            chosen = rows.sort("value").group_by("sku", maintain_order=True).agg(pl.col("value").head(8).str.join(", "))
        else:
            chosen = (
                rows.sort("n", "at", descending=[True, False])
                .unique("sku", keep="first", maintain_order=True)
                .select("sku", "value")
            )
        values = dict(chosen.iter_rows())
        found[name.removeprefix("a:")] = [values.get(sku, "") for sku in ids]
    return pd.DataFrame(found, index=pd.Index(ids, name="unique_id"), dtype=object)
