"""How good are the suggested ARIMA orders: AICc above the best of a full grid, on 50 simulated series.

Run `python -m benchmarks.orders`; it prints the share within 2 of the grid's best, and the seconds a search takes.
"""

import time
from itertools import product

import numpy as np
from scipy.signal import lfilter
from threadpoolctl import threadpool_limits

from forecasting.core.errors import FitFailed
from forecasting.diagnostics.orders import suggest_orders
from forecasting.models.arima import Arima
from forecasting.models.sarimax import Orders, estimate

SERIES, LENGTH, MOST = 50, 200, 3


def simulated(seed: int) -> np.ndarray:
    """An ARIMA of random orders up to (2, 1, 2) with coefficients that matter."""
    rng = np.random.default_rng(seed)
    ar, ma = ([1.0, *_coefficients(rng, int(rng.integers(0, 3)))] for _ in range(2))
    values = lfilter(ma, ar, rng.normal(size=LENGTH + 200))[200:]
    return 100 + (np.cumsum(values) if rng.random() < 0.5 else values)


def _coefficients(rng: np.random.Generator, count: int) -> np.ndarray:
    roots = rng.uniform(0.3, 0.9, count) * rng.choice([-1, 1], count)
    return np.poly(roots)[1:] if count else np.empty(0)


def aicc(values: np.ndarray, orders: Orders) -> float:
    try:
        return estimate(values, Arima().with_trend(np.empty((len(values), 0)), orders, 0), orders, 1).aicc
    except FitFailed:
        return float("inf")


@threadpool_limits.wrap(limits=1)  # as in a worker: on matrices this small, threads only wait for each other
def main(series: int = SERIES) -> dict[str, float]:
    within = {"suggested": 0, "best of two": 0}
    seconds = 0.0
    for seed in range(series):
        values = simulated(seed)
        started = time.process_time()
        found = suggest_orders(values)
        seconds += time.process_time() - started
        d = found.order[1]
        orders = product(range(MOST + 1), range(MOST + 1), (False, True) if d == 1 else (False,))
        grid = min(aicc(values, Orders((p, d, q), drift=drift)) for p, q, drift in orders)
        tried = [aicc(values, Orders(entry.order, drift=entry.drift)) for entry in found.candidates[:2]]
        within["suggested"] += tried[0] <= grid + 2
        within["best of two"] += min(tried) <= grid + 2
    shares = {name: count / series for name, count in within.items()}
    print(f"{series} series of {LENGTH}: {shares}, {seconds / series:.3f} CPU seconds a suggestion")
    return shares


if __name__ == "__main__":
    main()
