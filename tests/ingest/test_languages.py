# ruff: noqa: E501 - tables of words and files read best as they stand
"""Tables of merchants who write neither English nor Chinese: headings, dates, numbers and encodings."""

import polars as pl
import pytest

from forecasting.core.errors import FileUnreadable
from forecasting.ingest import Import, import_files
from forecasting.ingest.cells.dates import parse_dates
from forecasting.ingest.reading.dialect import sniff
from tests.ingest.truth import to_csv

# Price and amount are whole numbers and stand behind the units, so that no guess by place can be right.
HEADINGS = {
    "italian": ("Data vendita;Codice articolo;Descrizione;Quantità;Prezzo;Totale", "cp1252"),
    "dutch": ("Verkoopdatum;Artikelcode;Omschrijving;Aantal;Stukprijs;Omzet", "utf-8"),
    "polish": ("Data sprzedaży;Kod produktu;Nazwa;Ilość;Cena;Wartość", "cp1250"),
    "portuguese": ("Data;Produto;Nome do produto;Qtd;Preço unitário;Valor", "cp1252"),
    "swedish": ("Datum;Artikelnr;Benämning;Antal;Pris;Belopp", "cp1252"),
    "czech": ("Datum prodeje;Kód;Název;Množství;Cena;Celkem", "cp1250"),
    "russian": ("Дата;Артикул;Наименование;Количество;Цена;Сумма", "cp1251"),
    "turkish": ("Tarih;Ürün Kodu;Ürün Adı;Adet;Fiyat;Tutar", "cp1254"),
    "japanese": ("売上日;品番;品名;販売数;販売価格;売上金額", "cp932"),
    "korean": ("날짜;상품코드;상품명;수량;단가;금액", "cp949"),
    "cantonese": ("日期;貨品編號;貨品名稱;銷售數量;單價;金額", "big5"),
    "unknown": ("Dátum;Cikkszám;Megnevezés;Mennyiség;Egységár;Érték", "utf-8"),
}


def _read(text: str, encoding: str = "utf-8") -> Import:
    return import_files([("s.csv", text.encode(encoding))])


def _sums(done: Import) -> dict[str, float]:
    return done.panel.frame.groupby("unique_id")["y"].sum().to_dict()


@pytest.mark.parametrize("language", HEADINGS)
def test_units_are_found_beside_prices_and_amounts(language: str) -> None:
    heading, encoding = HEADINGS[language]
    rows = [
        f"{d:02d}/01/2024;{sku};{sku} x;{d % 5 + k};{7 + d % 2};{(d % 5 + k) * (7 + d % 2)}"
        for d in range(1, 29)
        for k, sku in ((1, "A1"), (2, "B2"))
    ]
    done = _read("\n".join([heading, *rows]), encoding)
    assert done.tables[0].header == tuple(heading.split(";"))
    units = sum(d % 5 for d in range(1, 29))
    assert _sums(done) == {"A1": units + 28, "B2": units + 56}
    assert not any("no heading" in issue for issue in done.report.issues)


def test_units_that_nothing_names_are_said_to_be_guessed() -> None:
    done = _read("Date,SKU,North,South\n" + "".join(f"2024-01-{d:02d},A,{d},{d + 3}\n" for d in range(1, 9)))
    assert any("no heading says" in issue and "'North'" in issue for issue in done.report.issues)
    headed = _read("Date,SKU,Units,South\n" + "".join(f"2024-01-{d:02d},A,{d},{d + 3}\n" for d in range(1, 9)))
    assert not any("no heading says" in issue for issue in headed.report.issues)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("5 stycznia 2024", "6 stycznia 2024"), ("5 januari 2024", "6 januari 2024"), ("5 de janeiro de 2024", "6 de janeiro de 2024"), ("5 января 2024", "6 января 2024"),
        ("2024/1/5(金)", "2024/1/6(土)"), ("令和6年1月5日", "令和6年1月6日"), ("2024-01-05 星期五", "2024-01-06 星期六"), ("20240105T103000Z", "20240106T103000Z"),
        ("Fri Jan 05 2024 10:00:00 GMT+0100 (CET)", "Sat Jan 06 2024 10:00:00 GMT+0100 (CET)"), ("Fri Jan  5 10:00:00 2024", "Sat Jan  6 10:00:00 2024"),
        ("1704412800000000", "1704499200000000"), ("1704412800000000000", "1704499200000000000"), ("W/E 05-Jan-24", "W/E 06-Jan-24"), ("Wk 1 (05/01/2024)", "Wk 2 (13/01/2024)"),
        ("05012024", "13012024"),
    ],
)  # fmt: skip
def test_days_written_in_many_ways(first: str, second: str) -> None:
    days = parse_dates(pl.Series([first, second])).values.dt.to_string("%F").to_list()
    assert days[0] == "2024-01-05"
    assert days[1] in ("2024-01-06", "2024-01-13")


