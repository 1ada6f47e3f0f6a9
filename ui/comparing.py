"""The Compare page's parts: who takes part in a contest, asking for it, and the standings."""

from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from forecasting.core.frequency import grain
from forecasting.core.panel import Panel
from forecasting.explore import ahead
from forecasting.plots import forecasts
from forecasting.workflow import BASELINE, MODELS, Backtest, Champions, Contest, Standings
from ui import cached, forms, models, outlooks, parts, running, scores, views, words
from ui.language import t, teller
from ui.theme import palette
from ui.workspace import current

JOB = "compare"
ALONE, BEST, ALL = "This SKU", "Best sellers", "All SKUs"
EACH_KIND = "Each kind of demand"
CLASSES = ("smooth", "erratic", "intermittent", "lumpy")
_USUAL = ("linear", "ets", "weekday_mean", "window_mean", BASELINE)
_USUAL_SKUS = 50
_WINDOWS = 3


@dataclass(frozen=True)
class Asked:
    """What a contest was asked for."""

    names: tuple[str, ...]
    ids: tuple[str, ...]
    horizon: int
    windows: int


def settings(panel: Panel, sku: str, horizon: int) -> None:
    """Who takes part, on which SKUs, at how many cutoffs; nothing runs before the button."""
    st.fragment(_settings)(panel, sku, horizon)


def _settings(panel: Panel, sku: str, horizon: int) -> None:
    with st.container(border=True, key="contest"):
        names = st.multiselect(
            t("Models"),
            list(MODELS),
            default=[name for name in _USUAL if name in MODELS],
            format_func=models.titles(MODELS).__getitem__,
            key="contest-models",
            persist_state="session",
            placeholder=t("Choose models"),
            help=t("The seasonal naive and the window mean always take part: they are the bar to beat."),
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            ids = _scope(panel, sku)
            windows = st.number_input(
                t("Cut-offs"), 1, 12, _WINDOWS, key="contest-windows", persist_state="session", width=140,
                help=t("How many times the models are tested, each time one horizon further back."),
            )  # fmt: skip
        _button(panel, Asked(tuple(names), ids, horizon, windows))


def _button(panel: Panel, asked: Asked) -> None:
    here = running.slot(JOB)
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            t("Compare"), key="run-compare", type="primary", icon=":material/play_arrow:", disabled=not asked.names
        )
        if here.settings is not None and here.settings != asked:
            st.badge(t(forms.NOT_RUN), icon=":material/edit:", color="orange")
        else:
            st.caption(t(running.foretold(_seconds(panel, asked))))
    if pressed:
        specs = tuple(models.chosen_spec(name, asked.horizon) for name in asked.names)
        request = Contest(taking_part(panel, asked), specs, Backtest(asked.horizon, asked.windows))
        running.start(JOB, request, f"Comparing {words.count(len(specs), 'model')}", asked, _seconds(panel, asked))
        st.rerun()


def _seconds(panel: Panel, asked: Asked) -> float:
    return models.seconds_of(asked.names, panel, asked.ids) * asked.windows


def taking_part(panel: Panel, asked: Asked) -> Panel:
    """The panel of the SKUs that a contest is about."""
    return panel if len(asked.ids) == len(panel) else panel.select(asked.ids)


def _scope(panel: Panel, sku: str) -> tuple[str, ...]:
    scope = st.segmented_control(
        t("On"),
        [ALONE, BEST, ALL],
        format_func=teller(),
        default=BEST,
        required=True,
        key="contest-scope",
        persist_state="session",
        wrap=True,
    )
    if scope == ALL:
        return panel.ids
    if scope == ALONE:
        return (sku,)
    most = min(_USUAL_SKUS, len(panel))
    count = st.number_input(t("How many"), 1, len(panel), most, key="contest-count", persist_state="session", width=140)
    return tuple(list(cached.sku_labels(panel))[:count])


def leaderboard(standings: Standings, asked: Asked, noun: str) -> None:
    """Who won, in one sentence, and the table."""
    parts.reading(_sentence(standings, noun))
    table = standings.summary
    scores.table(table, "leaderboard", first={"model": "Model"})
    tested = words.count(len(standings.cutoffs), "cut-off")
    st.caption(
        t(
            f"{words.count(standings.skus, 'SKU')}, {tested}, {asked.horizon} {noun}s ahead each time. "
            f"Every model saw the same sales and nothing after the cut-off. {_fallbacks(standings)}"
        )
    )
    _by_chance(standings)


