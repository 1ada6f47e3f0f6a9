"""Files that are no table, or mean harm, are refused in one sentence; the rest of the program never sees them."""

import gzip
import io
import pickle
import random
import time
import zipfile
from dataclasses import replace

import pytest

from forecasting.core.errors import InputError
from forecasting.ingest import import_files, read_tables
from tests.ingest.fuzz import mutants, tried
from tests.ingest.ledger import letters_lost
from tests.ingest.packed import Packed, packed
from tests.ingest.truth import DATES, HEADERS, NUMBERS, tidy_rows, to_csv, to_xlsx

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w", force_zip64=True) as member:
        for _ in range(2200):
            member.write(b"0" * (1 << 20))
    return out.getvalue()


HOSTILE = {
    "empty": b"",
    "blank": b" \r\n\r\n\t\n",
    "bom-only": b"\xef\xbb\xbf",
    "image": PNG,
    "jpeg": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9,
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    "pickle": pickle.dumps({"a": [1, 2, 3]}),
    "pickle-5": pickle.dumps(list(range(100)), protocol=5),
    "binary": bytes(random.Random(1).randrange(256) for _ in range(5000)),
    "program": b"\x7fELF\x02\x01\x01" + b"\x00" * 200,
    "damaged-zip": zipped(**{"a.csv": b"date,sku,units\n" * 50})[:100],
    "zip-with-paths": zipped(**{"../../etc/sales.csv": b"date,sku,units\n2024-01-01,A,1\n"}),
    "zip-of-images": zipped(**{"a.png": PNG}),
    "empty-zip": zipped(),
    "zip-in-zip-in-zip": zipped(**{"b.zip": zipped(**{"c.zip": zipped(**{"d.zip": zipped(**{"e.csv": b"a,b\n1,2\n"})})})}),
    "damaged-gzip": gzip.compress(b"date,sku,units\n" * 999)[:60],
    "damaged-xlsx": to_xlsx({"A": [["date", "sku", "units"], ["2024-01-01", "A", 1]]})[:-400],
    "truncated-parquet": b"PAR1" + b"\x00" * 100,
    "web-page": b"<!DOCTYPE html><html><body><h1>404 Not Found</h1></body></html>",
    "million-columns": (",".join(f"c{i}" for i in range(1_000_000)) + "\n" + ",".join("1" * 1_000_000) + "\n").encode(),
    "word": zipped(**{"word/document.xml": b"<w/>", "[Content_Types].xml": b"<t/>"}),
    "prose": b"Dear Bob,\n\nthe sales were good this month.\n\nYours\nAnn\n",
    "no-dates": b"sku,units\nA,1\nB,2\n",
    "no-units": b"date,sku,colour\n2024-01-01,A,red\n2024-01-02,B,blue\n",
    "header-only": b"date,sku,units\n",
    "broken-dates": b"date,sku,units\nsoon,A,1\nlater,B,2\nnever,A,1\n",
    "year-9999": b"date,sku,units\n9999-12-31,A,1\n9999-12-31,B,2\n",
    "json": b'{"sales": [{"date": "2024-01-01", "sku": "A"}]}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_refused_in_one_sentence(name: str) -> None:
    started = time.perf_counter()
    with pytest.raises(InputError) as refused:
        import_files([("upload.csv", HOSTILE[name])])
    message = str(refused.value)
    assert 20 < len(message) < 700
    assert "\n" not in message
    assert "Traceback" not in message
    assert time.perf_counter() - started < 20


@pytest.mark.slow
def test_a_zip_bomb_is_refused() -> None:
    with pytest.raises(InputError, match="2 GiB"):
        import_files([("bomb.zip", bomb())])


def test_huge_numbers_and_far_years_are_set_aside_not_believed() -> None:
    rows = tidy_rows(HEADERS["en"], DATES["iso"], NUMBERS["plain"])
    rows += [
        ["9999-12-31", "X9", "", "4", "1"],
        ["2024-01-05", "X9", "", "9" * 40, "1"],
        ["1970-01-01", "X9", "", "1", "1"],
        ["2061-01-01", "X9", "", "1", "1"],
    ]
    done = import_files([("s.csv", to_csv(rows).encode())])
    assert done.report.rows_set_aside == 4
    assert len(done.panel.calendar) == 60


def test_formula_cells_stay_text_and_come_back() -> None:
    data = b"date,sku,units\n2024-01-01,\"=cmd|' /C calc'!A0\",1\n2024-01-02,\"=cmd|' /C calc'!A0\",2\n2024-01-01,+A,1\n"
    done = import_files([("s.csv", data)])
    assert set(done.panel.ids) == {"=cmd|' /C calc'!A0", "+A"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_fuzz(seed: int) -> None:
    for label, name, data in mutants(40, seed):
        found, where = tried(name, data, large=False)
        assert found in ("read", "refused"), (label, found, where)


def test_the_ledger_of_the_fuzz_misses_no_cell() -> None:
    text = "Note\n\ndate,sku,units\n2024-01-01,A,1\n2024-01-02,B,2\n2024-01-03,C,3\n"
    table = read_tables(text.encode(), "a.csv")[0]
    assert letters_lost(text, [table]) == ""
    assert letters_lost(text, [replace(table, cells=table.cells.head(2))]) == "000122334C"


@pytest.mark.parametrize("case", list(packed()), ids=lambda case: case.label)
def test_all_rows_are_read_in_every_encoding_and_container(case: Packed) -> None:
    assert import_files([(case.name, case.data)]).report.rows_read == case.rows


def test_every_sheet_and_member_is_read() -> None:
    tables = read_tables(to_xlsx({"A": [["x", "y"], [1, 2]], "B": [["p", "q"], ["r", "s"], ["t", "u"]]}), "b.xlsx")
    assert [table.sheet for table in tables] == ["A", "B"]
