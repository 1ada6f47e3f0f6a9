"""The house look of every chart: actual in ink, prediction in colour, intervals as bands, events as marks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.basedatatypes import BaseTraceType

Look = dict[str, Any]  # a part of Plotly's layout, by its own names

HEIGHT = 380
ALONE: Look = {"showlegend": False, "margin": {"t": 12}}
"""A chart that needs no legend, and no room for it."""


@dataclass(frozen=True)
class Palette:
    """The colours of a chart, as six-digit hex, so that `faint` can thin them; `categories` are safe for the colour-blind.

    `ink` is for what happened, `prediction` for what is expected, `muted` for what stands back, `scale` for heat maps.
    """

    ink: str
    prediction: str
    muted: str
    grid: str
    text: str
    background: str
    promotion: str
    holiday: str
    warning: str
    categories: tuple[str, ...]
    scale: tuple[str, ...]


_LIGHT_CATEGORIES = (
    "#0E8069", "#D2441A", "#3D4FD0", "#97308C", "#C08A0C", "#3F95E6", "#6B7A1A", "#6A1F12", "#656F7D", "#1D2733",
)  # fmt: skip
_DARK_CATEGORIES = (
    "#48D6B0", "#EE6A2C", "#6F8BFA", "#D583DC", "#FBCB3A", "#A5D8FF", "#A8BE5E", "#B5705A", "#949FAB", "#ECE8E1",
)  # fmt: skip
_LIGHT_SCALE = (
    "#F4F1EB", "#DEEBE3", "#C2E1D4", "#A0D3C2", "#7AC3AC", "#52AE94", "#2F967C", "#158068", "#0A6350", "#054938",
)  # fmt: skip
_DARK_SCALE = (
    "#1E242B", "#1D3332", "#1C433D", "#1D554A", "#22695A", "#2A7F6C", "#34977F", "#43B095", "#5CCBAE", "#8BE6CC",
)  # fmt: skip


def palette_of(
    categories: Sequence[str], scale: Sequence[str], *, muted: str, grid: str, text: str, background: str
) -> Palette:
    """The palette whose roles are taken from ten categorical colours in the house's order."""
    return Palette(
        ink=categories[9],
        prediction=categories[0],
        muted=muted,
        grid=grid,
        text=text,
        background=background,
        promotion=categories[4],
        holiday=categories[3],
        warning=categories[1],
        categories=tuple(categories[:9]),
        scale=tuple(scale),
    )


LIGHT = palette_of(_LIGHT_CATEGORIES, _LIGHT_SCALE, muted="#656F7D", grid="#E9E4DA", text="#1D2733", background="#FDFCFA")
DARK = palette_of(_DARK_CATEGORIES, _DARK_SCALE, muted="#949FAB", grid="#2A323A", text="#ECE8E1", background="#14181D")


def faint(color: str, opacity: float = 0.18) -> str:
    """A colour thinned for a band or a fill.

    >>> faint("#0B7A75", 0.2)
    '#0B7A7533'
    """
    return f"{color}{round(255 * opacity):02X}"


def house(
    traces: Sequence[BaseTraceType],
    palette: Palette,
    *,
    height: int = HEIGHT,
    y_title: str = "",
    hover: str = "x unified",
    x: Look | None = None,
    y: Look | None = None,
    layout: Look | None = None,
) -> go.Figure:
    """Traces as a figure with the house look: quiet axes, legend above the plot and outside of it, one hover box.

    `x` and `y` say what is special about all axes of a direction, `layout` about the rest, one axis of several among it. All of
    it is given to Plotly at once: a figure that is changed afterwards is checked against its whole schema each time, which
    takes a tenth of a second a chart.

    >>> house([go.Scatter(y=[1, 2])], LIGHT, y_title="Units", x={"type": "log"}).layout.xaxis.type
    'log'
    """
    own = layout or {}
    ticks = {"showgrid": False, "showline": True, "ticks": "outside", "ticklen": 4, "tickcolor": palette.grid}
    usual = {
        "x": merged(_axis(palette), ticks, x or {}),
        "y": merged(_axis(palette), {"separatethousands": True, "title": {"text": y_title or None}}, y or {}),
    }
    axes = {name: merged(usual[name[0]], own.get(name, {})) for name in _axes(own)}
    return go.Figure(list(traces), merged(_frame(palette, height, hover), {"margin": _room(axes)}, own, axes))


