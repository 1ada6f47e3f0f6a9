"""The rolling-origin backtest: every model is judged on the same cutoffs, and never sees what came after them."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from forecasting.core.errors import HistoryTooShort, SpecInvalid
from forecasting.core.frequency import grain
from forecasting.core.panel import Panel
from forecasting.features.plan import fill_plan


@dataclass(frozen=True)
class Window:
    """One cutoff: what was known (`train`), what was planned (`future`), and what happened (`actual`: `unique_id, ds, y`).

    `future` and `actual` have one row for each SKU of `train` and each period of the horizon, in that order.
    """

    train: Panel
    future: pd.DataFrame
    actual: pd.DataFrame

    @property
    def cutoff(self) -> pd.Timestamp:
        """The last period of the training data."""
        return self.train.last


@dataclass(frozen=True)
class Backtest:
    """`windows` cutoffs, `step` periods apart (the horizon when not given), the last one `horizon` before the end.

    Models learn from all periods up to the cutoff (an expanding window), or from the last `memory` of them (a sliding one).

    Where the history is short there are fewer windows, so that at least two seasons or the horizon (whichever is shorter)
    are left to learn from. Tashman (2000), Out-of-sample tests of forecasting accuracy.
    """

    horizon: int
    windows: int = 4
    step: int | None = None
    memory: int | None = None

    def __post_init__(self) -> None:
        asked = {"horizon": self.horizon, "number of windows": self.windows, "step": self.step, "memory": self.memory}
        for what, value in asked.items():
            if value is not None and value < 1:
                raise SpecInvalid(f"The {what} of the backtest is {value}; it must be 1 or more.")

    def cutoffs(self, panel: Panel) -> tuple[pd.Timestamp, ...]:
        """The cutoffs, oldest first. Raises HistoryTooShort when not even one fits.

        >>> sales = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=30), "y": 1.0})
        >>> [f"{cutoff:%d %b}" for cutoff in Backtest(horizon=7, windows=2).cutoffs(Panel.build(sales))]
        ['16 Jan', '23 Jan']
        """
        calendar = panel.calendar
        least = max(2, min(2 * panel.season_length, self.horizon))
        ends = [len(calendar) - self.horizon - k * (self.step or self.horizon) for k in range(self.windows)]
        kept = [end for end in ends if end >= least]
        if not kept:
            raise HistoryTooShort(
                f"The data has {len(calendar)} {grain(panel.freq).noun}s; a backtest {self.horizon} ahead needs at least "
                f"{self.horizon + least}. Choose a shorter horizon or add history."
            )
        return tuple(calendar[end - 1] for end in reversed(kept))

    def split(self, panel: Panel) -> Iterator[Window]:
        """The windows, oldest first. The regressors that are planned ahead reach `future`; the others are not seen."""
        for cutoff in self.cutoffs(panel):
            train = panel.until(cutoff)
            if self.memory is not None:
                train = train.recent(self.memory)
            ahead = panel.after(cutoff, self.horizon)
            plan = ahead[["unique_id", "ds", *panel.known]]
            yield Window(train, fill_plan(train, plan), ahead[["unique_id", "ds", "y"]])
