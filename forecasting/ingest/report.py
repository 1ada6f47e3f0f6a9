"""What the import found and did: the report and the rows that were set aside."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import polars as pl

SET_ASIDE = {
    "file": pl.String,
    "sheet": pl.String,
    "row": pl.UInt32,
    "column": pl.String,
    "value": pl.String,
    "reason": pl.String,
}


@dataclass(frozen=True)
class ImportReport:
    """The story of an import, as it is shown and as `--report` writes it.

    `mapping` gives the role of each column; `issues` are sentences; rows_read = rows_used + rows_set_aside.
    """

    platform: str
    encoding: str
    delimiter: str
    layout: str
    mapping: dict[str, str]
    date_order: str
    freq: str
    rows_read: int
    rows_used: int
    rows_set_aside: int
    issues: tuple[str, ...]

    def to_json(self) -> str:
        """The report as JSON, with exactly these keys."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2)


def no_rejects() -> pl.DataFrame:
    """An empty account of rows set aside."""
    return pl.DataFrame(schema=SET_ASIDE)
