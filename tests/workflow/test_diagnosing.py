"""Every part of a diagnosis says something true of every kind of series and calendar, and travels between processes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting import exchange
from forecasting.core.panel import Panel
from forecasting.plots import diagnostics
from forecasting.workflow import run
from forecasting.workflow.diagnosing import Diagnose, Diagnosis, FindOrders, Look, Orders

RNG = np.random.default_rng(0)
COUNT = {"h": 600, "D": 400, "B": 300, "W-MON": 130, "MS": 60, "QS": 24, "YS": 14}
ODD = {
    "constant": np.full(60, 7.0),
    "all zero": np.zeros(60),
    "two points": np.array([3.0, 5.0]),
    "one point": np.array([4.0]),
    "nothing": np.full(30, np.nan),
    "gappy": np.where(RNG.random(200) < 0.4, np.nan, RNG.poisson(5, 200)),
    "negative": -RNG.poisson(5, 120).astype(float),
    "huge": 1e12 * RNG.gamma(2, size=120),
    "tiny": 1e-6 * RNG.gamma(2, size=120),
    "a line": np.arange(80.0),
    "one peak": np.r_[np.zeros(99), 1e6],
}


def panel_of(values: np.ndarray, freq: str = "D") -> Panel:
    dates = pd.date_range("2021-01-01", periods=len(values), freq=freq)
    return Panel.build(pd.DataFrame({"unique_id": "A", "ds": dates, "y": values}), freq=freq)


def readings(found: Diagnosis) -> list[str]:
    parts = (
        found.demand,
        found.acf,
        found.pacf,
        found.level,
        found.parts,
        found.waves,
        found.season,
        found.steps,
        found.orders,
    )
    return [*(part.reading for part in parts), found.odd_reading, found.gaps, *found.orders.reasons]


def drawn(found: Diagnosis) -> None:
    figures = [
        diagnostics.transformed(found.shown, label="Units"),
        diagnostics.correlogram(found.acf.frame, title="ACF", season=7),
        diagnostics.correlogram(found.pacf.frame, title="PACF"),
        diagnostics.parts(found.parts.frame, odd=found.odd),
        diagnostics.periodogram(found.waves.frame, found.waves.found, noun="day"),
        diagnostics.usual(found.season.grid),
        diagnostics.subseries(found.season.cycles),
        diagnostics.levels(found.steps.level),
    ]
    assert all(figure.to_json() for figure in figures)


@pytest.mark.parametrize("look", [Look(), Look("log", 1, 1), Look("box-cox")], ids=["plain", "log differences", "box-cox"])
@pytest.mark.parametrize("name", ODD)
def test_odd_series(name: str, look: Look) -> None:
    found = run(Diagnose(panel_of(ODD[name]), look))
    said = readings(found)
    assert all(sentence.endswith(".") and "nan" not in sentence and "inf" not in sentence for sentence in said), said
    drawn(found)


@pytest.mark.parametrize("freq", COUNT)
def test_every_calendar(freq: str, tmp_path: Path, rng: np.random.Generator) -> None:
    count = COUNT[freq]
    season = panel_of(np.zeros(count), freq).season_length
    wave = 20 + 8 * np.sin(2 * np.pi * np.arange(count) / max(season, 2)) * (season > 1)
    found = run(Diagnose(panel_of(wave + rng.normal(0, 1, count), freq)))
    exchange.save(found, tmp_path / "found")
    again = exchange.load(tmp_path / "found")
    assert readings(again) == readings(found)
    drawn(again)
    if season > 1:
        assert min(abs(np.array(found.waves.found) / season - 1)) < 0.05
        assert found.parts.seasonal > 0.8
        assert len(found.season.grid) > 1
        assert found.season.cycles["place"].nunique() > 3
    else:
        assert found.season.reading == "A yearly calendar has no season within the year."


def test_two_seasons_are_told_apart(rng: np.random.Generator) -> None:
    hours = np.arange(24 * 7 * 8)
    sales = 20 + 6 * np.sin(2 * np.pi * hours / 24) + 5 * (hours % 168 >= 120) + rng.normal(0, 1, len(hours))
    found = run(Diagnose(panel_of(sales, "h")))
    assert found.parts.seasons == (24, 168)
    assert set(found.waves.found) == {24, 168}
    frame = found.parts.frame
    total = frame[["trend", "season 24", "season 168", "remainder"]].sum(axis=1)
    np.testing.assert_allclose(total, frame["value"])


def test_a_break_a_peak_and_a_scale_are_said(rng: np.random.Generator) -> None:
    sales = np.r_[rng.normal(20, 1, 100), rng.normal(30, 1, 100)]
    sales[50] = 90
    found = run(Diagnose(panel_of(sales), Look("box-cox")))
    assert found.steps.frame["ds"].tolist() == [pd.Timestamp("2021-01-01") + pd.Timedelta(days=100)]
    assert found.steps.level["level"].nunique() == 2
    assert "most of all 20 Feb 2021: 90 sold, more than" in found.odd_reading
    assert found.scale.startswith("Box-Cox of units + 1 with λ = ")


def test_a_longer_search_is_at_least_as_good(rng: np.random.Generator) -> None:
    panel = panel_of(np.cumsum(rng.normal(size=150)))
    quick, long = run(Diagnose(panel)).orders, run(FindOrders(panel))
    assert isinstance(long, Orders)
    assert long.candidates["aicc"].min() <= quick.candidates["aicc"].min() + 1e-9
    assert long.candidates["delta"].iloc[0] == 0


def test_numbers_are_said_in_full_and_an_hour_by_its_hour(rng: np.random.Generator) -> None:
    hours = np.arange(24 * 28)
    sales = 1e9 * (2 + np.sin(2 * np.pi * hours / 24) + (hours >= 400)) + rng.normal(0, 1e7, len(hours))
    sales[300] *= 3
    found = run(Diagnose(panel_of(sales, "h")))
    assert not any("e+" in sentence for sentence in readings(found)), readings(found)
    assert "00:00" not in found.odd_reading
    assert f"{panel_of(sales, 'h').calendar[300]:%H:%M}" in found.odd_reading


def test_more_peaks_than_are_listed_are_not_counted_as_so_many(rng: np.random.Generator) -> None:
    sales = 20 + rng.normal(0, 1, 400)
    sales[::10] += rng.uniform(20, 30, 40)
    assert run(Diagnose(panel_of(sales, "D"))).odd_reading.startswith("20 days or more stand out")


def test_two_sales_make_no_level_and_no_peaks_of_nothing() -> None:
    sales = np.zeros(420)
    sales[100], sales[300] = 3, 2
    found = run(Diagnose(panel_of(sales)))
    assert found.steps.reading == "Too few values differ from the usual one to look for breaks."
    assert "0 sold" not in found.odd_reading
    assert set(found.odd["value"]) <= {2.0, 3.0}
