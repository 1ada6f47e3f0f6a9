"""The marked table says of each row what became of it; of a table that nothing was taken from it says so of none."""

from __future__ import annotations

import pandas as pd
import pytest

from forecasting.workflow.marking import HEADER, USED, Found
from ui import preview


def found(*roles: str) -> Found:
    view = pd.DataFrame(
        [("1", HEADER, "", -1, "date", "note"), ("2", USED, "", -1, "2024-01-01", "<b>late</b>")],
        columns=["line", "what", "why", "fault", "0", "1"],
    )
    return Found("sales.csv", "", 1, 0, ("date", "note"), roles, 0, view)


def test_a_row_of_a_table_in_use_is_used() -> None:
    page = preview.html(found("date", "ignore"))
    assert '<tr class="used"><th scope="row">2</th><td class="what">used</td>' in page
    assert "&lt;b&gt;late" in page


@pytest.mark.parametrize("roles", [("ignore", "ignore"), ("", "")])
def test_a_row_of_a_table_without_a_use_is_only_a_row(roles: tuple[str, str]) -> None:
    page = preview.html(found(*roles))
    assert '<tr class="row"><th scope="row">2</th><td class="what">a row</td>' in page
    assert "used</td>" not in page


def test_the_legend_names_what_the_table_has() -> None:
    assert "Used" in preview.legend(found("date", "units"))
    assert "Column that is not used" not in preview.legend(found("date", "units"))
    assert "Set aside" not in preview.legend(found("date", "ignore"))
    refused = preview.legend(found("", ""))
    assert "Header row" in refused
    assert "Used" not in refused
