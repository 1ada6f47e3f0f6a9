"""The Diagnose page's parts: asking for a diagnosis when the choice changes, and its statistics one click deeper."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import pandas as pd
import streamlit as st

from forecasting.core.frequency import grain
from forecasting.core.panel import Panel
from forecasting.explore.season import Season
from forecasting.plots import diagnostics
from forecasting.workflow import MODELS, make
from forecasting.workflow.diagnosing import Diagnose, Diagnosis, FindOrders, Level, Look, Memory, Orders, Steps, Waves
from ui import parts, running, tables, words
from ui.language import t, told_from
from ui.theme import palette
from ui.workspace import current

JOB = "diagnosis"
SEARCH = "orders"
SCALES = ("as it is", "log", "box-cox")
STEPS = (0, 1, 2)
T = TypeVar("T")
_LONGER = "Tries more orders, up to some ten seconds; the first search stops after a third of a second."


@dataclass(frozen=True)
class Asked:
    """What a diagnosis is about."""

    digest: str
    sku: str
    look: Look


def look_control(panel: Panel) -> Look:
    """Choose what is done to the sales before they are looked at."""
    season, noun = panel.season_length, grain(panel.freq).noun
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        scale = _choice("Scale", SCALES, "scale", "Log and Box-Cox tame peaks and growth in proportion.")
        first = _choice("Differences", STEPS, "differences", f"Change from one {noun} to the next.")
        seasonal = 0
        if season > 1:
            seasonal = _choice(
                "Seasonal differences", STEPS[:2], "seasonal", f"Change against {words.count(season, noun)} before."
            )
    return Look(scale, first, seasonal)


def _choice(label: str, choices: Sequence[T], key: str, help: str) -> T:
    chosen = st.segmented_control(
        t(label), choices, default=choices[0], required=True, key=f"diagnose-{key}", persist_state="session", help=t(help),
        wrap=True,
        format_func=told_from({value: "Box-Cox" if value == "box-cox" else str(value).capitalize() for value in choices}),
    )  # fmt: skip
    return choices[0] if chosen is None else chosen


def diagnosis(panel: Panel, sku: str, look: Look) -> Diagnosis | None:
    """The diagnosis of this choice; it is asked for when it is new, and None as long as it is on its way."""
    asked = Asked(panel.digest, sku, look)
    here = running.slot(JOB)
    if asked not in (here.settings, here.asked):
        running.start(JOB, Diagnose(panel.select([sku]), look), f"Diagnosing {sku}", asked)
    here = running.follow(JOB)
    return here.result if here.settings == asked and isinstance(here.result, Diagnosis) else None


def label(look: Look) -> str:
    """What the transformed values are."""
    value = "units" if look.scale == "as it is" else f"{look.scale} of units"
    return f"Change of {value}" if look.differences or look.seasonal_differences else value.capitalize()


def in_short(found: Diagnosis) -> None:
    """What a merchandiser needs to know, one sentence each."""
    parts.reading(found.demand.reading)
    said = (found.level.reading, found.waves.reading, found.steps.reading, found.odd_reading)
    st.markdown(t("\n".join(f"- {sentence}" for sentence in said)))


def tests(level: Level) -> None:
    """The three tests' statistics."""
    rows = [
        ("ADF (Dickey-Fuller)", "the level wanders", level.adf, level.adf_p),
        ("Phillips-Perron", "the level wanders", level.pp, level.pp_p),
        ("KPSS", "the level is steady", level.kpss, level.kpss_p),
    ]
    table = pd.DataFrame(rows, columns=["Test", "It assumes that", "Statistic", "p value"])
    table["p value"] = table["p value"].map(words.p_value)
    tables.show(table, hide_index=True, column_config=_DIGITS, placeholder=words.UNDEFINED)
    st.caption(
        t("A p value below 0.05 speaks against what the test assumes. KPSS's lies between 0.01 and 0.1, the ends of its table.")
    )


def correlations(memory: Memory) -> None:
    """The values behind a correlogram."""
    names = {"lag": "Lag", "value": "Correlation", "band": "Band", "bartlett": "Bartlett's band"}
    number = st.column_config.NumberColumn(format="%.3f")
    config = dict.fromkeys(list(names.values())[1:], number)
    tables.show(memory.frame.rename(columns=names), hide_index=True, height=240, column_config=config)


