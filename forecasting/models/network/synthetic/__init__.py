"""Synthetic windows: made to look like the shop's own, to learn from besides them. Never judged by, never exported."""

from forecasting.models.network.synthetic.windows import GENERATORS, NONE, Synthetic, synthesize

__all__ = ["GENERATORS", "NONE", "Synthetic", "synthesize"]
