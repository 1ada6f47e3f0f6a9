"""The app with a simulated shop in it, for `benchmarks/pages.py`: SKUs and days stand in SHELFCAST_SKUS and SHELFCAST_DAYS."""

import os
import runpy
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from forecasting import workflow  # noqa: E402 - the path comes first
from forecasting.core.panel import Panel  # noqa: E402
from ui.uploads import Source  # noqa: E402
from ui.workspace import current  # noqa: E402


@st.cache_resource(show_spinner=False)
def resampled(skus: int, days: int) -> Panel:
    """Series of the gift shop, drawn with replacement, each at a price level of its own, with a category and a vendor."""
    rng = np.random.default_rng(0)
    shop = workflow.open_sample("retail").without(["orders", "returns"])
    early = shop.until(shop.calendar[days - 1])
    drawn = early._kept(rng.integers(0, len(early), skus), len(early.calendar))
    ids = tuple(f"SKU{number:06}" for number in range(skus))
    texts = {
        "name": drawn.static["name"].to_numpy(),
        "category": [f"category {number}" for number in rng.integers(1, 15, skus)],
        "vendor": [f"vendor {number}" for number in rng.integers(1, 120, skus)],
    }
    level = np.repeat(rng.lognormal(0, 0.5, skus), drawn.lengths)
    columns = drawn.columns | {"price": drawn.columns["price"] * level}
    return replace(drawn, ids=ids, static=pd.DataFrame(texts, index=pd.Index(ids, name="unique_id")), columns=columns)


if current().panel is None:
    size = int(os.environ["SHELFCAST_SKUS"]), int(os.environ["SHELFCAST_DAYS"])
    current().set_panel(resampled(*size), None, Source.of_sample("retail"))
runpy.run_path(str(ROOT / "ui" / "router.py"))
