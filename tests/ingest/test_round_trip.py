"""An export comes back as the panel that it was: PANEL.csv, also with a byte order mark, and as a workbook."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasting.core.panel import Panel
from forecasting.export import csv_bytes, xlsx_bytes
from forecasting.ingest import import_files, write_panel_csv
from forecasting.samples import SAMPLES
from forecasting.workflow import Clean, Cleaning, open_sample, run


def odd_panel(freq: str = "D", periods: int = 40) -> Panel:
    """Ids and names that spreadsheets spoil, gaps, fractions, and a SKU that starts late."""
    ids = ("0017", "00000000000000000042", "=SUM(A1)", "+49", "@home", "-5", "1e5", "'quoted", "a,b;c", 'say "x"', "茶杯")
    days = pd.date_range("2024-01-01", periods=periods, freq=freq)
    rng = np.random.default_rng(3)
    rows = []
    for k, unique_id in enumerate(ids):
        y = rng.poisson(6, periods).astype(float)
        y[5] = np.nan
        y[7] = 1234567.25
        rows.append(
            pd.DataFrame({"unique_id": unique_id, "ds": days, "y": y, "price": 1.1 * (k + 1), "stock": y + 1}).iloc[k % 4 :]
        )
    static = pd.DataFrame({"name": [f"={name}" for name in ids], "category": "tea, cups"}, index=list(ids))
    return Panel.build(pd.concat(rows), freq=freq, static=static, known=("price",))


def written(panel: Panel, path) -> bytes:
    write_panel_csv(panel, path)
    return path.read_bytes()


def again(name: str, data: bytes) -> Panel:
    return import_files([(name, data)]).panel


@pytest.mark.parametrize("freq", ["D", "W-MON", "MS", "h"])
def test_a_panel_of_odd_texts_comes_back(tmp_path, freq):
    panel = odd_panel(freq)
    data = written(panel, tmp_path / "panel.csv")
    assert again("panel.csv", data).digest == panel.digest
    assert again("panel.csv", b"\xef\xbb\xbf" + data).digest == panel.digest
    assert b"\n0017," in data
    assert not any(line.startswith((b"=", b"+", b"@", b"-")) for line in data.splitlines())


def test_a_cleaned_panel_comes_back(tmp_path):
    panel = odd_panel()
    cleaned = run(Clean(panel, Cleaning(fill="seasonal", outlier_action="cap"))).panel
    assert cleaned.digest != panel.digest
    assert again("panel.csv", written(cleaned, tmp_path / "panel.csv")).digest == cleaned.digest


def test_a_panel_comes_back_from_the_cells_of_a_workbook():
    panel = odd_panel()
    panel = replace(panel, columns={name: np.round(cells, 4) for name, cells in panel.columns.items()})
    frame = panel.frame.assign(**{name: panel.static[name].loc[panel.frame["unique_id"]].to_numpy() for name in panel.static})
    back = again("panel.xlsx", xlsx_bytes({"Sales": frame}))
    assert back.ids == panel.ids
    assert np.array_equal(back.columns["y"], panel.columns["y"], equal_nan=True)
    assert back.static.equals(panel.static)


def test_the_csv_of_a_frame_comes_back_without_its_apostrophes():
    panel = odd_panel()
    frame = panel.frame.assign(name=panel.static["name"].loc[panel.frame["unique_id"]].to_numpy())
    back = again("panel.csv", csv_bytes(frame))
    assert back.static["name"].tolist() == panel.static["name"].tolist()
    assert np.allclose(back.columns["y"], panel.columns["y"], equal_nan=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["grocery", "orders", "retail"])
def test_the_sample_stores_come_back_raw_and_cleaned(tmp_path, name):
    sample = SAMPLES[name]
    # The gift shop's price is what was paid, which a column named `price` does not say: it is read as any other file here.
    panel = open_sample(name) if name == "grocery" else import_files(sample.read()).panel
    few = panel.select(panel.ids[:: max(1, len(panel) // 60)])
    for one in (panel, run(Clean(few, Cleaning(outlier_action="cap"), sample.country)).panel):
        assert again("panel.csv", written(one, tmp_path / "panel.csv")).digest == one.digest
