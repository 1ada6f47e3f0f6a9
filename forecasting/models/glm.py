"""Generalised linear models with a logarithmic link, for many SKUs at once: counts are never negative, effects multiply.

Iteratively reweighted least squares (McCullagh and Nelder 1989, Generalized Linear Models, 2.5), each round for all SKUs
together; standard errors allow for more spread than the family says (the dispersion is Pearson's).
"""

from dataclasses import dataclass

import numpy as np

from forecasting.models.least_squares import Solution, Standardised

_ROUNDS = 60
_SETTLED = 1e-10
_REACH = 12.0  # units on the log scale: nothing sells e^12 times its own mean


@dataclass(frozen=True)
class LogLink:
    """A solver for `in_batches`: the variance is the mean to the `power`, 1 is Poisson, between 1 and 2 Tweedie.

    The target is in units; below zero counts as zero. `fitted` and `predict` are logarithms of the mean. The penalty is that
    of a ridge, in units of the mean weight of a period.
    """

    power: float = 1.0

    def __call__(
        self, batch: Standardised, columns: np.ndarray, target: np.ndarray, penalty: np.ndarray, origins: np.ndarray
    ) -> Solution:
        seen = ~np.isnan(target)
        observed = seen.sum(axis=1)
        units = np.where(seen, np.maximum(target, 0.0), 0.0)
        level = units.sum(axis=1) / np.maximum(observed, 1)
        sold = level > 0
        share = units / np.where(sold, level, 1.0)[:, None]
        rows = np.concatenate([seen[:, :, None].astype("float64"), batch.columns], axis=2)
        pull = np.concatenate([np.zeros((len(target), 1)), np.repeat(penalty[:, None], batch.columns.shape[2], axis=1)], axis=1)
        found, mean, inside = self._rounds(rows, share, seen, pull)
        found = np.where(sold[:, None], found, 0.0)
        weights = found[:, 1:] / batch.scale
        base = np.where(sold, np.log(np.where(sold, level, 1.0)), -_REACH)
        constant = base + found[:, 0] - (batch.centre * weights).sum(axis=1)
        freedom_used = _trace(inside.system, inside.information) - 1
        fitted = constant[:, None] + np.einsum("ntk,nk->nt", columns, weights)
        estimates = np.concatenate([(constant + (origins * weights).sum(axis=1))[:, None], weights], axis=1)
        explained = units - mean * level[:, None]
        squares = (np.where(seen, explained, 0.0) ** 2).sum(axis=1)
        total = (np.where(seen, units - level[:, None], 0.0) ** 2).sum(axis=1)
        pearson = np.where(seen, (share - mean) ** 2 / np.maximum(mean, 1e-9) ** self.power, 0.0).sum(axis=1)
        dispersion = pearson / np.maximum(observed - freedom_used - 1, 1)
        return Solution(
            constant=constant,
            weights=weights,
            estimates=estimates,
            std_errors=np.sqrt(_variances(inside, batch, origins) * dispersion[:, None]),
            fitted=fitted,
            learnt=batch.learnt,
            parameters=np.maximum(freedom_used, 0.0),
            observed=observed,
            r_squared=1.0 - squares / np.where(total > 0, total, np.where(squares > 0, squares, 1.0)),
        )

    def _rounds(
        self, rows: np.ndarray, share: np.ndarray, seen: np.ndarray, pull: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, "_Inside"]:
        """Coefficients of constant and standardised columns, the mean in units of the SKU's level, and the last system."""
        found = np.zeros((len(rows), rows.shape[2]))
        inside = self._inside(rows, np.ones_like(share), seen, pull)
        for _ in range(_ROUNDS):
            score = np.clip(np.einsum("ntk,nk->nt", rows, found), -_REACH, _REACH)
            mean = np.exp(score)
            inside = self._inside(rows, mean, seen, pull)
            working = np.where(seen, mean ** (1 - self.power) * (share - mean), 0.0)
            slope = np.einsum("ntk,nt->nk", rows, working) - inside.pull * found
            step = np.linalg.solve(inside.system, slope[:, :, None])[:, :, 0]
            found = found + step / np.maximum(1.0, np.abs(step).max(axis=1, keepdims=True) / 2)  # no leaps from a poor start
            if np.abs(step).max(initial=0.0) < _SETTLED:
                break
        mean = np.exp(np.clip(np.einsum("ntk,nk->nt", rows, found), -_REACH, _REACH))
        return found, mean, inside

    def _inside(self, rows: np.ndarray, mean: np.ndarray, seen: np.ndarray, pull: np.ndarray) -> "_Inside":
        weight = np.where(seen, mean ** (2 - self.power), 0.0)
        information = np.matmul(rows.transpose(0, 2, 1), rows * weight[:, :, None])
        pulled = pull * weight.sum(axis=1)[:, None]
        size = np.einsum("nkk->nk", information)
        idle = size <= 1e-9 * np.maximum(
            size.max(axis=1, keepdims=True), 1e-300
        )  # columns with nothing to learn, all-zero SKUs
        steady = 1e-12 * size.max(axis=1, keepdims=True) + idle
        return _Inside(information, information + np.eye(rows.shape[2]) * (pulled + steady)[:, None, :], pulled)


@dataclass(frozen=True, eq=False)
class _Inside:
    """X'WX, the same with the penalty, and the penalty of each coefficient."""

    information: np.ndarray
    system: np.ndarray
    pull: np.ndarray


def _trace(system: np.ndarray, information: np.ndarray) -> np.ndarray:
    return np.einsum("nkk->n", np.linalg.solve(system, information))


def _variances(inside: _Inside, batch: Standardised, origins: np.ndarray) -> np.ndarray:
    """Of the constant at its origin and of the weights, for a dispersion of 1."""
    inverse = np.linalg.inv(inside.system)
    spread = inverse @ inside.information @ inverse
    steps = -(batch.centre - origins) / batch.scale
    at_origin = np.concatenate([np.ones((len(steps), 1)), steps], axis=1)
    constant = np.einsum("nk,nkl,nl->n", at_origin, spread, at_origin)
    weights = np.einsum("nkk->nk", spread)[:, 1:] / batch.scale**2
    return np.maximum(np.concatenate([constant[:, None], weights], axis=1), 0.0)
