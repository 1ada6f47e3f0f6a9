"""The Forecast page's part for changes by hand: of a sum, of single cells, or in a spreadsheet that comes back."""

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from forecasting.core.errors import ShelfcastError
from forecasting.core.panel import Panel
from forecasting.publishing import REASONS, Log, Override, final_units, told_apart
from forecasting.publishing.overrides import EVERYTHING, SKU, all_added
from forecasting.workflow import Outlook
from forecasting.workflow.overriding import ReadFinal, exported_cells, levels_of, values_of
from ui import running, tables, words
from ui.language import t, teller, told_from
from ui.uploads import Source
from ui.workspace import current

JOB = "read-final"
_ROUND = "_final_round"
_HELP = "+250, -30, *1.2, +10 %, or a plain number for the new sum of the chosen SKUs and days."
_SHOWN = 50


def section(outlook: Outlook, panel: Panel, sku: str) -> None:
    """Change the forecast, see what was changed, and take it back."""
    log = current().overrides
    title = f"Change it by hand · {words.count(len(log.in_force), 'change')} in force" if log.in_force else "Change it by hand"
    with st.expander(t(title), icon=":material/edit_note:", expanded=running.slot(JOB).job is not None):
        by_sum, by_cell, by_file = st.tabs([t("A sum"), t("Single cells"), t("In a spreadsheet")])
        with by_sum:
            _sum_form(outlook, panel, sku)
        with by_cell:
            _cell_form(outlook, panel, sku)
        with by_file:
            _file_form(outlook, panel)
        _entries(log)


def _sum_form(outlook: Outlook, panel: Panel, sku: str) -> None:
    levels = {SKU: "This SKU", EVERYTHING: "All SKUs"} | {
        name: name.replace("_", " ").capitalize() for name in levels_of(panel)
    }
    level = st.selectbox(
        t("Change what"), list(levels), format_func=told_from(levels), key="override-level", persist_state="session"
    )
    with st.form("override-sum", border=False):
        key = sku if level == SKU else ""
        if level not in (SKU, EVERYTHING):
            key = st.selectbox(t(levels[level]), values_of(panel, level))
        first, last = _span(outlook.forecasts[0].dates)
        left, right = st.columns(2)
        formula = left.text_input(t("By"), placeholder=t("+10 %"), help=t(_HELP))
        reason, note = _why(right)
        st.caption(t("The change is split over the SKUs and days in proportion to what they have, so all sums still add up."))
        if st.form_submit_button(t("Change it"), icon=":material/check:"):
            _keep((Override(0, level, str(key), first, last, formula, reason, note),), outlook, panel)


def _span(dates: pd.DatetimeIndex) -> tuple[pd.Timestamp, pd.Timestamp]:
    left, right = st.columns(2)
    first = left.date_input(t("From"), dates[0].date(), min_value=dates[0].date(), max_value=dates[-1].date())
    last = right.date_input(t("To"), dates[-1].date(), min_value=dates[0].date(), max_value=dates[-1].date())
    end = pd.Timestamp(str(last)) + pd.Timedelta(days=1) - pd.Timedelta(seconds=1)  # all hours of the last day
    return pd.Timestamp(str(first)), end


def _why(place: st.delta_generator.DeltaGenerator) -> tuple[str, str]:
    reason = place.selectbox(t("Because of"), REASONS, index=None, format_func=teller(), placeholder=t("Choose a reason"))
    return reason or "", st.text_input(t("Note"), max_chars=200, placeholder=t("For whoever asks later"))


