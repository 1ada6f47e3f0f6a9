"""A whole workspace as one file, to be kept or to be opened on another server."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass

from forecasting.core.errors import InputError
from forecasting.store.store import Item, Store

_CONTENTS = "workspace.json"
_FORMAT = 1
_LARGEST = 4 << 30
DAMAGED = "This file is no exported workspace, or it was damaged on its way; export it again and choose that file."


@dataclass(frozen=True)
class _Contents:
    name: str
    items: dict[str, str]
    panels: dict[str, tuple[str, ...]]


def export_workspace(store: Store, token: str) -> bytes:
    """The workspace as a ZIP. Raises InputError when there is none for this token."""
    entry = store.entry(token)
    if entry is None:
        raise InputError("This workspace has been deleted; there is nothing to export.")
    parts = [part for name in store.names(token) if (part := store.item(token, name)) is not None]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:  # the contents are compressed already
        names = {part.name: hashlib.sha256(part.content).hexdigest() for part in parts}
        needs = {part.name: part.panels for part in parts}
        archive.writestr(_CONTENTS, json.dumps({"format": _FORMAT, "name": entry.name, "items": names, "panels": needs}))
        for part in parts:
            archive.writestr(f"items/{names[part.name]}", part.content)
        for digest in sorted({digest for part in parts for digest in part.panels}):
            archive.writestr(f"panels/{digest}", store.panel_content(digest))
    return buffer.getvalue()


def import_workspace(store: Store, owner: str, content: bytes) -> str:
    """Make a workspace of an exported file; returns its token. Raises InputError when the file is none, or was changed."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _LARGEST:
                raise InputError("The workspace in this file is larger than 4 GB; export a smaller one.")
            found = _contents(archive)
            for digest in {digest for needs in found.panels.values() for digest in needs}:
                store.keep_panel_content(digest, archive.read(f"panels/{digest}"))
            parts = [_item(archive, name, digest, found.panels.get(name, ())) for name, digest in found.items.items()]
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, AttributeError, OSError, EOFError, NotImplementedError):
        raise InputError(DAMAGED) from None
    token = store.create(owner, found.name)
    store.put(token, parts)
    return token


def _contents(archive: zipfile.ZipFile) -> _Contents:
    listed = json.loads(archive.read(_CONTENTS))
    if listed["format"] != _FORMAT:
        raise InputError("This workspace was exported by a newer Shelfcast; update this one and choose the file again.")
    panels = {str(name): tuple(str(digest) for digest in digests) for name, digests in listed["panels"].items()}
    return _Contents(str(listed["name"]), {str(name): str(digest) for name, digest in listed["items"].items()}, panels)


def _item(archive: zipfile.ZipFile, name: str, digest: str, panels: tuple[str, ...]) -> Item:
    content = archive.read(f"items/{digest}")
    if hashlib.sha256(content).hexdigest() != digest:
        raise InputError(DAMAGED)
    return Item(name, content, panels)
