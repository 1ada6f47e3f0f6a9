"""Files of any kind -> Panel, report, and every row that was not used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

from forecasting.core.errors import InputError
from forecasting.core.frequency import normalise_freq
from forecasting.core.memory import give_back
from forecasting.core.panel import Panel
from forecasting.core.progress import report as tell
from forecasting.ingest.mapping import Mapping
from forecasting.ingest.meaning.propose import is_panel, propose_for
from forecasting.ingest.panelcsv import panel_from_table
from forecasting.ingest.reading.content import Content
from forecasting.ingest.reading.reader import read_tables
from forecasting.ingest.reading.table import Table
from forecasting.ingest.report import SET_ASIDE, ImportReport, no_rejects
from forecasting.ingest.sales.checks import platform_of
from forecasting.ingest.sales.grid import (
    absent_rule,
    add_up,
    attribute_counts,
    build_panel,
    choose_freq,
    named_apart,
    say_if_four_weeks,
    skus_of,
    static_of,
    sum_to_periods,
)
from forecasting.ingest.sales.overlap import mark_overlap
from forecasting.ingest.sales.sources import Source, sources_of
from forecasting.ingest.sales.stream import Streamed, stream_orders

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Import:
    """The outcome of an import.

    `set_aside` has the columns file, sheet, row, column, value, reason; `tables` are all tables found, `mapping` the one
    that was used for the main table, with the questions that stay open; `channels` are the channels or stores that are in the
    panel, whether summed or apart.
    """

    panel: Panel
    report: ImportReport
    set_aside: pd.DataFrame
    tables: tuple[Table, ...]
    mapping: Mapping
    channels: tuple[str, ...] = ()


def import_files(
    files: Sequence[tuple[str, bytes | Path]],
    *,
    mapping: Mapping | None = None,
    freq: str | None = None,
    progress: Progress | None = None,
) -> Import:
    """Import one or several sales files as one Panel.

    Args:
        files: (name, content) of each file; a path instead of the content lets a large file stay on disk.
        mapping: a mapping to use instead of the proposed one (a profile); tables with other columns are proposed for.
        freq: grain to sum to (D, W, MS, ...); found in the data when None.
        progress: called with a fraction from 0 to 1 and a sentence.

    Raises:
        FileUnreadable: a file holds no table. MappingNeeded: no column of dates or units. PanelInvalid: no usable row.
        InputError: no row says how much was sold.

    Example:
        >>> done = import_files([("sales.csv", b"date,sku,units\\n2024-01-01,A,3\\n2024-01-02,A,4\\n2024-01-02,B,1\\n")])
        >>> done.panel.ids, done.report.rows_used
        (('A', 'B'), 3)
    """
    say = progress or tell
    if len(files) == 1:
        asked = normalise_freq(freq) if freq else None
        done = _import_stream(files[0], mapping, asked, say)
        if done is not None:
            return _stated(done)
    tables: list[Table] = []
    for k, (name, data) in enumerate(files):
        say(0.5 * k / len(files), f"Reading {name}")
        tables.extend(read_tables(Content(data).whole(), name))
    say(0.5, "Understanding the columns")
    own = panel_from_table(tables[0]) if len(tables) == 1 and mapping is None and is_panel(tables[0].header) else None
    if own is not None and (freq is None or normalise_freq(freq) == own.freq):
        return _stated(_own_panel(own, tables[0]))
    sources, left, issues = sources_of(tables, mapping)
    say(0.7, "Summing to periods")
    return _stated(_finish(sources, left, tables, freq, issues, say))


def _stated(done: Import) -> Import:
    """The same import, unless it holds nothing but blanks: there is nothing to forecast from."""
    if np.isnan(done.panel.columns["y"]).all():
        raise InputError(_no_units(done.mapping))
    return done


def _no_units(mapping: Mapping) -> str:
    column = next((c.column for c in mapping.columns if c.role == "units"), "")
    where = f"the column {column[:40]!r}" if column else "the table"
    return (
        f"No row states how many units were sold: {where} is blank throughout. Fill it, or choose another column in the mapping"
    )


def _own_panel(panel: Panel, table: Table) -> Import:
    """A PANEL.csv comes back as it was written."""
    mapping = propose_for(table)
    roles = {c.column: c.role for c in mapping.columns}
    roles |= dict.fromkeys(panel.static.columns, "attribute")
    report = ImportReport(
        mapping.platform, table.encoding, table.delimiter, "panel", roles, "YMD", panel.freq, table.height, table.height, 0, ()
    )
    return Import(panel, report, no_rejects().to_pandas(), (table,), mapping)


def _import_stream(file: tuple[str, bytes | Path], mapping: Mapping | None, freq: str | None, say: Progress) -> Import | None:
    """A large file that can be summed piece by piece; None for any other."""
    streamed = stream_orders(Content(file[1]), file[0], mapping, freq, say)
    if streamed is None:
        return None
    grain = choose_freq(streamed.sums, "orders", streamed.facts.grain, freq or streamed.mapping.freq)
    summed = _tidy_columns(add_up(streamed.sums, streamed.freq, grain), streamed.mapping)
    # Only the returns are still asked of the sums: without the rest, the panel takes the room of its columns one by one.
    streamed = replace(streamed, sums=streamed.sums.select(pl.col("returned").sum()))
    return _finish_stream(streamed, summed, grain, say)


def _finish_stream(streamed: Streamed, summed: pl.DataFrame, grain: str, say: Progress) -> Import:
    """The end of the way for a file that was summed piece by piece."""
    source = Source(streamed.table, streamed.mapping, streamed.facts)
    issues = list(streamed.facts.issues)
    zero, rule = absent_rule(summed, "orders", True, streamed.mapping.absent)
    issues.append(rule)
    say(0.8, "Building the panel")
    ids = skus_of(summed)
    give_back()
    closing = streamed.mapping.absent != "missing"
    panel = build_panel(summed, grain, zero, static_of(streamed.names, ids), issues, closing=closing)
    channels = _channels(streamed.names)
    _common_issues(streamed.sums, summed, streamed.mapping, channels, issues)
    rejects = _rejects([source], None)
    report = _report(source, [source], grain, streamed.facts.rows, _rows_unused(rejects), issues)
    return Import(panel, report, rejects.drop("table").to_pandas(), (streamed.table,), streamed.mapping, channels)


def _channels(counts: pl.DataFrame) -> tuple[str, ...]:
    """The channels or stores among the attributes that were counted, by name."""
    return tuple(counts.filter(pl.col("attribute") == "channel")["value"].unique().sort())


def _finish(
    sources: list[Source],
    left: list[tuple[Table, str]],
    tables: list[Table],
    freq: str | None,
    issues: list[str],
    say: Progress,
) -> Import:
    main = max(sources, key=lambda s: s.facts.rows)
    for source in sources:
        issues.extend(note for note in (*source.table.notes, *source.facts.issues) if note not in issues)
    frames = mark_overlap([s.facts.frame for s in sources], main.mapping.layout, issues)
    rejects = _rejects(sources, frames)
    facts = named_apart(pl.concat([_counted_once(frame) for frame in frames], how="diagonal_relaxed"))
    if not facts.height:
        raise InputError(_nothing_left(main, rejects))
    if facts["sold"].null_count() == facts.height:
        raise InputError(_no_units(main.mapping))
    if main.mapping.channels == "split" and "channel" in facts.columns:
        facts = facts.with_columns(sku=pl.col("sku") + " | " + pl.col("channel"))
    grain = choose_freq(facts, main.mapping.layout, main.facts.grain, freq or main.mapping.freq)
    say_if_four_weeks(facts, grain, issues)
    summed = sum_to_periods(facts, grain, main.mapping.layout)
    summed = _tidy_columns(summed, main.mapping)
    platform = platform_of(main.mapping, main.table)
    zero, rule = absent_rule(summed, main.mapping.layout, bool(platform and platform.left_out), main.mapping.absent)
    issues.extend([rule] if rule else [])
    say(0.8, "Building the panel")
    ids = skus_of(summed)
    counts = attribute_counts(facts)
    closing = main.mapping.layout != "panel" and main.mapping.absent != "missing"
    panel = build_panel(summed, grain, zero, static_of(counts, ids), issues, closing=closing)
    channels = _channels(counts)
    _common_issues(facts, summed, main.mapping, channels, issues)
    rejects = pl.concat([rejects, *(_all_rows(table, reason, len(sources) + k) for k, (table, reason) in enumerate(left))])
    read = sum(s.facts.rows for s in sources) + sum(table.height for table, _ in left)
    report = _report(main, sources, grain, read, _rows_unused(rejects), issues)
    return Import(panel, report, rejects.drop("table").to_pandas(), tuple(tables), main.mapping, channels)


def _counted_once(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of a table that no earlier one has; not a copy where that is all of them, for tables can be large."""
    return (frame.filter(~pl.col("again")) if frame["again"].any() else frame).drop("again")