@pytest.mark.parametrize(
    ("heading", "first", "second", "freq", "start"),
    [
        ("Month", "2024M01", "2024M02", "MS", "2024-01-01"), ("月份", "2024年1月份", "2024年2月份", "MS", "2024-01-01"), ("Month", "01/24", "02/24", "MS", "2024-01-01"),
        ("Mês", "jan/24", "fev/24", "MS", "2024-01-01"), ("Maand", "januari 2024", "februari 2024", "MS", "2024-01-01"), ("Miesiąc", "styczeń 2024", "luty 2024", "MS", "2024-01-01"),
        ("Week", "2024-01", "2024-14", "W-MON", "2024-01-01"), ("KW", "1/2024", "14/2024", "W-MON", "2024-01-01"), ("週", "2024年第1週", "2024年第2週", "W-MON", "2024-01-01"),
        ("Quarter", "Q1 24", "Q2 24", "QS", "2024-01-01"),
    ],
)  # fmt: skip
def test_whole_periods_are_told_by_their_heading(heading: str, first: str, second: str, freq: str, start: str) -> None:
    panel = _read(f"{heading};SKU;Units\n{first};A;3\n{second};A;4\n{second};B;5\n").panel
    assert (panel.freq, f"{panel.calendar[0]:%F}") == (freq, start)
    assert panel.frame["y"].sum() == 12


@pytest.mark.parametrize("part", ["Quarter,Q{}", "Quarter,{}", "KW,{}", "Week,W{}"])
def test_parts_of_a_year_beside_a_column_of_years(part: str) -> None:
    heading, form = part.split(",")
    rows = [[year, form.format(k), sku, 1] for year in (2022, 2023) for k in (1, 2, 3, 4) for sku in "AB"]
    done = _read(to_csv([["Year", heading, "SKU", "Units"], *rows]))
    assert (done.panel.freq[:2], _sums(done)) == ("QS" if heading == "Quarter" else "W-", {"A": 8, "B": 8})


def test_a_backslash_alone_in_a_cell_protects_nothing() -> None:
    rows = "".join(f"A,2024-01-{d:02d},{d},\\,007\n" for d in range(1, 10))
    assert sniff(f"sku,date,units,name,category\n{rows}").dialect.escape == ""
    assert _sums(_read(f"sku,date,units,name,category\n{rows}")) == {"A": 45}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('[{"date": "2024-01-01", "sku": "A", "units": 3}]', "JSON"),
        ('{"date": "2024-01-01", "sku": "A"}\n{"date": "2024-01-02", "sku": "A"}\n', "JSON"),
        ("-- dump\nINSERT INTO `sales` (`date`,`units`) VALUES ('2024-01-01',3);", "SQL"),
        ("MIME-Version: 1.0\nContent-Type: multipart/related\n\n<table>", "MHTML"),
    ],
)
def test_text_that_is_no_table_is_called_by_its_name(text: str, what: str) -> None:
    with pytest.raises(FileUnreadable, match=what):
        _read(text)
    assert _sums(_read("[date],sku,units\n2024-01-01,A,3\n2024-01-02,A,1\n")) == {"A": 4}


def test_an_apostrophe_alone_in_a_cell_protects_nothing() -> None:
    rows = "".join(f"A,2024-01-{d:02d},{d},'',007\nB,2024-01-{d:02d},{d},0,007\n" for d in range(1, 10))
    done = _read(f"sku,date,units,name,category\n{rows}")
    assert done.tables[0].column(3).to_list()[:2] == ["''", "0"]


@pytest.mark.parametrize(
    "months",
    [
        "gen-23 feb-23 mar-23 apr-23 mag-23 giu-23 lug-23 ago-23 set-23 ott-23 nov-23 dic-23",
        "jan/23 fev/23 mar/23 abr/23 mai/23 jun/23 jul/23 ago/23 set/23 out/23 nov/23 dez/23",
        "2023년1월 2023년2월 2023년3월 2023년4월 2023년5월 2023년6월 2023년7월 2023년8월 2023년9월 2023년10월 2023년11월 2023년12월",
    ],
    ids=["italian", "portuguese", "korean"],
)
def test_months_of_every_language_stand_across(months: str) -> None:
    done = _read(to_csv([["Code", *months.split()], ["A", *map(str, range(12))], ["B", *["1"] * 12]], ";"))
    assert (done.panel.freq, _sums(done), len(done.panel.calendar)) == ("MS", {"A": 66, "B": 12}, 12)
