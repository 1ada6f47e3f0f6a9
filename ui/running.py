"""What a page has asked for: one slot for each kind of work, filled by a job, surviving a change of page."""

from dataclasses import dataclass

import streamlit as st

from forecasting.core.errors import ShelfcastError
from ui import identity, words
from ui.jobs import Job, State, manager
from ui.workspace import current

_EVERY = 0.25
_AT_ONCE = 1.2
LOST = "The calculation was lost when the server restarted; run it again."


@dataclass
class Slot:
    """The last result of one kind of work, and the job that will replace it.

    `settings` is what `result` was made with, `asked` what the running job will be made with; `request` and `title` are there
    to start it again, should the server not live to see its end.
    """

    job: str | None = None
    asked: object | None = None
    request: object | None = None
    title: str = ""
    result: object | None = None
    settings: object | None = None
    error: str = ""
    seconds: float = 0.0


def slot(name: str) -> Slot:
    """The slot of this session's workspace, with the result of a job that has ended; it is emptied when the data changes."""
    found = current().result(name, Slot)
    if found is None:
        found = Slot()
        current().results[name] = found
    _collect(found)
    return found


def start(name: str, request: object, title: str, settings: object) -> None:
    """Ask for work. What takes no longer than a moment is awaited, so that its result appears at once."""
    here = slot(name)
    submit(here, request, title, settings)
    manager().wait(str(here.job), _AT_ONCE)


def submit(here: Slot, request: object, title: str, asked: object) -> None:
    """Put a job into a slot; the same request of the same person, at work or done, is not carried out twice."""
    here.job = manager().submit(identity.owner(), request, title).key
    here.asked, here.request, here.title, here.error = asked, request, title, ""


def follow(name: str) -> Slot:
    """The slot, with the progress of its job or its error in one sentence drawn on the page."""
    here = slot(name)
    job = manager().look(here.job) if here.job else None
    if job is not None:
        watch(job)
    if here.error:
        st.error(here.error, icon=":material/error:")
    return here


def _collect(here: Slot) -> None:
    """Take over what a job has found, unless it is still at work."""
    job = manager().look(here.job) if here.job else None
    if here.job is None or (job is not None and job.active):
        return
    here.job, here.request = None, None
    if job is None or job.state is State.FAILED:
        here.error = LOST if job is None else job.error
    elif job.state is State.CANCELLED:
        st.toast(f"{job.title} was cancelled.", icon=":material/cancel:")
    else:
        _take_over(here, job)


def _take_over(here: Slot, job: Job) -> None:
    try:
        here.result, here.settings, here.seconds = manager().result(job.key), here.asked, job.seconds
    except ShelfcastError as error:
        here.error = str(error)


def watch(job: Job) -> None:
    """Draw what a job is doing, how far it is and how long is left, with a button to cancel; the page follows when it ends."""
    st.fragment(_watched, run_every=_EVERY)(job.key)


def _watched(key: str) -> None:
    job = manager().look(key)
    if job is None or not job.active:
        st.rerun()
    with st.container(border=True, key="job"):
        bar, stop = st.columns([5, 1], vertical_alignment="center")
        bar.progress(job.progress.fraction, text=f"**{job.title}** · {_doing(job)}")
        if stop.button("Cancel", key=f"cancel-{key}", icon=":material/close:", width="stretch"):
            manager().cancel(key)
            st.rerun()


def _doing(job: Job) -> str:
    if job.state is State.QUEUED:
        ahead = manager().ahead_of(job.key)
        return f"waiting for {words.count(ahead + 1, 'calculation')} to end"
    left = job.seconds_left
    return f"{job.progress.message}{'' if left is None else f' · {duration(left)} left'}"


def duration(seconds: float) -> str:
    """How long something takes, as people say it.

    >>> duration(0.34), duration(8.2), duration(75), duration(4000)
    ('under a second', '8 s', '1 min 15 s', '1 h 6 min')
    """
    if seconds < 1:
        return "under a second"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
