"""What is found of a panel is found once, whoever asks, and goes when the panel goes."""

from __future__ import annotations

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pandas as pd
import pytest

from forecasting.core.panel import Panel
from forecasting.workflow import exploring
from ui import cached


def shop() -> Panel:
    days = pd.date_range("2024-01-01", periods=30)
    return Panel.build(pd.DataFrame({"unique_id": "A", "ds": days, "y": 1.0}), freq="D")


def test_several_sessions_find_one_thing_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Panel] = []
    find = exploring.summarise
    monkeypatch.setattr(exploring, "summarise", lambda panel: (calls.append(panel), find(panel))[1])
    panel, together = shop(), Barrier(4)

    def ask(_number: int) -> pd.DataFrame:
        together.wait()
        return cached.summary(panel)

    with ThreadPoolExecutor(4) as people:
        tables = list(people.map(ask, range(4)))
    assert len(calls) == 1
    assert all(table is tables[0] for table in tables)
    cached.summary(shop())
    assert len(calls) == 2


def test_each_view_is_another_total() -> None:
    panel = shop()
    assert len(cached.total(panel, "D")) == 30
    assert len(cached.total(panel, "MS")) == 1
    assert cached.sku_labels(panel) == {"A": "A"}


def test_nothing_stays_of_a_panel_that_nobody_has() -> None:
    panel = shop()
    table = weakref.ref(cached.portfolio(panel))
    assert table() is not None
    del panel
    gc.collect()
    assert table() is None
