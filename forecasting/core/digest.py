"""Digests of values: two values with one digest are the same question, and have the same answer."""

import hashlib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import numpy as np
import pandas as pd

from forecasting.core.panel import Panel

_EFFORT = "jobs"  # how many cores answer changes nothing about the answer


def digest_of(value: object) -> str:
    """SHA-256 of a value made of dataclasses, panels, frames, arrays, tuples and plain values; `jobs` does not count.

    >>> digest_of((1, "a")) == digest_of((1, "a")), digest_of((1, "a")) == digest_of((1, "b"))
    (True, False)
    """
    digest = hashlib.sha256()
    for piece in _pieces(value):
        digest.update(piece)
        digest.update(b"\x1f")
    return digest.hexdigest()


def _pieces(value: object) -> Iterator[bytes]:
    if isinstance(value, Panel):
        yield value.digest.encode()
    elif isinstance(value, pd.DataFrame):
        yield repr(list(value.columns)).encode()
        yield pd.util.hash_pandas_object(value).to_numpy().tobytes()
    elif isinstance(value, np.ndarray):
        yield f"{value.dtype}{value.shape}".encode()
        yield value.tobytes()
    elif isinstance(value, tuple | list):
        yield b"("
        for item in value:
            yield from _pieces(item)
        yield b")"
    elif is_dataclass(value) and not isinstance(value, type):
        yield type(value).__qualname__.encode()
        for entry in fields(value):
            if entry.name != _EFFORT:
                yield from _pieces(getattr(value, entry.name))
    else:
        yield repr(value).encode()