def _rejects(sources: list[Source], frames: list[pl.DataFrame] | None) -> pl.DataFrame:
    """The account of all tables, with their numbers as `table`; `frames` carry the mark of rows that another table has too."""
    parts = [no_rejects().with_columns(table=pl.lit(0, dtype=pl.UInt32))]
    unmarked = pl.DataFrame(schema={"line": pl.UInt32, "sku": pl.String, "again": pl.Boolean})
    for k, (source, frame) in enumerate(zip(sources, frames or [unmarked] * len(sources), strict=True)):
        again = frame.filter("again").select(
            "line",
            column=pl.lit(""),
            value=pl.col("sku"),
            reason=pl.lit("this row is in another file or table too; it counts once"),
        )
        again = again.unique("line", maintain_order=True)
        parts += [_labelled(source.table, part, k) for part in (source.facts.rejects, again)]
    return pl.concat(parts)


def _all_rows(table: Table, reason: str, number: int) -> pl.DataFrame:
    """Every row of a table that is not imported, set aside for one reason."""
    rows = table.cells.select(pl.concat_str(pl.all(), separator=" | ").str.slice(0, 200).alias("value"))
    account = rows.with_columns(line=table.lines, column=pl.lit(""), reason=pl.lit(reason))
    return _labelled(table, account, number)


