"""The plan of prices and promotions, as a script tells of it."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from ui import planning


def test_a_plan_written_on_the_page_stands_in_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    days = pd.date_range("2026-10-01", periods=3)
    rows = pd.DataFrame({"sku": "007", "date": days, "price": [9.5, 8.0, None], "promo": [0, 1, 0]})
    kept = planning.Kept(planning.WRITTEN, rows)
    monkeypatch.setattr(planning, "current", lambda: SimpleNamespace(result=lambda *_: kept))
    imports, expression = planning.script(planning.WRITTEN, 3)
    names: dict[str, object] = {}
    exec("\n".join(imports), names)
    pd.testing.assert_frame_equal(eval(expression, names), rows)
    assert planning.script(planning.CARRIED_ON, 3) == ((), "workflow.carried_on(panel, 3)")
    assert planning.script("plan.csv", 3) == ((), "")
