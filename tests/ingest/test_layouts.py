"""Layouts that people make by hand: hours, weekdays and stores across, measures in rows, a table or sheet for each SKU."""

import datetime as dt

import pytest

from forecasting.ingest import Import, import_files, read_tables
from tests.ingest.truth import to_csv, to_xlsx

DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=k) for k in range(40)]


def _read(text: str, name: str = "s.csv") -> Import:
    return import_files([(name, text.encode())])


def _sums(done: Import) -> dict[str, float]:
    return done.panel.frame.groupby("unique_id")["y"].sum().to_dict()


@pytest.mark.parametrize("hour", ["{:02d}:00", "{}h", "{}点", "{:02d}:00-{:02d}:59"])
def test_hours_across_make_an_hourly_table(hour: str) -> None:
    rows = [
        ["Date", "SKU", *(hour.format(h, h) for h in range(24))],
        *([f"{d}", "A", *(str(h % 5) for h in range(24))] for d in DAYS[:3]),
        ["Total", "", *["9"] * 24],
    ]
    done = _read(to_csv(rows))
    assert done.panel.freq == "h"
    assert done.panel.frame["y"].tolist() == [float(h % 5) for _ in range(3) for h in range(24)]
    assert (done.report.rows_used, done.report.rows_set_aside) == (3, 1)


@pytest.mark.parametrize(
    ("heading", "first"), [("Week", dt.date(2024, 1, 1)), ("Week ending", dt.date(2024, 1, 7)), ("Woche", dt.date(2024, 1, 1))]
)  # fmt: skip
def test_weekdays_across_are_days(heading: str, first: dt.date) -> None:
    names = (
        ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"] if heading == "Woche" else ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    )
    weeks = [first + dt.timedelta(weeks=k) for k in range(3)]
    done = _read(to_csv([[heading, "SKU", *names, "Total"], *([f"{w:%d/%m/%Y}", "A", *"1234567", "28"] for w in weeks)]))
    assert (done.panel.freq, f"{done.panel.calendar[0]:%F}") == ("D", "2024-01-01")
    assert done.panel.frame["y"].tolist() == [1, 2, 3, 4, 5, 6, 7] * 3


def test_stores_across_are_added_up_or_kept_apart() -> None:
    done = _read(
        "Date,SKU,Store North,Store South\n"
        + "".join(f"{d},{sku},{k},{k + 1}\n" for d in DAYS[:8] for k, sku in enumerate("AB"))
    )
    assert _sums(done) == {"A": 8, "B": 24}
    assert done.channels == ("Store North", "Store South")


def test_rows_of_other_measures_are_no_units() -> None:
    down = _read("SKU,Date,Metric,Value\n" + "".join(f"A,{d},Units,2\nA,{d},Revenue,19\n" for d in DAYS[:5]))
    assert (_sums(down), down.report.rows_set_aside) == ({"A": 10}, 5)
    across = _read(
        "SKU,Measure,Jan 2024,Feb 2024,Mar 2024\nA,Units,1,2,3\nA,Revenue,10,20,30\nB,Units,4,5,6\nB,Revenue,40,50,60\n"
    )
    assert (_sums(across), across.report.rows_set_aside) == ({"A": 6, "B": 15}, 2)
    kinds = _read("SKU,Date,Kind,Qty\n" + "".join(f"A,{d},Web,2\nA,{d},Shop,1\n" for d in DAYS[:5]))
    assert _sums(kinds) == {"A": 15}


def test_a_table_for_each_sku_is_called_by_its_title_or_sheet() -> None:
    stacked = "\n".join(
        f"SKU: {sku}\nDate,Units\n" + "".join(f"{d},{k}\n" for d in DAYS[:5]) for k, sku in ((1, "00417"), (2, "TX-9"))
    )
    assert _sums(_read(stacked)) == {"00417": 5, "TX-9": 10}
    sheets = {sku: [["Date", "Units"], *([d, k] for d in DAYS[:5])] for k, sku in ((1, "00417"), (2, "TX-9"))}
    done = import_files([("skus.xlsx", to_xlsx(sheets))])
    assert _sums(done) == {"00417": 5, "TX-9": 10}
    assert any("called by its sheet" in issue for issue in done.report.issues)
    beside = [
        ["00417", None, None, "TX-9", None],
        ["Date", "Units", None, "Date", "Units"],
        *([d, 1, None, d, 2] for d in DAYS[:5]),
    ]
    assert _sums(import_files([("s.xlsx", to_xlsx({"S": beside}))])) == {"00417": 5, "TX-9": 10}
    months = {
        name: [["Date", "Units"], *([d, 1] for d in DAYS if d.month == m)] for m, name in ((1, "January"), (2, "February"))
    }
    assert _sums(import_files([("shop.xlsx", to_xlsx(months))])) == {"shop": 40}


def test_a_small_table_below_the_sales_is_not_part_of_them() -> None:
    sales = [["Date", "SKU", "Name", "Units"], *([d, "A", "Mug", 1] for d in DAYS)]
    done = import_files(
        [("a.xlsx", to_xlsx({"S": [*sales, [None], [None], ["Month", "Target"], ["Jan 2024", 500], ["Feb 2024", 600]]}))]
    )
    assert (done.panel.freq, _sums(done)) == ("D", {"A": 40})
    assert any("names no SKU and no units sold" in issue for issue in done.report.issues)
    assert (done.report.rows_read, done.report.rows_set_aside) == (42, 2)


def test_dates_that_a_spreadsheet_read_month_first_are_put_right() -> None:
    rows: list[list[object]] = [["Date", "SKU", "Units"]]
    rows += [[dt.date(d.year, d.day, d.month) if d.day <= 12 else f"{d:%d/%m/%Y}", "A", k] for k, d in enumerate(DAYS)]
    done = import_files([("a.xlsx", to_xlsx({"S": rows}))])
    assert done.panel.frame["y"].tolist() == [float(k) for k in range(40)]
    assert any("swapped" in issue for issue in done.report.issues)
    right = [["Date", "SKU", "Units"], *([d if k % 2 else f"{d:%d/%m/%Y}", "A", k] for k, d in enumerate(DAYS))]
    done = import_files([("a.xlsx", to_xlsx({"S": right}))])
    assert done.panel.frame["y"].tolist() == [float(k) for k in range(40)]
    assert not any("swapped" in issue for issue in done.report.issues)


def test_days_below_the_months_they_are_of() -> None:
    head = [["SKU", *(f"{d:%b %Y}" if d.day == 1 else None for d in DAYS)], [None, *(d.day for d in DAYS)]]
    done = import_files([("a.xlsx", to_xlsx({"S": [*head, ["A", *range(40)], ["B", *range(1, 41)]]}))])
    assert (done.panel.freq, f"{done.panel.calendar[-1]:%F}") == ("D", "2024-02-09")
    assert done.panel.series("A")["y"].tolist() == [float(k) for k in range(40)]


@pytest.mark.parametrize("inner", ["", '""'])
def test_lines_that_stand_in_quotes_as_a_whole(inner: str) -> None:
    lines = ["Date,SKU,Units", *(f"{d},A,{k}" for k, d in enumerate(DAYS))]
    text = "\n".join('"' + ",".join(f"{inner}{cell}{inner}" for cell in line.split(",")) + '"' for line in lines)
    assert read_tables(text.encode(), "a.csv")[0].header == ("Date", "SKU", "Units")
    assert _sums(_read(text)) == {"A": sum(range(40))}