def _room(axes: Look) -> dict[str, int]:
    """Pixels for labels and titles left and below, as most charts need them: Plotly widens what is too narrow, drawing twice.

    Charts below each other then begin at the same place too.
    """
    titled = {name[0] for name, axis in axes.items() if axis.get("title", {}).get("text")}
    slider = any("rangeslider" in axis for axis in axes.values())  # it brings room of its own
    return {"l": 80 if "y" in titled else 40, "b": 8 if slider else 69 if "x" in titled else 40}


def _axes(layout: Look) -> set[str]:
    return {"xaxis", "yaxis", *(name for name in layout if name.startswith(("xaxis", "yaxis")))}


def _axis(palette: Palette) -> Look:
    return {
        "gridcolor": palette.grid,
        "linecolor": palette.grid,
        "zeroline": False,
        "automargin": True,
        "tickfont": {"color": palette.muted, "size": 12},
        "title": {"font": {"color": palette.muted, "size": 12}},
    }


def _frame(palette: Palette, height: int, hover: str) -> Look:
    return {
        "height": height,
        "template": {},
        "margin": {"r": 8, "t": 36},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": list(palette.categories),
        "font": {"color": palette.text, "size": 13},
        "hovermode": hover,
        "hoverlabel": {"bgcolor": palette.background, "bordercolor": palette.grid, "font": {"color": palette.text, "size": 13}},
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "xanchor": "left", "x": 0,
                   "font": {"color": palette.text, "size": 12}, "bgcolor": "rgba(0,0,0,0)"},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": palette.muted, "activecolor": palette.prediction},
    }  # fmt: skip


def merged(*looks: Look) -> Look:
    """Later looks over earlier ones, part by part.

    >>> merged({"margin": {"t": 36, "b": 8}}, {"margin": {"t": 12}})
    {'margin': {'t': 12, 'b': 8}}
    """
    together: Look = {}
    for look in looks:
        for name, value in look.items():
            known = together.get(name)
            together[name] = merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return together


def across(y: float, color: str, *, width: float = 1.0, dash: str = "solid") -> Look:
    """A line from the left end of the plot to the right."""
    line = {"color": color, "width": width, "dash": dash}
    return {"type": "line", "x0": 0, "x1": 1, "xref": "x domain", "y0": y, "y1": y, "line": line}


def upright(x: float, color: str, *, width: float = 1.0, dash: str = "solid") -> Look:
    """A line from the bottom of the plot to its top."""
    line = {"color": color, "width": width, "dash": dash}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "y domain", "line": line}


def cutoff_lines(cutoffs: Iterable[tuple[pd.Timestamp, str, str]], palette: Palette) -> Look:
    """Last periods that were known as dashed lines, each with its name above the plot, anchored as said.

    >>> cutoff_lines([(pd.Timestamp("2024-01-05"), "cut-off", "center")], LIGHT)["annotations"][0]["text"]
    'cut-off'
    """
    shapes, names = [], []
    for moment, name, anchor in cutoffs:
        shapes.append({"type": "line", "x0": moment, "x1": moment, "y0": 0, "y1": 1, "yref": "paper",
                       "line": {"color": palette.muted, "width": 1.2, "dash": "dash"}})  # fmt: skip
        names.append({"x": moment, "y": 1, "yref": "paper", "yanchor": "bottom", "xanchor": anchor, "text": name,
                      "showarrow": False, "font": {"color": palette.muted, "size": 11}})  # fmt: skip
    return {"shapes": shapes, "annotations": names}
