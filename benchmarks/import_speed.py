"""Import of a large order file against the bare minimum in pandas: `python benchmarks/import_speed.py FILE.csv`.

Each runs in a process of its own, so that its peak memory is its own. Prints seconds (wall and CPU), peak memory and the
ratios.
"""

import json
import subprocess
import sys

OURS = """
from pathlib import Path
from forecasting.ingest import import_files
started = time.perf_counter(), time.process_time()
data = Path(sys.argv[1]).read_bytes()
done = import_files([(Path(sys.argv[1]).name, data)])
rows = done.report.rows_read
"""
PANDAS = """
import pandas as pd
started = time.perf_counter(), time.process_time()
frame = pd.read_csv(sys.argv[1])
frame["day"] = pd.to_datetime(frame["InvoiceDate"]).dt.normalize()
daily = frame.groupby(["StockCode", "day"])["Quantity"].sum().reset_index()
rows = len(frame)
"""
MEASURE = """
import resource
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([time.perf_counter() - started[0], time.process_time() - started[1], peak, rows]))
"""


def measured(code: str, path: str) -> list[float]:
    program = "import json, sys, time\n" + code + MEASURE
    out = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
    return json.loads(out.stdout)


def main() -> None:
    path, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    runs = {"shelfcast": [], "pandas": []}
    for _ in range(rounds):
        runs["shelfcast"].append(measured(OURS, path))
        runs["pandas"].append(measured(PANDAS, path))
    best = {name: [min(run[k] for run in found) for k in range(4)] for name, found in runs.items()}
    for name, (wall, cpu, peak, rows) in best.items():
        print(f"{name:10} {rows:12,.0f} rows  wall {wall:6.2f} s  CPU {cpu:6.2f} s  peak {peak:6.0f} MB")
    ours, other = best["shelfcast"], best["pandas"]
    print(
        f"pandas / shelfcast: wall {other[0] / ours[0]:.2f}, CPU {other[1] / ours[1]:.2f}, peak memory {other[2] / ours[2]:.2f}"
    )


if __name__ == "__main__":
    main()
