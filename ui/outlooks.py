"""The Forecast page's parts: what to forecast, asking for it, and the outlook with its downloads."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from forecasting.core.frequency import grain
from forecasting.core.model import Model
from forecasting.core.panel import Panel
from forecasting.explore import ahead
from forecasting.export import Settings, csv_bytes, forecast_csv, forecast_xlsx, settings_of
from forecasting.plots import forecasts
from forecasting.publishing import final_units
from forecasting.workflow import ForecastAll, Outlook, Reconciliation, Sums, carried_on
from forecasting.workflow.outlooks import by_sku, failures_by_reason, total_of
from forecasting.workflow.overriding import final_by_sku
from ui import archive, cached, forms, models, parts, planning, running, sums, tables, views, words
from ui.language import t, teller
from ui.theme import palette
from ui.workspace import current

JOB = "forecast"
ALL, CHOSEN = "All SKUs", "Chosen SKUs"
_TAKEN = "_outlook-taken-along"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


_CALENDAR_IMPORTS = (
    "from pandas import Timestamp",
    "from forecasting.workflow import calendars",
    "from forecasting.workflow.calendars import Calendar, Entry",
)


@dataclass(frozen=True)
class Asked:
    """What a forecast was asked for; `plan` says which plan, and `plan_digest` tells two plans apart."""

    model: str
    ids: tuple[str, ...]
    horizon: int
    plan: str
    plan_digest: int = 0
    reconciliation: Reconciliation = "bottom-up"


def settings(panel: Panel, sku: str, horizon: int) -> None:
    """What to forecast and with which model; nothing runs before the button."""
    st.fragment(_settings)(panel, sku, horizon)


def _settings(panel: Panel, sku: str, horizon: int) -> None:
    with st.container(border=True, key="outlook-settings"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = _model_control()
            ids = _scope(panel, sku)
            way = sums.control()
        st.caption(t(models.sentence(name)))
        shown = running.slot(JOB).settings
        plan = planning.control(panel, sku, horizon, shown.plan if isinstance(shown, Asked) else None)
        asked = Asked(name, ids, horizon, plan.title, _digest(plan.rows), way)
        _button(panel, asked, plan)


def _model_control() -> str:
    workspace = current()
    offered = models.offered()
    st.session_state["outlook-model"] = workspace.model if workspace.model in offered else offered[0]
    st.selectbox(
        t("Model"), offered, format_func=models.titles(offered).__getitem__, key="outlook-model", on_change=_take_model
    )
    return str(st.session_state["outlook-model"])


def _take_model() -> None:
    current().select(model=st.session_state["outlook-model"])


def choose(sku: str | None) -> None:
    """Have one SKU forecast, or all of them, when the page is drawn next."""
    st.session_state[_TAKEN] = True
    st.session_state["outlook-scope"] = ALL if sku is None else CHOSEN
    if sku is not None:
        st.session_state["outlook-skus"] = [sku]


def _scope(panel: Panel, sku: str) -> tuple[str, ...]:
    taken_along = st.session_state.pop(_TAKEN, False)  # what is set must not meet a default
    scope = st.segmented_control(
        t("Forecast"), [ALL, CHOSEN], format_func=teller(), default=None if taken_along else ALL, required=True,
        key="outlook-scope", persist_state="session", wrap=True,
    )  # fmt: skip
    if scope != CHOSEN:
        return panel.ids
    labels = cached.sku_labels(panel)
    chosen = st.multiselect(
        t("SKUs"), list(labels), default=None if taken_along else [sku], format_func=labels.__getitem__, key="outlook-skus",
        persist_state="session", placeholder=t("Choose SKUs"),
    )  # fmt: skip
    return tuple(chosen)


def _button(panel: Panel, asked: Asked, plan: planning.Kept) -> None:
    here = running.slot(JOB)
    with st.container(horizontal=True, vertical_alignment="center"):
        label = f"Forecast {words.count(len(asked.ids), 'SKU')}"
        pressed = st.button(t(label), key="run-forecast", type="primary", icon=":material/play_arrow:", disabled=not asked.ids)
        if here.settings is not None and here.settings != asked:
            st.badge(t(forms.NOT_RUN), icon=":material/edit:", color="orange")
        else:
            st.caption(t(running.foretold(models.seconds_of([asked.model], panel, asked.ids))))
    if pressed:
        spec = models.chosen_spec(asked.model, asked.horizon)
        chosen = taken(panel, asked)
        title = f"Forecasting {words.count(len(asked.ids), 'SKU')} with {models.title(asked.model)}"
        seconds = models.seconds_of([asked.model], panel, asked.ids)
        running.start(JOB, _request(chosen, spec, asked, plan), title, asked, seconds)
        st.rerun()


def _request(chosen: Panel, spec: Model, asked: Asked, plan: planning.Kept) -> ForecastAll:
    """The request; a merchant's own plan is compared with prices as they are and no promotion."""
    beside = carried_on(chosen, asked.horizon) if plan.rows is not None else None
    rows = plan.rows_for(chosen, asked.horizon)
    return ForecastAll(chosen, (spec,), asked.horizon, rows, Sums(asked.reconciliation), beside)


