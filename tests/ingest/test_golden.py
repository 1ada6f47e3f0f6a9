"""Every merchant's file gives back the units it was written from, and accounts for every row."""

import pytest

from forecasting.ingest import import_files
from tests.ingest.merchants import all_cases
from tests.ingest.truth import Case

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_golden(case: Case) -> None:
    done = import_files([(case.name, case.data)])
    frame = done.panel.frame
    sums = frame.groupby("unique_id")["y"].sum().to_dict()
    assert {k: float(v) for k, v in sums.items()} == case.sums
    assert done.panel.freq == case.freq
    report = done.report
    assert report.rows_read == report.rows_used + report.rows_set_aside
    assert report.rows_set_aside == case.rejects, done.set_aside.to_string()
    if case.platform:
        assert report.platform == case.platform
    back = frame["returns"].sum() if "returns" in frame else 0.0
    assert back == case.returns
    if case.cell:
        sku, day, units = case.cell
        assert frame.set_index(["unique_id", "ds"]).loc[(sku, day), "y"].item() == units
