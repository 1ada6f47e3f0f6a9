"""Dates by other calendars and in short forms: fiscal years, the Republic's years, six digits, months below a year, periods."""

import datetime as dt
import io

import pandas as pd
import pytest

from forecasting.core.errors import MappingNeeded
from forecasting.ingest import Import, import_files
from tests.ingest.truth import to_csv, to_xlsx

DAYS = [dt.date(2023, 12, 20) + dt.timedelta(days=k) for k in range(30)]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def _read(text: str, name: str = "s.csv") -> Import:
    return import_files([(name, text.encode())])


def _sums(done: Import) -> dict[str, float]:
    return done.panel.frame.groupby("unique_id")["y"].sum().to_dict()


def _first(done: Import) -> str:
    return f"{done.panel.calendar[0]:%F}"


@pytest.mark.parametrize(
    ("labels", "freq", "first"),
    [
        ([f"FY24-W{k:02d}" for k in range(1, 9)], "W-MON", "2024-01-01"),
        ([f"FY{y}-P{k:02d}" for y in (22, 23) for k in range(1, 13)], "MS", "2022-01-01"),
        ([f"FY{y} Q{k}" for y in (2021, 2022) for k in range(1, 5)], "QS", "2021-01-01"),
        ([f"Q{k} FY{y}" for y in (21, 22) for k in range(1, 5)], "QS", "2021-01-01"),
    ],
)
def test_fiscal_labels_are_read_by_their_number_and_that_is_said(labels: list[str], freq: str, first: str) -> None:
    down = _read("Period,SKU,Units\n" + "".join(f"{label},A,2\n" for label in labels))
    across = _read(to_csv([["SKU", *labels], ["A", *["2"] * len(labels)], ["B", *["3"] * len(labels)]]))
    for done in (down, across):
        assert (done.panel.freq, _first(done), _sums(done)["A"]) == (freq, first, 2 * len(labels))
        assert any("fiscal years" in issue for issue in done.report.issues)


def test_a_fiscal_year_beside_its_periods() -> None:
    rows = "".join(f"FY{y},{k},A,{k}\n" for y in (2022, 2023) for k in range(1, 13))
    done = _read(f"Fiscal Year,Period,SKU,Units\n{rows}")
    assert (done.panel.freq, _first(done), _sums(done)) == ("MS", "2022-01-01", {"A": 156})


@pytest.mark.parametrize("form", ["{y}/{d:%m/%d}", "民國{y}年{d.month}月{d.day}日", "{y}{d:%m%d}"])
def test_years_of_the_republic(form: str) -> None:
    done = _read("日期,商品編號,數量\n" + "".join(f"{form.format(y=d.year - 1911, d=d)},A,2\n" for d in DAYS))
    assert (done.panel.freq, _first(done), _sums(done)) == ("D", "2023-12-20", {"A": 60})


def test_days_in_six_digits() -> None:
    done = _read("date,sku,units\n" + "".join(f"{d:%y%m%d},A,2\n" for d in DAYS))
    assert (done.panel.freq, _first(done), _sums(done)) == ("D", "2023-12-20", {"A": 60})
    days = [f"{d:%y%m%d}" for d in DAYS]
    across = _read(to_csv([["sku", *days], ["A", *["2"] * 30], ["B", *["1"] * 30]]))
    assert (across.panel.freq, _first(across), _sums(across)) == ("D", "2023-12-20", {"A": 60, "B": 30})
    codes = _read(to_csv([["Date", *days[:3]], *([f"{d}", "1", "2", "3"] for d in DAYS)]))
    assert _sums(codes) == {days[0]: 30, days[1]: 60, days[2]: 90}


@pytest.mark.parametrize("form", ["%m.%Y", "%Y%m"])
def test_months_in_digits_across(form: str) -> None:
    months = [dt.date(2023, m, 1).strftime(form) for m in range(1, 13)]
    done = _read(to_csv([["Artikel", "Gruppe", *months], *([s, "X", *map(str, range(12))] for s in "AB")], ";"))
    assert (done.panel.freq, _first(done), _sums(done)) == ("MS", "2023-01-01", {"A": 66, "B": 66})


def test_months_below_their_year() -> None:
    rows: list[list[object]] = [["Row Labels", "A", "B", "Total"]]
    for year in (2022, 2023):
        rows += [[year, 78, 156, 234], *([m, k, 2 * k, 3 * k] for k, m in enumerate(MONTHS, 1))]
    done = import_files([("p.xlsx", to_xlsx({"S": [*rows, ["Grand Total", 156, 312, 468]]}))])
    assert (done.panel.freq, _first(done), _sums(done)) == ("MS", "2022-01-01", {"A": 156, "B": 312})
    assert (done.report.rows_used, done.report.rows_set_aside) == (24, 3)


def test_years_and_months_that_stand_once() -> None:
    pivot = [["Year", "Month", "A", "B"]]
    outline = [["Year", "Month", "SKU", "Units"]]
    for year in ("2022", "2023"):
        pivot += [[year * (k == 1), m, str(k), str(2 * k)] for k, m in enumerate(MONTHS, 1)] + [
            [f"{year} Total", "", "78", "156"]
        ]
        for k, m in enumerate(MONTHS, 1):
            outline += [[year * (k == 1), m, "A", str(k)], ["", "", "B", str(2 * k)]]
    for rows in (pivot, outline):
        done = _read(to_csv(rows))
        assert (done.panel.freq, _first(done), _sums(done)) == ("MS", "2022-01-01", {"A": 156, "B": 312})


@pytest.mark.parametrize("week", ["KW{:02d}", "Week {}", "W{}"])
def test_weeks_without_a_year_are_asked_about(week: str) -> None:
    table = to_csv([["SKU", *(week.format(k) for k in (1, 2, 3, 4))], ["A", *"1234"], ["B", *"4567"]])
    with pytest.raises(MappingNeeded, match="no year"):
        _read(table, "sales.csv")
    assert _first(_read(table, "sales 2023.csv")) == "2023-01-02"


@pytest.mark.parametrize(("freq", "grain"), [("D", "D"), ("W", "W-MON"), ("M", "MS"), ("Q", "QS")])
def test_periods_of_pandas_in_parquet(freq: str, grain: str) -> None:
    written = io.BytesIO()
    when = pd.period_range("2022-01-03", periods=12, freq=freq)
    pd.DataFrame({"when": when.repeat(2), "sku": ["A", "B"] * 12, "units": range(24)}).to_parquet(written)
    done = import_files([("p.parquet", written.getvalue())])
    assert (done.panel.freq, _sums(done)) == (grain, {"A": 132, "B": 144})


@pytest.mark.parametrize(
    ("head", "codes"), [("Store", ("00417", "TX-9")), ("Store", ("1001", "1002")), ("", ("00417", "TX-9"))]
)
def test_a_sheet_for_each_day_with_stores_down_and_skus_across(head: str, codes: tuple[str, str]) -> None:
    sheets = {f"{d}": [[head, *codes], ["North", 1, 2], ["South", 3, 4], ["Total", 4, 6]] for d in DAYS[:3]}
    done = import_files([("shop.xlsx", to_xlsx(sheets))])
    assert (_sums(done), done.channels) == ({codes[0]: 12, codes[1]: 18}, ("North", "South"))
