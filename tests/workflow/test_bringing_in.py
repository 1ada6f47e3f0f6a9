"""Opening a sample, importing files and diagnosing, as requests that can go to another process."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasting import exchange
from forecasting.core.errors import FileUnreadable, MappingNeeded
from forecasting.core.panel import Panel
from forecasting.ingest import import_files
from forecasting.samples import SAMPLES
from forecasting.workflow import Diagnose, ImportFiles, Unclear, open_sample, run
from forecasting.workflow.diagnosing import Look


@pytest.mark.slow
def test_the_gift_shop_opens_as_its_import_would_read_it():
    files = SAMPLES["retail"].read()
    imported = import_files(files, mapping=replace(import_files(files).mapping, absent="zero"))
    opened = open_sample("retail")
    assert opened.ids == imported.panel.ids
    assert np.array_equal(opened.columns["y"], imported.panel.columns["y"], equal_nan=True)


def test_the_grocery_store_has_a_plan_to_make():
    panel = open_sample("grocery")
    assert set(panel.known) == {"price", "discount", "display", "mailer"}
    assert panel.static["name"].str.len().min() > 0
    assert np.nansum(panel.columns["y"]) == 464_118


def test_import_goes_to_another_process_and_back(tmp_path):
    rows = [f"2024-01-{day:02d},{sku},{day}" for day in range(1, 29) for sku in "AB"]
    (tmp_path / "sales.csv").write_text("\n".join(["date,sku,units", *rows, "someday,A,3"]), encoding="utf-8")
    exchange.save(ImportFiles(str(tmp_path), ("sales.csv",)), tmp_path / "request")
    exchange.save(run(exchange.load(tmp_path / "request")), tmp_path / "result")
    back = exchange.load(tmp_path / "result")
    assert back.panel.ids == ("A", "B")
    assert (back.report.rows_read, back.report.rows_used, back.report.rows_set_aside) == (57, 56, 1)
    assert back.set_aside["value"].tolist() == ["someday"]
    assert back.reasons[["rows", "row", "column", "value"]].values.tolist() == [[1, 58, "date", "someday"]]
    assert b"sales.csv,,58,date,someday," in back.csv()
    assert (back.tables[0].rows, back.tables[0].aside) == (57, 1)
    assert back.tables[0].columns == ("date", "sku", "units")
    assert back.tables[0].roles == ("date", "sku", "units")
    assert [column.role for column in back.mapping.columns] == ["date", "sku", "units"]


def test_a_wrong_file_is_one_sentence(tmp_path):
    (tmp_path / "wrong").write_bytes(b"\x89PNG\r\n\x1a\n0000")
    with pytest.raises(FileUnreadable, match="PNG") as caught:
        run(ImportFiles(str(tmp_path), ("wrong",)))
    assert "\n" not in str(caught.value)


def test_columns_that_are_not_understood_can_be_named_by_hand(tmp_path, monkeypatch):
    def lost(files, mapping=None, freq=None):
        if mapping is None:
            raise MappingNeeded("odd.csv has no column with dates")
        return import_files(files, mapping=mapping, freq=freq)

    monkeypatch.setattr("forecasting.ingest.import_files", lost)
    rows = [f"2024-01-{day:02d},A,{day}" for day in range(1, 29)]
    (tmp_path / "odd.csv").write_text("\n".join(["x1,x2,x3", *rows]), encoding="utf-8")
    exchange.save(run(ImportFiles(str(tmp_path), ("odd.csv",))), tmp_path / "result")
    unclear = exchange.load(tmp_path / "result")
    assert isinstance(unclear, Unclear)
    assert unclear.mapping.columns[0].samples[:2] == ("2024-01-01", "2024-01-02")
    mapping = unclear.mapping.with_role("x1", "date").with_role("x2", "sku").with_role("x3", "units")
    assert run(ImportFiles(str(tmp_path), ("odd.csv",), mapping)).panel.ids == ("A",)


@pytest.mark.parametrize("look", [Look(), Look("log", 1, 1), Look("box-cox", 2)])
def test_a_diagnosis_goes_to_another_process_and_back(tmp_path, look):
    days = pd.date_range("2024-01-01", periods=140)
    sales = 20 + 8 * np.sin(np.arange(140) * 2 * np.pi / 7) + np.random.default_rng(5).normal(0, 1, 140)
    sales[70] = 90
    panel = Panel.build(pd.DataFrame({"unique_id": "A", "ds": days, "y": sales}), freq="D")
    exchange.save(Diagnose(panel, look), tmp_path / "request")
    exchange.save(run(exchange.load(tmp_path / "request")), tmp_path / "result")
    back = exchange.load(tmp_path / "result")
    assert pd.Timestamp("2024-03-11") in set(back.odd["ds"])
    assert len(back.shown) == 140 - look.differences - 7 * look.seasonal_differences
    assert back.acf.frame["value"].abs().max() <= 1
    assert back.orders.candidates["aicc"].is_monotonic_increasing
    assert all((back.level.reading, back.acf.reading, back.pacf.reading, back.parts.reading, back.orders.reading))


def test_a_flat_series_is_diagnosed_without_an_error():
    panel = Panel.build(pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=30), "y": 2.0}), freq="D")
    assert run(Diagnose(panel)).odd.empty
