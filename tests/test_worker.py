"""The worker process: it answers in JSON lines, tells errors in one sentence, and never outlives its parent."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue

import numpy as np
import pandas as pd
import pytest

from forecasting import exchange
from forecasting import worker as worker_module
from forecasting.core.panel import Panel
from forecasting.evaluation.backtest import Backtest
from forecasting.models import make
from forecasting.worker import _kept, _rehearse, carry_out
from forecasting.workflow import Compare, ForecastAll, Outlook, forecast_all

Process = subprocess.Popen[str]


def panel(periods: int = 60) -> Panel:
    return Panel.build(pd.DataFrame({"unique_id": "007", "ds": pd.date_range("2024-01-01", periods=periods), "y": 5.0}))


@pytest.fixture
def worker() -> Iterator[Process]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([sys.executable, "-m", "forecasting.worker"], text=True, start_new_session=True, **pipes)
    yield process
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


def answers(worker: Process, request: object, folder: Path) -> list[dict]:
    exchange.save(request, folder / "request")
    assert worker.stdin is not None
    worker.stdin.write(json.dumps({"request": str(folder / "request"), "result": str(folder / "result")}) + "\n")
    worker.stdin.flush()
    lines = []
    while not lines or not {"done", "error"} & set(lines[-1]):
        assert worker.stdout is not None
        lines.append(json.loads(worker.stdout.readline()))
    return lines


def test_one_worker_does_one_job_after_the_other(worker: Process, tmp_path: Path) -> None:
    request = ForecastAll(panel(), (make("window_mean"),), horizon=7)
    first = answers(worker, request, tmp_path / "1")
    assert first[0] == {"ready": True}
    assert first[-1] == {"done": True, "again": True}
    assert all(0 <= line["fraction"] <= 1 and line["message"] for line in first[1:-1])
    second = answers(worker, request, tmp_path / "2")
    assert second[-1]["done"]
    result = exchange.load(tmp_path / "2" / "result")
    assert isinstance(result, Outlook)
    assert result.forecasts[0].mean.tolist() == [[5.0] * 7]


def test_an_expected_error_is_its_sentence(worker: Process, tmp_path: Path) -> None:
    request = Compare(panel(periods=8), (make("window_mean"),), Backtest(horizon=7))
    assert "Choose a shorter horizon" in answers(worker, request, tmp_path)[-1]["error"]


def test_an_unexpected_error_is_a_sentence_without_a_traceback(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    exchange.save(Backtest(horizon=7), tmp_path / "request")  # no request at all
    ending = carry_out(tmp_path / "request", tmp_path / "result")
    assert "stopped unexpectedly (TypeError)" in str(ending["error"])
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all threads of a process stand in one place")
def test_a_long_job_stands_back_and_the_next_one_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places: list[tuple[int, int]] = []

    def work(*_paths: object) -> dict[str, object]:
        before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        time.sleep(0.5)
        places.append((before, os.getpriority(os.PRIO_PROCESS, threading.get_native_id())))
        return {"done": True}

    job = {"request": str(tmp_path), "result": str(tmp_path)}
    monkeypatch.setattr(worker_module, "carry_out", work)
    monkeypatch.setattr(worker_module, "_SHORT", 0.1)
    assert worker_module._in_a_thread(job) == {"done": True}
    monkeypatch.setattr(worker_module, "_SHORT", 10.0)
    assert worker_module._in_a_thread(job) == {"done": True}
    (first, moved), (second, same) = places
    assert moved == worker_module._FAR_BEHIND
    assert first == second == same < moved


def test_it_ends_when_its_parent_is_gone(worker: Process) -> None:
    assert worker.stdin is not None
    assert worker.stdout is not None
    assert json.loads(worker.stdout.readline()) == {"ready": True}
    started = time.monotonic()
    worker.stdin.close()
    worker.wait(timeout=5)
    assert time.monotonic() - started < 1


def test_a_rehearsal_loads_no_tensorflow_and_makes_the_next_fit_quick() -> None:
    code = "import sys, forecasting.worker as w; from queue import SimpleQueue; w._rehearse(SimpleQueue()); print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "tensorflow" not in modules
    assert "forecasting.models.linear" in modules


def test_a_job_that_arrives_ends_the_rehearsal() -> None:
    lines: SimpleQueue[str] = SimpleQueue()
    lines.put("a job")
    started = time.monotonic()
    _rehearse(lines)
    assert time.monotonic() - started < 0.5


def test_a_long_request_goes_on_after_a_kill_and_leaves_nothing_behind(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    days = pd.date_range("2024-01-01", periods=60)
    many = Panel.build(pd.concat(pd.DataFrame({"unique_id": f"S{i}", "ds": days, "y": rng.poisson(4, 60)}) for i in range(120)))
    request = ForecastAll(many, (make("croston_sba", horizon=7), make("window_mean")), horizon=7)
    with pytest.raises(KeyboardInterrupt), _kept(request, tmp_path / "unfinished"):
        _interrupted(request)
    exchange.save(request, tmp_path / "request")
    found = list((tmp_path / "unfinished").rglob("value.json"))
    assert len(found) == 4  # three chunks of series, and the first model as a whole
    assert carry_out(tmp_path / "request", tmp_path / "result", tmp_path / "unfinished") == {"done": True}
    assert not any((tmp_path / "unfinished").iterdir())
    expected = forecast_all(request)
    result = exchange.load(tmp_path / "result")
    assert all(np.array_equal(one.mean, two.mean) for one, two in zip(result.forecasts, expected.forecasts, strict=True))


def test_a_short_request_keeps_nothing(tmp_path: Path) -> None:
    exchange.save(ForecastAll(panel(), (make("ets"),), horizon=7), tmp_path / "request")
    assert carry_out(tmp_path / "request", tmp_path / "result", tmp_path / "unfinished") == {"done": True}
    assert not (tmp_path / "unfinished").exists()


def _interrupted(request: ForecastAll) -> None:
    forecast_all(replace(request, specs=request.specs[:1]))
    raise KeyboardInterrupt
