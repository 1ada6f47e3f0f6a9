"""Which tables of some files hold sales, and which are left out: hidden sheets, plans, summaries of the others."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from forecasting.core.errors import MappingNeeded
from forecasting.ingest.mapping import GUESSED, Mapping
from forecasting.ingest.meaning.propose import propose_for
from forecasting.ingest.meaning.tabs import named_by_table, said_of
from forecasting.ingest.reading.table import Table
from forecasting.ingest.sales.facts import NO_SKU, Facts, extract
from forecasting.ingest.sales.wide import extract_wide


@dataclass(frozen=True)
class Source:
    """One table with its mapping and its facts."""

    table: Table
    mapping: Mapping
    facts: Facts


def sources_of(tables: list[Table], given: Mapping | None) -> tuple[list[Source], list[tuple[Table, str]], list[str]]:
    """Tables that hold sales; the others with the reason why not, which is also said, unless there is no other."""
    sources: list[Source] = []
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
            sources.append(Source(table, mapping, facts))
        except MappingNeeded as error:
            refusals.append(error)
            left.append((table, "this table holds no sales: it has no dates, or no numbers of units"))
            issues.append(f"{_label(table)} holds no sales and was left out ({table.height} rows)")
    if not sources:
        raise refusals[0] if refusals else MappingNeeded(_no_rows(tables))
    sources = _of_sales(sources, left, issues)
    sources = _without_summaries(_of_one_kind(_without_guesses(sources, left, issues), left, issues), left, issues)
    return _told_apart_by_name(sources, issues), left, issues


def _without_guesses(sources: list[Source], left: list[tuple[Table, str]], issues: list[str]) -> list[Source]:
    """A table in which nothing names SKU and units is no further part of the sales of one that names both."""
    main = max(sources, key=lambda s: s.facts.frame.height)
    others = [s for s in sources if _names_sales(main) and not _names_sales(s) and s.table.header != main.table.header]
    for source in others:
        left.append((source.table, "this table names no SKU and no units sold, as the main table does"))
        issues.append(f"{_label(source.table)} names no SKU and no units sold and was left out ({source.table.height} rows)")
    return [s for s in sources if s not in others] if others else sources


def _names_sales(source: Source) -> bool:
    if source.mapping.layout == "wide":
        return True
    named = {c.role for c in source.mapping.columns if c.sure > GUESSED}
    return bool(named & {"sku", "name"}) or "units" in named


def _told_apart_by_name(sources: list[Source], issues: list[str]) -> list[Source]:
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


def _of_one_kind(sources: list[Source], left: list[tuple[Table, str]], issues: list[str]) -> list[Source]:
    """Sales are summed over tables of one kind; a pivot of the same workbook would count them twice."""
    main = max(sources, key=lambda s: s.facts.frame.height)
    others = [s for s in sources if s.mapping.layout != main.mapping.layout]
    for source in others:
        what = f"of another kind ({source.mapping.layout}) than the main table"
        left.append((source.table, f"this table is {what}: it would count its sales twice"))
        issues.append(f"{_label(source.table)} is {what} and was left out ({source.table.height} rows)")
    return [s for s in sources if s not in others] if others else sources


def _of_sales(sources: list[Source], left: list[tuple[Table, str]], issues: list[str]) -> list[Source]:
    """The tables without those that are called a plan or purchases, and returns as such, beside others that are not."""
    said = [said_of(source.table) for source in sources]
    if all(said):
        return sources
    kept: list[Source] = []
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


def _without_summaries(sources: list[Source], left: list[tuple[Table, str]], issues: list[str]) -> list[Source]:
    """The tables without those that sum up the others of their file: their sales would count twice."""
    while (found := next(filter(None, map(_summary, _by_file(sources))), None)) is not None:
        sources = [source for source in sources if source is not found]
        left.append((found.table, "this table sums up the others: it would count their sales twice"))
        issues.append(f"{_label(found.table)} sums up the other tables and was left out ({found.table.height} rows)")
    return sources


def _by_file(sources: list[Source]) -> list[list[Source]]:
    names = dict.fromkeys(source.table.name for source in sources)
    return [[source for source in sources if source.table.name == name] for name in names]


def _summary(sources: list[Source]) -> Source | None:
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
