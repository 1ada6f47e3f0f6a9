"""`python -m forecasting.worker`: carries out requests in a process of its own, so that the server never freezes or grows.

It loads its libraries, says `{"ready": true}`, and waits for a line on standard input, `{"request": FOLDER, "result": FOLDER}`:
folders of `forecasting.exchange`. With `"unfinished": FOLDER`, what a long request finds on the way is kept there, so that the
same request goes on there after a kill. It answers with JSON lines on standard output: `{"fraction": 0.5, "message": ""}`
while it works, and at the end `{"done": true}` or `{"error": "one sentence"}`. With `"again": true` it waits for the next line;
else it ends, so that what a network leaves behind is gone. When its standard input is closed it ends at once, together with
all that it started: no orphan outlives the server.
"""

import json
import os
import signal
import sys
import threading
import traceback
import warnings
from contextlib import AbstractContextManager, nullcontext, suppress
from math import isfinite
from pathlib import Path
from queue import SimpleQueue

import pandas as pd

from forecasting import exchange, workflow
from forecasting.core.errors import ShelfcastError
from forecasting.core.panel import Panel
from forecasting.core.progress import Progress, listen
from forecasting.workflow import Compare, Contest, ForecastAll
from forecasting.workflow.resuming import resuming

UNEXPECTED = "The calculation stopped unexpectedly ({}); try another model or fewer SKUs, and report it if it happens again."
REHEARSED = ("linear", "arima", "ets")
LARGEST = 800_000_000
MANY = 100  # SKUs
_BEHIND, _FAR_BEHIND, _SHORT = 5, 15, 2.0  # niceness, the same, seconds


def main() -> None:
    """Carry out one job after the other until standard input is closed or the process has grown too large."""
    if hasattr(os, "nice"):
        os.nice(_BEHIND)  # pages are drawn by the server on the same cores, and somebody is looking at them
    lines: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_listen_to_parent, args=(lines,), daemon=True).start()
    _rehearse(lines)
    _say(ready=True)
    again = True
    while again:
        job = json.loads(lines.get())
        ending = _in_a_thread(job)
        again = _is_small()
        _say(**ending, again=again)


def _in_a_thread(job: dict[str, str]) -> dict[str, object]:
    """Carry out a job in a thread of its own, which stands further back once the job turns out to be long.

    A page waits for a short one; a long one must not slow down what others look at. On Linux each thread, with all that it
    starts, has its own place in the queue for the processor, and can only move back in it: so every job gets a new one.
    """
    endings: list[dict[str, object]] = []
    unfinished = Path(job["unfinished"]) if job.get("unfinished") else None
    thread = threading.Thread(
        target=lambda: endings.append(carry_out(Path(job["request"]), Path(job["result"]), unfinished)), daemon=True
    )
    thread.start()
    thread.join(_SHORT)
    if thread.is_alive() and sys.platform == "linux" and thread.native_id is not None:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread.native_id, _FAR_BEHIND)
    thread.join()
    return endings[0] if endings else {"error": UNEXPECTED.format(SystemExit.__name__)}


def carry_out(request: Path, result: Path, unfinished: Path | None = None) -> dict[str, object]:
    """Run the request of one folder into another and return the closing line."""
    try:
        asked = exchange.load(request)
        with listen(_say_progress), _kept(asked, unfinished):
            exchange.save(workflow.run(asked), result)
    except ShelfcastError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": "There is not enough memory for this calculation; choose fewer SKUs or a lighter model."}
    except Exception as error:  # noqa: BLE001 - the last line of defence: a sentence for the user, the traceback for the log
        traceback.print_exc()
        return {"error": UNEXPECTED.format(type(error).__name__)}
    return {"done": True}


def _kept(request: object, unfinished: Path | None) -> AbstractContextManager[None]:
    """Keep what a request finds on the way, if it takes long enough for anybody to miss it."""
    long = isinstance(request, ForecastAll | Compare | Contest) and len(request.panel) >= MANY
    return resuming(request, unfinished) if long and unfinished is not None else nullcontext()


def _rehearse(lines: "SimpleQueue[str]") -> None:
    """Try the usual models on a toy, as long as there is nothing to do: it loads what they need, so the next fit is quick."""
    days = pd.date_range("2024-01-01", periods=30)
    toy = Panel.build(pd.DataFrame({"unique_id": "toy", "ds": days, "y": [3.0, 5, 4] * 10}), freq="D")
    for name in REHEARSED:
        if lines.empty() and name in workflow.MODELS:
            with suppress(ShelfcastError), warnings.catch_warnings(action="ignore"):
                workflow.run(workflow.TryModel(toy, workflow.make(name, horizon=2), horizon=2))


def _is_small() -> bool:
    """Whether this process is fit for another job: TensorFlow never leaves one, and memory is not always given back."""
    if "tensorflow" in sys.modules:
        return False
    return _resident() < LARGEST


def _resident() -> float:
    """Bytes of memory in use; unknown counts as too much, so that a fresh process takes the next job.

    The operating system's peak (`ru_maxrss`) will not do where this can be read: a child inherits it from its parent.
    """
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "darwin":
        import resource

        return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return float("inf")


def _say_progress(progress: Progress) -> None:
    marks = {"marks": [number for number in progress.marks if isfinite(number)]} if progress.marks else {}
    _say(fraction=round(progress.fraction, 4), message=progress.message, **marks)


def _say(**content: object) -> None:
    print(json.dumps(content), flush=True)


def _listen_to_parent(lines: "SimpleQueue[str]") -> None:
    """The server holds our standard input open for as long as it lives; when it is gone, so are we and our helpers."""
    for line in sys.stdin:
        if line.strip():
            lines.put(line)
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    main()
