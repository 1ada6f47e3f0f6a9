"""Terms: what a regression may explain sales with, as a frozen spec; None means "as fits the calendar of the data"."""

from dataclasses import dataclass, replace

from forecasting.calendar.events import Event
from forecasting.calendar.holidays import COUNTRIES
from forecasting.core.knob import among, between, check_knobs, knob

SHAPES = ("none", "dummies", "waves")
TRENDS = ("none", "linear", "damped", "piecewise")
_YEAR = {"h": 8766.0, "D": 365.25, "B": 261.0, "W": 52.18, "MS": 12.0, "QS": 4.0, "YS": 1.0}


@dataclass(frozen=True)
class Fourier:
    """Sine and cosine pairs of `order` harmonics of a cycle of `period` periods (Hyndman and Athanasopoulos, FPP3, 7.4)."""

    period: float
    order: int = 1


@dataclass(frozen=True)
class Terms:
    """What the history design and the future design are made of.

    >>> terms = Terms(weekday="dummies").for_freq("D")
    >>> terms.trend, terms.weekday, terms.month
    ('damped', 'dummies', 'none')
    """

    trend: str | None = knob(
        None,
        "Trend",
        "A straight line; 'damped' lets it level off ahead, 'piecewise' lets it bend in the past.",
        choices=TRENDS,
        search=among(*TRENDS),
    )
    knots: int = knob(3, "Bends", "How many times a piecewise trend may bend.", low=1, high=20, advanced=True)
    damping: float = knob(
        0.9, "Damping", "How much of a damped trend is left after each further period.", low=0.0, high=1.0, advanced=True
    )
    hour: str | None = knob(
        None, "Hour of the day", "A level for each hour, or one smooth wave over the day.", choices=SHAPES, advanced=True
    )
    weekday: str | None = knob(None, "Weekday", "A level for each weekday, or one smooth wave over the week.", choices=SHAPES)
    month: str | None = knob(None, "Month", "A level for each month, or one smooth wave over the year.", choices=SHAPES)
    year_waves: int | None = knob(
        None, "Yearly waves", "Smooth yearly pattern: how many sine and cosine pairs; 0 for none.", low=0, high=12,
        search=between(0, 6),
    )  # fmt: skip
    country: str = knob(
        "none",
        "Holidays of",
        "Public holidays, make-up workdays and shopping festivals of a country.",
        choices=("none", *COUNTRIES),
    )
    regressors: bool = knob(True, "Price and promotions", "Use the regressors that are planned ahead.")
    stock: bool = knob(True, "Stock-outs", "Where a stock column says that nothing was left, do not take that for low demand.")
    without: tuple[str, ...] = knob(
        (),
        "Left out",
        "Terms to leave out, by name with commas, such as year, price. Empty: none.",
        advanced=True,
    )
    fourier: tuple[Fourier, ...] = ()
    events: tuple[Event, ...] = ()

    def __post_init__(self) -> None:
        check_knobs(self)

    def beside(self, events: tuple[Event, ...]) -> "Terms":
        """The same terms with the events of a panel beside their own."""
        return replace(self, events=(*self.events, *events)) if events else self

    def for_freq(self, freq: str) -> "Terms":
        """The same terms with every None replaced by what fits a frequency."""
        head = freq.split("-")[0]
        daily, hourly, weekly = head in ("D", "B"), _is_hourly(head), head == "W"
        return replace(
            self,
            trend=self.trend or "damped",
            hour=self.hour or ("dummies" if hourly else "none"),
            weekday=self.weekday or ("dummies" if daily or hourly else "none"),
            month=self.month or ("dummies" if head in ("MS", "QS") else "none"),
            year_waves=self.year_waves if self.year_waves is not None else (2 if daily or weekly else 0),
        )


def periods_per_year(freq: str) -> float:
    """How many periods of a frequency a year has.

    >>> periods_per_year("W-SUN"), periods_per_year("MS")
    (52.18, 12.0)
    """
    return _YEAR.get(freq.split("-")[0], _YEAR["h"])


def _is_hourly(head: str) -> bool:
    return head not in _YEAR or head == "h"