def taken(panel: Panel, asked: Asked) -> Panel:
    """The panel of the SKUs that are forecast."""
    return panel if len(asked.ids) == len(panel) else panel.select(asked.ids)


def _digest(rows: pd.DataFrame | None) -> int:
    return 0 if rows is None else int(pd.util.hash_pandas_object(rows, index=False).sum() % 2**31)


def headline(outlook: Outlook, panel: Panel) -> None:
    """What is expected over the horizon, in cards, and what has to be said about it."""
    total = total_of(outlook, panel)
    horizon, noun = outlook.forecasts[0].horizon, grain(panel.freq).noun
    periods = words.count(horizon, noun)
    change = None if pd.isna(total.change) else words.change(total.change)
    parts.kpis(
        (
            parts.Kpi(f"Next {periods}", words.units_on_card(total.mean), change, f"Against the last {periods} of sales."),
            parts.Kpi("80 % range", f"{words.compact(total.low)} – {words.compact(total.high)}",
                      help="In four of five cases the total lies in it, going by how the shop's total moved so far."),
            parts.Kpi(f"Last {periods}", words.units_on_card(total.before)),
            parts.Kpi("SKUs", f"{len(panel):,}", help=_fell_back(outlook)),
        )
    )  # fmt: skip
    log = current().overrides
    if log.in_force:
        final = final_by_sku(outlook, panel, log).sum()
        parts.reading(f"With the changes by hand it is {words.units(round(final))}; the cards show what the model expects.")
    for note in outlook.notes:
        st.caption(t(f":material/info: {note}"))


def _fell_back(outlook: Outlook) -> str:
    count = len({failure.unique_id for failure in outlook.failures})
    return f"{words.count(count, 'SKU')} fell back to a simpler model." if count else "All of them were fitted as asked."


