"""Values as bytes: a folder of `exchange` in one ZIP. Panels are set apart, so that each is written once."""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from forecasting import exchange
from forecasting.core.errors import InputError
from forecasting.core.panel import Panel

_EPOCH = (1980, 1, 1, 0, 0, 0)
_LARGEST = 4 << 30


def pack(value: object, keep: Callable[[Panel], object] | None = None) -> bytes:
    """A value as bytes; equal values give equal bytes. Panels in it are handed to `keep`, and only their digest is written."""
    with tempfile.TemporaryDirectory(prefix="shelfcast-save-") as place:
        folder = Path(place)
        exchange.save(value, folder, keep)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for path in sorted(folder.iterdir()):
                _add(archive, path)
        return buffer.getvalue()


def _add(archive: zipfile.ZipFile, path: Path) -> None:
    """One file, dated as all others, so that equal files make equal archives."""
    entry = zipfile.ZipInfo(path.name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with path.open("rb") as file, archive.open(entry, "w", force_zip64=True) as target:
        shutil.copyfileobj(file, target, 1 << 20)


def unpack(content: bytes, take: Callable[[str], Panel] | None = None) -> Any:
    """The value that was packed; `take` gives the panel of a digest. Raises InputError when the bytes hold none."""
    with tempfile.TemporaryDirectory(prefix="shelfcast-open-") as place:
        folder = Path(place)
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                _spread(archive, folder)
        except (zipfile.BadZipFile, OSError, EOFError):
            raise InputError("The saved work is damaged; run it again.") from None
        return exchange.load(folder, take)


def _spread(archive: zipfile.ZipFile, folder: Path) -> None:
    """Write the files of an archive that may come from anywhere: no folders, no paths, no bombs."""
    if sum(entry.file_size for entry in archive.infolist()) > _LARGEST:
        raise InputError("The saved work is larger than 4 GB once it is unpacked; export a smaller one.")
    for entry in archive.infolist():
        (folder / Path(entry.filename).name).write_bytes(archive.read(entry))
