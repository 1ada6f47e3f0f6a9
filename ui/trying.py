"""The Model page's parts: which SKUs a model is tried on, asking for it, and what came of it."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from zlib import crc32

import pandas as pd
import streamlit as st

from forecasting.core.frequency import grain
from forecasting.core.model import Model
from forecasting.core.panel import Panel
from forecasting.explore import ahead
from forecasting.plots import forecasts
from forecasting.workflow import TryModel, Tryout, carried_on, promoted
from ui import cached, forms, learning_on, models, parts, planning, running, scores, tables, words
from ui.language import t, teller
from ui.theme import palette

JOB = "model"
ALONE, BEST, CHOSEN = "This SKU", "Best sellers", "Chosen SKUs"
_MOST_CHOSEN = 500
_PLANNING = ("Linear", "ARIMA", "Boosting", "Networks")


@dataclass(frozen=True)
class Asked:
    """What a run of the Model page was asked for."""

    spec: Model
    ids: tuple[str, ...]
    horizon: int


def scope_control(panel: Panel, sku: str, name: str) -> tuple[str, ...]:
    """Choose which SKUs a model learns from and is judged on."""
    usual = BEST if models.group_of(name) in models.GLOBAL and len(panel) > 1 else ALONE
    key = f"scope-{usual}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        scope = st.segmented_control(
            t("Learn from"), [ALONE, BEST, CHOSEN], format_func=teller(), default=usual, required=True, key=key,
            persist_state="session", wrap=True,
            help=t("A network or boosting learns from all of these SKUs together; the other methods look at each on its own."),
        )  # fmt: skip
        return _scope(panel, sku, scope or usual)


def _scope(panel: Panel, sku: str, scope: str) -> tuple[str, ...]:
    labels = cached.sku_labels(panel)
    if scope == BEST:
        most = min(models.BEST_SELLERS, len(panel))
        count = st.number_input(
            t("How many"), 1, min(1000, len(panel)), most, key="scope-count", persist_state="session", width=120
        )
        return tuple(dict.fromkeys([*list(labels)[:count], sku]))
    if scope == CHOSEN:
        chosen = st.multiselect(
            t("SKUs"), list(labels), format_func=labels.__getitem__, key="scope-skus", persist_state="session",
            max_selections=_MOST_CHOSEN, placeholder=t("Choose SKUs"),
        )  # fmt: skip
        return tuple(dict.fromkeys([sku, *chosen]))
    return (sku,)


def settings(panel: Panel, name: str, sku: str, ids: tuple[str, ...], horizon: int) -> None:
    """The form of a model; its button has the model fitted and judged in a process of its own."""
    here = running.slot(JOB)
    last = here.settings if isinstance(here.settings, Asked) and here.settings.spec.name == name else None
    start = models.chosen_spec(name, horizon)
    key = name if start == models.spec_of(name, horizon) else f"{name}-{crc32(repr(start).encode())}"
    ran = models.with_horizon(last.spec, horizon) if last else None

    former = learning_on.control(panel, name, horizon)

    def run(spec: Model) -> None:
        asked = Asked(models.with_horizon(spec, horizon), ids, horizon)
        chosen = panel.select(ids)
        plan = carried_on(chosen, horizon) if chosen.known else None
        request = TryModel(chosen, asked.spec, horizon, plan, focus=sku, former=former)
        running.start(JOB, request, f"Fitting {models.title(name)}", asked)

    share = learning_on.share(former, panel, horizon)
    note = partial(models.cost, panel=panel, ids=ids, share=share)
    forms.settings(key, start, ran, run, f"Fit {t(models.title(name))}", note=note)


def result(sku: str, horizon: int, name: str) -> tuple[Tryout, Asked] | None:
    """The last result if it is about this SKU, model and horizon; else the page says what to do."""
    here = running.slot(JOB)
    asked = here.settings
    if isinstance(here.result, Tryout) and isinstance(asked, Asked) and sku in asked.ids:
        if asked.horizon == horizon and asked.spec.name == name:
            return here.result, asked
        st.info(t(f"The last fit was {models.title(asked.spec.name)}, {asked.horizon} ahead. Fit again to see this choice."))
    return None


def verdict(tryout: Tryout, panel: Panel, freq: str) -> None:
    """How far off the model was on what it had not seen: a sentence, cards, and all metrics one click deeper."""
    name = tryout.held_out[0].model
    table = tryout.evaluation.summary()
    own = scores.of_model(table, name)
    size, view = next(iter(ahead.blocks(freq).items()))
    error = ahead.usual_error(tryout.held_out[:1], panel, size)
    said, noun = scores.off_by(error, ahead.noun_of(view), own["bias"], each=len(panel) > 1), noun_of(panel)
    parts.reading(f"{said} {scores.beats(table, name)}")
    parts.kpis(
        (
            parts.Kpi(
                f"Off by, {noun} by {noun}",
                words.percent(own["wape"]),
                help="WAPE: sum of absolute errors over sum of sales, one period at a time: what evens out later still counts.",
            ),
            parts.Kpi("Direction", words.bias(own["bias"]).capitalize(), help="Forecast minus sales, as a share of sales."),
            parts.Kpi("Error against naive", scores.against_baseline(table, name), help="WAPE beside the seasonal naive's."),
            parts.Kpi(
                "In 80 % range",
                words.percent(own["coverage_80"]),
                help="How often sales lay inside of the 80 % range; 80 % would be exactly right.",
            ),
        )
    )


def plan_note(tryout: Tryout, panel: Panel) -> None:
    """What prices and promotions the test knew, and what the forecast and all that is said of it take them to be."""
    spec = tryout.fit.spec
    if not panel.known or models.group_of(spec.name) not in _PLANNING or not getattr(spec, "regressors", True):
        return
    known, share = ", ".join(panel.known), promoted(panel, tryout.fit.forecast.horizon)
    lately = (
        f" Lately {words.percent(share)} of all SKUs were on promotion, so expect less than usual. "
        "The Forecast page takes a plan."
    )
    further = lately if share >= planning.SELDOM else ""
    st.caption(t(f"The test knew {known} of its block; the forecast takes prices as now and no promotion.{further}"))


def curve(tryout: Tryout, panel: Panel, sku: str, size: int, noun: str) -> None:
    """Actual beside predicted on the held-out block, and what comes next."""
    past = ahead.past(panel, sku, size).dropna()
    tested = ahead.beside(tryout.held_out, panel, sku, size)
    expected = ahead.ahead(tryout.fit.forecast.select([sku]), size)
    cutoffs = {"tested from here": tryout.held_out[0].cutoff, "cut-off": tryout.fit.forecast.cutoff}
    figure = forecasts.held_out(
        past.tail(_shown(tryout.fit.forecast.horizon, size)), tested, expected, cutoffs, palette(),
        titles=models.titles(forecast.model for forecast in tryout.held_out),
        label=f"Units {'an' if noun == 'hour' else 'a'} {noun}",
    )  # fmt: skip
    parts.chart(figure, "tested", f"Actual and predicted units of {sku}")


def _shown(horizon: int, size: int) -> int:
    """How much of the past is drawn: enough to see the season, not so much that the forecast is a sliver."""
    return max(6 * horizon // size, 26 if size > 1 else 90)


def flag(tryout: Tryout, sku: str) -> str:
    """What the forecast says is special about a SKU: a fallback, a term left out, a search that did not settle."""
    forecast = tryout.fit.forecast
    return forecast.flags[forecast.ids.index(sku)] if forecast.flags else ""


def details(tryout: Tryout, sku: str) -> None:
    """The statistics: metrics of all models, coefficients, loss curve, summary, and which SKUs fell back."""
    fit = tryout.fit
    metrics = partial(scores.table, tryout.evaluation.summary(), "tryout-scores", first={"model": "Model"})
    parts.folded("All metrics, beside the baselines", "metrics", metrics, icon=":material/table_chart:")
    if fit.coefficients is not None and len(fit.coefficients):
        table = partial(_coefficients, fit.coefficients, sku)
        parts.folded("Coefficients with 95 % intervals", "coefficients", table, icon=":material/align_horizontal_center:")
    if fit.loss_curve is not None and len(fit.loss_curve):
        with st.expander(t("How the network learnt"), icon=":material/show_chart:", expanded=True):
            parts.chart(forecasts.loss_curve(fit.loss_curve, palette()), "loss", "Loss by epoch")
    if fit.summary:
        parts.folded("Summary", "summary", partial(st.code, fit.summary, language=None), icon=":material/description:")
    if fit.failures:
        rows = pd.DataFrame([(failure.unique_id, failure.reason) for failure in fit.failures], columns=["SKU", "Reason"])
        fell_back = f"{words.count(len(rows), 'SKU')} fell back to a simpler model"
        parts.folded(fell_back, "failures", partial(tables.show, rows, hide_index=True), icon=":material/info:")


def _coefficients(table: pd.DataFrame, sku: str) -> None:
    own = table[table["unique_id"] == sku].drop(columns="unique_id")
    if own.empty:
        st.caption(t(f"There is nothing to estimate for {sku}: it always sells the same, or it fell back to a simpler model."))
        return
    parts.chart(forecasts.coefficients(own, palette()), "coefficients", "Coefficients with their intervals")
    shown, forms = tables.apart(own, dict.fromkeys(("estimate", "std_error", "lower", "upper"), "%.4g"))
    config: dict[str, Any] = {
        name: st.column_config.NumberColumn(name.replace("_", " ").capitalize(), format=form) for name, form in forms.items()
    }
    config |= {"term": "Term", "p_value": st.column_config.TextColumn("P value", alignment="right")}
    tables.show(
        shown.assign(p_value=shown["p_value"].map(words.p_value)),
        hide_index=True,
        key="coefficients-table",
        placeholder=words.UNDEFINED,
        column_config=config,
    )


def noun_of(panel: Panel) -> str:
    """One period of the panel."""
    return grain(panel.freq).noun
