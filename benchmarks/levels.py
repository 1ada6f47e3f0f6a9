"""Would a forecast of the total mend those of the SKUs? `python -m benchmarks.levels [--help]`.

At each cutoff of the sets of `benchmarks/sets.py`: the sum that `auto` expects of its SKUs over the horizon, what ETS, Theta
and CES expect of the total on the mean, and the geometric mean of both; each as an error of the total, in per cent.
"""

import argparse
import warnings

import numpy as np
import pandas as pd

from benchmarks.sets import tasks
from forecasting.core.panel import Panel
from forecasting.evaluation.backtest import Backtest, Window
from forecasting.models import make

ABOVE = ("ets", "theta", "ces")


def compared(window: Window, horizon: int) -> dict[str, float]:
    """Logarithms of each expected total over the one that came."""
    train = window.train
    actual = window.actual["y"].to_numpy(dtype=float).reshape(len(train), horizon)
    mean = make("auto", horizon=horizon).fit(train).forecast(horizon, window.future if train.known else None).mean
    sales = pd.DataFrame({"unique_id": "total", "ds": train.calendar, "y": np.nansum(train.matrix(), axis=0)})
    total = Panel.build(sales, freq=train.freq)
    on_its_own = np.mean([make(name, horizon=horizon).fit(total).forecast(horizon).mean.sum() for name in ABOVE])
    known = np.where(np.isnan(actual), 0.0, mean).sum()
    below, above = np.log(known / np.nansum(actual)), np.log(on_its_own / mean.sum() * known / np.nansum(actual))
    return {"added up": below, "the total on its own": above, "between": (below + above) / 2}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=60, help="series of each set (60)")
    parser.add_argument("--windows", type=int, default=2, help="cutoffs (2)")
    parser.add_argument("--only", default="", help="only the sets whose name holds this text")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    rows = {}
    for task in tasks(options.series):
        if options.only in task.name:
            for number, window in enumerate(Backtest(task.horizon, options.windows).split(task.build())):
                rows[f"{task.name}, {number + 1}"] = compared(window, task.horizon)
                print(
                    task.name,
                    {name: round(100 * error, 1) for name, error in rows[f"{task.name}, {number + 1}"].items()},
                    flush=True,
                )
    table = 100 * pd.DataFrame(rows).T
    print(pd.DataFrame({"mean of the error's size, %": table.abs().mean(), "bias, %": table.mean()}).round(1).to_string())


if __name__ == "__main__":
    main()
