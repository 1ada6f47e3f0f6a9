"""Tables with dates down and parts of each date across: the hours of a day, the days of a week, or the stores that sold."""

from __future__ import annotations

import re

import polars as pl

from forecasting.ingest.reading.table import Table
from forecasting.ingest.words.vocabulary import names_role, plain, role_of

_HOUR = re.compile(r"(\d{1,2})(?::00|\s?h|\s?uhr|点|时)?(?:\s*([ap])\.?m\.?)?(?:\s*[-–~至]\s*\d{1,2}.*)?", re.IGNORECASE)
_MARKED = re.compile(r":00|h|uhr|点|时|[ap]\.?m", re.IGNORECASE)
_FEWEST_HOURS = 6
_WEEKDAYS = tuple(
    frozenset(words.split("|"))
    for words in (
        "mon|monday|mo|montag|lun|lundi|lunes|lunedì|ma|maandag|pon|poniedziałek|seg|segunda|周一|星期一|月|月曜|월",
        "tue|tues|tuesday|di|dienstag|mar|mardi|martes|martedì|dinsdag|wto|wtorek|ter|terça|周二|星期二|火|火曜|화",
        "wed|wednesday|mi|mittwoch|mer|mercredi|mié|miércoles|mercoledì|woensdag|śro|środa|qua|quarta|周三|星期三|水|水曜|수",
        "thu|thur|thurs|thursday|do|donnerstag|jeu|jeudi|jue|jueves|gio|giovedì|donderdag|czw|czwartek|qui|quinta|周四|星期四|木|木曜|목",
        "fri|friday|fr|freitag|ven|vendredi|vie|viernes|venerdì|vrijdag|pią|piątek|sex|sexta|周五|星期五|金|金曜|금",
        "sat|saturday|sa|samstag|sam|samedi|sáb|sábado|sabato|zaterdag|sob|sobota|周六|星期六|土|土曜|토",
        "sun|sunday|so|sonntag|dim|dimanche|dom|domingo|domenica|zondag|nie|niedziela|周日|星期日|日|日曜|일",
    )
)
_ABOUT = re.compile(r"(?:number|no|nr|nbr|id|code|key|type|format|size|area|address|city|town|county|zip|manager|open|closed)")
_FEWEST_WEEKDAYS = 5
_DAY = 86_400_000_000  # microseconds
_ENDING = re.compile(r"end|bis|fin|结束|止", re.IGNORECASE)


def hours_across(table: Table) -> dict[int, int]:
    """The columns headed by the hours of a day, each an hour after the one before; else empty."""
    found = {j: hour for j, header in enumerate(table.header) if (hour := _hour(header)) is not None}
    hours = list(found.values())
    marked = sum(bool(_MARKED.search(table.header[j])) for j in found)
    rising = hours == list(range(hours[0], hours[0] + len(hours))) if hours else False
    return found if len(hours) >= _FEWEST_HOURS and rising and marked == len(hours) else {}


def _hour(header: str) -> int | None:
    match = _HOUR.fullmatch(header.strip())
    if match is None or int(match.group(1)) > 24:
        return None
    hour, half = int(match.group(1)), (match.group(2) or "").lower()
    return hour % 12 + 12 * (half == "p") if half else hour


def weekdays_across(table: Table) -> dict[int, int]:
    """The columns headed by days of the week, 0 for Monday, each once and at least five; else empty."""
    names = {j: header.strip().lower().rstrip(".") for j, header in enumerate(table.header)}
    found = {j: day for j, name in names.items() for day, words in enumerate(_WEEKDAYS) if name in words}
    return found if len(found) >= _FEWEST_WEEKDAYS and len(set(found.values())) == len(found) else {}


def is_weekday(text: str) -> bool:
    """Whether a cell names a day of the week.

    >>> is_weekday("Friday"), is_weekday("mié."), is_weekday("Fridge")
    (True, True, False)
    """
    name = text.strip().lower().rstrip(".")
    return any(name in words for words in _WEEKDAYS)


def stores_across(table: Table) -> dict[int, str]:
    """The columns that are headed by a store or channel and its name ("Store North", "门店2"), two or more; else empty."""
    headers = {j: header.strip() for j, header in enumerate(table.header) if header.strip()}
    named = {
        j: header
        for j, header in headers.items()
        if (role_of(header) or ("",))[0] == "channel" and not names_role(header) and not _says_what(header)
    }
    return named if len(named) > 1 else {}


def _says_what(header: str) -> bool:
    """Whether the words behind "Store" name a kind of things, as in "Store Number" and "State Bottle Cost", and no store."""
    rest = header.split(maxsplit=1)[1] if " " in header else ""
    return bool(_ABOUT.fullmatch(plain(rest))) or role_of(rest) is not None


def moments_across(table: Table, dates: pl.Series, header: str) -> dict[int, pl.Series]:
    """The moment of each row in each column of hours or weekdays; `header` says whether its dates begin or end a week."""
    hours = hours_across(table)
    if hours:
        return {j: dates.dt.offset_by(f"{hour}h") for j, hour in hours.items()}
    first = dates.dt.weekday().cast(pl.Int64) - 1
    found = {}
    for j, day in weekdays_across(table).items():
        days = -((first - day) % 7) if _ENDING.search(header) else (day - first) % 7
        found[j] = dates + (days * _DAY).cast(pl.Duration("us"))
    return found
