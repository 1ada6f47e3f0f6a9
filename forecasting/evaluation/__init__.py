"""The honest comparison of models."""
