"""One process against two workers of a Dask cluster: `python -m benchmarks.cluster [--model ets] [--skus 400]`.

The forecast of the same SKUs is made on one core of this process, which is what joblib does with a cluster of a single core
too, and through `--cluster`'s own way by a scheduler and two workers of one thread each, `--rounds` times in turn. Beside the
clock it counts the CPU of the busiest: where other programs share the cores, it says more about how evenly the work was split.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from benchmarks.scale import simulate
from forecasting.core.model import Model
from forecasting.core.panel import Panel
from forecasting.core.parallel import on_cluster
from forecasting.models import make

LOCAL = "127.0.0.1"
HORIZON = 28
ROOT = Path(__file__).parent.parent


def sales(skus: int, days: int) -> Panel:
    table = simulate(skus, days).rename(columns={"sku": "unique_id", "date": "ds", "units": "y"})
    return Panel.build(table[["unique_id", "ds", "y"]], freq="D")


@contextmanager
def cluster(workers: int) -> Iterator[tuple[str, list[int]]]:
    """A scheduler with its workers, each a process of one thread: its address, and the workers' process ids."""
    with socket.socket() as probe:
        probe.bind((LOCAL, 0))
        port = probe.getsockname()[1]
    address, quiet = f"tcp://{LOCAL}:{port}", {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", LOCAL, "--port", str(port), "--no-dashboard"]
    processes = [subprocess.Popen([*command, "--no-show"], **quiet)]
    with tempfile.TemporaryDirectory() as folder:
        worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny"]
        worker += ["--no-dashboard", "--host", LOCAL, "--local-directory", folder]
        processes += [subprocess.Popen(worker, **quiet) for _ in range(workers)]
        try:
            yield address, [process.pid for process in processes[1:]]
        finally:
            for process in processes:
                process.kill()
                process.wait()


def alone(panel: Panel, spec: Model) -> dict[str, float]:
    """The forecast on one core of this process."""
    return {"workers": 1} | timed(panel, spec, [os.getpid()])


def together(panel: Panel, spec: Model, workers: int) -> dict[str, float]:
    """The forecast on a cluster."""
    with cluster(workers) as (address, pids), _patient(address, workers):
        return {"workers": workers} | timed(panel, spec, pids)


def timed(panel: Panel, spec: Model, pids: list[int]) -> dict[str, float]:
    """Seconds of one forecast, after the libraries are loaded, and the CPU of the processes that work on it."""
    import psutil

    spec.fit(panel.select(panel.ids[:20]))
    used = [psutil.Process(pid).cpu_times().user for pid in pids]
    started = time.perf_counter()
    spec.fit(panel)
    wall = time.perf_counter() - started
    busy = [psutil.Process(pid).cpu_times().user - before for pid, before in zip(pids, used, strict=True)]
    return {"wall_s": wall, "busiest_cpu_s": max(busy), "all_cpu_s": sum(busy)}


@contextmanager
def _patient(address: str, workers: int) -> Iterator[None]:
    """On the cluster, once all of its workers have arrived."""
    from distributed import Client

    for _ in range(60):
        try:
            with Client(address, timeout=10, set_as_default=False) as client:
                client.wait_for_workers(workers, timeout=120)
            break
        except OSError:
            time.sleep(1)
    with on_cluster(address):
        yield


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="ets")
    parser.add_argument("--skus", type=int, default=400)
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    panel = sales(options.skus, options.days)
    spec = make(options.model, horizon=HORIZON, jobs=1)
    rows = [row for _ in range(options.rounds) for row in (alone(panel, spec), together(panel, spec, 2))]
    table = pd.DataFrame(rows).groupby("workers").min()
    print(table.round(2).to_string())
    ratio = table.loc[2] / table.loc[1]
    print(f"two workers: {ratio['wall_s']:.2f} x the time of one, the busiest {ratio['busiest_cpu_s']:.2f} x its CPU")


if __name__ == "__main__":
    main()
