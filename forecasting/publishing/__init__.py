"""What people make of a forecast: overrides with their reasons, what was published, and how it did."""

from forecasting.publishing.archive import Published, Review, publish, review
from forecasting.publishing.formula import Formula, parse_formula
from forecasting.publishing.overrides import REASONS, Log, Override, final_units, told_apart

__all__ = [
    "REASONS",
    "Formula",
    "Log",
    "Override",
    "Published",
    "Review",
    "final_units",
    "parse_formula",
    "publish",
    "review",
    "told_apart",
]
