"""A long fuzz: `python -m tests.ingest.fuzz 5000 [seed]` mutates the golden files and reports crashes, hangs and lost rows."""

import random
import sys
import time
import traceback
from collections import Counter

from forecasting.core.errors import ShelfcastError
from forecasting.ingest import import_files
from tests.ingest.merchants import all_cases
from tests.ingest.test_hostile import mutated


def main() -> None:
    """Print how many files were read and refused, and every traceback once."""
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    rng, outcome, seen, slowest = random.Random(seed), Counter[str](), set[str](), (0.0, "")
    cases = all_cases()
    for k in range(count):
        case = rng.choice(cases)
        data = mutated(case.data, rng)
        started = time.process_time()
        try:
            report = import_files([(case.name, data)]).report
            outcome["read" if report.rows_read == report.rows_used + report.rows_set_aside else "LOST"] += 1
        except ShelfcastError:
            outcome["refused"] += 1
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            outcome["CRASH"] += 1
            where = traceback.format_exc().strip().splitlines()
            key = " | ".join(where[-4:])
            if key not in seen:
                seen.add(key)
                print(f"crash at {k} ({case.label}):", *where[-7:], sep="\n  ", flush=True)
        slowest = max(slowest, (time.process_time() - started, case.label))
    print(dict(outcome), "slowest", slowest)


if __name__ == "__main__":
    main()
