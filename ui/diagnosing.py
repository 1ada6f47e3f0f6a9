"""The Diagnose page's parts: asking for a diagnosis when the choice changes, and its statistics one click deeper."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import pandas as pd
import streamlit as st

from forecasting.core.frequency import grain
from forecasting.core.panel import Panel
from forecasting.plots import diagnostics
from forecasting.workflow import MODELS, make
from forecasting.workflow.diagnosing import Diagnose, Diagnosis, Level, Look, Memory, Orders
from ui import parts, running, words
from ui.theme import palette
from ui.workspace import current

JOB = "diagnosis"
SCALES = ("as it is", "log", "box-cox")
STEPS = (0, 1, 2)
T = TypeVar("T")


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
        label, choices, default=choices[0], required=True, key=f"diagnose-{key}", persist_state="session", help=help,
        format_func=lambda value: str(value).capitalize(),
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


def tests(level: Level) -> None:
    """The two tests' statistics."""
    rows = [
        ("ADF (Dickey-Fuller)", "the level wanders", level.adf, level.adf_p),
        ("KPSS", "the level is steady", level.kpss, level.kpss_p),
    ]
    table = pd.DataFrame(rows, columns=["Test", "It assumes that", "Statistic", "p value"])
    st.dataframe(table, hide_index=True, column_config=_DIGITS)
    st.caption(
        "A p value below 0.05 speaks against what the test assumes. KPSS's lies between 0.01 and 0.1, the ends of its table."
    )


def correlations(memory: Memory) -> None:
    """The values behind a correlogram."""
    names = {"lag": "Lag", "value": "Correlation", "band": "Band", "bartlett": "Bartlett's band"}
    number = st.column_config.NumberColumn(format="%.3f")
    config = dict.fromkeys(list(names.values())[1:], number)
    st.dataframe(memory.frame.rename(columns=names), hide_index=True, height=240, column_config=config)


def suggestion(orders: Orders) -> None:
    """The suggested orders with their reasons, and the button that takes them to the Model page."""
    parts.reading(orders.reading)
    st.markdown("\n".join(f"- {reason}" for reason in orders.reasons))
    if "arima" in MODELS and st.button("Apply to Model", type="primary", icon=":material/tune:"):
        _apply(orders)
    if len(orders.candidates):
        with st.expander("The models compared"):
            candidates(orders)


def _apply(orders: Orders) -> None:
    workspace = current()
    workspace.specs["arima"] = replace(make("arima"), order=orders.order, seasonal_order=orders.seasonal_order)  # type: ignore[type-var]
    for key in [key for key in st.session_state if str(key).startswith("arima-")]:
        del st.session_state[key]  # what the form showed before would win over what is applied
    workspace.select(model="arima")
    st.switch_page(parts.page("model"))


def candidates(orders: Orders) -> None:
    """The models that were compared for the suggestion."""
    st.dataframe(orders.candidates.rename(columns={"model": "Model", "aicc": "AICc"}), hide_index=True, column_config=_DIGITS)
    st.caption("The lowest AICc wins: it weighs how well a model fits against how many parameters it needs.")


def parts_of(sku: str, found: Diagnosis) -> None:
    """Trend, season and rest, with the periods that stand out."""
    parts.reading(found.parts.reading)
    parts.chart(diagnostics.parts(found.parts.frame, palette(), odd=found.odd), "parts", f"Trend, season and rest of {sku}")
    if len(found.odd):
        with st.expander(f"{words.count(len(found.odd), 'period')} stand out"):
            odd_table(found.odd)


def odd_table(odd: pd.DataFrame) -> None:
    """The periods that stand out, with what trend and season would have given."""
    table = pd.DataFrame(
        {
            "Date": odd["ds"].map(words.day),
            "Units": odd["value"].round(),
            "Expected": odd["expected"].round(),
            "How far": odd["score"].abs().round(1),
        }
    )
    st.dataframe(table, hide_index=True)


_DIGITS = {
    "Statistic": st.column_config.NumberColumn(format="%.3f"),
    "p value": st.column_config.NumberColumn(format="%.3f"),
    "AICc": st.column_config.NumberColumn(format="%.1f"),
}
