"""Forecasts as files that a spreadsheet opens as they were meant: one frame, and the CSV and XLSX made from it.

The screens add up this same frame, so that a sum on the screen equals the sum of the file.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from math import isnan
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from forecasting import __version__
from forecasting.core.forecast import QUANTILES, Forecast, quantile_name
from forecasting.core.model import Failure
from forecasting.core.panel import Panel
from forecasting.evaluation.hierarchy import Hierarchy, whole_units

DECIMALS = 4
_NAMES = ("name", "description", "title", "product")
_WIDE = ("name", "value", "flags", "setting")
_DAY = "%Y-%m-%d"
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


class HasForecasts(Protocol):
    """What is exported: forecasts of one or several models for the same SKUs, the baseline beside them, and what failed."""

    @property
    def forecasts(self) -> tuple[Forecast, ...]:
        """One forecast for each model."""

    @property
    def baseline(self) -> Forecast:
        """The seasonal naive of the same SKUs and periods."""

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The series that fell back, with the reason."""


@runtime_checkable
class HasSums(HasForecasts, Protocol):
    """Forecasts with their sums: for each model all SKUs together, and each category."""

    @property
    def totals(self) -> tuple[Forecast, ...]:
        """All SKUs together as one series, for each model."""

    @property
    def groups(self) -> tuple[Forecast, ...]:
        """One series for each category, for each model; empty where the data has none."""

    @property
    def grouped_by(self) -> str:
        """The attribute that the groups are of; empty for the category."""


def forecast_frame(
    outlook: HasForecasts, panel: Panel, levels: Sequence[float] = (), *, whole: Hierarchy | None = None
) -> pd.DataFrame:
    """Rows `sku, name, date, horizon, origin, model, mean, p10, p50, p90, baseline, flags` for each SKU, period and model.

    `levels` are central intervals in percent; 95 adds the columns `lo-95, hi-95` after `p90`. Units are rounded to four
    decimals, here and nowhere else; with `whole` the mean is in whole units that add up along that hierarchy.
    """
    rows = pd.concat([_rows(forecast, outlook.baseline, levels) for forecast in outlook.forecasts], ignore_index=True)
    rows.insert(1, "name", rows["sku"].map(product_names(panel)).fillna("").astype(object))
    rows["flags"] = _with_reasons(rows["sku"], rows["flags"], outlook.failures)
    units = [column for column in rows.columns if rows[column].dtype == "float64"]
    rows[units] = rows[units].round(DECIMALS) + 0.0
    if whole is not None:
        rows["mean"] = np.concatenate([whole_units(whole, forecast.mean).ravel() for forecast in outlook.forecasts])
    return rows


def sums_frame(outlook: HasSums, forecast_rows: pd.DataFrame, hierarchy: Hierarchy) -> pd.DataFrame:
    """Rows `level, name, date, horizon, origin, model, mean, p10, p50, p90` of the total and each category.

    The means are the sums of `forecast_rows`, the rows that `forecast_frame` made, so that they equal what its reader adds up.
    """
    parts = []
    for number, total in enumerate(outlook.totals):
        mean = forecast_rows["mean"].to_numpy().reshape(len(outlook.totals), len(hierarchy.member), -1)[number]
        sums = [total, *([outlook.groups[number]] if outlook.groups else [])]
        rows = pd.concat([one.to_frame() for one in sums], ignore_index=True).drop(columns="flags")
        parts.append(rows.assign(mean=hierarchy.sums(mean).ravel().round(DECIMALS)))
    table = pd.concat(parts, ignore_index=True).rename(columns={"unique_id": "name", "ds": "date"})
    periods = outlook.totals[0].horizon
    level = np.where(np.arange(len(table)) % (periods * len(hierarchy.names)) < periods, "total", "category")
    table.insert(0, "level", level)
    quantiles = [quantile_name(q) for q in QUANTILES]
    return table.assign(**table[quantiles].round(DECIMALS))


def product_names(panel: Panel) -> pd.Series:
    """The name of each SKU by its id; an empty text where the data has none."""
    column = next((name for name in _NAMES if name in panel.static.columns), None)
    return panel.static[column] if column else pd.Series("", index=panel.static.index)


def export_frame(
    outlook: HasForecasts, panel: Panel, levels: Sequence[float] = (), final: np.ndarray | None = None
) -> pd.DataFrame:
    """The forecast frame with what a file that travels needs: `final`, `cut-off` and `version`.

    `final` (SKUs, horizon) are the units to plan with in place of the first forecast; they are the mean until someone
    overrides them.
    """
    rows = forecast_frame(outlook, panel, levels)
    units = rows["mean"].to_numpy(copy=True)
    if final is not None:
        units[: final.size] = final.ravel().round(DECIMALS)
    rows.insert(list(rows.columns).index("baseline"), "final", units)
    rows["cut-off"], rows["version"] = rows["origin"], __version__
    return rows


