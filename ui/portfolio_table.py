"""The table of the Portfolio page: search, filters, order, and every SKU that is left, page by page; a click opens the SKU."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from forecasting.core.forecast import Forecast
from forecasting.core.frequency import grain
from forecasting.core.panel import Panel
from forecasting.workflow import Outlook, exploring
from ui import models, outlooks, parts, portfolio, portfolio_inbox, running, tables, words
from ui.language import t, teller, told_from

_PAGE = 500
_HEIGHT = 560
_KEY, _PRESSED = "portfolio-table", "portfolio-pressed"
_ORDERS = {
    "worth": "most money",
    "units": "most units",
    "flags": "most alerts",
    "rising": "largest rise",
    "falling": "largest fall",
    "forecast": "largest forecast",
    "off": "largest error",
}
_OPTIONS = {
    "ABC": ("A", "B", "C"),
    "XYZ": ("X", "Y", "Z"),
    "Demand": ("smooth", "erratic", "intermittent", "lumpy"),
    "Trend": tuple(portfolio.TRENDS.values()),
}


@dataclass(frozen=True, eq=False)
class Expected:
    """What is expected of every SKU: `units` (SKUs,), NaN where a run left it out, by its `forecast` or by the baseline."""

    title: str
    source: str
    units: np.ndarray
    forecast: Forecast | None

    def range_of(self, found: exploring.Portfolio, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The 80 % range of some SKUs."""
        if self.forecast is None:
            return found.table["low"].to_numpy()[rows], found.table["high"].to_numpy()[rows]
        known = ~np.isnan(self.units[rows])
        low, high = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
        if known.any():
            own = self.forecast.select([str(unique_id) for unique_id in found.table.index[rows[known]]])
            low[known], high[known] = own.total(q=0.1), own.total(q=0.9)
        return low, high


def expected(found: exploring.Portfolio, panel: Panel) -> Expected:
    """The forecast of the last run on the Forecast page, or the baseline that costs nothing."""
    outlook = running.slot(outlooks.JOB).result
    if not isinstance(outlook, Outlook):
        periods = words.count(found.scale.horizon, found.scale.noun)
        source = (
            f"The forecast of the next {periods} is a plain baseline: the mean of the last "
            f"{words.count(found.scale.level, found.scale.noun)}{_moved(found)}. Run the Forecast page for a better one."
        )
        return Expected(f"Next {periods}", source, found.table["forecast"].to_numpy(), None)
    forecast = outlook.forecasts[0]
    units = pd.Series(forecast.total(), index=list(forecast.ids)).reindex(found.table.index).to_numpy()
    periods = words.count(forecast.horizon, grain(panel.freq).noun)
    source = f"The forecast of the next {periods} is that of your last run with {models.title(forecast.model)}."
    return Expected(f"Next {periods}", source, units, forecast)


def _moved(found: exploring.Portfolio) -> str:
    if not found.seasonal:
        return ""
    return f", moved half as much as the whole shop moved a {'year' if found.scale.year else 'week'} ago"


def table(found: exploring.Portfolio, panel: Panel) -> None:
    """Every SKU that search and filters leave; the choice of a row opens its page."""
    st.fragment(_table)(found, panel)


def _table(found: exploring.Portfolio, panel: Panel) -> None:
    portfolio_inbox.go_to_opened()
    with st.container(border=True, key="portfolio-table-box"):
        ahead = expected(found, panel)
        kind, count = portfolio_inbox.flags(found)
        parts.section("All SKUs")
        with st.container(horizontal=True, vertical_alignment="bottom", key="portfolio-controls"):
            text = st.text_input(t("Search"), key="portfolio-search", placeholder=t("Code or name"), icon=":material/search:",
                                 persist_state="session", width=260)  # fmt: skip
            orders = {key: label for key, label in _ORDERS.items() if found.money or key != "worth"}
            if st.session_state.get("portfolio-order") not in orders:
                st.session_state.pop("portfolio-order", None)  # chosen for other sales, which had prices
            order = st.selectbox(t("Order"), list(orders), format_func=told_from(orders), key="portfolio-order",
                                 persist_state="session", width=170)  # fmt: skip
            here = portfolio.matching(found, text or "") & _filters(found, count)
        rows = np.flatnonzero(here)
        rows = rows[_ranked(found, rows, order, ahead, count)]
        if not len(rows):
            st.info(t("No SKU fits. Change the search or the filters."))
            return
        page = _pager(rows)
        _draw(found, page, ahead, kind, count)
        _foot(found, rows, ahead)


def _filters(found: exploring.Portfolio, flags: np.ndarray) -> np.ndarray:
    """Which SKUs the chosen filters leave; they stand in a box of their own, which is drawn when it is opened."""
    attributes = [by for by in portfolio.groupings(found) if by not in _OPTIONS]
    box = st.popover(t("Filters"), icon=":material/filter_list:", width=150, key="portfolio-filters", on_change="rerun")
    if box.open:
        with box:
            _filter_inputs(found, attributes)
    keys = _filter_keys(attributes)
    active = sum(bool(st.session_state.get(key)) for key in ("filter-flagged", *keys.values()))
    if active:  # beside it: a box whose own label changes would shut
        st.badge(t(f"{active} in use"), icon=":material/check:")
    here = flags > 0 if st.session_state.get("filter-flagged") else np.ones(len(found), dtype=bool)
    for by, key in keys.items():
        chosen = st.session_state.get(key)
        if chosen:
            here = here & np.isin(portfolio.labels(found, by).astype(str), chosen)
    return here


