"""Files of any kind -> Panel, report, and every row that was not used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import polars as pl

from forecasting.core.errors import InputError, MappingNeeded
from forecasting.core.frequency import normalise_freq
from forecasting.core.memory import give_back
from forecasting.core.panel import Panel
from forecasting.core.progress import report as tell
from forecasting.ingest.mapping import GUESSED, Mapping
from forecasting.ingest.meaning.propose import is_panel, propose_for
from forecasting.ingest.meaning.tabs import named_by_table, said_of
from forecasting.ingest.panelcsv import panel_from_table
from forecasting.ingest.reading.content import Content
from forecasting.ingest.reading.reader import read_tables
from forecasting.ingest.reading.table import Table
from forecasting.ingest.report import SET_ASIDE, ImportReport, no_rejects
from forecasting.ingest.sales.checks import platform_of
from forecasting.ingest.sales.facts import NO_SKU, Facts, extract
from forecasting.ingest.sales.grid import (
    absent_rule,
    add_up,
    attribute_counts,
    build_panel,
    choose_freq,
    say_if_four_weeks,
    static_of,
    sum_to_periods,
)
from forecasting.ingest.sales.overlap import mark_overlap
from forecasting.ingest.sales.stream import Streamed, stream_orders
from forecasting.ingest.sales.wide import extract_wide

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


@dataclass(frozen=True)
class _Source:
    """One table with its mapping and its facts."""

    table: Table
    mapping: Mapping
    facts: Facts


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
            return done
    tables: list[Table] = []
    for k, (name, data) in enumerate(files):
        say(0.5 * k / len(files), f"Reading {name}")
        tables.extend(read_tables(Content(data).whole(), name))
    say(0.5, "Understanding the columns")
    own = panel_from_table(tables[0]) if len(tables) == 1 and mapping is None and is_panel(tables[0].header) else None
    if own is not None and (freq is None or normalise_freq(freq) == own.freq):
        return _own_panel(own, tables[0])
    sources, left, issues = _sources(tables, mapping)
    say(0.7, "Summing to periods")
    return _finish(sources, left, tables, freq, issues, say)


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
    summed = _tidy_columns(add_up(streamed.sums, grain), streamed.mapping)
    # Only the returns are still asked of the sums: without the rest, the panel takes the room of its columns one by one.
    streamed = replace(streamed, sums=streamed.sums.select(pl.col("returned").sum()))
    return _finish_stream(streamed, summed, grain, say)


def _finish_stream(streamed: Streamed, summed: pl.DataFrame, grain: str, say: Progress) -> Import:
    """The end of the way for a file that was summed piece by piece."""
    source = _Source(streamed.table, streamed.mapping, streamed.facts)
    issues = list(streamed.facts.issues)
    zero, rule = absent_rule(summed, "orders", True, streamed.mapping.absent)
    issues.append(rule)
    say(0.8, "Building the panel")
    ids = summed["sku"].unique(maintain_order=True).to_list()
    give_back()
    panel = build_panel(summed, grain, zero, static_of(streamed.names, ids), issues)
    channels = _channels(streamed.names)
    _common_issues(streamed.sums, summed, streamed.mapping, channels, issues)
    rejects = _rejects([source], None)
    report = _report(source, [source], grain, streamed.facts.rows, _rows_unused(rejects), issues)
    return Import(panel, report, rejects.drop("table").to_pandas(), (streamed.table,), streamed.mapping, channels)


def _channels(counts: pl.DataFrame) -> tuple[str, ...]:
    """The channels or stores among the attributes that were counted, by name."""
    return tuple(counts.filter(pl.col("attribute") == "channel")["value"].unique().sort())


def _sources(tables: list[Table], given: Mapping | None) -> tuple[list[_Source], list[tuple[Table, str]], list[str]]:
    """Tables that hold sales; the others with the reason why not, which is also said, unless there is no other."""
    sources: list[_Source] = []
    left: list[tuple[Table, str]] = []
    issues: list[str] = []
    refusals: list[MappingNeeded] = []
    shown = any(table.height and not table.hidden for table in tables)
    for table in tables:
        if not table.height:
            continue
        if table.hidden and shown:
            left.append((table, "this sheet is hidden in the workbook: show it, or import it by itself, to use it"))
            issues.append(f"{_label(table)} is hidden in the workbook and was left out ({table.height} rows)")
            continue
        try:
            mapping = _mapping_for(table, given)
            facts = extract_wide(table, mapping) if mapping.layout == "wide" else extract(table, mapping)
            sources.append(_Source(table, mapping, facts))
        except MappingNeeded as error:
            refusals.append(error)
            left.append((table, "this table holds no sales: it has no dates, or no numbers of units"))
            issues.append(f"{_label(table)} holds no sales and was left out ({table.height} rows)")
    if not sources:
        raise refusals[0] if refusals else MappingNeeded(_no_rows(tables))
    sources = _of_sales(sources, left, issues)
    sources = _without_summaries(_of_one_kind(_without_guesses(sources, left, issues), left, issues), left, issues)
    return _told_apart_by_name(sources, issues), left, issues


def _without_guesses(sources: list[_Source], left: list[tuple[Table, str]], issues: list[str]) -> list[_Source]:
    """A table in which nothing names SKU and units is no further part of the sales of one that names both."""
    main = max(sources, key=lambda s: s.facts.frame.height)
    others = [s for s in sources if _names_sales(main) and not _names_sales(s) and s.table.header != main.table.header]
    for source in others:
        left.append((source.table, "this table names no SKU and no units sold, as the main table does"))
        issues.append(f"{_label(source.table)} names no SKU and no units sold and was left out ({source.table.height} rows)")
    return [s for s in sources if s not in others] if others else sources


def _names_sales(source: _Source) -> bool:
    if source.mapping.layout == "wide":
        return True
    named = {c.role for c in source.mapping.columns if c.sure > GUESSED}
    return bool(named & {"sku", "name"}) or "units" in named


def _told_apart_by_name(sources: list[_Source], issues: list[str]) -> list[_Source]:
    """Tables without a column of SKUs, each of one SKU that its sheet or title names."""
    bare = [s for s in sources if s.mapping.layout == "long" and s.mapping.role("sku") is None is s.mapping.role("name")]
    labels = named_by_table([s.table for s in bare]) if len(bare) == len(sources) else []
    if not labels:
        return sources
    said = ", ".join(map(repr, labels[:5])) + (" ..." if len(labels) > 5 else "")
    issues.append(f"there is no SKU column; each table is one series, called by its sheet or the title above it: {said}")
    return [replace(s, facts=_called(s.facts, label)) for s, label in zip(sources, labels, strict=True)]


def _called(facts: Facts, label: str) -> Facts:
    """The facts of a table as one series of that name."""
    issues = tuple(issue for issue in facts.issues if not issue.startswith(NO_SKU))
    return replace(facts, frame=facts.frame.with_columns(sku=pl.lit(label)), issues=issues)


def _no_rows(tables: list[Table]) -> str:
    names = ", ".join(dict.fromkeys(t.name for t in tables))
    return f"{names} has a header but no rows: rows with a date, a SKU and a number of units are needed"


def _mapping_for(table: Table, given: Mapping | None) -> Mapping:
    proposed = propose_for(table)
    if given is not None and given.fits(table.header):
        return given.onto(table.header, proposed)
    if given is not None and given.freq:
        return replace(proposed, freq=given.freq)
    return proposed


def _of_one_kind(sources: list[_Source], left: list[tuple[Table, str]], issues: list[str]) -> list[_Source]:
    """Sales are summed over tables of one kind; a pivot of the same workbook would count them twice."""
    main = max(sources, key=lambda s: s.facts.frame.height)
    others = [s for s in sources if s.mapping.layout != main.mapping.layout]
    for source in others:
        what = f"of another kind ({source.mapping.layout}) than the main table"
        left.append((source.table, f"this table is {what}: it would count its sales twice"))
        issues.append(f"{_label(source.table)} is {what} and was left out ({source.table.height} rows)")
    return [s for s in sources if s not in others] if others else sources


def _of_sales(sources: list[_Source], left: list[tuple[Table, str]], issues: list[str]) -> list[_Source]:
    """The tables without those that are called a plan or purchases, and returns as such, beside others that are not."""
    said = [said_of(source.table) for source in sources]
    if all(said):
        return sources
    kept: list[_Source] = []
    for source, what in zip(sources, said, strict=True):
        if what in ("plan", "purchases"):
            left.append((source.table, f"this table is called {what}, not sales"))
            issues.append(f"{_label(source.table)} is called {what}, not sales, and was left out ({source.table.height} rows)")
        elif what == "returns":
            issues.append(f"{_label(source.table)} is called returns: its units are counted as returned")
            kept.append(replace(source, facts=_returned(source.facts)))
        else:
            kept.append(source)
    return kept


def _returned(facts: Facts) -> Facts:
    units = pl.col("sold").fill_null(0.0) + pl.col("returned")
    return replace(facts, frame=facts.frame.with_columns(returned=units, sold=pl.lit(0.0)))


def _without_summaries(sources: list[_Source], left: list[tuple[Table, str]], issues: list[str]) -> list[_Source]:
    """The tables without those that sum up the others of their file: their sales would count twice."""
    while (found := next(filter(None, map(_summary, _by_file(sources))), None)) is not None:
        sources = [source for source in sources if source is not found]
        left.append((found.table, "this table sums up the others: it would count their sales twice"))
        issues.append(f"{_label(found.table)} sums up the other tables and was left out ({found.table.height} rows)")
    return sources


def _by_file(sources: list[_Source]) -> list[list[_Source]]:
    names = dict.fromkeys(source.table.name for source in sources)
    return [[source for source in sources if source.table.name == name] for name in names]


def _summary(sources: list[_Source]) -> _Source | None:
    """The table in which each SKU sold as much as in all others together, or as in one that has more rows."""
    if len(sources) < 2:
        return None
    totals = [source.facts.frame.group_by("sku").agg(pl.col("sold").sum()).sort("sku") for source in sources]
    doubled = pl.concat(totals).group_by("sku").agg(pl.col("sold").sum() / 2).sort("sku")
    for source, own in zip(sources, totals, strict=True):
        rows = source.facts.frame.height
        finer = (other for each, other in zip(sources, totals, strict=True) if each.facts.frame.height > rows)
        if own.height > 1 and ((len(sources) > 2 and own.equals(doubled)) or any(map(own.equals, finer))):
            return source
    return None


def _label(table: Table) -> str:
    return f"{table.name}, {table.sheet!r}," if table.sheet else table.name


def _finish(
    sources: list[_Source],
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
    facts = pl.concat([_counted_once(frame) for frame in frames], how="diagonal_relaxed")
    if not facts.height:
        raise InputError(_nothing_left(main, rejects))
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
    ids = summed["sku"].unique(maintain_order=True).to_list()
    counts = attribute_counts(facts)
    panel = build_panel(summed, grain, zero, static_of(counts, ids), issues)
    channels = _channels(counts)
    _common_issues(facts, summed, main.mapping, channels, issues)
    rejects = pl.concat([rejects, *(_all_rows(table, reason, len(sources) + k) for k, (table, reason) in enumerate(left))])
    read = sum(s.facts.rows for s in sources) + sum(table.height for table, _ in left)
    report = _report(main, sources, grain, read, _rows_unused(rejects), issues)
    return Import(panel, report, rejects.drop("table").to_pandas(), tuple(tables), main.mapping, channels)


def _counted_once(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of a table that no earlier one has; not a copy where that is all of them, for tables can be large."""
    return (frame.filter(~pl.col("again")) if frame["again"].any() else frame).drop("again")


def _rejects(sources: list[_Source], frames: list[pl.DataFrame] | None) -> pl.DataFrame:
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


def _nothing_left(main: _Source, rejects: pl.DataFrame) -> str:
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
    spelled = summed.select(pl.col("sku").cast(pl.String).unique(maintain_order=True)).to_series()
    twice = spelled.filter(spelled.str.to_lowercase().is_duplicated())
    if len(twice):
        said = ", ".join(map(repr, sorted(twice.to_list(), key=str.lower)[:4]))
        issues.append(f"{len(twice):,} SKUs are spelled alike but for capital letters and are kept apart: {said}")
    back = float(facts["returned"].sum() or 0.0)
    if back:
        issues.append(f"{back:,.0f} returned units are kept apart in 'returns'; the sales are gross")
    if mapping.layout == "long" and facts.height > summed.height:
        issues.append(f"{facts.height:,} rows were summed to {summed.height:,} SKUs and periods")
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


def _report(main: _Source, sources: list[_Source], freq: str, read: int, unused: int, issues: list[str]) -> ImportReport:
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
