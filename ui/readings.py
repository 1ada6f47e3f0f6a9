"""What numbers mean, in one sentence each, in the merchandiser's words."""

import pandas as pd

from ui import words

DEMAND = {
    "smooth": "it sells often, in similar amounts",
    "erratic": "it sells often, in amounts that vary a lot",
    "intermittent": "it sells now and then, in similar amounts",
    "lumpy": "it sells now and then, in amounts that vary a lot",
}
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def recent_sales(row: pd.Series, periods: int, noun: str) -> str:
    """How a SKU has sold lately and what kind of demand it has."""
    if pd.isna(row["last_sale"]):
        return "This SKU has never sold in this data."
    now = f"Sold {words.units(row['recent'])} in the last {words.count(periods, noun)}"
    return f"{now}{_against(row)}. Demand is {row['demand']}: {DEMAND[row['demand']]}."


def _against(row: pd.Series) -> str:
    if pd.isna(row["change"]):
        return ", and none in as many before that"
    if abs(row["change"]) < 0.005:
        return ", as many as before"
    return f", {words.percent(abs(row['change']))} {'more' if row['change'] > 0 else 'less'} than before"


def only_price(frame: pd.DataFrame) -> float | None:
    """The price for which one unit has sold in all periods (`price` of `explore.timeline`); None where there were several.

    >>> only_price(pd.DataFrame({"price": [2.5, None, 2.5]})), only_price(pd.DataFrame({"price": [2.5, 3.0]}))
    (2.5, None)
    """
    prices = frame["price"].dropna()
    return float(prices.iloc[0]) if len(prices) and prices.max() - prices.min() < 0.005 else None


def season(grid: pd.DataFrame) -> str:
    """Which weekday sells best and which least, from the weekday-by-week grid (`explore.rhythm`)."""
    mean = grid.mean(axis=1).set_axis(_DAYS)
    closed, mean = list(mean.index[mean.isna()]), mean[mean.notna()]
    if len(mean) < 2 or mean.max() <= 0:
        return "There is not enough history to compare weekdays."
    best, least = mean.idxmax(), mean.idxmin()
    ratio = mean.max() / mean.mean()
    rest = f" No sales are recorded on {closed[0]}." if len(closed) == 1 else ""
    return f"{best} sells best, {words.percent(ratio - 1)} above an average day; {least} sells least.{rest}"
