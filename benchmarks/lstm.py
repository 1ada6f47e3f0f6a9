"""Speed and accuracy of the global network beside the baselines and AutoETS, on the same cutoffs, in one run.

    python -m benchmarks.lstm                          # the gift shop's 200 best sellers, four cutoffs, 28 days ahead
    python -m benchmarks.lstm --store grocery          # prices and promotions known ahead
    python -m benchmarks.lstm --skus 3000 --windows 1  # the size that the network must bear
    python -m benchmarks.lstm --sample 500             # SKUs drawn at random instead of the best sellers
    python -m benchmarks.lstm --set "M3, months"       # a set of `benchmarks.accuracy`, its own horizon between the cutoffs

The best sellers are those of the time before the first cutoff: chosen by the whole history, SKUs that were about to rise would
be chosen for it, and every model would come out too low.
"""

import argparse
import os
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.sets import tasks
from forecasting.core.model import Model
from forecasting.core.panel import Panel
from forecasting.evaluation.backtest import Backtest, Window
from forecasting.models import make
from forecasting.models.network.spec import Network

SAMPLES = Path(__file__).parent.parent / "sample_data"
HORIZON, STEP = 28, 49


def gift_shop() -> Panel:
    """Units of every SKU and day from its first sale on; a day without a row is a day without a sale."""
    rows = pd.read_csv(SAMPLES / "online_retail_daily.csv.gz", parse_dates=["date"], dtype={"sku": str})
    units = rows.pivot_table(index="date", columns="sku", values="units", aggfunc="sum").asfreq("D")
    first = units.notna().idxmax()
    long = units.fillna(0.0).rename_axis("ds").reset_index().melt("ds", var_name="unique_id", value_name="y")
    return Panel.build(long[long["ds"] >= long["unique_id"].map(first)], freq="D")


def grocery_store() -> Panel:
    """Units with price, discount and promotions, and the category of each SKU."""
    rows = pd.read_csv(SAMPLES / "grocery_store.csv.gz", parse_dates=["date"], dtype={"sku": str})
    rows = rows.rename(columns={"date": "ds", "sku": "unique_id", "units": "y"})
    static = rows.groupby("unique_id")[["category"]].first()
    known = ["price", "discount", "display", "mailer"]
    return Panel.build(rows[["unique_id", "ds", "y", *known]], freq="D", static=static, known=known)


def chosen(panel: Panel, skus: int, sample: int, windows: int) -> Panel:
    """The best-selling SKUs of the time before the first of `windows` cutoffs, or a random sample of all."""
    if sample:
        return panel.select([str(name) for name in np.random.default_rng(0).permutation(panel.ids)[:sample]])
    known = len(panel.calendar) - HORIZON - STEP * (windows - 1)
    best = np.argsort(-np.nansum(panel.matrix()[:, :known], axis=1), kind="stable")[:skus]
    return panel.select([panel.ids[row] for row in best])


def trial(name: str, spec: Model, window: Window, horizon: int) -> dict[str, object]:
    """Seconds and errors of one model at one cutoff."""
    started = time.perf_counter()
    forecast = spec.fit(window.train).forecast(horizon, window.future if window.train.known else None)
    seconds = time.perf_counter() - started
    actual = window.actual["y"].to_numpy().reshape(forecast.mean.shape)
    seen = ~np.isnan(actual)
    inside = (actual >= forecast.quantile(0.1)) & (actual <= forecast.quantile(0.9))
    totals, low, high = np.nansum(actual, axis=1), forecast.total(q=0.1), forecast.total(q=0.9)
    return {
        "cutoff": f"{window.cutoff:%Y-%m-%d}",
        "model": name,
        "units": np.nansum(actual),
        "forecast": forecast.mean[seen].sum(),
        "off": np.nansum(np.abs(actual - forecast.mean)),
        "covered": inside[seen].mean(),
        "totals covered": ((totals >= low) & (totals <= high)).mean(),
        "seconds": seconds,
        "load": os.getloadavg()[0],
    }


def trials(panel: Panel, specs: dict[str, Model], plan: Backtest) -> Iterator[dict[str, object]]:
    for window in plan.split(panel):
        for name, spec in specs.items():
            yield trial(name, spec, window, plan.horizon)


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    groups = rows.groupby("model", sort=False)
    table = groups[["covered", "totals covered", "seconds", "load"]].mean()
    table.insert(0, "bias %", 100 * (groups["forecast"].sum() / groups["units"].sum() - 1))
    table.insert(0, "WAPE", groups["off"].sum() / groups["units"].sum())
    return table


def model_of(name: str, quick: bool, horizon: int = HORIZON) -> Model:
    """A model with its defaults, or a network with about a seventh of the effort."""
    spec = make(name, horizon=horizon, seed=0)
    return replace(spec, members=1, windows=8_000, epochs=10) if quick and isinstance(spec, Network) else spec


def told(options: argparse.Namespace) -> tuple[Panel, Backtest]:
    """The sales that were asked for, and the cutoffs on them. Ends the program where there is no such set."""
    if not options.set:
        store = gift_shop() if options.store == "gifts" else grocery_store()
        return chosen(store, options.skus, options.sample, options.windows), Backtest(HORIZON, options.windows, step=STEP)
    sets = {task.name: task for task in tasks(options.skus)}
    if options.set not in sets:
        sys.exit(f"There is no set '{options.set}'; the sets are {', '.join(sets)}.")
    task = sets[options.set]
    return task.build(), Backtest(task.horizon, options.windows, step=task.horizon)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", choices=("gifts", "grocery"), default="gifts")
    parser.add_argument("--set", default="", help="a set of `benchmarks.accuracy` by its name, in place of a store")
    parser.add_argument("--skus", type=int, default=200)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--windows", type=int, default=4)
    parser.add_argument("--models", nargs="*", default=["seasonal_naive", "window_mean", "ets", "lstm"])
    parser.add_argument("--quick", action="store_true", help="one network of 10 epochs with 8,000 windows each")
    options = parser.parse_args()
    panel, plan = told(options)
    specs = {name: model_of(name, options.quick, plan.horizon) for name in options.models}
    print(f"{len(panel)} SKUs, {len(panel.calendar)} periods, {plan.horizon} ahead, {plan.windows} cutoffs")
    rows = pd.DataFrame(trials(panel, specs, plan))
    print(
        rows.assign(bias=100 * (rows["forecast"] / rows["units"] - 1))
        .pivot(index="cutoff", columns="model", values="bias")
        .round(1)
    )
    print(summary(rows).round(3).to_string())
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()
