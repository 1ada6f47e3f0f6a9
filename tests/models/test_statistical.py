import numpy as np
import pandas as pd
import pytest
from statsforecast import models as library

from forecasting.core.errors import SpecInvalid
from forecasting.core.panel import Panel
from forecasting.models.damped import Damped
from forecasting.models.intermittent import ADIDA, IMAPA, TSB, Croston, CrostonSBA
from forecasting.models.naive import WeekdayMean
from forecasting.models.smoothing import CES, ETS, MSTL, Theta
from forecasting.models.statistical import one


def build(values, name="A", freq="D") -> pd.DataFrame:
    return pd.DataFrame({"unique_id": name, "ds": pd.date_range("2023-01-02", periods=len(values), freq=freq), "y": values})


@pytest.fixture(scope="module")
def season() -> np.ndarray:
    rng = np.random.default_rng(1)
    return rng.poisson(30 + 10 * np.sin(2 * np.pi * np.arange(140) / 7)).astype(float)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (ETS(error="additive", trend="none", season="additive"), library.AutoETS(7, model="ANA")),
        (Theta(model="STM"), library.Theta(7)),
        (CES(), library.AutoCES(7)),
        (Croston(), library.CrostonClassic()),
        (CrostonSBA(), library.CrostonSBA()),
        (TSB(), library.TSB(0.1, 0.1)),
        (IMAPA(), library.IMAPA()),
        (ADIDA(), library.ADIDA()),
    ],
)
def test_a_clean_series_gets_what_the_library_says(ours, theirs, season):
    expected = theirs.forecast(y=season, h=14)["mean"]
    assert ours.fit(Panel.build(build(season))).forecast(14).mean[0] == pytest.approx(expected, rel=0.02)


def test_a_short_series_falls_back_to_its_mean_and_says_so():
    fitted = ETS().fit(Panel.build(build([3.0, 5.0])))
    assert fitted.forecast(3).mean.tolist() == [[4.0, 4.0, 4.0]]
    assert "only 2 periods" in fitted.failures[0].reason
    assert fitted.forecast(3).flags == (fitted.failures[0].reason,)


@pytest.mark.parametrize("values", [[3.0, 5.0], [4.0]])
def test_a_short_series_is_not_taken_for_certain(values):
    forecast = Theta().fit(Panel.build(build(values))).forecast(3)
    assert (forecast.quantile(0.1) < 4.0).all()
    assert (forecast.quantile(0.9) > 4.0).all()


def test_zeros_before_the_first_sale_do_not_count(season):
    late = np.concatenate([np.zeros(200), season])
    ours = CrostonSBA().fit(Panel.build(build(late))).forecast(7).mean
    assert ours == pytest.approx(CrostonSBA().fit(Panel.build(build(season))).forecast(7).mean)


def test_one_odd_sunday_does_not_move_the_weekdays():
    week = np.array([90.0, 90, 90, 85, 80, 12, 9])
    sales = np.tile(week, 30) + np.random.default_rng(0).normal(0, 1, 210)
    sales[-2:] = [70.0, 50.0]
    weekdays = Theta(model="STM").fit(Panel.build(build(sales))).forecast(7).mean[0, :5]
    assert weekdays.max() < 1.5 * week.max()


def test_a_quiet_month_that_is_so_each_year_keeps_its_share():
    year = np.array([2.0, 2, 4, 8, 14, 20, 24, 22, 12, 6, 3, 2])
    sales = np.concatenate([year * 10 * 1.3**k for k in range(6)])
    panel = Panel.build(build(sales, freq="MS"))
    shares = Theta(model="STM", decomposition="multiplicative").fit(panel).forecast(12).mean
    assert Theta(model="STM").fit(panel).forecast(12).mean == pytest.approx(shares)


def test_a_gap_is_filled_from_its_season(season):
    gappy = season.copy()
    gappy[[20, 21, 80]] = np.nan
    ours = Theta().fit(Panel.build(build(gappy))).forecast(7).mean
    assert ours == pytest.approx(Theta().fit(Panel.build(build(season))).forecast(7).mean, rel=0.1)


@pytest.mark.parametrize("spec", [ETS(), Theta(), CES(), MSTL()])
def test_a_season_of_52_weeks_is_found(spec):
    rng = np.random.default_rng(0)
    weeks = 100 + 50 * np.sin(2 * np.pi * np.arange(156) / 52) + rng.normal(0, 3, 156)
    mean = spec.fit(Panel.build(build(weeks, freq="W-MON"))).forecast(52).mean[0]
    truth = 100 + 50 * np.sin(2 * np.pi * np.arange(156, 208) / 52)
    assert np.abs(mean - truth).mean() < 8


