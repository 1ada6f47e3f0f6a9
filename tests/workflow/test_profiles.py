"""Profiles: the file they are, the headers they are recognised by, and their names."""

from __future__ import annotations

import pytest

from forecasting import exchange
from forecasting.core.errors import MappingNeeded
from forecasting.ingest import ColumnRole, Mapping
from forecasting.workflow import ImportFiles, Profile, Profiles, read, read_profile, run

COLUMNS = (("Tag", "date"), ("Code", "sku"), ("Lager", "units"), ("Stk", "stock"))
ROWS = [f"{day:02d}.{month:02d}.2024;A{sku};{day};{sku}" for month in (1, 2, 3) for day in range(1, 29) for sku in (1, 2)]
TEXT = "\n".join(["Tag;Code;Lager;Stk", *ROWS])


def profile(name="Kasse", columns=COLUMNS, **options) -> Profile:
    return Profile(name, Mapping(tuple(ColumnRole(*column) for column in columns), **options))


def test_the_file_of_a_profile_is_what_the_command_line_reads(tmp_path):
    made = profile(date_order="DMY", chosen=("Berlin",), channels="split", freq="W-MON")
    path = tmp_path / made.file_name
    path.write_text(made.to_json(), encoding="utf-8")
    assert read_profile(path) == made.mapping
    assert Profile.from_json(path.read_text(encoding="utf-8")) == made
    assert Profile.from_json(made.mapping.to_json(), "other").name == "other"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"columns": [{"column": "a", "role": "hero"}]}', "{" * 9999])
def test_what_is_no_profile_is_one_sentence(text):
    with pytest.raises(MappingNeeded):
        Profile.from_json(text)


def test_it_is_recognised_by_all_its_headers():
    one = profile()
    assert one.fits(["CODE", "tag", "stk", "Lager "])
    assert not one.fits(["Tag", "Code", "Lager"])
    assert not one.fits(["Tag", "Code", "Lager", "Stk", "Preis"])
    wide = profile(columns=(("sku", "sku"), ("2024-01", "period")), layout="wide")
    assert wide.fits(["sku", "2024-02", "2024-03"])


def test_a_corrected_file_is_read_the_same_way_next_time(tmp_path):
    for name in ("first.csv", "second.csv"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    plain = run(ImportFiles(str(tmp_path), ("first.csv",)))
    assert plain.profile == ""
    request = ImportFiles(str(tmp_path), ("second.csv",), profiles=Profiles((profile(date_order="DMY"),)))
    exchange.save(request, tmp_path / "request")
    done = run(exchange.load(tmp_path / "request"))
    assert done.profile == "Kasse"
    assert done.mapping.role("units") == "Lager"
    assert done.panel.digest == read(tmp_path / "first.csv", mapping=profile(date_order="DMY").mapping).panel.digest


def test_a_profile_that_does_not_do_after_all_is_left_alone(tmp_path):
    (tmp_path / "odd.csv").write_text(TEXT, encoding="utf-8")
    wrong = profile(columns=(("Tag", "units"), ("Code", "date"), ("Lager", "sku"), ("Stk", "stock")))
    done = run(ImportFiles(str(tmp_path), ("odd.csv",), profiles=Profiles((wrong,))))
    assert done.profile == ""
    assert done.report.rows_used == len(ROWS)


def test_names_are_unique_and_the_latest_comes_first():
    both = Profiles().saved(profile("A")).saved(profile("B", (("d", "date"), ("u", "units"))))
    assert [one.name for one in both.all] == ["B", "A"]
    again = both.saved(profile("Other name, same columns"))
    assert [one.name for one in again.all] == ["Other name, same columns", "B"]
    assert again.renamed("B", " C  d ").named("C d") is not None
    for new in ("", "Other name, same columns"):
        with pytest.raises(MappingNeeded):
            again.renamed("B", new)
    assert [one.name for one in again.without("B").all] == ["Other name, same columns"]
