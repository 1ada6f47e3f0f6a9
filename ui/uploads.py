"""Uploaded files, kept on disk for as long as the session lives; the server's memory never holds their bytes."""

import os
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from forecasting.samples import FOLDER, SAMPLES

_LONGEST = 36


class File(Protocol):
    """What Streamlit hands over for one uploaded file."""

    name: str

    file_id: str

    def getbuffer(self) -> memoryview: ...

    def getvalue(self) -> bytes: ...


@dataclass(frozen=True)
class Source:
    """Where the data in use comes from, so that it can be read again with another mapping."""

    title: str
    folder: Path
    names: tuple[str, ...]
    sample: str | None = None
    upload: "Upload | None" = None

    @classmethod
    def of_sample(cls, name: str) -> "Source":
        """One of the sample stores."""
        return cls(SAMPLES[name].title, FOLDER, SAMPLES[name].files, sample=name)

    @classmethod
    def of_saved(cls, title: str, names: tuple[str, ...], sample: str | None) -> "Source":
        """Where saved work came from; uploaded files themselves are not kept."""
        return cls.of_sample(sample) if sample in SAMPLES else cls(title, Path(os.devnull), names)

    @property
    def at_hand(self) -> bool:
        """Whether the files can be read again."""
        return self.folder.is_dir()

    @classmethod
    def of_files(cls, files: Sequence[File]) -> "Source":
        """What a user has uploaded."""
        upload = Upload(files)
        return cls(upload.title, upload.folder, upload.names, upload=upload)


class Upload:
    """Some files in a folder of their own, which goes when nobody needs it any more."""

    def __init__(self, files: Sequence[File]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="shelfcast-upload-"))
        self._end = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self.names = tuple(self._keep(number, file) for number, file in enumerate(files))

    @property
    def title(self) -> str:
        """What the data is called: the file's name, and how many others there are."""
        first = Path(self.names[0]).stem
        first = first if len(first) <= _LONGEST else f"{first[: _LONGEST - 1]}…"
        return first if len(self.names) == 1 else f"{first} and {len(self.names) - 1} more"

    def _keep(self, number: int, file: File) -> str:
        """Write one file; a second file of the same name gets another folder, so that both are read."""
        safe = Path(file.name.replace("\\", "/")).name or f"file {number + 1}"
        place = self.folder / safe
        if place.exists():
            place = self.folder / str(number) / safe
            place.parent.mkdir()
        place.write_bytes(file.getvalue())  # the bytes themselves: a buffer would be a second copy
        return str(place.relative_to(self.folder))


def let_go(files: Sequence[File]) -> None:
    """Have the server forget the bytes of uploaded files; left alone, Streamlit holds them for as long as the session lives."""
    context = get_script_run_ctx()
    manager = context.uploaded_file_mgr if context is not None else None
    if context is not None and isinstance(manager, MemoryUploadedFileManager):
        for file in files:
            manager.remove_file(session_id=context.session_id, file_id=file.file_id)
