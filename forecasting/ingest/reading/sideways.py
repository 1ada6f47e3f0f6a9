"""Tables that stand side by side on a sheet, told apart by the blank columns between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from forecasting.ingest.reading.table import Table, column_names


def split_sideways(table: Table) -> list[Table]:
    """The tables in one rectangle: parts between blank columns that repeat each other's header, or end on different rows.

    A blank column inside one table is only space: its parts are filled on the same rows, under names of their own.
    """
    parts = _parts(table)
    if len(parts) < 2 or not table.has_header or any(len(part) < 2 for part in parts):
        return [table]
    heights = [_filled(table, part) for part in parts]
    titles = [_title([table.header[j].strip() for j in part]) for part in parts]
    heads = [
        tuple(table.header[j].strip()[len(title) :].strip().lower() for j in part)
        for part, title in zip(parts, titles, strict=True)
    ]
    alike = len(set(heads)) < len(heads)
    uneven = all(heights) and max(heights) > min(heights) and _end_in_one_block(table, parts, heights)
    if not (alike or uneven):
        return [table]
    titles = titles if alike else [""] * len(parts)
    return [_part(table, part, height, title) for part, height, title in zip(parts, heights, titles, strict=True)]


def _title(names: Sequence[str]) -> str:
    """The words with which all names of a part begin: the title that stood above them."""
    words = [name.split() for name in names]
    shared = 0
    while all(len(each) > shared + 1 and each[shared] == words[0][shared] for each in words):
        shared += 1
    return " ".join(words[0][:shared])


def _parts(table: Table) -> list[list[int]]:
    """Runs of columns between columns without a name and without a cell; a header written twice over makes two parts."""
    blank = [not name.strip() and not (table.column(j).str.strip_chars() != "").any() for j, name in enumerate(table.header)]
    parts: list[list[int]] = [[]]
    for j, empty in enumerate(blank):
        if empty and parts[-1]:
            parts.append([])
        elif not empty:
            parts[-1].append(j)
    parts = [part for part in parts if part]
    half = table.width // 2
    if len(parts) == 1 and table.width >= 6 and table.width % 2 == 0 and table.header[:half] == table.header[half:]:
        return [list(range(half)), list(range(half, table.width))]
    return parts


def _filled(table: Table, part: Sequence[int]) -> int:
    """The number of rows up to the last one that holds anything in these columns."""
    held = table.cells.select(pl.any_horizontal(pl.nth(list(part)).str.strip_chars() != "")).to_series()
    return int(held.arg_true().max() or 0) + 1 if held.any() else 0  # type: ignore[arg-type]


def _end_in_one_block(table: Table, parts: Sequence[Sequence[int]], heights: Sequence[int]) -> bool:
    """Whether each part is filled without a gap down to its end, under names of its own."""
    for part, height in zip(parts, heights, strict=True):
        rows = table.cells.head(height).select(pl.all_horizontal(pl.nth(list(part)).str.strip_chars() == "")).to_series()
        if rows.any() or any(not table.header[j].strip() for j in part):
            return False
    return True


def _part(table: Table, part: Sequence[int], height: int, title: str) -> Table:
    cells = table.cells.head(height).select(pl.nth(list(part)))
    return replace(
        table,
        sheet=f"{table.sheet} {title}".strip(),
        header=tuple(table.header[j].strip()[len(title) :].strip() if title else table.header[j] for j in part),
        cells=cells.rename(dict(zip(cells.columns, column_names(len(part)), strict=True))),
        lines=table.lines.head(height),
    )
