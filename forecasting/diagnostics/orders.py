"""Which ARIMA orders fit a series, with the reason for each in words."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.diagnostics.decomposition import STRONG, decompose
from forecasting.diagnostics.gaps import bridged, is_flat
from forecasting.diagnostics.stationarity import kpss_level
from forecasting.diagnostics.whittle import Order, Spectrum

LONGEST_SEASON = 24  # periods; a longer season costs an ARIMA minutes and is better told by yearly waves
_STARTS = (Order(2, 2, 1, 1), Order(0, 0), Order(1, 0, 1, 0), Order(0, 1, 0, 1))
_LEVEL = 0.05


@dataclass(frozen=True)
class Candidate:
    """One ARIMA and its AICc by the quick (Whittle) likelihood; only differences between candidates mean anything."""

    order: tuple[int, int, int]
    seasonal_order: tuple[int, int, int, int]
    aicc: float


@dataclass(frozen=True)
class Suggestion:
    """Orders for an ARIMA, (p, d, q) and (P, D, Q, s), the reasons in words, and what else came close, best first."""

    order: tuple[int, int, int]
    seasonal_order: tuple[int, int, int, int]
    reasons: tuple[str, ...]
    candidates: tuple[Candidate, ...]

    @property
    def reading(self) -> str:
        """The suggestion in one sentence."""
        p, d, q = self.order
        big_p, big_d, big_q, season = self.seasonal_order
        seasonal = (
            f"({big_p},{big_d},{big_q}) every {season} periods" if any(self.seasonal_order[:3]) else "without a seasonal part"
        )
        return f"Suggested: ARIMA({p},{d},{q}) {seasonal}."

    def to_frame(self) -> pd.DataFrame:
        """Rows `p, d, q, P, D, Q, s, aicc, delta`, best first; delta is the distance from the best."""
        rows = [(*entry.order, *entry.seasonal_order, entry.aicc) for entry in self.candidates]
        table = pd.DataFrame(rows, columns=["p", "d", "q", "P", "D", "Q", "s", "aicc"])
        return table.assign(delta=table["aicc"] - table["aicc"].min())


def suggest_orders(
    sales: pd.Series | np.ndarray, season: int = 1, regressors: np.ndarray | None = None, most: int = 3
) -> Suggestion:
    """Orders for a series (periods,) of which `regressors` (periods, columns), if any, explain a part.

    D is 1 where the season is strong (STL), d counts differences until KPSS finds a steady level; p and q up to `most`, P and Q
    up to 1 follow from a stepwise search for the lowest AICc: Hyndman and Khandakar (2008), with Whittle's quick likelihood.

    >>> rng = np.random.default_rng(0)
    >>> suggest_orders(np.cumsum(rng.normal(size=300))).order[1]
    1
    """
    values = bridged(sales).values
    if is_flat(values) or len(values) < 8:
        reason = "The series is constant or very short: its mean is all there is to learn."
        return Suggestion((0, 0, 0), (0, 0, 0, 1), (reason,), (Candidate((0, 0, 0), (0, 0, 0, 1), 0.0),))
    rest = values if regressors is None else _unexplained(values, regressors[-len(values) :])
    cycle, seasonal, why_seasonal = _seasonal_difference(rest, season)
    steady, regular, why_regular = _differences(rest[cycle:] - rest[:-cycle] if seasonal else rest)
    found = _search(Spectrum.of(steady, cycle, most), most, seasonal=cycle > 1)
    ranked = sorted(found.items(), key=lambda entry: entry[1])[:10]
    candidates = tuple(
        Candidate((order.p, regular, order.q), (order.P, seasonal, order.Q, cycle), aicc) for order, aicc in ranked
    )
    why_orders = _why_orders(ranked[0][0], cycle)
    return Suggestion(candidates[0].order, candidates[0].seasonal_order, (why_seasonal, why_regular, *why_orders), candidates)


def _unexplained(values: np.ndarray, regressors: np.ndarray) -> np.ndarray:
    columns = np.column_stack([np.ones(len(values)), regressors])
    return values - columns @ np.linalg.lstsq(columns, values, rcond=None)[0]


def _seasonal_difference(values: np.ndarray, season: int) -> tuple[int, int, str]:
    """The season that is used (1 for none), D, and why."""
    if season < 2:
        return 1, 0, "No season: the data has no cycle that repeats."
    if season > LONGEST_SEASON:
        return 1, 0, f"No seasonal part: a season of {season} periods is better described by yearly waves."
    if len(values) < 3 * season:
        return 1, 0, f"No seasonal part: {len(values)} periods are fewer than three seasons of {season}."
    strength = decompose(values, season, robust=False).seasonal_strength
    if strength > STRONG:
        return season, 1, f"D = 1: the season is strong ({strength:.2f}, above {STRONG})."
    return season, 0, f"D = 0: the season is not strong enough to difference ({strength:.2f}, not above {STRONG})."


def _differences(values: np.ndarray) -> tuple[np.ndarray, int, str]:
    """The series after as many differences as KPSS asks for, at most two; how many, and why."""
    statistics = []
    for count in range(3):
        statistic, p_value = kpss_level(values)
        statistics.append(f"KPSS {statistic:.2f}")
        if p_value >= _LEVEL or count == 2 or is_flat(np.diff(values)):
            break
        values = np.diff(values)
    if not count:
        return values, 0, f"d = 0: the level is steady ({statistics[0]}, p {p_value:.2f})."
    often = "once" if count == 1 else "twice"
    return values, count, f"d = {count}: the level wanders until it is differenced {often} ({' then '.join(statistics)})."


def _search(spectrum: Spectrum, most: int, *, seasonal: bool) -> dict[Order, float]:
    """Walk from the best of a few starts to better neighbours until there is none."""
    starts = {Order(min(o.p, most), min(o.q, most), o.P * seasonal, o.Q * seasonal) for o in _STARTS}
    found = {order: spectrum.aicc(order) for order in sorted(starts, key=lambda order: order.parameters)}
    best = None
    while best != (best := min(found, key=found.__getitem__)):
        for order in _neighbours(best, most, seasonal=seasonal):
            if order not in found:
                found[order] = spectrum.aicc(order)
    return found


def _neighbours(order: Order, most: int, *, seasonal: bool) -> list[Order]:
    steps = [(1, 0, 0, 0), (0, 1, 0, 0), (1, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (0, 0, 1, 1)]
    near = [
        Order(order.p + sign * p, order.q + sign * q, order.P + sign * big_p, order.Q + sign * big_q)
        for p, q, big_p, big_q in steps
        for sign in (-1, 1)
    ]
    limit = 1 if seasonal else 0
    return [o for o in near if 0 <= o.p <= most and 0 <= o.q <= most and 0 <= o.P <= limit and 0 <= o.Q <= limit]


def _why_orders(order: Order, season: int) -> tuple[str, ...]:
    parts = []
    if order.p:
        parts.append(f"p = {order.p}: the next value follows the last {_count(order.p, 'one')}")
    if order.q:
        parts.append(f"q = {order.q}: the last {_count(order.q, 'surprise')} can still be felt")
    if order.P or order.Q:
        parts.append(f"P = {order.P}, Q = {order.Q}: what happened {season} periods ago comes back")
    if not parts:
        return ("p = 0, q = 0: after that nothing is left but noise.",)
    return tuple(f"{part} (lowest AICc)." for part in parts)


def _count(number: int, noun: str) -> str:
    return noun if number == 1 else f"{number} {noun}s"
