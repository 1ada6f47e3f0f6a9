"""Every test of the store runs on SQLite and on a PostgreSQL of its own, where that is installed."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from forecasting.store import Store


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the tests."""
    programs = sorted(glob("/usr/lib/postgresql/*/bin"))
    if not programs and (found := shutil.which("initdb")):
        programs = [str(Path(found).parent)]
    if not programs:
        pytest.skip("no PostgreSQL on this machine")
    with _serving(Path(programs[-1])) as address:
        yield address


@contextmanager
def _serving(programs: Path) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="shelfcast-pg-"))
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, user)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data, options = folder / "data", f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"

    def call(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(programs / program), *arguments], check=True, user=user if os.geteuid() == 0 else None, cwd=folder,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip

    call("initdb", "-D", str(data), "-A", "trust", "-U", "shelfcast", "-E", "UTF8", "--no-sync")
    call("pg_ctl", "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"postgresql://shelfcast@127.0.0.1:{port}/postgres"
    finally:
        call("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'saved.db'}"
        return
    server = request.getfixturevalue("postgresql")
    name = f"t{abs(hash(request.node.nodeid))}"
    engine = create_engine(server.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    yield server.replace("/postgres", f"/{name}")


@pytest.fixture
def store(url) -> Iterator[Store]:
    """A store on an empty database."""
    made = Store(url)
    yield made
    made.close()
