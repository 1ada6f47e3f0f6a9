"""The Model page's search for better settings: what is searched and for how long, what came of it, and taking it over."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import streamlit as st

from forecasting.core.errors import ShelfcastError
from forecasting.core.frequency import grain
from forecasting.core.knob import Search, knobs
from forecasting.core.model import Model
from forecasting.core.panel import Panel
from forecasting.plots import tuning as plots
from forecasting.workflow import Dimension, Tuned, TuneModel, Tuning, fitting_metric, tunable
from ui import models, parts, running, tables, words
from ui.language import t, told_from
from ui.theme import palette
from ui.workspace import current

JOB = "tuning"
METHODS = {"optuna": "Optuna (learns)", "random": "Random", "grid": "Grid"}
METRICS = {"wape": "Units off (WAPE)", "rmsse": "Large misses (RMSSE)"}
BUDGETS = {
    30: "30 seconds", 60: "1 minute", 120: "2 minutes", 300: "5 minutes", 600: "10 minutes", 1800: "30 minutes",
    3600: "1 hour",
}  # fmt: skip
_USUAL_BUDGET = {"Networks": 600, "Boosting": 300, "ARIMA": 300}
_USUAL_ORIGINS = {"Networks": 2, "Boosting": 3}
_NETWORK_SKUS = 60
_SHOWN_PARAMETERS = 6
_ON_OFF = {True: "on", False: "off"}


@dataclass(frozen=True)
class Asked:
    """What a search was asked for."""

    tuning: Tuning
    ids: tuple[str, ...]


def section(panel: Panel, name: str, sku: str, ids: tuple[str, ...], horizon: int) -> None:
    """Everything about tuning, behind one click; open while it works and when it has found something for this page."""
    here = running.slot(JOB)
    ours = isinstance(here.settings, Asked) and _is_about(here.settings, name, sku, horizon)
    busy = here.job is not None or bool(here.error) or ours
    title = f"Tune {models.title(name)}: look for better settings"
    search = partial(_search, panel, name, sku, ids, horizon)
    parts.folded(title, f"tune-{name}", search, icon=":material/tune:", expanded=busy)


def _search(panel: Panel, name: str, sku: str, ids: tuple[str, ...], horizon: int) -> None:
    spec = models.chosen_spec(name, horizon)
    offered = tunable(spec, panel)
    if not offered:
        st.caption(t(f"{models.title(name)} has no settings that are worth a search: it finds them by itself."))
        return
    parts.reading("Other settings are tried on past sales; the best one is judged on a last block that no search has seen.")
    st.fragment(_settings)(panel, spec, offered, ids, horizon)
    here = running.follow(JOB)
    if isinstance(here.result, Tuned) and isinstance(here.settings, Asked) and _is_about(here.settings, name, sku, horizon):
        _result(here.result, name, grain(panel.freq).noun)


def _is_about(asked: Asked, name: str, sku: str, horizon: int) -> bool:
    return asked.tuning.model.name == name and asked.tuning.horizon == horizon and sku in asked.ids


def _settings(panel: Panel, spec: Model, offered: tuple[Dimension, ...], ids: tuple[str, ...], horizon: int) -> None:
    group = models.group_of(spec.name)
    with st.container(border=True, key="tune-settings"):
        method, seconds, metric, origins = _how(panel, ids, group)
        space = _what(spec.name, offered)
        usable = [dimension for dimension in space if not dimension.search.fixed]
        with st.container(horizontal=True, vertical_alignment="center"):
            pressed = st.button(t("Find better settings"), key="run-tuning", icon=":material/search:", disabled=not usable)
            if usable:
                st.caption(
                    t(f"Ends after {running.duration(seconds)} at the latest; then default and winner are fitted once more.")
                )
            else:
                st.caption(t("Choose at least one setting, with more than one value to try."))
    if pressed:
        skus = _NETWORK_SKUS if group == "Networks" else Tuning.skus
        _begin(panel, Asked(Tuning(spec, horizon, tuple(usable), method, metric, seconds, origins=origins, skus=skus), ids))


def _begin(panel: Panel, asked: Asked) -> None:
    title = f"Tuning {models.title(asked.tuning.model.name)}"
    try:
        running.start(JOB, TuneModel(panel.select(asked.ids), asked.tuning), title, asked)
    except ShelfcastError as error:
        st.error(t(str(error)), icon=":material/error:")
    else:
        st.rerun()


def _how(panel: Panel, ids: tuple[str, ...], group: str) -> tuple[str, int, str, int]:
    """Method, time, metric and cut-offs."""
    entries = knobs(Tuning)
    first, second, third, fourth = st.columns(4)
    method = first.selectbox(t("Search"), list(METHODS), format_func=told_from(METHODS), help=t(entries["method"].help),
                             key="tune-method", persist_state="session")  # fmt: skip
    usual = list(BUDGETS).index(_USUAL_BUDGET.get(group, 60))
    seconds = second.selectbox(
        t("Time"),
        list(BUDGETS),
        usual,
        format_func=told_from(BUDGETS),
        help=t(entries["seconds"].help),
        key=f"tune-time-{group}",
        persist_state="session",
    )
    fitting = list(METRICS).index(fitting_metric(panel.select(ids)))
    metric = third.selectbox(
        t("Judged by"),
        list(METRICS),
        fitting,
        format_func=told_from(METRICS),
        help=t(entries["metric"].help),
        key=f"tune-metric-{fitting}",
        persist_state="session",
    )
    origins = fourth.number_input(
        t("Cut-offs"),
        1,
        24,
        _USUAL_ORIGINS.get(group, Tuning.origins),
        help=t(entries["origins"].help),
        key=f"tune-origins-{group}",
        persist_state="session",
    )
    return str(method), int(seconds), str(metric), int(origins)


def _what(name: str, offered: Sequence[Dimension]) -> tuple[Dimension, ...]:
    """The settings to search, each with its range; all of them at first."""
    labels = {dimension.key: dimension.label for dimension in offered}
    chosen = st.multiselect(
        t("What is searched"), list(labels), default=list(labels), format_func=told_from(labels), key=f"tune-what-{name}",
        persist_state="session", placeholder=t("Choose settings"), help=t("What is not searched stays as in the form above."),
    )  # fmt: skip
    kept = [dimension for dimension in offered if dimension.key in chosen]
    found = []
    for start in range(0, len(kept), 3):
        for column, dimension in zip(st.columns(3), kept[start : start + 3], strict=False):
            with column:
                found.append(replace(dimension, search=_range(f"tune-{name}-{dimension.key}", dimension)))
    return tuple(found)


def _range(key: str, dimension: Dimension) -> Search:
    """The range of one setting, as the inputs say."""
    search = dimension.search
    if search.options:
        options = st.pills(
            t(dimension.label), search.options, selection_mode="multi", default=list(search.options),
            format_func={option: _told(option) for option in search.options}.__getitem__,
            key=f"{key}-options", persist_state="session", wrap=True,
        )  # fmt: skip
        return replace(search, options=tuple(option for option in search.options if option in options))
    low, high = sorted((search.first or 0, search.last or 0))
    left, right = st.columns(2)
    ends = [
        _end(left, f"{dimension.label}, from", low, search.whole, f"{key}-from"),
        _end(right, "to", high, search.whole, f"{key}-to"),
    ]
    if search.log and min(ends) <= 0:
        st.caption(t("Both must be above 0."))
        return replace(search, first=low, last=low)
    first, last = sorted(ends, reverse=(search.first or 0) > (search.last or 0))
    return replace(search, first=first, last=last)


def _end(column: Any, label: str, value: float, whole: bool, key: str) -> float:
    kind: type = int if whole else float
    return column.number_input(
        t(label), value=kind(value), step=1 if whole else None, format="%d" if whole else "%g", key=key, persist_state="session"
    )


def _told(value: Any) -> str:
    said = "automatic" if value is None else _ON_OFF.get(value, str(value)) if isinstance(value, bool) else str(value)
    return t(said)


def _result(tuned: Tuned, name: str, noun: str) -> None:
    parts.reading(tuned.verdict)
    parts.kpis(_cards(tuned, noun), "tuned")
    _take_over(tuned, name)
    figure = plots.history(tuned.trials, tuned.chosen_trial, palette(), metric=tuned.metric)
    parts.chart(figure, "tuning-history", "Error of each trial and the best so far")
    shown = _most_important(tuned)
    if shown:
        st.caption(t("The error against each setting, the one that matters most first; the star is what was chosen."))
        figure = plots.parameters(tuned.values, shown, tuned.chosen_trial, palette(), metric=tuned.metric)
        parts.chart(figure, "tuning-parameters", "Error against the value of each setting")
    _table(tuned)


def _cards(tuned: Tuned, noun: str) -> tuple[parts.Kpi, ...]:
    states = tuned.trials["state"].value_counts()
    block = f"On the last block, {words.count(tuned.horizon, noun)} that no search has seen."
    return (
        parts.Kpi("Error, default", _error(tuned, tuned.default_error), help=block),
        parts.Kpi("Error, tuned", _error(tuned, tuned.error), None if abs(tuned.gain) < 0.005 else
                  words.change(-tuned.gain), block, "inverse"),
        parts.Kpi("Settings tried", words.number(len(tuned.trials) - 1), help=f"The search ended because {tuned.ended}."),
        parts.Kpi("Given up early", words.number(int(states.get("given up", 0))),
                  help="Settings that did badly at the first cut-offs were not judged at the others."),
    )  # fmt: skip


def _error(tuned: Tuned, value: float) -> str:
    return words.percent(value, 1) if tuned.metric == "wape" else words.number(value)


def _take_over(tuned: Tuned, name: str) -> None:
    """Carry the winner to the form above; what does not beat the default is not offered."""
    settings = tuned.trials.set_index("trial")["settings"]
    with st.container(horizontal=True, vertical_alignment="center"):
        if tuned.better and current().specs.get(name) != tuned.use:
            if st.button(t("Use these settings"), type="primary", icon=":material/check:", key="use-tuned"):
                current().specs[name] = tuned.use
                st.rerun()
        elif tuned.better:
            st.badge(t("In the form above"), icon=":material/check:", color="green")
        st.caption(t(f"{'Chosen' if tuned.chosen_trial else 'Default'}: {settings[tuned.chosen_trial]}.{_simpler(tuned)}"))


def _simpler(tuned: Tuned) -> str:
    """Why it is not the best one, where it is not."""
    if tuned.chosen_trial == tuned.best_trial:
        return ""
    return f" Trial {tuned.best_trial} came out best, but by no more than chance; of equals the simplest is taken."


def _most_important(tuned: Tuned) -> list[str]:
    counts = tuned.values.groupby("parameter", sort=False)["value"].nunique()
    names = [*tuned.importance["parameter"], *counts.index]
    return [name for name in dict.fromkeys(names) if counts.get(name, 0) > 1][:_SHOWN_PARAMETERS]


def _table(tuned: Tuned) -> None:
    column = st.column_config
    percent = tuned.metric == "wape"
    figures = {
        name: column.NumberColumn(title, format="percent" if percent else "%.3f", help=about)
        for name, title, about in (
            ("score", "Error", "Mean over the cut-offs."),
            ("std_error", "± chance", "Its standard error over the cut-offs."),
            ("behind", "Behind the best", "How much larger the error is than the best one."),
            ("behind_error", "± chance of that", "Standard error of that difference, cut-off by cut-off."),
        )
    }
    tables.show(
        tuned.trials[["trial", "state", *figures, "seconds", "settings"]].sort_values("score", kind="stable"),
        hide_index=True, height=260, key="tuning-trials", placeholder=words.UNDEFINED,
        column_config=figures | {
            "trial": "Trial", "state": "State", "settings": column.TextColumn("Settings", width="large"),
            "seconds": column.NumberColumn("Seconds", format="%.1f"),
        },
    )  # fmt: skip
    when = words.span(tuned.cutoffs[0], tuned.cutoffs[-1]) if len(tuned.cutoffs) > 1 else words.day(tuned.cutoffs[0])
    tested = f"{words.count(len(tuned.cutoffs), 'cut-off')} ({when})"
    st.caption(t(f"Searched on {words.count(tuned.skus, 'SKU')} at {tested}; judged after {words.day(tuned.cutoff)}."))
