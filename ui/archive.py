"""The Forecast page's part for published forecasts: keep one as it stands, and see how earlier ones did."""

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from forecasting.core.frequency import grain
from forecasting.core.panel import Panel
from forecasting.publishing import Review, publish, review
from forecasting.workflow import Outlook
from ui import cached, models, parts, tables, words
from ui.language import t
from ui.workspace import current


def publish_button(outlook: Outlook, panel: Panel) -> None:
    """Keep the forecast on the screen, with its changes, so that it can be judged when sales come in."""
    if st.button(
        t("Publish"), key="publish", icon=":material/archive:",
        help=t("Keeps this forecast as it stands. When you bring in later sales, you see how it did."),
    ):  # fmt: skip
        workspace = current()
        now = f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
        kept = publish(outlook.forecasts[0], outlook.baseline, panel, workspace.overrides, now)
        workspace.archive = (*workspace.archive, kept)
        st.toast(t("Published. Bring in later sales on the Data page to see how it did."), icon=":material/archive:")


def section(panel: Panel) -> None:
    """How the published forecasts did on the sales that have come in since."""
    archive = current().archive
    if not archive:
        return
    with st.container(border=True):
        parts.section("How published forecasts did")
        found = review(archive, panel)
        if not found.known:
            ends = max(one.dates[-1] for one in archive)
            parts.reading(
                f"{words.count(len(archive), 'forecast')} published, reaching to {words.day(ends)}; no sales of that time are "
                "known yet. Bring in later sales on the Data page."
            )
            return
        parts.reading(_sentence(found))
        _tables(found, panel)


def _sentence(found: Review) -> str:
    last = found.by_forecast.iloc[-1]
    better = last["wape_baseline"] - last["wape"]
    against = f"{words.percent(abs(better))} of sales {'closer than' if better >= 0 else 'further off than'} the seasonal naive"
    said = f"The last one was off by {words.percent(last['wape'])} of sales, {words.bias(last['bias'])}, {against}."
    gain = last["wape"] - last["wape_final"]
    if abs(gain) < 0.0005:
        return said
    return (
        f"{said} Changes by hand brought it {words.percent(abs(gain), 1)} of sales {'nearer' if gain > 0 else 'further off'}."
    )


def _tables(found: Review, panel: Panel) -> None:
    each, lag, skus, reasons = st.tabs([t("Each forecast"), t("By distance"), t("By SKU"), t("Changes by hand")])
    share: dict[str, Any] = {name: st.column_config.NumberColumn(label, format="%.1f %%") for name, label in _SHARES.items()}
    with each:
        shown = found.by_forecast.drop(columns="cells")
        shown = _rounded(shown.assign(model=shown["model"].map(models.title)))
        tables.show(shown, hide_index=True, column_config=share | _NAMES, key="archive-each")
    with lag:
        noun = grain(panel.freq).noun
        tables.show(
            _rounded(found.by_lag),
            hide_index=True,
            key="archive-lag",
            column_config=share | {"lag": f"{noun.capitalize()}s ahead"},
        )
    with skus:
        shown = found.by_sku.assign(unique_id=found.by_sku["unique_id"].map(cached.sku_labels(panel)))
        tables.show(_rounded(shown), hide_index=True, key="archive-sku", column_config=share | _NAMES)
    with reasons:
        if found.by_reason.empty:
            st.caption(t("None of the changes has been overtaken by sales yet."))
        else:
            tables.show(_rounded(found.by_reason), hide_index=True, key="archive-reason", column_config=share | _NAMES)


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Whole units, and shares in percent."""
    units = {name: table[name].round() for name in ("units", "units_lost") if name in table}
    return table.assign(**units | {name: (100 * table[name]).round(1) + 0.0 for name in _SHARES if name in table})


_SHARES = {
    "wape": "Off by", "bias": "Bias", "wape_final": "Off by, with changes", "bias_final": "Bias, with changes",
    "wape_baseline": "Off by, seasonal naive", "coverage_80": "In 80 % range", "added": "Nearer by",
}  # fmt: skip
_NAMES: dict[str, Any] = {
    "published": "Published", "model": "Model", "unique_id": "SKU", "units": "Units sold", "units_lost": "Units missed",
    "reason": "Reason", "overrides": "Changes", "cells": "Cells",
    "cutoff": st.column_config.DateColumn("Cut-off", format="YYYY-MM-DD"),
}  # fmt: skip
