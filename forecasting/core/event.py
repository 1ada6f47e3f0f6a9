"""Events: stretches of days with a name, known ahead, on which sales may be other than usual."""

from dataclasses import dataclass

import pandas as pd

from forecasting.core.errors import InputError

OWN, HOLIDAY, WORKDAY, FESTIVAL = "event", "holiday", "make-up workday", "festival"


@dataclass(frozen=True)
class Event:
    """A name and the days from `start` to `end`, both included. Raises InputError when it ends before it starts.

    `kind` says what it is: the merchant's own, a public holiday, a weekend day on which people work, or a shopping festival.

    >>> Event("Open house", pd.Timestamp("2024-05-04"), pd.Timestamp("2024-05-05")).days
    2
    """

    name: str
    start: pd.Timestamp
    end: pd.Timestamp
    kind: str = OWN

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise InputError(
                f"The event '{self.name}' ends on {self.end:%Y-%m-%d}, before its start, {self.start:%Y-%m-%d}; swap the dates."
            )

    @property
    def days(self) -> int:
        """How many days it lasts."""
        return (self.end - self.start).days + 1
