"""What the forecasts of SKUs add up to: how sums are made to agree, the categories, and what a plan brings."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from forecasting.core.panel import Panel
from forecasting.evaluation.hierarchy import Hierarchy, whole_units
from forecasting.workflow import Outlook, Reconciliation
from forecasting.workflow.outlooks import by_group, plan_effect
from ui import parts, tables, words
from ui.language import t, told_from

_WAYS: dict[Reconciliation, str] = {"bottom-up": "SKUs added up", "mint": "Sums forecast too"}
_WHOLE = "whole-units"


def control() -> Reconciliation:
    """Whether categories and the total are forecast on their own too."""
    way: Reconciliation = st.segmented_control(
        t("Totals"), list(_WAYS), format_func=told_from(dict(_WAYS)), default="bottom-up", required=True, key="outlook-sums",
        persist_state="session", wrap=True,
        help=t("Added up is the usual for buying. Or categories and the total get a forecast of their own, and every SKU is "
        "moved to what fits all of them best (MinT, never below zero). Either way the sums agree."),
    )  # fmt: skip
    return way


def whole_control() -> bool:
    """Whether the files hold whole units."""
    return st.toggle(
        t("Whole units"), key=_WHOLE, persist_state="session",
        help=t("Rounds the column 'final' so that all SKUs together still add up to the total of every period."),
    )  # fmt: skip


def rounded(outlook: Outlook, panel: Panel, final: np.ndarray, *, whole: bool) -> np.ndarray:
    """The units to plan with, in whole units that add up where that is asked for."""
    return whole_units(Hierarchy.of(panel, outlook.grouped_by), final) if whole else final


def groups(outlook: Outlook, panel: Panel) -> None:
    """Every category with its sum over the horizon; the sums add up to the total."""
    rows = by_group(outlook, panel)
    if rows.empty:
        return
    with st.container(border=True):
        parts.section("By category")
        shown = tables.whole_where_many(rows, ("units", "low", "high", "before"))
        shown = shown.assign(change=(100 * rows["change"]).round() + 0.0, group=[words.tidy(name) for name in rows["group"]])
        tables.show(shown, key="outlook-groups", hide_index=True, column_config=_columns(), placeholder=words.UNDEFINED)
        count = words.count(len(rows), "category")
        st.caption(t(f"{count}, together {words.units(round(rows['units'].sum()))}: the same as all SKUs."))


def _columns() -> dict[str, Any]:
    number = st.column_config.NumberColumn
    return {
        "group": st.column_config.TextColumn("Category", width="medium"),
        "skus": number("SKUs", format="localized"),
        "units": number("Expected units", format="localized"),
        "low": number("Low", format="localized", help="In one of ten cases it will be less."),
        "high": number("High", format="localized", help="In one of ten cases it will be more."),
        "before": number("Before", format="localized", help="Units of as many periods before the cut-off."),
        "change": number("Change", format="%+.0f %%"),
    }


def what_if(outlook: Outlook, panel: Panel) -> None:
    """What the plan brings against prices as they are and no promotion."""
    if outlook.usual is None:
        return
    rows = plan_effect(outlook, panel)
    usual, planned = float(outlook.usual.sum()), float(outlook.forecasts[0].mean.sum())
    with st.container(border=True):
        parts.section("What the plan brings")
        parts.reading(_in_words(usual, planned, len(rows)))
        if len(rows):
            _table(rows)


def _in_words(usual: float, planned: float, moved: int) -> str:
    if not moved:
        return "The plan changes nothing: this model expects the same as with prices as now and no promotion."
    share = f" ({words.percent(abs(planned / usual - 1), 1)})" if usual > 0 else ""
    return (
        f"{words.units(round(abs(planned - usual)))} {'more' if planned >= usual else 'fewer'}{share} "
        "than with prices as now and no promotion, "
        f"from {words.count(moved, 'SKU')}."
    )


def _table(rows: pd.DataFrame) -> None:
    number = st.column_config.NumberColumn
    shown = tables.whole_where_many(rows, ("usual", "planned", "difference"))
    tables.show(
        shown.assign(name=[words.tidy(name) for name in rows["name"]]),
        key="outlook-what-if",
        hide_index=True,
        column_config={
            "sku": st.column_config.TextColumn("SKU"),
            "name": st.column_config.TextColumn("Name", width="medium") if rows["name"].ne("").any() else None,
            "usual": number("As now", format="localized", help="Units with prices as they are and no promotion."),
            "planned": number("With the plan", format="localized"),
            "difference": number("Difference", format="%+g"),
        },
    )
