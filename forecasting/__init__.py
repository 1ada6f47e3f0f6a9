"""Forecasts for merchandisers: any sales spreadsheet in, a forecast and a decision out."""

__version__ = "0.1.0"
