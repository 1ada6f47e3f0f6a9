"""Numbers and dates in plain words of the session's language: units, sensible digits, and "—" for what is undefined."""

import math
import re

import pandas as pd

from forecasting.core.frequency import grain
from forecasting.core.number import number as told
from ui.language import t

UNDEFINED = "—"


def number(value: float | None, digits: int = 3) -> str:
    """A number with `digits` significant digits at least, thousands apart.

    >>> number(18.4567), number(1234567.8), number(0.1234), number(None), number(float("nan"))
    ('18.5', '1,234,568', '0.123', '—', '—')
    """
    if value is None or not math.isfinite(value):
        return UNDEFINED
    return told(value, digits)


def units(value: float | None) -> str:
    """Pieces of a product.

    >>> units(1), units(1280.4), units(float("nan"))
    ('1 unit', '1,280 units', '—')
    """
    text = number(value)
    return text if text == UNDEFINED else t(f"{text} {'unit' if text == '1' else 'units'}")


def compact(units: float) -> str:
    """Units short enough for two of them to fit on a card.

    >>> compact(812.4), compact(68_240.0), compact(2_817_673.0), compact(27_628_313_231.0), compact(999_600_000.0)
    ('812', '68.2k', '2.82M', '27.6B', '1B')
    """
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if units >= max(0.9995 * size, 9_999.5):
            return f"{units / size:.3g}{letter}"
    return f"{units:,.0f}"


def on_card(value: float) -> str:
    """A number on a card, which has no room for a billion in full.

    >>> on_card(1335405.0), on_card(8.456), on_card(28_230_426_576.0), on_card(float("nan"))
    ('1,335,405', '8.46', '28.2B', '—')
    """
    return compact(value) if math.isfinite(value) and value >= 1e9 else number(value)


def units_on_card(value: float) -> str:
    """Pieces of a product on a card.

    >>> units_on_card(28_116.7), units_on_card(28_230_426_576.0)
    ('28,117 units', '28.2B units')
    """
    return t(f"{on_card(value)} units") if value >= 1e9 else units(round(value))


def about(seconds: float) -> str:
    """A time that is only estimated, as people say it.

    >>> about(8), about(47), about(100), about(1500)
    ('10 seconds', '50 seconds', '2 minutes', '25 minutes')
    """
    if seconds < 90:
        return f"{max(1, round(seconds / 10)) * 10} seconds"
    return f"{round(seconds / 60)} minutes"


def money(value: float | None) -> str:
    """An amount of money in whatever currency the data has.

    >>> money(2.7574), money(1250.5), money(float("nan"))
    ('2.76', '1,250.50', '—')
    """
    return UNDEFINED if value is None or not math.isfinite(value) else f"{value:,.2f}"


def count(value: int, noun: str) -> str:
    """How many there are of something.

    >>> count(1, "SKU"), count(4722, "SKU"), count(2, "category")
    ('1 SKU', '4,722 SKUs', '2 categories')
    """
    plural = f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:] not in ("ay", "ey", "oy") else f"{noun}s"
    return t(f"{value:,} {noun if value == 1 else plural}")


def percent(fraction: float | None, digits: int = 0) -> str:
    """A share.

    >>> percent(0.0623), percent(0.0623, 1), percent(float("nan"))
    ('6 %', '6.2 %', '—')
    """
    return UNDEFINED if fraction is None or not math.isfinite(fraction) else t(f"{100 * fraction:,.{digits}f} %")


def p_value(value: float) -> str | None:
    """A p value: no probability is ever 0.000.

    >>> p_value(0.0312), p_value(1e-9), p_value(float("nan"))
    ('0.031', '< 0.001', None)
    """
    if not math.isfinite(value):
        return None
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def change(fraction: float | None) -> str:
    """A change against before, with its sign.

    >>> change(0.12), change(-0.4), change(-0.001), change(None)
    ('+12 %', '-40 %', '0 %', '—')
    """
    if fraction is None or not math.isfinite(fraction):
        return UNDEFINED
    sign = "" if abs(fraction) <= 0.005 else "-" if fraction < 0 else "+"
    return f"{sign}{percent(abs(fraction))}"