def _by_chance(standings: Standings) -> None:
    """Whether the best is ahead of the others by more than luck, with the statistics one click deeper."""
    table = standings.differences
    if table is None or table.empty:
        return
    ranked = table.set_index("model").reindex(standings.models[1:]).reset_index().rename_axis(None, axis=1)
    told = partial(_told_by_chance, ranked, standings.champion)
    parts.folded("Is the difference more than chance?", "chance", told, icon=":material/balance:")


def _told_by_chance(ranked: pd.DataFrame, champion: str) -> None:
    scores.differences(ranked, "differences")
    st.caption(
        t(
            f"Each model against {models.title(champion)}. *Low* and *high* bound the difference in 19 of 20 "
            "cases, had other SKUs of this kind been tested (paired bootstrap, 2,000 draws). The probabilities say how "
            "often a difference this large comes up by luck: over other SKUs, and over other weeks (Diebold-Mariano test "
            "with the correction of Harvey, Leybourne and Newbold). Below 5 % in both, where both can be told, it is "
            "hardly chance."
        )
    )


def champions(standings: Standings, asked: Asked, sku: str) -> None:
    """Choose the best model for all SKUs, for each kind of demand, or for one SKU, and take it to the forecast."""
    with st.container(border=True, key="champions"):
        parts.section("Take the best along")
        scope = st.segmented_control(
            t("Best for"),
            [ALL, EACH_KIND, ALONE],
            format_func=teller(),
            default=ALL,
            required=True,
            key="champion-for",
            persist_state="session",
        )
        if scope == EACH_KIND:
            _best_of_each(standings, asked)
        elif scope == ALONE:
            _best_of_one(standings, sku)
        else:
            best = standings.champion
            _taking(f"Use {models.title(best)} for the forecast", best.split(" (")[0])


def _best_of_each(standings: Standings, asked: Asked) -> None:
    found = standings.champions
    st.write(t("  \n".join(f"{kind.capitalize()}: **{models.title(found[kind])}**" for kind in CLASSES if kind in found)))
    st.caption(t("Kinds of demand that were not tested get the best for all SKUs."))
    if _pressed("Use the best of each kind for the forecast"):
        spec = {name: models.chosen_spec(name.split(" (")[0], asked.horizon) for name in {standings.champion, *found.values()}}
        own = tuple((kind, spec[name]) for kind, name in sorted(found.items()))
        current().specs[models.CHAMPIONS] = Champions(spec[standings.champion], own)
        _go(models.CHAMPIONS, None)


def _best_of_one(standings: Standings, sku: str) -> None:
    best = standings.champion_of(sku)
    if best is None:
        st.caption(t(f"{sku} was not tested, or sold nothing in the test periods: compare again on this SKU."))
        return
    st.caption(t("One SKU proves little: a model that was closest by chance is no better next time."))
    _taking(f"Use {models.title(best)} for {sku}", best.split(" (")[0], sku)


def _taking(label: str, name: str, sku: str | None = None) -> None:
    if _pressed(label):
        _go(name, sku)


def _pressed(label: str) -> bool:
    return st.button(t(label), key="use-champion", type="primary", icon=":material/trophy:")


def _go(name: str, sku: str | None) -> None:
    current().select(model=name, sku=sku)
    outlooks.choose(sku)
    st.switch_page(parts.page("forecast"))


def _sentence(standings: Standings, noun: str) -> str:
    best = standings.champion
    if best == BASELINE:
        return "Nothing beats the seasonal naive here, so the seasonal naive is the one to use."
    table = standings.summary
    own = scores.of_model(table, best)
    return (
        f"{models.title(best)} is closest: off by {words.percent(own['wape'])} of sales {noun} by {noun}, by "
        f"{words.percent(own['wape_total'])} over the whole horizon, {words.bias(own['bias'])}. {scores.beats(table, best)} "
        f"{_luck(standings)}"
    )


