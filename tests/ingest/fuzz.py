"""A long fuzz: `python -m tests.ingest.fuzz --files 5000 --seed 1` mutates the golden files and the broken ones.

Each file is read as `shelfcast table` and `shelfcast import` read it; crashes, reads of more than ten seconds and lost rows
are reported.
"""

import argparse
import io
import random
import resource
import time
import traceback
import zipfile
from collections import Counter
from pathlib import Path

from forecasting.core.errors import ShelfcastError
from forecasting.ingest import import_files, main_table, read_tables
from tests.ingest.merchants import all_cases
from tests.ingest.pollute import encodable, singles

LIMIT = 10.0
_SPLICES = [
    b'"',
    b"'",
    b",",
    b"\n",
    b"\r",
    b"\x00",
    b";",
    b"\t",
    b'""',
    b"\\",
    "é".encode("cp1252"),
    "é".encode(),
    "销".encode("gbk"),
]


def mutated(data: bytes, rng: random.Random) -> bytes:
    """The bytes with one to eleven faults: bits flipped, pieces and rows cut or repeated, encodings mixed, ends torn off."""
    raw = bytearray(data)
    for _ in range(rng.randrange(1, 12)):
        raw = _fault(raw, rng) if raw else raw
    if rng.random() < 0.1:
        raw = raw[: rng.randrange(1, len(raw) + 1)] if raw else raw
    return bytes(raw)


def _fault(raw: bytearray, rng: random.Random) -> bytearray:  # noqa: PLR0911 - one line for each fault
    at = rng.randrange(len(raw))
    kind = rng.randrange(8)
    if kind == 0:
        raw[at] ^= 1 << rng.randrange(8)
        return raw
    if kind == 1:
        return raw[:at] + raw[at + rng.randrange(1, 200) :]
    if kind == 2:
        return raw[:at] + bytes(rng.randrange(256) for _ in range(rng.randrange(1, 9))) + raw[at:]
    if kind == 3:
        return raw[:at] + rng.choice(_SPLICES) + raw[at:]
    if kind == 4:
        return raw[:at] + raw[: rng.randrange(1, 300)] + raw[at:]
    lines = raw.split(b"\n")
    k = rng.randrange(len(lines))
    if kind == 5:
        return bytearray(b"\n".join(lines[:k] + lines[k + rng.randrange(1, 9) :]))
    if kind == 6:
        return bytearray(b"\n".join([*lines[:k], *rng.sample(lines[k:], min(len(lines) - k, 3)), *lines[k:]]))
    try:
        other = lines[k].decode("utf-8").encode(rng.choice(["cp1252", "gb18030", "utf-16-le", "cp850"]))
    except UnicodeError:
        return raw
    return bytearray(b"\n".join([*lines[:k], other, *lines[k + 1 :]]))


def repacked(data: bytes, rng: random.Random) -> bytes:
    """An archive or workbook whose own files are mutated and packed again, so that the parsers inside see the faults."""
    if not data.startswith(b"PK"):
        return mutated(data, rng)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        names = source.namelist()
        hit = rng.choice(names)
        for name in names:
            target.writestr(name, mutated(source.read(name), rng) if name == hit else source.read(name))
    return out.getvalue()


def outcome(name: str, data: bytes) -> str:
    """What came of one file: read, refused, or LOST when the rows do not add up."""
    try:
        table = main_table(read_tables(data, name))
        if table.cells.height != len(table.lines) or table.cells.width != len(table.header):
            return "LOST"
    except ShelfcastError as error:
        if "\n" in str(error) or len(str(error)) > 900:
            return "BAD SENTENCE"
    try:
        done = import_files([(name, data)])
    except ShelfcastError as error:
        return "refused" if "\n" not in str(error) and len(str(error)) < 900 else "BAD SENTENCE"
    report = done.report
    rows = sum(table.height for table in done.tables)
    sold = done.panel.frame["y"].sum()
    whole = report.rows_read == report.rows_used + report.rows_set_aside == rows
    return "read" if whole and sold >= 0 else "LOST"


def main() -> None:
    """Print how many files were read and refused, and every traceback once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for the files that went wrong")
    asked = parser.parse_args()
    rng, outcomes, seen, slowest = random.Random(asked.seed), Counter[str](), set[str](), (0.0, "")
    cases = [(case.label, case.name, case.data) for case in all_cases()]
    broken = [(label, "x.csv", doc.data()) for label, doc in singles() if encodable(doc)]
    for k in range(asked.files):
        label, name, data = rng.choice(cases if rng.random() < 0.6 else broken)
        data = repacked(data, rng) if rng.random() < 0.5 else mutated(data, rng)
        started = time.perf_counter()
        try:
            found = outcome(name, data)
        except KeyboardInterrupt:
            raise
        except BaseException:  # noqa: BLE001 - a crash is what is looked for, and a library in another language may panic
            found = "CRASH"
            where = traceback.format_exc().strip().splitlines()
            if (key := " | ".join(where[-4:])) not in seen:
                seen.add(key)
                print(f"crash at {k} ({label}):", *where[-7:], sep="\n  ", flush=True)
        seconds = time.perf_counter() - started
        if found in ("CRASH", "LOST", "BAD SENTENCE") or seconds > LIMIT:
            print(f"{found} at {k} ({label}), {seconds:.1f} s", flush=True)
            if asked.keep:
                (asked.keep / f"{k}-{Path(name).name}").write_bytes(data)
        outcomes[found] += 1
        outcomes["over 10 s"] += seconds > LIMIT
        slowest = max(slowest, (seconds, label))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(dict(outcomes), f"slowest {slowest[0]:.1f} s ({slowest[1]}), peak memory {memory:.0f} MB")


if __name__ == "__main__":
    main()