def bias(fraction: float | None) -> str:
    """The bias of a forecast, where a positive fraction means that more was forecast than sold.

    >>> bias(0.06), bias(-0.123), bias(0.001), bias(None)
    ('6 % too high', '12 % too low', 'on target', '—')
    """
    if fraction is None or not math.isfinite(fraction):
        return UNDEFINED
    if abs(fraction) < 0.005:
        return t("on target")
    return t(f"{percent(abs(fraction))} too {'high' if fraction > 0 else 'low'}")


def day(date: pd.Timestamp | None) -> str:
    """A date as people say it.

    >>> day(pd.Timestamp("2011-12-09")), day(None)
    ('9 Dec 2011', '—')
    """
    return UNDEFINED if date is None or pd.isna(date) else t(f"{date.day} {date:%b %Y}")


def moment(date: pd.Timestamp) -> str:
    """A day and the time of day.

    >>> moment(pd.Timestamp("2026-09-06 14:00"))
    '6 Sep 2026 14:00'
    """
    return f"{day(date)} {date:%H:%M}"


def span(first: pd.Timestamp, last: pd.Timestamp) -> str:
    """From when to when.

    >>> span(pd.Timestamp("2009-12-01"), pd.Timestamp("2011-12-09"))
    '1 Dec 2009 – 9 Dec 2011'
    """
    return f"{day(first)} – {day(last)}"


def sentence(text: str) -> str:
    """A remark as a sentence: it begins with a capital, unless with a file's name, and ends with a full stop.

    >>> sentence("the shop is closed on Saturdays"), sentence("Is it?"), sentence("sales.csv is empty")
    ('The shop is closed on Saturdays.', 'Is it?', 'sales.csv is empty.')
    """
    tidy = text.strip()
    first = tidy[:1] if "." in tidy.split(" ")[0] else tidy[:1].upper()
    return f"{first}{tidy[1:]}{'' if tidy.endswith(('.', '?', '!', '…')) else '.'}"


def period(freq: str) -> str:
    """What one period is called.

    >>> period("D"), period("W-MON"), period("MS")
    ('day', 'week', 'month')
    """
    return grain(freq).noun


def tidy(name: str) -> str:
    """A product's name without the shouting.

    >>> tidy(" RABBIT NIGHT LIGHT "), tidy("iPhone case")
    ('Rabbit night light', 'iPhone case')
    """
    stripped = name.strip()
    return stripped.capitalize() if stripped.isupper() else stripped


def plain(text: str) -> str:
    r"""A text of a user in Markdown, where none of its characters means anything.

    >>> print(plain("sales_*final*.csv $5"))
    sales\_\*final\*.csv \$5
    """
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~$:^-])", r"\\\1", text)


def data(name: str, *, sample: bool) -> str:
    """What the data in use is called: a sample in the language of the session, a file as its owner named it."""
    return t(name) if sample else name


def file_stem(text: str) -> str:
    """A name that every system takes as the name of a file.

    >>> file_stem("Spring / order: 2026"), file_stem("???")
    ('Spring-order-2026', 'shelfcast')
    """
    return re.sub(r"[^\w.]+", "-", text).strip("-.")[:80] or "shelfcast"


def sku(unique_id: str, name: str = "", width: int = 48) -> str:
    """A SKU with its name, short enough for a list.

    >>> sku("85123A", "WHITE HANGING HEART T-LIGHT HOLDER"), sku("A1")
    ('85123A · White hanging heart t-light holder', 'A1')
    """
    text = tidy(name)
    if not text:
        return unique_id
    return f"{unique_id} · {text if len(text) <= width else text[: width - 1].rstrip() + '…'}"