def _filter_keys(attributes: Sequence[str]) -> dict[str, str]:
    return {by: f"filter-{by}" for by in _OPTIONS} | {by: f"filter-by-{by}" for by in attributes}


def _filter_inputs(found: exploring.Portfolio, attributes: Sequence[str]) -> None:
    keys = _filter_keys(attributes)
    st.toggle(t("Only what is worth a look"), key="filter-flagged", persist_state="session")
    for by, offered in _OPTIONS.items():
        st.pills(t(by), offered, format_func=teller(), selection_mode="multi", key=keys[by], persist_state="session")
    for by in attributes:
        own = sorted(set(portfolio.labels(found, by).astype(str)))
        st.multiselect(t(portfolio.title_of(by)), own, key=keys[by], persist_state="session", placeholder=t("All"))


def _ranked(found: exploring.Portfolio, rows: np.ndarray, order: str, ahead: Expected, flags: np.ndarray) -> np.ndarray:
    """The order of some rows; they stand by money already, and what is undefined goes last."""
    if order == "worth":
        return np.arange(len(rows))
    change = (found.table["latest"] - found.table["before"]).to_numpy() * found.table["each"].to_numpy()
    off = (found.table["off"] * found.table["each"]).to_numpy()
    keys = {"units": found.table["units"].to_numpy(), "flags": flags, "rising": change, "falling": -change,
            "forecast": ahead.units, "off": off}  # fmt: skip
    return np.argsort(-keys[order][rows].astype(float), kind="stable")


