"""Long actions in processes of their own: the server never freezes, never grows, and five clicks start one job.

There is one `Jobs` for the whole server (`manager()`), a plain module-level object: every session sees the same queue. Pages
keep only the key of a job; what it is doing is looked up, so nothing is lost when the page changes. Nobody has the server
alone: `Limits` says how much one owner may have at work or waiting, and how fast it may come.
"""

import atexit
import contextlib
import logging
import os
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from forecasting import exchange
from forecasting.core.digest import digest_of
from forecasting.core.errors import ShelfcastError
from forecasting.core.progress import Pace, Progress
from forecasting.workflow.resuming import remove_old
from ui.process import Ending, Worker

AT_ONCE = max(1, min(2, os.cpu_count() or 1))
TIME_TO_LIVE = 12 * 3600.0  # results lie on disk; whoever starts a batch in the evening finds it in the morning
REPLENISH_AFTER = 2.0
LOOKING = frozenset({"diagnosis"})  # kinds that a page needs to be drawn: somebody waits who has asked for no calculation
_TELLING, _LATELY = 2.0, 5  # seconds from which a foretold time can be compared with that it took, and of how many jobs
_PREFIX = "shelfcast-jobs-"
_WAITING = Progress(0.0, "waiting for its turn")
_log = logging.getLogger(__name__)


