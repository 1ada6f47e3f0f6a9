"""The chart of one SKU before and after cleaning."""

import pandas as pd
import plotly.graph_objects as go

from forecasting.explore.timeline import thin
from forecasting.plots.theme import LIGHT, Palette, house


def before_after(frame: pd.DataFrame, palette: Palette = LIGHT, *, label: str = "Units sold", height: int = 340) -> go.Figure:
    """Raw sales in ink and, where cleaning changed them, the cleaned ones in colour.

    `frame` has the rows of `workflow.beside`, and may have `marked`: cells that stand out but were left as they were.
    """
    shown = _thinned(frame)
    changed = shown["changed"] & shown["clean"].notna()
    traces = [
        go.Scatter(
            x=shown["ds"], y=shown["raw"], name="raw", mode="lines", line={"color": palette.ink, "width": 1.5},
            hovertemplate="<b>%{y:,.4~g}</b> units<extra>raw</extra>",
        )
    ]  # fmt: skip
    if changed.any():
        traces.append(_cleaned(shown, changed, palette))
    marks = [("left out", "x", shown[shown["changed"] & shown["clean"].isna()])]
    if "marked" in shown:
        marks.append(("marked, not changed", "circle-open", shown[shown["marked"] & ~shown["changed"]]))
    traces += [_points(rows, name, symbol, palette.warning) for name, symbol, rows in marks if len(rows)]
    return house(traces, palette, height=height, y_title=label, y={"rangemode": "tozero"}, layout={"showlegend": True})


def _cleaned(shown: pd.DataFrame, changed: pd.Series, palette: Palette) -> go.Scatter:
    """The cleaned cells, joined to those beside them."""
    near = changed | changed.shift(1, fill_value=False) | changed.shift(-1, fill_value=False)
    return go.Scatter(
        x=shown["ds"], y=shown["clean"].where(near), name="cleaned", mode="lines+markers", connectgaps=False,
        line={"color": palette.prediction, "width": 1.8},
        marker={"color": palette.prediction, "size": [6 if one else 0 for one in changed]},
        hovertemplate="<b>%{y:,.4~g}</b> units<extra>cleaned</extra>",
    )  # fmt: skip


def _points(rows: pd.DataFrame, name: str, symbol: str, color: str) -> go.Scatter:
    return go.Scatter(
        x=rows["ds"], y=rows["raw"].fillna(0.0), name=name, mode="markers", hovertemplate=f"{name}<extra></extra>",
        marker={"symbol": symbol, "size": 8, "color": color, "line": {"width": 1.6, "color": color}},
    )  # fmt: skip


def _thinned(frame: pd.DataFrame) -> pd.DataFrame:
    """Not more rows than a screen shows, the largest of the changed ones among them."""
    raw = thin(frame.assign(y=frame["raw"])).index
    changed = thin(frame[frame["changed"]].assign(y=frame["clean"])).index
    return frame.loc[raw.union(changed)].reset_index(drop=True)