def _luck(standings: Standings) -> str:
    chance = standings.may_be_chance()
    if chance is None:
        return ""
    second = models.title(standings.models[1])
    if chance:
        return f"The difference to the runner-up, {second}, may be chance."
    return f"It is ahead of the runner-up, {second}, by more than chance."


def _fallbacks(standings: Standings) -> str:
    count = standings.failures["unique_id"].nunique()
    return f"{words.count(count, 'SKU')} fell back to a simpler model at some cut-off." if count else ""


def curves(standings: Standings, panel: Panel, sku: str) -> None:
    """What the models said at the same cutoffs, over what happened."""
    with st.container(border=True):
        size, noun = views.section_with_blocks("Actual and predicted", panel.freq, "compare")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            shown = _shown_models(standings)
            together = st.segmented_control(
                t("Curves of"), ["This SKU", "All SKUs together"], format_func=teller(), default="This SKU", required=True,
                key="curves-of", persist_state="session", wrap=True,
            ) != "This SKU"  # fmt: skip
        said = ahead.blocks_of_totals(standings.totals, size) if together else _beside(standings, panel, sku, size)
        said = said[said["model"].isin(shown)]
        if said.empty or not (together or sku in panel.ids):
            st.info(
                t(
                    "Curves are kept for the best sellers of a contest, and this SKU is not among them. "
                    "Choose another SKU above."
                )
            )
            return
        past = _past(standings, panel, None if together else sku, size)
        figure = forecasts.curves(
            past,
            said,
            palette(),
            titles=models.titles(shown),
            colors=models.colors(standings.models, palette()),
            banded=None if together else shown[0],
            label=f"Units {'an' if noun == 'hour' else 'a'} {noun}",
        )
        parts.chart(figure, "curves", "Actual units and what the models predicted at the same cut-offs")


def _shown_models(standings: Standings) -> list[str]:
    usual = list(dict.fromkeys([*standings.models[:2], BASELINE]))
    chosen = st.pills(
        t("Shown"),
        standings.models,
        selection_mode="multi",
        default=usual,
        format_func=models.titles(standings.models).__getitem__,
        key=f"shown-{standings.models}",
        wrap=True,
    )
    return [name for name in standings.models if name in (chosen or usual)]


def _beside(standings: Standings, panel: Panel, sku: str, size: int) -> pd.DataFrame:
    return ahead.beside(standings.curves if sku in panel.ids else (), panel, sku, size)


def _past(standings: Standings, panel: Panel, sku: str | None, size: int) -> pd.DataFrame:
    past = ahead.past(panel, sku, size).dropna()
    first = standings.cutoffs[0] - 2 * (panel.last - standings.cutoffs[0])
    return past[past["ds"] >= first]


def breakdowns(standings: Standings, panel: Panel) -> None:
    """Where the error comes from: by distance, by class of demand, and on which SKUs."""
    colors = models.colors(standings.models, palette())
    titles = models.titles(standings.models)
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        parts.section("By distance")
        table = standings.by_horizon
        figure = forecasts.by_horizon(table, palette(), titles=titles, colors=colors, noun=grain(panel.freq).noun)
        parts.chart(figure, "by-horizon", "Error of each model by periods ahead")
    with right.container(border=True, height="stretch"):
        parts.section("By class of demand")
        present = [name for name in CLASSES if name in set(standings.by_class["demand_class"])]
        figure = forecasts.by_group(standings.by_class, "demand_class", present, palette(), titles=titles, colors=colors)
        parts.chart(figure, "by-class", "Error of each model by class of demand")


def worst(standings: Standings, panel: Panel) -> None:
    """The SKUs on which a model loses most."""
    with st.container(border=True):
        parts.section("Where most is lost")
        name = st.selectbox(
            t("Model"), standings.models, format_func=models.titles(standings.models).__getitem__, key="worst-model", width=260
        )
        own = standings.worst[standings.worst["model"] == name].drop(columns="model")
        labels = cached.sku_labels(panel)
        own = own.assign(unique_id=own["unique_id"].map(labels), demand_class=own["demand_class"].str.capitalize())
        if own["money_lost"].isna().all():
            own = own.drop(columns="money_lost")
        scores.losses(own, "worst")