def _cell_form(outlook: Outlook, panel: Panel, sku: str) -> None:
    forecast = outlook.forecasts[0]
    if sku not in forecast.ids:
        st.caption(t("This SKU is not in the forecast on the screen."))
        return
    row = forecast.ids.index(sku)
    final = final_units(forecast, panel, current().overrides)[row].round(2)
    start = pd.DataFrame({"date": forecast.dates, "forecast": forecast.mean[row].round(2), "final": final})
    with st.form("override-cells", border=False):
        edited = tables.edit(
            start, hide_index=True, disabled=["date", "forecast"], height=290, key=f"final-{sku}-{len(current().overrides)}",
            column_config={
                "date": st.column_config.DateColumn("Date", format="YYYY-MM-DD"),
                "forecast": st.column_config.NumberColumn("Forecast", format="localized"),
                "final": st.column_config.NumberColumn("Final units", format="localized", min_value=0.0, required=True),
            },
        )  # fmt: skip
        reason, note = _why(st.container())
        if st.form_submit_button(t("Keep these cells"), icon=":material/check:"):
            before, after = start[["date", "final"]].assign(sku=sku), edited[["date", "final"]].assign(sku=sku)
            _keep(told_apart(after, before, reason, note), outlook, panel)


def _file_form(outlook: Outlook, panel: Panel) -> None:
    st.caption(t("Download the Excel file above, change the column **final** in it, save it, and bring it back here."))
    key = f"final-file-{st.session_state.setdefault(_ROUND, 0)}"
    reason, note = (
        st.selectbox(
            t("Because of"), REASONS, index=None, format_func=teller(), placeholder=t("Choose a reason"), key="file-reason"
        ),
        "",
    )
    files = st.file_uploader(t("Edited forecast"), accept_multiple_files=False, key=key, disabled=reason is None)
    if files is not None:
        st.session_state[_ROUND] += 1
        source = Source.of_files([files])
        running.start(JOB, ReadFinal(str(source.folder), source.names[0]), f"Reading {source.title}", (source, reason))
        st.rerun()
    here = running.follow(JOB)
    if isinstance(here.result, pd.DataFrame) and isinstance(here.settings, tuple):
        edited, why = here.result, str(here.settings[1])
        current().results.pop(JOB)
        try:
            changes = told_apart(edited, exported_cells(outlook, panel, current().overrides), why, note or "from a spreadsheet")
        except ShelfcastError as error:
            st.error(t(str(error)), icon=":material/error:")
            return
        _keep(changes, outlook, panel)


def _keep(changes: tuple[Override, ...], outlook: Outlook, panel: Panel) -> None:
    """Add changes to the log and say what they did; nothing is kept of what cannot be used."""
    workspace = current()
    forecast = outlook.forecasts[0]
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    stamped = [Override(**{**vars(change), "written": now}) for change in changes]
    try:
        log = all_added(workspace.overrides, stamped)
    except ShelfcastError as error:
        st.error(t(str(error)), icon=":material/error:")
        return
    before = final_units(forecast, panel, workspace.overrides).sum()
    after = final_units(forecast, panel, log).sum()
    workspace.overrides = log
    if not changes:
        st.toast(t("Nothing was changed in it."))
        return
    st.toast(t(f"Together {words.units(round(before))} became {words.units(round(after))}."), icon=":material/check:")
    st.rerun()


def _entries(log: Log) -> None:
    if not len(log):
        return
    st.markdown(t("**What was changed**"))
    valid = {entry.number for entry in log.in_force}
    rows = [_row(entry, valid) for entry in reversed(log.entries[-_SHOWN:])]
    tables.show(pd.DataFrame(rows), hide_index=True, key="override-log")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        numbers = sorted(valid, reverse=True)
        number = st.selectbox(
            t("Take back"),
            numbers,
            format_func=told_from({number: f"Change {number}" for number in numbers}),
            key="override-undo",
            disabled=not numbers,
        )
        if st.button(t("Take it back"), icon=":material/undo:", disabled=number is None) and number is not None:
            current().overrides = log.undone(number, written=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
            st.rerun()


def _row(entry: Override, valid: set[int]) -> dict[str, object]:
    what = {SKU: entry.key, EVERYTHING: "all SKUs"}.get(entry.level, f"{entry.level}: {entry.key}")
    state = f"takes back {entry.undoes}" if entry.undoes else "in force" if entry.number in valid else "taken back"
    return {
        "No.": entry.number,
        "SKUs": what,
        "Periods": words.span(entry.first, entry.last),
        "Change": entry.formula,
        "Reason": entry.reason,
        "Note": entry.note,
        "Written": entry.written.replace("T", " ").replace("Z", ""),
        "State": state,
    }
