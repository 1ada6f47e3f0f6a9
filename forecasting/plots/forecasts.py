"""Charts of what is expected: actual in ink, prediction in colour with its band, the cut-off as a dashed line."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go
from plotly.basedatatypes import BaseTraceType

from forecasting.plots.theme import LIGHT, Palette, cutoff_lines, faint, house, upright

BASELINE = "seasonal_naive"
_NAMED_POINTS = 40


def held_out(
    past: pd.DataFrame,
    tested: pd.DataFrame,
    expected: pd.DataFrame,
    cutoffs: Mapping[str, pd.Timestamp],
    palette: Palette = LIGHT,
    *,
    titles: Mapping[str, str],
    label: str = "Units",
    height: int = 430,
) -> go.Figure:
    """One SKU: what happened (`ds, y`), what each model said of the held-out block (`explore.beside`), and what comes next.

    The first model of `tested` is the one being tried and has its 80 % band; the others are quiet. `expected` are rows of
    `explore.ahead`; `cutoffs` are dashed lines by their names.
    """
    said = {str(model): rows for model, rows in tested.groupby("model", sort=False)}
    tried, *others = said or [""]
    traces = [_quiet(said[model], palette, titles.get(model, model), shown=model == BASELINE) for model in others]
    traces.append(_actual(past, palette))
    if tried in said:
        line = _line(said[tried], palette.prediction, "predicted for the held-out block", dash="solid")
        traces += [_band(said[tried], palette.prediction), line]
    traces += [
        _band(expected, palette.prediction, "80 % range"),
        _line(expected, palette.prediction, "forecast", dash="dot"),
    ]
    lines = [(moment, name, "left" if number else "right") for number, (name, moment) in enumerate(cutoffs.items())]
    return _roomy(traces, lines, palette, height, label)


def expected_ahead(
    past: pd.DataFrame,
    expected: pd.DataFrame,
    cutoff: pd.Timestamp,
    palette: Palette = LIGHT,
    *,
    baseline: pd.DataFrame | None = None,
    label: str = "Units",
    height: int = 400,
) -> go.Figure:
    """What was sold, then what is expected with its 80 % band, and the baseline beside it."""
    joined = _joined(past, expected)
    traces = [
        _actual(past, palette),
        _band(joined, palette.prediction, "80 % range"),
        _line(joined, palette.prediction, "forecast", dash="solid"),
    ]
    if baseline is not None:
        traces.insert(0, _quiet(baseline, palette, "seasonal naive", shown=True))
    return _roomy(traces, [(cutoff, "cut-off", "auto")], palette, height, label)


def curves(
    past: pd.DataFrame,
    said: pd.DataFrame,
    palette: Palette = LIGHT,
    *,
    titles: Mapping[str, str],
    colors: Mapping[str, str],
    banded: str | None = None,
    label: str = "Units",
    height: int = 430,
) -> go.Figure:
    """What several models said at the same cutoffs (`model, cutoff, ds, mean`, and `p10, p90` for bands), over what happened.

    Each cutoff is a dashed line; a model's curve begins anew there. `banded` names the model whose 80 % band is drawn.
    """
    traces = []
    if banded is not None and "p10" in said:
        own = said[said["model"] == banded]
        for number, (_, rows) in enumerate(own.groupby("cutoff", sort=True)):
            traces.append(_band(rows, colors[banded], f"80 % range, {titles.get(banded, banded)}" if number == 0 else None))
    traces.append(_actual(past, palette))
    for model in dict.fromkeys(said["model"]):
        rows = _broken(said[said["model"] == model])
        dash = "dot" if model == BASELINE else "solid"
        traces.append(_line(rows, colors.get(model, palette.muted), titles.get(model, model), dash=dash))
    cutoffs = sorted(said["cutoff"].unique())
    lines = [(pd.Timestamp(cutoff), "" if number else "cut-offs", "auto") for number, cutoff in enumerate(cutoffs)]
    return _roomy(traces, lines, palette, height, label)


def by_horizon(
    table: pd.DataFrame,
    palette: Palette = LIGHT,
    *,
    titles: Mapping[str, str],
    colors: Mapping[str, str],
    noun: str,
    height: int = 320,
) -> go.Figure:
    """How the error grows with the distance: WAPE of each model by periods ahead (`horizon, model, wape`)."""
    traces = [
        go.Scatter(
            x=rows["horizon"], y=rows["wape"], name=titles.get(str(model), str(model)), mode="lines+markers",
            line={"color": colors.get(str(model), palette.muted), "width": 2, "dash": "dot" if model == BASELINE else "solid"},
            hovertemplate="<b>%{y:.0%}</b> off<extra>%{fullData.name}</extra>",
        )
        for model, rows in table.groupby("model", sort=False)
    ]  # fmt: skip
    horizons = sorted(table["horizon"].unique())
    x = {"title": {"text": f"{noun.capitalize()}s ahead"}, "tickvals": horizons[:: max(1, len(horizons) // 12)]}
    y = {"rangemode": "tozero", "tickformat": ".0%"}
    return house(traces, palette, height=height, y_title="Error, share of sales", x=x, y=y)


def by_group(
    table: pd.DataFrame,
    group: str,
    order: Sequence[str],
    palette: Palette = LIGHT,
    *,
    titles: Mapping[str, str],
    colors: Mapping[str, str],
    height: int = 320,
) -> go.Figure:
    """WAPE of each model in each group, one bar each; a group in which it is undefined has no bar."""
    traces = [
        go.Bar(
            x=[name.capitalize() for name in order], y=rows.set_index(group)["wape"].reindex(list(order)),
            name=titles.get(str(model), str(model)), marker={"color": colors.get(str(model), palette.muted)},
            hovertemplate="<b>%{y:.0%}</b> off<extra>%{fullData.name}</extra>",
        )
        for model, rows in table.groupby("model", sort=False)
    ]  # fmt: skip
    gaps = {"bargap": 0.3, "bargroupgap": 0.06}
    return house(
        traces, palette, height=height, y_title="Error, share of sales", y={"tickformat": ".0%"}, layout=gaps
    )  # fmt: skip


def coefficients(table: pd.DataFrame, palette: Palette = LIGHT, *, most: int = 60) -> go.Figure:
    """Estimates with their 95 % intervals (`term, estimate, lower, upper`), those that differ from zero in colour.

    Of more than `most`, those are left out that are the least sure to differ from zero.
    """
    sure = table["estimate"].abs() / (table["upper"] - table["lower"])
    shown = table[sure.rank(ascending=False, method="first", na_option="bottom") <= most].iloc[::-1]
    clear = (shown["lower"] > 0) | (shown["upper"] < 0)
    kinds = ((shown[clear], "differs from zero", palette.prediction), (shown[~clear], "may be zero", palette.muted))
    return house(
        [_estimates(part, name, color) for part, name, color in kinds if len(part)],
        palette,
        height=max(220, 26 * len(shown) + 90),
        hover="closest",
        y={"categoryorder": "array", "categoryarray": list(shown["term"]), "showline": False, "ticks": ""},
        layout={"shapes": [upright(0, palette.muted)]},
    )


def _estimates(part: pd.DataFrame, name: str, color: str) -> go.Scatter:
    return go.Scatter(
        x=part["estimate"], y=part["term"], name=name, mode="markers", marker={"color": color, "size": 9},
        error_x={"type": "data", "symmetric": False, "array": part["upper"] - part["estimate"],
                 "arrayminus": part["estimate"] - part["lower"], "color": color, "thickness": 1.6, "width": 0},
        customdata=part[["lower", "upper"]],
        hovertemplate="%{y}<br><b>%{x:,.3g}</b> (%{customdata[0]:,.3g} to %{customdata[1]:,.3g})<extra></extra>",
    )  # fmt: skip


def loss_curve(table: pd.DataFrame, palette: Palette = LIGHT, *, height: int = 300) -> go.Figure:
    """How a network learnt: loss on what it was trained on, and on the later block it was not."""
    columns = (("training", "training", palette.muted), ("validation", "later block", palette.prediction))
    traces = [
        go.Scatter(
            x=table["epoch"], y=table[column], name=name, mode="lines+markers", line={"color": color, "width": 2},
            hovertemplate="<b>%{y:,.4g}</b><extra>%{fullData.name}</extra>",
        )
        for column, name, color in columns
    ]  # fmt: skip
    x = {"title": {"text": "Epoch"}, "dtick": max(1, len(table) // 12)}
    return house(traces, palette, height=height, y_title="Loss", x=x)


def _roomy(
    traces: Sequence[BaseTraceType],
    cutoffs: Sequence[tuple[pd.Timestamp, str, str]],
    palette: Palette,
    height: int,
    label: str,
) -> go.Figure:
    """With room for the names of the cut-offs between the plot and the legend; units begin at zero."""
    layout = {"legend": {"y": 1.07}, "margin": {"t": 58}, **cutoff_lines(cutoffs, palette)}
    return house(traces, palette, height=height, y_title=label, y={"rangemode": "tozero"}, layout=layout)


def _actual(past: pd.DataFrame, palette: Palette) -> go.Scatter:
    return go.Scatter(
        x=past["ds"], y=past["y"], name="actual", line={"color": palette.ink, "width": 1.8},
        mode="lines+markers" if len(past) < _NAMED_POINTS else "lines", marker={"size": 5},
        hovertemplate="<b>%{y:,.0f}</b> units sold<extra></extra>",
    )  # fmt: skip


def _line(rows: pd.DataFrame, color: str, name: str, *, dash: str) -> go.Scatter:
    few = len(rows) < _NAMED_POINTS
    return go.Scatter(
        x=rows["ds"], y=rows["mean"], name=name, mode="lines+markers" if few else "lines", marker={"size": 6},
        line={"color": color, "width": 2.2, "dash": dash},
        hovertemplate="<b>%{y:,.1f}</b> units<extra>%{fullData.name}</extra>",
    )  # fmt: skip


def _quiet(rows: pd.DataFrame, palette: Palette, name: str, *, shown: bool) -> go.Scatter:
    return go.Scatter(
        x=rows["ds"], y=rows["mean"], name=name.lower(), mode="lines", visible=True if shown else "legendonly",
        line={"color": palette.muted, "width": 1.5, "dash": "dot"},
        hovertemplate="<b>%{y:,.1f}</b> units<extra>%{fullData.name}</extra>",
    )  # fmt: skip


def _band(rows: pd.DataFrame, color: str, name: str | None = None) -> go.Scatter:
    """The 80 % interval as a closed shape, with its bounds in the hover box."""
    return go.Scatter(
        x=pd.concat([rows["ds"], rows["ds"][::-1]]), y=pd.concat([rows["p90"], rows["p10"][::-1]]), fill="toself",
        fillcolor=faint(color), line={"width": 0}, mode="lines", name=name or "", showlegend=name is not None, hoverinfo="skip",
    )  # fmt: skip


def _joined(past: pd.DataFrame, expected: pd.DataFrame) -> pd.DataFrame:
    """The forecast with the last actual in front, so that the curve has no hole at the cut-off."""
    known = past.dropna(subset=["y"]).tail(1)
    first = pd.DataFrame({"ds": known["ds"], "mean": known["y"], "p10": known["y"], "p90": known["y"]})
    return pd.concat([first, expected[["ds", "mean", "p10", "p90"]]], ignore_index=True)


def _broken(rows: pd.DataFrame) -> pd.DataFrame:
    """The curves of several cutoffs one after the other, with a gap between them."""
    dates: list[pd.Timestamp] = []
    units: list[float | None] = []
    for _, part in rows.groupby("cutoff", sort=True):
        dates += [*part["ds"], part["ds"].iloc[-1]]
        units += [*part["mean"], None]
    return pd.DataFrame({"ds": dates, "mean": pd.Series(units, dtype=float)})
