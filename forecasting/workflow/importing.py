"""From files to a Panel."""

from pathlib import Path

from forecasting.core.errors import InputError
from forecasting.ingest import Import, Mapping, import_files


def read(*paths: str | Path, mapping: Mapping | None = None, freq: str | None = None) -> Import:
    """Import sales files from disk. Raises FileUnreadable, MappingNeeded and other InputErrors in one sentence each."""
    return import_files([(Path(path).name, file_bytes(path)) for path in paths], mapping=mapping, freq=freq)


def file_bytes(path: str | Path) -> bytes:
    """The content of a file. Raises InputError when there is none that may be read."""
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise InputError(f"There is no file '{path}'; check the name and the folder.") from None
    except IsADirectoryError:
        raise InputError(f"'{path}' is a folder; name the files in it.") from None
    except OSError as error:
        raise InputError(f"'{path}' cannot be read ({error.strerror}); check that you may open it.") from None