def forecast_csv(outlook: HasForecasts, panel: Panel, levels: Sequence[float] = (), final: np.ndarray | None = None) -> bytes:
    """The forecast as CSV: UTF-8 with a byte order mark, ISO dates, dot decimals, one header row."""
    return csv_bytes(export_frame(outlook, panel, levels, final))


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Any frame as a CSV that is safe to open in a spreadsheet.

    >>> csv_bytes(pd.DataFrame({"sku": ["007", "=1+1"], "change": [-2.5, 3.0]})).decode("utf-8-sig").split()
    ['sku,change', '007,-2.5', "'=1+1,3.0"]
    """
    text = neutralised(frame).to_csv(index=False, date_format=_date_format(frame), lineterminator="\r\n")
    return text.encode("utf-8-sig")


def neutralised(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with an apostrophe before every text that a spreadsheet would run as a formula; numbers are left alone."""
    return frame.assign(**{name: _safe(frame[name]) for name in frame.columns if frame[name].dtype == object})


def forecast_xlsx(
    outlook: HasForecasts,
    panel: Panel,
    settings: "Settings | None" = None,
    levels: Sequence[float] = (),
    final: np.ndarray | None = None,
) -> bytes:
    """The forecast as a workbook: a sheet `Forecast` whose identifiers are text cells, and a sheet `Settings`."""
    frame = export_frame(outlook, panel, levels, final)
    made = settings or settings_of(outlook)
    sheets = {"Forecast": frame}
    if isinstance(outlook, HasSums) and outlook.totals:
        sheets["Sums"] = sums_frame(outlook, frame.assign(mean=frame["final"]), Hierarchy.of(panel, outlook.grouped_by))
    sheets["Settings"] = pd.DataFrame(made.lines(), columns=["setting", "value"])
    return xlsx_bytes(sheets)


