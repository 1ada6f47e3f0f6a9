"""One worker process: started ahead of time, given one job after the other, killed with everything it started."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import forecasting
from forecasting.core.progress import Progress

_ROOT = Path(forecasting.__file__).parents[1]
# Many small matrices: threads of the linear algebra only wait for each other.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}


@dataclass(frozen=True)
class Ending:
    """How a job ended: `error` is empty when it is done, `again` says that the worker can take another job."""

    error: str = ""
    again: bool = False


KILLED = "The calculation was stopped by the computer, most likely for want of memory; choose fewer SKUs or a lighter model."


class Worker:
    """A running `python -m forecasting.worker`, whose standard error goes to a log file."""

    def __init__(self, log: Path) -> None:
        path = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        with log.open("ab") as stream:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "forecasting.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stream,
                text=True,
                encoding="utf-8",
                start_new_session=True,
                env=os.environ | _ONE_THREAD | {"PYTHONPATH": path},
            )
        self.log = log

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def wait_until_ready(self) -> None:
        """Block until the libraries are loaded, or the process is dead."""
        stdout = self._process.stdout
        while stdout is not None and (line := stdout.readline()):
            if json.loads(line).get("ready"):
                return

    def work(self, request: Path, result: Path, listener: Callable[[Progress], None], unfinished: Path | None = None) -> Ending:
        """Have one request carried out; blocks until it is, or until the process is dead.

        What a long one finds on the way is kept in `unfinished`, where the same request goes on.
        """
        try:
            self._send({"request": str(request), "result": str(result), "unfinished": str(unfinished or "")})
        except OSError:
            return Ending(KILLED)
        return self._listen(listener)

    def kill(self) -> None:
        """End the process and all that it started, at once."""
        if self.alive:
            try:
                _kill_group(self._process)
            except (ProcessLookupError, PermissionError):
                self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                _close(stream)

    def _send(self, job: dict[str, str]) -> None:
        stdin = self._process.stdin
        if stdin is not None:
            stdin.write(json.dumps(job) + "\n")
            stdin.flush()

    def _listen(self, listener: Callable[[Progress], None]) -> Ending:
        for line in self._process.stdout or ():
            content = _parsed(line)
            if "fraction" in content:
                listener(Progress(float(content["fraction"]), str(content["message"]), tuple(content.get("marks", ()))))
            elif "error" in content or "done" in content:
                return Ending(str(content.get("error", "")), bool(content.get("again")))
        self._process.wait()
        return Ending(KILLED)


def _parsed(line: str) -> dict[str, Any]:
    """A line of the worker; what some library printed there is not for us."""
    try:
        content = json.loads(line)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _kill_group(process: subprocess.Popen[str]) -> None:
    if os.name == "nt":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)


def _close(stream: object) -> None:
    try:
        stream.close()  # type: ignore[attr-defined]
    except OSError:
        return
