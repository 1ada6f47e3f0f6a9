"""Memory that is free goes back to the system, so that the server stays as small as its data.

Left alone, the GNU C library keeps what a large import has freed: 90 MB after opening the gift shop.
"""

import ctypes
import gc
import os
import sys
import threading
from typing import Any

from forecasting.core import memory

_ARENA_MAX, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -8, -3, -1
_LARGE = 1 << 20
_PAUSE = 10.0  # seconds: with twenty people at work it takes .15 s each time
_asked = threading.Event()


def stay_small() -> None:
    """Have every large array taken from the system and given back to it, and threads share their memory; once, at the start.

    Arrow's own pool keeps what is freed, 15 MB after the sample; it reads its setting when it is loaded, which comes later.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    set_option = _of_c_library("mallopt")
    if set_option is not None:
        for option, value in ((_ARENA_MAX, 2), (_MMAP_THRESHOLD, _LARGE), (_TRIM_THRESHOLD, _LARGE)):
            set_option(option, value)


def settle() -> None:
    """Leave what was loaded until now out of every later collection: it stays for good, and looking through it takes 60 ms."""
    gc.collect()
    gc.freeze()


def collect_soon() -> None:
    """Collect what nobody holds and return it, in some seconds, once however often it is asked for meanwhile.

    Streamlit's own collection after every run takes a tenth of a second, which is most of what following a job costs.
    """
    if not _asked.is_set():
        _asked.set()
        timer = threading.Timer(_PAUSE, _collect)
        timer.daemon = True
        timer.start()


def _collect() -> None:
    _asked.clear()
    gc.collect()
    memory.give_back()


def _of_c_library(name: str) -> Any:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