class State(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Job:
    """What is known of one job at this moment; times are seconds of `time.monotonic`. `kind` is for whoever asked for it.

    `marks` are the numbers to draw that were reported since the count of the first of them (the epoch) last began anew;
    `foretold` is how many seconds it was thought to take on a free machine, 0 where nobody knew.
    """

    key: str
    owner: str
    title: str
    digest: str
    state: State = State.QUEUED
    progress: Progress = _WAITING
    error: str = ""
    submitted: float = field(default_factory=time.monotonic)
    started: float | None = None
    ended: float | None = None
    kind: str = ""
    foretold: float = 0.0
    pace: Pace = field(default_factory=Pace, repr=False, compare=False)
    marks: tuple[tuple[float, ...], ...] = ()

    @property
    def active(self) -> bool:
        """Whether it waits or works."""
        return self.state in (State.QUEUED, State.RUNNING)

    @property
    def seconds(self) -> float:
        """How long it has been working, or worked."""
        return 0.0 if self.started is None else (self.ended or time.monotonic()) - self.started

    @property
    def seconds_left(self) -> float | None:
        """How long it will take at the pace of late; None as long as nobody can tell."""
        return self.pace.seconds_left() if self.state is State.RUNNING and self.progress.fraction >= 0.05 else None


@dataclass(frozen=True)
class Limits:
    """What one owner may ask of the server.

    One job more than `at_once` may run for an owner who has none at work: nobody's long work makes all others wait for its end.
    """

    active: int = 8
    a_minute: int = 30
    spare: int = 1

    def refusal(self, own: Sequence[Job], now: float) -> str:
        """Why no further job is taken from the owner of these, in a sentence; empty when one is.

        >>> jobs = [Job("k", "me", "Fit", "d", submitted=100.0)] * 2
        >>> Limits(active=2).refusal(jobs, now=101.0)
        'You have 2 calculations at work or waiting; let one end or cancel one, then ask again.'
        >>> Limits(a_minute=2).refusal(jobs, now=101.0)
        'You have asked for 2 calculations within a minute; wait 59 seconds, then ask again.'
        >>> Limits(a_minute=2).refusal(jobs, now=161.0)
        ''
        """
        if sum(job.active for job in own) >= self.active:
            return f"You have {self.active} calculations at work or waiting; let one end or cancel one, then ask again."
        lately = sorted(job.submitted for job in own if now - job.submitted < 60.0)
        if len(lately) < self.a_minute:
            return ""
        wait = max(1, round(60.0 - (now - lately[-self.a_minute])))
        return f"You have asked for {self.a_minute} calculations within a minute; wait {wait} seconds, then ask again."


class Jobs:
    """A queue of requests, the worker processes that carry them out, and the results until they expire."""

    def __init__(
        self,
        at_once: int = AT_ONCE,
        time_to_live: float = TIME_TO_LIVE,
        unfinished: Path | None = None,
        limits: Limits = Limits(),
    ) -> None:
        self.at_once, self.time_to_live, self.unfinished, self.limits = at_once, time_to_live, unfinished, limits
        self.folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._jobs: dict[str, Job] = {}
        self._requests: dict[str, object] = {}
        self._workers: dict[str, Worker] = {}
        self._spares: list[Worker] = []
        self._closed = False

    def submit(self, owner: str, request: object, title: str, kind: str = "", foretold: float = 0.0) -> Job:
        """Queue a request; the same request of the same owner is done once, however often it is asked for.

        Raises ShelfcastError when the owner has asked for more than the limits allow.
        """
        digest = digest_of(request)
        with self._lock:
            self._sweep()
            for job in self._jobs.values():
                if (job.owner, job.digest) == (owner, digest) and (job.active or job.state is State.DONE):
                    return job
            refusal = self.limits.refusal(self.of(owner), time.monotonic())
            if refusal:
                raise ShelfcastError(refusal)
            job = Job(uuid.uuid4().hex, owner, title, digest, kind=kind, foretold=foretold)
            self._jobs[job.key], self._requests[job.key] = job, request
            self._dispatch()
            return self._jobs[job.key]

    def look(self, key: str) -> Job | None:
        """What a job is doing; None when it is not known or has expired."""
        with self._lock:
            return self._jobs.get(key)

    def of(self, owner: str) -> tuple[Job, ...]:
        """All jobs of an owner, oldest first."""
        with self._lock:
            return tuple(job for job in self._jobs.values() if job.owner == owner)

    def ahead_of(self, key: str) -> int:
        """How many jobs wait before this one."""
        with self._lock:
            queued = [job.key for job in self._jobs.values() if job.state is State.QUEUED]
            return queued.index(key) if key in queued else 0

    def slowness(self) -> float:
        """How many times as long as foretold calculations took of late on this server; 1 as long as none has told."""
        with self._lock:
            done = [job for job in self._jobs.values() if job.state is State.DONE and job.foretold >= _TELLING]
        latest = sorted(done, key=lambda job: job.ended or 0.0)[-_LATELY:]
        return min(max(median(job.seconds / job.foretold for job in latest), 0.5), 20.0) if latest else 1.0

    def wait(self, key: str, timeout: float) -> Job | None:
        """Wait until a job has ended, at most `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: not (key in self._jobs and self._jobs[key].active), timeout)
            return self._jobs.get(key)

    def result(self, key: str) -> Any:
        """What a job that is done has found. Raises ShelfcastError when there is no such result any more."""
        job = self.look(key)
        if job is None or job.state is not State.DONE:
            raise ShelfcastError("This result is no longer there; run the calculation again.")
        return exchange.load(self.folder / key / "result")

    def cancel(self, key: str) -> None:
        """End a job that waits or works; one that has ended stays as it is."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None or not job.active:
                return
            self._end(key, State.CANCELLED)
            self._requests.pop(key, None)
            worker = self._workers.get(key)
        if worker is not None:
            worker.kill()

    def warm(self) -> None:
        """Have a worker ready that has loaded its libraries."""
        with self._lock:
            self._spares = [worker for worker in self._spares if worker.alive]
            if not self._spares and not self._closed:
                self._spares.append(self._new_worker())

    def close(self) -> None:
        """End all processes and remove all files."""
        with self._lock:
            self._closed = True
            for job in self._jobs.values():
                if job.active:
                    self._end(job.key, State.CANCELLED)
            workers = [*self._spares, *self._workers.values()]
        for worker in workers:
            worker.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _next(self) -> Job | None:
        """The job to start now: what a page waits for goes first, then owners with fewer running jobs.

        None when nothing waits or there is no room.
        """
        running = [job.owner for job in self._jobs.values() if job.state is State.RUNNING]
        waiting = [job for job in self._jobs.values() if job.state is State.QUEUED]
        if not waiting or self._closed:
            return None
        job = min(waiting, key=lambda job: (job.kind not in LOOKING, running.count(job.owner)))
        room = self.at_once + (0 if job.owner in running else self.limits.spare) + (1 if job.kind in LOOKING else 0)
        return job if len(running) < room else None

    def _dispatch(self) -> None:
        """Start what waits, as far as there is room."""
        job = self._next()
        if job is None:
            return
        self._update(job.key, state=State.RUNNING, started=time.monotonic(), progress=Progress(0.0, "preparing the data"))
        threading.Thread(target=self._carry_out, args=(job.key,), name=f"job-{job.key[:8]}", daemon=True).start()
        self._dispatch()

    def _carry_out(self, key: str) -> None:
        folder = self.folder / key
        try:
            ending = self._worked(key, folder)
        except Exception:  # noqa: BLE001 - no job may be left running for ever; the traceback is for the log
            _log.exception("job %s could not be carried out", key)
            ending = Ending("The calculation could not be started; try again, and report it if it happens again.")
        with self._lock:
            self._end(key, State.FAILED if ending.error else State.DONE, ending.error)
            self._dispatch()
        shutil.rmtree(folder / "request", ignore_errors=True)

    def _worked(self, key: str, folder: Path) -> Ending:
        with self._lock:
            request = self._requests.pop(key, None)
        exchange.save(request, folder / "request")
        with self._lock:
            if not self._jobs[key].active:
                return Ending()
            worker = self._workers[key] = self._taken()
        ending = worker.work(folder / "request", folder / "result", lambda progress: self._hear(key, progress), self.unfinished)
        with self._lock:
            del self._workers[key]
            cancelled = not self._jobs[key].active
        self._put_back(worker, ending)
        if not cancelled:
            _tell_log(worker, ending)
        return ending

    def _hear(self, key: str, progress: Progress) -> None:
        with self._lock:
            job = self._jobs[key]
            if job.active:
                job.pace.hear(progress.fraction, job.seconds)
                self._update(key, progress=progress, marks=marked(job.marks, progress.marks))

    def _taken(self) -> Worker:
        """A worker that is ready, or else a new one; a moment later another one is made ready."""
        self._spares = [worker for worker in self._spares if worker.alive]
        timer = threading.Timer(REPLENISH_AFTER, self.warm)
        timer.daemon = True
        timer.start()
        return self._spares.pop() if self._spares else self._new_worker()

    def _put_back(self, worker: Worker, ending: Ending) -> None:
        with self._lock:
            kept = ending.again and worker.alive and len(self._spares) < self.at_once and not self._closed
            if kept:
                self._spares.append(worker)
        if not kept:
            worker.kill()

    def _new_worker(self) -> Worker:
        return Worker(self.folder / f"{uuid.uuid4().hex}.log")

    def _end(self, key: str, state: State, error: str = "") -> None:
        job = self._jobs.get(key)
        if job is not None and job.active:
            self._update(key, state=state, error=error, ended=time.monotonic())

    def _update(self, key: str, **changes: Any) -> None:
        self._jobs[key] = replace(self._jobs[key], **changes)
        self._changed.notify_all()

    def _sweep(self) -> None:
        """Forget what ended long ago."""
        now = time.monotonic()
        for job in list(self._jobs.values()):
            if job.ended is not None and now - job.ended > self.time_to_live:
                del self._jobs[job.key]
                shutil.rmtree(self.folder / job.key, ignore_errors=True)


@cache
def manager() -> Jobs:
    """The jobs of this server, with a worker made ready; they end with the server."""
    remove_leftovers()
    jobs = Jobs(unfinished=unfinished_folder())
    atexit.register(jobs.close)
    threading.Thread(target=jobs.warm, daemon=True).start()
    return jobs


def unfinished_folder() -> Path | None:
    """Where long work is kept until it is done, so that it goes on after a restart; None where nothing can be written.

    What nobody has come back to for a week is removed.
    """
    folder = Path.home() / ".shelfcast" / "unfinished"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return None
    remove_old(folder)
    return folder


def remove_leftovers(folder: Path | None = None) -> None:
    """Remove what servers that were killed have left in the temporary folder."""
    for path in (folder or Path(tempfile.gettempdir())).glob(f"{_PREFIX}*"):
        pid = path.name.removeprefix(_PREFIX).split("-")[0]
        if pid.isdigit() and not _runs(int(pid)):
            shutil.rmtree(path, ignore_errors=True)


def marked(marks: tuple[tuple[float, ...], ...], new: tuple[float, ...]) -> tuple[tuple[float, ...], ...]:
    """The numbers to draw with the new ones; they begin anew where the first number no longer grows."""
    if not new:
        return marks
    return (*marks, new) if marks and new[0] > marks[-1][0] else (new,)


def _runs(pid: int) -> bool:
    if os.name == "nt":
        return True
    with contextlib.suppress(PermissionError):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    return True


def _tell_log(worker: Worker, ending: Ending) -> None:
    """What the worker wrote to standard error is for whoever runs the server, not for the screen."""
    if ending.error and worker.log.exists():
        text = worker.log.read_text(encoding="utf-8", errors="replace").strip()
        _log.warning("job failed: %s\n%s", ending.error, text[-4000:])
