"""Done once, while the server starts: downloads are made to last, sessions to end, and libraries are loaded."""

import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from typing import Any

from forecasting.core.errors import ShelfcastError
from ui.lasting import let_downloads_last
from ui.leaving import let_sessions_end
from ui.memory import settle

_FIRST = ("pandas", "plotly.graph_objects", "forecasting.plots.history", "ui.intake", "ui.parts", "pyarrow")
_PAUSE = 6.0


@asynccontextmanager
async def warm(_app: Any) -> AsyncIterator[None]:
    """Let downloads last and sessions end; load libraries and a worker in the background: the server answers meanwhile."""
    let_downloads_last()
    let_sessions_end()
    threading.Thread(target=_load, name="warming", daemon=True).start()
    yield


def _load() -> None:
    for name in _FIRST:
        import_module(name)
    arrow = import_module("pyarrow")
    arrow.set_memory_pool(arrow.system_memory_pool())  # its own pool keeps what is freed
    time.sleep(_PAUSE)  # a worker loads for seconds; the first page goes first
    import_module("ui.jobs").manager()
    with suppress(ShelfcastError):  # whoever has something to save will be told
        import_module("ui.keeping").store()
    settle()
