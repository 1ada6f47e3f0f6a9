"""Charts of the whole shop: its total and its groups over time."""

import pandas as pd
import plotly.graph_objects as go

from forecasting.plots.theme import ALONE, LIGHT, Palette, faint, house


def curves(frame: pd.DataFrame, palette: Palette = LIGHT, *, label: str, height: int = 320) -> go.Figure:
    """The columns of a frame beside `ds` as lines: one alone in ink over a quiet area, several in the house's colours."""
    names = [name for name in frame.columns if name != "ds"]
    alone = len(names) == 1
    traces = []
    for number, name in enumerate(names):
        rest = name == "other" and not alone
        color = palette.ink if alone else palette.muted if rest else palette.categories[number % len(palette.categories)]
        traces.append(
            go.Scatter(
                x=frame["ds"], y=frame[name].round(2), name=name, mode="lines", fill="tozeroy" if alone else None,
                line={"color": color, "width": 1.8, "dash": "dot" if rest else "solid"},
                fillcolor=faint(color, 0.06) if alone else None,
                hovertemplate="<b>%{y:,.0f}</b><extra>%{fullData.name}</extra>",
            )
        )  # fmt: skip
    layout = ALONE if alone else {"showlegend": True}
    return house(traces, palette, height=height, y_title=label, y={"rangemode": "tozero"}, layout=layout)
