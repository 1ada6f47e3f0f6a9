"""Charts of the whole shop: its total and its groups over time."""

import pandas as pd
import plotly.graph_objects as go

from forecasting.plots.theme import LIGHT, Palette, faint, house


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
