"""Cleaning as a request: its small answer, its account, and the expression that makes it again."""

from __future__ import annotations

import io
from dataclasses import replace

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


def spike_on(day: str) -> Panel:
    days = pd.date_range(pd.Timestamp(day) - pd.Timedelta(days=60), periods=112)
    y = np.array(WEEK * 16)
    y[60] = 300
    return Panel.build(pd.DataFrame({"unique_id": "A", "ds": days, "y": y}), freq="D")


def test_a_holiday_of_the_country_is_never_capped():
    raw = spike_on("2024-07-04")
    assert run(Clean(raw, CAP, "US")).changed == 0
    assert run(Clean(raw, CAP)).changed == run(Clean(raw, CAP, "DE")).changed == 1


@pytest.mark.parametrize("day", ["2024-12-25", "2024-11-29", "2024-11-11", "2025-01-01", "2024-02-10"])
def test_without_a_country_the_festivals_of_many_are_protected(day):
    assert run(Clean(spike_on(day), CAP)).changed == 0


def test_days_of_the_merchant_are_protected_too():
    raw = spike_on("2024-05-14")
    assert run(Clean(raw, CAP)).changed == 1
    assert run(Clean(raw, CAP, protected=("2024-05-14",))).changed == 0


@pytest.mark.parametrize("undone", ["fill: weekday_mean", "outliers: robust_z capped", "stock-out: masked"])
def test_each_rule_is_taken_back_on_its_own_at_once_and_by_asking_again(undone):
    raw = shop(stock=[0.0 if day in (20, 60) else 9.0 for day in range(112)])
    raw = replace(raw, columns=raw.columns | {"y": np.where(raw.columns["stock"] == 0, 0, raw.columns["y"])})
    raw.columns["y"][64] = 300
    done = run(Clean(raw, CAP))
    assert undone in set(done.rules["rule"])
    again = run(Clean(raw, CAP, undone=(undone,)))
    assert done.without(raw, (undone,)).digest == again.panel.digest != done.panel.digest
    assert done.left((undone,))[0] == again.changed < done.changed or undone.startswith("fill")
    every = tuple(done.rules.loc[done.rules["changed"], "rule"])
    assert done.without(raw, every).digest == raw.digest
    assert done.left(every) == (0, 0)


def test_a_fill_taken_back_leaves_the_stock_out_unknown():
    raw = shop(stock=[0.0 if day == 20 else 9.0 for day in range(112)])
    raw.columns["y"][20] = 0
    done = run(Clean(raw, CAP))
    assert done.panel.columns["y"][20] > 0
    assert np.isnan(done.without(raw, ("fill: weekday_mean",)).columns["y"][20])
    assert done.without(raw, ("stock-out: masked",)).columns["y"][20] == 0


def test_before_and_after_of_one_sku():
    raw = shop()
    frame = beside(raw, run(Clean(raw, CAP)).panel, "B")
    assert frame.index[frame["changed"]].tolist() == [30, 31]
    assert frame["raw"].isna().sum() == 2
    assert frame["clean"].notna().all()


def test_the_expression_cleans_again():
    raw = shop()
    request = Clean(raw, CAP, "US", ("fill: weekday_mean",), ("2024-05-14",))
    again = eval(request.script("raw"), {"workflow": workflow, "raw": raw})
    assert again.digest == run(request).panel.digest
