"""Import of a large order file against the bare minimum in pandas: `python benchmarks/import_speed.py FILE.csv`.

Both run in processes of their own, one after the other in turns, so that each has its own peak memory and what else the
machine does hits both. Prints the median seconds after the imports of libraries (wall and CPU) and of the whole process,
the peak memory, and the ratios. `--lines N` first makes a file of N lines by repeating FILE.csv with other order numbers,
and shows our time and memory on it beside those on FILE.csv.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OURS = """
from pathlib import Path
from forecasting.ingest import import_files
started = time.perf_counter(), time.process_time()
path = Path(sys.argv[1])
done = import_files([(path.name, path)])
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
spent = time.perf_counter() - started[0], time.process_time() - started[1]
import resource
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([*spent, peak, rows]))
"""


def measured(code: str, path: Path) -> list[float]:
    """Wall and CPU seconds after the imports, peak MB, rows, and wall seconds of the whole process."""
    program = "import json, sys, time\n" + code + MEASURE
    started = time.perf_counter()
    out = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    return [*json.loads(out.stdout), time.perf_counter() - started]


def medians(runs: list[list[float]]) -> list[float]:
    return [statistics.median(run[k] for run in runs) for k in range(len(runs[0]))]


def shown(name: str, figures: list[float]) -> None:
    wall, cpu, peak, rows, process = figures
    print(f"{name:10} {rows:12,.0f} rows  wall {wall:6.2f} s  CPU {cpu:6.2f} s  process {process:6.2f} s  peak {peak:6.0f} MB")


def repeated(source: Path, lines: int, target: Path) -> None:
    """Write a file of so many lines: the source again and again, with other order numbers, so that the days stay as many."""
    header, *rows = source.read_bytes().splitlines(keepends=True)
    with target.open("wb") as file:
        file.write(header)
        left = lines
        for k in range(-(-lines // len(rows))):
            part = b"\n" + b"".join(rows[: min(left, len(rows))])
            file.write((part if not k else part.replace(b"\n4", b"\n%d4" % k).replace(b"\n5", b"\n%d5" % k))[1:])
            left -= len(rows)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lines", type=int, default=0)
    asked = parser.parse_args()
    if asked.lines:
        with tempfile.TemporaryDirectory(dir=asked.file.parent) as folder:
            large = Path(folder) / "large.csv"
            repeated(asked.file, asked.lines, large)
            shown("shelfcast", measured(OURS, asked.file))
            shown("shelfcast", measured(OURS, large))
        return
    pairs = [(measured(OURS, asked.file), measured(PANDAS, asked.file)) for _ in range(asked.rounds)]
    ours, other = medians([pair[0] for pair in pairs]), medians([pair[1] for pair in pairs])
    shown("shelfcast", ours)
    shown("pandas", other)
    ratios = [b / a for a, b in zip(ours, other, strict=True)]
    print(
        f"pandas / shelfcast: wall {ratios[0]:.2f}, CPU {ratios[1]:.2f}, whole process {ratios[4]:.2f}, "
        f"peak memory {ratios[2]:.2f}"
    )


if __name__ == "__main__":
    main()
