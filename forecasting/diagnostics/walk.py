"""The search for the best ARMA orders by exact likelihood: the front runners first, then from neighbour to neighbour."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np

from forecasting.diagnostics.likelihood import maximise
from forecasting.diagnostics.whittle import Order, Spectrum

LARGEST, SEASONAL, TOGETHER = 5, 2, 6  # of p and q, of P and Q, and of all four together
_FIRST = 4
WORK = 4e5  # about a second
ROUGHLY = 1e-5  # what it chooses is at most .3 of AICc above the choice of a finer search, at two thirds of the cost
_HOPELESS = 6.0  # a neighbour that the quick likelihood finds worse by so much is not tried


def walk(
    series: np.ndarray, columns: np.ndarray, ranked: list[Order], spectrum: Spectrum, season: int, work: float = WORK
) -> dict[Order, float]:
    """Exact AICc by order, best first: the front of `ranked`, and the neighbours of whatever is best until nothing is better.

    `series` (periods,) is stationary, `columns` (periods, regressors). The walk ends, too, when its work is used up; work, not
    time, is counted, so that the same series always gets the same orders.

    >>> noise = np.random.default_rng(0).normal(size=300)
    >>> found = walk(noise, np.ones((300, 1)), [Order(1, 1)], Spectrum.of(noise), 1)
    >>> next(iter(found))
    Order(p=0, q=0, P=0, Q=0)
    """
    found: dict[Order, float] = {}
    plain = [Order(0, 0), Order(1, 0), Order(0, 1, 0, int(season > 1))]
    waiting = list(dict.fromkeys([*plain, *ranked[:_FIRST]]))
    while waiting:
        for order in waiting:
            work -= _cost(order, len(series), season)
            if work < 0 and found:
                return _sorted(found)
            found[order] = maximise(series, columns, order, season, spectrum, tolerance=ROUGHLY).aicc(len(series))
        best = min(found, key=found.__getitem__)
        quick = {order: spectrum.aicc(order) for order in neighbours(best, seasonal=season > 1) if order not in found}
        limit = spectrum.aicc(best) + _HOPELESS
        waiting = sorted((order for order, aicc in quick.items() if aicc < limit), key=quick.__getitem__)
    return _sorted(found)


def neighbours(order: Order, *, seasonal: bool) -> Iterator[Order]:
    """The orders one step away: p and q one up or down, alone or together, or P and Q so."""
    steps = [step for step in product((-1, 0, 1), repeat=2) if any(step)]
    moved = [replace(order, p=order.p + p, q=order.q + q) for p, q in steps]
    if seasonal:
        moved += [replace(order, P=order.P + p, Q=order.Q + q) for p, q in steps]
    for one in moved:
        small = max(one.p, one.q) <= LARGEST and max(one.P, one.Q) <= SEASONAL and one.parameters <= TOGETHER
        if small and min(one.p, one.q, one.P, one.Q) >= 0:
            yield one


def _cost(order: Order, length: int, season: int) -> float:
    return length * (max(order.p + season * order.P, order.q + season * order.Q) + 3) * (order.parameters + 1)


def _sorted(found: dict[Order, float]) -> dict[Order, float]:
    """Best first, without those at the edge of a unit root, unless there are no others."""
    ranked = sorted(found.items(), key=lambda entry: entry[1])
    return dict([entry for entry in ranked if np.isfinite(entry[1])] or ranked[:1])
