"""Charts of a search for better settings: what each trial scored, and how the error depends on each parameter."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from forecasting.plots.grids import axis, cell, grid
from forecasting.plots.theme import LIGHT, Look, Palette, faint, house, merged

_ACROSS = 3
_ROW = 210
TITLES = {"wape": "Error (WAPE)", "rmsse": "Error (RMSSE)"}


def history(
    trials: pd.DataFrame, chosen: int, palette: Palette = LIGHT, *, metric: str = "wape", height: int = 320
) -> go.Figure:
    """The error of each trial (rows of `Tuned.trials`) with the best so far, the default and the chosen one."""
    done = trials[trials["score"].notna()]
    hover = "trial %{x}<br><b>" + _number(metric) + "</b><br>%{customdata}<extra></extra>"
    traces = [
        go.Scatter(
            x=done["trial"], y=done["score"], mode="markers", name="one trial", customdata=_wrapped(done["settings"]),
            marker={"size": 7, "color": faint(palette.muted, 0.55)}, hovertemplate=hover,
        ),
        go.Scatter(
            x=trials["trial"], y=trials["best_so_far"], mode="lines", name="best so far", hoverinfo="skip",
            line={"color": palette.prediction, "width": 2, "shape": "hv"},
        ),
    ]  # fmt: skip
    for number, name, symbol, color in ((0, "default", "diamond", palette.ink), (chosen, "chosen", "star", palette.warning)):
        row = trials[trials["trial"] == number]
        traces.append(
            go.Scatter(
                x=row["trial"], y=row["score"], mode="markers", name=name, customdata=_wrapped(row["settings"]),
                marker={"size": 13, "symbol": symbol, "color": color}, hovertemplate=hover,
                error_y={"array": row["std_error"], "color": faint(color, 0.5), "thickness": 1.2},
            )
        )  # fmt: skip
    x, y = {"title": {"text": "Trial"}}, _scores(done["score"], metric)
    return house(traces, palette, height=height, y_title=TITLES[metric], hover="closest", x=x, y=y)


def parameters(
    values: pd.DataFrame, names: Sequence[str], chosen: int, palette: Palette = LIGHT, *, metric: str = "wape"
) -> go.Figure:
    """The error against the value of each parameter (rows of `Tuned.values`), one small chart for each of `names`."""
    beside = min(_ACROSS, max(len(names), 1))
    down = -(-len(names) // beside) or 1
    cells = grid(down, beside, subplot_titles=list(names), shared_yaxes=True, horizontal_spacing=0.04,
                 vertical_spacing=0.28 / down)  # fmt: skip
    for title in cells.get("annotations", ()):
        title["font"] = {"size": 13, "color": palette.text}
    traces: list[go.Scatter] = []
    scales = {}
    for place, name in enumerate(names):
        rows = values[values["parameter"] == name]
        named = not _is_number(rows)
        traces += _dots(rows, named, chosen, palette, metric, cell(place))
        scales[axis("x", place)] = _scale(rows, named)
    return house(
        traces, palette, height=_ROW * down + 40, hover="closest", y=_scores(values["score"], metric),
        layout=merged(cells, scales, {"showlegend": False, "margin": {"t": 30}}),
    )  # fmt: skip


def _dots(
    rows: pd.DataFrame, named: bool, chosen: int, palette: Palette, metric: str, axes: Mapping[str, str]
) -> list[go.Scatter]:
    is_chosen = rows["trial"] == chosen
    return [
        go.Scatter(
            x=part["value"] if named else part["number"], y=part["score"], mode="markers", customdata=part["value"],
            marker={"size": size, "color": color, "symbol": symbol},
            hovertemplate="%{customdata}<br><b>" + _number(metric) + "</b><extra></extra>", **axes,
        )
        for part, color, size, symbol in (
            (rows[~is_chosen], faint(palette.prediction, 0.6), 7, "circle"),
            (rows[is_chosen], palette.warning, 12, "star"),
        )
    ]  # fmt: skip


def _scale(rows: pd.DataFrame, named: bool) -> Look:
    """Options in their order; numbers of several sizes by factors."""
    if named:
        order = rows.drop_duplicates("value").sort_values("number")["value"]
        return {"type": "category", "categoryorder": "array", "categoryarray": list(order)}
    return {"type": "log"} if _by_factors(rows["number"]) else {}


def _scores(scores: pd.Series, metric: str) -> Look:
    """The axis of the errors, with as many digits as tell its marks apart.

    >>> _scores(pd.Series([0.2, 0.4]), "wape")["tickformat"], _scores(pd.Series([0.326, 0.331]), "wape")["tickformat"]
    ('.0%', '.1%')
    """
    shown = _range(scores)
    wide = shown[1] - shown[0] if shown else 1.0
    digits = 0 if wide >= 0.04 else 1 if wide >= 0.004 else 2
    return {"range": shown, "tickformat": f".{digits}%" if metric == "wape" else None}


def _is_number(rows: pd.DataFrame) -> bool:
    """Whether the values are numbers, not options that have a place."""
    return bool(pd.to_numeric(rows["value"], errors="coerce").notna().sum() >= rows["number"].notna().sum() > 0)


def _by_factors(numbers: pd.Series) -> bool:
    known = numbers.dropna()
    return bool(len(known) and known.min() > 0 and known.max() >= 20 * known.min())


def _number(metric: str) -> str:
    return "%{y:.1%} error" if metric == "wape" else "%{y:.3f} error"


def _range(scores: pd.Series) -> list[float] | None:
    """From below the best to a little above the middle ones: what failed badly would press the rest together."""
    known = scores.dropna()
    if known.empty or known.max() == known.min():
        return None
    low, high = float(known.min()), float(known.quantile(0.8))
    room = 0.12 * max(high - low, 0.05 * low, 1e-9)
    return [low - room, max(high, float(known.iloc[0])) + room]


def _wrapped(settings: pd.Series) -> pd.Series:
    return settings.str.replace(", ", "<br>")