def _labelled(table: Table, account: pl.DataFrame, number: int) -> pl.DataFrame:
    labelled = account.select(
        file=pl.lit(table.name), sheet=pl.lit(table.sheet), row="line", column="column", value="value", reason="reason"
    )
    return labelled.cast(SET_ASIDE).with_columns(table=pl.lit(number, dtype=pl.UInt32))  # type: ignore[arg-type]


def _rows_unused(rejects: pl.DataFrame) -> int:
    """Rows of which nothing was used; single cells set aside in a pivot table do not make their row unused."""
    whole = rejects.filter(~pl.col("reason").str.starts_with("this cell"))
    return whole.select("table", "row").unique().height


def _nothing_left(main: Source, rejects: pl.DataFrame) -> str:
    if not rejects.height:
        return f"{main.table.name} has no usable row: rows with a date, a SKU and a number of units are needed"
    reason, count = rejects["reason"].value_counts(sort=True).row(0)
    first = rejects.filter(pl.col("reason") == reason).row(0, named=True)
    return (
        f"None of the {main.facts.rows:,} rows of {main.table.name} can be used; "
        f"most often ({count:,} rows, first on line {first['row']}: "
        f"{first['column'][:40]} = {first['value'][:60]!r}): {reason}. Check that column, or choose another one in the mapping"
    )


def _tidy_columns(summed: pl.DataFrame, mapping: Mapping) -> pl.DataFrame:
    """Columns that say nothing are left out: returns without a return, regressors without a value."""
    empty = [n for n in summed.columns if n not in ("sku", "ds", "y") and summed[n].null_count() == summed.height]
    if "returns" in summed.columns and mapping.role("returns") is None and not (summed["returns"] > 0).any():
        empty.append("returns")
    return summed.drop(empty)


def _common_issues(
    facts: pl.DataFrame, summed: pl.DataFrame, mapping: Mapping, channels: tuple[str, ...], issues: list[str]
) -> None:
    spelled = pl.Series(skus_of(summed), dtype=pl.String)
    twice = spelled.filter(spelled.str.to_lowercase().is_duplicated())
    if len(twice):
        said = ", ".join(map(repr, sorted(twice.to_list(), key=str.lower)[:4]))
        issues.append(f"{len(twice):,} SKUs are spelled alike but for capital letters and are kept apart: {said}")
    back = float(facts["returned"].sum() or 0.0)
    if back:
        issues.append(f"{back:,.0f} returned units are kept apart in 'returns'; the sales are gross")
    if mapping.layout == "long" and facts.height > summed.height:
        issues.append(f"{facts.height:,} rows were summed to {summed.height:,}, one for each SKU and date")
        again = 0 if "channel" in facts.columns else facts.height - facts.drop("line").n_unique()
        said = (
            "1 row repeats another row in every cell; it is"
            if again == 1
            else f"{again:,} rows repeat another in every cell; they are"
        )
        issues.extend([f"{said} summed too: check the export"] if again else [])
    blank = facts["sold"].null_count() if mapping.layout == "long" else 0
    if blank:
        noun = "row states" if blank == 1 else "rows state"
        issues.append(f"{blank:,} {noun} no units (nothing, or a mark such as n/a): they count as missing, not as 0")
    if len(channels) > 1 and mapping.channels == "sum":
        issues.append(f"{len(channels)} channels or stores are summed; choose 'split' to keep them apart")


def _report(main: Source, sources: list[Source], freq: str, read: int, unused: int, issues: list[str]) -> ImportReport:
    encodings = dict.fromkeys(s.table.encoding for s in sources if s.table.encoding)
    delimiters = dict.fromkeys(s.table.delimiter for s in sources if s.table.delimiter)
    questions = [q.text for q in main.mapping.questions]
    return ImportReport(
        platform=main.mapping.platform,
        encoding=", ".join(encodings),
        delimiter=", ".join(delimiters),
        layout=main.mapping.layout,
        mapping={c.column: c.role for c in main.mapping.columns},
        date_order=main.facts.date_order,
        freq=freq,
        rows_read=read,
        rows_used=read - unused,
        rows_set_aside=unused,
        issues=tuple(dict.fromkeys([*questions, *issues])),
    )
