"""One SKU's regression laid open: its design, what each term adds to each forecast, and what weighs too much."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core.errors import SpecInvalid
from forecasting.models.linear import FittedLinear, Steps

LEVEL, LATEST, LIMITS, FALLBACK = "usual level", "latest errors", "kept within limits", "window mean"
_STEP = 1e-4
_TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Regression:
    """What stands behind the forecast of one SKU.

    `design`: `ds`, a column for each name, and `leverage`, rows of the past and then of the `horizon` ahead; the leverage of a
    row is how far it lies from the others, and ahead from all that was seen. `contributions`: rows `ds, term, units`, which add
    up to the forecast of each period. `columns`: rows `name, term, vif`, the factor by which the variance of an effect is
    inflated because other columns say the same. `beyond`: periods ahead that lie further out than anything in the past, apart
    from the trend, which always does.
    """

    unique_id: str
    horizon: int
    design: pd.DataFrame
    contributions: pd.DataFrame
    columns: pd.DataFrame
    beyond: pd.DatetimeIndex


def lay_open(fitted: FittedLinear, unique_id: str, horizon: int, future: pd.DataFrame | None = None) -> Regression:
    """The regression of one SKU and its next `horizon` periods. Raises SpecInvalid for a SKU it was not fitted to.

    >>> from forecasting.core.panel import Panel
    >>> from forecasting.models.linear import Linear
    >>> sales = pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=5), "y": [100, 120, 90, 150, 80]})
    >>> fitted = Linear(trend="linear", weekday="none", year_waves=0).fit(Panel.build(sales))
    >>> lay_open(fitted, "A", 1).contributions["units"].round(6).tolist()
    [108.0, -3.0]
    """
    if unique_id not in fitted.panel.ids:
        raise SpecInvalid(f"The model was not fitted to '{unique_id}'; fit it again with this SKU.")
    row = fitted.panel.ids.index(unique_id)
    steps = fitted.steps(horizon, future)
    names, terms, table = _design(fitted, row, horizon, future, steps)
    used = fitted.active[row] & fitted.solution.learnt[row]
    seen = ~np.isnan(fitted.solution.fitted[row]) & ~np.isnan(fitted.panel.matrix()[row])
    standard = _standard(table, seen, used)
    design = pd.DataFrame(table, columns=list(names))
    dates = fitted.panel.calendar.append(fitted.panel.future_dates(horizon))
    design.insert(0, "ds", dates.to_numpy())
    design["leverage"] = _leverage(standard, seen)
    inflation = np.where(used, _inflation(standard[: len(seen)][seen]), np.nan)
    columns = pd.DataFrame({"name": names, "term": terms, "vif": inflation})
    still = np.where(np.isin(np.asarray(terms, dtype=object), ("trend", "bends")), 0.0, standard)
    out = _leverage(still, seen)
    beyond = dates[len(seen) :][out[len(seen) :] > 1.001 * out[: len(seen)][seen].max(initial=0.0)]
    mean = fitted.forecast(horizon, future).mean[row]
    added = _contributions(fitted, row, terms, table, seen, steps, mean)
    return Regression(unique_id, horizon, design, added, columns, pd.DatetimeIndex(beyond))


def _design(
    fitted: FittedLinear, row: int, horizon: int, future: pd.DataFrame | None, steps: Steps
) -> tuple[tuple[str, ...], tuple[str, ...], np.ndarray]:
    """Names, terms, and the rows of past and future; ahead, lags are those of the forecast."""
    made = fitted.spec.columns(fitted.panel, fitted.target, horizon, future)
    table = made.frame(row).to_numpy(copy=True)
    table[made.periods :] = steps.columns[row]
    return made.names, made.terms, table


def _standard(table: np.ndarray, seen: np.ndarray, used: np.ndarray) -> np.ndarray:
    """The used columns with mean 0 and variance 1 over the periods that were learnt from; others are 0."""
    known = table[: len(seen)][seen]
    if not len(known):
        return np.zeros_like(table)
    scale = known.std(axis=0)
    usable = used & (scale > 0)
    return np.where(usable, (np.nan_to_num(table) - known.mean(axis=0)) / np.where(usable, scale, 1.0), 0.0)


def _leverage(standard: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """The diagonal of the hat matrix, 1/n + z'(Z'Z)^-1 z (Hoaglin and Welsch 1978), for rows of the past and ahead."""
    known = standard[: len(seen)][seen]
    inverse = np.linalg.pinv(known.T @ known)
    return 1.0 / max(len(known), 1) + np.einsum("tk,kl,tl->t", standard, inverse, standard)


def _inflation(known: np.ndarray) -> np.ndarray:
    """The diagonal of the inverse correlation matrix (Marquardt 1970)."""
    if not known.shape[1]:
        return np.empty(0)
    return np.diag(np.linalg.pinv(known.T @ known / max(len(known), 1)))


def _contributions(
    fitted: FittedLinear,
    row: int,
    terms: tuple[str, ...],
    table: np.ndarray,
    seen: np.ndarray,
    steps: Steps,
    mean: np.ndarray,
) -> pd.DataFrame:
    """On a curved scale, each term's share of the way from the usual level to the forecast, in proportion to its part."""
    horizon = len(mean)
    dates = fitted.panel.future_dates(horizon)
    if not fitted.usable[row]:
        return _long(dates, {FALLBACK: mean})
    weights, constant = (np.broadcast_to(part[row], shape) for part, shape in
                         ((steps.weights, steps.columns.shape[1:]), (steps.constant, (horizon,))))  # fmt: skip
    centre = np.nan_to_num(table[: len(seen)][seen]).mean(axis=0) if seen.any() else np.zeros(table.shape[1])
    parts = weights * (steps.columns[row] - centre)
    base = constant + weights @ centre
    carried = fitted.carry.ahead(horizon)[row]
    outside = fitted.spec.counts  # for counts the carried errors are in units already
    total = base + parts.sum(axis=1) + (0.0 if outside else carried)
    start, end = _units(fitted, row, base), _units(fitted, row, total)
    nudged = _units(fitted, row, base + _STEP)
    away = total - base
    slope = np.where(np.abs(away) > _STEP, (end - start) / np.where(away == 0, 1.0, away), (nudged - start) / _STEP)
    shares = {LEVEL: start}
    for term in dict.fromkeys(terms):
        shares[term] = slope * parts[:, np.asarray(terms, dtype=object) == term].sum(axis=1)
    shares[LATEST] = carried if outside else slope * carried
    shares[LIMITS] = mean - sum(shares.values())
    size = _TINY * max(float(np.abs(mean).max()), 1.0)
    return _long(dates, {term: units for term, units in shares.items() if term == LEVEL or np.abs(units).max() > size})


def _units(fitted: FittedLinear, row: int, expected: np.ndarray) -> np.ndarray:
    """Mean units of what is expected on the scale of the regression, without limits."""
    scale, shocks = fitted.scale.take(np.array([row])), fitted.carry.shocks[row : row + 1]
    return fitted.level[row] * scale.unbiased(fitted.spec.respond(expected)[None], np.ones((1, len(expected))), shocks)[0]


def _long(dates: pd.DatetimeIndex, shares: dict[str, np.ndarray]) -> pd.DataFrame:
    rows = [pd.DataFrame({"ds": dates, "term": term, "units": units}) for term, units in shares.items()]
    return pd.concat(rows, ignore_index=True)
