"""What an import found: its numbers, what needs attention, the rows that were set aside, and the file as it was."""

import pandas as pd
import streamlit as st

from forecasting.core.frequency import grain
from forecasting.core.panel import Panel
from forecasting.samples import SAMPLES
from forecasting.workflow import Imported
from ui import words
from ui.parts import Kpi
from ui.workspace import Workspace

_SHOWN = 200


def cards(panel: Panel, imported: Imported | None) -> tuple[Kpi, ...]:
    """Three numbers: SKUs, dates, problems."""
    problems = 0 if imported is None else len(remarks(imported)) + len(imported.mapping.questions)
    aside = 0 if imported is None else imported.report.rows_set_aside
    return (
        Kpi("SKUs", f"{len(panel):,}", help="Different products found."),
        Kpi("Dates", words.count(len(panel.calendar), grain(panel.freq).noun), help=words.span(panel.first, panel.last)),
        Kpi("Worth a look", words.count(problems, "point") if problems else "Nothing",
            help=f"What the import had to decide or leave out; {words.count(aside, 'row')} set aside."),
    )  # fmt: skip


def story(workspace: Workspace) -> str:
    """How many rows became data and how many did not, or what the sample is."""
    if workspace.imported is None:
        return SAMPLES[workspace.sample].sentence if workspace.sample else ""
    report = workspace.imported.report
    return f"{report.rows_read:,} rows in = {report.rows_used:,} used + {report.rows_set_aside:,} set aside."


def remarks(imported: Imported) -> list[str]:
    """What the import had to decide, without what is asked in a form of its own."""
    asked = {question.text for question in imported.mapping.questions}
    return [text for text in imported.report.issues if text not in asked]


def issues(imported: Imported) -> None:
    """The remarks of the report, and the rows set aside with their reasons."""
    for text in remarks(imported):
        st.markdown(f":material/info: {_plain(words.sentence(text))}")
    if imported.set_aside.empty:
        return
    counts = imported.set_aside["reason"].value_counts()
    st.markdown(f"**{words.count(len(imported.set_aside), 'row')} set aside**")
    st.dataframe(counts.rename_axis("Reason").rename("Rows").reset_index().head(_SHOWN), hide_index=True)
    st.download_button(
        "Download them with line, column and value", rejects_csv(imported.set_aside), "set-aside.csv", "text/csv",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def as_found(imported: Imported) -> None:
    """The first rows of each table, before any meaning was given to them."""
    for number, table in enumerate(imported.tables):
        place = f"{table.file}, {table.sheet}" if table.sheet else table.file
        st.caption(f"{place}: {words.count(table.rows, 'row')}, the first {len(table.head)} as they stand in the file")
        st.dataframe(table.head, hide_index=True, height=240, key=f"found-{number}")


def rejects_csv(rows: pd.DataFrame) -> bytes:
    """The rows set aside as a CSV that spreadsheets open; cells that would be a formula there are made plain text."""
    risky = rows.select_dtypes(include=["object", "string"]).apply(
        lambda column: column.str.match(r"[=+\-@\t\r]").fillna(False)
    )
    safe = rows.astype(object).where(~risky.reindex(columns=rows.columns, fill_value=False), "'" + rows.astype(str))
    return safe.to_csv(index=False).encode("utf-8-sig")


def _plain(sentence: str) -> str:
    """A sentence about a user's file, with nothing in it that Markdown would take for its own."""
    for sign in "\\`*_[]<>$~|#":
        sentence = sentence.replace(sign, f"\\{sign}")
    return sentence
