"""Charts of what is expected: actual in ink, prediction in colour with its band, the cut-off as a dashed line."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from forecasting.plots.theme import LIGHT, Palette, cutoff_line, faint, house

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
    figure = go.Figure()
    models = list(dict.fromkeys(tested["model"]))
    for model in models[1:]:
        _quiet(figure, tested[tested["model"] == model], palette, titles.get(model, model), shown=model == BASELINE)
    _actual(figure, past, palette)
    if models:
        own = tested[tested["model"] == models[0]]
        _band(figure, own, palette.prediction)
        _line(figure, own, palette.prediction, "predicted for the held-out block", dash="solid")
    _band(figure, expected, palette.prediction, "80 % range")
    _line(figure, expected, palette.prediction, "forecast", dash="dot")
    house(figure, palette, height=height, y_title=label)
    for number, (name, moment) in enumerate(cutoffs.items()):
        cutoff_line(figure, moment, palette, name)
        figure.layout.annotations[-1].update(xanchor="left" if number else "right")
    return _roomy(figure)


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
    figure = go.Figure()
    if baseline is not None:
        _quiet(figure, baseline, palette, "seasonal naive", shown=True)
    _actual(figure, past, palette)
    _band(figure, _joined(past, expected), palette.prediction, "80 % range")
    _line(figure, _joined(past, expected), palette.prediction, "forecast", dash="solid")
    house(figure, palette, height=height, y_title=label)
    cutoff_line(figure, cutoff, palette)
    return _roomy(figure)


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
    figure = go.Figure()
    if banded is not None and "p10" in said:
        own = said[said["model"] == banded]
        for number, (_, rows) in enumerate(own.groupby("cutoff", sort=True)):
            _band(figure, rows, colors[banded], f"80 % range, {titles.get(banded, banded)}" if number == 0 else None)
    _actual(figure, past, palette)
    for model in dict.fromkeys(said["model"]):
        rows = _broken(said[said["model"] == model])
        dash = "dot" if model == BASELINE else "solid"
        _line(figure, rows, colors.get(model, palette.muted), titles.get(model, model), dash=dash)
    house(figure, palette, height=height, y_title=label)
    for number, cutoff in enumerate(sorted(said["cutoff"].unique())):
        cutoff_line(figure, pd.Timestamp(cutoff), palette, "cut-offs" if number == 0 else "")
    return _roomy(figure)


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
    figure = go.Figure()
    for model, rows in table.groupby("model", sort=False):
        figure.add_scatter(
            x=rows["horizon"], y=rows["wape"], name=titles.get(str(model), str(model)), mode="lines+markers",
            line={"color": colors.get(str(model), palette.muted), "width": 2, "dash": "dot" if model == BASELINE else "solid"},
            hovertemplate="<b>%{y:.0%}</b> off<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    house(figure, palette, height=height, y_title="Error, share of sales")
    return figure.update_yaxes(rangemode="tozero", tickformat=".0%").update_xaxes(
        title_text=f"{noun.capitalize()}s ahead",
        tickvals=sorted(table["horizon"].unique())[:: max(1, table["horizon"].nunique() // 12)],
    )


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
    figure = go.Figure()
    for model, rows in table.groupby("model", sort=False):
        values = rows.set_index(group)["wape"].reindex(list(order))
        figure.add_bar(
            x=[name.capitalize() for name in order], y=values, name=titles.get(str(model), str(model)),
            marker={"color": colors.get(str(model), palette.muted)},
            hovertemplate="<b>%{y:.0%}</b> off<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    house(figure, palette, height=height, y_title="Error, share of sales")
    return figure.update_layout(bargap=0.3, bargroupgap=0.06).update_yaxes(tickformat=".0%")


def coefficients(table: pd.DataFrame, palette: Palette = LIGHT, *, most: int = 25) -> go.Figure:
    """Estimates with their 95 % intervals (`term, estimate, lower, upper`), those that differ from zero in colour."""
    shown = table.head(most).iloc[::-1]
    clear = (shown["lower"] > 0) | (shown["upper"] < 0)
    figure = go.Figure()
    for name, rows, color in (("differs from zero", clear, palette.prediction), ("may be zero", ~clear, palette.muted)):
        part = shown[rows]
        if len(part):
            figure.add_scatter(
                x=part["estimate"], y=part["term"], name=name, mode="markers", marker={"color": color, "size": 9},
                error_x={"type": "data", "symmetric": False, "array": part["upper"] - part["estimate"],
                         "arrayminus": part["estimate"] - part["lower"], "color": color, "thickness": 1.6, "width": 0},
                customdata=part[["lower", "upper"]],
                hovertemplate="%{y}<br><b>%{x:,.3g}</b> (%{customdata[0]:,.3g} to %{customdata[1]:,.3g})<extra></extra>",
            )  # fmt: skip
    house(figure, palette, height=max(220, 26 * len(shown) + 90), hover="closest")
    figure.update_yaxes(categoryorder="array", categoryarray=list(shown["term"]), showline=False, ticks="")
    return figure.add_vline(x=0, line={"color": palette.muted, "width": 1})


def loss_curve(table: pd.DataFrame, palette: Palette = LIGHT, *, height: int = 300) -> go.Figure:
    """How a network learnt: loss on what it was trained on, and on the later block it was not."""
    figure = go.Figure()
    for column, name, color in (("training", "training", palette.muted), ("validation", "later block", palette.prediction)):
        figure.add_scatter(
            x=table["epoch"], y=table[column], name=name, mode="lines+markers", line={"color": color, "width": 2},
            hovertemplate="<b>%{y:,.4g}</b><extra>%{fullData.name}</extra>",
        )  # fmt: skip
    house(figure, palette, height=height, y_title="Loss")
    return figure.update_xaxes(title_text="Epoch", dtick=max(1, len(table) // 12))


def _roomy(figure: go.Figure) -> go.Figure:
    """Room for the names of the cut-offs between the plot and the legend; units begin at zero."""
    figure.update_layout(legend={"y": 1.07}, margin={"t": 58})
    return figure.update_yaxes(rangemode="tozero")


def _actual(figure: go.Figure, past: pd.DataFrame, palette: Palette) -> None:
    figure.add_scatter(
        x=past["ds"], y=past["y"], name="actual", line={"color": palette.ink, "width": 1.8},
        mode="lines+markers" if len(past) < _NAMED_POINTS else "lines", marker={"size": 5},
        hovertemplate="<b>%{y:,.0f}</b> units sold<extra></extra>",
    )  # fmt: skip


def _line(figure: go.Figure, rows: pd.DataFrame, color: str, name: str, *, dash: str) -> None:
    few = len(rows) < _NAMED_POINTS
    figure.add_scatter(
        x=rows["ds"], y=rows["mean"], name=name, mode="lines+markers" if few else "lines", marker={"size": 6},
        line={"color": color, "width": 2.2, "dash": dash},
        hovertemplate="<b>%{y:,.1f}</b> units<extra>%{fullData.name}</extra>",
    )  # fmt: skip


def _quiet(figure: go.Figure, rows: pd.DataFrame, palette: Palette, name: str, *, shown: bool) -> None:
    figure.add_scatter(
        x=rows["ds"], y=rows["mean"], name=name.lower(), mode="lines", visible=True if shown else "legendonly",
        line={"color": palette.muted, "width": 1.5, "dash": "dot"},
        hovertemplate="<b>%{y:,.1f}</b> units<extra>%{fullData.name}</extra>",
    )  # fmt: skip


def _band(figure: go.Figure, rows: pd.DataFrame, color: str, name: str | None = None) -> None:
    """The 80 % interval as a closed shape, with its bounds in the hover box."""
    figure.add_scatter(
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
