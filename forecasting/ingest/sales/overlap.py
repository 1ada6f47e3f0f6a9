"""The same sales in two files are counted once."""

from __future__ import annotations

import polars as pl


def mark_overlap(frames: list[pl.DataFrame], layout: str, issues: list[str]) -> list[pl.DataFrame]:
    """Give each facts frame a column `again` (Boolean): rows that an earlier file holds already.

    A row that stands k times in one file and m times in another is counted max(k, m) times, so that real repeats inside a file
    stay. Tables of totals whose keys meet with mostly different values are different sources (two stores) and are left alone.
    """
    if len(frames) == 1:
        return [frames[0].with_columns(again=False)]
    keyed = [_with_key(frame, k) for k, frame in enumerate(frames)]
    stacked = pl.concat([f.select("source", "position", "row_hash", "key_hash") for f in keyed])
    if layout != "orders" and not _same_source(stacked):
        issues.append(
            "the files hold different values for the same SKUs and dates; they are taken as different sources and summed"
        )
        return [frame.with_columns(again=False) for frame in frames]
    counted = stacked.with_columns(nth=pl.int_range(pl.len()).over("source", "row_hash"))
    first = counted.with_columns(again=pl.col("source") > pl.col("source").min().over("row_hash", "nth"))
    if layout != "orders":
        first = _conflicts(first, issues)
    flags = first.sort("source", "position")
    return [frame.with_columns(again=flags.filter(pl.col("source") == k)["again"]) for k, frame in enumerate(frames)]


def _with_key(frame: pl.DataFrame, source: int) -> pl.DataFrame:
    shared = [n for n in frame.columns if n not in ("line", "again")]
    keys = [n for n in ("sku", "ds", "channel", "order") if n in frame.columns]
    return frame.select(
        source=pl.lit(source, dtype=pl.UInt32),
        position=pl.int_range(pl.len(), dtype=pl.UInt32),
        row_hash=frame.select(sorted(shared)).hash_rows(),
        key_hash=frame.select(keys).hash_rows(),
    )


def _same_source(stacked: pl.DataFrame) -> bool:
    """Whether the keys that several files share mostly carry the same row."""
    per_key = stacked.group_by("key_hash").agg(files=pl.col("source").n_unique(), rows=pl.col("row_hash").n_unique())
    shared = per_key.filter(pl.col("files") > 1)
    return shared.height == 0 or shared.select((pl.col("rows") == 1).mean()).item() >= 0.5


def _conflicts(first: pl.DataFrame, issues: list[str]) -> pl.DataFrame:
    """The same key with another value in a later file: the later export is the corrected one."""
    last = pl.col("source").max().over("key_hash")
    stale = ~pl.col("again") & (pl.col("source") < last) & (pl.col("row_hash").n_unique().over("key_hash") > 1)
    marked = first.with_columns(stale=stale)
    if marked["stale"].any():
        issues.append(
            f"{marked['stale'].sum()} SKUs and dates have another value in a later file; "
            "the later file was believed: please confirm"
        )
    return marked.with_columns(again=pl.col("again") | pl.col("stale"))
