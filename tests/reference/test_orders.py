"""Suggested orders against the best of a full grid of exact likelihoods."""

import pytest

from benchmarks.orders import main


@pytest.mark.slow
def test_the_suggestion_is_within_two_of_the_best_aicc_for_four_series_in_five() -> None:
    assert main(series=8)["suggested"] >= 0.8
