"""The house's LSTM beside the LSTMs of Darts and neuralforecast: the same panel, cutoffs and time, in one run.

    python -m venv peers && peers/bin/pip install torch darts neuralforecast    # never a dependency of this package
    python -m benchmarks.networks --peers peers/bin/python
    python -m benchmarks.networks --store grocery --skus 300 --windows 4 --peers peers/bin/python

Each peer trains as long as ours took to fit and forecast at that cutoff, on the same cores. A peer that is not installed is
left out and said so. All of them see sales only, because Darts and neuralforecast take plans in ways of their own.
"""

import argparse
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.lstm import HORIZON, STEP, chosen, gift_shop, grocery_store, model_of
from forecasting.core.panel import Panel
from forecasting.evaluation.backtest import Backtest, Window

PEERS = ("neuralforecast", "darts")
WINDOW = 56
_PEER = Path(__file__).with_name("network_peers.py")


def ours(name: str, window: Window, quick: bool) -> tuple[np.ndarray, float, float]:
    """Mean (SKUs, horizon), and the seconds and the seconds of CPU that it took."""
    started, used = time.perf_counter(), time.process_time()
    mean = model_of(name, quick).fit(window.train).forecast(HORIZON).mean
    return mean, time.perf_counter() - started, time.process_time() - used


def peer(python: str, method: str, window: Window, seconds: float) -> tuple[np.ndarray, float, float]:
    """The same of a peer, in its own process. Raises CalledProcessError where it is not installed or fails."""
    with tempfile.TemporaryDirectory() as folder:
        rows, answer = Path(folder) / "rows.csv", Path(folder) / "answer.csv"
        frame = window.train.frame[["unique_id", "ds", "y"]].copy()
        frame["y"] = frame.groupby("unique_id")["y"].ffill().fillna(0.0)
        frame.to_csv(rows, index=False)
        command = [python, str(_PEER), method, str(rows), str(answer), "--horizon", str(HORIZON), "--window", str(WINDOW)]
        done = subprocess.run([*command, "--seconds", f"{seconds:.0f}"], check=True, capture_output=True, text=True)
        said = pd.read_csv(answer, parse_dates=["ds"], dtype={"unique_id": str}).set_index(["unique_id", "ds"])["mean"]
    wanted = pd.MultiIndex.from_frame(window.actual[["unique_id", "ds"]])
    wall, cpu = (float(text) for text in done.stdout.split()[-3:-1])
    return said.reindex(wanted).to_numpy().reshape(len(window.train), HORIZON), wall, cpu


def trials(panel: Panel, windows: int, python: str, quick: bool) -> Iterator[dict[str, object]]:
    missing: set[str] = set()
    for window in Backtest(HORIZON, windows, step=STEP).split(panel):
        for name in ("seasonal_naive", "window_mean"):
            yield scored(name, window, *ours(name, window, quick))
        answer = ours("lstm", window, quick)
        yield scored("lstm", window, *answer)
        for method in PEERS if python else ():
            if method in missing:
                continue
            try:
                yield scored(method, window, *peer(python, method, window, answer[1]))
            except subprocess.CalledProcessError as error:
                missing.add(method)
                print(f"{method} is left out: {error.stderr.strip().splitlines()[-1]}")


def scored(name: str, window: Window, mean: np.ndarray, wall: float, cpu: float) -> dict[str, object]:
    actual = window.actual["y"].to_numpy().reshape(mean.shape)
    seen = ~np.isnan(actual)
    return {
        "method": name, "units": np.nansum(actual), "forecast": mean[seen].sum(), "off": np.abs(actual - mean)[seen].sum(),
        "seconds": wall, "CPU seconds": cpu,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", choices=("gifts", "grocery"), default="gifts")
    parser.add_argument("--skus", type=int, default=200)
    parser.add_argument("--windows", type=int, default=2)
    parser.add_argument("--peers", default="", help="the Python that has darts and neuralforecast; without it only ours runs")
    parser.add_argument("--quick", action="store_true", help="one network of 10 epochs with 8,000 windows each")
    options = parser.parse_args()
    panel = gift_shop() if options.store == "gifts" else grocery_store()
    panel = chosen(panel.without(panel.known), options.skus, 0, options.windows)
    print(f"{len(panel)} SKUs of {options.store}, {len(panel.calendar)} days, {HORIZON} ahead, {options.windows} cutoffs")
    rows = pd.DataFrame(trials(panel, options.windows, options.peers, options.quick)).groupby("method", sort=False)
    table = rows[["seconds", "CPU seconds"]].mean()
    table.insert(0, "bias %", 100 * (rows["forecast"].sum() / rows["units"].sum() - 1))
    table.insert(0, "WAPE", rows["off"].sum() / rows["units"].sum())
    print(table.round(3).to_string())


if __name__ == "__main__":
    main()
