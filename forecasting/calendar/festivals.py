"""Shopping festivals: a table of rules that becomes an editable table of dates.

Lunar festivals move with the moon; Prime Day is set by Amazon each year, so years not yet announced are projected to the
second Tuesday of July.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
from dateutil.easter import easter  # type: ignore[import-untyped]

from forecasting.calendar.events import Event

Rule = Callable[[int], pd.Timestamp | None]
_ALL = ("*",)
_WEST = ("US", "CA", "GB", "DE", "FR", "IT", "ES", "NL", "CH", "PL", "AU", "BR", "MX", "ZA")
_CHINA = ("CN",)
_LUNAR = ("CN", "HK", "TW", "SG", "MY", "VN")


@dataclass(frozen=True)
class Festival:
    """A festival that returns every year: the day by rule, and the first and last day of the phase relative to it."""

    name: str
    rule: Rule
    first: int
    last: int
    countries: tuple[str, ...]
    phase: str = "day"
    platform: str = ""

    def event(self, year: int) -> Event | None:
        """The festival of one year; None when its date is not known."""
        day = self.rule(year)
        return (
            None if day is None else Event(self.name, day + pd.Timedelta(days=self.first), day + pd.Timedelta(days=self.last))
        )


def _fixed(month: int, day: int) -> Rule:
    return lambda year: pd.Timestamp(year, month, day)


def _nth(month: int, weekday: int, nth: int, plus: int = 0) -> Rule:
    """The nth weekday (Monday 0) of a month, `plus` days later."""

    def day(year: int) -> pd.Timestamp:
        start = pd.Timestamp(year, month, 1)
        return start + pd.Timedelta(days=(weekday - start.dayofweek) % 7 + 7 * (nth - 1) + plus)

    return day


def _easter(plus: int = 0) -> Rule:
    return lambda year: pd.Timestamp(easter(year)) + pd.Timedelta(days=plus)


def _chinese(name: str) -> Rule:
    """The day that the table of Chinese public holidays gives a name to."""

    def day(year: int) -> pd.Timestamp | None:
        import holidays as library  # 7 MB, which most sessions never need

        table = library.country_holidays("CN", years=year, language="en_US", observed=False)
        days = [date for date, found in table.items() if name in found and "Eve" not in found]
        return pd.Timestamp(str(min(days))) if days else None

    return day


def _table(days: dict[int, str], otherwise: Rule = lambda _year: None) -> Rule:
    return lambda year: pd.Timestamp(f"{year}-{days[year]}") if year in days else otherwise(year)


_PRIME = {
    2015: "07-15", 2016: "07-12", 2017: "07-11", 2018: "07-16", 2019: "07-15", 2020: "10-13", 2021: "06-21", 2022: "07-12",
    2023: "07-11", 2024: "07-16", 2025: "07-08",
}  # fmt: skip
_QIXI = {
    2009: "08-26", 2010: "08-16", 2011: "08-06", 2012: "08-23", 2013: "08-13", 2014: "08-02", 2015: "08-20", 2016: "08-09",
    2017: "08-28", 2018: "08-17", 2019: "08-07", 2020: "08-25", 2021: "08-14", 2022: "08-04", 2023: "08-22", 2024: "08-10",
    2025: "08-29", 2026: "08-19", 2027: "08-08", 2028: "08-26", 2029: "08-16", 2030: "08-05",
}  # fmt: skip
_NEW_YEAR = _chinese("Chinese New Year")

FESTIVALS: tuple[Festival, ...] = (
    Festival("New Year sales", _fixed(1, 1), 0, 6, _WEST),
    Festival("年货节 run-up to Chinese New Year", _NEW_YEAR, -28, -1, _LUNAR, "run-up"),
    Festival("春节 Chinese New Year", _NEW_YEAR, 0, 6, _LUNAR),
    Festival("Valentine's Day", _fixed(2, 14), -7, 0, _ALL),
    Festival("3·8 Women's Day", _fixed(3, 8), -5, 0, _CHINA, platform="Taobao, JD"),
    Festival("Mothering Sunday", _easter(-21), -10, 0, ("GB",)),
    Festival("Easter", _easter(), -7, 1, _WEST),
    Festival("Mother's Day", _nth(5, 6, 2), -10, 0, ("US", "CA", "DE", "IT", "NL", "CH", "AU", "BR", "ZA", "CN", "HK")),
    Festival("618 run-up", _fixed(6, 18), -34, -4, _CHINA, "run-up", "JD, Taobao"),
    Festival("618", _fixed(6, 18), -3, 2, _CHINA, platform="JD, Taobao"),
    Festival("Father's Day", _nth(6, 6, 3), -10, 0, ("US", "CA", "GB", "FR", "NL", "ZA", "CN", "HK", "IN", "JP")),
    Festival("Prime Day", _table(_PRIME, _nth(7, 1, 2)), 0, 1, (*_WEST, "JP", "IN"), platform="Amazon"),
    Festival("七夕 Qixi", _table(_QIXI), -6, 0, _CHINA),
    Festival("Back to school", _fixed(9, 1), -35, 7, _ALL),
    Festival("中秋 Mid-Autumn", _chinese("Mid-Autumn"), -14, 0, _LUNAR),
    Festival("国庆 National Day", _fixed(10, 1), 0, 6, _CHINA),
    Festival("Halloween", _fixed(10, 31), -14, 0, ("US", "CA", "GB")),
    Festival("双11 run-up", _fixed(11, 11), -28, -1, _CHINA, "run-up", "Taobao, JD"),
    Festival("双11 Singles' Day", _fixed(11, 11), 0, 0, _CHINA, platform="Taobao, JD"),
    Festival("Black Friday", _nth(11, 3, 4, plus=1), 0, 2, _WEST),
    Festival("Cyber Monday", _nth(11, 3, 4, plus=4), 0, 0, _WEST, platform="online"),
    Festival("双12", _fixed(12, 12), -2, 0, _CHINA, platform="Taobao"),
    Festival("Christmas run-up", _fixed(12, 25), -28, -3, _WEST, "run-up"),
    Festival("Christmas", _fixed(12, 25), -2, 1, _WEST),
)


def festivals_of(country: str) -> tuple[Festival, ...]:
    """The festivals that a country shops on.

    >>> "Black Friday" in [festival.name for festival in festivals_of("GB")]
    True
    """
    return tuple(festival for festival in FESTIVALS if country.upper() in festival.countries or festival.countries == _ALL)


def festivals(country: str, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """The festivals of a country from the year of `first` to that of `last`, as a table to edit.

    Columns `name, start, end, phase, country, platform`, in order of the start.

    >>> table = festivals("CN", pd.Timestamp("2024-01-01"), pd.Timestamp("2026-12-31"))
    >>> table.loc[table["name"].str.startswith("春节"), "start"].dt.strftime("%F").tolist()
    ['2024-02-10', '2025-01-29', '2026-02-17']
    """
    rows = [
        (event.name, event.start, event.end, festival.phase, country.upper(), festival.platform)
        for festival in festivals_of(country)
        for year in range(first.year, last.year + 2)
        if (event := festival.event(year)) is not None and event.start.year <= last.year
    ]
    table = pd.DataFrame(rows, columns=["name", "start", "end", "phase", "country", "platform"])
    return table.sort_values("start", ignore_index=True)
