"""A table as it stands in its file: every part of it is told apart, and the rows around problems are there."""

from __future__ import annotations

from forecasting import exchange
from forecasting.workflow import ImportFiles, run
from forecasting.workflow.marking import ABOVE, ASIDE, BELOW, GAP, HEADER, USED, WIDEST

ROWS = [f"{day:02d}.{month:02d}.2024;A{sku};{day};Berlin" for month in (1, 2, 3) for day in range(1, 29) for sku in (1, 2)]


def found(tmp_path, text, *more):
    (tmp_path / "sales.csv").write_text(text, encoding="utf-8")
    exchange.save(run(ImportFiles(str(tmp_path), ("sales.csv", *more))), tmp_path / "result")
    return exchange.load(tmp_path / "result")


def test_every_part_of_a_messy_file_is_marked(tmp_path):
    rows = [*ROWS[:60], "31.13.2024;A1;3;Berlin", *ROWS[60:]]
    text = "\n".join(["Report of sales;;;", "", "Datum;SKU;Menge;Filiale", *rows, "", "All figures without warranty"])
    one = found(tmp_path, text).tables[0]
    view = one.view
    assert view["what"].iloc[[0, 1, -1]].tolist() == [ABOVE, HEADER, BELOW]
    assert view["0"].iloc[[0, 1, -1]].tolist() == ["Report of sales", "Datum", "All figures without warranty"]
    bad = view[view["what"] == ASIDE].iloc[0]
    assert (bad["line"], bad["0"], bad["fault"]) == ("64", "31.13.2024", 0)
    assert "date" in bad["why"]
    near = view["line"].tolist()
    assert {"63", "65"} <= set(near)
    assert view["what"].tolist().count(GAP) == 2
    assert set(view["what"]) == {ABOVE, HEADER, USED, ASIDE, BELOW, GAP}
    assert one.aside == 1


def test_without_problems_there_is_one_gap(tmp_path):
    view = found(tmp_path, "\n".join(["date;sku;units;shop", *ROWS])).tables[0].view
    assert view["what"].tolist() == [HEADER, *[USED] * 8, GAP, *[USED] * 2]
    assert view["line"].tolist()[1:9] == [str(line) for line in range(2, 10)]


def test_a_tiny_table_is_shown_whole(tmp_path):
    view = found(tmp_path, "date,sku,units\n2024-01-01,A,3\n2024-01-02,A,4\n").tables[0].view
    assert view["what"].tolist() == [HEADER, USED, USED]


def test_a_wide_table_shows_its_keys_and_some_periods(tmp_path):
    header = ["colour", "item code", *(f"2024-{month:02d}-{day:02d}" for month in (1, 2) for day in range(1, 29))]
    lines = [",".join(header), *(",".join(["red", f"A{k}", *["3"] * 56]) for k in range(6))]
    one = found(tmp_path, "\n".join(lines)).tables[0]
    assert (len(one.columns), one.hidden) == (WIDEST, 58 - WIDEST)
    assert one.roles[:2].count("sku") == 1
    assert len(one.view.columns) == 4 + WIDEST


def test_a_table_that_was_left_out_has_no_roles(tmp_path):
    (tmp_path / "notes.csv").write_text("who,what\nAda,rings\nBob,mails\n", encoding="utf-8")
    sales, notes = found(tmp_path, "\n".join(["date;sku;units;shop", *ROWS]), "notes.csv").tables
    assert any(sales.roles)
    assert not any(notes.roles)
    assert notes.aside == notes.rows == 2
