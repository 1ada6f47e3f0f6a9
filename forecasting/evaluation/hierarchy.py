"""SKU, category, total: sums that add up, forecasts of sums that mend those of the SKUs, whole units that still add up."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from forecasting.core.errors import FitFailed
from forecasting.core.panel import Panel

TOTAL = "total"
_OTHERS = "(none)"
_USUAL = "category"
_SURE = 1e-3  # of the largest error: below it a node is taken to be known, which a solver can still count with


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """Which group each SKU belongs to, and that all groups together are the total.

    `groups` are the names of the groups, none where the data has no attribute that groups SKUs; `member` (SKUs,) is the
    position of each SKU's group.

    >>> shop = Hierarchy(("dairy", "fruit"), np.array([0, 1, 1]))
    >>> shop.sums(np.array([[1.0], [2.0], [4.0]])).tolist()  # the total, dairy, fruit
    [[7.0], [1.0], [6.0]]
    """

    groups: tuple[str, ...]
    member: np.ndarray

    @classmethod
    def of(cls, panel: Panel, by: str = "") -> "Hierarchy":
        """The hierarchy of an attribute: `category` when none is named; without such an attribute there is only the total."""
        name = by or _USUAL
        if name not in panel.static.columns:
            return cls((), np.zeros(len(panel), dtype=int))
        texts = [str(text).strip() or _OTHERS for text in panel.static[name].fillna(_OTHERS)]
        groups = tuple(sorted(set(texts)))
        position = {group: number for number, group in enumerate(groups)}
        return cls(groups, np.array([position[text] for text in texts]))

    @property
    def names(self) -> tuple[str, ...]:
        """The sums: the total, then the groups."""
        return (TOTAL, *self.groups)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Values of the SKUs (SKUs, ...) added up, shape (1 + groups, ...)."""
        return np.asarray(self.summing @ values)

    def history(self, sales: np.ndarray) -> np.ndarray:
        """Sales of the SKUs (SKUs, periods) added up, NaN where nothing is known of any of them, shape (1 + groups, periods).

        >>> Hierarchy((), np.zeros(2, dtype=int)).history(np.array([[1.0, np.nan], [np.nan, np.nan]])).tolist()
        [[1.0, nan]]
        """
        known = self.sums((~np.isnan(sales)).astype(float)) > 0
        return np.where(known, self.sums(np.nan_to_num(sales)), np.nan)

    @cached_property
    def summing(self) -> Any:
        """Which SKUs each sum is made of, as a sparse matrix (1 + groups, SKUs)."""
        from scipy import sparse

        skus = np.arange(len(self.member))
        rows = np.concatenate([np.zeros(len(skus), dtype=int), 1 + self.member if self.groups else np.empty(0, dtype=int)])
        columns = np.concatenate([skus, skus]) if self.groups else skus
        return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(self.names), len(skus)))


def reconciled(hierarchy: Hierarchy, above: np.ndarray, below: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Forecasts of the SKUs that fit those of the sums best, never negative, shape (SKUs, horizon).

    `above` (1 + groups, horizon) are forecasts of the sums on their own, `below` (SKUs, horizon) those of the SKUs, `scale`
    (all nodes, the sums first) their usual errors in units: the surer a node, the less it is moved. Minimum trace with
    variances, by hierarchicalforecast: Wickramasuriya, Athanasopoulos and Hyndman (2019); Wickramasuriya, Turlach and Hyndman
    (2020) for the bound at zero. Raises FitFailed when the solver finds no answer.
    """
    from hierarchicalforecast.methods import MinTraceSparse
    from scipy import sparse

    unit = max(float(scale.max()), 1e-12)
    spread = np.maximum(scale / unit, _SURE)
    # The method asks for residuals and takes their variance: a pair of opposite ones has just the variance that is meant.
    residuals = spread[:, None] * np.array([[-1.0, 1.0]]) / np.sqrt(2.0)
    summing = sparse.vstack([hierarchy.summing, sparse.identity(len(below))], format="csr")
    solver = MinTraceSparse(method="wls_var", nonnegative=True)
    try:
        solver.fit(summing, np.concatenate([above, below]) / unit, residuals, np.zeros_like(residuals))
    except Exception as error:  # noqa: BLE001 - the library raises nothing narrower
        raise FitFailed(f"the sums and their SKUs could not be brought into line ({error}).") from None
    result = np.maximum(np.asarray(solver.y_hat)[-len(below) :] * unit, 0.0)
    # A node is moved in proportion to its variance: what a SKU was moved by for the bound's sake it is moved back.
    own = (scale / unit / spread)[-len(below) :, None] ** 2
    return own * result + (1.0 - own) * np.maximum(below, 0.0)


def whole_units(hierarchy: Hierarchy, mean: np.ndarray) -> np.ndarray:
    """Forecasts (SKUs, horizon) in whole units; in every period SKUs add up to their rounded group, and groups to the total.

    What a SKU did not get in one period it is owed in the next, so that over the horizon each of them keeps its sum to about
    one unit, however slowly it sells.

    >>> whole_units(Hierarchy((), np.zeros(2, dtype=int)), np.full((2, 4), 0.5)).tolist()
    [[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0]]
    """
    groups = max(len(hierarchy.groups), 1)
    by_group = hierarchy.sums(mean)[1:] if hierarchy.groups else mean.sum(axis=0, keepdims=True)
    result = np.zeros_like(mean)
    owed, owed_group, owed_total = np.zeros(len(mean)), np.zeros(groups), 0.0
    for step in range(mean.shape[1]):
        due = owed_total + by_group[:, step].sum()
        total = np.round(max(due, 0.0))
        shares = _apportioned(owed_group + by_group[:, step], np.zeros(groups, dtype=int), np.array([total]))
        result[:, step] = _apportioned(owed + mean[:, step], hierarchy.member, shares)
        owed_total = due - total
        owed_group += by_group[:, step] - shares
        owed += mean[:, step] - result[:, step]
    return result


def _apportioned(due: np.ndarray, member: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """Whole units for each, by largest remainder, so that each group of them gets exactly its total (groups,)."""
    given = np.floor(np.maximum(due, 0.0))
    for _ in range(2 + len(due)):
        missing = totals - np.bincount(member, given, minlength=len(totals))
        if not missing.any():
            break
        sign = np.sign(missing)[member]
        able = (sign > 0) | (given > 0)
        rank = _ranks(np.where(able, sign * (due - given), -np.inf), member)
        given += np.where(able & (rank < np.abs(missing)[member]), sign, 0.0)
    return given


def _ranks(value: np.ndarray, member: np.ndarray) -> np.ndarray:
    """The place of each in its group, the largest first, ties in their order."""
    order = np.lexsort((np.arange(len(value)), -value, member))
    first = np.searchsorted(member[order], member[order])
    ranks = np.empty(len(value), dtype=int)
    ranks[order] = np.arange(len(value)) - first
    return ranks
