"""What ETS, Theta, CES and the quick ARIMA tell of a fit: in units of the series, with the criteria of the library."""

import numpy as np
import pandas as pd
import pytest
from statsforecast.models import AutoETS

from forecasting.core.panel import Panel
from forecasting.models import make
from forecasting.models.statistical import FittedSeries

WEEK = 20 + np.tile([0.0, 0, 0, 0, 5, 12, 3], 12)


def fitted(name: str, *series: np.ndarray) -> FittedSeries:
    dates = pd.date_range("2024-01-01", periods=len(WEEK))
    frames = [pd.DataFrame({"unique_id": f"S{number}", "ds": dates, "y": y}) for number, y in enumerate(series)]
    found = make(name, horizon=7).fit(Panel.build(pd.concat(frames)))
    assert isinstance(found, FittedSeries)
    return found


def test_an_ets_tells_the_criteria_of_the_library(rng: np.random.Generator) -> None:
    sales = WEEK + rng.normal(size=len(WEEK))
    told = fitted("ets", sales).told[0]
    fit = AutoETS(7).fit(sales).model_
    assert told is not None
    assert told.form == fit["method"]
    assert told.log_likelihood == pytest.approx(fit["loglik"], abs=0.5)
    assert (told.aicc, told.bic) == pytest.approx((fit["aicc"], fit["bic"]), abs=1)
    assert told.parameters[0][1] == pytest.approx(fit["par"][0], abs=0.05)


def test_the_quick_arima_tells_its_orders_and_what_they_cost(rng: np.random.Generator) -> None:
    sales = 50 + np.cumsum(rng.normal(size=len(WEEK)))
    found = fitted("auto_arima", sales, 10 * sales, np.zeros(len(WEEK)))
    once, tenfold, nothing = found.told
    assert once is not None
    assert tenfold is not None
    assert once.form.startswith("ARIMA(")
    assert tenfold.sigma == pytest.approx(10 * once.sigma, rel=1e-6)
    assert once.log_likelihood - tenfold.log_likelihood == pytest.approx(once.observed * np.log(10))
    assert "sigma^2" in found.summary("S0")
    assert "AICc" in found.summary("S0")
    assert nothing is None
    assert "no parameters" in found.summary("S2")


@pytest.mark.parametrize("name", ["theta", "ces"])
def test_others_tell_their_form(name: str, rng: np.random.Generator) -> None:
    assert "alpha" in fitted(name, WEEK + rng.normal(size=len(WEEK))).summary("S0")
