"""The Data page's cleaning: rules that are switched in a form, what they did, before and after, and the way back."""

import pandas as pd
import streamlit as st

from forecasting.core.frequency import grain
from forecasting.core.panel import Panel
from forecasting.plots import cleaning as plots
from forecasting.workflow import Clean, Cleaned, Cleaning, beside
from ui import cached, parts, running, words
from ui.theme import palette
from ui.workspace import current

JOB = "cleaning"
_FILLS = {
    "weekday_mean": "Mean of the same weekday, over the last 8 weeks",
    "linear": "Straight line between the neighbours",
    "seasonal": "Level around the gap and its place in the season",
    "zero": "Nothing was sold: 0",
    "none": "Leave them missing",
}
_ACTIONS = {
    "none": "Leave them alone",
    "flag": "Only mark them",
    "cap": "Pull them to the edge of the usual",
    "fill": "Replace them as if they were missing",
}
_TESTS = {
    "robust_z": "Robust z: far from the median (the safest)",
    "box": "Box plot: 1.5 times the middle half away from it",
    "z": "z: 3 standard deviations from the mean",
}
_STOCKOUTS = {
    "mask": "Treat days without stock as unknown, not as 0",
    "suggest": "Only mark them",
    "none": "Leave them alone",
}
_NO_STOCK = "Mark what looks like it (there is no stock column)"
_NAMES = {"weekday_mean": "mean of the same weekday", "robust_z": "robust z", "box": "box plot"}


def section(raw: Panel) -> None:
    """Everything about cleaning, behind one click; closed until something was asked for."""
    here = running.slot(JOB)
    busy = here.job is not None or here.result is not None or bool(here.error)
    with st.expander("Clean the data", icon=":material/cleaning_services:", expanded=busy):
        parts.reading("Switch the rules on or off. The raw sales are kept: nothing changes until you use the cleaned ones.")
        _form(raw)
        here = running.follow(JOB)
        if isinstance(here.result, Cleaned) and isinstance(here.settings, Clean):
            _result(here.result, here.settings)


def _form(raw: Panel) -> None:
    with st.form("clean", border=False):
        rules = _rules(raw)
        if st.form_submit_button("Show what would change", type="primary", icon=":material/play_arrow:"):
            asked = Clean(raw, rules, current().country)
            running.start(JOB, asked, "Cleaning the sales", asked)
            st.rerun()


def _rules(raw: Panel) -> Cleaning:
    """The inputs of the form, as the rules that they say."""
    left, right = st.columns(2)
    with left:
        fill = _choice("Missing periods", "fill", _fills(raw), "A period without any figure, such as a gap in the file.")
        stock = _choice("Out of stock", "stockouts", _stockouts(raw), _about_stock(raw))
    with right:
        action = _choice("Unusual sales", "action", _ACTIONS, "Promotions and the holidays of your country are never capped.")
        test = _choice("How that is judged", "test", _TESTS, "Judged after level and season are taken away, for each SKU.")
    with st.container(horizontal=True, gap="medium"):
        before = _switch("Not listed before the first sale", "before", "Zeros before a SKU's first sale become unknown.")
        after = _switch("Not listed after the last sale", "after", "Zeros after a SKU's last sale become unknown.")
        past = _switch("Fill from the past only", "past", "What a fair test of a model needs: no later period is looked at.")
    off = action == "none"
    return Cleaning(fill, "none" if off else test, "flag" if off else action, stock, before, after, past)


def _fills(raw: Panel) -> dict[str, str]:
    """Where a season is no week, the same weekday is the same place in the season."""
    weekly = grain(raw.freq).noun == "day" and raw.season_length == 7
    return _FILLS if weekly else _FILLS | {"weekday_mean": "Mean of the same place in the last 8 seasons"}


def _stockouts(raw: Panel) -> dict[str, str]:
    return _STOCKOUTS if "stock" in raw.regressors else {"mask": _NO_STOCK, "none": _STOCKOUTS["none"]}


def _about_stock(raw: Panel) -> str:
    if "stock" in raw.regressors:
        return "A period that ends with no stock and sold nothing. The day on which the last piece was sold is marked."
    return "There is no stock column, so zeros for an improbably long time are only marked."


