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


@pytest.mark.parametrize("form", ["2024 P{k:02d}", "P{k} 2024", "FY24-P{k:02d}", "P{k}"])
def test_periods_of_a_year_are_months_and_that_is_said(form: str) -> None:
    labels = [form.format(k=k) for k in range(1, 13)]
    down = _read("Period,SKU,Units\n" + "".join(f"{label},A,2\n" for label in labels), "sales 2024.csv")
    across = _read(to_csv([["SKU", *labels], ["A", *"2" * 12], ["B", *"3" * 12]]), "sales 2024.csv")
    for done in (down, across):
        assert (done.panel.freq, _first(done), _sums(done)["A"]) == ("MS", "2024-01-01", 24)
        assert any("period 1 is taken as January" in issue for issue in done.report.issues)


@pytest.mark.parametrize(
    "form", ["2024 P{k:02d}", "P{k} 2024", "FY24-P{k:02d}", "P{k}", "2024{k:02d}", "2024-{k:02d}", "2024,{k}"]
)
def test_thirteen_periods_of_a_year_are_no_months(form: str) -> None:
    labels = [form.format(k=k) for k in range(1, 14)]
    head = "Year,Period" if "," in form else "Period"
    with pytest.raises(MappingNeeded, match=r"13 periods a year .* by day or by week"):
        _read(f"{head},SKU,Units\n" + "".join(f"{label},{s},2\n" for label in labels for s in "AB"), "sales 2024.csv")
    # Accountants close a year in a 13th period, in which little stands.
    few = "".join(f"{label},{s},2\n" for label in labels[:12] for s in "ABCD") + f"{labels[12]},A,2\n"
    closed = _read(f"{head},SKU,Units\n{few}", "sales 2024.csv")
    assert (closed.report.rows_used, closed.report.rows_set_aside) == (48, 1)


def test_thirteen_periods_across_are_no_months() -> None:
    with pytest.raises(MappingNeeded, match="13 periods a year"):
        _read(to_csv([["SKU", *(f"P{k}" for k in range(1, 14))], ["A", *"1" * 13], ["B", *"2" * 13]]))


def test_dates_four_weeks_apart_are_said_to_make_uneven_months() -> None:
    days = [dt.date(2023, 1, 2) + dt.timedelta(days=28 * k) for k in range(14)]
    done = _read("Date,SKU,Units\n" + "".join(f"{d},A,2\n" for d in days))
    assert any("four weeks apart" in issue for issue in done.report.issues)
    months = "".join(f"2023-{m:02d}-01,A,2\n" for m in range(1, 13))
    assert not any("four weeks" in issue for issue in _read(f"Date,SKU,Units\n{months}").report.issues)


def test_six_digits_that_can_be_months_or_days_are_said_to_be_months() -> None:
    for year, flagged in ((2001, True), (2023, False)):
        labels = [f"{year}{m:02d}" for m in range(1, 13)]
        done = _read(to_csv([["SKU", *labels], ["A", *"2" * 12], ["B", *"3" * 12]]))
        assert (done.panel.freq, _first(done)) == ("MS", f"{year}-01-01")
        assert any("read as months" in issue for issue in done.report.issues) == flagged


def test_weeks_in_six_digits_are_told_by_their_numbers() -> None:
    weeks = [f"2024{k:02d}" for k in range(9, 21)]
    down = _read("Period,SKU,Units\n" + "".join(f"{w},A,2\n" for w in weeks))
    across = _read(to_csv([["SKU", *weeks], ["A", *"2" * 12], ["B", *"3" * 12]]))
    headed = _read("YearWeek,SKU,Units\n" + "".join(f"{w},A,2\n" for w in weeks[:4]))
    for done in (down, across, headed):
        assert (done.panel.freq, _first(done)) == ("W-MON", "2024-02-26")


@pytest.mark.parametrize("head", ["Fiscal Week", "ISO week no.", "Week of year", "Retail Week"])
def test_weeks_by_whatever_count_stand_beside_their_year(head: str) -> None:
    done = _read(f"Year,{head},SKU,Units\n" + "".join(f"2024,{w},A,2\n" for w in range(1, 9)))
    assert (done.panel.freq, _first(done), _sums(done)) == ("W-MON", "2024-01-01", {"A": 16})
    assert any("fiscal years" in issue for issue in done.report.issues) == head.startswith("Fiscal")


