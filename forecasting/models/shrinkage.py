"""Lasso and elastic net for many SKUs at once: regressions that set the coefficients of idle columns to exactly zero.

Coordinate descent on the correlations of standardised columns (Friedman, Hastie and Tibshirani 2010, Regularization paths for
generalized linear models via coordinate descent), one sweep for all SKUs together.
"""

from dataclasses import dataclass

import numpy as np

from forecasting.models.least_squares import Solution, Standardised, variance_of

_GRID = np.geomspace(1.0, 0.003, 18)  # shares of the penalty at which the first column enters
_SWEEPS = 400
_SETTLED = 1e-9


@dataclass(frozen=True)
class ElasticNet:
    """A solver for `in_batches`: `mixing` is the share of the penalty on absolute coefficients, 1 is the lasso.

    The penalty counts for a target and columns of standard deviation 1, as scikit-learn's `alpha` does; NaN has it chosen for
    each SKU by the Bayesian information criterion, with the coefficients that are not zero as parameters (Zou, Hastie and
    Tibshirani 2007). Standard errors are those of Tibshirani (1996), NaN for coefficients at zero.
    """

    mixing: float = 1.0

    def __call__(
        self, batch: Standardised, columns: np.ndarray, target: np.ndarray, penalty: np.ndarray, origins: np.ndarray
    ) -> Solution:
        seen = ~np.isnan(target)
        observed = seen.sum(axis=1)
        count = np.maximum(observed, 1)
        spread = np.sqrt((batch.target**2).sum(axis=1) / count)
        scaled = np.where(spread > 0, spread, 1.0)
        gram = np.matmul(batch.columns.transpose(0, 2, 1), batch.columns) / count[:, None, None]
        pull = np.einsum("ntk,nt->nk", batch.columns, batch.target) / (count * scaled)[:, None]
        given = ~np.isnan(penalty)
        chosen = np.where(given, penalty, 0.0) if given.all() else self._chosen(gram, pull, observed, penalty)
        found = self._descend(gram, pull, chosen, np.zeros_like(pull))
        weights = found * (scaled[:, None] / batch.scale)
        constant = batch.level - (batch.centre * weights).sum(axis=1)
        fitted = constant[:, None] + np.einsum("ntk,nk->nt", columns, weights)
        squares = (np.where(seen, target - fitted, 0.0) ** 2).sum(axis=1)
        total = (batch.target**2).sum(axis=1)
        parameters = (found != 0).sum(axis=1).astype("float64")
        noise = squares / np.maximum(observed - parameters - 1, 1)
        loadings = _loadings(gram, found, chosen * self.mixing, chosen * (1 - self.mixing)) / np.sqrt(count)[:, None, None]
        variance = variance_of(loadings / batch.scale[:, None, :], batch.centre - origins, observed)
        variance[:, 1:] = np.where(found != 0, variance[:, 1:], np.nan)
        return Solution(
            constant=constant,
            weights=weights,
            estimates=np.concatenate([(constant + (origins * weights).sum(axis=1))[:, None], weights], axis=1),
            std_errors=np.sqrt(variance * noise[:, None]),
            fitted=fitted,
            learnt=batch.learnt,
            parameters=parameters,
            observed=observed,
            r_squared=1.0 - squares / np.where(total > 0, total, np.where(squares > 0, squares, 1.0)),
        )

    def _chosen(self, gram: np.ndarray, pull: np.ndarray, observed: np.ndarray, penalty: np.ndarray) -> np.ndarray:
        """The penalty on the grid with the least criterion, where none is given."""
        most = np.abs(pull).max(axis=1, initial=0.0) / max(self.mixing, 0.05)
        best, chosen = np.full(len(pull), np.inf), most.copy()
        found = np.zeros_like(pull)
        for share in _GRID:
            found = self._descend(gram, pull, share * most, found)
            left = 1.0 - 2 * (pull * found).sum(axis=1) + np.einsum("nk,nkl,nl->n", found, gram, found)
            spent = (found != 0).sum(axis=1)
            criterion = observed * np.log(np.maximum(left, 1e-9)) + spent * np.log(np.maximum(observed, 2))
            chosen = np.where(criterion < best, share * most, chosen)
            best = np.minimum(best, criterion)
        return np.where(np.isnan(penalty), chosen, penalty)

    def _descend(self, gram: np.ndarray, pull: np.ndarray, penalty: np.ndarray, start: np.ndarray) -> np.ndarray:
        """One column after the other at its best given the rest, until none moves."""
        found = start.copy()
        absolute, square = penalty * self.mixing, penalty * (1 - self.mixing)
        size = np.einsum("nkk->nk", gram)
        for _ in range(_SWEEPS):
            moved = 0.0
            for column in range(found.shape[1]):
                wish = pull[:, column] - np.einsum("nk,nk->n", gram[:, column], found) + size[:, column] * found[:, column]
                room = size[:, column] + square
                kept = np.sign(wish) * np.maximum(np.abs(wish) - absolute, 0.0)
                new = np.divide(kept, room, out=np.zeros_like(kept), where=size[:, column] > 0)
                moved = max(moved, float(np.abs(new - found[:, column]).max(initial=0.0)))
                found[:, column] = new
            if moved < _SETTLED:
                break
        return found


def _loadings(gram: np.ndarray, found: np.ndarray, absolute: np.ndarray, square: np.ndarray) -> np.ndarray:
    """What maps independent errors to the coefficients that are not zero, shape (N, K, K): ridge with 1/|coefficient|."""
    size = gram.shape[1]
    active = found != 0
    both = active[:, :, None] & active[:, None, :]
    weight = square[:, None] + np.divide(absolute[:, None], np.abs(found), out=np.zeros_like(found), where=active)
    corner = np.eye(size)
    system = np.where(both, gram, 0.0) + corner * np.where(active, weight, 1.0)[:, None, :]
    values, vectors = np.linalg.eigh(np.where(both, gram, 0.0))
    root = vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :]
    return np.linalg.solve(system, root).transpose(0, 2, 1)