def curve(outlook: Outlook, panel: Panel, sku: str) -> None:
    """What was sold and what is expected, of the shop or of one SKU."""
    with st.container(border=True):
        size, noun = views.section_with_blocks("What is expected", panel.freq, "forecast")
        alone = _whose(panel, sku) == "This SKU"
        chosen = outlook.forecasts[0].select([sku]) if alone else outlook.totals[0]
        past = ahead.past(panel, sku if alone else None, size).dropna()
        baseline = ahead.ahead(outlook.baseline.select([sku]), size) if alone else None
        shown = max(6 * chosen.horizon // size, 26 if size > 1 else 90)
        figure = forecasts.expected_ahead(
            past.tail(shown),
            ahead.ahead(chosen, size),
            chosen.cutoff,
            palette(),
            baseline=baseline,
            label=f"Units {'an' if noun == 'hour' else 'a'} {noun}",
        )
        parts.chart(figure, "outlook", f"Units sold and expected: {sku if alone else 'all SKUs'}")


def _whose(panel: Panel, sku: str) -> str | None:
    if sku not in panel.ids:
        return ALL
    return st.segmented_control(
        t("Of"),
        [ALL, "This SKU"],
        format_func=teller(),
        default=ALL,
        required=True,
        key="outlook-of",
        persist_state="session",
        label_visibility="collapsed",
    )


def table(outlook: Outlook, panel: Panel) -> None:
    """Every SKU with its sum over the horizon; the sums add up to the total above."""
    rows = by_sku(outlook, panel)
    log = current().overrides
    if log.in_force:
        rows.insert(3, "final", rows["sku"].map(final_by_sku(outlook, panel, log)))
    with st.container(border=True):
        parts.section("By SKU")
        shown = _readable(rows)
        tables.show(shown, key="outlook-table", hide_index=True, column_config=_columns(shown), placeholder=words.UNDEFINED)
        changed = f", {words.units(round(rows['final'].sum()))} with the changes by hand" if "final" in rows else ""
        st.caption(t(f"{words.count(len(rows), 'SKU')}, together {words.units(round(rows['units'].sum()))}{changed}."))
        reasons = failures_by_reason(outlook)
        if len(reasons):
            with st.expander(t(_fell_back(outlook)), icon=":material/info:"):
                tables.show(reasons, hide_index=True, column_config={"reason": "Reason", "skus": "SKUs"})


def _readable(rows: pd.DataFrame) -> pd.DataFrame:
    """Whole units where there are many, one decimal where there are few; names as people write them."""
    shown = rows.assign(change=(100 * rows["change"]).round() + 0.0, name=[words.tidy(name) for name in rows["name"]])
    return tables.whole_where_many(shown, ("units", "final", "low", "high", "baseline"))


def _columns(shown: pd.DataFrame) -> dict[str, Any]:
    number = st.column_config.NumberColumn
    return {
        "sku": st.column_config.TextColumn("SKU"),
        "name": st.column_config.TextColumn("Name", width="medium") if shown["name"].ne("").any() else None,
        "units": number("Expected units", format="localized"),
        "final": number("Final units", format="localized", help="With the changes by hand.") if "final" in shown else None,
        "low": number("Low", format="localized", help="In one of ten cases it will be less."),
        "high": number("High", format="localized", help="In one of ten cases it will be more."),
        "before": number("Before", format="localized", help="Units of as many periods before the cut-off."),
        "change": number("Change", format="%+.0f %%"),
        "baseline": number("Seasonal naive", format="localized"),
        "note": st.column_config.TextColumn("Note", width="medium") if shown["note"].ne("").any() else None,
    }


def downloads(outlook: Outlook, panel: Panel, asked: Asked) -> None:
    """The files to take away, each with what it was made with."""
    made = _settings_of(outlook, asked)
    whole, log = sums.whole_control(), current().overrides

    def final() -> np.ndarray:  # called by a thread of the server's, where nobody's workspace is the current one
        return sums.rounded(outlook, panel, final_units(outlook.forecasts[0], panel, log), whole=whole)

    stem = f"forecast-{outlook.forecasts[0].cutoff:%Y-%m-%d}"
    with st.container(horizontal=True):
        st.download_button(
            t("Download CSV"), lambda: forecast_csv(outlook, panel, final=final()), f"{stem}.csv", "text/csv", type="primary",
            icon=":material/download:", on_click="ignore", key="download-csv",
        )  # fmt: skip
        st.download_button(
            t("Excel"), lambda: forecast_xlsx(outlook, panel, made, final=final()), f"{stem}.xlsx", _XLSX,
            icon=":material/table_view:", on_click="ignore", key="download-xlsx",
        )  # fmt: skip
        st.download_button(
            t("Summary by SKU"), lambda: csv_bytes(by_sku(outlook, panel).round(2)), f"{stem}-by-sku.csv", "text/csv",
            icon=":material/summarize:", on_click="ignore", key="download-summary",
        )  # fmt: skip
        st.download_button(
            t("Python script"), made.script(), f"{stem}.py", "text/x-python", icon=":material/code:", on_click="ignore",
            key="download-script", help=t("Makes the same forecast again from the same file."),
        )  # fmt: skip
        archive.publish_button(outlook, panel)


def _settings_of(outlook: Outlook, asked: Asked) -> Settings:
    workspace = current()
    panel = workspace.panel
    ids = () if panel is None or len(asked.ids) == len(panel) else asked.ids
    read = f"workflow.open_sample({workspace.sample!r})" if workspace.sample else f"workflow.read({_file_name()!r}).panel"
    data = workspace.cleaned.script(read) if workspace.cleaned else read
    source = f"{_file_name()}{', cleaned' if workspace.cleaned else ''}"
    imports, planned = planning.script(asked.plan, asked.horizon)
    if workspace.calendar is not None:
        data = f"calendars.with_calendar({data}, {workspace.calendar!r})"
        imports = (*imports, *_CALENDAR_IMPORTS)
    plan = "" if asked.plan == planning.LEFT_OUT else asked.plan
    spec = models.chosen_spec(asked.model, asked.horizon)
    return settings_of(
        outlook, (spec,), source=source, data=data, ids=ids, plan=plan, planned=planned, imports=imports,
        sums=outlook.sums.reconciliation,
    )  # fmt: skip


def _file_name() -> str:
    source = current().source
    return source.names[0] if source is not None and source.names else current().name
