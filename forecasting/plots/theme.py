"""The house look of every chart: actual in ink, prediction in colour, intervals as bands, events as marks."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

HEIGHT = 380


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
    figure: go.Figure, palette: Palette, *, height: int = HEIGHT, y_title: str = "", hover: str = "x unified"
) -> go.Figure:
    """Give a figure the house look: quiet axes, legend above the plot and outside of it, one hover box."""
    axis = {
        "gridcolor": palette.grid,
        "linecolor": palette.grid,
        "zeroline": False,
        "automargin": True,
        "tickfont": {"color": palette.muted, "size": 12},
        "title": {"font": {"color": palette.muted, "size": 12}},
    }
    figure.update_xaxes(**axis, showgrid=False, showline=True, ticks="outside", ticklen=4, tickcolor=palette.grid)
    figure.update_yaxes(**axis, separatethousands=True)
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 36, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        colorway=list(palette.categories),
        font={"color": palette.text, "size": 13},
        hovermode=hover,
        hoverlabel={"bgcolor": palette.background, "bordercolor": palette.grid, "font": {"color": palette.text, "size": 13}},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "xanchor": "left", "x": 0, "title": None,
                "font": {"color": palette.text, "size": 12}, "bgcolor": "rgba(0,0,0,0)"},
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": palette.muted, "activecolor": palette.prediction},
    )  # fmt: skip
    if y_title:
        figure.update_yaxes(title_text=y_title)
    return figure


def cutoff_line(figure: go.Figure, cutoff: pd.Timestamp, palette: Palette, label: str = "cut-off") -> go.Figure:
    """Draw the last period that was known as a dashed line with its name above the plot."""
    figure.add_shape(
        type="line", x0=cutoff, x1=cutoff, y0=0, y1=1, yref="paper",
        line={"color": palette.muted, "width": 1.2, "dash": "dash"},
    )  # fmt: skip
    figure.add_annotation(
        x=cutoff, y=1, yref="paper", yanchor="bottom", text=label, showarrow=False, font={"color": palette.muted, "size": 11}
    )
    return figure
