"""The Calendar page's parts: the country, the tables of events and festivals, files of events, and what comes next."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import pandas as pd
import streamlit as st

from forecasting.core.errors import InputError
from forecasting.core.panel import Panel
from forecasting.export import csv_bytes
from forecasting.workflow import calendars
from forecasting.workflow.calendars import Calendar, Entry, Event
from ui import parts, running, tables, words
from ui.language import t
from ui.uploads import Upload
from ui.workspace import current

_KINDS = {
    calendars.OWN: "your event",
    calendars.HOLIDAY: "public holiday",
    calendars.WORKDAY: "make-up workday",
    calendars.FESTIVAL: "shopping festival",
}
_COMING = 60
_READ = "read-events"
_ABOUT_REPEATS = (
    "Once; each year on the same date; each year on the same day of the Chinese lunar calendar; or each year on the same "
    "weekday of the month, such as the last Friday of November."
)


def proposed(panel: Panel) -> Calendar:
    """The calendar in use, or else what would be used: the country's holidays and shopping festivals."""
    workspace = current()
    if workspace.calendar is not None:
        return workspace.calendar
    return Calendar(workspace.country, calendars.usual_festivals(workspace.country, panel))


def headline(panel: Panel, calendar: Calendar) -> None:
    """What is known, in a sentence, and whether the models use it."""
    where = parts.COUNTRIES.get(calendar.country or "", calendar.country)
    own, festivals = len(calendar.events), len({entry.title for entry in calendar.festivals})
    known = f"the public holidays ({where}) and {words.count(festivals, 'shopping festival')}" if where else "no holidays"
    parts.reading(f"{known[0].upper()}{known[1:]}, {words.count(own, 'event') if own else 'no event'} of your own.")
    with st.container(horizontal=True, vertical_alignment="center"):
        if calendar == Calendar():
            st.caption(t("Nothing for the models to learn from yet: choose a country, or write down events of your own."))
        elif current().calendar is None:
            st.button(t("Use this calendar"), type="primary", icon=":material/check:", key="use-calendar",
                      on_click=current().use_calendar, args=(calendar,))  # fmt: skip
            st.caption(t("Not in use yet: models that look at the calendar will learn what these days do to sales."))
        else:
            st.badge(t("Known to linear, ARIMA, boosting, networks and automatic"), icon=":material/check:", color="green")
            st.button(t("Stop using it"), icon=":material/close:", key="drop-calendar", on_click=current().use_calendar,
                      args=(None,))  # fmt: skip
    note = calendars.announcement(calendar.country, calendars.reach(panel))
    if note:
        st.caption(t(f":material/info: {note}"))


def own_events(panel: Panel, calendar: Calendar) -> None:
    """The merchant's own events: an editor whose rows count when its button is pressed, and files in and out."""
    st.caption(t("Sales days, fairs, launches, a closed week: anything that moved sales and will come again, or is planned."))
    edited = _editor("events", calendar.events, "Use these events")
    if edited is not None:
        _use(replace(calendar, events=edited))
    with st.container(horizontal=True, vertical_alignment="center"):
        table = calendars.entries_to_frame(calendar.events or (_example(panel),))
        st.download_button(
            t("Download as CSV" if calendar.events else "Download an example"),
            lambda: csv_bytes(table),
            "events.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        with st.popover(t("Upload a table"), icon=":material/upload_file:"):
            _upload(calendar)


def festivals(panel: Panel, calendar: Calendar) -> None:
    """The shopping festivals, one row for each time: dates can be moved, rows taken out or added."""
    st.caption(t("When the shopping festivals were and will be. Move the dates to those of your platform, or delete what does "
               "not concern you."))  # fmt: skip
    edited = _editor("festivals", calendar.festivals, "Use these festivals")
    if edited is not None:
        _use(replace(calendar, festivals=edited))
    usual = calendars.usual_festivals(calendar.country, panel)
    if usual != calendar.festivals and st.button(t("Back to the usual ones"), icon=":material/undo:", key="usual-festivals"):
        _use(replace(calendar, festivals=usual))


def _editor(name: str, entries: tuple[Entry, ...], label: str) -> tuple[Entry, ...] | None:
    """The table to edit; its rows, once the button is pressed and all of them can be used."""
    column = st.column_config
    with st.form(f"calendar-{name}", border=False):
        edited = tables.edit(
            calendars.entries_to_frame(entries), key=f"{name}-{crc32(repr(entries).encode())}", num_rows="dynamic",
            hide_index=True, height=300 if len(entries) > 6 else "auto", said=("name", "phase"),
            column_config={
                # Not "required": Streamlit would leave an incomplete row out without a word.
                "name": column.TextColumn("Name", width="medium"),
                "start": column.DateColumn("First day", format="YYYY-MM-DD"),
                "end": column.DateColumn("Last day", format="YYYY-MM-DD", help="Empty: one day."),
                "phase": column.TextColumn("Phase", help="Run-up, main day, after: each phase has an effect of its own."),
                "repeats": column.SelectboxColumn("Comes again", options=list(calendars.REPEATS), help=_ABOUT_REPEATS,
                                                  default=calendars.REPEATS[0]),
                "country": column.TextColumn("Country"), "platform": column.TextColumn("Platform"),
            },
        )  # fmt: skip
        if not st.form_submit_button(t(label), icon=":material/check:"):
            return None
    try:
        return calendars.entries_from_frame(edited)
    except InputError as error:
        st.error(t(str(error)), icon=":material/error:")
        return None


def _upload(calendar: Calendar) -> None:
    file = st.file_uploader(t("Events"), key="events-file", label_visibility="collapsed")
    st.caption(t("CSV or Excel, with the columns name, start, and if you like end, phase, repeats, country, platform."))
    if file is not None and st.button(t("Add these events"), icon=":material/check:", key="add-events"):
        upload = Upload([file])
        path = Path(upload.folder) / upload.names[0]
        running.start(_READ, calendars.ReadEvents(str(path)), f"Reading {file.name}", upload)
    here = running.follow(_READ)
    if isinstance(here.result, calendars.EventRows):
        current().results.pop(_READ)
        _use(replace(calendar, events=tuple(dict.fromkeys((*calendar.events, *here.result.entries)))))


def _use(calendar: Calendar) -> None:
    current().use_calendar(calendar)
    st.rerun()


def _example(panel: Panel) -> Entry:
    day = panel.last.normalize()
    return Entry("Anniversary sale", day, day + pd.Timedelta(days=2), repeats=calendars.REPEATS[1])


def coming(panel: Panel, calendar: Calendar) -> None:
    """What takes place after the last sales."""
    days = calendars.days_ahead(panel, calendar)[:_COMING]
    if not days:
        st.caption(t("Nothing is known of the time after the last sales."))
        return
    tables.show(
        _table(days, panel.last), hide_index=True, height=280, key="coming",
        column_config={
            "first": st.column_config.DateColumn("First day"), "last": st.column_config.DateColumn("Last day"),
            "name": "Name", "kind": "Kind", "ahead": st.column_config.NumberColumn("Days after the last sales"),
        },
    )  # fmt: skip


def _table(days: Sequence[Event], last: pd.Timestamp) -> pd.DataFrame:
    rows = [(day.start, day.end, _named(day), _KINDS[day.kind], max((day.start - last).days, 0)) for day in days]
    return pd.DataFrame(rows, columns=["first", "last", "name", "kind", "ahead"])


def _named(day: Event) -> str:
    return day.name if day.kind == calendars.OWN else t(day.name)