def test_days_of_named_months_need_their_year() -> None:
    labels = [f"{d.day}-{d:%b}" for d in DAYS[12:24]]
    down = "Date,SKU,Units\n" + "".join(f"{label},A,2\n" for label in labels)
    across = to_csv([["SKU", *labels], ["A", *"2" * 12], ["B", *"3" * 12]])
    for text in (down, across):
        with pytest.raises(MappingNeeded, match="days without a year"):
            _read(text)
        done = _read(text, "sales 2024.csv")
        assert (done.panel.freq, _first(done), len(done.panel.calendar)) == ("D", "2024-01-01", 12)
    months = [f"{y}-{m}" for y in (22, 23) for m in MONTHS]
    done = _read(to_csv([["SKU", *months], ["A", *"2" * 24], ["B", *"3" * 24]]))
    assert (done.panel.freq, _first(done)) == ("MS", "2022-01-01")


def test_quarters_among_months_count_nothing_twice() -> None:
    head = ["SKU", "Jan 2024", "Feb 2024", "Mar 2024", "Q1 2024", "Apr 2024", "May 2024", "Jun 2024", "Q2 2024"]
    done = _read(to_csv([head, ["A", *"55555555"], ["B", *"66666666"]]))
    assert (done.panel.freq, _sums(done)) == ("MS", {"A": 30, "B": 36})
    assert any("longer periods" in issue and "'Q1 2024'" in issue for issue in done.report.issues)


def test_two_dates_across_are_enough() -> None:
    assert _sums(_read("SKU,2024-01-01,2024-01-02\nA,1,2\n")) == {"A": 3}
    assert _read("Item,Jan 2024,Feb 2024\nA,1,2\nB,3,4\n").panel.freq == "MS"


@pytest.mark.parametrize(
    ("first", "second", "freq"),
    [
        ("2024-01-03 10:22:33+00", "2024-01-04 10:22:33+00", "D"),
        ("2024-01-03(周三)", "2024-01-04(周四)", "D"),
        ("01 Jan 2024 - 07 Jan 2024", "08 Jan 2024 - 14 Jan 2024", "W-MON"),
    ],
)
def test_days_with_a_bare_offset_a_weekday_or_an_end(first: str, second: str, freq: str) -> None:
    assert _read(f"Date,SKU,Units\n{first},A,2\n{second},A,3\n").panel.freq == freq


@pytest.mark.parametrize(
    ("text", "counter"),
    [("SKU,V1,V2,V3\nA,1,2,3\n", "V1"), ("day,sku,units\n" + "".join(f"{k},A,2\n" for k in range(1, 41)), "day 1")],
)
def test_periods_that_are_numbered_need_their_dates(text: str, counter: str) -> None:
    with pytest.raises(MappingNeeded, match=f"{counter}.*write the day, week or month in place of each number"):
        _read(text)


@pytest.mark.parametrize("form", ["{d:%b} {d.day}", "{d.month}月{d.day}日", "{d:%d/%m}", "{d.month}/{d.day}", "{d:%d.%m.}"])
def test_days_without_a_year_follow_each_other(form: str) -> None:
    labels = [form.format(d=d) for d in DAYS[12:24]]
    down = "Date,SKU,Units\n" + "".join(f"{label},A,2\n" for label in labels)
    across = to_csv([["SKU", *labels], ["A", *"2" * 12], ["B", *"3" * 12]])
    for text in (down, across):
        with pytest.raises(MappingNeeded, match="days without a year"):
            _read(text)
        done = _read(text, "sales 2024.csv")
        assert (done.panel.freq, _first(done), len(done.panel.calendar)) == ("D", "2024-01-01", 12)


@pytest.mark.parametrize(("first", "last"), [((2020, 1), (2025, 5)), ((2023, 11), (2025, 2))])
def test_months_with_years_of_two_digits_are_no_days_when_the_last_year_is_not_over(first, last) -> None:
    months = [(y, m) for y in range(first[0], last[0] + 1) for m in range(1, 13) if first <= (y, m) <= last]
    done = _read("Month;SKU;Units\n" + "".join(f"{MONTHS[m - 1]}-{y % 100};A;2\n" for y, m in months))
    assert (done.panel.freq, len(done.panel.calendar)) == ("MS", len(months))
    assert _first(done) == f"{first[0]}-{first[1]:02d}-01"


def test_a_month_above_its_days_in_a_pivot_sums_them_up() -> None:
    rows = [["Row Labels", "A", "B"], ["Jan", "24", "36"], *([f"{d.day}-{d:%b}", "2", "3"] for d in DAYS[12:24])]
    done = _read(to_csv([*rows, ["Grand Total", "24", "36"]]), "sales 2024.csv")
    assert (done.panel.freq, _sums(done), done.report.rows_set_aside) == ("D", {"A": 24, "B": 36}, 2)
