"""Plotly figures of what the package computes: pure functions, the same for the screen, a notebook and a report."""
