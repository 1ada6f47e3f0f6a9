"""A long fuzz: `python -m tests.ingest.fuzz --files 5000 --seed 1` mutates the golden files, broken ones, and every container.

Each file is read and written as `shelfcast table` and `shelfcast import` do it. Crashes, reads of more than ten seconds, lost
rows or cells, and refusals that are no sentence are reported. With `--large` the quick ways of large files are taken too, and
must tell the same as the careful one.
"""

from __future__ import annotations

import argparse
import bz2
import csv
import gzip
import io
import random
import resource
import signal
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forecasting.core.errors import ShelfcastError
from forecasting.ingest import Table, import_files, main_table, read_tables, write_panel_csv
from forecasting.ingest.reading import text as text_reading
from forecasting.ingest.reading.container import open_container
from forecasting.ingest.reading.encoding import decode
from tests.ingest.ledger import letters_lost
from tests.ingest.merchants import all_cases
from tests.ingest.packed import packed, zipped
from tests.ingest.pollute import encodable, singles

LIMIT = 10
_LONGEST_SENTENCE = 900
_WRONG = ("CRASH", "LOST", "BAD SENTENCE", "WRITTEN OTHERWISE", "READ OTHERWISE", "OVER TIME")
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
    b"\x1a",
    b"\x1e",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    "\x85".encode(),
    "\u2028".encode(),
    "é".encode("cp1252"),
    "é".encode(),
    "销".encode("gbk"),
]
File = tuple[str, str, bytes]


class OverTime(BaseException):
    """A file took longer than it may; no `except Exception` on the way holds it up."""


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
    if data.startswith(b"\x1f\x8b"):
        return gzip.compress(mutated(gzip.decompress(data), rng))
    if data.startswith(b"BZh"):
        return bz2.compress(mutated(bz2.decompress(data), rng))
    if not data.startswith(b"PK"):
        return mutated(data, rng)
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        members = {name: source.read(name) for name in source.namelist()}
    hit = rng.choice(list(members))
    return zipped(members | {hit: mutated(members[hit], rng)})


def sources() -> list[list[File]]:
    """Label, name and bytes of the files to break: golden ones, broken ones, one table in every container."""
    golden = [(case.label, case.name, case.data) for case in all_cases()]
    broken = [(label, "x.csv", doc.data()) for label, doc in singles() if encodable(doc)]
    return [golden, broken, [(each.label, each.name, each.data) for each in packed()]]


def mutants(files: int, seed: int) -> Iterator[File]:
    """So many broken files; the same ones for the same seed."""
    kinds = sources()
    for k in range(files):
        rng = random.Random(f"{seed} {k}")  # archives hold the time they were packed at: none may lead the next one astray
        label, name, data = rng.choice(rng.choices(kinds, weights=(5, 3, 3))[0])
        yield label, name, repacked(data, rng) if rng.random() < 0.5 else mutated(data, rng)


def outcome(name: str, data: bytes, large: bool = False) -> str:
    """What came of one file: read, refused, or what went wrong."""
    try:
        tables = read_tables(data, name)
        if wrong := _of_tables(tables, name, data) or (large and _of_large(tables, name, data)):
            return wrong
        return _of_import(name, data)
    except ShelfcastError as error:
        return "refused" if _is_sentence(str(error)) else f"BAD SENTENCE {error}"


def _is_sentence(message: str) -> bool:
    return "\n" not in message and 20 < len(message) < _LONGEST_SENTENCE and "Traceback" not in message


def _of_tables(tables: list[Table], name: str, data: bytes) -> str:
    """What is wrong with the tables of a file: nothing may be lost between it, them, and what is written of them."""
    if any(t.cells.height != len(t.lines) or t.cells.width != len(t.header) for t in tables):
        return "LOST rows of a table"
    members = list(open_container(data, name))
    if len(members) == 1 and members[0].kind == "text" and (lost := letters_lost(decode(members[0].data).text, tables)):
        return f"LOST {lost[:60]}"
    table = main_table(tables)
    with tempfile.NamedTemporaryFile(suffix=".csv") as target:
        table.write_csv(target.name)
        written = list(csv.reader(io.StringIO(Path(target.name).read_bytes().decode("utf-8"), newline="")))
    whole = written == [list(table.header), *map(list, table.cells.iter_rows())]
    return "" if whole or table.width == 1 else "WRITTEN OTHERWISE"


def _of_large(tables: list[Table], name: str, data: bytes) -> str:
    """Whether the quick ways of large files read another main table than the careful one."""
    usual, text_reading.FAST_FROM = text_reading.FAST_FROM, 0
    try:
        quick = main_table(read_tables(data, name))
    finally:
        text_reading.FAST_FROM = usual
    careful = main_table(tables)
    same = quick.header == careful.header and quick.cells.equals(careful.cells) and quick.lines.equals(careful.lines)
    return "" if same else "READ OTHERWISE"


def _of_import(name: str, data: bytes) -> str:
    """What came of the import: each row is used or set aside, and all that is written can be written."""
    done = import_files([(name, data)])
    with tempfile.TemporaryDirectory() as folder:
        write_panel_csv(done.panel, Path(folder) / "panel.csv")
        done.set_aside.to_csv(Path(folder) / "aside.csv", index=False, encoding="utf-8")
        done.report.to_json().encode("utf-8")
    report = done.report
    rows = sum(table.height for table in done.tables)
    whole = report.rows_read == report.rows_used + report.rows_set_aside == rows and report.rows_used >= 0
    return "read" if whole and done.panel.frame["y"].sum() >= 0 else f"LOST: {report.rows_read} rows read of {rows}"


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Raise OverTime when what is inside takes longer."""

    def ring(*_: object) -> None:
        raise OverTime

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def tried(name: str, data: bytes, large: bool) -> tuple[str, str]:
    """The outcome of one file, with the last lines of the traceback of a crash."""
    try:
        with at_most(LIMIT):
            return outcome(name, data, large), ""
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a crash is what is looked for, and a library in another language may panic
        where = "\n  ".join(traceback.format_exc().strip().splitlines()[-9:])
        return ("OVER TIME" if isinstance(error, OverTime) else "CRASH"), where


def main() -> None:
    """Print how many files were read and refused, what went wrong, and every traceback once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for the files that went wrong")
    parser.add_argument("--large", action="store_true", help="read each file in the ways of large ones too")
    asked = parser.parse_args()
    outcomes, seen, slowest = Counter[str](), set[str](), (0.0, "")
    for k, (label, name, data) in enumerate(mutants(asked.files, asked.seed)):
        started = time.perf_counter()
        found, where = tried(name, data, asked.large)
        seconds = time.perf_counter() - started
        kind = next((each for each in _WRONG if found.startswith(each)), found)
        if kind in _WRONG:
            print(f"{found} at {k} ({label}), {seconds:.1f} s", "" if where in seen else f"\n  {where}", flush=True)
            seen.add(where)
            if asked.keep:
                (asked.keep / f"{k}-{Path(name).name}").write_bytes(data)
        outcomes[kind] += 1
        slowest = max(slowest, (seconds, label))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(dict(outcomes), f"slowest {slowest[0]:.1f} s ({slowest[1]}), peak memory {memory:.0f} MB")


if __name__ == "__main__":
    main()
