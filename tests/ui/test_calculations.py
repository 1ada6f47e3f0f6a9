"""The list of calculations: who sees what, in which order, and where a result is."""

import time

from forecasting.core.progress import Progress
from forecasting.workflow.calendars import Calendar
from ui import calculations, running
from ui.jobs import Job, State
from ui.running import Slot
from ui.workspace import Workspace

NOW = time.monotonic()
JOBS = (
    Job("old", "me", "Fitting Linear", "1", State.DONE, submitted=1.0, started=2.0, ended=4.0, kind="model"),
    Job("look", "me", "Diagnosing A", "2", State.DONE, submitted=1.0, started=2.0, ended=6.0, kind="diagnosis"),
    Job("new", "me", "Forecasting 3 SKUs", "3", State.FAILED, error="Too short.", submitted=2.0, ended=5.0, kind="forecast"),
    Job("now", "me", "Comparing 4 models", "4", State.RUNNING, Progress(0.451, "cut-off 2 of 4"), started=NOW, kind="compare"),
    Job("next", "me", "Tuning ETS", "5", kind="tuning"),
)


def test_work_stands_before_what_ended_and_looking_at_a_page_is_not_listed() -> None:
    rows = calculations.listed(JOBS, Workspace())
    assert [row.job.key for row in rows] == ["now", "next", "new", "old"]


def test_a_result_can_be_shown_only_where_it_belongs_to_the_work_that_is_open() -> None:
    workspace = Workspace(results={"forecast": Slot(last="new"), "model": Slot(last="another")})
    pages = {row.job.key: row.page for row in calculations.listed(JOBS, workspace)}
    assert pages == {"now": None, "next": None, "new": "forecast", "old": None}


def test_a_row_tells_how_far_it_is_or_how_it_ended() -> None:
    told = {row.job.key: row.told for row in calculations.listed(JOBS, Workspace())}
    assert told["now"] == "45 % · cut-off 2 of 4"
    assert told["next"] == "waiting for its turn"
    assert told["new"] == "Too short."
    assert told["old"].startswith("took 2 s, ended ")


class Stopped:
    """A server's jobs that note which of them are cancelled."""

    def __init__(self) -> None:
        self.cancelled: list[str] = []

    def look(self, key: str) -> Job | None:
        return next((job for job in JOBS if job.key == key), None)

    def cancel(self, key: str) -> None:
        self.cancelled.append(key)


def test_work_on_sales_or_a_calendar_no_longer_in_use_is_stopped_and_said(monkeypatch) -> None:
    jobs, told = Stopped(), []
    monkeypatch.setattr(running, "manager", lambda: jobs)
    monkeypatch.setattr(running.st, "toast", lambda message, **_look: told.append(message))
    workspace = Workspace(results={"tuning": Slot(job="next"), "model": Slot(job="old")})
    workspace.use_calendar(Calendar("GB"))
    running.stop_dropped(workspace)
    assert jobs.cancelled == ["next"]
    assert told == ["“Tuning ETS” was stopped: the sales or the calendar that it worked on are no longer in use."]
    running.stop_dropped(workspace)
    assert len(told) == 1


def test_an_empty_calendar_is_none_in_use() -> None:
    workspace = Workspace()
    workspace.use_calendar(Calendar("GB"))
    workspace.use_calendar(Calendar())
    assert workspace.calendar is None
