"""The families of models as a merchandiser chooses among them: grouped, named, and with what they cost in time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import TypeVar

import numpy as np
import streamlit as st

from forecasting import workflow
from forecasting.core.model import Model
from forecasting.core.panel import Panel
from forecasting.models.network.spec import Network
from forecasting.plots.theme import Palette
from forecasting.workflow import MODELS, Champions, make
from ui import words
from ui.language import t, teller
from ui.workspace import current

_GROUPS = {
    "linear": "Linear",
    "arima": "ARIMA",
    "auto_arima": "ARIMA",
    "smoothing": "Smoothing",
    "intermittent": "Slow sellers",
    "boosting": "Boosting",
    "light_boosting": "Boosting",
    "lstm": "Networks",
    "naive": "Baselines",
}
_MORE = "More"
CHAMPIONS = Champions.name
_FIXED = {"Networks": 40.0, "Boosting": 3.0}
_EACH = {
    "ets": 0.1, "theta": 0.06, "ces": 0.05, "mstl": 0.07, "boosting": 0.05, "auto": 0.5, "arima": 1.0, "auto_arima": 0.6,
    "linear": 0.004, "light_boosting": 0.05,
}  # fmt: skip
_YEARS, _SHORT = 730, 0.3  # `_EACH` is for two years of days; a short series takes at least this share of it
GLOBAL = ("Boosting", "Networks")
BEST_SELLERS = 200
ENOUGH_WINDOWS = 2_000
_START, _EACH_WINDOW = 6.0, 8e-5  # seconds: loading and compiling, and one window, read once
S = TypeVar("S")


def groups() -> dict[str, tuple[str, ...]]:
    """The names of all models by group, in the order in which they are offered."""
    found: dict[str, list[str]] = {title: [] for title in (*_GROUPS.values(), _MORE)}
    for name in MODELS:
        found[group_of(name)].append(name)
    return {title: tuple(names) for title, names in found.items() if names}


def group_of(name: str) -> str:
    """The group a model belongs to."""
    return _GROUPS.get(MODELS[name].where.split(":")[0], _MORE) if name in MODELS else _MORE


def offered() -> tuple[str, ...]:
    """What a forecast can be made with: all models, and the best of each kind where it was chosen on the Compare page."""
    return (*MODELS, *(name for name in (CHAMPIONS,) if name in current().specs))


def sentence(name: str) -> str:
    """What a model is, in one sentence."""
    if name in MODELS:
        return MODELS[name].sentence
    spec = current().specs.get(name)
    kinds = spec.by_class if isinstance(spec, Champions) else ()
    return f"As chosen on Compare: {', '.join(f'{title(model.name)} for {kind}' for kind, model in kinds)}."


def title(name: str) -> str:
    """What a model is called; a second spec of the same family keeps its number.

    >>> title("seasonal_naive"), title("window_mean (2)"), title("something else")
    ('Seasonal naive', 'Window mean (2)', 'something else')
    """
    if name == CHAMPIONS:
        return t("Best of each kind")
    base, _, number = name.partition(" (")
    return f"{t(MODELS[base].title)}{' (' + number if number else ''}" if base in MODELS else name


def titles(names: Iterable[str]) -> dict[str, str]:
    """What each model is called."""
    return {name: title(name) for name in names}


def colors(names: Iterable[str], palette: Palette) -> Mapping[str, str]:
    """One colour for each model, the first in the colour of predictions; the seasonal naive stands back."""
    own = [name for name in names if name != workflow.BASELINE]
    spread = {name: palette.categories[number % len(palette.categories)] for number, name in enumerate(own)}
    return spread | {workflow.BASELINE: palette.muted}


def spec_of(name: str, horizon: int) -> Model:
    """The default spec of a model for a horizon."""
    return make(name, horizon=horizon)


def chosen_spec(name: str, horizon: int) -> Model:
    """The spec with which a model's form starts: what was applied on the Diagnose page, or its defaults."""
    return with_horizon(current().specs.get(name) or spec_of(name, horizon), horizon)


