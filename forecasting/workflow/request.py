"""Long actions are requests: frozen dataclasses that can be sent to another process. `run` carries one out."""

from functools import singledispatch
from typing import Any


@singledispatch
def run(request: Any) -> Any:
    """Carry out a request; progress goes to whoever listens (`core.progress.listen`)."""
    raise TypeError(f"{type(request).__name__} is no request")
