"""Charts of a fit from the inside: what each term or topic adds to a forecast, and where the roots of an ARIMA lie."""

import itertools

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from forecasting.plots.grids import axis, cell, grid
from forecasting.plots.theme import LIGHT, Palette, house, merged


def contributions(rows: pd.DataFrame, palette: Palette = LIGHT, *, height: int = 340) -> go.Figure:
    """What each term adds to (or takes from) each forecast (`ds, term, units`), stacked, and the forecast itself as a line."""
    terms = rows.groupby("term", sort=False)
    colors = [palette.muted, *itertools.islice(itertools.cycle(palette.categories), terms.ngroups)]
    traces = [
        go.Bar(
            x=part["ds"], y=part["units"], name=str(term), marker={"color": color, "line": {"width": 0}},
            hovertemplate="%{y:+,.2f}<extra>" + str(term) + "</extra>",
        )
        for (term, part), color in zip(terms, colors, strict=False)
    ]  # fmt: skip
    total = rows.groupby("ds")["units"].sum()
    line = go.Scatter(
        x=total.index, y=total, name="forecast", mode="lines+markers", line={"color": palette.ink, "width": 1.8},
        marker={"size": 5}, hovertemplate="<b>%{y:,.2f}</b><extra>forecast</extra>",
    )  # fmt: skip
    stacked = {"barmode": "relative", "bargap": 0.25}
    return house([*traces, line], palette, height=height, y_title="Units", layout=stacked)


def topics(rows: pd.DataFrame, palette: Palette = LIGHT, *, height: int = 300) -> go.Figure:
    """What each topic (`topic, units`, the usual level first) adds to the level or takes from it, over the whole horizon.

    The level itself is not drawn: it is so much larger that nothing else could be seen.
    """
    moving = rows.iloc[1:].iloc[::-1]
    colors = [palette.categories[0] if units >= 0 else palette.categories[1] for units in moving["units"]]
    bars = go.Bar(
        x=moving["units"], y=moving["topic"], orientation="h", marker={"color": colors, "line": {"width": 0}}, showlegend=False,
        text=[f"{units:+,.1f}" for units in moving["units"]], textposition="outside", cliponaxis=False,
        hovertemplate="%{y}<br><b>%{x:+,.1f}</b> units<extra></extra>",
    )  # fmt: skip
    title = {"text": "Units over the horizon, beside the usual level"}
    x = {"title": title, "zeroline": True, "zerolinecolor": palette.muted, "range": _with_room(moving["units"])}
    return house([bars], palette, height=height, hover="closest", x=x, y={"showgrid": False})


def _with_room(units: pd.Series) -> list[float] | None:
    """From the lowest bar to the highest, with room for the numbers that stand outside of them."""
    low, high = min(float(units.min()), 0.0), max(float(units.max()), 0.0)
    room = 0.14 * (high - low)
    return [low - room if low < 0 else -0.02 * high, high + room if high > 0 else -0.02 * low] if room > 0 else None


def windows(real: np.ndarray, made: np.ndarray, palette: Palette = LIGHT, *, height: int = 360) -> go.Figure:
    """Real windows above, synthetic ones below (each (n, periods), sales over the usual), at most three of each."""
    kinds = (("real", real, palette.ink), ("synthetic", made, palette.prediction))
    traces = [
        go.Scatter(
            y=path, x=np.arange(1, len(path) + 1), name=name, legendgroup=name, showlegend=number == 0, **cell(place),
            line={"color": color, "width": 1.4}, opacity=1.0 - 0.3 * number, hovertemplate="%{y:.2f} times the usual",
        )
        for place, (name, paths, color) in enumerate(kinds)
        for number, path in enumerate(paths[:3])
    ]  # fmt: skip
    below = grid(2, 1, shared_xaxes=True, shared_yaxes=True, vertical_spacing=0.08)
    layout = merged(below, {axis("x", 1): {"title": {"text": "Period of the window"}}})
    return house(traces, palette, height=height, y_title="Times the usual", hover="closest", layout=layout)


def roots(rows: pd.DataFrame, palette: Palette = LIGHT, *, height: int = 340) -> go.Figure:
    """Inverse roots (`part, real, imaginary, size`) and the unit circle: a model that settles has all of them inside."""
    turn = np.linspace(0, 2 * np.pi, 181)
    circle = go.Scatter(
        x=np.cos(turn), y=np.sin(turn), mode="lines", line={"color": palette.muted, "width": 1.2}, name="unit circle",
        hoverinfo="skip",
    )  # fmt: skip
    traces = [circle]
    marks = {
        "ar": ("past sales (AR)", palette.prediction, "circle"),
        "ma": ("past surprises (MA)", palette.ink, "diamond-open"),
    }
    for kind, (name, color, symbol) in marks.items():
        part = rows[rows["part"] == kind]
        if len(part):
            traces.append(
                go.Scatter(
                    x=part["real"], y=part["imaginary"], mode="markers", name=name, customdata=part["size"],
                    marker={"color": color, "size": 10, "symbol": symbol},
                    hovertemplate="%{x:.3f} %{y:+.3f}i<br>size <b>%{customdata:.3f}</b><extra></extra>",
                )
            )  # fmt: skip
    reach = {"range": [-1.15, 1.15], "zeroline": True}
    return house(
        traces, palette, height=height, y_title="Imaginary part", hover="closest",
        x=reach | {"title": {"text": "Real part"}}, y=reach | {"scaleanchor": "x"},
    )  # fmt: skip
