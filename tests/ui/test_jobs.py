"""The jobs: done once, seen by their owner, cancelled within a second, and leaving nothing behind."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.core.digest import digest_of
from forecasting.core.errors import ShelfcastError
from forecasting.core.panel import Panel
from forecasting.core.progress import Progress
from forecasting.evaluation.backtest import Backtest
from forecasting.models import make
from forecasting.models.lstm import Lstm
from forecasting.workflow import Compare, ForecastAll, Outlook, TryModel
from ui.jobs import Job, Jobs, Limits, State, marked, remove_leftovers
from ui.process import KILLED


@pytest.fixture(scope="module")
def panel() -> Panel:
    days = pd.date_range("2023-01-01", periods=400)
    rng = np.random.default_rng(3)
    return Panel.build(pd.concat(pd.DataFrame({"unique_id": f"S{i}", "ds": days, "y": rng.poisson(5, 400)}) for i in range(40)))


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    manager = Jobs(at_once=1, limits=Limits(spare=0))
    yield manager
    manager.close()


def short(panel: Panel, horizon: int = 7) -> ForecastAll:
    return ForecastAll(panel.select(["S1"]), (make("window_mean"),), horizon)


def long(panel: Panel) -> Compare:
    """Some minutes of work."""
    return Compare(panel, (make("seasonal_naive"), make("weekday_mean")), Backtest(horizon=1, windows=370))


def ended(jobs: Jobs, job: Job, timeout: float = 30) -> Job:
    found = jobs.wait(job.key, timeout)
    assert found is not None
    return found


def running(jobs: Jobs, job: Job) -> None:
    limit = time.monotonic() + 30
    while time.monotonic() < limit:
        found = jobs.look(job.key)
        if found is not None and found.progress.fraction > 0:
            return
        time.sleep(0.02)
    raise AssertionError("the job never got going")


def test_a_job_gives_its_result(jobs: Jobs, panel: Panel) -> None:
    job = ended(jobs, jobs.submit("me", short(panel), "Forecast"))
    assert (job.state, job.error, job.progress.fraction) == (State.DONE, "", 1.0)
    result = jobs.result(job.key)
    assert isinstance(result, Outlook)
    assert not (jobs.folder / job.key / "request").exists()


def test_five_clicks_start_one_job(jobs: Jobs, panel: Panel) -> None:
    keys = {jobs.submit("me", short(panel), "Forecast").key for _ in range(5)}
    assert len(keys) == 1
    ended(jobs, jobs.of("me")[0])
    assert jobs.submit("me", short(panel), "Forecast").key in keys
    assert jobs.submit("you", short(panel), "Forecast").key not in keys


def test_cancelling_kills_the_process_within_a_second(jobs: Jobs, panel: Panel) -> None:
    job = jobs.submit("me", long(panel), "Compare")
    running(jobs, job)
    pid = jobs._workers[job.key].pid
    started = time.monotonic()
    jobs.cancel(job.key)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert time.monotonic() - started < 1
    assert ended(jobs, job).state is State.CANCELLED
    assert ended(jobs, jobs.submit("me", short(panel), "Forecast")).state is State.DONE


def test_a_network_that_trains_is_gone_within_a_second_of_the_click(jobs: Jobs, panel: Panel) -> None:
    """TensorFlow's threads ask nobody before they compute, so the whole process group is ended."""
    network = Lstm(horizon=7, epochs=1_000, windows=2_000, patience=1_000)  # hours
    job = jobs.submit("me", TryModel(panel, network, 7), "Fit")
    limit = time.monotonic() + 300
    while not (found := jobs.look(job.key)).marks and time.monotonic() < limit:  # the first epoch is over
        time.sleep(0.05)
    assert found.marks, found
    pid = jobs._workers[job.key].pid
    clicked = time.monotonic()
    jobs.cancel(job.key)
    with pytest.raises(ProcessLookupError):
        os.killpg(pid, 0)
    assert time.monotonic() - clicked < 1
    assert ended(jobs, job).state is State.CANCELLED


def test_a_busy_server_queues_and_a_queued_job_can_be_cancelled(jobs: Jobs, panel: Panel) -> None:
    first = jobs.submit("me", long(panel), "Compare")
    second, third = jobs.submit("me", short(panel), "Forecast"), jobs.submit("you", short(panel), "Forecast")
    assert (second.state, third.state) == (State.QUEUED, State.QUEUED)
    assert (jobs.ahead_of(second.key), jobs.ahead_of(third.key)) == (0, 1)
    jobs.cancel(second.key)
    assert ended(jobs, second).state is State.CANCELLED
    jobs.cancel(first.key)
    assert ended(jobs, third).state is State.DONE


def test_a_killed_worker_is_one_clear_sentence(jobs: Jobs, panel: Panel) -> None:
    job = jobs.submit("me", long(panel), "Compare")
    running(jobs, job)
    os.kill(jobs._workers[job.key].pid, 9)
    job = ended(jobs, job)
    assert (job.state, job.error) == (State.FAILED, KILLED)


def test_an_error_of_the_data_reaches_the_screen_as_it_is(jobs: Jobs, panel: Panel) -> None:
    job = ended(jobs, jobs.submit("me", Compare(panel, (make("window_mean"),), Backtest(horizon=500)), "Compare"))
    assert job.state is State.FAILED
    assert "Choose a shorter horizon" in job.error
    with pytest.raises(ShelfcastError, match="run the calculation again"):
        jobs.result(job.key)


