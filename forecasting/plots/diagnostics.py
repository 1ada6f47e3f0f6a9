"""Charts that show a series' memory: correlograms with their bands, the transformed series, and its parts."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from forecasting.explore.timeline import thin
from forecasting.plots.theme import LIGHT, Palette, faint, house

_TICKS = (2, 3, 4, 5, 7, 10, 14, 24, 30, 52, 91, 168, 365, 1000)


def correlogram(frame: pd.DataFrame, palette: Palette = LIGHT, *, title: str, season: int = 1, height: int = 280) -> go.Figure:
    """Correlations by lag (rows `lag, value, band, bartlett`) as stems; those beyond the wider band stand out.

    The filled band is Bartlett's, the dashed lines are ±1.96/√n. Whole seasons are marked by a label.
    """
    beyond = (frame["value"].abs() > frame["bartlett"]).to_numpy()
    figure = go.Figure()
    _band(figure, frame["lag"], frame["bartlett"], palette)
    for rows, color, said in ((~beyond, palette.muted, "inside the band"), (beyond, palette.prediction, "beyond the band")):
        part = frame[rows]
        figure.add_bar(
            x=part["lag"], y=part["value"], width=0.35, marker={"color": color, "line": {"width": 0}},
            customdata=part[["band", "bartlett"]].to_numpy(), showlegend=False,
            hovertemplate=f"lag %{{x}}<br><b>%{{y:.3f}}</b>, {said}<br>±1.96/√n: %{{customdata[0]:.3f}}"
                          "<br>Bartlett: %{customdata[1]:.3f}<extra></extra>",
        )  # fmt: skip
    house(figure, palette, height=height, y_title=title, hover="closest")
    figure.add_hline(y=0, line={"color": palette.muted, "width": 1})
    for edge in frame["band"].head(1):
        for level in (-edge, edge):
            figure.add_hline(y=level, line={"color": palette.muted, "width": 1, "dash": "dash"})
    ticks = {"tickmode": "linear", "tick0": 0, "dtick": season} if 1 < season <= 31 else {}
    figure.update_xaxes(title_text="Lag in periods", **ticks)
    return figure.update_layout(barmode="overlay", margin={"t": 12}).update_yaxes(range=_reach(frame, frame["bartlett"]))


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
    several = [column for column in frame.columns if column.startswith("season ")]
    seasons = several or ["seasonal"]
    rows = {
        "value": ("Units sold", palette.ink),
        "trend": ("Trend", palette.prediction),
        **{column: (column.capitalize() if several else "Season", palette.categories[2]) for column in seasons},
        "remainder": ("Rest", palette.muted),
    }
    heights = [0.34, *[0.66 / (len(rows) - 1)] * (len(rows) - 1)]
    figure = make_subplots(rows=len(rows), cols=1, shared_xaxes=True, vertical_spacing=0.035, row_heights=heights)
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
    house(figure, palette, height=height + 90 * (len(rows) - 4))
    figure.update_layout(showlegend=False, margin={"t": 12})
    return figure.update_yaxes(title_standoff=4, nticks=4)


def periodogram(
    frame: pd.DataFrame, found: Sequence[int], palette: Palette = LIGHT, *, noun: str, height: int = 260
) -> go.Figure:
    """How much of the variance waves of each length have (rows `period, share`), the lengths that repeat marked."""
    figure = go.Figure(
        go.Scatter(x=frame["period"], y=frame["share"], mode="lines", line={"color": palette.ink, "width": 1.2},
                   hovertemplate=f"every %{{x:.1f}} {noun}s: <b>%{{y:.1%}}</b><extra></extra>")
    )  # fmt: skip
    for length in found:
        figure.add_vline(x=length, line={"color": palette.prediction, "width": 1.4, "dash": "dash"})
        figure.add_annotation(
            x=np.log10(length), y=1, yref="paper", yanchor="bottom", text=str(length), showarrow=False,
            font={"color": palette.prediction, "size": 12},
        )  # fmt: skip
    house(figure, palette, height=height, y_title="Share of variance", hover="closest")
    figure.update_xaxes(
        type="log", title_text=f"Length of a wave in {noun}s", tickvals=_TICKS, ticktext=[str(one) for one in _TICKS]
    )
    return figure.update_yaxes(tickformat=".0%", rangemode="tozero").update_layout(showlegend=False, margin={"t": 24})


def usual(grid: pd.DataFrame, palette: Palette = LIGHT, *, height: int = 280) -> go.Figure:
    """Mean units as a grid of colours, such as weekdays by months; what is missing stays blank."""
    values = grid.to_numpy(dtype=float)
    figure = go.Figure(
        go.Heatmap(
            z=values, x=list(grid.columns), y=list(grid.index), xgap=1.5, ygap=1.5, hoverongaps=False,
            colorscale=[[step / 9, color] for step, color in enumerate(palette.scale)],
            hovertemplate="%{y}, %{x}<br><b>%{z:,.4~g} units</b> on average<extra></extra>",
            colorbar={"thickness": 10, "outlinewidth": 0, "tickfont": {"color": palette.muted, "size": 11}},
        )
    )  # fmt: skip
    house(figure, palette, height=height, hover="closest")
    figure.update_xaxes(type="category")
    figure.update_yaxes(type="category", autorange="reversed", showline=False, ticks="")
    return figure.update_layout(margin={"t": 12})


def subseries(frame: pd.DataFrame, palette: Palette = LIGHT, *, height: int = 280) -> go.Figure:
    """Every place of a season as a line of its own through the cycles (rows `place, label, cycle, value`), beside its mean."""
    figure = go.Figure()
    width = float(frame["cycle"].max() + 1) * 1.15 if len(frame) else 1.0
    for place in sorted(frame["place"].unique().tolist()):
        rows = frame[frame["place"] == place]
        x = rows["cycle"].to_numpy(dtype=float) + place * width
        figure.add_scatter(
            x=x, y=rows["value"], mode="lines", line={"color": palette.ink, "width": 1},
            hovertemplate=f"{rows['label'].iloc[0]}: <b>%{{y:,.4~g}}</b><extra></extra>",
        )  # fmt: skip
        mean = rows["value"].mean()
        figure.add_scatter(
            x=[place * width, (place + 1) * width - 0.15 * width], y=[mean, mean], mode="lines",
            line={"color": palette.prediction, "width": 2.4}, hovertemplate="mean: <b>%{y:,.4~g}</b><extra></extra>",
        )  # fmt: skip
    labels = frame.drop_duplicates("place").sort_values("place")
    ticks = (labels["place"].to_numpy(dtype=float) + 0.43) * width
    house(figure, palette, height=height, y_title="Units", hover="closest")
    figure.update_xaxes(tickvals=ticks, ticktext=labels["label"], ticks="")
    return figure.update_layout(showlegend=False, margin={"t": 12})


def levels(frame: pd.DataFrame, palette: Palette = LIGHT, *, height: int = 240) -> go.Figure:
    """Sales without their season, and the level between breaks (rows `ds, value, level`)."""
    shown = thin(frame.rename(columns={"value": "y"}))
    figure = go.Figure()
    figure.add_scatter(
        x=shown["ds"], y=shown["y"], mode="lines", line={"color": palette.muted, "width": 1}, name="without season",
        hovertemplate="<b>%{y:,.4~g}</b>",
    )  # fmt: skip
    figure.add_scatter(
        x=shown["ds"], y=shown["level"], mode="lines", line={"color": palette.prediction, "width": 2.4, "shape": "hv"},
        name="level", hovertemplate="<b>%{y:,.4~g}</b>",
    )  # fmt: skip
    return house(figure, palette, height=height, y_title="Units")


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
