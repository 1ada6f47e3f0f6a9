import numpy as np
import pandas as pd

from forecasting.plots import insides


def test_contributions_are_stacked_and_their_sum_is_the_line() -> None:
    days = pd.date_range("2024-01-01", periods=3)
    rows = pd.concat(
        [
            pd.DataFrame({"ds": days, "term": "usual level", "units": [10.0, 10, 10]}),
            pd.DataFrame({"ds": days, "term": "price", "units": [2.0, -3, 0]}),
        ]
    )
    figure = insides.contributions(rows)
    assert [trace.name for trace in figure.data] == ["usual level", "price", "forecast"]
    assert list(figure.data[-1].y) == [12.0, 7.0, 10.0]
    assert figure.layout.barmode == "relative"


def test_roots_are_drawn_beside_the_unit_circle() -> None:
    rows = pd.DataFrame({"part": ["ar", "ma"], "real": [0.5, -0.2], "imaginary": [0.0, 0.1], "size": [0.5, 0.22]})
    figure = insides.roots(rows)
    circle = figure.data[0]
    np.testing.assert_allclose(np.hypot(circle.x, circle.y), 1.0)
    assert [trace.name for trace in figure.data[1:]] == ["past sales (AR)", "past surprises (MA)"]
    assert figure.layout.yaxis.scaleanchor == "x"


def test_topics_are_drawn_beside_the_usual_level_the_first_on_top() -> None:
    rows = pd.DataFrame({"topic": ["usual level", "recent sales", "price"], "units": [100.0, 20.0, -5.0]})
    (bars,) = insides.topics(rows).data
    assert list(bars.y) == ["price", "recent sales"]
    assert list(bars.text) == ["-5.0", "+20.0"]
    assert len(set(bars.marker.color)) == 2


def test_windows_are_drawn_in_two_rows_with_one_name_each() -> None:
    figure = insides.windows(np.ones((5, 21)), np.zeros((5, 21)))
    assert len(figure.data) == 6
    assert [trace.name for trace in figure.data if trace.showlegend] == ["real", "synthetic"]
