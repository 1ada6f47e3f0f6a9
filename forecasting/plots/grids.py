"""Several small charts in one figure: their axes, for `theme.house` to dress, and the name of each."""

from typing import Any

from plotly.subplots import make_subplots

from forecasting.plots.theme import Look


def grid(rows: int, columns: int, **options: Any) -> Look:
    """The axes and titles of a grid of charts, as a layout; `options` are those of Plotly's `make_subplots`.

    >>> sorted(grid(1, 2))
    ['xaxis', 'xaxis2', 'yaxis', 'yaxis2']
    """
    layout = make_subplots(rows, columns, **options).layout.to_plotly_json()
    return {name: part for name, part in layout.items() if name != "template"}


def axis(letter: str, place: int) -> str:
    """What the layout calls an axis of the chart at a place, counted from 0 along the rows.

    >>> axis("x", 0), axis("y", 2)
    ('xaxis', 'yaxis3')
    """
    return f"{letter}axis{place + 1 if place else ''}"


def cell(place: int) -> dict[str, str]:
    """The axes of a trace in the chart at a place.

    >>> cell(2)
    {'xaxis': 'x3', 'yaxis': 'y3'}
    """
    number = place + 1 if place else ""
    return {"xaxis": f"x{number}", "yaxis": f"y{number}"}
