"""The portfolio summed up: the shop in a few numbers, ABC by XYZ, and groups of SKUs side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.explore.portfolio import Portfolio, last


@dataclass(frozen=True)
class Headline:
    """The shop in a few numbers: the worth of the last horizon, the one before, and the same a year ago (NaN: unknown)."""

    latest: float
    before: float
    year_ago: float
    rising: int
    falling: int
    a_skus: int
    a_share: float


def headline(found: Portfolio) -> Headline:
    """The numbers at the top of the page."""
    scale, total = found.scale, np.nansum(found.worth, axis=0, dtype=float)
    ahead, end = scale.horizon, len(total) - scale.season
    leading = (found.table["abc"] == "A").to_numpy()
    return Headline(
        latest=float(total[-ahead:].sum()),
        before=float(total[-2 * ahead : -ahead].sum()) if len(total) >= 2 * ahead else float("nan"),
        year_ago=float(total[end - ahead : end].sum()) if scale.year and end >= ahead else float("nan"),
        rising=int((found.table["trend"] > 0).sum()),
        falling=int((found.table["trend"] < 0).sum()),
        a_skus=int(leading.sum()),
        a_share=float(found.table["share"].to_numpy()[leading].sum()),
    )


def matrix(found: Portfolio) -> tuple[np.ndarray, np.ndarray]:
    """How many SKUs lie in each cell of ABC (rows) by XYZ (columns), and their share of the worth, each of shape (3, 3)."""
    place = {name: number for number, name in enumerate(("A", "B", "C"))}
    steady = {name: number for number, name in enumerate(("X", "Y", "Z"))}
    table = found.table[found.table["xyz"] != ""]
    cell = 3 * table["abc"].map(place).to_numpy(dtype=int) + table["xyz"].map(steady).to_numpy(dtype=int)
    count = np.bincount(cell, minlength=9)
    return count.reshape(3, 3), np.bincount(cell, np.nan_to_num(table["share"].to_numpy()), minlength=9).reshape(3, 3)


def grouped(found: Portfolio, labels: Sequence[str] | np.ndarray, flagged: np.ndarray) -> pd.DataFrame:
    """Sums of the SKUs with one label, the most worth first.

    Columns: `group, skus, units, worth, share, change, rising, falling, flagged`. `labels` and `flagged` have one entry for
    each SKU. `change` is that of the worth in the last horizon, a fraction. Shares add up to 1.
    """
    codes, groups = pd.factorize(pd.Series(labels, dtype=object), sort=True)
    table, ahead = found.table, found.scale.horizon

    def summed(values: np.ndarray) -> np.ndarray:
        return np.bincount(codes, np.nan_to_num(values), minlength=len(groups))

    latest, before = (summed(last(found.worth, ahead, back)) for back in (0, 1))
    rows = pd.DataFrame(
        {
            "group": groups,
            "skus": np.bincount(codes, minlength=len(groups)),
            "units": summed(table["units"].to_numpy()),
            "worth": summed(table["worth"].to_numpy()),
            "share": summed(table["share"].to_numpy()),
            "change": np.divide(latest, before, out=np.full(len(groups), np.nan), where=before > 0) - 1,
            "rising": summed(table["trend"].to_numpy() > 0).astype(int),
            "falling": summed(table["trend"].to_numpy() < 0).astype(int),
            "flagged": summed(flagged).astype(int),
        }
    )
    return rows.sort_values("worth", ascending=False, kind="stable", ignore_index=True)


def curves(found: Portfolio, labels: Sequence[str] | np.ndarray | None = None, most: int = 6) -> pd.DataFrame:
    """The worth of each block, of all or of the largest groups: rows `ds`, one column for each, `other` for the rest.

    NaN where nothing is known of any SKU of a group.
    """
    if labels is None:
        return pd.DataFrame({"ds": found.starts, "total": _together(found.worth)})
    texts = pd.Series(labels, dtype=object).to_numpy()
    worth = pd.Series(found.table["worth"].to_numpy()).groupby(texts).sum()
    largest = worth.nlargest(most).index
    lines = {str(name): _together(found.worth[texts == name]) for name in largest}
    if len(worth) > most:
        lines["other"] = _together(found.worth[~np.isin(texts, largest)])
    return pd.DataFrame({"ds": found.starts} | lines)


def _together(worth: np.ndarray) -> np.ndarray:
    """The sum of some SKUs (SKUs, blocks) in each block, NaN where none of them is known."""
    return np.where(np.isnan(worth).all(axis=0), np.nan, np.nansum(worth, axis=0, dtype=float))
