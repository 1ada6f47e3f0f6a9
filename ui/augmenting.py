"""The Model page's test of synthetic windows: how like the shop's own they are, and whether a network is better with them."""

from dataclasses import dataclass, replace
from functools import partial

import pandas as pd
import streamlit as st

from forecasting.core.errors import ShelfcastError
from forecasting.core.panel import Panel
from forecasting.models.network.spec import Network
from forecasting.models.network.synthetic import GENERATORS, NONE
from forecasting.models.network.synthetic.quality import Quality
from forecasting.plots import insides as plots
from forecasting.workflow import Backtest, SyntheticTried, TrySynthetic
from ui import models, parts, running, tables, words
from ui.language import t, told_from
from ui.theme import palette
from ui.workspace import current

JOB = "synthetic"
_CUTOFFS = 3


@dataclass(frozen=True)
class Asked:
    """What a test was asked for."""

    spec: Network
    generator: str
    ids: tuple[str, ...]
    horizon: int


def section(panel: Panel, name: str, ids: tuple[str, ...], horizon: int) -> None:
    """Everything about synthetic windows, behind one click, for networks only."""
    spec = models.chosen_spec(name, horizon)
    if not isinstance(spec, Network):
        return
    here = running.slot(JOB)
    asked = here.settings if isinstance(here.settings, Asked) and here.settings.spec.name == name else None
    busy = here.job is not None or bool(here.error) or asked is not None
    test = partial(_test, panel, name, spec, asked, ids, horizon)
    parts.folded("Synthetic windows: would they help?", "synthetic", test, icon=":material/auto_awesome:", expanded=busy)


def _test(panel: Panel, name: str, spec: Network, asked: Asked | None, ids: tuple[str, ...], horizon: int) -> None:
    parts.reading(
        "A network can also learn from windows made to look like your own. They stay off unless a test shows at least 1 % "
        "less error."
    )
    _state(name, spec)
    _ask(panel, spec, ids, horizon)
    here = running.follow(JOB)
    if isinstance(here.result, SyntheticTried) and asked is not None and asked.horizon == horizon:
        _result(here.result, name, asked)


def _state(name: str, spec: Network) -> None:
    if spec.augment == NONE:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(t(f"On: {GENERATORS[spec.augment][0]}"), icon=":material/check:", color="green")
        if st.button(t("Switch off"), key="synthetic-off"):
            _use(name, replace(spec, augment=NONE))


def _ask(panel: Panel, spec: Network, ids: tuple[str, ...], horizon: int) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        generator = st.selectbox(
            t("Made by"), list(GENERATORS), format_func=told_from({key: told[0] for key, told in GENERATORS.items()}),
            key="synthetic-generator", persist_state="session",
            help=t("The first two change real windows a little. The last two learn what windows look like and draw new ones."),
        )  # fmt: skip
        cutoffs = st.number_input(
            t("Cut-offs"), 1, 8, _CUTOFFS, key="synthetic-cutoffs", persist_state="session", width=120,
            help=t("At how many past dates the network is trained with and without them."),
        )  # fmt: skip
        pressed = st.button(t("Test"), key="run-synthetic", icon=":material/play_arrow:")
    seconds = int(cutoffs) * models.training_seconds(spec, models.windows(panel, ids, horizon))
    st.caption(
        t(
            f"Trains the network {2 * int(cutoffs)} times on {words.count(len(ids), 'SKU')}: at most about "
            f"{words.about(seconds)} on two free processor cores."
        )
    )
    if pressed:
        asked = Asked(spec, str(generator), ids, horizon)
        request = TrySynthetic(panel.select(ids), replace(spec, augment=NONE), str(generator), Backtest(horizon, int(cutoffs)))
        try:
            running.start(JOB, request, "Testing synthetic windows", asked)
        except ShelfcastError as error:
            st.error(t(str(error)), icon=":material/error:")
        else:
            st.rerun()


def _result(tried: SyntheticTried, name: str, asked: Asked) -> None:
    parts.reading(tried.verdict)
    change = None if abs(tried.gain) < 0.0005 else words.change(-tried.gain)
    parts.kpis(
        (
            parts.Kpi("Error without", words.percent(tried.wape_without, 1), help="WAPE over all cut-offs."),
            parts.Kpi("Error with", words.percent(tried.wape, 1), change, "WAPE at the same cut-offs.", "inverse"),
            parts.Kpi("Told from real", words.percent(0.5 + tried.quality.discriminative), help="50 % is a coin."),
            parts.Kpi("Kinds covered", words.percent(tried.quality.coverage), help="Real windows with a synthetic one near."),
        ),
        "synthetic",
    )
    if tried.helps and models.chosen_spec(name, asked.horizon) == asked.spec:
        wanted = replace(asked.spec, augment=tried.generator)
        if st.button(t("Use synthetic windows"), type="primary", icon=":material/check:", key="use-synthetic"):
            _use(name, wanted)
    parts.chart(plots.windows(tried.real, tried.made, palette()), "synthetic-windows", "Real and synthetic windows")
    likeness = partial(_likeness, tried.quality)
    parts.folded("How like your own they are", "synthetic-quality", likeness, icon=":material/table_chart:")


def _likeness(quality: Quality) -> None:
    tables.show(_table(quality), hide_index=True, key="synthetic-quality")
    st.caption(t("Compared with real windows that the generator has not seen. They are never judged by or exported."))


def _table(quality: Quality) -> pd.DataFrame:
    rows = [
        ("Discriminative score", quality.discriminative, "0", "A classifier tells them from real ones, beyond chance."),
        ("Trained on synthetic, tested on real", quality.transfer, "1", "Error over that of training on real windows."),
        ("Autocorrelation distance", quality.acf, f"{quality.acf_real:.3f}", "Up to four weeks; at best as among real ones."),
        ("Distance of sales", quality.marginal, f"{quality.marginal_real:.3f}", "Wasserstein; at best as among real ones."),
        ("Nearest real window", quality.nearest, "1", "Far below 1 they are copies."),
        ("Kinds of windows covered", quality.coverage, "1", "Low where kinds of windows are missing."),
    ]
    return pd.DataFrame(rows, columns=["Measure", "Value", "At best", "What it says"]).round({"Value": 3})


def _use(name: str, spec: Network) -> None:
    current().specs[name] = spec
    st.rerun()
