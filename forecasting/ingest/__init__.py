"""A file, however messy -> Panel and a report of what was done with each row."""

from forecasting.ingest.importer import Import, import_files
from forecasting.ingest.mapping import ColumnRole, Mapping, Question
from forecasting.ingest.meaning.propose import propose_mapping
from forecasting.ingest.panelcsv import write_panel_csv
from forecasting.ingest.reading.reader import main_table, read_tables
from forecasting.ingest.reading.table import Table
from forecasting.ingest.report import ImportReport

__all__ = [
    "ColumnRole",
    "Import",
    "ImportReport",
    "Mapping",
    "Question",
    "Table",
    "import_files",
    "main_table",
    "propose_mapping",
    "read_tables",
    "write_panel_csv",
]
