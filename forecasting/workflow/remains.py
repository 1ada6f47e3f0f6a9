"""The tests of what a model leaves unexplained, carried out in the worker and told in plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecasting.core.frequency import grain
from forecasting.core.panel import Panel
from forecasting.explore.season import WEEKDAYS
from forecasting.explore.timeline import promoted

if TYPE_CHECKING:  # the server shows residuals and never tests them
    from forecasting.diagnostics.residuals import Test


_WHOLE = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, eq=False)
class Remains:
    """The residuals of one SKU, tested.

    `tests`: rows `name, statistic, p_value, passed, reading`, the one that matters most first; `acf` (lags,) their correlation
    with themselves 1, 2, ... periods earlier, beyond ±`band` unlikely to be chance, `pacf` what each lag adds; `groups` rows
    `group, mean, count, by`, by weekday and by promotion; `findings` what asks for another setting (season, memory, spread,
    weekday, promotion); `training`: rows `measure, value`, the accuracy on the sales that were learnt from; `reading` is the
    strongest finding (the smallest p value) in one sentence.
    """

    unique_id: str
    reading: str
    tests: pd.DataFrame
    ljung_box: pd.DataFrame
    acf: np.ndarray
    band: float
    pacf: np.ndarray
    groups: pd.DataFrame
    findings: tuple[str, ...]
    training: pd.DataFrame = field(default_factory=pd.DataFrame)


def remains_of(
    residuals: pd.DataFrame | None,
    coefficients: pd.DataFrame | None,
    unique_id: str,
    season: int,
    panel: Panel | None = None,
) -> Remains | None:
    """Test the residuals of one SKU (`unique_id, ds, y, fitted`); None where a model has none of it.

    With the `panel` that the model has seen, promotions are compared with other periods, and periods are called what they are.
    """
    from forecasting.diagnostics.correlation import partial_autocorrelation
    from forecasting.diagnostics.residuals import check_residuals

    own = None if residuals is None else residuals[residuals["unique_id"] == unique_id]
    if own is None or own.empty:
        return None
    left = (own["y"] - own["fitted"]).set_axis(pd.DatetimeIndex(own["ds"]))
    noun = "period" if panel is None else grain(panel.freq).noun
    check = check_residuals(left, season=season, parameters=_arma(coefficients, unique_id), noun=noun)
    groups, compared = _compared(left, panel, unique_id, noun)
    tests = (*check.tests, *compared)
    rows = [(test.name, test.statistic, test.p_value, test.passed, test.reading) for test in tests]
    return Remains(
        unique_id,
        _headline((check.memory, *compared, check.bias)) or check.reading,
        pd.DataFrame(rows, columns=["name", "statistic", "p_value", "passed", "reading"]),
        check.ljung_box,
        check.acf.values,
        check.acf.band,
        partial_autocorrelation(left, season=season).values,
        groups,
        tuple(_finding(test) for test in tests if not test.passed and _finding(test)),
        training_accuracy(own["y"].to_numpy(), own["fitted"].to_numpy(), season),
    )


def training_accuracy(actual: np.ndarray, fitted: np.ndarray, season: int) -> pd.DataFrame:
    """Rows `measure, value`: how well a model fits what it has learnt from, one period ahead; NaN where a measure is undefined.

    The measures of R's `forecast::accuracy`: mean error, RMSE, MAE, mean and mean absolute percentage error, MASE and the first
    autocorrelation of the errors. Hyndman and Koehler (2006).

    >>> training_accuracy(np.array([1.0, 3.0, 2.0, 4.0]), np.array([1.0, 2.0, 2.0, 5.0]), 1)["value"].round(3).tolist()
    [0.0, 0.707, 0.5, 2.083, 14.583, 0.3, 0.0]
    """
    errors = actual - fitted
    steps = np.abs(actual[season:] - actual[:-season]) if len(actual) > season else np.empty(0)
    usual = steps.mean() if len(steps) else 0.0
    shares = 100 * errors / actual if len(actual) and (actual != 0).all() else np.full(len(errors), np.nan)
    spread = errors - errors.mean()
    values = {
        "Mean error": errors.mean(),
        "RMSE": np.sqrt((errors**2).mean()),
        "MAE": np.abs(errors).mean(),
        "Mean percentage error, %": shares.mean(),
        "MAPE, %": np.abs(shares).mean(),
        "MASE": np.abs(errors).mean() / usual if usual else np.nan,
        "ACF at lag 1": (spread[1:] @ spread[:-1]) / (spread @ spread) if spread @ spread else np.nan,
    }
    return pd.DataFrame({"measure": list(values), "value": np.array(list(values.values()), dtype=float)})


def _headline(tests: tuple[Test, ...]) -> str:
    """What the finding that chance explains least says; empty where no test objects."""
    failed = [test for test in tests if not test.passed]
    return min(failed, key=lambda test: test.p_value).reading if failed else ""


def _compared(left: pd.Series, panel: Panel | None, unique_id: str, noun: str) -> tuple[pd.DataFrame, tuple[Test, ...]]:
    """Mean residuals by weekday and by promotion (rows `by, group, mean, count`), and their tests."""
    from forecasting.diagnostics.residuals import by_group, by_promotion

    dates = pd.DatetimeIndex(left.index)
    tables, tests = [], []
    if dates.dayofweek.nunique() > 1 and len(dates) > 1 and (dates[1:] - dates[:-1]).min() <= pd.Timedelta(days=3):
        weekday = pd.Series(np.array(WEEKDAYS, dtype=object)[dates.dayofweek], index=left.index)
        tables.append(_means(left, weekday, "weekday").set_index("group").reindex(WEEKDAYS).dropna().reset_index())
        tests.append(by_group(left, weekday.map(dict(zip(WEEKDAYS, _WHOLE, strict=True)))))
    if panel is not None and unique_id in panel.ids:
        series = panel.series(unique_id)
        flag = promoted(series).set_axis(pd.DatetimeIndex(series["ds"])).reindex(dates, fill_value=False).astype(bool)
        if flag.any():
            tables.append(_means(left, flag.map({True: "Promotion", False: "No promotion"}), "promotion"))
            tests.append(by_promotion(left, flag, noun))
    empty = pd.DataFrame({"group": [], "mean": [], "count": [], "by": []})
    return (pd.concat(tables, ignore_index=True) if tables else empty), tuple(tests)


def _means(left: pd.Series, groups: pd.Series, by: str) -> pd.DataFrame:
    means = left.groupby(groups.to_numpy()).agg(["mean", "count"])
    return means.rename_axis("group").reset_index().assign(by=by)


def _finding(test: Test) -> str:
    """What a test that did not pass asks for, in a word; empty where no setting answers it."""
    if test.name == "Ljung-Box":
        return "season" if "seasonal" in test.reading else "memory"
    return {"ARCH": "spread", "Weekday": "weekday", "Promotion": "promotion"}.get(test.name, "")


def _arma(coefficients: pd.DataFrame | None, unique_id: str) -> int:
    """How many autoregressive and moving-average coefficients were estimated."""
    if coefficients is None:
        return 0
    terms = coefficients.loc[coefficients["unique_id"] == unique_id, "term"].astype(str)
    return int(terms.str.fullmatch(r"(seasonal )?(ar|ma) \d+").sum())
