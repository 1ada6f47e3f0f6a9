"""Memory that a large import has freed goes back to the system, so that the server stays as small as its data."""

import ctypes
import gc
import sys


def give_back() -> None:
    """Collect what nobody holds and return it; the C library alone kept 90 MB after opening the gift shop."""
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
