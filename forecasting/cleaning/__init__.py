"""Duplicates, gaps, outliers, stock-outs -> a cleaned Panel and the account of every cell that was touched."""

from forecasting.cleaning.clean import Cleaned, Cleaning, clean
from forecasting.cleaning.duplicates import resolve_duplicates
from forecasting.cleaning.emptiness import Emptiness, emptiness
from forecasting.cleaning.encoding import OneHot, Ordinal
from forecasting.cleaning.fills import FILLS
from forecasting.cleaning.outliers import OUTLIER_TESTS
from forecasting.cleaning.scaling import SCALERS, Scaler

__all__ = [
    "FILLS",
    "OUTLIER_TESTS",
    "SCALERS",
    "Cleaned",
    "Cleaning",
    "Emptiness",
    "OneHot",
    "Ordinal",
    "Scaler",
    "clean",
    "emptiness",
    "resolve_duplicates",
]
