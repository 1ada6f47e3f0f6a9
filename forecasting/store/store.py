"""Named workspaces and what they consist of. Whoever knows the token of a workspace may open it; nobody else can find it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import Connection, Engine, Insert, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from forecasting.core.errors import InputError
from forecasting.core.panel import Panel
from forecasting.store.content import pack, unpack
from forecasting.store.database import connect, default_url
from forecasting.store.schema import blobs, items, panels, workspaces

_LONGEST = 200


@dataclass(frozen=True)
class Entry:
    """A saved workspace as a list shows it; times are in UTC."""

    token: str
    name: str
    created: datetime
    updated: datetime


@dataclass(frozen=True)
class Item:
    """One part of a workspace as it stands in the database: its name, its content, and the panels which that refers to."""

    name: str
    content: bytes
    panels: tuple[str, ...]


class Store:
    """The saved workspaces of one database.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     store = Store(f"sqlite:///{folder}/saved.db")
    ...     token = store.create("ada", "Spring order")
    ...     store.save(token, "note", ("order", 3))
    ...     (store.of("ada")[0].name, store.load(token, "note"))
    ...     store.close()
    ('Spring order', ('order', 3))
    """

    def __init__(self, url: str | None = None) -> None:
        self._engine: Engine = connect(url or default_url())
        self._writing = self._engine.execution_options(writes=True)
        self._panels: WeakValueDictionary[str, Panel] = WeakValueDictionary()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def create(self, owner: str, name: str) -> str:
        """A new workspace; returns the token that opens it."""
        token, now = secrets.token_urlsafe(18), _now()
        with self._writing.begin() as connection:
            row = {"token": token, "owner": _owner(owner), "name": _named(name), "created": now, "updated": now}
            connection.execute(insert(workspaces).values(row))
        return token

    def entry(self, token: str) -> Entry | None:
        """The workspace of a token; None when there is none."""
        with self._engine.connect() as connection:
            row = connection.execute(_ENTRY.where(workspaces.c.token == token)).first()
        return None if row is None else Entry(*row)

    def of(self, owner: str) -> tuple[Entry, ...]:
        """All workspaces of an owner, the one last changed first."""
        query = _ENTRY.where(workspaces.c.owner == _owner(owner)).order_by(workspaces.c.updated.desc())
        with self._engine.connect() as connection:
            return tuple(Entry(*row) for row in connection.execute(query))

    def rename(self, token: str, name: str) -> None:
        """Give a workspace another name."""
        with self._writing.begin() as connection:
            connection.execute(update(workspaces).where(workspaces.c.token == token).values(name=_named(name)))

    def duplicate(self, token: str, owner: str, name: str) -> str:
        """A second workspace with the same content, which goes its own way from here on; returns its token."""
        copy = self.create(owner, name)
        with self._writing.begin() as connection:
            for table in (items, panels):
                columns = [column for column in table.c if column.name != "token"]
                rows = connection.execute(select(*columns).where(table.c.token == token)).mappings().all()
                if rows:
                    connection.execute(insert(table), [{"token": copy, **row} for row in rows])
        return copy

    def delete(self, token: str) -> None:
        """Remove a workspace, and every content that no other one needs."""
        with self._writing.begin() as connection:
            used = [_digests(connection, table, token) for table in (items, panels)]
            for table in (panels, items, workspaces):
                connection.execute(delete(table).where(table.c.token == token))
            _sweep(connection, {digest for digests in used for digest in digests})

    def delete_unused_since(self, moment: datetime) -> int:
        """Remove the workspaces that nobody has changed since then; returns how many."""
        with self._engine.connect() as connection:
            tokens = connection.execute(select(workspaces.c.token).where(workspaces.c.updated < moment)).scalars().all()
        for token in tokens:
            self.delete(token)
        return len(tokens)

    def save(self, token: str, name: str, value: object) -> None:
        """Keep a value under a name, in place of what stood there. Panels in it are written once, however often they occur.

        Raises InputError when the workspace has been deleted.
        """
        inside: dict[str, Panel] = {}
        content = pack(value, lambda panel: inside.setdefault(panel.digest, panel))
        part = Item(name, content, tuple(inside))
        try:
            self._put_with(token, part, inside)
        except IntegrityError:  # the last other workspace with such a panel was deleted at this very moment
            self._put_with(token, part, inside)

    def load(self, token: str, name: str) -> Any:
        """The value under a name; None when there is none. Raises InputError when it is damaged or of another version."""
        item = self.item(token, name)
        return None if item is None else unpack(item.content, self._panel)

    def names(self, token: str) -> tuple[str, ...]:
        """What a workspace consists of, in the order of the alphabet."""
        query = select(items.c.name).where(items.c.token == token).order_by(items.c.name)
        with self._engine.connect() as connection:
            return tuple(connection.execute(query).scalars())

    def drop(self, token: str, name: str) -> None:
        """Forget what stands under a name."""
        with self._writing.begin() as connection:
            _sweep(connection, _take_away(connection, token, name))

    def item(self, token: str, name: str) -> Item | None:
        """One part of a workspace as it stands in the database."""
        query = select(blobs.c.content).join(items).where(items.c.token == token, items.c.name == name)
        needs = select(panels.c.digest).where(panels.c.token == token, panels.c.name == name).order_by(panels.c.digest)
        with self._engine.connect() as connection:
            content = connection.execute(query).scalar()
            return None if content is None else Item(name, content, tuple(connection.execute(needs).scalars()))

    def put(self, token: str, parts: Iterable[Item]) -> None:
        """Keep parts whose panels are there already. Raises InputError when the workspace has been deleted."""
        with self._writing.begin() as connection:
            now = _now()
            if not connection.execute(update(workspaces).where(workspaces.c.token == token).values(updated=now)).rowcount:
                raise InputError("This workspace has been deleted; start a new one to save your work.")
            for part in parts:
                before = _take_away(connection, token, part.name)
                digest = hashlib.sha256(part.content).hexdigest()
                connection.execute(self._insert_blob(digest, part.content))
                connection.execute(insert(items).values(token=token, name=part.name, digest=digest, updated=now))
                for panel in part.panels:
                    connection.execute(insert(panels).values(token=token, name=part.name, digest=panel))
                _sweep(connection, before)

    def panel_content(self, digest: str) -> bytes:
        """A panel as it stands in the database. Raises InputError when it is not there."""
        with self._engine.connect() as connection:
            content = connection.execute(select(blobs.c.content).where(blobs.c.digest == digest)).scalar()
        if content is None:
            raise InputError("The sales that this work was made with are no longer saved; upload the file again.")
        return content

    def keep_panel_content(self, digest: str, content: bytes) -> None:
        """Keep a panel that comes as bytes. Raises InputError when it is not the panel that its digest says."""
        panel = unpack(content)
        if not isinstance(panel, Panel) or panel.digest != digest:
            raise InputError("The sales in this file were changed after it was exported; export the workspace again.")
        self._keep_panel(digest, panel)

    def _put_with(self, token: str, part: Item, inside: dict[str, Panel]) -> None:
        for digest, panel in inside.items():
            self._keep_panel(digest, panel)
        self.put(token, (part,))

    def _panel(self, digest: str) -> Panel:
        panel = self._panels.get(digest)
        if panel is None:
            panel = self._panels[digest] = unpack(self.panel_content(digest))
        return panel

    def _keep_panel(self, digest: str, panel: Panel) -> None:
        self._panels[digest] = panel
        with self._engine.connect() as connection:
            if connection.execute(select(exists().where(blobs.c.digest == digest))).scalar():
                return
        content = pack(panel)
        with self._writing.begin() as connection:
            connection.execute(self._insert_blob(digest, content))

    def _insert_blob(self, digest: str, content: bytes) -> Insert:
        """Content is added unless it is there; both databases say that in words of their own."""
        if self._engine.dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import insert as added
        else:
            from sqlalchemy.dialects.sqlite import insert as added  # type: ignore[assignment]
        return added(blobs).values(digest=digest, content=content).on_conflict_do_nothing()


_ENTRY = select(workspaces.c.token, workspaces.c.name, workspaces.c.created, workspaces.c.updated)


def _take_away(connection: Connection, token: str, name: str) -> set[str]:
    """Remove an item; returns the digests that it used."""
    used: set[str] = set()
    for table in (panels, items):
        there = (table.c.token == token) & (table.c.name == name)
        used |= set(connection.execute(select(table.c.digest).where(there)).scalars())
        connection.execute(delete(table).where(there))
    return used


def _sweep(connection: Connection, digests: Collection[str]) -> None:
    """Remove contents that nothing refers to any more."""
    used = exists().where(items.c.digest == blobs.c.digest) | exists().where(panels.c.digest == blobs.c.digest)
    for digest in digests:
        connection.execute(delete(blobs).where(blobs.c.digest == digest, ~used))


def _digests(connection: Connection, table: Any, token: str) -> list[str]:
    return list(connection.execute(select(table.c.digest).where(table.c.token == token)).scalars())


def _owner(owner: str) -> str:
    """Owners are secrets of a browser, or names of people: the database knows neither."""
    return hashlib.sha256(owner.encode()).hexdigest()


def _named(name: str) -> str:
    return " ".join(name.split())[:_LONGEST] or "Untitled"


def _now() -> datetime:
    return datetime.now(UTC)
