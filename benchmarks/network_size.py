"""How much time and memory networks take in the worker, by the number of SKUs, and over many fits in a row.

    python -m benchmarks.network_size 500 1000 3000 10000     # training and forecasting with default effort, 730 days
    python -m benchmarks.network_size 100 --fits 20           # what the server and the machine have less of afterwards

Simulated days with price, promotion and category, asked for as the app does it: a job, a worker, files between them. Seconds
run from the click to the result, in a worker that has loaded its libraries but TensorFlow. Memory is the most that the worker
held, and what this process, which stands for the server, holds afterwards. Needs Linux, where the kernel tells memory.
"""

import argparse
import gc
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pandas as pd

from benchmarks.pages import cpu, memory
from benchmarks.scale import HORIZON, simulate
from forecasting.core.model import Model
from forecasting.core.panel import Panel
from forecasting.models import make
from forecasting.workflow import ForecastAll
from ui.jobs import Job, Jobs, Limits, State

_EVERY = 0.05


def request(skus: int, days: int, spec: Model) -> ForecastAll:
    """A forecast of all SKUs with a plan of prices and promotions."""
    table = simulate(skus, days).rename(columns={"sku": "unique_id", "date": "ds", "units": "y"})
    static = pd.DataFrame({"category": table.groupby("unique_id", sort=False)["category"].first()})
    known = ["price", "promo"]
    ahead = table["ds"] > table["ds"].max() - pd.Timedelta(days=HORIZON)
    panel = Panel.build(table.loc[~ahead, ["unique_id", "ds", "y", *known]], freq="D", static=static, known=known)
    return ForecastAll(panel, (spec,), HORIZON, table.loc[ahead, ["unique_id", "ds", *known]].reset_index(drop=True))


@contextmanager
def watched(jobs: Jobs) -> Iterator[dict[int, tuple[float, float]]]:
    """The most memory and the CPU seconds of every worker that has worked meanwhile, by process id."""
    found: dict[int, tuple[float, float]] = {}
    over = threading.Event()

    def look() -> None:
        while not over.wait(_EVERY):
            for pid in [worker.pid for worker in list(jobs._workers.values())]:
                before = found.get(pid, (0.0, 0.0))
                found[pid] = (max(before[0], memory(pid, "VmHWM")), max(before[1], cpu(pid)))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield found
    finally:
        over.set()
        watcher.join()


def done(jobs: Jobs, asked: ForecastAll, owner: str) -> Job:
    """The job of a request, carried out. Raises RuntimeError with its sentence when it fails."""
    job = jobs.wait(jobs.submit(owner, asked, "Forecast").key, 3_600)
    if job is None or job.state is not State.DONE:
        raise RuntimeError("the job was lost" if job is None else job.error)
    return job


def ready(jobs: Jobs) -> None:
    """Wait until a worker stands ready, as one does in a server that has been up for a while."""
    jobs.warm()
    for worker in jobs._spares:
        worker.wait_until_ready()


def measured(jobs: Jobs, skus: int, days: int, spec: Model) -> dict[str, float]:
    """Seconds, CPU seconds and memory of one forecast of so many SKUs."""
    asked = request(skus, days, spec)
    gc.collect()
    ready(jobs)
    with watched(jobs) as found:
        job = done(jobs, asked, str(skus))
    (most, used), mean = max(found.values()), jobs.result(job.key).forecasts[0].mean
    return {
        "SKUs": skus, "seconds": job.seconds, "CPU seconds": used, "worker MB": most, "units": mean.sum(),
        "load": os.getloadavg()[0],
    }  # fmt: skip


def again_and_again(jobs: Jobs, skus: int, days: int, spec: Model, fits: int) -> Iterator[dict[str, float]]:
    """What this process and the worker hold after each of many fits; every one is another request, so nothing is reused."""
    asked = request(skus, days, spec)
    for number in range(fits):
        own = replace(asked, specs=(replace(spec, seed=number),))
        with watched(jobs) as found:
            job = done(jobs, own, str(number))
        jobs.result(job.key)
        gc.collect()
        pid, (most, _) = max(found.items(), key=lambda item: item[1])
        time.sleep(0.5)
        yield {
            "fit": number + 1, "seconds": job.seconds, "worker MB": most, "worker MB afterwards": memory(pid),
            "server MB": memory(os.getpid()),
        }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("skus", nargs="*", type=int, default=[500, 1_000, 3_000])
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--model", default="lstm")
    parser.add_argument("--fits", type=int, default=0, help="so many small fits in a row instead of one of each size")
    options = parser.parse_args()
    spec = make(options.model, horizon=HORIZON)
    jobs = Jobs(at_once=1, limits=Limits(spare=0))
    try:
        if options.fits:
            small = replace(spec, members=1, epochs=2, windows=2_000)
            rows = again_and_again(jobs, options.skus[0], options.days, small, options.fits)
        else:
            rows = (measured(jobs, skus, options.days, spec) for skus in options.skus)
        for row in rows:
            print({name: round(value, 1) for name, value in row.items()}, flush=True)
    finally:
        jobs.close()


if __name__ == "__main__":
    main()
