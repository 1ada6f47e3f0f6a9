"""Library warnings that a reading already says in words."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from statsmodels.tools.sm_exceptions import InterpolationWarning, SingularMatrixWarning


@contextmanager
def quiet() -> Iterator[None]:
    """Inside, statsmodels says nothing of tables that end and of series that are too regular for a regression."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        for category in (InterpolationWarning, SingularMatrixWarning, RuntimeWarning):
            warnings.simplefilter("ignore", category)
        yield
