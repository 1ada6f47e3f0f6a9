"""Scores as tables and sentences: plain words first, undefined as a dash."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from forecasting.workflow import BASELINE
from ui import tables, words
from ui.models import title

_PERCENT = "%.0f %%"
_SAME = 0.005  # errors less apart than this show the same percentage
AS_LARGE = "as large"
_OPTIONAL = ("wape_money",)  # left out where the data has no prices
COLUMNS: dict[str, tuple[str, str, str]] = {
    "wape": ("WAPE", "percent", "Sum of absolute errors over sum of sales: the share of sales by which it was off."),
    "wape_total": ("On totals", "percent", "The same for the sum of each SKU over the whole horizon: what a buyer orders for."),
    "wape_money": ("By money", "percent", "WAPE with each unit weighed by its SKU's mean price: dear products count more."),
    "bias": ("Bias", "percent", "Forecast minus sales over sales: above zero is too high."),
    "mae": ("MAE", "%.2f", "Mean absolute error, units for each SKU and period."),
    "rmse": ("RMSE", "%.2f", "Root of the mean squared error: large misses weigh more."),
    "mase": ("MASE", "%.2f", "Mean absolute error over that of a seasonal naive in the training data; below 1 is better."),
    "coverage_80": ("In 80 % range", "percent", "How often sales lay inside of the 80 % interval; 80 % is right."),
    "fva": ("Value added", "percent", "WAPE of the seasonal naive minus its own: what the model adds."),
    "seconds": ("Seconds", "%.1f", "Time of all its fits and forecasts."),
}


def off_by(error: float, noun: str, bias: float, *, each: bool) -> str:
    """How far off a model usually is, in one sentence.

    >>> off_by(18.2, "week", 0.06, each=False), off_by(2.345, "week", float("nan"), each=True)
    ('Usually off by 18 units a week, 6 % too high.', 'Usually off by 2.3 units a week for each SKU.')
    """
    if not np.isfinite(error):
        return "Nothing was sold in the held-out block, so nobody can say how far off it is."
    if error == 0:
        return "Exactly right on the held-out block."
    amount = f"{error:,.0f}" if error >= 10 else f"{error:,.1f}"
    direction = f", {words.bias(bias)}" if np.isfinite(bias) else ""
    return (
        f"Usually off by {amount} units {'an' if noun == 'hour' else 'a'} {noun}{' for each SKU' if each else ''}{direction}."
    )


def of_model(table: pd.DataFrame, model: str) -> dict[str, float]:
    """The metrics of one model of a table of scores."""
    row = table[table["model"] == model].iloc[0]
    return {name: float(row[name]) for name in COLUMNS if name in table}


def against_baseline(table: pd.DataFrame, model: str) -> str:
    """How much smaller or larger the error is than the seasonal naive's, for a card.

    >>> table = pd.DataFrame({"model": [BASELINE, "ets", "linear"], "wape": [0.5, 0.4, 0.501]})
    >>> against_baseline(table, "ets"), against_baseline(table, "linear")
    ('20 % smaller', 'as large')
    """
    errors = table.set_index("model")["wape"]
    if model == BASELINE or BASELINE not in errors or not errors[BASELINE] > 0 or not np.isfinite(errors[model]):
        return words.UNDEFINED
    change = errors[model] / errors[BASELINE] - 1
    if abs(change) < _SAME:
        return AS_LARGE
    return f"{words.percent(abs(change))} {'smaller' if change < 0 else 'larger'}"


def beats(frame: pd.DataFrame, model: str) -> str:
    """Whether a model beats the seasonal naive, in one sentence; the bias is said elsewhere."""
    against = against_baseline(frame, model)
    if against == words.UNDEFINED:
        return ""
    if against.endswith("smaller"):
        return f"It beats the seasonal naive: its error is {against}."
    if against == AS_LARGE:
        return "It does not beat the seasonal naive: its error is as large. Try another method, or use the baseline."
    return f"It does not beat the seasonal naive: its error is {against}. Try another method, or use the baseline."


def differences(frame: pd.DataFrame, key: str) -> None:
    """The best model against each other one (`Standings.differences`) as a table."""
    percents = ["difference", "lower", "upper", "p_series", "p_time"]
    shown = frame.assign(**{name: 100 * frame[name] for name in percents}, model=frame["model"].map(title))
    shown["chance"] = np.where(shown["chance"], "may be", "hardly")
    number = st.column_config.NumberColumn
    config = {
        "model": st.column_config.TextColumn("Model"),
        "difference": number("Difference", format="%.1f %%", help="WAPE of the best minus WAPE of this model."),
        "lower": number("Low", format="%.1f %%"),
        "upper": number("High", format="%.1f %%"),
        "p_series": number("By luck, other SKUs", format="%.1f %%", help="p-value of the paired bootstrap over SKUs."),
        "dm": number("Diebold-Mariano", format="%.2f", help="Statistic of equal accuracy; below zero the best is better."),
        "p_time": number("By luck, other weeks", format="%.1f %%", help="p-value of the Diebold-Mariano test."),
        "chance": st.column_config.TextColumn("Chance"),
    }
    tables.show(shown, key=key, hide_index=True, column_config=config, placeholder=words.UNDEFINED)


def table(frame: pd.DataFrame, key: str, *, first: Mapping[str, str], metrics: Sequence[str] = tuple(COLUMNS)) -> None:
    """Scores as a table: the columns of `first` under their labels, then the metrics; undefined as a dash."""
    present = [name for name in metrics if name in frame and not (name in _OPTIONAL and frame[name].isna().all())]
    shown = frame[[*first, *present]].copy()
    if "model" in shown:
        shown["model"] = shown["model"].map(title)
    percents = [name for name in present if COLUMNS[name][1] == "percent"]
    shown[percents] = (100 * shown[percents]).round() + 0.0  # no minus before a nought
    shown, forms = tables.apart(shown, {name: COLUMNS[name][1] for name in present})
    config: dict[str, Any] = {name: st.column_config.Column(label) for name, label in first.items()}
    config |= {name: _number(COLUMNS[name][0], forms[name], COLUMNS[name][2]) for name in present}
    tables.show(shown, key=key, hide_index=True, column_config=config, placeholder=words.UNDEFINED)


def _number(label: str, form: str, help_text: str) -> Any:
    return st.column_config.NumberColumn(label, format=_PERCENT if form == "percent" else form, help=help_text)


def losses(frame: pd.DataFrame, key: str) -> None:
    """The SKUs on which a model loses most (`Evaluation.worst`) as a table."""
    rounded = {name: (100 * frame[name]).round() + 0.0 for name in ("wape", "bias")}
    shown = frame.assign(**rounded, units_lost=frame["units_lost"].round())
    if "money_lost" in shown:
        shown["money_lost"] = shown["money_lost"].round()
    config = {
        "unique_id": st.column_config.TextColumn("SKU", width="medium"),
        "demand_class": st.column_config.TextColumn("Demand"),
        "units_lost": st.column_config.ProgressColumn(
            "Units missed", format="localized", min_value=0, max_value=float(shown["units_lost"].max() or 1),
            help="Sum of absolute errors over all cut-offs.",
        ),
        "money_lost": st.column_config.NumberColumn("Worth", format="localized", help="Units missed at the SKU's mean price."),
        "wape": _number(*COLUMNS["wape"]),
        "bias": _number(*COLUMNS["bias"]),
    }  # fmt: skip
    tables.show(shown, key=key, hide_index=True, column_config=config, placeholder=words.UNDEFINED)