def _choice(label: str, name: str, options: dict[str, str], about: str) -> str:
    default = getattr(Cleaning(), {"action": "outlier_action", "test": "outliers"}.get(name, name))
    return str(
        st.selectbox(
            label, list(options), list(options).index(default), format_func=options.__getitem__, help=about,
            key=f"clean-{name}", persist_state="session",
        )
    )  # fmt: skip


def _switch(label: str, name: str, about: str) -> bool:
    return st.toggle(label, help=about, key=f"clean-{name}", persist_state="session")


def _result(done: Cleaned, asked: Clean) -> None:
    if done.skus.empty:
        st.success("Nothing to clean: no rule found a cell to change or to mark.", icon=":material/check:")
        return
    used = _in_use(done)
    parts.section(_heading(done, used))
    _use_or_undo(done, asked, used)
    _table_of_rules(done.rules)
    _before_after(done, asked)
    _table_of_cells(done)


def _in_use(done: Cleaned) -> bool:
    panel = current().panel
    return bool(done.changed) and panel is not None and panel.digest == done.panel.digest


def _heading(done: Cleaned, used: bool) -> str:
    skus = int((done.skus["changed"] > 0).sum())
    if not done.changed:
        return "Nothing would change; what stands out is marked"
    return f"{words.count(done.changed, 'cell')} of {words.count(skus, 'SKU')} {'changed' if used else 'would change'}"


def _use_or_undo(done: Cleaned, asked: Clean, used: bool) -> None:
    workspace = current()
    with st.container(horizontal=True, vertical_alignment="center"):
        if done.changed and not used:
            st.button("Use the cleaned sales", type="primary", icon=":material/check:", on_click=workspace.use,
                      args=(done.panel, asked), kwargs={"keep": JOB})  # fmt: skip
        if workspace.cleaned:
            st.button("Back to the raw sales", icon=":material/undo:", on_click=workspace.use,
                      args=(workspace.raw, None), kwargs={"keep": JOB})  # fmt: skip
        st.download_button(
            "Account of every cell", done.csv, "cleaned-cells.csv", "text/csv", icon=":material/download:", on_click="ignore"
        )
        if used:
            st.badge("In use on all pages", icon=":material/check:", color="green")


def _table_of_rules(rules: pd.DataFrame) -> None:
    shown = pd.DataFrame(
        {
            "Rule": [_plain(rule) for rule in rules["rule"]],
            "What it did": ["changed" if changed else "only marked" for changed in rules["changed"]],
            "Cells": rules["cells"],
            "SKUs": rules["skus"],
        }
    )
    numbers = {name: st.column_config.NumberColumn(format="localized") for name in ("Cells", "SKUs")}
    st.dataframe(shown, hide_index=True, key="cleaned-rules", column_config=numbers)


def _before_after(done: Cleaned, asked: Clean) -> None:
    """One SKU before and after, the most changed at first."""
    labels = cached.sku_labels(asked.panel)
    sku = str(st.selectbox("Before and after", list(done.skus["unique_id"]), format_func=labels.__getitem__, key="cleaned-sku"))
    frame = beside(asked.panel, done.panel, sku)
    frame["marked"] = frame["ds"].isin(done.marked.loc[done.marked["unique_id"] == sku, "ds"])
    parts.chart(plots.before_after(frame, palette()), "cleaned", f"Units of {sku} before and after cleaning")


def _table_of_cells(done: Cleaned) -> None:
    every = int(done.skus["changed"].sum()) + len(done.marked)
    st.caption(f"The {len(done.cells):,} largest changes of {words.count(every, 'cell')} changed or marked")
    shown = done.cells.assign(flags=done.cells["flags"].map(_plain), rule=done.cells["rule"].map(_plain))
    column = st.column_config
    st.dataframe(
        shown, hide_index=True, height=280, key="cleaned-cells", placeholder=words.UNDEFINED,
        column_config={
            "unique_id": "SKU", "ds": column.DateColumn("Date"), "y_raw": column.NumberColumn("Raw", format="localized"),
            "y_clean": column.NumberColumn("Clean", format="localized"), "flags": "What was seen", "rule": "Rule",
        },
    )  # fmt: skip


def _plain(rule: str) -> str:
    """A rule in words.

    >>> _plain("stock-out: masked, then fill: weekday_mean")
    'Stock-out: masked, then fill: mean of the same weekday'
    """
    for name, plain in _NAMES.items():
        rule = rule.replace(name, plain)
    return rule[:1].upper() + rule[1:]
