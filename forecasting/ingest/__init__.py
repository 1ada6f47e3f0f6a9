"""A file, however messy -> Panel and a report of what was done with each row."""

from forecasting.ingest.reader import main_table, read_tables
from forecasting.ingest.table import Table

__all__ = ["Table", "main_table", "read_tables"]
