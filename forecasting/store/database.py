"""Where saved work is kept, and how an older database is carried to this version."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from forecasting.core.errors import InputError, ShelfcastError
from forecasting.store.schema import HEAD, metadata

DATABASE = "SHELFCAST_DATABASE"
MIGRATIONS = Path(__file__).parent / "migrations"
_PATIENCE = 30.0
_WRITERS = 7_435_336  # any number that other programs on the same server are unlikely to use


def default_url() -> str:
    """The address in SHELFCAST_DATABASE, or else a SQLite file in the user's home."""
    return os.environ.get(DATABASE) or f"sqlite:///{Path.home() / '.shelfcast' / 'workspaces.db'}"


def connect(url: str) -> Engine:
    """An engine for a database at this version; it is made, or carried forward, when it is not.

    Raises InputError when the address cannot be used, and ShelfcastError when the database was made by a newer version.
    """
    engine = _engine(url)
    try:
        with engine.execution_options(writes=True).begin() as connection:
            _upgrade(connection)
    except ShelfcastError:
        engine.dispose()
        raise
    except SQLAlchemyError as error:
        engine.dispose()
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise InputError(f"The database for saved work cannot be opened ({reason}); check {DATABASE}.") from None
    return engine


def _engine(url: str) -> Engine:
    try:
        address = make_url(url)
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        if address.drivername.startswith("sqlite") and address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(address, pool_pre_ping=True)
    except (ArgumentError, ModuleNotFoundError, OSError) as error:
        raise InputError(
            f"{DATABASE} is no address of a database that can be used here ({error}); "
            "write sqlite:///FILE or postgresql://USER@HOST/NAME."
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    """Readers do not wait for a writer, writers wait for each other, and what is deleted takes its items along."""
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={int(_PATIENCE * 1000)}"):
        connection.execute(f"PRAGMA {pragma}")
    connection.isolation_level = None  # transactions begin where we say so, below


def _begin_sqlite(connection: Connection) -> None:
    """Who will write waits for its turn at once; a reader that turns writer could only fail."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    """One writer at a time, as in SQLite: two that add and remove the same contents would wait for each other for ever."""
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")


def _create(connection: Connection) -> None:
    """All tables at once, marked with the version that Alembic will go on from."""
    metadata.create_all(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": HEAD})


def _upgrade(connection: Connection) -> None:
    if not inspect(connection).get_table_names():
        _create(connection)
        return
    if _revision(connection) == HEAD:
        return
    from alembic import command  # 6 MB that a server with a database at this version never needs
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    known = {revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()}
    if _revision(connection) not in (None, *known):
        raise ShelfcastError("The saved work was made by a newer Shelfcast; update this one, or name another database.")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    """The version of a database, as Alembic writes it down; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
