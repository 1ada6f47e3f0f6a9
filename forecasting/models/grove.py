"""Grown trees as plain arrays: what they say of a row, and by how much each feature moved it (exact Shapley values)."""

from dataclasses import dataclass
from typing import Any

import numpy as np

_LEAF = -1


@dataclass(frozen=True, eq=False)
class Grove:
    """Many trees, node after node; the children of a node are positions in the same arrays, -1 at a leaf.

    A row goes left where its `feature` is at most `threshold`, and where it is missing and `missing_left`. `value` is what a
    leaf adds, `cover` how many training rows came by, `roots` where each tree begins, `start` what all trees are added to.
    """

    start: float
    roots: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    missing_left: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray
    cover: np.ndarray

    @classmethod
    def of(cls, grown: Any) -> "Grove":
        """The trees of a fitted HistGradientBoostingRegressor, on its raw scale; it knows no public way to hand them out."""
        trees = [stage[0].nodes for stage in grown._predictors]
        roots = np.cumsum([0, *(len(nodes) for nodes in trees)])
        nodes = np.concatenate(trees)
        shift = np.repeat(roots[:-1], np.diff(roots))
        leaf = nodes["is_leaf"].astype(bool)
        return cls(
            start=float(np.ravel(grown._baseline_prediction)[0]),
            roots=roots[:-1],
            feature=nodes["feature_idx"].astype(np.int64),
            threshold=nodes["num_threshold"].astype(float),
            missing_left=nodes["missing_go_to_left"].astype(bool),
            left=np.where(leaf, _LEAF, nodes["left"] + shift),
            right=np.where(leaf, _LEAF, nodes["right"] + shift),
            value=np.where(leaf, nodes["value"], 0.0),
            cover=nodes["count"].astype(float),
        )

    @classmethod
    def bare(cls, start: float) -> "Grove":
        """No trees at all."""
        none, whole = np.empty(0), np.empty(0, dtype=np.int64)
        return cls(start, whole, whole, none, np.empty(0, dtype=bool), whole, whole, none, none)

    def say(self, rows: np.ndarray) -> np.ndarray:
        """The sum of all trees for rows of features, shape (rows,)."""
        result = np.full(len(rows), self.start)
        for root in self.roots:
            place = np.full(len(rows), root)
            open_ = np.flatnonzero(self.left[place] != _LEAF)
            while len(open_):
                here = place[open_]
                left = self._goes_left(rows[open_, self.feature[here]], here)
                place[open_] = np.where(left, self.left[here], self.right[here])
                open_ = open_[self.left[place[open_]] != _LEAF]
            result += self.value[place]
        return result

    def shares(self, rows: np.ndarray) -> np.ndarray:
        """What each feature adds, and last what the trees say on average, shape (rows, features + 1); they sum to `say`.

        Shapley values of the game in which an unknown feature sends a row down both ways, in the proportion of the training
        rows (Lundberg, Erion and Lee 2018). Within a leaf's box that game is a product over features, whose Shapley value is
        an integral over its multilinear extension (Owen 1972), a polynomial: a few points of Gauss and Legendre are exact.
        """
        result = np.zeros((len(rows), rows.shape[1] + 1))
        result[:, -1] = self.start
        for root in self.roots:
            self._add_tree(root, rows, result)
        return result

    def gain(self, features: int) -> np.ndarray:
        """How much the trees' values spread at the splits of each feature, as shares of the whole, shape (features,).

        The variance between the two sides of a split, over the training rows.
        """
        mean = self.value.copy()
        total = np.zeros(features)
        for node in np.flatnonzero(self.left != _LEAF)[::-1]:  # children come after their parents
            left, right = self.left[node], self.right[node]
            share = self.cover[left] / self.cover[node]
            mean[node] = share * mean[left] + (1 - share) * mean[right]
            total[self.feature[node]] += self.cover[node] * share * (1 - share) * (mean[left] - mean[right]) ** 2
        return total / max(total.sum(), 1e-300)

    def _goes_left(self, value: np.ndarray, node: np.ndarray | int) -> np.ndarray:
        return np.where(np.isnan(value), self.missing_left[node], value <= self.threshold[node])

    def _add_tree(self, root: int, rows: np.ndarray, result: np.ndarray) -> None:
        """Walk to every leaf with, for each feature met, which rows agree with its splits, and what share of rows did."""
        paths: list[tuple[int, dict[int, tuple[np.ndarray, float]]]] = [(int(root), {})]
        while paths:
            node, path = paths.pop()
            if self.left[node] == _LEAF:
                _add_leaf(float(self.value[node]), path, result)
                continue
            feature = int(self.feature[node])
            agrees, share = path.get(feature, (np.ones(len(rows), dtype=bool), 1.0))
            left = self._goes_left(rows[:, feature], node)
            for child, side in ((int(self.left[node]), left), (int(self.right[node]), ~left)):
                passed = share * float(self.cover[child] / self.cover[node])
                paths.append((child, path | {feature: (agrees & side, passed)}))


def _add_leaf(value: float, path: dict[int, tuple[np.ndarray, float]], result: np.ndarray) -> None:
    shares = np.array([share for _, share in path.values()])
    result[:, -1] += value * shares.prod()
    if not path:
        return
    agrees = np.stack([agrees for agrees, _ in path.values()]).astype(float)
    points, weights = np.polynomial.legendre.leggauss((len(path) + 1) // 2)
    for point, weight in zip(0.5 + 0.5 * points, 0.5 * weights, strict=True):
        known = point * agrees + (1 - point) * shares[:, None]
        result[:, list(path)] += (weight * value * known.prod(axis=0) * (agrees - shares[:, None]) / known).T
