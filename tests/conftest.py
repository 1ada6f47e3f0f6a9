"""What all tests share."""

from __future__ import annotations

import os
import tempfile

import numpy as np
import pytest

# Work that tests save goes where nobody will miss it.
os.environ["SHELFCAST_DATABASE"] = f"sqlite:///{tempfile.mkdtemp(prefix='shelfcast-test-')}/saved.db"


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers that are the same whichever tests ran before."""
    return np.random.default_rng(0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the browser tests in one process, where they share one server, and start the slow ones last."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.xdist_group("browser"))
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)
