"""What a network answers with, and the loss that it learns by.

All of them give the mean, so that sums over SKUs and periods are right (a median would be too low). Two of them also say how
far off a period may be: the negative binomial by its dispersion, the quantiles by their distance.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecasting.models.network.architecture import load_keras

TWEEDIE_POWER = 1.3
LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
_EIGHTY = 2.563  # standard deviations from the 10 % to the 90 % quantile of a normal distribution
_LEAST = 1e-3  # dispersion: below it counts are as good as Poisson counts
_WEIGHT = 0.75
_NONE = 1e-9  # units: nothing is divided by a spread of zero


@dataclass(frozen=True, eq=False)
class Answer:
    """What a network expects of B windows: `mean` in units, shape (B, horizon); where its output tells, `spread`, about the
    standard deviation of each period's sales, in units too.
    """

    mean: np.ndarray
    spread: np.ndarray | None = None

    def times(self, level: float) -> "Answer":
        """The answer on another level of sales."""
        return Answer(level * self.mean, None if self.spread is None else level * self.spread)


@dataclass(frozen=True, eq=False)
class Output:
    """One kind of output: the numbers it has for each period, its loss, and how they are read.

    `loss(target, answer)` takes sales over scale and the scale, (B, horizon, 2), and the network's numbers, shape
    (B, horizon, count), of which the first is the logarithm of the expected sales over scale; it returns one value for each
    period. A window counts by its scale to the power of `weight`.
    """

    count: int
    loss: Callable[[Any, Any], Any]
    read: Callable[[np.ndarray, np.ndarray], Answer]
    weight: float = _WEIGHT


def output_of(name: str) -> Output:
    """The output of a name among OUTPUTS."""
    return OUTPUTS[name]


def average(answers: Sequence[Answer]) -> Answer:
    """The mean of what several networks answer."""
    spreads = [answer.spread for answer in answers if answer.spread is not None]
    return Answer(np.mean([answer.mean for answer in answers], axis=0), np.mean(spreads, axis=0) if spreads else None)


def _poisson(target: Any, answer: Any) -> Any:
    """Poisson deviance up to a constant (McCullagh and Nelder, Generalized Linear Models, 2nd ed., section 2.3)."""
    log_mean = answer[..., 0]
    return load_keras().ops.exp(log_mean) - target[..., 0] * log_mean


def _tweedie(target: Any, answer: Any) -> Any:
    """Tweedie deviance up to a constant, power 1.3 (Jørgensen 1987): many zeros, and sizes that spread with the mean."""
    exp, log_mean = load_keras().ops.exp, answer[..., 0]
    near, far = 1.0 - TWEEDIE_POWER, 2.0 - TWEEDIE_POWER
    return exp(far * log_mean) / far - target[..., 0] * exp(near * log_mean) / near


def _squared(target: Any, answer: Any) -> Any:
    return load_keras().ops.square(target[..., 0] - load_keras().ops.exp(answer[..., 0]))


def _negative_binomial(target: Any, answer: Any) -> Any:
    """Negative log-likelihood of counts with mean m and variance m + a m² up to a constant (Hilbe 2011, equation 8.8).

    In units, not over scale: how much of the spread is mere counting depends on how many are sold.
    """
    import tensorflow as tf

    units, mean = target[..., 0] * target[..., 1], tf.exp(answer[..., 0]) * target[..., 1] + 1e-9
    dispersion = tf.math.softplus(answer[..., 1]) + _LEAST
    size = 1.0 / dispersion
    fitted = tf.math.lgamma(units + size) - tf.math.lgamma(size)
    return (units + size) * tf.math.log1p(dispersion * mean) - units * tf.math.log(dispersion * mean) - fitted


def _quantiles(target: Any, answer: Any) -> Any:
    """The Poisson deviance for the mean, and the pinball loss of each quantile (Koenker and Bassett 1978, Econometrica 46)."""
    import tensorflow as tf

    shares = tf.math.cumsum(tf.math.softplus(answer[..., 1:]), axis=-1)  # in order, whatever the weights are
    miss = target[..., :1] - shares
    levels = tf.constant(LEVELS, dtype=miss.dtype)
    pinball = tf.maximum(levels * miss, (levels - 1.0) * miss)
    return _poisson(target, answer) + tf.reduce_mean(pinball, axis=-1)


def _read_mean(answer: np.ndarray, scale: np.ndarray) -> Answer:
    return Answer(np.exp(answer[..., 0].astype(float)) * scale[:, None])


def _read_counts(answer: np.ndarray, scale: np.ndarray) -> Answer:
    mean = _read_mean(answer, scale).mean
    dispersion = np.logaddexp(0.0, answer[..., 1].astype(float)) + _LEAST
    return Answer(mean, np.sqrt(mean + dispersion * mean**2) + _NONE)


def _read_quantiles(answer: np.ndarray, scale: np.ndarray) -> Answer:
    between = np.logaddexp(0.0, answer[..., 2:].astype(float)).sum(axis=-1)
    return Answer(_read_mean(answer, scale).mean, between * scale[:, None] / _EIGHTY + _NONE)


OUTPUTS = {
    "poisson": Output(1, _poisson, _read_mean),
    "tweedie": Output(1, _tweedie, _read_mean),
    "squared": Output(1, _squared, _read_mean),
    "negative_binomial": Output(2, _negative_binomial, _read_counts, weight=0.0),
    "quantile": Output(1 + len(LEVELS), _quantiles, _read_quantiles),
}
