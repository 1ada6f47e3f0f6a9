"""Freed memory goes back to the system, so that one large file does not keep what it needed for a moment."""

import ctypes
from contextlib import suppress

import pyarrow as pa


def give_back() -> None:
    """Ask Arrow and the C library to return what is free; of the latter, only glibc keeps freed pages and has such a call.

    >>> give_back()
    """
    pa.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