def test_hours_have_a_day_and_a_week():
    hours = np.arange(24 * 7 * 6)
    sales = 10 + 5 * np.sin(2 * np.pi * hours / 24) + 8.0 * ((hours // 24) % 7 == 5)
    mean = MSTL().fit(Panel.build(build(sales, freq="h"))).forecast(168).mean[0]
    assert mean == pytest.approx(sales[:168], abs=1.0)


def test_a_longer_horizon_than_planned_is_computed(season):
    fitted = ETS(horizon=7).fit(Panel.build(build(season)))
    assert fitted.forecast(30).mean.shape == (1, 30)
    assert fitted.forecast(30).mean[0, :7] == pytest.approx(fitted.forecast(7).mean[0])


def test_two_cores_give_the_same_numbers(season):
    panel = Panel.build(pd.concat([build(np.roll(season, k), f"S{k:03}") for k in range(210)]))
    assert (Theta(jobs=2).fit(panel).forecast(7).mean == Theta().fit(panel).forecast(7).mean).all()


def test_residuals_are_one_step_ahead(season):
    rows = Theta().fit(Panel.build(build(season))).residuals()
    assert len(rows) >= 120
    assert abs((rows["y"] - rows["fitted"]).mean()) < 2


def test_impossible_parameters_are_refused(season):
    with pytest.raises(SpecInvalid, match="season length"):
        ETS(season_length=0).fit(Panel.build(build(season)))
    with pytest.raises(SpecInvalid, match="must lie between"):
        TSB(alpha_size=2.0)


def test_slow_sellers_are_spread_as_counts_and_what_is_weighed_is_not():
    days = pd.date_range("2024-01-01", periods=120)
    units = np.random.default_rng(0).poisson(0.3, 120).astype(float)
    whole, parts = (Panel.build(pd.DataFrame({"unique_id": "A", "ds": days, "y": factor * units})) for factor in (1, 0.7))
    high = CrostonSBA(horizon=7).fit(whole).forecast(7).quantile(0.9)
    assert (high == np.round(high)).all()
    assert (high > 0).all()
    assert CrostonSBA(horizon=7).fit(parts).forecast(7).quantile(0.9)[0, 0] % 0.7 != 0


@pytest.mark.parametrize(("size", "season"), [(0.0, "N"), (8.0, "M")])
def test_a_damped_trend_has_a_season_where_there_is_one(size: float, season: str) -> None:
    months = pd.date_range("2016-01-01", periods=72, freq="MS")
    sales = 20 + size * np.sin(2 * np.pi * np.arange(72) / 12) + np.random.default_rng(2).normal(size=72)
    fitted = Damped().fit(Panel.build(pd.DataFrame({"unique_id": "A", "ds": months, "y": sales}), freq="MS"))
    assert fitted.told[0].form == f"ETS(M,Ad,{season})"


@pytest.mark.parametrize("spec", [ETS(trend="damped"), ETS(trend="additive", season="additive")])
def test_a_form_that_is_too_large_for_the_history_gives_way_to_a_smaller_one(spec):
    values = np.array([100.0, 120, 90, 150, 80, 110, 130, 105])
    path, reason = one(spec, values, season=3, horizon=4)
    assert reason == ""
    assert path.mean == pytest.approx(one(ETS(trend="none", season="none"), values, 3, 4)[0].mean)


def test_growth_is_not_believed_to_multiply():
    rise = np.array([59.0, 80, 85, 100, 120, 131, 140, 160, 170, 190, 200, 218])
    assert one(CES(), rise, season=12, horizon=24)[0].mean.max() < 1_000


def test_where_theta_starts_from_does_not_count_as_an_error():
    rise = np.array([59.0, 80, 85, 100, 120, 131, 140, 160, 170, 190, 200, 218])
    forecast = Theta().fit(Panel.build(build(rise))).forecast(6)
    assert (forecast.quantile(0.9) < 400).all()
    assert (forecast.quantile(0.1) > 100).all()


def test_a_period_that_no_season_had_yet_takes_the_mean_of_the_others():
    months = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=8, freq="MS"), "y": np.full(8, 10.0)})
    assert (WeekdayMean().fit(Panel.build(months)).forecast(24).mean == 10.0).all()
