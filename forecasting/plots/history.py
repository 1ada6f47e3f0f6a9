"""Charts of what happened: sales over time with what was special about each period, heat maps, price against units."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from forecasting.core.event import FESTIVAL, HOLIDAY, OWN, WORKDAY, Event
from forecasting.explore.timeline import thin
from forecasting.plots.theme import ALONE, LIGHT, Palette, faint, house

_SLIDER_POINTS = 20
_FEW = 30  # columns that each have a label
_MOSTLY = 0.5  # a week counts as promoted when half of its days were


def history(
    frame: pd.DataFrame, palette: Palette = LIGHT, *, label: str = "Units sold", events: Sequence[Event] = (), height: int = 420
) -> go.Figure:
    """Sales of one SKU (the columns of `explore.timeline`) with marks for promotions, stock-outs, gaps and events."""
    shown = thin(frame)
    rugs = [_rug(shown[rows], name, symbol, color, _floor(shown)) for name, rows, symbol, color in _marks(shown, palette)]
    traces = [*_line(shown, palette, label), *rugs, *_holidays(shown, events, palette)]
    slider = {"visible": True, "thickness": 0.08, "bgcolor": faint(palette.muted, 0.06)}
    x = {"rangeslider": slider} if len(shown) > _SLIDER_POINTS else {}
    return house(traces, palette, height=height, y_title=label, x=x)


def total_sales(frame: pd.DataFrame, palette: Palette = LIGHT, *, label: str = "Units sold", height: int = 300) -> go.Figure:
    """Sales of the whole shop as one quiet area."""
    area = _line(thin(frame), palette, label, fill=faint(palette.ink, 0.06))
    return house(area, palette, height=height, y_title=label, y={"rangemode": "tozero"}, layout=ALONE)


def heat(grid: pd.DataFrame, palette: Palette = LIGHT, *, mean: bool = False, height: int = 260) -> go.Figure:
    """Units (of many periods their mean) as a grid of colours (`explore.rhythm`); what is missing stays blank."""
    dates = isinstance(grid.columns, pd.DatetimeIndex)
    when = "week of %{x|%-d %b %Y}" if dates else "%{x}"
    cells = go.Heatmap(
        z=grid.to_numpy(dtype=float), x=grid.columns if dates else list(grid.columns), y=list(grid.index), xgap=1.5, ygap=1.5,
        colorscale=[[step / 9, color] for step, color in enumerate(palette.scale)],
        zmin=0, zmax=_robust_top(grid.to_numpy()), hoverongaps=False,
        hovertemplate=f"%{{y}}, {when}<br><b>%{{z:,.4~g}} units</b> on average<extra></extra>" if mean
                      else f"%{{y}}, {when}<br><b>%{{z:,.0f}} units</b><extra></extra>",
        colorbar={"thickness": 10, "outlinewidth": 0, "tickfont": {"color": palette.muted, "size": 11}, "title": {
            "text": "units", "font": {"color": palette.muted, "size": 11}}},
    )  # fmt: skip
    y = {"type": "category", "autorange": "reversed", "showline": False, "ticks": ""}  # a year is a name here, no number
    x = {} if dates or grid.shape[1] <= _FEW else {"nticks": _FEW // 2}
    return house([cells], palette, height=height, hover="closest", x=x, y=y, layout={"margin": {"t": 12}})


def price_and_units(frame: pd.DataFrame, palette: Palette = LIGHT, *, height: int = 340) -> go.Figure:
    """Units of each period against its mean price, promotions in their own colour."""
    known = frame[frame["price"].notna() & frame["y"].notna() & frame["complete"]]
    promoted = known["promotion"] >= _MOSTLY
    traces = []
    for name, rows, color in (("no promotion", ~promoted, palette.ink), ("promotion", promoted, palette.promotion)):
        part = known[rows]
        if len(part):
            traces.append(
                go.Scatter(
                    x=part["price"], y=part["y"], mode="markers", name=name, customdata=part["ds"].dt.strftime("%-d %b %Y"),
                    marker={"color": faint(color, 0.6), "size": 9, "line": {"width": 0}},
                    hovertemplate="%{customdata}<br>price %{x:,.2f}<br><b>%{y:,.0f} units</b><extra></extra>",
                )
            )  # fmt: skip
    return house(
        traces, palette, height=height, y_title="Units sold", hover="closest", x={"title": {"text": "Mean price paid"}},
        layout={"showlegend": bool(promoted.any())},
    )  # fmt: skip


def _line(frame: pd.DataFrame, palette: Palette, label: str, fill: str | None = None) -> list[go.Scatter]:
    whole, part = _split(frame)
    sold = go.Scatter(
        x=whole["ds"], y=whole["y"], name=label, mode="lines+markers" if len(whole) < 30 else "lines",
        line={"color": palette.ink, "width": 1.8}, fill="tozeroy" if fill else None, fillcolor=fill,
        hovertemplate="<b>%{y:,.0f}</b> units<extra></extra>",
    )  # fmt: skip
    so_far = go.Scatter(
        x=part["ds"], y=part["y"], name="not complete yet", mode="lines", line={"color": palette.muted, "width": 1.4,
        "dash": "dot"}, hovertemplate="<b>%{y:,.0f}</b> units so far<extra></extra>",
    )  # fmt: skip
    return [sold, so_far] if len(part) > 1 else [sold]


def _split(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The periods that are covered in full, and a tail of the last of them with the one that is not."""
    whole = frame[frame["complete"]]
    if len(frame) < 2 or frame["complete"].iloc[-1] or whole.empty:
        return (frame if whole.empty else whole), frame.iloc[:0]
    return whole, frame.iloc[-2:]


