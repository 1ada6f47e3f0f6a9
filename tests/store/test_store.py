"""Saved work comes back as it was, is shared by nobody by accident, and leaves nothing behind."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text

from forecasting.core.errors import InputError, ShelfcastError
from forecasting.core.panel import Panel
from forecasting.models import make
from forecasting.store import Store
from forecasting.store.bundle import export_workspace, import_workspace
from forecasting.store.database import MIGRATIONS, connect
from forecasting.store.schema import HEAD, blobs, metadata
from forecasting.workflow import ForecastAll, Outlook, forecast_all


@pytest.fixture(scope="module")
def panel() -> Panel:
    days = pd.date_range("2024-01-01", periods=60)
    tables = [pd.DataFrame({"unique_id": sku, "ds": days, "y": np.arange(60.0) % 7, "price": 2.5}) for sku in ("007", "B")]
    return Panel.build(pd.concat(tables), known=["price"], static=pd.DataFrame({"name": ["Lamp", "Rug"]}, index=["007", "B"]))


def contents(store: Store) -> int:
    with store._engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(blobs)).scalar_one()


def test_a_panel_and_what_was_made_of_it_come_back(store, url, panel):
    token = store.create("ada", "Spring")
    request = ForecastAll(panel, (make("weekday_mean"),), 7)
    store.save(token, "request", request)
    store.save(token, "outlook", forecast_all(request))
    again = Store(url)  # as after a restart
    back, outlook = again.load(token, "request"), again.load(token, "outlook")
    again.close()
    assert back.panel.digest == panel.digest
    assert back.specs == request.specs
    assert isinstance(outlook, Outlook)
    np.testing.assert_array_equal(outlook.forecasts[0].mean, forecast_all(request).forecasts[0].mean)


def test_a_panel_is_written_once_and_goes_with_the_last_that_needs_it(store, panel):
    one, two = store.create("ada", "One"), store.create("bob", "Two")
    for token in (one, two):
        store.save(token, "data", (panel, panel))
        store.save(token, "more", {"panel": panel})
    assert contents(store) == 3  # the panel, and the two values that refer to it
    store.delete(one)
    assert store.load(two, "more")["panel"].digest == panel.digest
    store.drop(two, "data")
    assert contents(store) == 2
    store.delete(two)
    assert contents(store) == 0


def test_a_later_value_takes_the_place_of_the_earlier(store, panel):
    token = store.create("ada", "Spring")
    store.save(token, "data", panel)
    changed = replace(panel, columns=panel.columns | {"y": panel.columns["y"] + 1})
    store.save(token, "data", changed)
    assert store.load(token, "data").digest == changed.digest
    assert contents(store) == 2
    assert store.names(token) == ("data",)


def test_nobody_sees_the_workspaces_of_others(store):
    store.create("ada", "Hers")
    assert store.of("bob") == ()
    assert [entry.name for entry in store.of("ada")] == ["Hers"]
    assert store.entry("ada") is None
    assert store.load("guess", "data") is None


def test_the_owner_is_not_written_in_plain_text(store):
    store.create("secret-of-a-browser", "Hers")
    with store._engine.connect() as connection:
        assert "secret-of-a-browser" not in str(connection.execute(text("SELECT * FROM workspaces")).all())


def test_rename_duplicate_and_the_copy_goes_its_own_way(store, panel):
    token = store.create("ada", "Spring")
    store.save(token, "data", panel)
    store.rename(token, "  Spring   2026 ")
    copy = store.duplicate(token, "ada", "Spring 2026, copy")
    store.save(copy, "data", "other")
    assert store.load(token, "data").digest == panel.digest
    assert {entry.name for entry in store.of("ada")} == {"Spring 2026", "Spring 2026, copy"}


def test_the_last_changed_comes_first(store):
    one, two = store.create("ada", "One"), store.create("ada", "Two")
    store.save(one, "note", "later")
    assert [entry.token for entry in store.of("ada")] == [one, two]


def test_saving_to_a_deleted_workspace_says_so(store):
    token = store.create("ada", "Spring")
    store.delete(token)
    with pytest.raises(InputError, match="has been deleted"):
        store.save(token, "note", "late")
    assert contents(store) == 0


def test_old_workspaces_are_removed(store):
    store.create("ada", "Old")
    assert store.delete_unused_since(datetime.now(UTC) - timedelta(days=1)) == 0
    assert store.delete_unused_since(datetime.now(UTC) + timedelta(days=1)) == 1
    assert store.of("ada") == ()


def test_many_write_at_once(store, panel):
    tokens = [store.create("ada", str(number)) for number in range(4)]
    failed: list[Exception] = []

    def work(token: str) -> None:
        try:
            for number in range(10):
                store.save(token, "data", (number, panel))
        except Exception as error:  # noqa: BLE001 - the test shows it
            failed.append(error)

    threads = [threading.Thread(target=work, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert all(store.load(token, "data")[0] == 9 for token in tokens)


def test_a_workspace_travels_as_one_file(store, tmp_path, panel):
    token = store.create("ada", "Spring")
    store.save(token, "data", panel)
    store.save(token, "note", "order 3")
    elsewhere = Store(f"sqlite:///{tmp_path / 'elsewhere.db'}")
    arrived = import_workspace(elsewhere, "bob", export_workspace(store, token))
    assert elsewhere.load(arrived, "data").digest == panel.digest
    assert elsewhere.load(arrived, "note") == "order 3"
    assert elsewhere.of("bob")[0].name == "Spring"
    elsewhere.close()


def changed_inside(content: bytes, start: str, instead: bytes) -> bytes:
    """The same archive with another content for the entries whose name begins so."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, instead if name.startswith(start) else old.read(name))
    return buffer.getvalue()


