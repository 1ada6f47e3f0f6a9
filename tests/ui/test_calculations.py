"""The list of calculations: who sees what, in which order, and where a result is."""

import time

from forecasting.core.progress import Progress
from ui import calculations
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