def _marks(frame: pd.DataFrame, palette: Palette) -> list[tuple[str, pd.Series, str, str]]:
    kinds = [
        ("promotion", frame["promotion"] >= _MOSTLY, "triangle-up", palette.promotion),
        ("stock-out", frame["stock_out"] > 0, "x", palette.warning),
        ("no sales recorded", frame["y"].isna(), "line-ns-open", palette.muted),
    ]
    return [kind for kind in kinds if kind[1].any()]


def _rug(rows: pd.DataFrame, name: str, symbol: str, color: str, floor: float) -> go.Scatter:
    return go.Scatter(
        x=rows["ds"], y=np.full(len(rows), floor), name=name, mode="markers", hovertemplate=f"{name}<extra></extra>",
        marker={"symbol": symbol, "size": 7, "color": color, "line": {"width": 1, "color": color}},
    )  # fmt: skip


def _holidays(frame: pd.DataFrame, events: Sequence[Event], palette: Palette) -> list[go.Scatter]:
    inside = [event for event in events if len(frame) and frame["ds"].iloc[0] <= event.start <= frame["ds"].iloc[-1]]
    traces = []
    for name, kinds, symbol, color in (
        ("holiday", (HOLIDAY, WORKDAY), "diamond", palette.holiday),
        ("festival", (FESTIVAL,), "diamond-open", palette.holiday),
        ("event", (OWN,), "star", palette.prediction),
    ):
        shown = [event for event in inside if event.kind in kinds]
        if shown:
            traces.append(
                go.Scatter(
                    x=[event.start for event in shown], y=np.full(len(shown), 2 * _floor(frame)), name=name, mode="markers",
                    marker={"symbol": symbol, "size": 9 if name == "event" else 6, "color": color},
                    text=[_lasting(event) for event in shown], hovertemplate="%{text}<extra></extra>",
                )
            )  # fmt: skip
    return traces


def _lasting(event: Event) -> str:
    return event.name if event.days == 1 else f"{event.name}, {event.days} days"


def _floor(frame: pd.DataFrame) -> float:
    """A little below zero, where the marks stand."""
    top = frame["y"].max()
    return -0.045 * (top if np.isfinite(top) and top > 0 else 1.0)


def _robust_top(values: np.ndarray) -> float:
    """The colour scale ends where all but 1 % of the cells lie, so that one bulk order does not bleach the rest."""
    known = values[np.isfinite(values)]
    return float(np.quantile(known, 0.99)) or float(known.max()) or 1.0 if len(known) else 1.0
