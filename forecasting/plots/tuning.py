"""Charts of a search for better settings: what each trial scored, and how the error depends on each parameter."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from forecasting.plots.theme import LIGHT, Palette, faint, house

_ACROSS = 3
_ROW = 210
TITLES = {"wape": "Error (WAPE)", "rmsse": "Error (RMSSE)"}


def history(
    trials: pd.DataFrame, chosen: int, palette: Palette = LIGHT, *, metric: str = "wape", height: int = 320
) -> go.Figure:
    """The error of each trial (rows of `Tuned.trials`) with the best so far, the default and the chosen one."""
    done = trials[trials["score"].notna()]
    figure = go.Figure()
    hover = "trial %{x}<br><b>" + _number(metric) + "</b><br>%{customdata}<extra></extra>"
    figure.add_scatter(
        x=done["trial"], y=done["score"], mode="markers", name="one trial", customdata=_wrapped(done["settings"]),
        marker={"size": 7, "color": faint(palette.muted, 0.55)}, hovertemplate=hover,
    )  # fmt: skip
    figure.add_scatter(
        x=trials["trial"], y=trials["best_so_far"], mode="lines", name="best so far", hoverinfo="skip",
        line={"color": palette.prediction, "width": 2, "shape": "hv"},
    )  # fmt: skip
    for number, name, symbol, color in ((0, "default", "diamond", palette.ink), (chosen, "chosen", "star", palette.warning)):
        row = trials[trials["trial"] == number]
        figure.add_scatter(
            x=row["trial"], y=row["score"], mode="markers", name=name, customdata=_wrapped(row["settings"]),
            marker={"size": 13, "symbol": symbol, "color": color}, hovertemplate=hover,
            error_y={"array": row["std_error"], "color": faint(color, 0.5), "thickness": 1.2},
        )  # fmt: skip
    house(figure, palette, height=height, y_title=TITLES[metric], hover="closest")
    figure.update_xaxes(title_text="Trial")
    return figure.update_yaxes(range=_range(done["score"]), tickformat=".0%" if metric == "wape" else None)


def parameters(
    values: pd.DataFrame, names: Sequence[str], chosen: int, palette: Palette = LIGHT, *, metric: str = "wape"
) -> go.Figure:
    """The error against the value of each parameter (rows of `Tuned.values`), one small chart for each of `names`."""
    across = min(_ACROSS, max(len(names), 1))
    down = -(-len(names) // across) or 1
    figure = make_subplots(down, across, subplot_titles=list(names), shared_yaxes=True, horizontal_spacing=0.04,
                           vertical_spacing=0.28 / down)  # fmt: skip
    for place, name in enumerate(names):
        rows = values[values["parameter"] == name]
        named = not _is_number(rows)
        _dots(figure, rows, named, chosen, palette, metric, (place // across + 1, place % across + 1))
    house(figure, palette, height=_ROW * down + 40, hover="closest")
    figure.update_annotations(font={"size": 13, "color": palette.text})
    figure.update_yaxes(range=_range(values["score"]), tickformat=".0%" if metric == "wape" else None)
    return figure.update_layout(showlegend=False, margin={"t": 30})


def _dots(
    figure: go.Figure, rows: pd.DataFrame, named: bool, chosen: int, palette: Palette, metric: str, cell: tuple[int, int]
) -> None:
    is_chosen = rows["trial"] == chosen
    for part, color, size in ((rows[~is_chosen], faint(palette.prediction, 0.6), 7), (rows[is_chosen], palette.warning, 12)):
        figure.add_scatter(
            x=part["value"] if named else part["number"], y=part["score"], mode="markers", customdata=part["value"],
            marker={"size": size, "color": color, "symbol": "circle" if size < 10 else "star"},
            hovertemplate="%{customdata}<br><b>" + _number(metric) + "</b><extra></extra>", row=cell[0], col=cell[1],
        )  # fmt: skip
    if named:
        order = rows.drop_duplicates("value").sort_values("number")["value"]
        figure.update_xaxes(type="category", categoryorder="array", categoryarray=list(order), row=cell[0], col=cell[1])
    elif _by_factors(rows["number"]):
        figure.update_xaxes(type="log", row=cell[0], col=cell[1])


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
