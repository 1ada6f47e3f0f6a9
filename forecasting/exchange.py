"""Panels, specs and results as files, so that another process, or a later day, can take them up. Nothing is ever pickled.

A value becomes a folder: `value.json` holds the structure, frames lie beside it as Feather, arrays as NPY. Only dataclasses of
this package, and of the screens on top of it, are built again when it is read.
"""

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyarrow import feather

from forecasting.core.errors import InputError
from forecasting.core.panel import Panel

_STRUCTURE = "value.json"
_PACKAGES = ("forecasting", "ui")
Keep = Callable[[Panel], object]
Take = Callable[[str], Panel]


def save(value: object, folder: Path, keep: Keep | None = None) -> None:
    """Write a dataclass of this package, and all that it holds, to a folder, which is made.

    With `keep`, panels are handed to it and only their digest is written. Raises TypeError for a value that has no place in a
    file, which is a mistake of the caller.
    """
    folder.mkdir(parents=True, exist_ok=True)
    structure = _Writer(folder, keep).encode(value)
    (folder / _STRUCTURE).write_text(json.dumps(structure), encoding="utf-8")


def load(folder: Path, take: Take | None = None) -> Any:
    """Read what `save` wrote; `take` gives the panel of a digest. Raises InputError when the folder holds nothing such."""
    try:
        structure = json.loads((folder / _STRUCTURE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError(f"The folder '{folder.name}' holds no saved work; choose another.") from None
    return _Reader(folder, take).decode(structure)


class _Writer:
    def __init__(self, folder: Path, keep: Keep | None) -> None:
        self.folder, self.keep = folder, keep
        self.count = 0

    def encode(self, value: object) -> Any:  # noqa: PLR0911 - one line for each kind
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, pd.Timestamp):
            return {"$timestamp": value.isoformat(), "unit": value.unit}
        if isinstance(value, pd.DataFrame | pd.DatetimeIndex | np.ndarray):
            return self._file(value)
        if isinstance(value, tuple | list):
            return {"$tuple": [self.encode(item) for item in value]}
        if isinstance(value, dict):
            return {"$dict": [[key, self.encode(item)] for key, item in value.items()]}
        if isinstance(value, Panel) and self.keep is not None:
            self.keep(value)
            return {"$panel": value.digest}
        if is_dataclass(value) and not isinstance(value, type):
            return self._dataclass(value)
        raise TypeError(f"{type(value).__name__} has no place in a file")

    def _dataclass(self, value: Any) -> dict[str, Any]:
        kind = type(value)
        content = {field.name: self.encode(getattr(value, field.name)) for field in fields(value) if field.init}
        return {"$type": f"{kind.__module__}:{kind.__qualname__}", "fields": content}

    def _file(self, value: pd.DataFrame | pd.DatetimeIndex | np.ndarray) -> dict[str, str]:
        self.count += 1
        if isinstance(value, np.ndarray):
            np.save(self.folder / f"{self.count}.npy", value, allow_pickle=False)
            return {"$array": f"{self.count}.npy"}
        is_frame = isinstance(value, pd.DataFrame)
        frame = value.copy(deep=False) if is_frame else pd.DataFrame({"ds": value})  # pandas keeps each column it was asked for
        feather.write_feather(frame, str(self.folder / f"{self.count}.arrow"), compression="zstd")
        return {"$frame" if is_frame else "$dates": f"{self.count}.arrow"}


class _Reader:
    def __init__(self, folder: Path, take: Take | None) -> None:
        self.folder, self.take = folder, take

    def decode(self, structure: Any) -> Any:  # noqa: PLR0911 - one line for each kind
        if not isinstance(structure, dict):
            return structure
        match structure:
            case {"$timestamp": text}:
                return pd.Timestamp(text).as_unit(structure.get("unit", "ns"))
            case {"$array": name}:
                return np.load(self._place(name), allow_pickle=False)
            case {"$frame": name}:
                return _frame(self._place(name))
            case {"$dates": name}:
                return pd.DatetimeIndex(_frame(self._place(name))["ds"].to_numpy())
            case {"$tuple": items}:
                return tuple(self.decode(item) for item in items)
            case {"$dict": items}:
                return {key: self.decode(item) for key, item in items}
            case {"$panel": digest} if self.take is not None:
                return self.take(digest)
            case {"$type": where, "fields": content}:
                return _dataclass_of(where)(**{name: self.decode(item) for name, item in content.items()})
        raise InputError("The saved work is damaged; run it again.")

    def _place(self, name: str) -> Path:
        return self.folder / Path(name).name


def _frame(path: Path) -> pd.DataFrame:
    """A frame as it was written. Feather is Arrow's own memory on disk: no second library, 10 MB of it, has to be loaded."""
    return feather.read_feather(str(path), memory_map=False)


def _dataclass_of(where: str) -> Any:
    module, _, name = where.partition(":")
    try:
        kind = getattr(import_module(module), name, None) if module.split(".")[0] in _PACKAGES else None
    except ModuleNotFoundError:
        kind = None
    if not is_dataclass(kind):
        raise InputError(f"The saved work names '{where}', which this version does not have; run it again.")
    return kind
