"""Time and memory of the automatic forecast from CSV to CSV: `python -m benchmarks.scale 3000 30000`.

Each size runs in a process of its own through the command line, on simulated days with price, promotion and category; the ratio
of the times says whether the cost is linear. CPU seconds count every process; memory is the largest process.
"""

import argparse
import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

HORIZON = 28
SPENT = """
import json, resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
spent = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([spent.ru_utime + spent.ru_stime, spent.ru_maxrss]))
"""


def simulate(skus: int, days: int) -> pd.DataFrame:
    """Negative binomial sales with a week, a year, and promotions of two weeks."""
    rng = np.random.default_rng(0)
    dates = pd.date_range("2022-01-01", periods=days + HORIZON)
    week, year = np.asarray(dates.dayofweek), np.asarray(dates.dayofyear)
    promo = (rng.random((skus, len(dates) // 14 + 1)) < 0.1).repeat(14, axis=1)[:, : len(dates)].astype(float)
    season = (1 + 0.3 * (week >= 5)) * (1 + 0.3 * np.sin(2 * np.pi * year / 365))
    rate = rng.lognormal(0, 1.3, skus)[:, None] * season * np.exp(0.6 * promo)
    price = np.round(rng.uniform(3, 30, skus)[:, None] * (1 - 0.2 * promo), 2)
    return pd.DataFrame(
        {
            "date": np.tile(dates, skus),
            "sku": np.repeat([f"SKU{number:06}" for number in range(skus)], len(dates)),
            "units": rng.negative_binomial(2, 2 / (2 + rate)).ravel(),
            "price": price.ravel(),
            "promo": promo.ravel().astype(int),
            "category": np.repeat([f"category {number % 12}" for number in range(skus)], len(dates)),
        }
    )


def write(folder: Path, skus: int, days: int) -> None:
    """The sales, the plan, and what was sold in the end, as files."""
    table = simulate(skus, days)
    ahead = table["date"] >= table["date"].max() - pd.Timedelta(days=HORIZON - 1)
    table[~ahead].to_csv(folder / "sales.csv", index=False)
    table.loc[ahead, ["sku", "date", "price", "promo"]].to_csv(folder / "plan.csv", index=False)
    table.loc[ahead, ["sku", "date", "units"]].to_csv(folder / "actual.csv", index=False)


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype={"sku": str}, parse_dates=["date"], low_memory=False).set_index(["sku", "date"])


def measure(skus: int, days: int, jobs: int, model: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # In a process of its own: what starts a process passes its own peak memory on to it.
        writing = multiprocessing.get_context("spawn").Process(target=write, args=(folder, skus, days))
        writing.start()
        writing.join()
        started = time.perf_counter()
        command = [sys.executable, "-m", "forecasting", "forecast", str(folder / "sales.csv"), "--horizon", str(HORIZON)]
        command += ["--future", str(folder / "plan.csv"), "--model", model, "--jobs", str(jobs)]
        command += ["--output", str(folder / "forecast.csv")]
        said = subprocess.run([sys.executable, "-c", SPENT, *command], check=True, stdout=subprocess.PIPE, text=True).stdout
        wall, (cpu, peak) = time.perf_counter() - started, json.loads(said.splitlines()[-1])
        result, actual = (read(folder / file) for file in ("forecast.csv", "actual.csv"))
        sold = actual["units"].reindex(result.index)
        return {
            "skus": skus,
            "wall_s": wall,
            "cpu_s": cpu,
            "cpu_s_per_sku": cpu / skus,
            "peak_gb": peak / 1e6,
            "wape": float((sold - result["mean"]).abs().sum() / sold.sum()),
            "bias": float((result["mean"] - sold).sum() / sold.sum()),
            "coverage_80": float(sold.between(result["p10"], result["p90"]).mean()),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("skus", nargs="*", type=int, default=[300, 3000])
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--jobs", type=int, default=-1)
    parser.add_argument("--model", default="auto")
    options = parser.parse_args()
    table = pd.DataFrame([measure(skus, options.days, options.jobs, options.model) for skus in options.skus])
    print(table.round(3).to_string(index=False))
    if len(table) > 1:
        times = table.iloc[-1] / table.iloc[0]
        print(f"{times['skus']:.0f} x the SKUs: {times['cpu_s']:.1f} x the CPU, {times['wall_s']:.1f} x the time")


if __name__ == "__main__":
    main()
