"""The calculations of one person: what is at work at the foot of the sidebar, and the list of all behind a button."""

import time
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from ui import identity, parts, running, saving, words
from ui.jobs import LOOKING, TIME_TO_LIVE, Job, State, manager
from ui.language import t
from ui.running import Slot
from ui.workspace import Workspace, current

_EVERY, _EVERY_IN_LIST = 2.0, 1.0
_SHOWN, _AT_WORK = 30, 3
_PAGES = {
    "import": "data", "cleaning": "data", "diagnosis": "diagnose", "orders": "diagnose", "model": "model", "tuning": "model",
    "compare": "compare", "forecast": "forecast", "plan": "forecast", "read-final": "forecast",
    "read-events": "calendar",
}  # fmt: skip
_SEEN, _SHOW = "_calculations-seen", "_calculations-show"
_Colour = Literal["gray", "blue", "green", "red"]
_LOOKS: dict[State, tuple[_Colour, str, str]] = {
    State.QUEUED: ("gray", "schedule", "waiting"),
    State.RUNNING: ("blue", "sync", "at work"),
    State.DONE: ("green", "check", "done"),
    State.FAILED: ("red", "error", "failed"),
    State.CANCELLED: ("gray", "close", "cancelled"),
}


@dataclass(frozen=True)
class Row:
    """One job as the list shows it; `page` is where its result is, None when that is not in the work that is open."""

    job: Job
    page: str | None

    @property
    def told(self) -> str:
        """How far it is, or how it ended."""
        job = self.job
        if job.active:
            return f"{_far(job)} · {running.doing(job)}" if job.state is State.RUNNING else running.doing(job)
        when = f"{running.duration(time.monotonic() - (job.ended or 0.0))} ago"
        return job.error or f"took {running.duration(job.seconds)}, ended {when}"


def at_work(page: str) -> None:
    """What is at work, for the sidebar of a page; results are taken over and saved, whichever page is open."""
    active = any(job.active for job in manager().of(identity.owner()))
    st.fragment(_at_work, run_every=_EVERY if active else None)(page)
    if st.button(t("Calculations"), key="calculations", icon=":material/pending_actions:", type="tertiary"):
        _dialog()  # not in the fragment: drawn anew, it would close what it has opened


def _at_work(page: str) -> None:
    jobs = [job for job in manager().of(identity.owner()) if job.kind not in LOOKING]
    active = [job for job in jobs if job.active]
    for job in active[:_AT_WORK]:
        st.progress(job.progress.fraction, text=t(f"{words.plain(job.title)} · {_far(job)}"))
    _tell(jobs, page)
    running.collect_all(current())
    saving.autosave(current())


def _tell(jobs: list[Job], page: str) -> None:
    """Say what has ended since the last time, unless it is on the page that is open."""
    before = st.session_state.get(_SEEN, frozenset())
    st.session_state[_SEEN] = frozenset(job.key for job in jobs if job.active)
    for job in jobs:
        if job.key in before and job.state in (State.DONE, State.FAILED) and _PAGES.get(job.kind) != page:
            done = job.state is State.DONE
            st.toast(t(f"“{words.plain(job.title)}” {'is done' if done else 'has failed'}."),
                     icon=":material/check:" if done else ":material/error:", duration="long")  # fmt: skip


def _dialog() -> None:
    st.dialog(t("Calculations"), width="medium")(_contents)()


def _contents() -> None:
    st.fragment(_list, run_every=_EVERY_IN_LIST)()


def _list() -> None:
    rows = listed(manager().of(identity.owner()), current())
    if not rows:
        st.caption(
            t(
                "Nothing has been calculated yet. What you fit, tune, compare or forecast appears here, and goes on when you "
                "change the page or close the browser."
            )
        )
        return
    for row in rows[:_SHOWN]:
        _draw(row)
    limits = manager().limits
    st.caption(
        t(
            f"Up to {limits.active} calculations of yours may be at work or waiting; on a busy server everybody has a turn. "
            f"Results wait here for {TIME_TO_LIVE / 3600:.0f} hours, and in your saved work for good."
        )
    )


def _draw(row: Row) -> None:
    colour, icon, word = _LOOKS[row.job.state]
    with st.container(border=True, key=f"calculation-{row.job.key}"):
        title, state, button = st.columns([6, 2, 2], vertical_alignment="center")
        title.markdown(f"**{words.plain(t(row.job.title))}**")
        title.caption(words.plain(t(row.told)))
        state.badge(t(word), icon=f":material/{icon}:", color=colour)
        if row.job.active:
            if button.button(t("Cancel"), key=f"end-{row.job.key}", icon=":material/close:", width="stretch"):
                manager().cancel(row.job.key)
                st.rerun(scope="fragment")
        elif row.page is not None and button.button(t("Show"), key=f"show-{row.job.key}", width="stretch"):
            st.session_state[_SHOW] = row.page
            st.rerun()  # the page is changed from outside the dialog: from within, it stays blank


def go_to_shown() -> None:
    """Turn to the page whose result was asked for in the list just now."""
    page = st.session_state.pop(_SHOW, None)
    if page is not None:
        st.switch_page(parts.page(page))


def listed(jobs: tuple[Job, ...], workspace: Workspace) -> list[Row]:
    """All jobs that somebody has asked for: those at work first, then the last ended first."""
    here = {slot.last for slot in workspace.results.values() if isinstance(slot, Slot)}
    kept = [job for job in jobs if job.kind not in LOOKING]
    kept.sort(key=lambda job: (not job.active, job.submitted if job.active else -(job.ended or 0.0)))
    return [Row(job, _PAGES.get(job.kind) if job.key in here else None) for job in kept]


def _far(job: Job) -> str:
    return "waiting" if job.state is State.QUEUED else words.percent(job.progress.fraction)
