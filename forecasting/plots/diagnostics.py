"""Charts that show a series' memory: correlograms with their bands, the transformed series, and its parts."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from forecasting.explore.timeline import thin
from forecasting.plots.grids import axis, cell, grid
from forecasting.plots.theme import ALONE, LIGHT, Palette, across, faint, house, merged, upright

_TICKS = (2, 3, 4, 5, 7, 10, 14, 24, 30, 52, 91, 168, 365, 1000)
_FEW = 8  # lags, each of which has room for its number


def correlogram(
    frame: pd.DataFrame, palette: Palette = LIGHT, *, title: str, season: int = 1, noun: str = "period", height: int = 280
) -> go.Figure:
    """Correlations by lag (rows `lag, value, band, bartlett`) as stems; those beyond the wider band stand out.

    The filled band is Bartlett's, the dashed lines are ±1.96/√n. Whole seasons are marked by a label.
    """
    beyond = (frame["value"].abs() > frame["bartlett"]).to_numpy()
    traces = [
        *_band(frame["lag"], frame["bartlett"], palette),
        _stems(frame[~beyond], palette.muted, "inside the band"),
        _stems(frame[beyond], palette.prediction, "beyond the band"),
    ]
    edges = [sign * edge for edge in frame["band"].head(1) for sign in (-1, 1)]
    lines = [across(0, palette.muted), *(across(level, palette.muted, dash="dash") for level in edges)]
    step = 1 if len(frame) <= _FEW else season if 1 < season <= 31 else 0  # Plotly would write lags of 0.5 under two bars
    ticks = {"tickmode": "linear", "tick0": 0, "dtick": step} if step else {}
    return house(
        traces, palette, height=height, y_title=title, hover="closest", x={"title": {"text": f"Lag in {noun}s"}, **ticks},
        y={"range": _reach(frame, frame["bartlett"])},
        layout={"barmode": "overlay", "margin": {"t": 12}, "shapes": lines},
    )  # fmt: skip


def transformed(frame: pd.DataFrame, palette: Palette = LIGHT, *, label: str, height: int = 240) -> go.Figure:
    """The series as the tests see it (rows `ds, value`)."""
    shown = thin(frame.rename(columns={"value": "y"}))
    line = go.Scatter(
        x=shown["ds"], y=shown["y"], mode="lines", line={"color": palette.ink, "width": 1.3}, name=label,
        hovertemplate="<b>%{y:,.4~g}</b><extra></extra>",
    )  # fmt: skip
    return house([line], palette, height=height, y_title=label, layout=ALONE)


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
    below = grid(len(rows), 1, shared_xaxes=True, vertical_spacing=0.035, row_heights=heights)
    traces, titles = [], {}
    for place, (column, (name, color)) in enumerate(rows.items()):
        shown = thin(frame[["ds", column]].rename(columns={column: "y"}))
        traces.append(
            go.Scatter(
                x=shown["ds"], y=shown["y"], mode="lines", line={"color": color, "width": 1.4 if place < 2 else 1}, name=name,
                hovertemplate="<b>%{y:,.1f}</b>", **cell(place),
            )
        )  # fmt: skip
        titles[axis("y", place)] = {"title": {"text": name}}
    if odd is not None and len(odd):
        ring = {"color": palette.warning, "size": 7, "symbol": "circle-open", "line": {"width": 1.6, "color": palette.warning}}
        stands_out = {"name": "stands out", "hovertemplate": "stands out<extra></extra>"}
        traces.append(go.Scatter(x=odd["ds"], y=odd["value"], mode="markers", marker=ring, **stands_out, **cell(0)))
    y = {"title": {"standoff": 4}, "nticks": 4}
    return house(traces, palette, height=height + 90 * (len(rows) - 4), y=y, layout=merged(below, titles, ALONE))


def periodogram(
    frame: pd.DataFrame, found: Sequence[int], palette: Palette = LIGHT, *, noun: str, height: int = 260
) -> go.Figure:
    """How much of the variance waves of each length have (rows `period, share`), the lengths that repeat marked."""
    line = go.Scatter(
        x=frame["period"], y=frame["share"], mode="lines", line={"color": palette.ink, "width": 1.2},
        hovertemplate=f"every %{{x:.1f}} {noun}s: <b>%{{y:.1%}}</b><extra></extra>",
    )  # fmt: skip
    names = [
        {"x": np.log10(length), "y": 1, "yref": "paper", "yanchor": "bottom", "text": str(length), "showarrow": False,
         "font": {"color": palette.prediction, "size": 12}}
        for length in found
    ]  # fmt: skip
    lines = [upright(length, palette.prediction, width=1.4, dash="dash") for length in found]
    ticks = {"tickvals": _TICKS, "ticktext": [str(one) for one in _TICKS]}
    return house(
        [line], palette, height=height, y_title="Share of variance", hover="closest",
        x={"type": "log", "title": {"text": f"Length of a wave in {noun}s"}, **ticks},
        y={"tickformat": ".0%", "rangemode": "tozero"},
        layout={"showlegend": False, "margin": {"t": 24}, "shapes": lines, "annotations": names},
    )  # fmt: skip


def usual(grid: pd.DataFrame, palette: Palette = LIGHT, *, height: int = 280) -> go.Figure:
    """Mean units as a grid of colours, such as weekdays by months; what is missing stays blank."""
    cells = go.Heatmap(
        z=grid.to_numpy(dtype=float), x=list(grid.columns), y=list(grid.index), xgap=1.5, ygap=1.5, hoverongaps=False,
        **({} if grid.to_numpy(dtype=float).any() else {"zmin": 0, "zmax": 1}),
        colorscale=[[step / 9, color] for step, color in enumerate(palette.scale)],
        hovertemplate="%{y}, %{x}<br><b>%{z:,.4~g} units</b> on average<extra></extra>",
        colorbar={"thickness": 10, "outlinewidth": 0, "tickfont": {"color": palette.muted, "size": 11}},
    )  # fmt: skip
    y = {"type": "category", "autorange": "reversed", "showline": False, "ticks": ""}
    return house(
        [cells], palette, height=height, hover="closest", x={"type": "category"}, y=y, layout={"margin": {"t": 12}}
    )  # fmt: skip


def subseries(frame: pd.DataFrame, palette: Palette = LIGHT, *, height: int = 280) -> go.Figure:
    """Every place of a season as a line of its own through the cycles (rows `place, label, cycle, value`), beside its mean."""
    width = float(frame["cycle"].max() + 1) * 1.15 if len(frame) else 1.0
    traces = []
    for place in sorted(frame["place"].unique().tolist()):
        rows = frame[frame["place"] == place]
        left, mean = place * width, rows["value"].mean()
        traces += [
            go.Scatter(
                x=rows["cycle"].to_numpy(dtype=float) + left, y=rows["value"], mode="lines",
                line={"color": palette.ink, "width": 1},
                hovertemplate=f"{rows['label'].iloc[0]}: <b>%{{y:,.4~g}}</b><extra></extra>",
            ),
            go.Scatter(
                x=[left, left + 0.85 * width], y=[mean, mean], mode="lines", line={"color": palette.prediction, "width": 2.4},
                hovertemplate="mean: <b>%{y:,.4~g}</b><extra></extra>",
            ),
        ]  # fmt: skip
    labels = frame.drop_duplicates("place").sort_values("place")
    ticks = {"tickvals": (labels["place"].to_numpy(dtype=float) + 0.43) * width, "ticktext": labels["label"], "ticks": ""}
    return house(traces, palette, height=height, y_title="Units", hover="closest", x=ticks, layout=ALONE)


def levels(frame: pd.DataFrame, palette: Palette = LIGHT, *, height: int = 240) -> go.Figure:
    """Sales without their season, and the level between breaks (rows `ds, value, level`)."""
    shown = thin(frame.rename(columns={"value": "y"}))
    traces = [
        go.Scatter(
            x=shown["ds"], y=shown["y"], mode="lines", line={"color": palette.muted, "width": 1}, name="without season",
            hovertemplate="<b>%{y:,.4~g}</b>",
        ),
        go.Scatter(
            x=shown["ds"], y=shown["level"], mode="lines", line={"color": palette.prediction, "width": 2.4, "shape": "hv"},
            name="level", hovertemplate="<b>%{y:,.4~g}</b>",
        ),
    ]  # fmt: skip
    return house(traces, palette, height=height, y_title="Units")


def _stems(rows: pd.DataFrame, color: str, said: str) -> go.Bar:
    return go.Bar(
        x=rows["lag"], y=rows["value"], width=0.35, marker={"color": color, "line": {"width": 0}}, showlegend=False,
        customdata=rows[["band", "bartlett"]].to_numpy(),
        hovertemplate=f"lag %{{x}}<br><b>%{{y:.3f}}</b>, {said}<br>±1.96/√n: %{{customdata[0]:.3f}}"
                      "<br>Bartlett: %{customdata[1]:.3f}<extra></extra>",
    )  # fmt: skip


def _band(lags: pd.Series, band: pd.Series, palette: Palette) -> list[go.Scatter]:
    if lags.empty:
        return []
    edges = np.concatenate([[lags.iloc[0] - 0.5], lags.to_numpy(), [lags.iloc[-1] + 0.5]])
    reach = np.concatenate([[band.iloc[0]], band.to_numpy(), [band.iloc[-1]]])
    shape = go.Scatter(
        x=np.concatenate([edges, edges[::-1]]), y=np.concatenate([reach, -reach[::-1]]), fill="toself", mode="none",
        fillcolor=faint(palette.muted, 0.16), hoverinfo="skip", name="95 % band", showlegend=False,
    )  # fmt: skip
    return [shape]


def _reach(frame: pd.DataFrame, band: pd.Series) -> list[float]:
    values = np.concatenate([frame["value"].to_numpy(), band.to_numpy(), -band.to_numpy(), [0.1, -0.1]])
    low, high = np.nanmin(values), np.nanmax(values)
    edge = 0.08 * (high - low)
    return [float(max(low - edge, -1.05)), float(min(high + edge, 1.05))]