def with_horizon(spec: S, horizon: int) -> S:
    """A spec that answers for `horizon` periods, where it has to know that when it is fitted."""
    if isinstance(spec, Champions):
        own_kinds = tuple((kind, with_horizon(model, horizon)) for kind, model in spec.by_class)
        return replace(spec, usual=with_horizon(spec.usual, horizon), by_class=own_kinds)
    own = {entry.name for entry in fields(spec)}  # type: ignore[arg-type]
    return replace(spec, horizon=horizon) if "horizon" in own else spec  # type: ignore[type-var]


def family_control() -> str:
    """Choose a group, then a model of it; the choice is kept in the workspace and the URL."""
    workspace = current()
    offered = groups()
    name = workspace.model if workspace.model in MODELS else workflow.DEFAULT_MODEL
    st.session_state["model-group"] = group_of(name)
    st.segmented_control(
        t("Method"),
        list(offered),
        format_func=teller(),
        key="model-group",
        required=True,
        label_visibility="collapsed",
        on_change=_take_group,
    )
    members = offered[group_of(name)]
    if len(members) > 1:
        st.session_state["model-name"] = name
        st.pills(
            t("Model"),
            members,
            format_func=titles(members).__getitem__,
            key="model-name",
            required=True,
            label_visibility="collapsed",
            on_change=_take_name,
        )
    st.caption(t(MODELS[name].sentence))
    return name


def _take_group() -> None:
    current().select(model=groups()[st.session_state["model-group"]][0])


def _take_name() -> None:
    current().select(model=st.session_state["model-name"])


def seconds_of(names: Iterable[str], panel: Panel, ids: Sequence[str]) -> float:
    """About how long one fit of each model to these SKUs takes, in seconds, on two free processor cores."""
    single = [one for name in names for one in _made_of(name)]
    skus = float(np.maximum(_lengths(panel, ids) / _YEARS, _SHORT).sum())
    return 0.5 + sum(_FIXED.get(group_of(name), 0.0) + skus * _EACH.get(name, 0.002) for name in single)


def _made_of(name: str) -> tuple[str, ...]:
    spec = current().specs.get(name)
    return tuple(model.name for model in spec.models) if isinstance(spec, Champions) else (name,)


def cost(spec: Model, panel: Panel, ids: Sequence[str], share: float = 1.0) -> str:
    """What a run will cost in time, where that is worth saying, and when it will hardly be worth it.

    `share` is how much of the training is done, where it goes on from a former fit.
    """
    if not isinstance(spec, Network):
        return ""
    found = windows(panel, ids, spec.horizon)
    networks = "one network" if spec.members == 1 else f"{spec.members} networks"
    said = (
        f"Trains {networks} on {words.count(len(ids), 'SKU')}, twice: at most about "
        f"{words.about(share * training_seconds(spec, found))} on two free processor cores. You can go on working meanwhile."
    )
    if found >= ENOUGH_WINDOWS:
        return said
    return f"These SKUs hold only {found:,} training windows: below {ENOUGH_WINDOWS:,} a network is unlikely to help. {said}"


def training_seconds(spec: Network, found: int) -> float:
    """About how long fitting and testing a network takes at most, in seconds, where there are `found` windows to learn from.

    It grows with the windows that are read, and more slowly than the width, since the larger part is spent on cutting them.
    """
    read = spec.members * spec.epochs * min(found, spec.windows)
    return 2 * (_START + read * _EACH_WINDOW * (0.6 + 0.4 * spec.layers * (spec.units / 48) ** 1.5))


def windows(panel: Panel, ids: Sequence[str], horizon: int) -> int:
    """How many stretches of a horizon, with as long a past before them, a network could learn from."""
    return int(np.maximum(_lengths(panel, ids) - 2 * horizon + 1, 0).sum())


def _lengths(panel: Panel, ids: Sequence[str]) -> np.ndarray:
    lengths = dict(zip(panel.ids, panel.lengths.tolist(), strict=True))
    return np.array([lengths[unique_id] for unique_id in ids])