def xlsx_bytes(sheets: dict[str, pd.DataFrame]) -> bytes:
    """Frames as the sheets of one workbook; text stays text whatever it begins with, dates are dates."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False, "constant_memory": True}
    with xlsxwriter.Workbook(buffer, options) as book:
        for name, frame in sheets.items():
            _write_sheet(book, name, frame)
    return buffer.getvalue()


@dataclass(frozen=True)
class Settings:
    """What a forecast was made with, so that anyone can make it again.

    `data` is the Python expression that reads the panel, `source` its name for people; `specs` are the models with all their
    parameters as Python writes them, `imports` what the script needs; `ids` the chosen SKUs, empty for all; `plan` the name of
    the file with the planned regressors, empty without one; `planned` the Python expression of a plan that is in no file.
    """

    source: str
    data: str
    specs: tuple[str, ...]
    imports: tuple[str, ...]
    cutoff: str
    horizon: int
    skus: int
    ids: tuple[str, ...] = ()
    plan: str = ""
    planned: str = ""
    sums: str = "bottom-up"
    version: str = __version__

    def lines(self) -> list[tuple[str, str]]:
        """The settings as rows of two texts."""
        rows = [("data", self.source), ("cut-off", self.cutoff), ("horizon", str(self.horizon)), ("SKUs", str(self.skus))]
        planned = [("plan", self.plan)] if self.plan else []
        return [
            *rows,
            *planned,
            ("sums", self.sums),
            *(("model", spec) for spec in self.specs),
            ("version", f"Shelfcast {self.version}"),
        ]

    def script(self) -> str:
        """A Python script that makes the same forecast.csv again."""
        select = f".select({list(self.ids)!r})" if self.ids else ""
        plan = self.planned or (f"workflow.read_plan({self.plan!r}, panel)" if self.plan else "None")
        return _SCRIPT.format(
            version=self.version,
            source=self.source,
            cutoff=self.cutoff,
            imports="\n".join(self.imports),
            data=self.data + select,
            specs="".join(f"{spec}, " for spec in self.specs),
            horizon=self.horizon,
            plan=plan,
            sums="" if self.sums == "bottom-up" else f", sums=workflow.Sums({self.sums!r})",
        )


def settings_of(
    outlook: HasForecasts,
    specs: Sequence[object] = (),
    *,
    source: str = "",
    data: str = "",
    ids: Sequence[str] = (),
    plan: str = "",
    planned: str = "",
    imports: Sequence[str] = (),
    sums: str = "bottom-up",
) -> Settings:
    """The settings behind an outlook; without its specs the names of the models stand for them."""
    first = outlook.forecasts[0]
    return Settings(
        source=source,
        data=data or f"workflow.read({source!r}).panel",
        specs=tuple(repr(spec) for spec in specs) or tuple(forecast.model for forecast in outlook.forecasts),
        imports=tuple(
            dict.fromkeys(
                [*(f"from {type(one).__module__} import {type(one).__name__}" for one in _inside(tuple(specs))), *imports]
            )
        ),
        cutoff=f"{first.cutoff:%Y-%m-%d}",
        horizon=first.horizon,
        skus=len(first.ids),
        ids=tuple(ids),
        plan=plan,
        planned=planned,
        sums=sums,
    )


def _inside(value: object) -> Iterator[object]:
    """The dataclasses that a value consists of, itself first."""
    if isinstance(value, tuple):
        for item in value:
            yield from _inside(item)
    elif is_dataclass(value):
        yield value
        for entry in fields(value):
            yield from _inside(getattr(value, entry.name))


_SCRIPT = '''"""Makes the forecast again that Shelfcast {version} made from {source}, cut-off {cutoff}."""

from pathlib import Path

from forecasting import workflow
from forecasting.export import forecast_csv
{imports}

panel = {data}
specs = ({specs})
plan = {plan}
outlook = workflow.forecast_all(workflow.ForecastAll(panel, specs, horizon={horizon}, plan=plan{sums}))
Path("forecast.csv").write_bytes(forecast_csv(outlook, panel))
'''


def _rows(forecast: Forecast, baseline: Forecast, levels: Sequence[float]) -> pd.DataFrame:
    bounds = {f"{side}-{level:g}": (100 + sign * level) / 200 for level in levels for side, sign in (("lo", -1), ("hi", 1))}
    rows = forecast.to_frame(QUANTILES).rename(columns={"unique_id": "sku", "ds": "date"})
    flags = rows.pop("flags")
    columns = {name: forecast.quantile(q).ravel() for name, q in bounds.items()}
    beside = baseline.mean if baseline.ids == forecast.ids else baseline.select(forecast.ids).mean
    return rows.assign(**columns, baseline=beside.ravel(), flags=flags)


def _with_reasons(skus: pd.Series, flags: pd.Series, failures: Sequence[Failure]) -> pd.Series:
    """The flags, with the reason of a fallback where the model did not flag it itself."""
    reasons = {failure.unique_id: failure.reason for failure in failures}
    if not reasons:
        return flags
    told = skus.map(reasons).fillna("")
    return flags.where((flags != "") | (told == ""), told)


def _safe(texts: pd.Series) -> pd.Series:
    risky = texts.astype(str).str.startswith(_DANGEROUS)
    return texts.where(~risky, "'" + texts.astype(str)) if risky.any() else texts


def _date_format(frame: pd.DataFrame) -> str:
    dates = frame.select_dtypes("datetime")
    midnight = all((dates[name].dropna() == dates[name].dropna().dt.normalize()).all() for name in dates)
    return _DAY if midnight else "%Y-%m-%dT%H:%M:%S"


def _write_sheet(book: Any, name: str, frame: pd.DataFrame) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    heading = book.add_format({"bold": True, "bottom": 1})
    for position, column in enumerate(frame.columns):
        sheet.set_column(position, position, 30 if column in _WIDE else 12)
        sheet.write_string(0, position, str(column), heading)
    writers = [_cell_writer(book, sheet, frame[column]) for column in frame.columns]
    cells = [frame[column].tolist() for column in frame.columns]
    for row, values in enumerate(zip(*cells, strict=True), start=1):
        for position, (write, value) in enumerate(zip(writers, values, strict=True)):
            write(row, position, value)


def _cell_writer(book: Any, sheet: Any, values: pd.Series) -> Callable[[int, int, Any], object]:
    """How the cells of one column are written: text as text, dates as dates, numbers as numbers, nothing as nothing."""
    if values.dtype == object:
        text = book.add_format({"num_format": "@"})
        return lambda row, column, value: sheet.write_string(row, column, str(value), text)
    if values.dtype.kind == "M":
        date = book.add_format({"num_format": "yyyy-mm-dd" if _date_format(values.to_frame()) == _DAY else "yyyy-mm-dd hh:mm"})
        return lambda row, column, value: sheet.write_datetime(row, column, value.to_pydatetime(), date)
    number = book.add_format({"num_format": "#,##0.0" if values.dtype.kind == "f" else "0"})
    return lambda row, column, value: None if isnan(value) else sheet.write_number(row, column, value, number)
