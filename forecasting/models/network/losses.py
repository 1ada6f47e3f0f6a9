"""Losses whose optimum is the mean, so that sums over SKUs and periods are right; a median would be too low."""

from collections.abc import Callable
from typing import Any

from forecasting.models.network.architecture import load_keras

LOSSES = ("poisson", "tweedie", "squared")
TWEEDIE_POWER = 1.3


def loss_of(name: str) -> Callable[[Any, Any], Any]:
    """The loss of one period: sales over scale against the logarithm of the expected sales over scale."""
    return {"poisson": _poisson, "tweedie": _tweedie, "squared": _squared}[name]


def _poisson(ratio: Any, log_mean: Any) -> Any:
    """Poisson deviance up to a constant (McCullagh and Nelder, Generalized Linear Models, 2nd ed., section 2.3)."""
    return load_keras().ops.exp(log_mean) - ratio * log_mean


def _tweedie(ratio: Any, log_mean: Any) -> Any:
    """Tweedie deviance up to a constant, power 1.3 (Jørgensen 1987): many zeros, and sizes that spread with the mean."""
    exp = load_keras().ops.exp
    near, far = 1.0 - TWEEDIE_POWER, 2.0 - TWEEDIE_POWER
    return exp(far * log_mean) / far - ratio * exp(near * log_mean) / near


def _squared(ratio: Any, log_mean: Any) -> Any:
    return load_keras().ops.square(ratio - load_keras().ops.exp(log_mean))
