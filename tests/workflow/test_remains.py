"""Residuals are tested by weekday and promotion too, and what is found leads to a setting that answers it."""

import numpy as np
import pandas as pd

from forecasting.core.panel import Panel
from forecasting.models.arima import Arima
from forecasting.models.linear import Linear
from forecasting.models.naive import WindowMean
from forecasting.workflow import TryModel, run
from forecasting.workflow.remains import Remains, remains_of
from forecasting.workflow.remedies import remedies

DATES = pd.date_range("2024-01-01", periods=210)


def left(values: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"unique_id": "A", "ds": DATES, "y": 50 + values, "fitted": 50.0})


def checked(values: np.ndarray, promo: np.ndarray | None = None) -> Remains:
    sales = pd.DataFrame({"unique_id": "A", "ds": DATES, "y": 50.0, "promo": 0.0 if promo is None else promo})
    found = remains_of(left(values), None, "A", 7, Panel.build(sales, known=["promo"]))
    assert found is not None
    return found


def test_noise_asks_for_nothing(rng: np.random.Generator) -> None:
    found = checked(rng.normal(size=210))
    assert found.findings == ()
    assert remedies(Linear(), found.findings, 7) == ()
    assert found.groups["group"].tolist() == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def test_a_weekly_pattern_leads_to_a_seasonal_setting(rng: np.random.Generator) -> None:
    found = checked(np.where(np.arange(210) % 7 == 5, 8.0, 0.0) + rng.normal(size=210))
    assert "try a seasonal term" in found.reading
    assert set(found.findings) >= {"season", "weekday"}
    assert any(reading.startswith("Saturday sells ") for reading in found.tests["reading"])
    arima = remedies(Arima(order=(1, 0, 0)), found.findings, 7)[0]
    assert arima.spec == Arima(order=(1, 0, 0), seasonal_order=(1, 0, 1, 7))
    assert any(remedy.spec == Linear(weekday="dummies") for remedy in remedies(Linear(), found.findings, 7))
    assert remedies(WindowMean(), found.findings, 7) == ()


def test_missed_promotions_lead_to_the_regressors(rng: np.random.Generator) -> None:
    promo = (rng.random(210) < 0.2).astype(float)
    found = checked(10 * promo + rng.normal(size=210), promo)
    assert "promotion" in found.findings
    assert found.reading.startswith("Promotions sell ")
    assert any(remedy.spec == Linear(regressors=True) for remedy in remedies(Linear(regressors=False), found.findings, 7))


def test_neighbouring_errors_raise_p_and_bunched_ones_take_a_logarithm() -> None:
    offered = remedies(Arima(order=(1, 0, 0)), ("memory", "spread"), 7)
    assert [remedy.spec for remedy in offered] == [Arima(order=(2, 0, 0)), Arima(order=(1, 0, 0), transform="log")]


def test_a_tryout_brings_its_findings(rng: np.random.Generator) -> None:
    week = 20 + np.tile([0.0, 0, 0, 0, 5, 12, 3], 30) + rng.normal(size=210)
    panel = Panel.build(pd.DataFrame({"unique_id": "A", "ds": DATES, "y": week}))
    found = run(TryModel(panel, Arima(order=(1, 0, 0)), 14)).remains
    assert "season" in found.findings
    assert len(found.pacf)


def test_the_headline_is_what_chance_explains_least(rng: np.random.Generator) -> None:
    promo = (rng.random(210) < 0.2).astype(float)
    noise, saturday = rng.normal(size=210), np.arange(210) % 7 == 5
    for lift, by_weekday, begins in ((9.0, 3.0, "Promotions sell "), (3.0, 9.0, "A pattern of 7 days")):
        found = checked(lift * promo + by_weekday * saturday + noise, promo)
        assert {"promotion", "weekday"} <= set(found.findings)
        assert found.reading.startswith(begins)
