"""The plan of prices and promotions, as a script tells of it."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from forecasting.core.panel import Panel
from forecasting.features.plan import complete_plan
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


def test_what_is_written_for_one_sku_needs_no_notes_about_the_others() -> None:
    days = pd.date_range("2026-01-01", periods=20)
    sales = [pd.DataFrame({"unique_id": sku, "ds": days, "y": 5.0, "price": 9.9}) for sku in ("A", "B")]
    panel = Panel.build(pd.concat(sales), known=["price"])
    kept = planning.Kept(planning.WRITTEN, pd.DataFrame({"sku": "A", "date": panel.future_dates(2), "price": [8.0, 8.5]}))
    both, other = (
        complete_plan(panel, kept.rows_for(panel, 2), 2),
        complete_plan(panel.select(["B"]), kept.rows_for(panel.select(["B"]), 2), 2),
    )
    assert both is not None
    assert other is not None
    assert both.notes == other.notes == ()
    assert both.future["price"].tolist() == [8.0, 8.5, 9.9, 9.9]
