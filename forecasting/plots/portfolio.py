"""Charts of the whole shop: its total and its groups over time, and how many SKUs are important and how many are steady."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from forecasting.plots.theme import LIGHT, Palette, faint, house

ABC = ("A", "B", "C")
XYZ = ("X", "Y", "Z")


def curves(frame: pd.DataFrame, palette: Palette = LIGHT, *, label: str, height: int = 320) -> go.Figure:
    """The columns of a frame beside `ds` as lines: one alone in ink over a quiet area, several in the house's colours."""
    figure = go.Figure()
    names = [name for name in frame.columns if name != "ds"]
    for number, name in enumerate(names):
        alone, rest = len(names) == 1, name == "other"
        color = palette.ink if alone else palette.muted if rest else palette.categories[number % len(palette.categories)]
        figure.add_scatter(
            x=frame["ds"], y=frame[name].round(2), name=name, mode="lines", fill="tozeroy" if alone else None,
            line={"color": color, "width": 1.8, "dash": "dot" if rest and not alone else "solid"},
            fillcolor=faint(color, 0.06) if alone else None, hovertemplate="<b>%{y:,.0f}</b><extra>%{fullData.name}</extra>",
        )  # fmt: skip
    house(figure, palette, height=height, y_title=label)
    figure.update_yaxes(rangemode="tozero")
    return figure.update_layout(showlegend=len(names) > 1, margin={"t": 12 if len(names) == 1 else 36})


def importance_by_steadiness(count: np.ndarray, share: np.ndarray, palette: Palette = LIGHT, *, height: int = 260) -> go.Figure:
    """ABC by XYZ as nine cells: how many SKUs (3, 3), coloured by their share of the money (3, 3)."""
    text = [[_cell(int(skus), part) for skus, part in zip(*row, strict=True)] for row in zip(count, share, strict=True)]
    figure = go.Figure(
        go.Heatmap(
            z=share, x=["X · steady", "Y · varying", "Z · erratic"], y=list(ABC), text=text, texttemplate="%{text}",
            colorscale=[[step / 9, color] for step, color in enumerate(palette.scale[:6] + (palette.scale[6],) * 4)],
            zmin=0, xgap=3, ygap=3, showscale=False, textfont={"color": palette.text, "size": 13},
            hovertemplate="%{y} and %{x}<br><b>%{text}</b><extra></extra>",
        )
    )  # fmt: skip
    house(figure, palette, height=height, hover="closest")
    figure.update_yaxes(autorange="reversed", showline=False, ticks="", tickfont={"size": 14})
    figure.update_xaxes(showline=False, ticks="", side="top")
    return figure.update_layout(margin={"t": 30})


def _cell(skus: int, share: float) -> str:
    part = f"{100 * share:.0f} %" if share >= 0.005 or share == 0 else "under 1 %"
    return f"<b>{skus:,}</b> {'SKU' if skus == 1 else 'SKUs'}<br>{part}"
