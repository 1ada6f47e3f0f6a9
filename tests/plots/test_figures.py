"""Figures are drawn from any history, and their colours can be told apart by everybody."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.core.panel import Panel
from forecasting.explore.rhythm import rhythm
from forecasting.explore.timeline import timeline, total
from forecasting.plots import cleaning, diagnostics, forecasts, history
from forecasting.plots.theme import DARK, LIGHT, faint

# Machado, Oliveira and Fernandes (2009), severity 1.0: how protanopes, deuteranopes and tritanopes see linear RGB.
SEEN_BY = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(color: str) -> np.ndarray:
    values = np.array([int(color[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def luminance(color: str) -> float:
    return float(linear(color) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ np.clip(rgb, 0, 1)
    scaled = xyz / [0.9505, 1.0, 1.089]
    f = np.where(scaled > 216 / 24389, np.cbrt(scaled), (24389 / 27 * scaled + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("kind", SEEN_BY)
def test_main_colours_differ_for_the_colour_blind(palette, kind):
    def nearest(colors) -> float:
        seen = [lab(np.array(SEEN_BY[kind]) @ linear(color)) for color in colors]
        return min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2))

    assert nearest([palette.ink, palette.prediction, palette.muted, palette.warning, palette.promotion]) > 10
    assert nearest([palette.ink, *palette.categories]) > 10


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_lines_stand_out_from_the_background(palette):
    assert contrast(palette.text, palette.background) > 7
    assert contrast(palette.muted, palette.background) > 4.3
    assert min(contrast(color, palette.background) for color in palette.categories) > 2.7
    assert len(palette.categories) + 1 >= 10


@pytest.fixture(params=["ordinary", "one day", "all missing", "all zero", "hours"])
def panel(request) -> Panel:
    count = {"one day": 1, "hours": 4_000}.get(request.param, 200)
    days = pd.date_range("2024-01-01", periods=count, freq="h" if request.param == "hours" else "D")
    value = {"all missing": np.nan, "all zero": 0.0}.get(request.param, 3.0)
    sales = pd.DataFrame({"unique_id": "A", "ds": days, "y": value + np.arange(count) % 5 * (value == 3.0), "price": 2.0})
    sales["promo"], sales["stock"] = np.arange(count) % 2, np.arange(count) % 9
    return Panel.build(sales, freq="h" if request.param == "hours" else "D")


def test_every_history_can_be_drawn(panel):
    for view in (panel.freq, "W-MON", "MS"):
        frame = timeline(panel, "A", view)
        for figure in (history.history(frame), history.total_sales(total(panel, view)), history.price_and_units(frame)):
            assert sum(len(trace.x) for trace in figure.data if trace.x is not None) <= 9_000
            assert figure.to_json()
    found = rhythm(panel, "A")
    drawn = history.heat(found.grid, mean=found.mean)
    assert drawn.to_json()
    assert drawn.layout.yaxis.type == "category"  # as numbers, years would be 2,025.8 and 2,026


def test_correlogram_shows_what_lies_beyond_the_band():
    frame = pd.DataFrame({"lag": [1, 2, 3], "value": [0.8, 0.1, -0.5], "band": 0.2, "bartlett": [0.2, 0.3, 0.3]})
    figure = diagnostics.correlogram(frame, title="ACF", season=52)
    inside, beyond = figure.data[1:]
    assert list(inside.x) == [2]
    assert list(beyond.x) == [1, 3]
    assert figure.layout.xaxis.dtick == 1  # no lag lies between two


def test_an_empty_correlogram_is_an_empty_chart():
    frame = pd.DataFrame({"lag": [], "value": [], "band": [], "bartlett": []}, dtype=float)
    assert diagnostics.correlogram(frame, title="ACF").to_json()


def test_cutoff_is_a_dashed_line():
    known = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=5), "y": 1.0})
    expected = pd.DataFrame({"ds": pd.date_range("2024-01-06", periods=2), "mean": 1.0, "p10": 0.5, "p90": 2.0})
    (line,) = forecasts.expected_ahead(known, expected, pd.Timestamp("2024-01-05")).layout.shapes
    assert line.line.dash == "dash"
    assert line.x0 == line.x1 == pd.Timestamp("2024-01-05")
    assert faint("#000001", 0.5) == "#00000180"


def test_the_app_and_a_notebook_show_the_same_colours():
    config = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    for palette, theme in ((LIGHT, config["light"]), (DARK, config["dark"])):
        assert theme["chartCategoricalColors"] == [*palette.categories, palette.ink]
        assert theme["chartSequentialColors"] == list(palette.scale)
        assert (theme["backgroundColor"], theme["textColor"]) == (palette.background, palette.text)


@pytest.mark.parametrize("rows", [3, 60, 9_000])
def test_before_and_after_shows_changes_gaps_and_marks(rows):
    raw = pd.Series(np.arange(rows, dtype=float) % 7)
    frame = pd.DataFrame({"ds": pd.date_range("2000-01-01", periods=rows), "raw": raw, "clean": raw, "changed": False})
    assert [trace.name for trace in cleaning.before_after(frame).data] == ["raw"]
    frame.loc[1, ["clean", "changed"]] = [np.nan, True]
    frame.loc[2, ["raw", "clean", "changed"]] = [500.0, 9.0, True]
    figure = cleaning.before_after(frame.assign(marked=frame.index == 0), DARK)
    assert [trace.name for trace in figure.data] == ["raw", "cleaned", "left out", "marked, not changed"]
    assert all(len(trace.x) <= 3_000 for trace in figure.data)
    assert 9.0 in figure.data[1].y


def test_the_surest_coefficients_are_among_those_that_are_drawn():
    terms = pd.DataFrame({"term": [f"t{k}" for k in range(80)], "estimate": 1.0, "lower": -9.0, "upper": 11.0})
    terms.loc[70, ["lower", "upper"]] = [0.9, 1.1]
    drawn = [term for trace in forecasts.coefficients(terms).data for term in trace.y]
    assert "t70" in drawn
    assert len(drawn) == 60
