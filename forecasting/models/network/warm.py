"""Weights of a former fit as the start of the next one."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from forecasting.models.network.architecture import Architecture, build, position_of_skus
from forecasting.models.network.training import Weights


def carried_over(
    shape: Architecture, old: Architecture, members: Sequence[Weights], ids: Sequence[str], new: Sequence[str]
) -> tuple[Weights, ...]:
    """The weights of each member with the rows of the SKUs `ids` in the order of `new`; none when the networks differ in shape.

    New SKUs take the mean of the known ones.
    """
    if replace(old, skus=shape.skus, seed=shape.seed) != shape or not members:
        return ()
    model = build(shape)
    position, fresh = position_of_skus(model), model.get_weights()
    if members[0][position].shape[1] != fresh[position].shape[1]:
        return ()
    return tuple(_with_skus(weights, position, ids, new) for weights in members)


def _with_skus(weights: Weights, position: int, old: Sequence[str], new: Sequence[str]) -> Weights:
    known = {unique_id: row for row, unique_id in enumerate(old)}
    table = weights[position]
    average = table.mean(axis=0)
    rows = np.stack([table[known[unique_id]] if unique_id in known else average for unique_id in new])
    return (*weights[:position], rows, *weights[position + 1 :])
