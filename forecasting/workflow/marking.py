"""A table as it stands in its file, a few rows of it, each with what the import took it for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:  # the readers load libraries that a server does not need as long as nothing is uploaded
    import polars as pl

    from forecasting.ingest.mapping import Mapping
    from forecasting.ingest.reading.table import Table

ABOVE, HEADER, USED, ASIDE, BELOW, GAP = "above", "header", "used", "aside", "below", "gap"
WIDEST = 16
_FIRST, _LAST, _REASONS, _NOTES = 8, 2, 6, 5
_CELL = "this cell"


@dataclass(frozen=True, eq=False)
class Found:
    """One table of a file as it was found.

    Attributes:
        file, sheet: where it stands.
        rows: how many rows it has.
        aside: how many of them were set aside.
        columns, roles: the headers that are shown, and what each was taken for; "" where the table was not used.
        hidden: how many columns are not shown.
        view: a few rows: `line` (text), `what` (above, header, used, aside, below, gap), `why`, `fault` (the column at fault,
            or -1), then the cells as text, `0, 1, ...`.
    """

    file: str
    sheet: str
    rows: int
    aside: int
    columns: tuple[str, ...]
    roles: tuple[str, ...]
    hidden: int
    view: pd.DataFrame


def marked(table: Table, mapping: Mapping | None, rejects: pd.DataFrame, rows: int | None = None) -> Found:
    """Mark the rows of one table: what stands above and below it, its header, its first rows, and those around problems.

    Args:
        table: the table; of a very large file it holds the first rows only.
        mapping: what its columns mean, None where the table was left out.
        rejects: the rows of this table that were set aside, in the columns of `Import.set_aside`.
        rows: how many rows it has, where the table does not hold them all.
    """
    firsts = rejects.drop_duplicates("reason").head(_REASONS)
    faults = _faults(table, mapping, firsts)
    shown = _shown_columns(table, mapping, [fault for fault in faults if fault >= 0])
    whole = ~rejects["reason"].str.startswith(_CELL)
    return Found(
        file=table.name,
        sheet=table.sheet,
        rows=table.height if rows is None else rows,
        aside=int(rejects.loc[whole, "row"].nunique()),
        columns=tuple(table.header[j] for j in shown),
        roles=tuple("" if mapping is None else mapping.columns[j].role for j in shown),
        hidden=table.width - len(shown),
        view=_view(table, rejects, firsts, faults, shown),
    )


def _faults(table: Table, mapping: Mapping | None, rejects: pd.DataFrame) -> list[int]:
    """The position of the column at fault in each reject, -1 where it is the row as a whole."""
    names = [*table.header]
    used = [] if mapping is None else [j for j, column in enumerate(mapping.columns) if column.role != "ignore"]
    places = {names[j]: j for j in [*reversed(range(len(names))), *reversed(used)]}
    return [places.get(name, -1) if name else -1 for name in rejects["column"]]


def _shown_columns(table: Table, mapping: Mapping | None, faults: Sequence[int]) -> list[int]:
    """All columns where they fit, else those with a meaning of their own, those at fault, and the first of the others."""
    if table.width <= WIDEST:
        return list(range(table.width))
    plain = ("ignore", "period", "series", "regressor", "attribute")
    keys = [] if mapping is None else [j for j, column in enumerate(mapping.columns) if column.role not in plain]
    order = dict.fromkeys([*keys[: WIDEST - 4], *faults[:4], *range(table.width)])
    return sorted(list(order)[:WIDEST])


def _view(
    table: Table, rejects: pd.DataFrame, firsts: pd.DataFrame, faults: Sequence[int], shown: Sequence[int]
) -> pd.DataFrame:
    width = len(shown)
    rows = [_note(text, ABOVE, width) for text in table.preamble[-_NOTES:]]
    if table.has_header:
        lines = table.header_lines
        rows.append(("–".join(dict.fromkeys(map(str, (lines[0], lines[-1])))) if lines else "", HEADER, "", -1,
                     *(table.header[j] for j in shown)))  # fmt: skip
    rows += _body(table, rejects, dict(zip(firsts["row"].astype(int), faults, strict=True)), shown)
    rows += [_note(text, BELOW, width) for text in table.footer[:_NOTES]]
    return pd.DataFrame(rows, columns=["line", "what", "why", "fault", *map(str, range(width))])


def _note(text: str, what: str, width: int) -> tuple[object, ...]:
    return ("", what, "", -1, text, *[""] * (width - 1))


def _body(table: Table, rejects: pd.DataFrame, faults: dict[int, int], shown: Sequence[int]) -> list[tuple[object, ...]]:
    """The first and last rows and those around the first problem of each kind, with a gap wherever lines are left out."""
    held = _held(table, faults)
    reasons = {int(row): (str(why), str(value), str(column)) for row, why, value, column in
               zip(rejects["row"], rejects["reason"], rejects["value"], rejects["column"], strict=True)
               if int(row) in held or int(row) in faults}  # fmt: skip
    near = dict.fromkeys(sorted({*held, *faults}))
    found: list[tuple[object, ...]] = []
    for before, line in pairwise([None, *near]):
        if line is None:
            continue
        if before is not None and _apart(table, before, line):
            found.append(("", GAP, "", -1, *[""] * len(shown)))
        cells = held.get(line) or _only_fault(table, faults.get(line, -1), reasons[line][1])
        found.append(_row(line, cells, reasons.get(line), faults.get(line, _place(table, reasons.get(line))), shown))
    return found


def _row(
    line: int, cells: Sequence[str], reject: tuple[str, str, str] | None, fault: int, shown: Sequence[int]
) -> tuple[object, ...]:
    why = "" if reject is None else reject[0]
    what = ASIDE if reject is not None and not why.startswith(_CELL) else USED
    return (str(line), what, why, shown.index(fault) if fault in shown else -1, *(cells[j] for j in shown))


def _place(table: Table, reject: tuple[str, str, str] | None) -> int:
    return table.header.index(reject[2]) if reject is not None and reject[2] in table.header else -1


def _held(table: Table, faults: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Rows that the table holds, by their line: the first, the last, and those at and beside a problem."""
    import polars as pl

    places = {*range(min(_FIRST, table.height)), *range(max(0, table.height - _LAST), table.height)}
    at = pl.Series(list(faults), dtype=table.lines.dtype)
    wrong = table.lines.is_in(at.implode()).arg_true().to_list()
    places |= {place + step for place in wrong for step in (-1, 0, 1) if 0 <= place + step < table.height}
    order = sorted(places)
    lines = table.lines.gather(order).to_list()
    return dict(zip(lines, table.cells[order].rows(), strict=True))


def _apart(table: Table, before: int, line: int) -> bool:
    """Whether rows of the table stand between two lines."""
    if line - before <= 1:
        return False
    between = _between(table.lines, before, line)
    return between > 0 or table.lines[-1] < line


def _between(lines: pl.Series, before: int, line: int) -> int:
    return int(((lines > before) & (lines < line)).sum())


def _only_fault(table: Table, fault: int, value: str) -> tuple[str, ...]:
    """A row that was not kept: only the cell at fault is known."""
    return tuple(value if j == fault else "…" for j in range(table.width))
