"""What several pages need again and again, computed once for each panel, and forgotten with it.

However many people are at work, none of them waits twice, and nothing stays of those who have left. Sessions that look at the
same sample look at the same panel. Results are shared, not copied: pages read them and change nothing.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from weakref import WeakKeyDictionary

import pandas as pd
import streamlit as st

from forecasting import workflow
from forecasting.core.panel import Panel
from forecasting.workflow import exploring
from ui import words

T = TypeVar("T")


@dataclass
class _Found:
    """What is known of one panel; of two sessions that ask for it at once, the second waits for the first."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    values: dict[tuple[object, ...], object] = field(default_factory=dict)


_found: WeakKeyDictionary[Panel, _Found] = WeakKeyDictionary()
_lock = threading.Lock()


@st.cache_resource(max_entries=3, show_spinner=False)
def sample(name: str) -> Panel:
    """A sample store; one copy serves everybody."""
    return workflow.open_sample(name)


def summary(panel: Panel) -> pd.DataFrame:
    """`workflow.exploring.summarise`: one row for each SKU, best sellers first."""
    return _once(panel, exploring.summarise)


def sku_labels(panel: Panel) -> dict[str, str]:
    """Every SKU with its label, best sellers first."""
    return _once(panel, _labels)


def total(panel: Panel, view: str) -> pd.DataFrame:
    """`workflow.exploring.total`: the units of the whole shop."""
    return _once(panel, exploring.total, view)


def portfolio(panel: Panel) -> exploring.Portfolio:
    """`workflow.exploring.portfolio`: all SKUs side by side, the most money first."""
    return _once(panel, exploring.portfolio)


def _labels(panel: Panel) -> dict[str, str]:
    return {str(unique_id): words.sku(str(unique_id), name) for unique_id, name in summary(panel)["name"].items()}


def _once(panel: Panel, find: Callable[..., T], *choice: object) -> T:
    """What was found for this panel and this choice, or else what is found now."""
    with _lock:
        known = _found.setdefault(panel, _Found())
    with known.lock:
        key = (find, *choice)
        if key not in known.values:
            known.values[key] = find(panel, *choice)
        return known.values[key]  # type: ignore[return-value]