def suggestion(panel: Panel, sku: str, quick: Orders) -> None:
    """The suggested orders with their reasons, the button that takes them to the Model page, and the models compared."""
    orders = _searched(panel, sku) or quick
    parts.reading(orders.reading)
    st.markdown(t("\n".join(f"- {reason}" for reason in orders.reasons)))
    with st.container(horizontal=True):
        if "arima" in MODELS and st.button(t("Apply to Model"), type="primary", icon=":material/tune:"):
            _apply(orders)
        if orders is quick and st.button(t("Search longer"), icon=":material/search:", help=t(_LONGER)):
            running.start(
                SEARCH, FindOrders(panel.select([sku])), f"Searching orders for {sku}", Asked(panel.digest, sku, Look())
            )
            st.rerun()
    running.follow(SEARCH)
    if len(orders.candidates):
        parts.folded("The models compared", "candidates", partial(candidates, orders))


def _searched(panel: Panel, sku: str) -> Orders | None:
    """What the longer search has found for this SKU, if it was asked for."""
    here = running.slot(SEARCH)
    asked = Asked(panel.digest, sku, Look())
    return here.result if here.settings == asked and isinstance(here.result, Orders) else None


def _apply(orders: Orders) -> None:
    workspace = current()
    taken = {"order": orders.order, "seasonal_order": orders.seasonal_order, "drift": orders.drift}
    workspace.specs["arima"] = replace(make("arima"), **taken)  # type: ignore[type-var]
    for key in [key for key in st.session_state if str(key).startswith("arima-")]:
        del st.session_state[key]  # what the form showed before would win over what is applied
    workspace.select(model="arima")
    st.switch_page(parts.page("model"))


def candidates(orders: Orders) -> None:
    """The models that were compared for the suggestion."""
    names = {"model": "Model", "aicc": "AICc", "delta": "Above the best"}
    tables.show(orders.candidates.rename(columns=names), hide_index=True, column_config=_DIGITS)
    st.caption(
        t(
            "The lowest AICc, by exact likelihood, wins: it weighs how well a model fits against how many parameters it needs. "
            "Models less than 2 above the best are as good."
        )
    )


def season(sku: str, found: Season) -> None:
    """The usual course within a season, and cycle by cycle."""
    parts.reading(found.reading)
    if len(found.grid) > 1:
        left, right = st.columns(2)
        with left:
            st.caption(t("**On average.** Darker is more."))
            parts.chart(diagnostics.usual(found.grid, palette()), "usual", f"Mean units of {sku} within a season")
        with right:
            st.caption(t("**Cycle by cycle.** The thick line is the mean; a slope says that this part of the season changes."))
            parts.chart(diagnostics.subseries(found.cycles, palette()), "subseries", f"Seasonal subseries of {sku}")


def lengths(sku: str, waves: Waves, noun: str) -> None:
    """Which lengths repeat."""
    parts.reading(waves.reading)
    if len(waves.frame):
        st.caption(t("**Periodogram.** Peaks are lengths that repeat; those that the ACF confirms are marked."))
        figure = diagnostics.periodogram(waves.frame, waves.found, palette(), noun=noun)
        parts.chart(figure, "periodogram", f"Periodogram of {sku}")


def breaks(sku: str, found: Steps) -> None:
    """The level between its breaks."""
    parts.reading(found.reading)
    if len(found.level):
        parts.chart(diagnostics.levels(found.level, palette()), "breaks", f"Level of {sku} between its breaks")
    if len(found.frame):
        table = found.frame.assign(ds=found.frame["ds"].map(words.day))
        names = {"ds": "New level from", "before": "Mean before", "after": "Mean after"}
        shown, forms = tables.apart(table.rename(columns=names), {"Mean before": "%.4g", "Mean after": "%.4g"})
        config = {name: st.column_config.NumberColumn(format=form) for name, form in forms.items()}
        tables.show(shown, hide_index=True, column_config=config)


def parts_of(sku: str, found: Diagnosis) -> None:
    """Trend, season (each of them) and rest, with the periods that stand out marked."""
    parts.reading(found.parts.reading)
    parts.chart(diagnostics.parts(found.parts.frame, palette(), odd=found.odd), "parts", f"Trend, season and rest of {sku}")


def peaks(found: Diagnosis) -> None:
    """The periods that stand out."""
    parts.reading(found.odd_reading)
    if len(found.odd):
        odd_table(found.odd)


def odd_table(odd: pd.DataFrame) -> None:
    """The periods that stand out, with what trend and season would have given."""
    table = pd.DataFrame(
        {
            "Date": odd["ds"].map(words.moment if (odd["ds"].dt.hour > 0).any() else words.day),
            "Units": odd["value"].map(words.number),
            "Expected": odd["expected"].map(words.number),
            "How far": odd["score"].abs().round(1),
        }
    )
    tables.show(table, hide_index=True)


_DIGITS = {
    "Statistic": st.column_config.NumberColumn(format="%.3f"),
    "p value": st.column_config.TextColumn(alignment="right"),
    "AICc": st.column_config.NumberColumn(format="%.2f"),
    "Above the best": st.column_config.NumberColumn(format="%.2f"),
}