def test_what_ended_long_ago_is_forgotten(panel: Panel) -> None:
    jobs = Jobs(at_once=1, time_to_live=0.0)
    job = ended(jobs, jobs.submit("me", short(panel), "Forecast"))
    jobs.submit("me", short(panel, 9), "Forecast")
    assert jobs.look(job.key) is None
    assert not (jobs.folder / job.key).exists()
    jobs.close()


def test_closing_leaves_no_process_and_no_file(panel: Panel) -> None:
    jobs = Jobs(at_once=1)
    job = jobs.submit("me", long(panel), "Compare")
    running(jobs, job)
    jobs.warm()
    pids = [jobs._workers[job.key].pid, *(worker.pid for worker in jobs._spares)]
    jobs.close()
    assert not jobs.folder.exists()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_the_files_of_a_killed_server_are_removed(tmp_path: Path) -> None:
    for pid in (4_194_304 + 7, os.getpid()):
        (tmp_path / f"shelfcast-jobs-{pid}-abc").mkdir()
    remove_leftovers(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"shelfcast-jobs-{os.getpid()}-abc"]


def test_the_time_left_is_told_once_it_can_be() -> None:
    job = Job("k", "me", "Compare", "d", State.RUNNING, Progress(0.25, ""), started=100.0, ended=110.0)
    assert job.seconds_left is None
    for seconds in range(11):
        job.pace.hear(0.025 * seconds, seconds)
    assert job.seconds_left == pytest.approx(30.0)
    assert replace(job, progress=Progress(0.0, "")).seconds_left is None


def test_requests_are_told_apart_by_everything_in_them(panel: Panel) -> None:
    plan = pd.DataFrame({"date": ["2024-02-05"], "price": [1.0]})
    base = ForecastAll(panel, (make("window_mean"),), 7, plan)
    others = [
        replace(base, horizon=8),
        replace(base, specs=(make("weekday_mean"),)),
        replace(base, plan=plan.assign(price=2.0)),
        replace(base, plan=None),
        replace(base, panel=panel.select(["S1"])),
    ]
    assert digest_of(base) == digest_of(replace(base, plan=plan.copy()))
    assert len({digest_of(request) for request in [base, *others]}) == 6


def test_nobody_may_have_more_at_work_or_come_faster_than_the_limits_say(panel: Panel) -> None:
    jobs = Jobs(at_once=1, limits=Limits(active=2, a_minute=3, spare=0))
    first = jobs.submit("me", long(panel), "Compare")
    second = jobs.submit("me", short(panel), "Forecast")
    assert jobs.submit("me", short(panel), "Forecast").key == second.key  # the same again is no further job
    with pytest.raises(ShelfcastError, match="You have 2 calculations at work or waiting"):
        jobs.submit("me", short(panel, 8), "Forecast")
    assert jobs.submit("you", short(panel, 8), "Forecast").active
    jobs.cancel(second.key)
    third = jobs.submit("me", short(panel, 8), "Forecast")
    jobs.cancel(third.key)
    with pytest.raises(ShelfcastError, match="You have asked for 3 calculations within a minute"):
        jobs.submit("me", short(panel, 9), "Forecast")
    jobs.cancel(first.key)
    jobs.close()


def test_who_has_nothing_at_work_need_not_wait_for_the_end_of_the_others_long_work(panel: Panel) -> None:
    jobs = Jobs(at_once=1, limits=Limits(spare=1))
    jobs.submit("me", long(panel), "Compare")
    mine = jobs.submit("me", short(panel), "Forecast")
    yours = ended(jobs, jobs.submit("you", short(panel), "Forecast"))
    assert yours.state is State.DONE
    assert jobs.look(mine.key).state is State.QUEUED
    jobs.close()


def test_what_a_page_waits_for_goes_first(panel: Panel) -> None:
    jobs = Jobs(at_once=1, limits=Limits(spare=0))
    jobs.submit("me", long(panel), "Compare")
    waiting = jobs.submit("me", short(panel), "Forecast", "forecast")
    assert ended(jobs, jobs.submit("me", short(panel, 8), "Diagnosing", "diagnosis")).state is State.DONE
    assert jobs.look(waiting.key).state is State.QUEUED
    jobs.close()


def test_numbers_to_draw_are_kept_until_they_begin_anew() -> None:
    marks: tuple[tuple[float, ...], ...] = ()
    for new in ((1.0, 0.9), (2.0, 0.8), (), (1.0, 0.7)):
        marks = marked(marks, new)
        assert marks == ((1.0, 0.9), (2.0, 0.8)) or len(marks) == 1
    assert marks == ((1.0, 0.7),)


def test_what_is_foretold_follows_the_pace_of_late(jobs: Jobs) -> None:
    assert jobs.slowness() == 1.0
    for number, (took, foretold) in enumerate(((5.0, 100.0), *((30.0, 10.0),) * 5, (1.0, 0.5))):
        job = Job(f"k{number}", "me", "Fit", "d", State.DONE, foretold=foretold, started=number, ended=number + took)
        jobs._jobs[job.key] = job
    assert jobs.slowness() == 3.0  # the oldest is forgotten, and what took a moment says nothing
