"""Charts that show a series' memory: correlograms with their bands, the transformed series, and its parts."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from forecasting.explore.timeline import thin
from forecasting.plots.theme import LIGHT, Palette, faint, house


def correlogram(
    frame: pd.DataFrame, palette: Palette = LIGHT, *, title: str, season: int = 1, wide: bool = True, height: int = 280
) -> go.Figure:
    """Correlations by lag (rows `lag, value, band, bartlett`) as stems; those beyond the band stand out.

    The band is Bartlett's where `wide`, else ±1.96/√n. Whole seasons are marked by a label.
    """
    band = frame["bartlett"] if wide else frame["band"]
    beyond = (frame["value"].abs() > band).to_numpy()
    figure = go.Figure()
    _band(figure, frame["lag"], band, palette)
    for rows, color, said in ((~beyond, palette.muted, "inside the band"), (beyond, palette.prediction, "beyond the band")):
        part = frame[rows]
        figure.add_bar(
            x=part["lag"], y=part["value"], width=0.35, marker={"color": color, "line": {"width": 0}},
            hovertemplate=f"lag %{{x}}<br><b>%{{y:.2f}}</b>, {said}<extra></extra>", showlegend=False,
        )  # fmt: skip
    house(figure, palette, height=height, y_title=title, hover="closest")
    figure.add_hline(y=0, line={"color": palette.muted, "width": 1})
    ticks = {"tickmode": "linear", "tick0": 0, "dtick": season} if 1 < season <= 31 else {}
    figure.update_xaxes(title_text="Lag in periods", **ticks)
    return figure.update_layout(barmode="overlay", margin={"t": 12}).update_yaxes(range=_reach(frame, band))


def transformed(frame: pd.DataFrame, palette: Palette = LIGHT, *, label: str, height: int = 240) -> go.Figure:
    """The series as the tests see it (rows `ds, value`)."""
    shown = thin(frame.rename(columns={"value": "y"}))
    figure = go.Figure(
        go.Scatter(x=shown["ds"], y=shown["y"], mode="lines", line={"color": palette.ink, "width": 1.3}, name=label,
                   hovertemplate="<b>%{y:,.4~g}</b><extra></extra>")
    )  # fmt: skip
    return house(figure, palette, height=height, y_title=label).update_layout(showlegend=False, margin={"t": 12})


def parts(frame: pd.DataFrame, palette: Palette = LIGHT, *, odd: pd.DataFrame | None = None, height: int = 520) -> go.Figure:
    """Sales, trend, season and remainder below each other on one calendar; periods that stand out are marked on the sales."""
    rows = {
        "value": ("Units sold", palette.ink),
        "trend": ("Trend", palette.prediction),
        "seasonal": ("Season", palette.categories[2]),
        "remainder": ("Rest", palette.muted),
    }
    figure = make_subplots(rows=4, cols=1, shared_xaxes=True, vertical_spacing=0.035, row_heights=[0.34, 0.22, 0.22, 0.22])
    for place, (column, (name, color)) in enumerate(rows.items(), 1):
        shown = thin(frame[["ds", column]].rename(columns={column: "y"}))
        figure.add_scatter(
            x=shown["ds"], y=shown["y"], mode="lines", line={"color": color, "width": 1.4 if place < 3 else 1}, name=name,
            hovertemplate="<b>%{y:,.1f}</b>", row=place, col=1,
        )  # fmt: skip
        figure.update_yaxes(title_text=name, row=place, col=1)
    if odd is not None and len(odd):
        ring = {"color": palette.warning, "size": 7, "symbol": "circle-open", "line": {"width": 1.6, "color": palette.warning}}
        figure.add_scatter(
            x=odd["ds"], y=odd["value"], mode="markers", marker=ring, name="stands out", row=1, col=1,
            hovertemplate="stands out<extra></extra>",
        )  # fmt: skip
    house(figure, palette, height=height)
    figure.update_layout(showlegend=False, margin={"t": 12})
    return figure.update_yaxes(title_standoff=4, nticks=4)


def _band(figure: go.Figure, lags: pd.Series, band: pd.Series, palette: Palette) -> None:
    if lags.empty:
        return
    edges = np.concatenate([[lags.iloc[0] - 0.5], lags.to_numpy(), [lags.iloc[-1] + 0.5]])
    reach = np.concatenate([[band.iloc[0]], band.to_numpy(), [band.iloc[-1]]])
    figure.add_scatter(
        x=np.concatenate([edges, edges[::-1]]), y=np.concatenate([reach, -reach[::-1]]), fill="toself", mode="none",
        fillcolor=faint(palette.muted, 0.16), hoverinfo="skip", name="95 % band", showlegend=False,
    )  # fmt: skip


def _reach(frame: pd.DataFrame, band: pd.Series) -> list[float]:
    values = np.concatenate([frame["value"].to_numpy(), band.to_numpy(), -band.to_numpy(), [0.1, -0.1]])
    low, high = np.nanmin(values), np.nanmax(values)
    edge = 0.08 * (high - low)
    return [float(max(low - edge, -1.05)), float(min(high + edge, 1.05))]
