"""The command line: exit status 0, or 2 and one sentence."""

from pathlib import Path

import pandas as pd
import pytest

from forecasting import cli

SALES = "date,sku,units\n" + "".join(f"2024-01-{day:02d},00{sku},{3 + day % 3}\n" for sku in (7, 8) for day in range(1, 29))


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    path = tmp_path / "sales.csv"
    path.write_text(SALES, encoding="utf-8")
    return path


def shelfcast(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr("sys.argv", ["shelfcast", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_table_is_every_cell_as_text(sales, tmp_path, monkeypatch):
    assert shelfcast(monkeypatch, "table", sales, "--output", tmp_path / "t.csv") == 0
    assert (tmp_path / "t.csv").read_text(encoding="utf-8") == SALES


def test_import_accounts_for_every_row(sales, tmp_path, monkeypatch, capsys):
    assert shelfcast(monkeypatch, "import", sales, "--output", tmp_path / "p.csv", "--set-aside", tmp_path / "s.csv") == 0
    assert "56 rows in = 56 used + 0 set aside." in capsys.readouterr().err
    assert pd.read_csv(tmp_path / "p.csv", dtype={"unique_id": str})["unique_id"].unique().tolist() == ["007", "008"]


def test_forecast_has_the_fixed_columns(sales, tmp_path, monkeypatch):
    out = tmp_path / "f.csv"
    assert (
        shelfcast(monkeypatch, "forecast", sales, "--horizon", 7, "--model", "window_mean", "--level", 95, "--output", out) == 0
    )
    rows = pd.read_csv(out, dtype={"sku": str})
    fixed = [
        "sku",
        "name",
        "date",
        "horizon",
        "origin",
        "model",
        "mean",
        "p10",
        "p50",
        "p90",
        "lo-95",
        "hi-95",
        "baseline",
        "flags",
    ]
    assert list(rows.columns) == fixed
    assert len(rows) == 14


def test_backtest_sees_nothing_after_the_cutoff(sales, tmp_path, monkeypatch):
    scores, single = tmp_path / "s.csv", tmp_path / "f.csv"
    words = ("--horizon", 7, "--windows", 1, "--model", "window_mean", "--output", scores, "--forecasts", single)
    assert shelfcast(monkeypatch, "backtest", sales, *words) == 0
    assert list(pd.read_csv(scores).columns) == ["sku", "cutoff", "model", "metric", "value"]
    before = pd.read_csv(single)["mean"].tolist()
    later = [line if line[:10] <= "2024-01-21" else line[:-1] + "9" for line in SALES.splitlines()[1:]]
    sales.write_text("\n".join(["date,sku,units", *later]), encoding="utf-8")
    assert shelfcast(monkeypatch, "backtest", sales, *words) == 0
    assert pd.read_csv(single)["mean"].tolist() == before


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\x00\x00", b"a,b\nx,y\nz,w\n"])
def test_a_wrong_file_is_one_sentence_and_status_2(content, tmp_path, monkeypatch, capsys):
    path = tmp_path / "wrong.csv"
    path.write_bytes(content)
    assert shelfcast(monkeypatch, "import", path, "--output", tmp_path / "p.csv") == 2
    said = capsys.readouterr().err
    assert "wrong.csv" in said
    assert "Traceback" not in said


def test_events_of_a_file_are_known_to_the_models(sales, tmp_path, monkeypatch, capsys):
    events, plain, told = (tmp_path / name for name in ("events.csv", "plain.csv", "told.csv"))
    events.write_text("name,start,repeats\nFair,2024-01-26,once\nFair,2024-01-30,once\n", encoding="utf-8")
    words = ("forecast", sales, "--horizon", 7, "--model", "linear", "--output")
    assert shelfcast(monkeypatch, *words, plain) == 0
    assert shelfcast(monkeypatch, *words, told, "--events", events) == 0
    one, two = (pd.read_csv(path)["mean"] for path in (plain, told))
    assert (one != two).any()
    events.write_text("name,start\nFair,soon\n", encoding="utf-8")
    assert shelfcast(monkeypatch, *words, told, "--events", events) == 2
    assert "'Fair' has the date 'soon'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("forecast", "sales.csv", "--horizon", "0", "--output", "out.csv"), "Invalid value for '--horizon'"),
        (("forecast", "sales.csv", "--horizon", "soon", "--output", "out.csv"), "Invalid value for '--horizon'"),
        (("forecast", "sales.csv", "--horizon", "7"), "Missing option"),
        (("backtest", "sales.csv", "--nonsense"), "No such option: --nonsense"),
        (("divine",), "No such command 'divine'"),
    ],
)
def test_a_mistyped_command_is_one_sentence(monkeypatch, capsys, words, said):
    assert shelfcast(monkeypatch, *words) == 2
    error = capsys.readouterr().err
    assert error.startswith(said)
    assert error.count("\n") == 1


def test_the_sums_in_their_file_are_those_of_the_skus(monkeypatch, tmp_path):
    days = pd.date_range("2024-01-01", periods=60)
    rows = [pd.DataFrame({"date": days, "sku": f"S{k}", "units": 3 + k, "category": "ab"[k % 2]}) for k in range(4)]
    pd.concat(rows).to_csv(tmp_path / "sales.csv", index=False)
    out, totals = tmp_path / "out.csv", tmp_path / "totals.csv"
    words = ("forecast", tmp_path / "sales.csv", "--horizon", 7, "--model", "window_mean", "--whole-units")
    assert shelfcast(monkeypatch, *words, "--totals", totals, "--output", out) == 0
    skus, sums = pd.read_csv(out), pd.read_csv(totals)
    assert sums.query("level == 'total'")["mean"].sum() == skus["mean"].sum() == 126
    assert sums.query("level == 'category'").groupby("name")["mean"].sum().tolist() == [56, 70]