@pytest.mark.parametrize("what", ["items/", "panels/", "workspace.json"])
def test_a_file_that_was_tampered_with_is_refused(store, panel, what):
    token = store.create("ada", "Spring")
    store.save(token, "data", (panel, 1))
    other = store.create("ada", "Other")
    store.save(other, "data", "something else")
    false = store.item(other, "data").content
    before = contents(store)
    with pytest.raises(InputError):
        import_workspace(store, "eve", changed_inside(export_workspace(store, token), what, false))
    assert store.of("eve") == ()
    assert contents(store) == before


@pytest.mark.parametrize("content", [b"", b"sku,units\nA,1\n", b"PK\x03\x04 not really"])
def test_a_file_of_another_kind_is_refused_in_one_sentence(store, content):
    with pytest.raises(InputError, match="no exported workspace"):
        import_workspace(store, "ada", content)


def test_a_workspace_of_a_newer_version_says_so(store):
    content = export_workspace(store, store.create("ada", "Spring"))
    newer = json.dumps({"format": 99, "name": "x", "items": {}, "panels": {}}).encode()
    with pytest.raises(InputError, match="newer Shelfcast"):
        import_workspace(store, "ada", changed_inside(content, "workspace.json", newer))


def test_an_empty_database_gets_the_tables_of_the_schema(url):
    engine = connect(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_the_migrations_make_the_same_tables(url):
    engine = connect(url)
    with engine.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DELETE FROM alembic_version"))
    engine.dispose()
    engine = connect(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_the_last_migration_is_the_version_of_the_schema():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_a_database_of_a_newer_version_is_left_alone(url):
    engine = connect(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(ShelfcastError, match="newer Shelfcast"):
        connect(url)


@pytest.mark.parametrize("address", ["nonsense", "oracle://host/name", "sqlite:////proc/nowhere/saved.db"])
def test_an_address_that_cannot_be_used_is_one_sentence(address):
    with pytest.raises(InputError, match="SHELFCAST_DATABASE"):
        connect(address)
