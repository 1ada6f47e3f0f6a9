"""Write the workbooks of this folder: `python -m tests.ingest.files.write`.

The other kinds are made from book.xlsx by LibreOffice: soffice --headless --convert-to xls book.xlsx (ods, xlsm the same).
"""

import datetime as dt
from pathlib import Path

import xlsxwriter

FOLDER = Path(__file__).parent


def write(path: Path, date_1904: bool) -> None:
    """A cover, a sheet of sales with typed cells, formulas, an error and a total, and a hidden sheet."""
    book = xlsxwriter.Workbook(path, {"date_1904": date_1904})
    day, share = book.add_format({"num_format": "d mmm yy"}), book.add_format({"num_format": "0.0%"})
    money = book.add_format({"num_format": '#,##0.00 "€"'})
    cover = book.add_worksheet("Cover")
    cover.write(0, 0, "Sales report")
    cover.write_row(1, 0, ["Made for", "ACME"])
    sheet = book.add_worksheet("Data")
    sheet.merge_range(0, 0, 0, 5, "Sales by day")
    sheet.write_row(2, 0, ["Date", "SKU", "Units", "Share", "Revenue", "Checked"])
    for row in range(3, 23):
        sku, number = divmod(row - 3, 10)
        sheet.write_datetime(row, 0, dt.datetime(2024, 1, 1 + number), day)
        sheet.write_string(row, 1, ("00123", "AB-7")[sku])
        sheet.write(row, 2, 1 + number + sku)
        sheet.write(row, 3, 0.125, share)
        sheet.write_formula(row, 4, f"=C{row + 1}*9.5", money, (1 + number + sku) * 9.5)
        if number == 3:
            sheet.write_formula(row, 5, "=NA()", None, "#N/A")
        else:
            sheet.write_boolean(row, 5, True)
    sheet.write(23, 0, "Total")
    sheet.write_formula(23, 2, "=SUM(C4:C23)", None, 120)
    old = book.add_worksheet("Old")
    old.hide()
    old.write_row(0, 0, ["Date", "SKU", "Units"])
    old.write_datetime(1, 0, dt.datetime(2019, 1, 1), day)
    old.write_row(1, 1, ["00123", 999])
    book.close()


if __name__ == "__main__":
    write(FOLDER / "book.xlsx", date_1904=False)
    write(FOLDER / "book1904.xlsx", date_1904=True)
