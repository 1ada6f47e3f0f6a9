"""What moved a forecast: integrated gradients, grouped into what a merchandiser can name."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from forecasting.models.network.architecture import Architecture, built
from forecasting.models.network.training import Weights
from forecasting.models.network.windows import Inputs

POINTS = 32
LEVEL = "usual level"
RECENT = "recent sales"


@dataclass(frozen=True)
class Topics:
    """What each input is about: the calendar's columns, then the planned regressors, in the order of `windows.Cutter`."""

    calendar: tuple[str, ...]
    known: tuple[str, ...]
    profile: str

    def names(self) -> tuple[str, ...]:
        """Every topic once, the usual level first."""
        return tuple(dict.fromkeys((LEVEL, *self.past(), *self.future())))

    def past(self) -> tuple[str, ...]:
        """The topic of each input of the past window."""
        return (RECENT, RECENT, *self.calendar, *self.known)

    def future(self) -> tuple[str, ...]:
        """The topic of each input of a period ahead."""
        return (*self.calendar, *self.known, LEVEL, self.profile, "season", "season", LEVEL)


def ordinary(inputs: Inputs, topics: Topics) -> Inputs:
    """The same SKUs in ordinary periods: sales at the mean of the window, nothing planned, an average day of the calendar."""
    past, future = inputs.past.copy(), inputs.future.copy()
    past[:, :, 0], past[:, :, 1] = np.log(2.0), 1.0
    first = len(topics.calendar)
    average = inputs.past[:, :, 2 : 2 + first].mean(axis=(0, 1))
    past[:, :, 2 : 2 + first], future[:, :, :first] = average, average
    past[:, :, 2 + first :] = 0.0
    future[:, :, first : first + len(topics.known)] = 0.0
    future[:, :, -4], future[:, :, -3:-1] = np.log(2.0), 0.0
    summary = inputs.summary.copy()
    summary[:, :4] = 0.0
    return replace(inputs, past=past, future=future, summary=summary)


def mean_contributions(
    shape: Architecture, members: tuple[Weights, ...], inputs: Inputs, topics: Topics
) -> tuple[tuple[str, ...], np.ndarray]:
    """The topics, and the units that each adds to each SKU's total in the mean of all networks, shape (SKUs, topics)."""
    model, units = built(shape), []
    for weights in members:
        model.set_weights(list(weights))
        units.append(contributions(model, inputs, topics))
    return topics.names(), np.mean(units, axis=0)


def contributions(model: Any, inputs: Inputs, topics: Topics) -> np.ndarray:
    """Units that each topic adds to the total over the horizon, shape (SKUs, topics); they sum to the total.

    Integrated gradients from the ordinary period to the actual one by Gauss-Legendre quadrature (Sundararajan, Taly and Yan
    2017, Axiomatic attribution for deep networks); what the quadrature leaves over is shared out in proportion.
    """
    base = ordinary(inputs, topics)
    steps, weights = np.polynomial.legendre.leggauss(POINTS)
    slopes = [_gradients(model, base, inputs, step) for step in (steps + 1) / 2]
    gradients = [sum(weight / 2 * slope[k] for weight, slope in zip(weights, slopes, strict=True)) for k in range(3)]
    moved = [(ours - theirs) * slope for ours, theirs, slope in zip(inputs.arrays(), base.arrays(), gradients, strict=False)]
    names = topics.names()
    units = np.zeros((len(inputs.scale), len(names)))
    columns = np.concatenate([moved[0].sum(axis=1), moved[1].sum(axis=1), moved[2].sum(axis=1, keepdims=True)], axis=1)
    for topic, column in zip((*topics.past(), *topics.future(), RECENT), columns.T, strict=True):
        units[:, names.index(topic)] += column
    return _closed(units, _total(model, base), _total(model, inputs), inputs.scale)


def _closed(units: np.ndarray, start: np.ndarray, end: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Add the ordinary level, spread what is left over by size, and turn shares of the scale into units."""
    left = end - start - units.sum(axis=1)
    size = np.abs(units) + 1e-12
    units = units + left[:, None] * size / size.sum(axis=1, keepdims=True)
    units[:, 0] += start
    return units * scale[:, None]


def _gradients(model: Any, base: Inputs, inputs: Inputs, step: float) -> list[np.ndarray]:
    import tensorflow as tf

    points = [
        tf.constant(theirs + np.float32(step) * (ours - theirs))
        for ours, theirs in zip(inputs.arrays()[:3], base.arrays()[:3], strict=True)
    ]
    labels = [tf.constant(inputs.sku), tf.constant(inputs.codes)]
    with tf.GradientTape() as tape:
        tape.watch(points)
        total = tf.reduce_sum(tf.exp(model([*points, *labels], training=False)[..., 0]))
    return [np.asarray(slope, dtype=float) for slope in tape.gradient(total, points)]


def _total(model: Any, inputs: Inputs) -> np.ndarray:
    return np.exp(np.asarray(model(inputs.arrays(), training=False)[..., 0], dtype=float)).sum(axis=1)
