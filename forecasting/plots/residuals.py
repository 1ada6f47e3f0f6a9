"""Charts of what a model left unexplained: over time, how it is spread, and whether it repeats."""

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go

from forecasting.plots.theme import LIGHT, Palette, faint, house

HEIGHT = 270


def over_time(residuals: pd.DataFrame, palette: Palette = LIGHT, *, height: int = HEIGHT) -> go.Figure:
    """Residuals (`ds, residual`) one after the other; what is left should look like noise around zero."""
    figure = go.Figure()
    figure.add_scatter(
        x=residuals["ds"], y=residuals["residual"], mode="lines", line={"color": palette.ink, "width": 1.2}, name="residual",
        hovertemplate="<b>%{y:,.1f}</b> units<extra></extra>",
    )  # fmt: skip
    return _quiet(figure, palette, height, "Units").add_hline(y=0, line={"color": palette.prediction, "width": 1.4})


def histogram(
    edges: Sequence[float], counts: Sequence[float], normal: Sequence[float], palette: Palette = LIGHT, *, height: int = HEIGHT
) -> go.Figure:
    """How often residuals of each size occur, beside how often they would if they were normal (`normal`, for each bin)."""
    centres = [(left + right) / 2 for left, right in pairwise(edges)]
    figure = go.Figure()
    figure.add_bar(
        x=centres, y=list(counts), marker={"color": faint(palette.ink, 0.45)}, name="residuals",
        hovertemplate="around %{x:,.1f}: <b>%{y:,.0f}</b><extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=centres, y=list(normal), mode="lines", line={"color": palette.prediction, "width": 2, "shape": "spline"},
        name="normal", hovertemplate="normal: %{y:,.0f}<extra></extra>",
    )  # fmt: skip
    return _quiet(figure, palette, height, "How often").update_layout(bargap=0.04)


def quantiles(points: pd.DataFrame, palette: Palette = LIGHT, *, height: int = HEIGHT) -> go.Figure:
    """Quantiles of the residuals against those of a normal distribution (`theoretical, observed`, both in units)."""
    ends = [points["theoretical"].min(), points["theoretical"].max()]
    figure = go.Figure()
    figure.add_scatter(
        x=ends, y=ends, mode="lines", line={"color": palette.prediction, "width": 1.6}, name="normal", hoverinfo="skip"
    )
    figure.add_scatter(
        x=points["theoretical"], y=points["observed"], mode="markers", marker={"color": faint(palette.ink, 0.55), "size": 5},
        name="residuals", hovertemplate="normal %{x:,.1f}<br>observed <b>%{y:,.1f}</b><extra></extra>",
    )  # fmt: skip
    return _quiet(figure, palette, height, "Observed", hover="closest").update_xaxes(title_text="If they were normal")


def correlations(values: Sequence[float], bound: float, palette: Palette = LIGHT, *, height: int = HEIGHT) -> go.Figure:
    """Autocorrelation of the residuals at lags 1, 2, ..., with the band inside of which it is noise."""
    lags = list(range(1, len(values) + 1))
    outside = [abs(value) > bound for value in values]
    figure = go.Figure()
    figure.add_hrect(y0=-bound, y1=bound, fillcolor=faint(palette.muted, 0.16), line_width=0, layer="below")
    figure.add_bar(
        x=lags, y=list(values), width=0.35, name="correlation",
        marker={"color": [palette.warning if out else palette.ink for out in outside]},
        hovertemplate="lag %{x}: <b>%{y:.2f}</b><extra></extra>",
    )  # fmt: skip
    reach = max(0.3, 1.15 * max((abs(value) for value in values), default=0.0))
    _quiet(figure, palette, height, "Correlation", hover="closest")
    return figure.update_xaxes(title_text="Lag").update_yaxes(range=[-reach, reach])


def by_group(groups: Sequence[str], means: Sequence[float], palette: Palette = LIGHT, *, height: int = HEIGHT) -> go.Figure:
    """The mean residual of each group, such as each weekday; bars above zero were sold and not expected."""
    figure = go.Figure()
    figure.add_bar(
        x=list(groups), y=list(means), width=0.6, marker={"color": faint(palette.ink, 0.55)},
        hovertemplate="%{x}: <b>%{y:+,.2f}</b> units on average<extra></extra>",
    )  # fmt: skip
    return _quiet(figure, palette, height, "Units", hover="closest").add_hline(
        y=0, line={"color": palette.prediction, "width": 1.4}
    )


def _quiet(figure: go.Figure, palette: Palette, height: int, y_title: str, hover: str = "x unified") -> go.Figure:
    house(figure, palette, height=height, y_title=y_title, hover=hover)
    return figure.update_layout(showlegend=False, margin={"t": 10})
