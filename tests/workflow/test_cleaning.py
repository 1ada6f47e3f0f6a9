"""Cleaning as a request: its small answer, its account, and the expression that makes it again."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from forecasting import exchange, workflow
from forecasting.core.panel import Panel
from forecasting.workflow import Clean, Cleaned, Cleaning, beside, run

WEEK = [5.0, 6, 5, 7, 6, 12, 14]
CAP = Cleaning(outlier_action="cap")


def shop(**columns: list[float]) -> Panel:
    days = pd.date_range("2024-03-04", periods=112)
    spiky, gappy = np.array(WEEK * 16), np.array(WEEK * 16)
    spiky[60], gappy[[30, 31]] = 300, np.nan
    both = [pd.DataFrame({"unique_id": sku, "ds": days, "y": y, **columns}) for sku, y in (("A", spiky), ("B", gappy))]
    return Panel.build(pd.concat(both), freq="D")


def carried_out(request: Clean, folder) -> Cleaned:
    exchange.save(request, folder / "request")
    exchange.save(run(exchange.load(folder / "request")), folder / "result")
    return exchange.load(folder / "result")


def test_cleaning_goes_to_another_process_and_back(tmp_path):
    raw = shop()
    done = carried_out(Clean(raw, CAP), tmp_path)
    assert done.rules[["rule", "changed", "cells", "skus"]].values.tolist() == [
        ["fill: weekday_mean", True, 2, 1],
        ["outliers: robust_z capped", True, 1, 1],
    ]
    assert (done.changed, done.skus["unique_id"].tolist()) == (3, ["A", "B"])
    assert done.panel.series("B")["y"].iloc[[30, 31]].tolist() == [5, 7]
    assert raw.series("A")["y"].iloc[60] == 300
    assert done.panel.regressors == raw.regressors


def test_the_account_has_every_cell_and_the_table_the_largest_first():
    done = run(Clean(shop(), CAP))
    account = pd.read_csv(io.BytesIO(done.csv()))
    assert list(account.columns) == ["unique_id", "ds", "y_raw", "y_clean", "flags", "rule"]
    assert len(account) == done.changed + len(done.marked) == 3
    assert done.cells.iloc[0][["unique_id", "y_raw"]].tolist() == ["A", 300]


def test_what_is_only_marked_changes_nothing():
    raw = shop()
    done = run(Clean(raw, Cleaning(fill="none")))
    assert done.changed == 0
    assert done.panel.digest == raw.digest
    assert set(done.marked["unique_id"]) == {"A", "B"}
    assert not done.rules["changed"].any()


@pytest.mark.parametrize("column", ["promo", "mailer", "discount"])
def test_a_promotion_is_never_capped(column):
    on = [1.0 if day == 60 else 0.0 for day in range(112)]
    done = run(Clean(shop(**{column: on}), CAP))
    assert done.panel.series("A")["y"].iloc[60] == 300


def test_a_holiday_is_never_capped():
    days = pd.date_range("2024-10-01", periods=112)
    y = np.array(WEEK * 16)
    y[days.get_loc(pd.Timestamp("2024-12-25"))] = 300
    raw = Panel.build(pd.DataFrame({"unique_id": "A", "ds": days, "y": y}), freq="D")
    assert run(Clean(raw, CAP, "US")).changed == 0
    assert run(Clean(raw, CAP)).changed == 1


def test_before_and_after_of_one_sku():
    raw = shop()
    frame = beside(raw, run(Clean(raw, CAP)).panel, "B")
    assert frame.index[frame["changed"]].tolist() == [30, 31]
    assert frame["raw"].isna().sum() == 2
    assert frame["clean"].notna().all()


def test_the_expression_cleans_again():
    raw = shop()
    request = Clean(raw, CAP, "US")
    again = eval(request.script("raw"), {"workflow": workflow, "raw": raw})
    assert again.digest == run(request).panel.digest
