"""Charts of what a model left unexplained: over time, how it is spread, and whether it repeats."""

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go

from forecasting.plots.theme import ALONE, LIGHT, Palette, across, faint, house, merged

HEIGHT = 270
_QUIET = merged(ALONE, {"margin": {"t": 10}})


def over_time(residuals: pd.DataFrame, palette: Palette = LIGHT, *, height: int = HEIGHT) -> go.Figure:
    """Residuals (`ds, residual`) one after the other; what is left should look like noise around zero."""
    line = go.Scatter(
        x=residuals["ds"], y=residuals["residual"], mode="lines", line={"color": palette.ink, "width": 1.2}, name="residual",
        hovertemplate="<b>%{y:,.1f}</b> units<extra></extra>",
    )  # fmt: skip
    zero = {"shapes": [across(0, palette.prediction, width=1.4)]}
    return house([line], palette, height=height, y_title="Units", layout=_QUIET | zero)


def histogram(
    edges: Sequence[float], counts: Sequence[float], normal: Sequence[float], palette: Palette = LIGHT, *, height: int = HEIGHT
) -> go.Figure:
    """How often residuals of each size occur, beside how often they would if they were normal (`normal`, for each bin)."""
    centres = [(left + right) / 2 for left, right in pairwise(edges)]
    traces = [
        go.Bar(
            x=centres, y=list(counts), marker={"color": faint(palette.ink, 0.45)}, name="residuals",
            hovertemplate="around %{x:,.1f}: <b>%{y:,.0f}</b><extra></extra>",
        ),
        go.Scatter(
            x=centres, y=list(normal), mode="lines", line={"color": palette.prediction, "width": 2, "shape": "spline"},
            name="normal", hovertemplate="normal: %{y:,.0f}<extra></extra>",
        ),
    ]  # fmt: skip
    return house(traces, palette, height=height, y_title="How often", layout=_QUIET | {"bargap": 0.04})


def quantiles(points: pd.DataFrame, palette: Palette = LIGHT, *, height: int = HEIGHT) -> go.Figure:
    """Quantiles of the residuals against those of a normal distribution (`theoretical, observed`, both in units)."""
    ends = [points["theoretical"].min(), points["theoretical"].max()]
    traces = [
        go.Scatter(
            x=ends, y=ends, mode="lines", line={"color": palette.prediction, "width": 1.6}, name="normal", hoverinfo="skip"
        ),
        go.Scatter(
            x=points["theoretical"], y=points["observed"], mode="markers", name="residuals",
            marker={"color": faint(palette.ink, 0.55), "size": 5},
            hovertemplate="normal %{x:,.1f}<br>observed <b>%{y:,.1f}</b><extra></extra>",
        ),
    ]  # fmt: skip
    x = {"title": {"text": "If they were normal"}}
    return house(traces, palette, height=height, y_title="Observed", hover="closest", x=x, layout=_QUIET)


def correlations(
    values: Sequence[float], bound: float, palette: Palette = LIGHT, *, noun: str = "period", height: int = HEIGHT
) -> go.Figure:
    """Autocorrelation of the residuals at lags 1, 2, ..., with the band inside of which it is noise."""
    bars = go.Bar(
        x=list(range(1, len(values) + 1)), y=list(values), width=0.35, name="correlation",
        marker={"color": [palette.warning if abs(value) > bound else palette.ink for value in values]},
        hovertemplate="lag %{x}: <b>%{y:.2f}</b><extra></extra>",
    )  # fmt: skip
    noise = {"type": "rect", "xref": "x domain", "x0": 0, "x1": 1, "y0": -bound, "y1": bound, "line": {"width": 0},
             "fillcolor": faint(palette.muted, 0.16), "layer": "below"}  # fmt: skip
    reach = max(0.3, 1.15 * max((abs(value) for value in values), default=0.0))
    return house(
        [bars], palette, height=height, y_title="Correlation", hover="closest", x={"title": {"text": f"Lag in {noun}s"}},
        y={"range": [-reach, reach]}, layout=_QUIET | {"shapes": [noise]},
    )  # fmt: skip


def by_group(groups: Sequence[str], means: Sequence[float], palette: Palette = LIGHT, *, height: int = HEIGHT) -> go.Figure:
    """The mean residual of each group, such as each weekday; bars above zero were sold and not expected."""
    bars = go.Bar(
        x=list(groups), y=list(means), width=0.6, marker={"color": faint(palette.ink, 0.55)},
        hovertemplate="%{x}: <b>%{y:+,.2f}</b> units on average<extra></extra>",
    )  # fmt: skip
    zero = {"shapes": [across(0, palette.prediction, width=1.4)]}
    return house([bars], palette, height=height, y_title="Units", hover="closest", layout=_QUIET | zero)
