"""The table as found in a file: every cell as text, and where it stood."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

import polars as pl


@dataclass(frozen=True)
class Table:
    """One table of a file, before any meaning is given to it.

    Attributes:
        name: file name (with the path inside an archive).
        sheet: sheet of a workbook, "table 2" for a further table of a text file, "" otherwise.
        header: column names as found; "" for a column without a name; generated (`column_1`) when `has_header` is False.
        cells: all String, one column per header entry, named `c0`, `c1`, ...; "" where there is nothing.
        lines: line of the file (or row of the sheet) on which each row begins, 1-based.
        encoding, delimiter: how the text was read; "" where it does not apply.
        preamble, footer: what stood above and below, one string a row.
        hidden: whether the sheet is hidden in its workbook.
        notes: what had to be decided or repaired while reading.
    """

    name: str
    sheet: str
    header: tuple[str, ...]
    cells: pl.DataFrame
    lines: pl.Series
    encoding: str = ""
    delimiter: str = ""
    has_header: bool = True
    header_lines: tuple[int, ...] = ()
    preamble: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    hidden: bool = False
    notes: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.cells.height

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.header)

    def column(self, index: int) -> pl.Series:
        """The cells of one column, as text."""
        return self.cells.to_series(index)

    def listing(self) -> str:
        """The first dozen column names, quoted and cut short, for messages."""
        return ", ".join(repr(name if len(name) <= 40 else f"{name[:39]}…") for name in self.header[:12])

    def note(self, *more: str) -> Table:
        """The same table with further notes."""
        return replace(self, notes=self.notes + more)

    def write_csv(self, path: str) -> None:
        """Write header and cells as UTF-8 CSV, header row first."""
        import csv

        returns = any("\r" in name for name in self.header)
        returns = returns or any(column.str.contains("\r", literal=True).any() for column in self.cells)
        if self.width > 1 and not returns:
            # One call instead of one row at a time, where both write the same.
            blank = self.cells.select(pl.when(pl.all() != "").then(pl.all()))
            with open(path, "wb") as target:
                head = io.StringIO()
                csv.writer(head, lineterminator="\n").writerow(self.header)
                target.write(head.getvalue().encode())
                blank.write_csv(target, include_header=False, null_value="", quote_style="necessary")
            return
        with open(path, "w", encoding="utf-8", newline="") as target:
            # The writer does not see that a lone carriage return ends a line for most readers.
            writer = csv.writer(target, lineterminator="\n", quoting=csv.QUOTE_ALL if returns else csv.QUOTE_MINIMAL)
            writer.writerow(self.header)
            for start in range(0, self.height, 100_000):
                writer.writerows(self.cells.slice(start, 100_000).iter_rows())


def column_names(width: int) -> list[str]:
    """Names of the columns of `Table.cells`."""
    return [f"c{j}" for j in range(width)]
