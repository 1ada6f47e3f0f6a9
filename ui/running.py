"""What a page has asked for: one slot for each kind of work, filled by a job, surviving a change of page."""

import math
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from forecasting.core.errors import ShelfcastError
from forecasting.plots import forecasts
from ui import identity, parts, words
from ui.jobs import Job, State, manager
from ui.language import t
from ui.theme import palette
from ui.workspace import Workspace, current

_EVERY = 0.25
_AT_ONCE = 0.7
LOST = "The calculation was lost when the server restarted; run it again."


@dataclass
class Slot:
    """The last result of one kind of work, and the job that will replace it.

    `settings` is what `result` was made with, `asked` what the running job will be made with; `request` and `title` are there
    to start it again, should the server not live to see its end. `last` is the job that was started last, at work or ended.
    """

    job: str | None = None
    last: str | None = None
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


def start(name: str, request: object, title: str, settings: object, seconds: float = 0.0) -> None:
    """Ask for work, `seconds` being what it was thought to take. What takes no longer than a moment is awaited, so that its
    result appears at once."""
    here = slot(name)
    submit(name, here, request, title, settings, seconds)
    if here.job is not None:
        manager().wait(here.job, _AT_ONCE)


def submit(name: str, here: Slot, request: object, title: str, asked: object, seconds: float = 0.0) -> None:
    """Put a job into the slot of this name; the same request of the same person, at work or done, is not carried out twice.

    Where the server takes no more of this person, the slot says so.
    """
    try:
        here.job = here.last = manager().submit(identity.owner(), request, title, name, seconds).key
    except ShelfcastError as error:
        here.error = str(error)
        return
    here.asked, here.request, here.title, here.error = asked, request, title, ""


def collect_all(workspace: Workspace) -> None:
    """Take over what jobs have found meanwhile, whichever page they belong to."""
    for found in workspace.results.values():
        if isinstance(found, Slot):
            _collect(found)


def stop_dropped(workspace: Workspace) -> None:
    """End the jobs whose sales or calendar are no longer in use, and say so."""
    for found in workspace.dropped:
        job = manager().look(found.job) if isinstance(found, Slot) and found.job else None
        if job is not None and job.active:
            manager().cancel(job.key)
            message = f"“{job.title}” was stopped: the sales or the calendar that it worked on are no longer in use."
            st.toast(t(message), icon=":material/cancel:", duration="long")
    workspace.dropped.clear()


def follow(name: str) -> Slot:
    """The slot, with the progress of its job or its error in one sentence drawn on the page."""
    here = slot(name)
    job = manager().look(here.job) if here.job else None
    if job is not None:
        watch(job)
    if here.error:
        st.error(t(here.error), icon=":material/error:")
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
        st.toast(t(f"{job.title} was cancelled."), icon=":material/cancel:")
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
        bar.progress(job.progress.fraction, text=t(f"**{job.title}** · {doing(job)}"))
        if stop.button(t("Cancel"), key=f"cancel-{key}", icon=":material/close:", width="stretch"):
            manager().cancel(key)
            st.rerun()
        if len(job.marks) > 1:
            _curve(job)


def _curve(job: Job) -> None:
    """The loss of a network so far, epoch by epoch."""
    rows = pd.DataFrame([(*mark, float("nan"))[:3] for mark in job.marks], columns=["epoch", "training", "validation"])
    parts.chart(forecasts.loss_curve(rows, palette(), height=180), f"loss-{job.key}", "Loss by epoch, so far")


def doing(job: Job) -> str:
    """What a job that waits or works is doing, and how long it will still take."""
    if job.state is State.QUEUED:
        ahead = manager().ahead_of(job.key)
        before = f", {words.count(ahead, 'other')} before it" if ahead else ""
        return f"waiting for its turn{before}"
    left = job.seconds_left
    return f"{job.progress.message}{'' if left is None else f' · {duration(left)} left'}"


def foretold(seconds: float) -> str:
    """What is said of work before it begins, at the pace at which this server has worked of late."""
    return forewarned(seconds * manager().slowness())


def forewarned(seconds: float) -> str:
    """What is said of work that takes about so long; rounded up, since nobody minds when it is done earlier.

    >>> forewarned(0.34), forewarned(8.2)
    ('Takes under a second.', 'Takes about 9 s. You can go on working meanwhile.')
    >>> forewarned(23), forewarned(75)
    ('Takes about 30 s. You can go on working meanwhile.', 'Takes about 2 min. You can go on working meanwhile.')
    """
    if seconds < 1:
        return "Takes under a second."
    step = 1 if seconds < 10 else 10 if seconds < 60 else 60
    return f"Takes about {duration(step * math.ceil(seconds / step))}. You can go on working meanwhile."


def duration(seconds: float) -> str:
    """How long something takes, as people say it.

    >>> duration(0.34), duration(8.2), duration(60), duration(75), duration(4000)
    ('under a second', '8 s', '1 min', '1 min 15 s', '1 h 6 min')
    """
    if seconds < 1:
        return "under a second"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
