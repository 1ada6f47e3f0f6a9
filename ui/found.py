"""What an import found: its numbers, what needs attention in the order of its weight, and the rows that were set aside."""

import pandas as pd
import streamlit as st

from forecasting.core.frequency import grain
from forecasting.core.panel import Panel
from forecasting.samples import SAMPLES
from forecasting.workflow import Imported
from forecasting.workflow.remarks import Remark, remarks, returned
from forecasting.workflow.uploading import SHOWN
from ui import tables, words
from ui.language import t
from ui.parts import Kpi
from ui.workspace import Workspace

_ICONS = {"check": ":material/warning:", "counted": ":material/info:", "tidied": ":material/check:"}


def cards(panel: Panel, imported: Imported | None) -> tuple[Kpi, ...]:
    """Three numbers: SKUs, dates, problems."""
    points = 0 if imported is None else problems(imported)
    aside = 0 if imported is None else imported.report.rows_set_aside
    return (
        Kpi("SKUs", f"{len(panel):,}", help="Different products found."),
        Kpi("Dates", words.count(len(panel.calendar), grain(panel.freq).noun), help=words.span(panel.first, panel.last)),
        Kpi("Worth a look", words.count(points, "point") if points else "Nothing",
            help=f"Open questions, what should be checked, and reasons for which rows were set aside "
                 f"({words.count(aside, 'row')})."),
    )  # fmt: skip


def problems(imported: Imported) -> int:
    """How many things need a look: questions, remarks to be checked, and reasons to set rows aside."""
    to_check = [remark for remark in remarks(imported) if remark.kind == "check"]
    return len(imported.mapping.questions) + len(to_check) + len(imported.reasons)


def story(workspace: Workspace) -> str:
    """How many rows became data and how many did not, and what came back; of a sample, what it is."""
    if workspace.imported is None:
        told = SAMPLES[workspace.sample].sentence if workspace.sample else ""
    else:
        report = workspace.imported.report
        told = f"{report.rows_read:,} rows in = {report.rows_used:,} used + {report.rows_set_aside:,} set aside."
    back = returned(workspace.raw) if workspace.raw is not None else None
    if back is None:
        return told
    came_back = (
        f"{words.units(round(back.gross))} count as sold; kept apart: {words.number(round(back.back))} that came back. "
        "Forecasts are of what was sold."
    )
    cleaned = "The chart shows the cleaned sales." if workspace.cleaned else ""
    return " ".join(filter(None, (told, came_back, cleaned)))


def has_issues(imported: Imported) -> bool:
    """Whether there is anything to say."""
    return bool(remarks(imported)) or imported.report.rows_set_aside > 0


def issues(imported: Imported) -> None:
    """What to check first, then the rows set aside, how sales were counted, and last what was merely tidied up."""
    found = remarks(imported)
    _say([remark for remark in found if remark.kind == "check"])
    set_aside(imported)
    _say([remark for remark in found if remark.kind == "counted"])
    tidied = [remark for remark in found if remark.kind == "tidied"]
    if tidied:
        with st.expander(t(f"Tidied up while reading: {words.count(len(tidied), 'thing')}")):
            _say(tidied)


def _say(found: list[Remark]) -> None:
    for remark in found:
        st.markdown(f"{_ICONS[remark.kind]} {words.plain(t(words.sentence(remark.text)))}")


def set_aside(imported: Imported) -> None:
    """Why rows were set aside, where each reason was met first, the first rows, and all of them as a file."""
    reasons = imported.reasons
    if reasons.empty:
        return
    total = int(reasons["rows"].sum())
    st.markdown(t(f"**{words.count(total, 'row or cell' if _has_cells(reasons) else 'row')} set aside, by reason**"))
    shown = pd.DataFrame(
        {
            "Reason": [words.sentence(reason) for reason in reasons["reason"]],
            "Rows": reasons["rows"],
            "First on line": reasons["row"].astype("int64"),
            "Column": reasons["column"],
            "Found there": reasons["value"],
        }
    )
    numbers = {name: st.column_config.NumberColumn(format="localized") for name in ("Rows", "First on line")}
    wide = {"Reason": st.column_config.TextColumn(width="large")}
    tables.show(shown, hide_index=True, key="reasons", column_config=numbers | wide)
    with st.container(horizontal=True):
        st.download_button(
            t("Download them with file, line, column and value"), imported.csv, "set-aside.csv", "text/csv",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        with st.popover(t("Look at the first ones"), icon=":material/visibility:"):
            st.caption(t(f"The first {min(SHOWN, total):,} of {total:,}"))
            tables.show(imported.set_aside, hide_index=True, key="set-aside", height=300)


def _has_cells(reasons: pd.DataFrame) -> bool:
    return bool(reasons["reason"].str.startswith("this cell").any())
