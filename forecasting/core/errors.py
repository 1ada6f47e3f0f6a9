"""The tree of errors that a user of the package can meet.

    ShelfcastError
    ├── InputError            what was handed in cannot be used
    │   ├── FileUnreadable        the bytes are no table we can read
    │   ├── MappingNeeded         the table is read, its meaning is not clear
    │   ├── PanelInvalid          a frame breaks the rules of a Panel
    │   └── SpecInvalid           a model's parameter is out of range
    ├── HistoryTooShort       there is not enough history for what was asked
    └── FitFailed             a model could not be fitted to a series

Every message says where, what was found, what is needed and what to do, in one sentence, because it is shown to the
merchandiser as it stands.
"""


class ShelfcastError(Exception):
    """Base of all errors raised on purpose by the package; its message is fit to be shown."""


class InputError(ShelfcastError):
    """What was handed in cannot be used."""


class FileUnreadable(InputError):
    """The bytes are no table that can be read: an image, an empty file, a damaged workbook."""


class MappingNeeded(InputError):
    """The table was read, but a column that is needed was not recognised in it."""


class PanelInvalid(InputError):
    """A frame breaks one of the rules of a Panel."""


class SpecInvalid(InputError):
    """A parameter of a model, backtest or request is out of its range."""


class HistoryTooShort(ShelfcastError):
    """There is not enough history for what was asked."""


class FitFailed(ShelfcastError):
    """A model could not be fitted to a series."""
