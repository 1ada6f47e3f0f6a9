"""`python -m forecasting.worker`: carries out one request in a process of its own, so that the server never freezes or grows.

It loads its libraries, then waits for one line on standard input, `{"request": FOLDER, "result": FOLDER}`, both in the form
of `forecasting.exchange`. It answers with JSON lines on standard output: `{"fraction": 0.5, "message": "..."}` while it works,
and at the end `{"done": true}` or `{"error": "one sentence"}`. It ends when its standard input is closed, so no orphan
outlives the server.
"""

import json
import os
import sys
import threading
import traceback
from pathlib import Path

from forecasting import exchange, workflow
from forecasting.core.errors import ShelfcastError
from forecasting.core.progress import Progress, listen

UNEXPECTED = "The calculation stopped unexpectedly ({}); try another model or fewer SKUs, and report it if it happens again."


def main() -> None:
    """Wait for one job on standard input, do it, and end."""
    line = sys.stdin.readline()
    if not line.strip():
        return
    threading.Thread(target=_end_with_parent, daemon=True).start()
    job = json.loads(line)
    _say(**carry_out(Path(job["request"]), Path(job["result"])))


def carry_out(request: Path, result: Path) -> dict[str, object]:
    """Run the request of one folder into another and return the closing line."""
    try:
        with listen(_say_progress):
            exchange.save(workflow.run(exchange.load(request)), result)
    except ShelfcastError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": "There is not enough memory for this calculation; choose fewer SKUs or a lighter model."}
    except Exception as error:  # noqa: BLE001 - the last line of defence: a sentence for the user, the traceback for the log
        traceback.print_exc()
        return {"error": UNEXPECTED.format(type(error).__name__)}
    return {"done": True}


def _say_progress(progress: Progress) -> None:
    _say(fraction=round(progress.fraction, 4), message=progress.message)


def _say(**content: object) -> None:
    print(json.dumps(content), flush=True)


def _end_with_parent() -> None:
    """The server holds our standard input open for as long as it lives; when it is gone, so are we."""
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
