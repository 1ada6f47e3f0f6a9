"""The bytes of a file: in memory, or still on disk and read a span at a time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Content:
    """Bytes that need not be in memory.

    >>> Content(b"abc").read(1, 3), Content(b"abc").size
    (b'bc', 3)
    """

    source: bytes | Path

    @property
    def size(self) -> int:
        """Number of bytes."""
        return self.source.stat().st_size if isinstance(self.source, Path) else len(self.source)

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` to `stop` (exclusive)."""
        if not isinstance(self.source, Path):
            return self.source[start:stop]
        with self.source.open("rb") as file:
            file.seek(start)
            return file.read(max(0, stop - start))

    def view(self, start: int, stop: int, room: bytearray) -> memoryview:
        """The bytes from `start` to `stop`; those of a file are read into `room`, which can be used again and again.

        Raises ValueError where the room is too small for them.

        >>> bytes(Content(b"abc").view(1, 3, bytearray()))
        b'bc'
        """
        if not isinstance(self.source, Path):
            return memoryview(self.source)[start:stop]
        if len(room) < stop - start:
            raise ValueError(f"{stop - start} bytes do not fit into {len(room)}")
        with self.source.open("rb") as file:
            file.seek(start)
            return memoryview(room)[: file.readinto(memoryview(room)[: stop - start])]

    def whole(self) -> bytes:
        """All bytes, in memory."""
        return self.source.read_bytes() if isinstance(self.source, Path) else self.source
