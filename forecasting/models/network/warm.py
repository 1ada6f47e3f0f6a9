"""Weights of a former fit as the start of the next one."""

from dataclasses import replace

import numpy as np

from forecasting.models.network.architecture import Architecture, build, position_of_skus
from forecasting.models.network.fitted import FittedNetwork
from forecasting.models.network.training import Weights


def carried_over(former: FittedNetwork, shape: Architecture, ids: tuple[str, ...]) -> tuple[Weights, ...]:
    """The weights of each member with the SKUs' rows in their new order; none when the networks differ in shape."""
    if replace(former.shape, skus=shape.skus, seed=shape.seed) != shape or not former.members:
        return ()
    model = build(shape)
    position, fresh = position_of_skus(model), model.get_weights()
    if former.members[0][position].shape[1] != fresh[position].shape[1]:
        return ()
    return tuple(_with_skus(weights, position, former.origin.ids, ids) for weights in former.members)


def _with_skus(weights: Weights, position: int, old: tuple[str, ...], new: tuple[str, ...]) -> Weights:
    """New SKUs take the mean of the known ones."""
    known = {unique_id: row for row, unique_id in enumerate(old)}
    table = weights[position]
    average = table.mean(axis=0)
    rows = np.stack([table[known[unique_id]] if unique_id in known else average for unique_id in new])
    return (*weights[:position], rows, *weights[position + 1 :])
