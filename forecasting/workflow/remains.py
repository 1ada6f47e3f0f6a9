"""The tests of what a model leaves unexplained, carried out in the worker and told in plain values."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, eq=False)
class Remains:
    """The residuals of one SKU, tested.

    `tests`: rows `name, statistic, p_value, passed, reading`, the one that matters most first; `acf` (lags,) their correlation
    with themselves 1, 2, ... periods earlier, beyond ±`band` unlikely to be chance; `reading` says it all in one sentence.
    """

    unique_id: str
    reading: str
    tests: pd.DataFrame
    ljung_box: pd.DataFrame
    acf: np.ndarray
    band: float


def remains_of(
    residuals: pd.DataFrame | None, coefficients: pd.DataFrame | None, unique_id: str, season: int
) -> Remains | None:
    """Test the residuals of one SKU (`unique_id, ds, y, fitted`); None where a model has none of it."""
    from forecasting.diagnostics.residuals import check_residuals

    own = None if residuals is None else residuals[residuals["unique_id"] == unique_id]
    if own is None or own.empty:
        return None
    check = check_residuals(own["y"] - own["fitted"], season=season, parameters=_arma(coefficients, unique_id))
    rows = [(test.name, test.statistic, test.p_value, test.passed, test.reading) for test in check.tests]
    tests = pd.DataFrame(rows, columns=["name", "statistic", "p_value", "passed", "reading"])
    return Remains(unique_id, check.reading, tests, check.ljung_box, check.acf.values, check.acf.band)


def _arma(coefficients: pd.DataFrame | None, unique_id: str) -> int:
    """How many autoregressive and moving-average coefficients were estimated."""
    if coefficients is None:
        return 0
    terms = coefficients.loc[coefficients["unique_id"] == unique_id, "term"].astype(str)
    return int(terms.str.fullmatch(r"(seasonal )?(ar|ma) \d+").sum())
