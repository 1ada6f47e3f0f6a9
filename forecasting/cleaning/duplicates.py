"""Rows that say the same thing twice, or two things about one cell."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from forecasting.core.errors import SpecInvalid

POLICIES = ("sum", "last", "first", "max")


@dataclass(frozen=True, eq=False)
class Resolved:
    """One row per key, how many exact repeats were dropped, and the rows that contradict each other."""

    frame: pd.DataFrame
    repeats: int
    conflicts: pd.DataFrame


def resolve_duplicates(frame: pd.DataFrame, *, conflicts: str = "sum") -> Resolved:
    """Bring a long frame (unique_id, ds, y, ...) to one row per SKU and date.

    Rows equal in every column are one row written twice and are dropped. What is left on one key are different lines: they are
    summed by default; "last", "first" and "max" choose one of them. They are returned too, so that the user can be asked.

    >>> frame = pd.DataFrame({"unique_id": "A", "ds": pd.to_datetime(["2024-01-01"] * 3), "y": [2.0, 2.0, 3.0]})
    >>> done = resolve_duplicates(frame)
    >>> done.frame["y"].tolist(), done.repeats, len(done.conflicts)
    ([5.0], 1, 2)
    """
    if conflicts not in POLICIES:
        raise SpecInvalid(f"Contradicting rows cannot be resolved by {conflicts!r}; choose one of {', '.join(POLICIES)}.")
    keys = ["unique_id", "ds"]
    distinct = frame.drop_duplicates()
    clashing = distinct[distinct.duplicated(keys, keep=False)]
    others = {name: "first" for name in frame.columns if name not in (*keys, "y")}
    how = {"y": (lambda y: y.sum(min_count=1)) if conflicts == "sum" else conflicts} | others
    merged = clashing.groupby(keys, as_index=False, sort=False).agg(how) if len(clashing) else clashing
    alone = distinct.drop(clashing.index)
    whole = pd.concat([alone, merged]) if len(merged) else alone
    return Resolved(whole.sort_values(keys)[list(frame.columns)].reset_index(drop=True), len(frame) - len(distinct), clashing)