def _pager(rows: np.ndarray) -> np.ndarray:
    """The rows of the page that is chosen."""
    pages = -(-len(rows) // _PAGE)
    if pages == 1:
        return rows
    st.session_state["portfolio-page"] = min(int(st.session_state.get("portfolio-page", 1)), pages)
    with st.container(horizontal=True, vertical_alignment="center"):
        page = int(st.number_input(t("Page"), 1, pages, key="portfolio-page", width=130, label_visibility="collapsed"))
        first = (page - 1) * _PAGE
        last = min(first + _PAGE, len(rows))
        st.caption(t(f"Page {page} of {pages}: SKUs {first + 1:,} to {last:,} of {len(rows):,}, in the order chosen."))
    return rows[first:last]


def _draw(found: exploring.Portfolio, rows: np.ndarray, ahead: Expected, kind: np.ndarray, count: np.ndarray) -> None:
    ids = found.table.index.to_numpy()[rows]
    shown = _readable(found, rows, ahead, kind, count)

    def ticked() -> None:
        for row in st.session_state[_KEY].selection.rows:
            portfolio_inbox.open_sku(str(ids[row]))

    def pressed() -> None:
        portfolio_inbox.open_sku(str(ids[st.session_state[_PRESSED]["row"]]))

    code = st.column_config.ButtonColumn("SKU", pinned=True, width=96, type="tertiary", alignment="left", on_click=pressed,
                                         key=_PRESSED, help=t("Press a code to open the SKU."))  # fmt: skip
    tables.show(
        shown, key=_KEY, hide_index=True, height=min(_HEIGHT, 38 + 35 * len(shown)),
        on_select=ticked, selection_mode="single-row", column_order=_at_first(shown, found),
        column_config={"sku": code} | _columns(found, ahead), placeholder=words.UNDEFINED,
        alt="All SKUs, one in each row",
    )  # fmt: skip
    portfolio_inbox.go_to_opened()


def _readable(
    found: exploring.Portfolio, rows: np.ndarray, ahead: Expected, kind: np.ndarray, count: np.ndarray
) -> pd.DataFrame:
    """The rows of one page as people read them."""
    table = found.table.iloc[rows]
    low, high = ahead.range_of(found, rows)
    return pd.DataFrame(
        {
            "sku": table.index.to_numpy(),
            "name": [words.tidy(name) for name in table["name"]],
            "line": list(_whole(found.lines(rows))),
            "worth": tables.sensible(table["worth"].to_numpy()),
            "share": 100 * table["share"].to_numpy(),
            "class": (table["abc"] + table["xyz"]).replace("", None).to_numpy(),
            "abc": table["abc"].to_numpy(),
            "xyz": table["xyz"].replace("", None).to_numpy(),
            "trend": table["trend"].map(portfolio.TRENDS).to_numpy(),
            "forecast": tables.sensible(ahead.units[rows]),
            "range": [_range(*pair) for pair in zip(low, high, strict=True)],
            "off": tables.sensible(table["off"].to_numpy()),
            "bias": [_bias(bias) for bias in table["bias"]],
            "reason": [_reason(*pair) for pair in zip(kind[rows], count[rows], strict=True)],
            "demand": table["demand"].to_numpy(),
            "units": tables.sensible(table["units"].to_numpy()),
        }
    )


def _whole(lines: np.ndarray) -> np.ndarray:
    """Small curves without decimals that nobody sees; they are most of what is sent."""
    return np.where(lines.max(axis=1, keepdims=True) >= 20, np.round(lines), np.round(lines, 2)).astype(np.float32)


def _range(low: float, high: float) -> str | None:
    if not (np.isfinite(low) and np.isfinite(high)):
        return None
    digits = 0 if high >= 10 or high == 0 else 1
    return f"{low:,.{digits}f} – {high:,.{digits}f}"


def _bias(bias: float) -> str | None:
    """Which way a forecast errs, with an arrow: what is too high or too low is said at the head of the column.

    >>> _bias(0.14), _bias(-0.3), _bias(0.001), _bias(float("nan"))
    ('▲ 14 %', '▼ 30 %', '• 0 %', None)
    """
    if not np.isfinite(bias):
        return None
    return f"{'•' if abs(bias) < 0.005 else '▲' if bias > 0 else '▼'} {words.percent(abs(min(bias, 9.99)))}"


def _reason(kind: str, count: int) -> str:
    if not kind:
        return ""
    return f"{portfolio_inbox.KINDS[kind][0]}{f' +{count - 1}' if count > 1 else ''}"


def _at_first(shown: pd.DataFrame, found: exploring.Portfolio) -> list[str]:
    """The columns seen at first: as many as a laptop holds side by side; the others are in the menu of the table."""
    named = bool((shown["name"] != "").any())
    first = ["sku", "name"] if named else ["sku"]
    judged = [] if named else ["bias"]
    worth = "worth" if found.money else "share"
    return [*first, "line", worth, "class", "trend", "forecast", "range", *judged, "reason"]


def _columns(found: exploring.Portfolio, ahead: Expected) -> dict[str, Any]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    stretch = portfolio.stretch(found)
    share = f"Share of {'revenue' if found.money else 'units'} of {stretch}."
    ahead_of = words.count(found.scale.horizon, found.scale.noun)
    trend = words.count(found.scale.trend, found.scale.noun)
    return {
        "name": text("Name", width=116),
        "line": st.column_config.LineChartColumn(f"By {found.scale.noun}", width=68, y_min=0,
                                                 help=f"Units of {stretch}."),
        "worth": number("Revenue", width=72, format="localized", help=f"Revenue of {stretch}."),
        "share": number("Share", width=66, format="%.1f %%", help=share),
        "units": number("Units", format="localized", help=f"Units sold in {stretch}."),
        "class": text("Class", width=52, help="A brings the first 80 % of the money, B the next 15 %, C the rest; "
                                              "X sells steadily, Y varies, Z varies by more than its own mean."),
        "abc": text("ABC", width=46, help="A brings the first 80 % of the money, B the next 15 %, C the rest."),
        "xyz": text("XYZ", width=46, help="X sells steadily, Y varies, Z varies by more than its own mean."),
        "demand": text("Demand", width=90, help="Smooth, erratic, intermittent or lumpy: how often it sells, and how evenly."),
        "trend": text("Trend", width=76, help=f"Mann and Kendall's test on the last {trend}, at 5 %, and 10 % or more."),
        "forecast": number(ahead.title, width=104, format="localized", help="Expected units."),
        "range": text("80 % range", width=104, help="In four of five cases the units will lie in it."),
        "off": number("Usually off by", width=100, format="localized",
                      help=f"Units by which the baseline missed {ahead_of} lately."),
        "bias": text("Bias", width=76, help="▲ the baseline was too high lately, ▼ too low, as a share of sales."),
        "reason": text("Worth a look", width=128),
    }  # fmt: skip


def _foot(found: exploring.Portfolio, rows: np.ndarray, ahead: Expected) -> None:
    chosen = found.table.iloc[rows]
    worth = portfolio.amount(chosen["worth"].sum()) if found.money else ""
    st.caption(
        t(
            f"{words.count(len(rows), 'SKU')}{f', {worth} in revenue' if worth else ''}, "
            f"{words.percent(chosen['share'].sum(), 1)} of the shop. "
            f"Press a code or tick a row to open the SKU (Shift and Space on the keyboard), or choose it here:"
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ids = [str(unique_id) for unique_id in found.table.index[rows[:_PAGE]]]
        names = dict(zip(ids, found.table["name"].iloc[rows[:_PAGE]], strict=True))
        st.selectbox(t("SKU to open"), ids, format_func=lambda sku: words.sku(sku, names[sku]), key="portfolio-pick",
                     label_visibility="collapsed", width=360)  # fmt: skip
        st.button(t("Open SKU"), key="portfolio-open", icon=":material/arrow_forward:", on_click=_open_picked)
    st.caption(
        t(
            f"{ahead.source} “Usually off by” and “Bias” come from a rehearsal of "
            f"{'that' if ahead.forecast is None else 'a plain'} baseline on the blocks before."
        )
    )


def _open_picked() -> None:
    portfolio_inbox.open_sku(str(st.session_state["portfolio-pick"]))
