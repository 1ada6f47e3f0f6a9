"""A real scheduler with two workers on this machine: the numbers of one process, even if a worker is killed in the middle."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting import cli
from forecasting.core import parallel
from forecasting.core.errors import InputError
from forecasting.core.panel import Panel
from forecasting.core.parallel import on_cluster
from forecasting.core.progress import Progress, listen
from forecasting.models.smoothing import ETS
from forecasting.workflow import ForecastAll, forecast_all

pytest.importorskip("distributed")
LOCAL = "127.0.0.1"


@dataclass(frozen=True)
class Cluster:
    address: str
    workers: tuple[subprocess.Popen, ...]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOCAL, 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    port = free_port()
    address = f"tcp://{LOCAL}:{port}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": Path(cli.__file__).parents[1]}
    run = [sys.executable, "-m"]
    words = ["distributed.cli.dask_scheduler", "--host", LOCAL, "--port", str(port), "--no-dashboard", "--no-show"]
    processes = [subprocess.Popen([*run, *words], **quiet)]
    options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", LOCAL, "--local-directory", str(tmp_path)]
    processes.extend(subprocess.Popen([*run, "distributed.cli.dask_worker", address, *options], **quiet) for _ in range(2))
    yield Cluster(address, tuple(processes[1:]))
    for process in processes:
        process.kill()
        process.wait()


def panel(skus: int = 60) -> Panel:
    rng = np.random.default_rng(5)
    days = pd.date_range("2023-01-01", periods=300)
    week = 1 + 0.4 * (np.asarray(days.dayofweek) >= 5)
    return Panel.build(
        pd.concat(pd.DataFrame({"unique_id": f"S{i:02}", "ds": days, "y": rng.poisson(5 * week)}) for i in range(skus))
    )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_a_cluster_gives_the_numbers_of_one_process_though_a_worker_dies(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = ForecastAll(panel(), (ETS(horizon=7),), horizon=7)
    alone = forecast_all(request)
    monkeypatch.setattr(parallel, "PATIENCE", 60.0)  # of a machine that is busy with other tests
    said: list[str] = []

    def listener(progress: Progress) -> None:
        said.append(progress.message)
        if "of 60 SKUs" in progress.message and cluster.workers[0].poll() is None:
            cluster.workers[0].send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)

    with on_cluster(cluster.address), listen(listener):
        together = forecast_all(request)
    assert cluster.workers[0].poll() is not None
    assert any("of 60 SKUs" in message and not message.endswith("60 of 60 SKUs") for message in said)
    assert np.array_equal(together.forecasts[0].mean, alone.forecasts[0].mean)
    assert np.array_equal(together.forecasts[0].quantile(0.9), alone.forecasts[0].quantile(0.9))
    assert together.failures == alone.failures


def test_a_scheduler_that_does_not_answer_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "PATIENCE", 1.0)
    started = time.monotonic()
    with pytest.raises(InputError, match="start one with 'dask scheduler'"), on_cluster(f"tcp://{LOCAL}:{free_port()}"):
        pass
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("address", ["somewhere", "tcp://", "http://example", "tcp://127.0.0.1:notaport", ""])
def test_an_address_that_is_none_is_one_sentence(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "PATIENCE", 1.0)
    with pytest.raises(InputError, match="tcp://HOST:PORT"), on_cluster(address):
        pass


def test_without_dask_it_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"shelfcast\[cluster\]"), on_cluster("tcp://127.0.0.1:8786"):
        pass


def test_the_command_line_ends_with_status_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(parallel, "PATIENCE", 1.0)
    sales = tmp_path / "sales.csv"
    sales.write_text("date,sku,units\n" + "".join(f"2024-01-{day:02d},A,{day % 3}\n" for day in range(1, 29)))
    words = ["forecast", str(sales), "--horizon", "3", "--model", "ets", "--cluster", f"tcp://{LOCAL}:{free_port()}"]
    monkeypatch.setattr("sys.argv", ["shelfcast", *words, "--output", str(tmp_path / "f.csv")])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert "No scheduler answers" in capsys.readouterr().err
    assert not (tmp_path / "f.csv").exists()
